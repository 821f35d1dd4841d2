# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The flows of the table ``data/logs/flows.yml``: their stages, and the numbers that show a stage."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table


class Stage(NamedTuple):
    """A stage of a flow.

    ``order`` increases along the flow; ``begins`` starts a new pass, ``goal`` is the flow's end; after ``waits`` nothing has to
    follow. ``within``: other work prints the line too, so it counts only while a pass is in progress on the thread.
    ``easy_setup``: the line counts only for the package of updates; ``names``: it shows itself that it is about that package.
    """

    flow: str
    id: str
    title: str
    order: int
    begins: bool
    goal: bool
    waits: bool = False
    within: bool = False
    easy_setup: str = ""


class Flow(NamedTuple):
    """A flow.

    :param stages: one for each row of the table, in order; rows with the same id are the same stage, seen by different lines.
    :param by_package: each update package has its own pass.
    :param patience_minutes: how long after its last stage an unfinished pass counts as stalled; an estimate, not a published
        value. None where that cannot be determined.
    :param logs: the logs with lines about it, by name without extension.
    """

    id: str
    title: str
    by_package: bool
    patience_minutes: int | None
    logs: frozenset[str]
    stages: tuple[Stage, ...]

    def stage(self, id: str) -> Stage:
        """The stage of this id; KeyError when there is none."""
        for stage in self.stages:
            if stage.id == id:
                return stage
        raise KeyError(id)


class StateRule(NamedTuple):
    """What the state of a package says about a flow; ``stage`` is None for a failed state that belongs to no stage."""

    flow: str
    stage: Stage | None


@cache
def flows() -> Mapping[str, Flow]:
    """The flows by id."""
    found = {}
    for row in table("logs/flows")["flows"]:
        ids = list(dict.fromkeys(each["id"] for each in row["stages"]))
        stages = tuple(
            Stage(
                row["id"],
                each["id"],
                each["title"],
                ids.index(each["id"]),
                **{mark: each.get(mark, False) for mark in ("begins", "goal", "waits", "within")},
                easy_setup=each.get("easy_setup", ""),
            )
            for each in row["stages"]
        )
        logs = frozenset(log for each in row["stages"] for log in each["logs"])
        found[row["id"]] = Flow(row["id"], row["title"], row.get("by_package", False), row.get("patience_minutes"), logs, stages)
    return found


def state_message_name(number: int) -> str:
    """The published name of a state message's number; ``progress`` for those without one."""
    return _state_messages()[number][0] if number in _state_messages() else "progress"


def state_stage(number: int) -> Stage | None:
    """The stage that a state message proves, None for a number without one."""
    return _state_messages()[number][1] if number in _state_messages() else None


@cache
def state_rule(name: str) -> StateRule | None:
    """What the state of a package says about a flow, None for a state that says nothing."""
    row = next((row for row in table("logs/flows")["package_states"] if row["state"] == name), None)
    if row is None:
        return None
    # A state is a second indication: the line before it begins the pass.
    stage = flows()[row["flow"]].stage(row["stage"])._replace(begins=False) if "stage" in row else None
    return StateRule(row["flow"], stage)


@cache
def _state_messages() -> Mapping[int, tuple[str, Stage]]:
    return {
        row["number"]: (row["name"], flows()[row["flow"]].stage(row["stage"])) for row in table("logs/flows")["state_messages"]
    }
