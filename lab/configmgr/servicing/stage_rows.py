"""The stages of an update at each site, made from the reports about their steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lab.configmgr import progress
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.progress import Report, Stage
from lab.configmgr.servicing import steps_table
from lab.configmgr.sites import PRIMARY, Site


@dataclass(frozen=True)
class StageRow:
    """A stage of a package at a site. ``completed`` is StageCompleted, inferred to have the numbers of IsComplete."""

    guid: str
    site: Site
    stage: Stage
    completed: int
    time: datetime


def stage_rows(hierarchy: Hierarchy) -> list[StageRow]:
    """A row for each stage that a package has begun at a site, by the last attempt that has reached the stage ([I])."""
    found: dict[tuple[str, str, Stage], list[Report]] = {}
    for report in hierarchy.progress.latest():
        found.setdefault((report.guid, report.site_code, report.step.stage), []).append(report)
    rows = []
    for (guid, code, stage), reports in found.items():
        site = hierarchy.sites[code]
        last = max(report.attempt for report in reports)
        current = [report for report in reports if report.attempt == last]
        rows.append(StageRow(guid, site, stage, completed(stage, site, current), max(report.time for report in current)))
    return rows


def completed(stage: Stage, site: Site, reports: list[Report]) -> int:
    """Whether a stage is in progress, completed, completed with a warning, or failed, by the steps that apply to the site."""
    values = {report.step.number: report.is_complete for report in reports if report.applicable}
    if progress.FAILURE in values.values():
        return progress.FAILURE
    needed = [
        step.number
        for step in steps_table.expected(stage)
        if steps_table.is_applicable(step.number, not site.parent, site.type == PRIMARY)
    ]
    if any(values.get(number, progress.IN_PROGRESS) == progress.IN_PROGRESS for number in (*needed, *values)):
        return progress.IN_PROGRESS
    shown = {value for number, value in values.items() if number != steps_table.BOOT_IMAGES}
    return progress.WARNING if progress.WARNING in shown else progress.SUCCESS
