# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The next step on the way of an update to its requested state: what is seen in, one step out. Pure.

Each state has its stage and standing in ``data/update_states.yml``. A stage that is at work is joined, never started again. A
state is never written; the site is asked by the methods that the console uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Union

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import (
    APPLICABILITY,
    CHECK,
    CHECK_ONLY,
    DONE,
    DOWNLOAD,
    FAILED,
    HIDDEN,
    INSTALLATION,
    PASS_WARNINGS,
    REPLICATION,
    RESTART,
    START,
    STOP_ON_WARNINGS,
    UNKNOWN,
    WAITING,
    WARNING,
    WORKING,
    Package,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.choosing import is_newer, numbers

AVAILABLE, DOWNLOADED, CHECKED, INSTALLED = "available", "downloaded", "checked", "installed"
STATES = (AVAILABLE, DOWNLOADED, CHECKED, INSTALLED)

# Stages that only come after the content was downloaded.
_AFTER_DOWNLOAD = (START, REPLICATION, CHECK, INSTALLATION)


class Do(Enum):
    """What the site can be asked to do; the value is the text for users."""

    DOWNLOAD = "the download"
    CHECK = "the prerequisite check"
    INSTALL = "the installation"
    IGNORE = "the continuation in spite of warnings"
    REPLICATE = "the replication of the content once more"


@dataclass(frozen=True)
class Wish:
    """The options of the task. ``retry``: a stage that failed may be started again."""

    state: str
    ignore_warnings: bool = False
    retry: bool = False

    @property
    def start(self) -> Do:
        """What starts the stages after the download."""
        return Do.INSTALL if self.state == INSTALLED else Do.CHECK

    @property
    def flag(self) -> int:
        """The value of PrereqFlag for this wish."""
        if self.state != INSTALLED:
            return CHECK_ONLY
        return PASS_WARNINGS if self.ignore_warnings else STOP_ON_WARNINGS


@dataclass(frozen=True)
class SiteState:
    """The state of the update at one site, a row of SMS_CM_UpdatePackageSiteStatus."""

    code: str
    number: int
    server: str = ""

    @property
    def stage(self) -> str:
        return updates.stage_of(self.number)

    @property
    def standing(self) -> str:
        return updates.standing_of(self.number)


@dataclass(frozen=True)
class Seen:
    """What the site shows.

    :param sites: the update at each site; empty before the site has replicated it.
    :param queued: whether the download is already requested; None when it was not read.
    :param busy: other packages at work, as (name, state name).
    :param site_version: version of the top-level site.
    """

    package: Package
    sites: tuple[SiteState, ...] = ()
    queued: bool | None = None
    busy: tuple[tuple[str, str], ...] = ()
    site_version: str = ""


@dataclass(frozen=True)
class Past:
    """What this task did before.

    :param done: what it asked the site to do; nothing is asked twice.
    :param awaited: the last request, while the package still has the state that it had before it.
    :param overdue: that has taken too long.
    :param watching: the task has followed the update for a while: an unknown state is then no reason to stop.
    """

    done: frozenset[Do] = frozenset()
    awaited: Do | None = None
    overdue: bool = False
    watching: bool = False


@dataclass(frozen=True)
class Reached:
    """The requested state is reached."""


@dataclass(frozen=True)
class Wait:
    """The site is at work, or will begin by itself."""


@dataclass(frozen=True)
class Act:
    """Ask the site to do this. ``flag`` is the value of PrereqFlag, where the method takes one."""

    do: Do
    flag: int = STOP_ON_WARNINGS

    @property
    def begins_installation(self) -> bool:
        """Whether the site may install the update because of it."""
        return self.do is Do.IGNORE or (self.do is Do.INSTALL and self.flag != CHECK_ONLY)


@dataclass(frozen=True)
class Refuse:
    """Nothing can be done by this task. ``reason`` and ``remedy`` are sentences."""

    reason: str
    remedy: str


Step = Union[Reached, Wait, Act, Refuse]  # noqa: UP007 - an alias, which the sanity tests read by older rules


def decide(seen: Seen, wish: Wish, past: Past = Past()) -> Step:
    """The next step. The decision exists for every state, also for numbers that are not in the table."""
    package = seen.package
    if past.awaited is not None:
        return _awaited(seen, wish, past, past.awaited)
    if is_reached(seen, wish) and not _checks_again(seen, wish, past):
        return Reached()
    stage = package.stage
    if stage == APPLICABILITY:
        return _applicability(seen, past)
    if stage == DOWNLOAD:
        return _download(seen, wish, past)
    if stage == START:
        return Wait()
    if stage == REPLICATION:
        return _replication(seen, wish, past)
    if stage == CHECK:
        return _check(seen, wish, past)
    if stage == INSTALLATION:
        return _installation(seen, wish, past)
    if past.watching:
        return Wait()
    return Refuse(
        f"{package.name} is in the state {package.state}, and what that means is not known.",
        "Check Monitoring > Updates and Servicing Status in the console, and hman.log on the site server.",
    )


def is_reached(seen: Seen, wish: Wish) -> bool:
    """Whether the update is in the requested state or beyond it."""
    stage, standing = seen.package.stage, seen.package.standing
    if wish.state == AVAILABLE:
        return stage not in (UNKNOWN, APPLICABILITY) or (stage == APPLICABILITY and standing == DONE)
    if wish.state == DOWNLOADED:
        return stage in _AFTER_DOWNLOAD or (stage == DOWNLOAD and standing == DONE)
    if wish.state == CHECKED:
        return (stage == CHECK and standing in (DONE, WARNING)) or (stage == INSTALLATION and standing != FAILED)
    return stage == INSTALLATION and standing == DONE and all(_is_installed(site) for site in seen.sites)


def will_ask(seen: Seen, wish: Wish) -> bool:
    """Whether the task will ask the site for something, now or when the stage that is at work has ended."""
    step = decide(seen, wish)
    if not isinstance(step, Wait):
        return isinstance(step, Act)
    package = seen.package
    if package.standing == FAILED:
        return True
    if package.stage == APPLICABILITY or (package.stage == DOWNLOAD and wish.state in (CHECKED, INSTALLED)):
        return wish.state != AVAILABLE and not (seen.queued and wish.state == DOWNLOADED)
    # A check that is under way, without an installation after it.
    only = package.stage in (START, REPLICATION, CHECK) and package.flag == CHECK_ONLY
    return only and wish.state == INSTALLED


def is_at_work(package: Package) -> bool:
    """Whether the site is replicating, checking or installing a package, or will by itself continue to install it."""
    if package.stage not in _AFTER_DOWNLOAD:
        return False
    if package.stage == CHECK and package.standing in (DONE, WARNING):
        passed = package.standing == DONE and package.flag != CHECK_ONLY
        return passed or package.flag == PASS_WARNINGS
    return package.standing in (WORKING, WAITING, UNKNOWN)


def busy(packages: Sequence[Package], chosen: Package) -> tuple[tuple[str, str], ...]:
    """The other packages at work, as (name, state name)."""
    return tuple((package.name, package.state) for package in packages if package.guid != chosen.guid and is_at_work(package))


def _is_installed(site: SiteState) -> bool:
    return site.stage == INSTALLATION and site.standing == DONE


def _checks_again(seen: Seen, wish: Wish, past: Past) -> bool:
    """Whether a check that ended with warnings is to be made again."""
    package = seen.package
    ended = package.stage == CHECK and package.standing == WARNING and not is_at_work(package)
    return wish.state == CHECKED and wish.retry and ended and wish.start not in past.done


def _awaited(seen: Seen, wish: Wish, past: Past, do: Do) -> Step:
    """The site has not reacted yet."""
    if not past.overdue or (do is Do.DOWNLOAD and seen.queued):
        # The downloader takes its list with its next cycle, whenever that is.
        return Wait()
    if do is Do.REPLICATE and wish.state in (CHECKED, INSTALLED) and wish.start not in past.done:
        return _start(seen, wish, past)
    return Refuse(
        f"The site accepted the request for {do.value} of {seen.package.name}, but the update is still in the state "
        f"{seen.package.state}.",
        "Read hman.log on the site server, then use Monitoring > Updates and Servicing Status in the console.",
    )


def _applicability(seen: Seen, past: Past) -> Step:
    package = seen.package
    if package.standing == WORKING:
        return Wait()
    if package.standing == HIDDEN:
        return Refuse(
            f"{package.name} does not apply to this hierarchy ({package.state}): it is superseded, for another version, or for "
            "something that the hierarchy does not have.",
            "Choose another update, or read hman.log on the site server for the reason.",
        )
    if package.standing == FAILED:
        return Refuse(
            f"The site could not determine whether {package.name} applies ({package.state}).",
            "Read hman.log on the site server, fix what it names, then request a check for updates "
            "(configmgr.scp.site_update_check).",
        )
    return _ask_for_download(seen, past)


def _ask_for_download(seen: Seen, past: Past) -> Step:
    if seen.queued or Do.DOWNLOAD in past.done:
        return Wait()
    return Act(Do.DOWNLOAD)


def _download(seen: Seen, wish: Wish, past: Past) -> Step:
    package = seen.package
    if package.standing == WORKING or (package.standing == FAILED and seen.queued):
        return Wait()
    if package.standing != FAILED:
        return _start(seen, wish, past)
    if wish.retry and Do.DOWNLOAD not in past.done:
        return Act(Do.DOWNLOAD)
    return _failed(package, "The download")


def _start(seen: Seen, wish: Wish, past: Past) -> Step:
    """Start a check or an installation, if nothing prevents it."""
    package = seen.package
    if wish.start in past.done:
        return Refuse(
            f"This task started {wish.start.value} of {package.name}, and the update is in the state {package.state} again.",
            "Another administrator may have changed it. Read hman.log and CMUpdate.log on the site server, then run this again.",
        )
    if seen.busy:
        listed = ", ".join(f"{name} ({state})" for name, state in seen.busy)
        return Refuse(
            f"The site is at work on another update: {listed}. It installs one update at a time.",
            "Wait until that update is installed, or finish it first (configmgr.scp.site_update with its GUID).",
        )
    if package.standing == FAILED and any(site.standing == WORKING for site in seen.sites):
        # A start is for every site. One that is at work ends its work first.
        return Wait()
    have, least = numbers(seen.site_version), numbers(package.minimum)
    if have and least and have < least:
        return Refuse(
            f"The site has version {seen.site_version}, and {package.name} needs {package.minimum} or later.",
            "Install an update to a version in between first.",
        )
    # After a failed installation the site may have the new version already, and the installation still has to be finished.
    if package.stage != INSTALLATION and not package.is_hotfix and not is_newer(package, seen.site_version):
        return Refuse(
            f"The site already has version {seen.site_version}, and {package.name} installs {package.version or 'no newer one'}. "
            "An update to the version that the site already has can wait forever for a parent site.",
            "There is nothing to install; choose a newer update.",
        )
    return Act(wish.start, wish.flag)


def _replication(seen: Seen, wish: Wish, past: Past) -> Step:
    if seen.package.standing != FAILED:
        return Wait()
    if wish.retry and Do.REPLICATE not in past.done:
        return Act(Do.REPLICATE)
    return _failed(seen.package, "The replication of the content")


def _check(seen: Seen, wish: Wish, past: Past) -> Step:
    package = seen.package
    if package.standing == FAILED:
        if wish.retry and wish.start not in past.done:
            return _start(seen, wish, past)
        return _failed(package, "The prerequisite check")
    if package.standing == WORKING or is_at_work(package):
        return Wait()
    if package.standing == DONE or wish.state == CHECKED:
        return _start(seen, wish, past)
    return _after_warnings(seen, wish, past)


def _after_warnings(seen: Seen, wish: Wish, past: Past) -> Step:
    """The check ended with warnings, and the site waits for an administrator."""
    package = seen.package
    if wish.ignore_warnings and Do.IGNORE not in past.done:
        if package.flag == CHECK_ONLY:
            return _start(seen, wish, past)
        return Act(Do.IGNORE, PASS_WARNINGS)
    if wish.retry and Do.INSTALL not in past.done:
        return _start(seen, wish, past)
    return Refuse(
        f"The prerequisite check of {package.name} ended with warnings, and the site does not install the update until they are "
        "fixed or accepted.",
        "Fix what the warnings name and run this again with retry: true, or install in spite of them with "
        "ignore_prerequisite_warnings: true.",
    )


def _installation(seen: Seen, wish: Wish, past: Past) -> Step:
    package = seen.package
    if package.standing == RESTART:
        return restart(seen)
    if package.standing == FAILED:
        if wish.state == INSTALLED and wish.retry and Do.INSTALL not in past.done:
            return _start(seen, wish, past)
        return _failed(package, "The installation")
    if any(site.standing == RESTART for site in seen.sites):
        return restart(seen)
    failed = [site for site in seen.sites if site.standing == FAILED]
    others = [site for site in seen.sites if site.standing != FAILED and not _is_installed(site)]
    if failed and not others:
        listed = ", ".join(f"{site.code} ({updates.state_name(site.number)})" for site in failed)
        return Refuse(
            f"{package.name} failed at {listed}, and no other site is still at work.",
            "Read CMUpdate.log on the servers of these sites and fix what it names. Then retry for the site in the console "
            "(Monitoring > Updates and Servicing Status > Show Status): the retry for one site does not pass warnings.",
        )
    return Wait()


def restart(seen: Seen) -> Refuse:
    """A server has to be restarted, which this task does not do."""
    waiting = [site for site in seen.sites if site.standing == RESTART]
    where = ", ".join(f"{site.server or 'the site server'} ({site.code})" for site in waiting) or "the site server"
    return Refuse(
        f"The installation of {seen.package.name} waits for a restart of {where}.",
        "Restart the server (ansible.windows.win_reboot), wait until the services of the site run, then run this again.",
    )


def _failed(package: Package, what: str) -> Refuse:
    advice = updates.advice(package) or "Read the logs of the site server."
    again = "" if "retry: true" in advice else " After that, run this again with retry: true."
    return Refuse(f"{what} of {package.name} failed ({package.state}).", f"{advice}{again}")
