# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings an update to its requested state: read, decide, ask, and read again, until it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_CM_UPDATE_PACKAGES
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import effect_unknown, sentence
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating import telling
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import (
    Act,
    Do,
    Past,
    Reached,
    Refuse,
    Step,
    Wish,
    decide,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.patience import Patience
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.reading import Look, Reader
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import Value

# A site acts on a request within minutes (KB 4490424: the update service looks every 10 minutes).
REACTION_SECONDS = 15 * 60
# After this time without a change, the task shows what to check; a download has pauses of its own.
QUIET_BY_STATE = {"INSTALL_UPGRADEDATABASE": 1800.0}
QUIET_BY_STAGE = {updates.DOWNLOAD: 2 * 3600.0}
_QUIET_SECONDS = 3600.0
# A requested download that does not begin (public code restarts a service after this time), or an end that is not summed up.
_SOON_SECONDS = 900.0
_FIRST_PAUSE_SECONDS, _PAUSE_SECONDS, _INSTALLING_PAUSE_SECONDS = 2.0, 60.0, 90.0
# A line of progress without news.
_REMINDER_SECONDS = 300.0
# How long an answer that was lost may leave its effect in doubt.
_SETTLE_SECONDS, _SETTLE_PAUSE_SECONDS = 120.0, 10.0
# Requests without an effect because of the connection, after which the task ends.
_MOST_LOST = 1


@dataclass(frozen=True)
class Limits:
    """How long the task waits, and for how long of that the site may not answer. ``wait`` false: it does not wait."""

    wait: bool
    wait_seconds: float
    outage_seconds: float


@dataclass
class Course:
    """One task's way with an update, and what it has asked for so far.

    :param may_install: why an installation must not begin now, or None; read before each beginning.
    """

    task: Task
    code: str
    reader: Reader
    wish: Wish
    limits: Limits
    may_install: Callable[[], str | None]
    done: list[Do] = field(default_factory=list)
    awaited: Do | None = None
    outages: int = 0
    _lost: int = 0
    _asked_at: float = 0.0
    _before: Package | None = None
    _just_after: Package | None = None
    _watching: bool = False

    def next_step(self, look: Look) -> Step:
        """The decision for what was read, with what this task remembers."""
        overdue = self.awaited is not None and self.task.monotonic() - self._asked_at > REACTION_SECONDS
        return decide(look.seen, self.wish, Past(frozenset(self.done), self.awaited, overdue, self._watching))

    def run(self, look: Look) -> tuple[Look, bool]:
        """Until the requested state is reached; what was last read, and whether it is reached.

        :param look: a reading with the other packages.
        :raises TaskFailure: a refusal, or a limit that passed. ``result`` has nothing; the caller adds what was read.
        """
        patience = Patience(self.task, self.limits.outage_seconds)
        began = changed = shown = self.task.monotonic()
        until = began + self.limits.wait_seconds
        pause, warned = _FIRST_PAUSE_SECONDS, False
        current = [look]
        try:
            while True:
                step = self.next_step(look)
                if isinstance(step, Act):
                    # What else is at work decides too, and may have changed since the last reading.
                    fresh = self._read(patience, look, until, others=True)
                    if fresh is None:
                        raise TaskFailure(self._too_long(look, self.task.monotonic() - began))
                    look = current[0] = fresh
                    step = self.next_step(look)
                if isinstance(step, Act):
                    look = self._ask(patience, look, step, until)
                    current[0] = look
                    changed, pause, warned = self.task.monotonic(), _FIRST_PAUSE_SECONDS, False
                    if not self.limits.wait:
                        return look, isinstance(self.next_step(look), Reached)
                    continue
                if isinstance(step, Reached):
                    return look, True
                if isinstance(step, Refuse):
                    raise TaskFailure(f"{sentence(step.reason)} {step.remedy}")
                if not self.limits.wait:
                    return look, False
                now = self.task.monotonic()
                if now >= until:
                    raise TaskFailure(self._too_long(look, now - began))
                if now - changed >= _quiet(look) and not warned:
                    warned = True
                    self._warn(look, now - changed)
                if now - shown >= _REMINDER_SECONDS or shown in (began, changed):
                    shown = now
                    waited = f"{(now - began) / 60:.0f} min of at most {self.limits.wait_seconds / 60:.0f} min"
                    self.task.progress(f"{self._line(look)}; {waited}")
                self._watching = True
                self.task.sleep(max(1.0, min(pause, until - now)))
                pause = min(pause * 1.5, self._longest(look))
                found = self._read(patience, look, until)
                if found is None:
                    continue
                if found.traces != look.traces:
                    changed, warned = self.task.monotonic(), False
                    shown = changed
                look = found
                current[0] = look
                self._note(look.seen.package)
        except TaskFailure as failure:
            failure.result.setdefault("look", current[0])
            raise
        finally:
            self.outages = patience.outages

    def _longest(self, look: Look) -> float:
        return _INSTALLING_PAUSE_SECONDS if look.seen.package.stage == updates.INSTALLATION else _PAUSE_SECONDS

    def _read(self, patience: Patience, look: Look, until: float, others: bool = False) -> Look | None:
        """What the site shows now. Before the task has followed the update, an error is an error."""
        read = self.reader.with_others if others else self.reader.look
        if not self._watching and not self.done:
            return read()
        found = patience.read(read, f"{look.seen.package.name} ({look.seen.package.state})", until)
        if found is not None and look.seen.sites and not found.seen.sites:
            # Rows do not disappear during an installation; the provider had just been loaded again.
            return replace(found, seen=replace(found.seen, sites=look.seen.sites))
        return found

    def _note(self, package: Package) -> None:
        """Whether the site has reacted to the last request."""
        before, after = self._before, self._just_after
        if before is None or after is None:
            return
        if package.number != before.number or package.updated not in (before.updated, after.updated):
            self.awaited = None

    def _ask(self, patience: Patience, look: Look, act: Act, until: float) -> Look:
        """Ask the site, and read again whatever the answer was."""
        if act.begins_installation:
            refused = self.may_install()
            if refused is not None:
                raise TaskFailure(f"{look.seen.package.name} is {look.seen.package.state}. {refused} Nothing was begun.")
        package = look.seen.package
        self.task.say(f"asking for {act.do.value} of {package.name}")
        trouble: CimError | None = None
        try:
            self._call(package, act)
        except CimError as error:
            trouble = error
        if trouble is not None and not trouble.after_send:
            self._lost += 1
            if not self._watching or self._lost > _MOST_LOST:
                raise trouble
            # Nothing was asked; the next reading waits until the site answers.
            self.task.sleep(_SETTLE_PAUSE_SECONDS)
            return look
        if trouble is not None:
            seen_after = self._effect(patience, look, act, trouble, until)
            if seen_after is None:
                return look
            found = seen_after
        else:
            self._asked(act)
            found = self._read(patience, look, until) or look
        self._before, self._just_after = package, found.seen.package
        self._note(found.seen.package)
        return found

    def _asked(self, act: Act) -> None:
        self.done.append(act.do)
        self.awaited = act.do
        self._asked_at = self.task.monotonic()
        self.task.done.append(f"the request for {act.do.value}")

    def _effect(self, patience: Patience, look: Look, act: Act, trouble: CimError, until: float) -> Look | None:
        """The reading that shows the effect of a request without an answer; None if it had none, so that it may be repeated.

        :raises TaskFailure: the site refused it.
        :raises CimError: ``trouble``, if it happens again or the effect cannot be read.
        """
        definite = isinstance(trouble, CimFault) and trouble.kind is not FaultKind.TIMED_OUT
        began = self.task.monotonic()
        self._watching = True
        while True:
            try:
                found = self._read(patience, look, until)
            except TaskFailure as failure:
                raise failure from effect_unknown(trouble, f"the request for {act.do.value}", trouble)
            if found is not None and _differs(found, look):
                self._asked(act)
                return found
            if definite:
                denied = isinstance(trouble, CimFault) and trouble.kind is FaultKind.ACCESS_DENIED
                raise TaskFailure(
                    f"The SMS Provider on {self.task.host} refused {act.do.value} of {look.seen.package.name}. "
                    f"{sentence(str(trouble))} {_RIGHTS if denied else _AGAIN}"
                )
            waited = self.task.monotonic() - began
            if waited >= _SETTLE_SECONDS:
                break
            self.task.sleep(_SETTLE_PAUSE_SECONDS)
        self._lost += 1
        if self._lost > _MOST_LOST:
            raise trouble
        return None

    def _call(self, package: Package, act: Act) -> None:
        """Call the method of a request; only this function knows which one it is.

        :raises TaskFailure: the method answered with a number other than 0.
        """
        name, inputs = _method(act)
        answer = self.task.cim.invoke(
            naming.site_namespace(self.code), SMS_CM_UPDATE_PACKAGES, name, inputs, keys={"PackageGuid": package.guid}
        )
        number = answer.get("ReturnValue") or 0
        if number != 0:
            raise TaskFailure(
                f"{name} of {package.name} on {self.task.host} answered {number}, which means that it was refused. Read hman.log "
                "and SMSProv.log on the site server."
            )

    def _warn(self, look: Look, quiet: float) -> None:
        package = look.seen.package
        told = _NOT_BEGUN if look.seen.queued else _NOT_SUMMED_UP if _sites_are_done(look) else updates.advice(package) or ""
        self.task.warn(f"{self._line(look)}: nothing has changed for {quiet / 60:.0f} minutes. {told}".strip())

    def _too_long(self, look: Look, waited: float) -> str:
        package = look.seen.package
        waits = {
            "INSTALL_WAITING_SERVICE_WINDOW": " The site waits for its service window, and begins by itself when that opens.",
        }.get(package.state, "")
        asked = f"of {package.name} to be {self.wish.state} ({waited:.0f} s, wait_timeout)"
        return (
            f"The time limit passed before the state {asked}. Now: {self._line(look)}.{waits} The site continues without this "
            "task; run this again to wait further."
        )

    @staticmethod
    def _line(look: Look) -> str:
        return telling.line(look.seen, look.steps or look.rules)


_RIGHTS = "The account needs a security role with Read and Modify for update packages in the Default scope."
_AGAIN = "Run this again; if it is refused again, start it in the console, which may say more."
_NOT_BEGUN = (
    "The download is requested, and the service connection point begins it with its next check for updates. Request a check now "
    "(configmgr.scp.site_update_check on its server), or restart SMS_DMP_DOWNLOADER there (configmgr.scp.component)."
)
# KB 4490424: the states of the sites reach the top-level site with this replication group.
_NOT_SUMMED_UP = (
    "Every site has the update, and the state of the update does not show it: the replication group CMUpdates makes no "
    "progress. Check "
    "Monitoring > Database Replication, with Replication Link Analyzer where a link is not active."
)


def _sites_are_done(look: Look) -> bool:
    seen = look.seen
    done = (updates.INSTALLATION, updates.DONE)
    others = (seen.package.stage, seen.package.standing) != done
    return others and bool(seen.sites) and all((site.stage, site.standing) == done for site in seen.sites)


def _quiet(look: Look) -> float:
    """Seconds without a change after which the task shows what to check."""
    if look.seen.queued or _sites_are_done(look):
        return _SOON_SECONDS
    package = look.seen.package
    return QUIET_BY_STATE.get(package.state, QUIET_BY_STAGE.get(package.stage, _QUIET_SECONDS))


def _method(act: Act) -> tuple[str, dict[str, Value]]:
    """The method of SMS_CM_UpdatePackages and its inputs; WS-Management sends them by name."""
    if act.do is Do.DOWNLOAD:
        return "SetPackageToBeDownloaded", {}
    if act.do is Do.IGNORE:
        return "SetIgnorePrereqWarning", {"flag": act.flag}
    if act.do is Do.REPLICATE:
        return "RetryContentReplication", {"ForceRetry": 1}
    return "InitiateUpgrade", {"PrereqFlag": act.flag}


def _differs(after: Look, before: Look) -> bool:
    """Whether a request had an effect: on the state, the flag, the time of the last change, or the list of downloads."""
    new, old = after.seen.package, before.seen.package
    moved = (new.number, new.flag, new.updated) != (old.number, old.flag, old.updated)
    return moved or (after.seen.queued is True and not before.seen.queued)
