"""A controller that runs tasks one after the other, as a play does, and records what its user reads about each."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.task import Result
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Send
from ansible_collections.configmgr.scp.plugins.plugin_utils.link import Link
from ansible_collections.configmgr.scp.plugins.plugin_utils.outcome import outcome_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain
from ansible_collections.configmgr.scp.plugins.plugin_utils.secrets import hidden
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import WinrmSettings
from lab.clock import HandClock
from tests.lab.modules.conftest import ADMIN, Play
from tests.proof.looking import Looks, look

# Lab time that one request takes, so that the site makes progress between two of them.
REQUEST_SECONDS = 0.2
# Lab time before the output of a program is read: PowerShell loads the module and runs a cmdlet in it.
PROGRAM_SECONDS = 30.0
# The words of messages for a remote shell, whose class is called cmd.
SHELL = "command shell"
# The shortest time that pywinrm waits for an answer. A user's default is 30 s; late answers in a trial are late in proportion.
SHORT_PATIENCE_SECONDS = 2
LATE_SECONDS = SHORT_PATIENCE_SECONDS * 35 / 30
MOST_REQUESTS = 400

_ACTION = re.compile(rb"Action[^>]*>([^<]+)<")
_RESOURCE = re.compile(rb"ResourceURI[^>]*>([^<]+)<")
_FROM = re.compile(rb"select .{0,2000}? from (\w+)", re.IGNORECASE | re.DOTALL)


class PlayEnded(Exception):
    """A task failed, or its host could not be reached: the rest of the play is not run."""


class Killed(BaseException):
    """The controller was killed: this exception is never caught."""


@dataclass(frozen=True)
class Asked:
    """A request as messages should name it: ``what`` is the class, or the shell; ``machine`` is the server (FQDN)."""

    machine: str
    address: str
    action: str
    what: str


@dataclass(frozen=True)
class Told:
    """A task that has ended: what its user reads, and whether the object that it manages has changed."""

    module: str
    machine: str
    result: Result
    differs: bool
    check: bool = False

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed") or self.result.get("unreachable"))

    @property
    def message(self) -> str:
        return str(self.result.get("msg", ""))


@dataclass
class Controller(Play):
    """Modules over pywinrm and NTLM; their exceptions are converted as in the action plugin.

    :param patient_for_answers: whether it waits for an answer as long as with users' default settings.
    :param kill_at: the number of the request at which it is killed, 0 for never.
    :param kill_after: whether that request still has its effect.
    """

    patient_for_answers: bool = True
    kill_at: int = 0
    kill_after: bool = False
    told: list[Told] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    _link: Link | None = None
    _machine: str = ""

    def run(self, module: str, machine: str = "cas01", *, user: str = ADMIN, check: bool = False, **given: Any) -> Result:
        """Run one task; see :class:`Told`.

        :raises PlayEnded: it failed.
        """
        before, self._link = look(self.estate), None
        self._machine = machine
        try:
            result = super().run(module, machine, user=user, check=check, **given)
        except Exception as error:  # noqa: BLE001 - like the action plugin, which converts every exception of a module to a result
            result = outcome_of(error, connected=self._answered() > 0, host=self.estate.machine(machine).fqdn, done=self.done)
        finally:
            if self._link is not None:
                self._link.close()
        secrets = {self.estate.account(user).password, *(str(value) for name, value in given.items() if name == "password")}
        shown: Result = hidden(plain(result), secrets)
        self.told.append(Told(module, machine, shown, self._differs(before, module, machine), check))
        if self.told[-1].failed:
            raise PlayEnded(self.told[-1].message)
        return shown

    def patient(self, settings: WinrmSettings) -> WinrmSettings:
        if self.patient_for_answers:
            return settings
        limits = {"operation_timeout_sec": 1, "read_timeout_sec": SHORT_PATIENCE_SECONDS}
        return dataclasses.replace(settings, arguments={**settings.arguments, **limits})

    def wrapped(self, send: Send) -> Send:
        link = getattr(send, "__self__", None)
        self._link = link if isinstance(link, Link) else None
        machine = self.estate.machine(self._machine)

        def send_and_note(envelope: bytes) -> bytes:
            assert len(self.asked) < MOST_REQUESTS, "the play does not end"
            asked = _asked(machine.fqdn, str(machine.address), envelope)
            self.pause(PROGRAM_SECONDS if asked.action == "Receive" else REQUEST_SECONDS)
            if asked.what == "*" and self.asked:
                # A Pull names no class: it continues the query before it.
                asked = dataclasses.replace(asked, what=self.asked[-1].what)
            self.asked.append(asked)
            number = len(self.asked)
            if self.kill_at and (number > self.kill_at or (number == self.kill_at and not self.kill_after)):
                raise Killed
            answer = send(envelope)
            if number == self.kill_at:
                raise Killed
            return answer

        return send_and_note

    def pause(self, seconds: float) -> None:
        clock = self.estate.clock
        assert isinstance(clock, HandClock), "the estate's time must be advanced by hand"
        clock.advance(seconds)

    def seconds(self) -> float:
        return self.estate.clock.now().timestamp()

    def _answered(self) -> int:
        return self._link.answers if self._link is not None else 0

    def _differs(self, before: Looks, module: str, machine: str) -> bool:
        after = look(self.estate)
        if module == "component":
            fqdn = self.estate.machine(machine).fqdn
            return before.threads.get(fqdn) != after.threads.get(fqdn)
        return (before.rows, before.starts) != (after.rows, after.starts)


def _asked(machine: str, address: str, envelope: bytes) -> Asked:
    action, resource = _ACTION.search(envelope), _RESOURCE.search(envelope)
    queried = _FROM.search(envelope)
    what = queried[1] if queried else resource[1].rpartition(b"/")[2] if resource else b""
    name = SHELL if what == b"cmd" else what.decode()
    return Asked(machine, address, (action[1] if action else b"").rpartition(b"/")[2].decode(), name)
