"""What the sites report about the steps of an update: the rows of the monitoring classes (facts/servicing.md, 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

# IsComplete ([D]: 2 and 4; 1 in logs of the product; that 3 means a warning is inferred).
IN_PROGRESS, SUCCESS, WARNING, FAILURE = 1, 2, 3, 4


@dataclass(frozen=True)
class Stage:
    """A phase of the console's monitoring. ``number`` is the high word of the numbers of its steps."""

    number: int
    name: str


@dataclass(frozen=True)
class Step:
    """A step of a stage. ``number`` is SubStageid; rules of the prerequisite check are steps whose numbers are not shown."""

    stage: Stage
    number: int
    name: str
    order: int
    description: str = ""


@dataclass
class Report:
    """The last report about a step of a package at a site, in one attempt (SiteInstallID)."""

    guid: str
    site_code: str
    attempt: int
    step: Step
    progress: int
    is_complete: int
    applicable: int
    description: str
    time: datetime


class Progress:
    """The reports of a hierarchy. Each attempt of a site keeps its own."""

    def __init__(self) -> None:
        self._reports: dict[tuple[str, str, int, Stage, int], Report] = {}

    def report(self, report: Report) -> None:
        """Record a report; it replaces the earlier one about the same step in the same attempt."""
        self._reports[(report.guid, report.site_code, report.attempt, report.step.stage, report.step.number)] = report

    def every(self) -> list[Report]:
        """All reports, those of earlier attempts too."""
        return list(self._reports.values())

    def latest(self, stages: Iterable[Stage] = ()) -> list[Report]:
        """For each package, site and step the report of its last attempt, in the order of the steps.

        Reports of an earlier attempt stay until the new attempt reports the same step. Whether a site keeps them is not
        established; the keys of the classes allow no two of them ([I]).
        """
        found: dict[tuple[str, str, Stage, int], Report] = {}
        wanted = tuple(stages)
        for report in self._reports.values():
            if wanted and report.step.stage not in wanted:
                continue
            key = (report.guid, report.site_code, report.step.stage, report.step.number)
            if key not in found or found[key].attempt < report.attempt:
                found[key] = report
        return sorted(found.values(), key=_order)


def _order(report: Report) -> tuple[str, str, int, int]:
    return report.guid, report.site_code, report.step.stage.number, report.step.order
