# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Numbers about an update package that logs print: its state, and the step that a site reports.

Source: SupportArticles-docs, understand-troubleshoot-updates-servicing (KB 4490424). Pure.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table

_GUID = r"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
_STATE = re.compile(
    rf'ConfigurationManagerUpdateContent Guid="{_GUID}" State="(\d{{1,7}})"'
    rf"|Updated CMUpdatePackage state to (\d{{1,7}}) \(PackageGuid={_GUID}\)",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"reported ConfigMgr update status \(SiteCode=(\w{1,3}), SubStageID=0x([0-9a-f]{1,6}), IsComplete=(\d), Progress=(\d{1,3}), "
    r"Applicable=(\d)",
    re.IGNORECASE,
)
_FAILED_STEP = 4


class PackageState(NamedTuple):
    """The state of an update package as a log prints it. ``name``: of the table update_states, else the number."""

    package: str
    number: int
    name: str
    failed: bool


class Step(NamedTuple):
    """A step of an update that a site reports as in progress (1), complete (2), complete with warnings (3) or failed (4)."""

    site: str
    number: int
    complete: int

    @property
    def failed(self) -> bool:
        return self.complete == _FAILED_STEP


class StepKind(NamedTuple):
    """What a step does, the flow that it belongs to, and the log that has its details."""

    title: str
    flow: str
    log: str


def package_state(message: str) -> PackageState | None:
    """The state that a message reports, None when it reports none."""
    match = _STATE.search(message)
    if match is None:
        return None
    guid, number = (match[1], match[2]) if match[1] else (match[4], match[3])
    row = _states().get(int(number))
    return PackageState(guid.lower(), int(number), row[0] if row else number, bool(row and row[1] == "failed"))


def step(message: str) -> Step | None:
    """The step that a message reports; None when it reports none, or one that does not apply to the site."""
    match = _STEP.search(message)
    return Step(match[1].upper(), int(match[2], 16), int(match[3])) if match and match[5] != "0" else None


def step_kind(number: int) -> StepKind:
    """What the number of a step stands for: its own row, else the row of its high word."""
    data = table("logs/flows")
    row = next((row for row in data["substages"] if int(row["number"], 16) == number), None)
    row = row or next((row for row in data["substage_groups"] if row["high_word"] == number >> 16), None)
    return StepKind(row["title"], row["flow"], row["log"]) if row else StepKind("a step of the update", "", "cmupdate")


def advice(name: str) -> str:
    """What to do about a package in a failed state, by the table update_states."""
    data = table("update_states")
    phase = next(row["phase"] for row in data["states"] if row["name"] == name)
    return str(next(row["text"] for row in data["advice"] if row.get("state") == name or row.get("phase") == phase))


@cache
def _states() -> dict[int, tuple[str, str]]:
    return {row["number"]: (row["name"], row["phase"]) for row in table("update_states")["states"]}
