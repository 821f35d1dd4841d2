"""Modules as the action plugin runs them, over pywinrm and NTLM, on the default estate."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession, Send
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import read_arguments, rules_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.link import Link
from ansible_collections.configmgr.scp.plugins.plugin_utils.smb_share import ShareAccount, SmbShare, open_share
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import WinrmSettings, read_winrm_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_transport import WinrmChannel
from lab.clock import HandClock
from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.running.estate import Estate
from tests.returned import bad_values, undocumented

ADMIN, READER, NOBODY, CONSOLE = r"CORP\scpadmin", r"CORP\scpreader", r"CORP\noaccess", r"CORP\scpconsole"


@dataclass
class Play:
    """Runs modules on the estate's servers."""

    estate: Estate
    progress: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # How much shorter than requested the pauses are: the lab's time runs fast.
    haste: float = 20.0
    # If the test advances the lab's time: how many of its seconds pass in one second of a pause.
    stride: float = 1.0
    opened: list[SmbShare] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    # In place of the account's own password, for file shares.
    password: str = ""
    # What the last task changed, also if it failed later.
    done: list[str] = field(default_factory=list)

    def session(self, machine: str, user: str = ADMIN) -> CimSession:
        account = self.estate.account(user)
        options: dict[str, Any] = {
            "remote_addr": str(self.estate.machine(machine).address),
            "remote_user": account.full_name,
            "remote_password": account.password,
            "port": self.estate.description.http_port,
            "scheme": "http",
            "path": "/wsman",
            "transport": ["ntlm"],
            "_extras": {},
        }
        settings = self.patient(read_winrm_options(options.get))
        self.links.append(Link([lambda: WinrmChannel(settings, "ntlm")]))
        return CimSession(self.wrapped(self.links[-1].send))

    def share(self, machine: str, user: str, drive: str, port: int) -> SmbShare:
        """Open a drive of a server through a real file server."""
        account = self.estate.account(user)
        host = str(self.estate.machine(machine).address)
        self.opened.append(open_share(ShareAccount(host, account.full_name, self.password or account.password), drive, port))
        return self.opened[-1]

    def patient(self, settings: WinrmSettings) -> WinrmSettings:
        """The settings of the connections; for tests with shorter time-outs than those of users."""
        return settings

    def wrapped(self, send: Send) -> Send:
        """The function with which the sessions send; for tests that intercept requests."""
        return send

    def run(self, module: str, machine: str = "cas01", *, user: str = ADMIN, check: bool = False, **given: Any) -> Result:
        loaded = importlib.import_module(f"ansible_collections.configmgr.scp.plugins.modules.{module}")
        arguments = read_arguments(loaded.SPEC, given, rules_of(loaded))
        if arguments.error is not None:
            raise TaskFailure(arguments.error)
        self.done = []
        before = len(self.links)
        task = Task(
            params=arguments.params,
            cim=self.session(machine, user),
            host=self.estate.machine(machine).fqdn,
            check_mode=check,
            given=arguments.given,
            progress=self.progress.append,
            warn=self.warnings.append,
            sleep=self.pause,
            monotonic=self.seconds,
            share=partial(self.share, machine, user),
            done=self.done,
        )
        try:
            result: Result = loaded.run(task)
        except TaskFailure as failure:
            self.look_at(module, failure.result)
            raise
        finally:
            # As the action plugin does; a test process runs hundreds of modules.
            for link in self.links[before:]:
                link.close()
            del self.links[before:]
        self.look_at(module, result)
        assert undocumented(loaded, result) == [], module
        return result

    def look_at(self, module: str, result: Result) -> None:
        """No return value may have another meaning in Ansible."""
        assert bad_values(result) == [], module

    def pause(self, seconds: float) -> None:
        """The wait of modules: the lab's time, if the test advances it, or a fraction of the computer's time."""
        if isinstance(self.estate.clock, HandClock):
            self.estate.clock.advance(seconds * self.stride)
        else:
            time.sleep(seconds / self.haste)

    def seconds(self) -> float:
        """The clock with which modules measure their waiting."""
        clock = self.estate.clock
        return clock.now().timestamp() / self.stride if isinstance(clock, HandClock) else time.monotonic()

    def refused(self, module: str, machine: str = "cas01", **more: Any) -> str:
        """Run a module that must fail; returns the message that the user reads."""
        with pytest.raises(TaskFailure) as failure:
            self.run(module, machine, **more)
        return str(failure.value)

    def writes(self, since: int = 0) -> list[str]:
        """Requests that write, as the lab's log shows them after that index: the last part of the action."""
        changing = ("Create", "Put", "Delete", "SetStringValue", "SetDWORDValue", "StartService", "StopService", "EncryptDataEx")
        return [
            record.action.rpartition("/")[2]
            for record in self.estate.request_log.records(since=since)
            if record.action.rpartition("/")[2] in changing
        ]

    def hierarchy(self, code: str = "CAS") -> EmulatedHierarchy:
        return next(found for found in self.estate.hierarchies if code in found.state.sites)

    def holders(self, code: str = "CAS") -> list[str]:
        """Servers of the hierarchy's service connection point rows."""
        return sorted(row.server for row in self.hierarchy(code).state.control.roles("SMS Dmp Connector"))

    def settle(self, lab_seconds: float = 300.0) -> None:
        """Let time pass in the site."""
        time.sleep(lab_seconds / self.estate.clock.pace)


@pytest.fixture
def play(estate: Estate) -> Play:
    """The estate in its first state."""
    return Play(estate)
