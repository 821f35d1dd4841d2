# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The progress of a flow: its latest pass, the stages that the pass has reached, its outcome, and the passes before it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow_tables import Flow, Stage

# A hierarchy has a few dozen updates; more passes than this are not kept.
MOST_PACKAGES = 200
# A check for updates a day: what a picture of some weeks needs, also of a thread that was restarted often.
MOST_PAST = 100


class Outcome(Enum):
    """The outcome of a pass. STALLED: no failure, but no further stage for longer than the flow's stages take."""

    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    STALLED = "stalled"
    RUNNING = "running"
    # Only of a pass that another one followed.
    UNFINISHED = "unfinished"


class Seen(NamedTuple):
    """Where and when something was seen.

    :param place: counts records over all logs.
    :param when: UTC, None when unknown.
    :param log: the path of the log.
    :param name: the name of the log in the tables.
    """

    place: int
    when: datetime | None
    log: str
    name: str = ""


@dataclass
class Pass:
    """One pass through a flow.

    ``begun`` is None when its beginning is not in the part of the log that was read; ``last`` is its latest line.
    """

    package: str
    begun: Seen | None
    furthest: Stage
    last: Seen
    stages: dict[str, tuple[Stage, Seen]] = field(default_factory=dict)
    goal: Seen | None = None
    failed: bool = False
    stopped: bool = False

    def outcome(self, now: datetime | None, patience: timedelta | None) -> Outcome:
        """The outcome at ``now`` (the server's time, UTC); without ``patience`` it is never STALLED."""
        if self.goal is not None:
            return Outcome.COMPLETED
        if self.failed:
            return Outcome.FAILED
        if self.stopped:
            return Outcome.STOPPED
        when = self.last.when
        late = patience is not None and now is not None and when is not None and now - when > patience
        return Outcome.STALLED if late and not self.furthest.waits else Outcome.RUNNING

    def outcome_of_past(self) -> Outcome:
        """The outcome of a pass that another one followed."""
        found = self.outcome(None, None)
        return Outcome.UNFINISHED if found is Outcome.RUNNING else found


class FlowTracker:
    """Follows one flow through the records of all logs, in the order of time."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.patience = None if flow.patience_minutes is None else timedelta(minutes=flow.patience_minutes)
        # Keyed by package; the newest last. A flow without packages has the one key "".
        self.passes: dict[str, Pass] = {}
        self.last_success: Seen | None = None
        # Passes that another one followed, the oldest first; without those that only reached a stage after which nothing has to
        # follow, such as the start of a thread.
        self.past: deque[Pass] = deque(maxlen=MOST_PAST)
        # By package: where the latest complete pass began.
        self._complete: dict[str, int] = {}

    def key(self, package: str) -> str:
        """The key of a package's passes."""
        return package if self.flow.by_package else ""

    def stage(self, stage: Stage, seen: Seen, package: str = "", *, repeated: bool = False) -> str:
        """A stage was seen; returns the key of its pass.

        :param repeated: by a second indication (a state message), which never begins a pass a second time.
        """
        key = self.key(package)
        self._name(key)
        current = self.passes.get(key)
        if current is None or _is_new(current, stage, repeated):
            current = self._begin(key, stage, seen)
        current.stages[stage.id] = (stage, seen)
        current.last = seen
        current.failed = current.stopped = False
        current.furthest = max(current.furthest, stage, key=lambda each: each.order)
        if stage.goal:
            current.goal = self.last_success = seen
            if current.begun is not None:
                self._complete[key] = max(self._complete.get(key, -1), current.begun.place)
        return key

    def failed_state(self, stage: Stage, seen: Seen, package: str) -> str:
        """The state of a package says that its pass has failed, also where no other line shows that pass; returns its key."""
        key = self.key(package)
        current = self.passes.get(key)
        if current is None or current.goal is not None:
            current = self._begin(key, stage, seen)
            current.stages[stage.id] = (stage, seen)
        current.last = seen
        current.failed = True
        return key

    def fail(self, key: str) -> None:
        """A problem was reported: the pass in progress has failed, unless a further stage follows."""
        current = self.passes.get(key)
        if current is not None and current.goal is None:
            current.failed = True

    def stop(self, log: str) -> None:
        """The thread that writes ``log`` was stopped."""
        current = next(reversed(self.passes.values()), None)
        if current is not None and current.goal is None and current.last.log == log:
            current.stopped = True

    def in_progress(self, key: str) -> bool:
        """Whether the latest pass of this key has begun and has not ended."""
        current = self.passes.get(key)
        return current is not None and current.goal is None and not current.failed and not current.stopped

    def last_log(self, package: str) -> str:
        """The log with the latest line about the package; empty when there is none."""
        current = self.passes.get(self.key(package))
        return current.last.log if current else ""

    def latest(self) -> str | None:
        """The key of the latest pass, None when there is none."""
        return next(reversed(self.passes), None)

    def completed_after(self, place: int, key: str = "") -> bool:
        """Whether a pass of this key that began after ``place`` has reached the goal."""
        return self._complete.get(key, -1) > place

    def _name(self, package: str) -> None:
        """A pass that began without the name of its package belongs to the next package that is named."""
        unnamed = self.passes.pop("", None) if package else None
        known = self.passes.get(package)
        if unnamed is not None and (known is None or known.goal is not None):
            unnamed.package = package
            self.passes.pop(package, None)
            self.passes[package] = unnamed

    def _begin(self, key: str, stage: Stage, seen: Seen) -> Pass:
        replaced = self.passes.pop(key, None)
        if replaced is not None and not (replaced.furthest.waits and replaced.goal is None):
            self.past.append(replaced)
        if len(self.passes) >= MOST_PACKAGES:
            del self.passes[next(iter(self.passes))]
        current = self.passes[key] = Pass(key, seen if stage.begins else None, stage, seen)
        return current


def _is_new(current: Pass, stage: Stage, repeated: bool) -> bool:
    """Whether this stage shows that a new pass has begun."""
    furthest = current.furthest
    if stage.begins:
        return stage.order < furthest.order or (stage.order == furthest.order and not repeated)
    # After its end, a pass does not return to an earlier stage: so the line that begins the next pass is missing.
    goals = [reached.order for reached, _seen in current.stages.values() if reached.goal]
    return not repeated and bool(goals) and not stage.goal and stage.order < min(goals)
