# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Update packages of a site, the names of their states, and which of them hang."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    SMS_CM_UPDATE_PACKAGE_SITE_STATUS,
    SMS_CM_UPDATE_PACKAGES,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import is_missing_site
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import at_least, at_most, one_of, select

# SMS_CM_UpdatePackages.UpdateType and the bits of Impact (SDK page).
_TYPES = {0: "regular", 1: "weave", 2: "qfe"}
_IMPACTS = {0x01: "site server", 0x02: "console", 0x04: "client", 0x08: "features", 0x10: "fixes"}

AVAILABLE, DOWNLOADING, READY, INSTALLING, FAILED = "available", "downloading", "ready", "installing", "failed"
RESTART_PENDING, UNKNOWN = "restart_pending", "unknown"

# Stages of an update on its way, and how a stage stands; the table says which state means which.
APPLICABILITY, DOWNLOAD, START = "applicability", "download", "start"
REPLICATION, CHECK, INSTALLATION = "replication", "check", "installation"
WORKING, WAITING, DONE, WARNING, RESTART, HIDDEN = "working", "waiting", "done", "warning", "restart", "hidden"

# SMS_CM_UpdatePackages.PrereqFlag (SDK page).
STOP_ON_WARNINGS, CHECK_ONLY, PASS_WARNINGS = 0, 1, 2
HOTFIX = "qfe"


@dataclass(frozen=True)
class Package:
    """One update package. ``number`` is its state; the numbers have no order. ``updated``: when the site last wrote it (UTC).

    :param type: ``regular``, ``weave``, ``qfe``, or ``type N`` for an unknown number.
    :param flag: PrereqFlag: what the site does after the prerequisite check.
    :param minimum: the oldest version of a site to which it applies; empty when the site does not show it.
    :param earlier: name of a package that must be installed before, and ``earlier_number`` its state; empty if there is none.
    """

    guid: str
    name: str
    version: str
    type: str
    number: int
    impact: tuple[str, ...] = ()
    released: datetime | None = None
    updated: datetime | None = None
    flag: int = STOP_ON_WARNINGS
    minimum: str = ""
    earlier: str = ""
    earlier_number: int = 0

    @property
    def stage(self) -> str:
        return stage_of(self.number)

    @property
    def standing(self) -> str:
        return standing_of(self.number)

    @property
    def is_hotfix(self) -> bool:
        return self.type == HOTFIX

    @property
    def state(self) -> str:
        return state_name(self.number)

    @property
    def phase(self) -> str:
        """What the state means for users; ``unknown`` for a number that is not in the table."""
        return str(_states()[self.number]["phase"]) if self.number in _states() else UNKNOWN

    @property
    def moves(self) -> bool | None:
        """Whether the site leaves the state by itself; None for a number that is not in the table."""
        return bool(_states()[self.number]["moves"]) if self.number in _states() else None

    def age(self, now: datetime | None) -> timedelta | None:
        """How long ago the site last wrote the package; None when either time is unknown."""
        return None if now is None or self.updated is None else now - self.updated

    def hangs(self, now: datetime | None, after: timedelta) -> bool | None:
        """Whether the package has been for longer than ``after`` in a state that the site should leave by itself.

        None when that cannot be determined: the state or one of the times is unknown.
        """
        if self.moves is not True:
            return self.moves
        age = self.age(now)
        return None if age is None else age > after

    def as_data(self, now: datetime | None, after: timedelta) -> dict[str, Any]:
        age = self.age(now)
        hangs = self.hangs(now, after)
        return {
            "guid": self.guid,
            "name": self.name,
            "version": self.version,
            "type": self.type,
            "impact": list(self.impact),
            "state": self.state,
            "state_number": self.number,
            "phase": self.phase,
            "released": iso(self.released),
            "last_updated": iso(self.updated),
            "unchanged_seconds": None if age is None else max(0, round(age.total_seconds())),
            "hangs": hangs,
            "advice": advice(self) if hangs or self.phase == FAILED else None,
        }


def has_number(name: str, kb: str) -> bool:
    """Whether a package's name has this KB number, as in ``Configuration Manager 2603 Hotfix (KB39398030)``."""
    return re.search(rf"\bKB\s?{kb.removeprefix('KB')}\b", name, re.IGNORECASE | re.ASCII) is not None


def state_name(number: int) -> str:
    """The name of a package state; an unknown one is shown as its number."""
    return str(_states()[number]["name"]) if number in _states() else f"state {number}"


def stage_of(number: int) -> str:
    """The stage to which a state belongs; ``unknown`` for a number that is not in the table and not between installing states."""
    if number in _states():
        return str(_states()[number]["stage"])
    # A newer version may add a state of the installation; its failures have the highest numbers of the group.
    return INSTALLATION if number >> 16 == max(installing_states()) >> 16 else UNKNOWN


def standing_of(number: int) -> str:
    """How the stage of a state stands; ``unknown`` for a number that is not in the table."""
    return str(_states()[number]["standing"]) if number in _states() else UNKNOWN


def installing_states() -> list[int]:
    """The states in which the site is installing the update."""
    return [row["number"] for row in table("update_states")["states"] if row["installing"]]


def advice(package: Package) -> str | None:
    """What to do about a package that hangs or failed; None where no source says so."""
    for row in table("update_states")["advice"]:
        if row.get("state", package.state) == package.state and row.get("phase", package.phase) == package.phase:
            return str(row["text"])
    return None


def read_packages(session: CimSession, code: str) -> list[Package]:
    """Every update package that the site lists, the newest release first. One request."""
    # Named columns: descriptions and licence texts are large and are not read.
    query = select(SMS_CM_UPDATE_PACKAGES, columns=SMS_CM_UPDATE_PACKAGES.properties)
    found = session.query(naming.site_namespace(code), SMS_CM_UPDATE_PACKAGES, query)
    return newest_first(package_from(row) for row in found)


def newest_first(packages: Iterable[Package]) -> list[Package]:
    """By release, the newest first, then by name; those without a date last. Never by the number of the state."""
    oldest = datetime.min.replace(tzinfo=UTC)
    by_name = sorted(packages, key=lambda package: (package.name, package.guid))
    return sorted(by_name, key=lambda package: package.released or oldest, reverse=True)


def package_from(row: CimInstance) -> Package:
    """A row of SMS_CM_UpdatePackages."""
    kind = row.get("UpdateType")
    impact = int(row.get("Impact") or 0)
    return Package(
        guid=str(row["PackageGuid"]),
        name=str(row.get("Name") or row["PackageGuid"]).strip(),
        version=str(row.get("FullVersion") or ""),
        type=_TYPES.get(kind, f"type {kind}") if isinstance(kind, int) else UNKNOWN,
        number=int(row.get("State") or 0),
        impact=tuple(word for bit, word in _IMPACTS.items() if impact & bit),
        released=_when(row.get("DateReleased")),
        updated=_when(row.get("LastUpdateTime")),
        flag=int(row.get("PrereqFlag") or STOP_ON_WARNINGS),
        minimum=str(row.get("MinCMVersion") or ""),
        earlier=str(row.get("PrereqPackageName") or "").strip(),
        earlier_number=int(row.get("PrereqPackageState") or 0),
    )


@dataclass(frozen=True)
class Installations:
    """Packages as (name, state name): those that the site is installing, and those that it may be installing.

    The second have an unknown state number between those of an installation; a newer version may have added it.
    """

    under_way: tuple[tuple[str, str], ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()


def read_installations(session: CimSession, code: str) -> Installations:
    """What the site is installing; one request if there is nothing."""
    known = installing_states()
    # Between the last known state of an installation and its failures; the numbers of other groups are not in order.
    low, high = max(known) + 1, min(number for number in _states() if number > max(known)) - 1
    range_ = f"({at_least('State', low)} AND {at_most('State', high)})"
    query = select(SMS_CM_UPDATE_PACKAGES, f"({one_of('State', known)} OR {range_})")
    found = session.query(naming.site_namespace(code), SMS_CM_UPDATE_PACKAGES, query)
    packages = [(str(row.get("Name") or row["PackageGuid"]), int(row["State"])) for row in found]
    return Installations(
        tuple(named(package for package in packages if package[1] in known)),
        tuple(named(package for package in packages if package[1] not in known)),
    )


def read_sites_installing(session: CimSession, code: str) -> tuple[tuple[str, str, str], ...]:
    """(site, package, state name) of the other sites of the hierarchy that still install an update, by site. One request.

    Empty if this version of the SMS Provider has no such class.
    """
    cls = SMS_CM_UPDATE_PACKAGE_SITE_STATUS
    query = select(cls, one_of("State", installing_states()), columns=("SiteCode", "Name", "State", "PackageGuid"))
    try:
        found = session.query(naming.site_namespace(code), cls, query)
    except CimFault as fault:
        if not is_missing_site(fault):
            raise
        return ()
    told = (
        (str(row.get("SiteCode") or "").upper(), str(row.get("Name") or row["PackageGuid"]), state_name(int(row["State"])))
        for row in found
    )
    return tuple(sorted(entry for entry in told if entry[0] not in ("", code)))


def unknown_state_warning(code: str, unknown: Sequence[tuple[str, str]]) -> str | None:
    """The warning before a write while the site may be installing an update; None if it cannot be."""
    if not unknown:
        return None
    packages = ", ".join(f"{name} ({state})" for name, state in unknown)
    return (
        f"Site {code} has an update in a state that this collection does not know, with a number like those of an installation: "
        f"{packages}. Check Monitoring > Updates and Servicing Status in the console: if it is being installed, the role must "
        "not be changed."
    )


def installing_refusal(code: str, installing: Sequence[tuple[str, str]]) -> str | None:
    """Why a role or its site system must not be changed now (KB 4490424: no reinstallation of the role during an update).

    :param installing: (name, state name) of the packages that are being installed.
    """
    if not installing:
        return None
    packages = ", ".join(f"{name} ({state})" for name, state in installing)
    return (
        f"Site {code} is installing an update: {packages}. Wait until it is installed; allow_during_update: true overrides this "
        "at your own risk (service_connection_point_allow_during_update in the roles)."
    )


def packages_being_installed(session: CimSession, code: str) -> list[tuple[str, str]]:
    """(name, state name) of the packages that the site is installing; one request if there are none."""
    return list(read_installations(session, code).under_way)


def named(packages: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """(name, state number) to (name, state name), sorted by name."""
    return sorted((name, state_name(number)) for name, number in packages)


@cache
def _states() -> dict[int, Mapping[str, Any]]:
    return {row["number"]: row for row in table("update_states")["states"]}


def _when(value: object) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) else None
