"""A site in memory that downloads, checks and installs one update while a task sleeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.course import Course, Limits
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import Wish
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.reading import Reader
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.window import Window
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.work import bring
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result
from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import WIN32_OPERATING_SYSTEM
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from tests.unit.site.fake_site import answered
from tests.unit.site.servicing.updating.support import GUID, NEW, NUMBERS, OLD
from tests.unit.site.support import Clock, task

BEGAN = datetime(2031, 5, 1, 8, tzinfo=UTC)
STARTS = ("SetPackageToBeDownloaded", "InitiateUpgrade", "SetIgnorePrereqWarning", "RetryContentReplication")
LONG = Limits(True, 6 * 3600, 3600)


class FakeServicing:
    """The SMS Provider of one site with one update, in place of a CimSession.

    :param check: the state in which the prerequisite check ends.
    :param end: the state in which the installation ends.
    :param reacts: whether requests have an effect at all.
    """

    def __init__(
        self,
        state: str,
        flag: int = 0,
        check: str = "PREREQ_SUCCESS",
        end: str = "INSTALL_SUCCESS",
        reacts: bool = True,
    ) -> None:
        self.clock = Clock()
        self.number, self.flag, self.updated = NUMBERS[state], flag, BEGAN
        self.check, self.end, self.reacts = check, end, reacts
        self.queued = False
        self.calls: list[str] = []
        self.progress: list[str] = []
        self.warnings: list[str] = []
        self.other: str | None = None
        # States of sites that differ from that of the package; rows of other classes; classes that are refused.
        self.sites: dict[str, int] = {}
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.refused: set[str] = set()
        self.refuses_when = ("", "")
        self.version, self.zone, self.listed_at = OLD, 60, 0.0
        self.moves_version = True
        # Requests that failed because of an outage.
        self.failed = 0
        # Method name to an error, and whether the method has its effect nevertheless.
        self.troubles: dict[str, list[tuple[Exception | None, bool]]] = {}
        # From and to (seconds): every request fails.
        self.outages: list[tuple[float, float, Exception]] = []
        self._due: list[tuple[float, Callable[[], None]]] = []

    # The way of the site.

    def _set(self, state: str) -> None:
        self.number, self.updated = NUMBERS[state], BEGAN + timedelta(seconds=self.clock.now)
        if state == "INSTALL_SUCCESS" and self.moves_version:
            self.version = NEW

    def later(self, seconds: float, state: str) -> None:
        self._due.append((self.clock.now + seconds, lambda: self._set(state)))

    def _start(self, flag: int) -> None:
        self.flag = flag
        self._set("ENABLED")
        self.later(60, "CONTENT_REPLICATING")
        self.later(120, "CONTENT_REPLICATION_SUCCESS")
        self.later(700, "PREREQ_IN_PROGRESS")
        self.later(900, self.check)
        passes = (self.check == "PREREQ_SUCCESS" and flag != 1) or (self.check == "PREREQ_WARNING" and flag == 2)
        if passes:
            self._install(960)

    def _install(self, seconds: float) -> None:
        self.later(seconds, "INSTALL_IN_PROGRESS")
        self.later(seconds + 600, "INSTALL_UPGRADEDATABASE")
        self.later(seconds + 2400, self.end)

    def _act(self, method: str, inputs: Mapping[str, Any]) -> None:
        if not self.reacts:
            return
        if method == "SetPackageToBeDownloaded":
            self.queued = True
            self.later(1200, "DOWNLOAD_IN_PROGRESS")
            self.later(2400, "DOWNLOAD_SUCCESS")
            self._due.append((self.clock.now + 2400, lambda: setattr(self, "queued", False)))
        elif method == "InitiateUpgrade":
            self._start(int(inputs["PrereqFlag"]))
        elif method == "SetIgnorePrereqWarning":
            self.flag = int(inputs["flag"])
            self._install(120)

    def _live(self) -> None:
        due = sorted((entry for entry in self._due if entry[0] <= self.clock.now), key=lambda entry: entry[0])
        self._due = [entry for entry in self._due if entry[0] > self.clock.now]
        for _when, act in due:
            act()
        for begin, end, error in self.outages:
            if begin <= self.clock.now < end:
                self.failed += 1
                raise error

    # What a CimSession offers.

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        self._live()
        refused = self.refuses_when == (updates.state_name(self.number), cls.name)
        if refused or cls.name in self.refused:
            raise CimFault(FaultKind.OTHER, RequestInfo("Query", query=query))
        rows = [CimInstance.new(namespace, cls, row) for row in self._rows(cls)]
        # The lab reads queries strictly; a projection has only the columns that it names.
        return answered(query, cls, rows)

    def _rows(self, cls: CimClass) -> list[dict[str, Any]]:
        if cls is classes.SMS_CM_UPDATE_PACKAGES:
            listed = [self._package()] if self.clock.now >= self.listed_at else []
            other = {**self._package(), "PackageGuid": "OTHER", "Name": "Other"}
            return [*listed, {**other, "State": NUMBERS[self.other]}] if self.other else listed
        if cls is classes.SMS_SITE:
            kinds = {"CAS": (4, ""), "PR1": (2, "CAS"), "SE1": (1, "PR1")}
            return [
                {"SiteCode": code, "Type": kind, "ReportingSiteCode": parent, "ServerName": f"{code}.corp.example",
                 "SiteName": code, "Version": self.version}
                for code, (kind, parent) in kinds.items()
            ]  # fmt: skip
        if cls is classes.SMS_CM_UPDATE_PACKAGE_SITE_STATUS:
            shown = self.number >> 16 in (1, 2, 3)
            states = {"PR1": self.number, "CAS": self.number, **self.sites} if shown else {}
            return [
                {
                    "PackageGuid": guid,
                    "SiteNumber": place,
                    "SiteCode": code,
                    "SiteServerName": f"{code}.CORP.example",
                    "State": state,
                }
                for guid in (GUID, "OTHER")
                for place, (code, state) in enumerate(states.items())
            ]
        if cls is WIN32_OPERATING_SYSTEM:
            now = BEGAN + timedelta(seconds=self.clock.now)
            return [{"CSName": "CAS01", "LocalDateTime": now, "CurrentTimeZone": self.zone}]
        return self.tables.get(cls.name, [])

    def _package(self) -> dict[str, Any]:
        return {
            "PackageGuid": GUID,
            "Name": "Configuration Manager 2609 ",
            "FullVersion": NEW,
            "MinCMVersion": "5.00.9135.1000",
            "State": self.number,
            "PrereqFlag": self.flag,
            "UpdateType": 0,
            "Impact": 31,
            "LastUpdateTime": self.updated,
        }

    def invoke(
        self, namespace: str, cls: CimClass, method: str, inputs: Mapping[str, Any] | None = None, *, keys: Mapping[str, Any]
    ) -> dict[str, Any]:
        assert (namespace, dict(keys)) == (naming.site_namespace("CAS"), {"PackageGuid": GUID})
        self._live()
        if method == "PackageExistsInToBeDownloadedList":
            return {"PackageExists": self.queued, "ReturnValue": 0}
        assert method in STARTS
        waiting = self.troubles.get(method) or [(None, True)]
        error, effect = waiting.pop(0)
        if effect:
            self.calls.append(" ".join([method, *map(str, (inputs or {}).values())]))
            self._act(method, inputs or {})
        if error is not None:
            raise error
        return {"ReturnValue": 0}

    # What a test does.

    def course(self, wish: Wish, wait: float = 6 * 3600, outage: float = 3600, waits: bool = True, closed: str = "") -> Course:
        made, _clock = task(self, {}, self.progress.append, self.clock, warn=self.warnings.append)
        reader = Reader(made.cim, "CAS", GUID, OLD)
        return Course(made, "CAS", reader, wish, Limits(waits, wait, outage), lambda: closed or None)

    def bring(self, wish: Wish, **more: Any) -> tuple[str, bool]:
        """The name of the state at the end, and whether the requested state is reached."""
        course = self.course(wish, **more)
        look, reached = course.run(course.reader.with_others())
        return look.seen.package.state, reached

    def work(
        self,
        wish: Wish,
        check: bool = False,
        update: str = "2609",
        kind: str = "version",
        code: str = "CAS",
        window: Window | None = None,
        limits: Limits = LONG,
    ) -> Result:
        """What the module does with its options."""
        made, _clock = task(
            self,
            {"update": update, "kind": kind},
            self.progress.append,
            self.clock,
            warn=self.warnings.append,
            check_mode=check,
        )
        return bring(made, code, wish, limits, window)
