"""The progress of updates at each site, as the console's monitoring reads it (facts/servicing.md, section 2.3)."""

from __future__ import annotations

from collections.abc import Iterable

from lab.cim.model import ClassDef, Instance, Value
from lab.cim.provider import Call
from lab.configmgr.progress import Report, Stage
from lab.configmgr.provider.base import SmsProvider
from lab.configmgr.servicing import stage_rows, steps_table


class TopLevelProvider(SmsProvider):
    """SMS_CM_UpdatePackTopLevelMonitoring: the stages that a package has reached at each site."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each package, site and stage."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(
                cls.name,
                MessageTime=row.time,
                PackageGuid=row.guid,
                SiteCode=row.site.code,
                SiteNumber=self.hierarchy.site_number(row.site.code),
                SiteType=row.site.type,
                StageCompleted=row.completed,
                StageId=steps_table.stage_id(row.stage),
                StageName=row.stage.name,
            )
            for row in stage_rows.stage_rows(self.hierarchy)
        ]


class StepProvider(SmsProvider):
    """What the classes of single steps share. ``stages`` are those that a class shows."""

    stages: tuple[Stage, ...] = (steps_table.REPLICATION, steps_table.INSTALLATION, steps_table.POST_INSTALLATION)

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each package, site and step, of its last attempt."""
        self.reading(call, cls.name, "enumerate")
        numbered = "SubStageid" in cls.properties
        return [self._shown(cls, report, numbered) for report in self.hierarchy.progress.latest(self.stages)]

    def _shown(self, cls: ClassDef, report: Report, numbered: bool) -> Instance:
        number: dict[str, Value] = {"SubStageid": report.step.number} if numbered else {}
        return self.place.new(
            cls.name,
            Applicable=report.applicable,
            Description=report.description,
            IsComplete=report.is_complete,
            MessageTime=report.time,
            OrderId=report.step.order,
            PackageGuid=report.guid,
            Progress=report.progress,
            SiteCode=report.site_code,
            SiteInstallID=report.attempt,
            SiteNumber=self.hierarchy.site_number(report.site_code),
            SiteType=self.hierarchy.sites[report.site_code].type,
            StageId=steps_table.stage_id(report.step.stage),
            SubStageName=report.step.name,
            **number,
        )


class DownloadProvider(StepProvider):
    """SMS_CM_UpdatePackDownloadMonitoring: the steps of the download, at the top-level site only."""

    stages = (steps_table.DOWNLOAD,)


class PrerequisiteProvider(StepProvider):
    """SMS_CM_UpdatePackDetailedPrereqMonitoring: the rules of the prerequisite check."""

    stages = (steps_table.PREREQUISITES,)


class SiteStepsProvider(SmsProvider):
    """SMS_CM_UpdatePackDetailedSiteStatus: the steps of every attempt. The meaning of its numbers is inferred ([I])."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each site, attempt and step."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(
                cls.name,
                MessageTime=report.time,
                PackageGuid=report.guid,
                SiteCode=report.site_code,
                SiteInstallID=report.attempt,
                SiteNumber=self.hierarchy.site_number(report.site_code),
                StatusDescription=report.description,
                StatusID=steps_table.stage_id(report.step.stage),
                StatusName=report.step.name,
                SubStatusID=report.step.number,
            )
            for report in self.hierarchy.progress.every()
        ]
