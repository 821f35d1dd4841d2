# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Phases, steps and prerequisite results of an update, in the terms of the console. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import (
    APPLICABILITY,
    CHECK,
    DONE,
    DOWNLOAD,
    FAILED,
    INSTALLATION,
    REPLICATION,
    START,
    WORKING,
    Package,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import (
    CHECKED,
    DOWNLOADED,
    INSTALLED,
    Seen,
    Wish,
    is_reached,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

POST = "post"
# The phases in their order, and their names in the console (memdocs, install-in-console-updates).
PHASES = {
    DOWNLOAD: "Download",
    REPLICATION: "Replication",
    CHECK: "Prerequisites Check",
    INSTALLATION: "Installation",
    POST: "Post Installation",
}
_ORDER = tuple(PHASES)
# What a state means in which no phase runs, in the terms of the console.
_BETWEEN = {APPLICABILITY: "Available to Download", START: "Started"}
NOT_STARTED, IN_PROGRESS, COMPLETED, COMPLETED_WITH_WARNING = "not started", "in progress", "completed", "completed with warning"
_STANDINGS = {
    WORKING: IN_PROGRESS,
    updates.UNKNOWN: IN_PROGRESS,
    updates.WAITING: "waiting",
    updates.RESTART: "waiting for a restart",
    updates.WARNING: COMPLETED_WITH_WARNING,
    DONE: COMPLETED,
    FAILED: FAILED,
}
# IsComplete of the monitoring classes: 2 and 4 are documented (KB 4490424), 1 is in its logs, 3 is inferred.
STEP_STATES = {0: NOT_STARTED, 1: IN_PROGRESS, 2: COMPLETED, 3: COMPLETED_WITH_WARNING, 4: FAILED}
# The high word of SubStageID, as it is in logs (KB 4490424); those of download and check are inferred.
STAGES = {0xA: DOWNLOAD, 0xB: REPLICATION, 0xC: CHECK, 0xD: INSTALLATION, 0xE: POST}
_NAME_LENGTH, _TEXT_LENGTH = 200, 1000


@dataclass(frozen=True)
class StepState:
    """One step of a phase at one site, or one rule of the prerequisite check.

    :param stage: empty when the number of the step is not known.
    :param status: as in the console; ``status N`` for an unknown number.
    :param progress: percent.
    :param attempt: counts the retries of the site.
    """

    site: str
    stage: str
    name: str
    status: str
    progress: int
    description: str = ""
    attempt: int = 0
    order: int = 0

    def as_data(self) -> dict[str, Any]:
        return {
            "site_code": self.site,
            "phase": PHASES.get(self.stage),
            "name": shown(self.name, _NAME_LENGTH),
            "status": self.status,
            "progress": self.progress,
            "description": shown(self.description, _TEXT_LENGTH),
            "logs": list(logs_of(self.stage)) if self.status == FAILED else [],
        }


def step_from(row: CimInstance, stage: str = "") -> StepState:
    """A row of a monitoring class.

    :param stage: of all rows of the class; if empty, the number of the step shows it.
    """
    number = int(row.get("SubStageid") or 0) if not stage else 0
    complete = int(row.get("IsComplete") or 0)
    return StepState(
        site=str(row.get("SiteCode") or "").upper(),
        stage=stage or STAGES.get(number >> 16, ""),
        name=str(row.get("SubStageName") or "").strip(),
        status=STEP_STATES.get(complete, f"status {complete}"),
        progress=int(row.get("Progress") or 0),
        description=str(row.get("Description") or "").strip(),
        attempt=int(row.get("SiteInstallID") or 0),
        order=int(row.get("OrderId") or 0),
    )


def steps_from(rows: Iterable[CimInstance], stage: str = "") -> tuple[StepState, ...]:
    """The steps that apply, of the last attempt of each site, in their order."""
    found = [step_from(row, stage) for row in rows if row.get("Applicable") != 0]
    last = {step.site: 0 for step in found}
    for step in found:
        last[step.site] = max(last[step.site], step.attempt)
    kept = [step for step in found if step.attempt == last[step.site]]
    return tuple(sorted(kept, key=lambda step: (step.site, _place(step.stage), step.order, step.name)))


def _place(stage: str) -> int:
    return _ORDER.index(stage) if stage in _ORDER else len(_ORDER)


def phase_status(number: int, phase: str) -> str:
    """The status of a phase for a state of the update.

    :param phase: a key of PHASES; the post installation is not shown by the state.
    """
    stage, standing = updates.stage_of(number), updates.standing_of(number)
    if phase == POST:
        return NOT_STARTED
    if stage == START:
        return COMPLETED if phase == DOWNLOAD else NOT_STARTED
    if stage not in _ORDER:
        return NOT_STARTED
    here, there = _ORDER.index(stage), _ORDER.index(phase)
    if here == there:
        return _STANDINGS.get(standing, IN_PROGRESS)
    return COMPLETED if there < here else NOT_STARTED


def phases(seen: Seen, steps: Sequence[StepState]) -> list[dict[str, Any]]:
    """Each phase with its status."""
    found = [{"phase": title, "status": phase_status(seen.package.number, phase)} for phase, title in PHASES.items()]
    own = [step.status for step in steps if step.stage == POST]
    if own:
        found[-1]["status"] = _together(own)
    return found


def _together(statuses: Sequence[str]) -> str:
    """The status of a phase out of those of its steps."""
    if FAILED in statuses:
        return FAILED
    if all(status in (COMPLETED, COMPLETED_WITH_WARNING) for status in statuses):
        return COMPLETED_WITH_WARNING if COMPLETED_WITH_WARNING in statuses else COMPLETED
    return NOT_STARTED if set(statuses) == {NOT_STARTED} else IN_PROGRESS


def sites(seen: Seen, steps: Sequence[StepState]) -> list[dict[str, Any]]:
    """The update at each site, with the step that is at work or failed there."""
    return [
        {
            "site_code": site.code,
            "server": site.server,
            "state": updates.state_name(site.number),
            "state_number": site.number,
            "phase": PHASES.get(site.stage),
            "status": _STANDINGS.get(site.standing, site.standing),
            "step": step.name if step else None,
            "progress": step.progress if step else None,
        }
        for site in seen.sites
        for step in [current_step(site.code, steps)]
    ]


def current_step(code: str, steps: Sequence[StepState]) -> StepState | None:
    """The step of a site that failed, or else the one at work."""
    own = [step for step in steps if step.site == code]
    for status in (FAILED, IN_PROGRESS):
        found = next((step for step in own if step.status == status), None)
        if found:
            return found
    return None


def planned(seen: Seen, wish: Wish, hierarchy: Sequence[Site], top: str) -> list[dict[str, Any]]:
    """The phases that are still to run for the requested state, each with its sites: primary and central administration sites.

    An installation makes the prerequisite check again, so a check that ended does not shorten it (KB 4490424).
    """
    if is_reached(seen, wish):
        return []
    last = {DOWNLOADED: DOWNLOAD, CHECKED: CHECK, INSTALLED: POST}.get(wish.state)
    if last is None:
        return []
    package = seen.package
    ended = package.stage == CHECK and package.standing != WORKING
    begun = (
        package.stage if package.stage in _ORDER and not ended else REPLICATION if package.stage in (START, CHECK) else DOWNLOAD
    )
    first = _ORDER.index(begun) + (1 if begun == DOWNLOAD and package.stage == DOWNLOAD and package.standing == DONE else 0)
    everywhere = [site.code for site in hierarchy if site.type != "secondary"]
    return [
        {"phase": PHASES[phase], "sites": [top] if phase == DOWNLOAD else everywhere}
        for phase in _ORDER[first : _ORDER.index(last) + 1]
    ]


def logs_of(stage: str) -> tuple[str, ...]:
    """The logs in which a phase reports, each with its server."""
    row = next((row for row in table("update_states")["logs"] if row["stage"] == stage), None)
    return tuple(row["logs"]) if row else ()


def line(seen: Seen, steps: Sequence[StepState]) -> str:
    """What the site is doing, in one line: the phase, and the step of each site that is at work."""
    package = seen.package
    title = PHASES.get(package.stage)
    head = f"{package.name}: {title or _BETWEEN.get(package.stage, 'unknown')} ({package.state})"
    works = [_at(site.code, site.number, steps) for site in seen.sites if (site.stage, site.standing) != (INSTALLATION, DONE)]
    return f"{head}; {'; '.join(works)}" if works else head


def _at(code: str, number: int, steps: Sequence[StepState]) -> str:
    step = current_step(code, steps)
    if step is None:
        return f"{code}: {updates.state_name(number)}"
    return f"{code}: {shown(step.name, _NAME_LENGTH)} ({step.progress} %)"


def reset_command(package: Package, server: str, instance: str, database: str) -> str | None:
    """The command of the update reset tool for a download or replication that cannot be completed; else None.

    It must not be used once the installation has begun (memdocs, update-reset-tool). It is advice: nothing here runs it.

    :param server: fully qualified domain name of the SQL Server of the top-level site; empty when it is not known.
    """
    stuck = package.stage in (DOWNLOAD, REPLICATION) and package.standing in (WORKING, FAILED)
    if not stuck or not server or not database:
        return None
    named = f" -I {instance}" if instance else ""
    return f"CMUpdateReset.exe -S {server} -D {database} -P {package.guid}{named}"
