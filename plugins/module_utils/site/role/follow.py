# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Follows the site after a write: the row is only configuration; the site component manager installs and removes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import with_times
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState, StatusMessage
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.waiting import wait_until
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import time_if_allowed

# The status messages about the outcome of an installation or a removal.
OUTCOME_IDS = (
    status.INSTALL_BEGUN,
    status.INSTALLED,
    status.INSTALL_FAILED,
    status.DEINSTALL_BEGUN,
    status.DEINSTALLED,
    status.DEINSTALL_FAILED,
)


# Far more than the clocks of a site's servers can differ: Kerberos allows five minutes.
_LOOK_BACK = timedelta(hours=1)


class SiteFailure(TaskFailure):
    """The site itself reports that it could not install or remove the role; its message is quoted."""


@dataclass(frozen=True)
class Mark:
    """A moment in the site's own numbering of status messages: what has a higher RecordID came later.

    ``since``: only messages from this time on were read, so older ones are not newer, whatever their number; None for all.
    """

    record: int
    component: str
    ids: tuple[int, ...]
    since: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """What was seen so far: done, failed, or neither."""

    done: bool
    failure: StatusMessage | None
    summary: ComponentState | None
    messages: tuple[StatusMessage, ...]


def mark(task: Task, code: str, component: str, ids: tuple[int, ...]) -> Mark:
    """Record the moment before a write. Two or more requests, for the site's time and the messages of its last hour.

    A site keeps the messages of months, and one that is busy writes some of them every few minutes.
    """
    now = time_if_allowed(task.cim)
    since = now - _LOOK_BACK if now else None
    return Mark(status.newest_record(task.cim, code, component, ids, since), component, ids, since)


def judge_installation(summary: ComponentState | None, messages: Sequence[StatusMessage], after_write: bool) -> Verdict:
    """Whether the role is really installed.

    The component summarizer must report it as started. After a write of this run, a success message newer than the write is
    needed too: the summarizer may still show an earlier installation. The newest message of an attempt decides about failure.
    """
    outcomes = [message for message in messages if message.id in (status.INSTALLED, status.INSTALL_FAILED)]
    last = outcomes[-1] if outcomes else None
    succeeded = last is not None and last.id == status.INSTALLED
    started = summary is not None and summary.started
    return Verdict(
        done=started and (succeeded or not after_write),
        failure=None if succeeded else last,
        summary=summary,
        messages=tuple(messages),
    )


def judge_removal(summary: ComponentState | None, messages: Sequence[StatusMessage], stopped_before: bool = False) -> Verdict:
    """Whether the role is removed from the server: the site no longer lists its downloader there, or lists it as stopped.

    :param stopped_before: it was stopped before the row was removed, so that alone proves nothing; then the removal's message
        must exist too, or the site must no longer list the component.
    """
    outcomes = [message for message in messages if message.id in (status.DEINSTALLED, status.DEINSTALL_FAILED)]
    last = outcomes[-1] if outcomes else None
    removed = last is not None and last.id == status.DEINSTALLED
    return Verdict(
        done=summary is None or (summary.state == "stopped" and (removed or not stopped_before)),
        failure=last if last is not None and last.id == status.DEINSTALL_FAILED else None,
        summary=summary,
        messages=tuple(messages),
    )


def judge_stopped(summary: ComponentState | None, messages: Sequence[StatusMessage]) -> bool:
    """Whether a downloader that is not started is nevertheless installed, and only stopped.

    The site may still show a former installation as stopped, so the newest message of its installation or removal decides;
    where none remains, the role was installed long ago.
    """
    if summary is None or summary.state != "stopped":
        return False
    outcomes = [message for message in messages if message.id in OUTCOME_IDS]
    return not outcomes or outcomes[-1].id == status.INSTALLED


def stopped_only(task: Task, site: Site, server: str, summary: ComponentState | None) -> bool:
    """As ``judge_stopped``; the messages are read only where the summary leaves the question open."""
    if not judge_stopped(summary, ()):
        return False
    return judge_stopped(summary, _messages(task, site, server, Mark(status.BEFORE_ALL, naming.DOWNLOADER, OUTCOME_IDS)))


def see_through(
    task: Task, site: Site, server: str, states: Sequence[ComponentState], limit_seconds: float
) -> tuple[bool, Verdict]:
    """Whether an installation whose row is already as requested has ended; the task waits for that, except in check mode.

    :param states: the downloader's, on every server, as read a moment ago.
    :raises TaskFailure: as in ``wait_for_installation``.
    """
    summary = next((found for found in states if naming.same_computer(found.server, server)), None)
    verdict = judge_installation(summary, (), after_write=False)
    done = verdict.done or stopped_only(task, site, server, summary)
    if done or task.check_mode:
        return done, verdict
    since = mark(task, site.code, naming.DOWNLOADER, OUTCOME_IDS)
    return True, wait_for_installation(task, site, server, since, limit_seconds, after_write=False)


def wait_for_installation(task: Task, site: Site, server: str, since: Mark, limit_seconds: float, after_write: bool) -> Verdict:
    """Follow the site until the role runs on the server.

    :raises SiteFailure: the site reports a failed installation.
    :raises TaskFailure: the limit passed.
    """

    def look() -> Verdict | None:
        summary = status.component_state(task.cim, site.code, server, since.component)
        quick = judge_installation(summary, (), after_write)
        verdict = quick if quick.done else judge_installation(summary, _messages(task, site, server, since), after_write)
        return verdict if verdict.done or verdict.failure else None

    return _outcome(
        task,
        site,
        server,
        wait_until(task, look, f"site {site.code} to install the role on {server}", limit_seconds),
        "install",
        limit_seconds,
    )


def wait_for_removal(
    task: Task, site: Site, server: str, since: Mark, limit_seconds: float, stopped_before: bool = False
) -> Verdict:
    """Follow the site until the role is removed from the server; see ``judge_removal``.

    :raises SiteFailure: the site reports a failed removal.
    :raises TaskFailure: the limit passed.
    """

    def look() -> Verdict | None:
        verdict = judge_removal(
            status.component_state(task.cim, site.code, server, since.component),
            _messages(task, site, server, since),
            stopped_before,
        )
        return verdict if verdict.done or verdict.failure else None

    return _outcome(
        task,
        site,
        server,
        wait_until(task, look, f"site {site.code} to remove the role from {server}", limit_seconds),
        "remove",
        limit_seconds,
    )


def wait_for_distribution(task: Task, site: Site, since: Mark, limit_seconds: float) -> StatusMessage:
    """Wait until the site has processed a change of its configuration (status 3306, newer than the write).

    :raises TaskFailure: the limit passed.
    """

    seen = distribution_within(task, site, since, limit_seconds)
    if seen is None:
        raise TaskFailure(
            f"Site {site.code} did not process the changed configuration within {limit_seconds:.0f} s. The change is written; "
            f"check hman.log on {site.server}, then run this again."
        )
    return seen


def distribution_within(task: Task, site: Site, since: Mark, limit_seconds: float) -> StatusMessage | None:
    """The status message 3306 newer than the mark, waited for; None when there was none within the limit."""

    def look() -> StatusMessage | None:
        found = _newer(task, site, since)
        return found[-1] if found else None

    return wait_until(task, look, f"site {site.code} to process the changed configuration", limit_seconds)


def evidence(verdict: Verdict) -> list[dict[str, Any]]:
    """What proves the state, as data with a ``text`` for users: the summarizer's row, then the messages, newest last."""
    found = [] if verdict.summary is None else [component_evidence(verdict.summary)]
    return found + [message_evidence(message) for message in verdict.messages]


def component_evidence(seen: ComponentState) -> dict[str, Any]:
    """A row of the component summarizer as one piece of evidence."""
    since = f" since {with_times(seen.last_started)}" if seen.started and seen.last_started else ""
    text = f"component summarizer: {seen.component} on {seen.server} is {seen.state}{since}"
    return {"source": "component summarizer", "text": text, **seen.as_data()}


def message_evidence(message: StatusMessage) -> dict[str, Any]:
    """A status message as one piece of evidence."""
    text = f"status message {message.id} of {message.component} at {with_times(message.time)}"
    return {"source": "status message", "text": text, **message.as_data()}


def _messages(task: Task, site: Site, server: str, since: Mark) -> list[StatusMessage]:
    return [
        message
        for message in _newer(task, site, since)
        if not message.server or naming.same_computer(message.server, server) or _of_site(message, site)
    ]


def _newer(task: Task, site: Site, since: Mark) -> list[StatusMessage]:
    return status.messages_since(task.cim, site.code, since.record, since.component, since.ids, since.since)


def _of_site(message: StatusMessage, site: Site) -> bool:
    """The site component manager writes about a remote server under its own machine's name."""
    return naming.same_computer(message.server, site.server)


def _outcome(task: Task, site: Site, server: str, verdict: Verdict | None, verb: str, limit_seconds: float) -> Verdict:
    if verdict is None:
        raise TaskFailure(
            f"Site {site.code} did not {verb} the role on {server} within {limit_seconds:.0f} s. The row is written and the "
            f"site continues by itself; check sitecomp.log on {site.server}. Run this again to continue waiting, with a longer "
            "wait_timeout (service_connection_point_wait_timeout in the roles) if necessary."
        )
    failure = None if verdict.done else verdict.failure
    if failure is None:
        return verdict
    said = status.with_words(task.cim, site.code, failure)
    quoted = " ".join(word for word in said.words if word) or "no further text"
    raise SiteFailure(
        f"Site {site.code} failed to {verb} the role on {server}: status message {said.id} of {said.component} at "
        f'{said.time}: "{quoted}". The site tries again every 60 minutes; check sitecomp.log on {site.server} for the cause, '
        "fix it and run this again.",
        evidence=evidence(verdict),
    )
