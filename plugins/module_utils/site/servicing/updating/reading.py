# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a site shows of an update, read from the SMS Provider of the top-level site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    SMS_CM_UPDATE_PACK_DETAILED_MONITORING,
    SMS_CM_UPDATE_PACK_DETAILED_PREREQ_MONITORING,
    SMS_CM_UPDATE_PACK_DOWNLOAD_MONITORING,
    SMS_CM_UPDATE_PACKAGE_SITE_STATUS,
    SMS_CM_UPDATE_PACKAGES,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import is_missing_site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating import telling
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import Seen, SiteState, busy
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.telling import StepState
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

_SITE_COLUMNS = ("SiteCode", "SiteServerName", "State")
_STEP_COLUMNS = ("SiteCode", "SubStageName", "Description", "OrderId", "Progress", "IsComplete", "Applicable", "SiteInstallID")


@dataclass(frozen=True)
class Look:
    """One reading: what decides, and what is shown."""

    seen: Seen
    steps: tuple[StepState, ...] = ()
    rules: tuple[StepState, ...] = ()

    @property
    def traces(self) -> tuple[object, ...]:
        """What changes while the site works."""
        return (self.seen.package.number, self.seen.package.updated, self.seen.sites, self.steps, self.rules)


class Reader:
    """Reads one package of a site again and again; each method opens and ends its enumerations.

    :param site_version: of the top-level site, before the update.
    """

    def __init__(self, session: CimSession, code: str, guid: str, site_version: str) -> None:
        self._session = session
        self._namespace = naming.site_namespace(code)
        self._code = code
        self._guid = guid
        self._site_version = site_version

    def with_others(self) -> Look:
        """As ``look``, with the other packages at work, which decide whether something may be started."""
        return self.seen_among(updates.read_packages(self._session, self._code))

    def seen_among(self, packages: Sequence[Package]) -> Look:
        """As ``look``, with all packages, which were just read."""
        return self._look(self._own(packages), packages)

    def look(self) -> Look:
        """The package, the state at each site, and the steps. Three or four requests.

        :raises TaskFailure: the site no longer lists the package.
        """
        query = select(SMS_CM_UPDATE_PACKAGES, equals("PackageGuid", self._guid), columns=SMS_CM_UPDATE_PACKAGES.properties)
        found = self._session.query(self._namespace, SMS_CM_UPDATE_PACKAGES, query)
        return self._look(self._own([updates.package_from(row) for row in found]), ())

    def results(self) -> tuple[StepState, ...]:
        """The results of the prerequisite check, one for each rule and site."""
        return telling.steps_from(self._rows(SMS_CM_UPDATE_PACK_DETAILED_PREREQ_MONITORING, _STEP_COLUMNS), updates.CHECK)

    def steps(self, stage: str) -> tuple[StepState, ...]:
        """The steps of the download, or those of replication, installation and post installation."""
        if stage == updates.DOWNLOAD:
            rows = self._rows(SMS_CM_UPDATE_PACK_DOWNLOAD_MONITORING, _STEP_COLUMNS)
            return telling.steps_from(rows, updates.DOWNLOAD)
        if stage in (updates.START, updates.REPLICATION, updates.INSTALLATION):
            return telling.steps_from(self._rows(SMS_CM_UPDATE_PACK_DETAILED_MONITORING, (*_STEP_COLUMNS, "SubStageid")))
        return ()

    def _own(self, packages: Sequence[Package]) -> Package:
        found = next((package for package in packages if package.guid == self._guid), None)
        if found is None:
            raise TaskFailure(
                f"Site {self._code} no longer lists the update {self._guid}. Check the console, then run this again."
            )
        return found

    def _look(self, package: Package, packages: Sequence[Package]) -> Look:
        rows = self._rows(SMS_CM_UPDATE_PACKAGE_SITE_STATUS, _SITE_COLUMNS)
        states = sorted((_site_state(row) for row in rows), key=lambda site: site.code)
        seen = Seen(
            package=package,
            sites=tuple(states),
            queued=self._queued(package),
            busy=busy(packages, package),
            site_version=self._site_version,
        )
        rules = _shown(self.results) if package.stage == updates.CHECK else ()
        return Look(seen, _shown(lambda: self.steps(package.stage)), rules)

    def _queued(self, package: Package) -> bool | None:
        """Whether the download is requested; read only while that decides something."""
        waits = package.stage == updates.APPLICABILITY and package.standing == updates.DONE
        if not waits and (package.stage, package.standing) != (updates.DOWNLOAD, updates.FAILED):
            return None
        name = "PackageExistsInToBeDownloadedList"
        answer = self._session.invoke(self._namespace, SMS_CM_UPDATE_PACKAGES, name, keys={"PackageGuid": package.guid})
        listed = answer.get("PackageExists")
        return listed if isinstance(listed, bool) else None

    def _rows(self, cls: CimClass, columns: Sequence[str]) -> list[CimInstance]:
        """Empty if this version of the SMS Provider does not have the class."""
        query = select(cls, equals("PackageGuid", self._guid), columns=columns)
        try:
            return self._session.query(self._namespace, cls, query)
        except CimFault as fault:
            if not is_missing_site(fault):
                raise
            return []


def _shown(read: Callable[[], tuple[StepState, ...]]) -> tuple[StepState, ...]:
    """Details, which decide nothing: a fault about them does not end the task."""
    try:
        return read()
    except CimFault:
        return ()


def _site_state(row: CimInstance) -> SiteState:
    return SiteState(
        code=str(row.get("SiteCode") or "").upper(),
        number=int(row.get("State") or 0),
        server=str(row.get("SiteServerName") or "").lower(),
    )
