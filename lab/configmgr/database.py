"""The contents of the database of a hierarchy. Rows keep every value as it was written, also values that the lab does not use."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from lab.cim.index import Index
from lab.cim.model import NameMap, Value
from lab.cim.wql import Comparison, Condition
from lab.configmgr import names


@dataclass(frozen=True)
class EmbeddedProperty:
    """SMS_EmbeddedProperty: a setting inside a row. Its name is case-sensitive."""

    name: str
    value: int | None = 0
    value1: str | None = ""
    value2: str | None = ""
    item_type: str | None = None


@dataclass(frozen=True)
class EmbeddedList:
    """SMS_EmbeddedPropertyList: a list setting inside a row."""

    name: str
    values: tuple[str, ...] | None = ()
    item_type: str | None = None


Props = tuple[EmbeddedProperty, ...]


RowKey = tuple[str, int, str, str, str]


@dataclass(frozen=True)
class ControlRow:
    """One item of the site control file.

    ``values`` are the plain properties by name; ``props`` and ``prop_lists`` are None when the row never had any.
    ``changed_by`` and ``changed_at`` describe the last write; ``created_at`` distinguishes a row from an earlier one with the
    same key.
    """

    class_name: str
    file_type: int
    item_name: str
    item_type: str
    site_code: str
    values: NameMap[Value] = field(default_factory=NameMap)
    props: Props | None = None
    prop_lists: tuple[EmbeddedList, ...] | None = None
    changed_by: str = "setup"
    changed_at: datetime | None = None
    created_at: datetime | None = None

    @property
    def key(self) -> RowKey:
        """The identity of the row, case-folded as WMI compares it."""
        return (
            self.class_name.casefold(),
            self.file_type,
            self.item_name.casefold(),
            self.item_type.casefold(),
            self.site_code.casefold(),
        )

    def text(self, name: str) -> str:
        """A text property, empty when null."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def prop(self, name: str) -> EmbeddedProperty | None:
        """The first embedded property with exactly this name."""
        return next((prop for prop in self.props or () if prop.name == name), None)

    def prop_value(self, name: str, default: int = 0) -> int:
        """The number of an embedded property; ``default`` when there is none."""
        found = self.prop(name)
        return default if found is None or found.value is None else found.value

    @property
    def role(self) -> str:
        """RoleName of an SMS_SCI_SysResUse row."""
        return self.text("RoleName")

    @property
    def server(self) -> str:
        """FQDN of the server in the row's NAL path, lower case; empty when there is none."""
        nal = names.parse_nal(self.text("NALPath"))
        return "" if nal is None else nal.server.lower()

    def with_values(self, **values: Value) -> ControlRow:
        """The same row with some plain values changed."""
        changed = NameMap(dict(self.values.items()))
        changed.update(values)
        return replace(self, values=changed)


class ControlTable:
    """The rows of the site control file of the complete hierarchy: global data, the same through each of its providers.

    Real sites replicate global data within minutes; here a row is available at every site at once.
    """

    def __init__(self) -> None:
        self._rows: dict[RowKey, ControlRow] = {}
        self._order: list[RowKey] = []
        self._index = Index[RowKey]({"RoleName": str, "NetworkOSPath": str, "NALPath": str})

    def find(self, key: RowKey) -> ControlRow | None:
        """The row with this key."""
        return self._rows.get(key)

    def of_class(self, class_name: str) -> list[ControlRow]:
        """The rows of one class in the order of their keys."""
        wanted = class_name.casefold()
        found = []
        for key in self._order[bisect_left(self._order, (wanted,)) :]:
            if key[0] != wanted:
                break
            found.append(self._rows[key])
        return found

    def matching(self, class_name: str, where: Condition | None) -> list[ControlRow]:
        """All rows of one class that may fulfil the condition, and possibly more, in the order of their keys."""
        keys = self._index.candidates(where)
        if keys is None:
            return self.of_class(class_name)
        wanted = class_name.casefold()
        return [self._rows[key] for key in sorted(keys) if key[0] == wanted]

    def put(self, row: ControlRow) -> None:
        """Write a row; it replaces a row with the same key."""
        key = row.key
        before = self._rows.get(key)
        if before is None:
            insort(self._order, key)
        else:
            self._index.remove(key, before.values)
        self._rows[key] = row
        self._index.add(key, row.values)

    def delete(self, row: ControlRow) -> None:
        """Remove the row with this key; KeyError when there is none."""
        key = row.key
        self._index.remove(key, self._rows.pop(key).values)
        del self._order[bisect_left(self._order, key)]

    def roles(self, role: str | None = None, server: str | None = None, site_code: str | None = None) -> list[ControlRow]:
        """SMS_SCI_SysResUse rows, filtered by role name, server FQDN and site code (all case-insensitive)."""
        return [
            row
            for row in self.matching("SMS_SCI_SysResUse", None if role is None else Comparison("RoleName", "=", role))
            if (role is None or row.role.casefold() == role.casefold())
            and (server is None or row.server == server.lower())
            and (site_code is None or row.site_code.casefold() == site_code.casefold())
        ]


@dataclass
class Feature:
    """A feature that an update brings: a row of SMS_CM_UpdatePackageFeatures. ``exposed`` 1: it is turned on."""

    guid: str
    name: str
    exposed: int = 0


@dataclass
class UpdatePackage:
    """A row of SMS_CM_UpdatePackages. ``state`` is a number from facts/site-model.md, section 10.2.

    ``site_states``: the states of single sites, by site code, where they differ from what the package's state implies.
    ``site_updated``: when these changed. ``attempts``: how often a site has retried (SiteInstallID). ``life`` increases with each
    event that cancels the work planned before it. ``downloading``: the download has begun and not ended. ``replicated``: the
    content is in the content library of each site. ``damaged``: the sites whose content library has damaged content;
    ``incomplete``: the downloaded content lacks a file. ``prerequisite`` is the name of another package that must be installed
    before.
    """

    guid: str
    name: str
    full_version: str
    state: int
    client_version: str = ""
    update_type: int = 0
    impact: int = 0x1F
    released: datetime | None = None
    updated: datetime | None = None
    prereq_flag: int = 0
    download_wanted: bool = False
    min_version: str = "5.00.8913.1000"
    site_states: dict[str, int] = field(default_factory=dict)
    site_updated: dict[str, datetime] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    life: int = 0
    downloading: bool = False
    replicated: bool = False
    damaged: set[str] = field(default_factory=set)
    incomplete: bool = False
    prerequisite: str = ""
    features: list[Feature] = field(default_factory=list)


@dataclass
class CloudState:
    """Rows of the Entra and Azure classes, by class name, as plain values. They never contain secrets."""

    rows: NameMap[list[NameMap[Value]]] = field(default_factory=NameMap)

    def add(self, class_name: str, values: Iterable[tuple[str, Value]]) -> None:
        """Add a row."""
        self.rows.setdefault(class_name, []).append(NameMap(dict(values)))
