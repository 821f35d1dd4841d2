"""A hierarchy of sites: its sites, its database, and the only methods that change site control rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lab.cim.model import NameMap
from lab.clock import LabClock
from lab.configmgr import invariants, names
from lab.configmgr.database import CloudState, ControlRow, ControlTable, EmbeddedProperty, UpdatePackage
from lab.configmgr.executive import Executive
from lab.configmgr.progress import Progress
from lab.configmgr.sites import Site
from lab.configmgr.status import StatusSystem
from lab.faults import FaultBoard
from lab.windows.machine import Machine
from lab.windows.network import Network
from lab.winrm.message import Caller

OTHER_ADMINISTRATOR = "another administrator"
ONLINE, OFFLINE = "online", "offline"


@dataclass(frozen=True)
class Account:
    r"""An account of the estate: ``DOMAIN\name``, its password, its rights in Configuration Manager (full, read or none)."""

    name: str
    password: str
    rights: str = "none"


@dataclass(frozen=True)
class Violation:
    """A rule of the role that a write violated, or a setting that it removed: when, who, what."""

    time: datetime
    by: str
    text: str


@dataclass
class Hierarchy:
    """The state of a hierarchy.

    ``published`` is the configuration that the servers use: rows by key, as they were when hierarchy manager last
    processed a change of their site. ``watchers`` are called after each write, with the code of the site whose row changed.
    ``client_piloting``: clients are tested in a preproduction collection.
    ``upgrading`` are the codes of the sites that install an update now; the SMS Provider of those in ``unloaded`` fails.
    ``media_watchers`` are called when a site has copied an update to its folder ``cd.latest``.
    """

    sites: NameMap[Site]
    machines: Mapping[str, Machine]
    clock: LabClock
    faults: FaultBoard
    accounts: NameMap[Account]
    network: Network
    control: ControlTable = field(default_factory=ControlTable)
    published: dict[tuple[str, int, str, str, str], ControlRow] = field(default_factory=dict)
    updates: dict[str, UpdatePackage] = field(default_factory=dict)
    cloud: CloudState = field(default_factory=CloudState)
    violations: list[Violation] = field(default_factory=list)
    watchers: list[Callable[[str], None]] = field(default_factory=list)
    executives: dict[str, Executive] = field(default_factory=dict)
    client_piloting: bool = False
    progress: Progress = field(default_factory=Progress)
    upgrading: set[str] = field(default_factory=set)
    unloaded: set[str] = field(default_factory=set)
    media_watchers: list[Callable[[Site], None]] = field(default_factory=list)
    status: StatusSystem = field(init=False)

    def __post_init__(self) -> None:
        self.status = StatusSystem(self.clock.now)

    @property
    def top(self) -> Site:
        """The top-level site: the one without a parent."""
        return next(site for site in self.sites.values() if not site.parent)

    def site_number(self, code: str) -> int:
        """SiteNumber of a site."""
        return list(self.sites).index(self.sites[code].code) + 1

    def below(self, code: str) -> set[str]:
        """The codes of a site and of all sites below it, upper case."""
        found = {code.upper()}
        while True:
            more = {site.code.upper() for site in self.sites.values() if site.parent.upper() in found} - found
            if not more:
                return found
            found |= more

    def machine(self, name: str) -> Machine | None:
        """The machine with this FQDN or NetBIOS name, alive or not; None when the network has none."""
        return self.machines.get(self.computer(name))

    def computer(self, name: str) -> str:
        """The FQDN in lower case of the computer that a row's server name means, as the network resolves it.

        The name itself, in lower case, if the network has no such computer.
        """
        lower = name.lower()
        if lower not in self.machines and "." not in lower:
            return next((fqdn for fqdn, machine in self.machines.items() if machine.name == lower), lower)
        return lower

    def roles_on(self, computer: str, role: str | None = None, site_code: str | None = None) -> list[ControlRow]:
        """Rows of the roles on a computer (FQDN), whichever of its names they use."""
        rows = self.control.roles(role, site_code=site_code)
        return [row for row in rows if self.computer(row.server) == computer.lower()]

    def rights(self, caller: Caller) -> str:
        """The rights of this user in role-based administration: full, read or none."""
        account = self.accounts.get(str(caller))
        return "none" if account is None else account.rights

    def write(self, row: ControlRow, by: str) -> ControlRow:
        """Create or change a row; the site reacts later. Returns the row as stored."""
        before = self.control.find(row.key)
        now = self.clock.now()
        stored = replace(row, changed_by=by, changed_at=now, created_at=now if before is None else before.created_at)
        broken = self._broken()
        self.control.put(stored)
        for name in invariants.lost_settings(before, stored):
            self._violation(by, f"{stored.item_name}: the write dropped the setting {name}")
        self._judge(broken, by)
        self._changed(stored.site_code)
        if before is None and stored.role == names.SERVICE_CONNECTION_POINT and by != OTHER_ADMINISTRATOR:
            self._second_controller(stored.site_code)
        return stored

    def delete(self, row: ControlRow, by: str) -> None:
        """Remove a row; the site reacts later."""
        broken = self._broken()
        self.control.delete(row)
        self._judge(broken, by)
        self._changed(row.site_code)

    def touched(self, site_code: str) -> None:
        """Notify a site that its rows have changed; it reacts later."""
        self._changed(site_code)

    def store(self, row: ControlRow) -> None:
        """Write a row on the site's own behalf (counts, rows of component servers): the site does not react to it."""
        self.control.put(row)
        if row.key in self.published or row.role == names.COMPONENT_SERVER:
            self.published[row.key] = row

    def publish(self, site_code: str) -> None:
        """Make the site's current rows the configuration that its servers use."""
        site = site_code.casefold()
        for key in [key for key in self.published if key[4] == site and self.control.find(key) is None]:
            del self.published[key]
        for class_name in ("SMS_SCI_SysResUse", "SMS_SCI_Component", "SMS_SCI_SCProperty", "SMS_SCI_SiteDefinition"):
            for row in self.control.of_class(class_name):
                if row.site_code.casefold() == site:
                    self.published[row.key] = row

    def published_roles(self, role: str, site_code: str) -> list[ControlRow]:
        """Rows of a role at a site, from the published configuration."""
        return [
            row
            for row in self.published.values()
            if row.role.casefold() == role.casefold() and row.site_code.casefold() == site_code.casefold()
        ]

    def published_mode(self, server: str, site_code: str) -> str:
        """The mode of the service connection point on a server, from the published configuration; online if it has none."""
        found = self.published_roles(names.SERVICE_CONNECTION_POINT, site_code)
        rows = [row for row in found if self.computer(row.server) == server]
        return OFFLINE if rows and rows[0].prop_value("OfflineMode") == 1 else ONLINE

    def site_system(self, server: str, site_code: str) -> ControlRow | None:
        """The ``SMS Site System`` row of a server (FQDN) at a site."""
        return next(iter(self.roles_on(server, names.SITE_SYSTEM, site_code)), None)

    def _broken(self) -> set[str]:
        return invariants.broken(self.control.roles(), list(self.sites.values()))

    def _judge(self, before: set[str], by: str) -> None:
        for text in sorted(self._broken() - before):
            self._violation(by, text)

    def _violation(self, by: str, text: str) -> None:
        self.violations.append(Violation(self.clock.now(), by, text))

    def _changed(self, site_code: str) -> None:
        for watcher in list(self.watchers):
            watcher(site_code.upper())

    def _second_controller(self, site_code: str) -> None:
        """The injected race: another administrator installs the role on another server at the same time."""
        flag = self.faults.take("second_controller", site_code)
        if flag is None:
            return
        fqdn = self._other_server(flag.text("server"), site_code)
        if self.site_system(fqdn, site_code) is None:
            self.write(
                role_row(fqdn, site_code, names.SITE_SYSTEM, (EmbeddedProperty("UseMachineAccount", 1),)), OTHER_ADMINISTRATOR
            )
        mode = EmbeddedProperty("OfflineMode", 1 if flag.text("mode") == "offline" else 0)
        self.write(role_row(fqdn, site_code, names.SERVICE_CONNECTION_POINT, (mode,)), OTHER_ADMINISTRATOR)

    def _other_server(self, ordered: str, site_code: str) -> str:
        """The FQDN of the ordered server; if none was ordered, the first that is not a site server and does not have the role."""
        taken = {row.server for row in self.control.roles(names.SERVICE_CONNECTION_POINT, site_code=site_code)}
        taken |= {server for site in self.sites.values() for server in (site.server, site.passive_server)}
        for name in sorted(self.machines):
            if names.host_of(name) == names.host_of(ordered) or (not ordered and name not in taken):
                return name
        raise ValueError(f"second_controller: the estate has no server {ordered or 'that is free'}")


def role_row(
    server: str, site_code: str, role: str, props: tuple[EmbeddedProperty, ...] = (), type_: int = 8, role_count: int = 0
) -> ControlRow:
    """A new SMS_SCI_SysResUse row, as the site itself writes it."""
    nal = names.nal_path(server, site_code)
    row = ControlRow(
        class_name="SMS_SCI_SysResUse",
        file_type=names.FILE_TYPE,
        item_name=names.item_name(nal, role),
        item_type=names.ITEM_TYPE,
        site_code=site_code,
        props=(*props, EmbeddedProperty("Server Remote Name", 0, server, "")),
    )
    return row.with_values(
        NALPath=nal,
        NALType=names.NAL_TYPE,
        NetworkOSPath=f"\\\\{server}",
        RoleCount=role_count,
        RoleName=role,
        SslState=0,
        Type=type_,
        ServerState=0,
        SiteSystemStatus=1,
    )
