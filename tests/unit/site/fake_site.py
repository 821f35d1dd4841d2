"""A site in memory in place of a CimSession: it answers queries, accepts writes, and installs and removes the role later.

Queries are parsed by the lab's WQL, which is strict about names and types; a projection returns only the columns that it lists.
Time passes only while code sleeps (``Clock``), and the site's own clock differs much from the controller's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import WIN32_OPERATING_SYSTEM
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, Value
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.cim.model import ClassDef, Instance, NameMap, PropertyDef
from lab.cim.wql import Select, parse
from lab.cim.wql_bind import bind, columns
from tests.unit.site.support import CAS, PR1, Clock, task

BEGAN = datetime(2031, 5, 1, 8, tzinfo=UTC)
_TYPES = {1: "secondary", 2: "primary", 4: "central administration site"}
_ROLE = naming.SERVICE_CONNECTION_POINT


def instance(cls: CimClass, code: str = "CAS", **values: Value) -> CimInstance:
    """A row of a class of a site."""
    return CimInstance.new(naming.site_namespace(code), cls, values)


def site_row(site: Site) -> CimInstance:
    """The row of SMS_Site."""
    number = next(number for number, name in _TYPES.items() if name == site.type)
    return instance(
        classes.SMS_SITE,
        SiteCode=site.code,
        SiteName=site.name,
        ServerName=site.server.upper(),
        ReportingSiteCode=site.parent,
        Type=number,
        Version=site.version,
    )


def component(
    server: str,
    state: int = 1,
    name: str = naming.DOWNLOADER,
    code: str = "CAS",
    started: datetime | None = None,
    tally: str = status.TALLY_INTERVAL,
) -> CimInstance:
    """A row of SMS_ComponentSummarizer; states: 0 stopped, 1 started, 3 installing, 5 de-installing."""
    return instance(
        classes.SMS_COMPONENT_SUMMARIZER,
        ComponentName=name,
        MachineName=server,
        SiteCode=code,
        TallyInterval=tally,
        State=state,
        Status=0,
        LastStarted=started,
    )


def message(record: int, number: int, server: str, name: str = naming.DOWNLOADER, when: datetime = BEGAN) -> CimInstance:
    """A row of SMS_StatusMessage."""
    return instance(classes.SMS_STATUS_MESSAGE, RecordID=record, MessageID=number, MachineName=server, Component=name, Time=when)


@dataclass
class _Trouble:
    verb: str
    server: str
    error: Exception
    late: bool


class FakeSite:
    """The rows of a hierarchy as its top-level site's SMS Provider shows them.

    :param found: rows of any class.
    :param behaviour: what happens to the role on a server, by server, or by server and verb ("install", "remove", "change"):
        "done", "failed" or "never"; "done" by default.
    :param seconds: how long it takes.
    :param lazy: properties that only a Get returns.
    """

    def __init__(
        self,
        *found: CimInstance,
        sites: Iterable[Site] = (CAS, PR1),
        behaviour: Mapping[str, str] | None = None,
        seconds: float = 20,
        lazy: tuple[str, ...] = (),
    ) -> None:
        self.tables: dict[str, list[CimInstance]] = {}
        for row in (*map(site_row, sites), *found):
            self.add(row)
        self.behaviour = behaviour or {}
        self.seconds = seconds
        self.lazy = lazy
        self.clock = Clock()
        self.queries: list[str] = []
        self.writes: list[tuple[str, str, str | None]] = []
        self.faults: dict[str, Exception] = {}
        self.warnings: list[str] = []
        self.progress: list[str] = []
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._hooks: list[tuple[str, str, Callable[[], None]]] = []
        self._troubles: list[_Trouble] = []

    # What a test sets up.

    def add(self, *found: CimInstance) -> None:
        for row in found:
            self.tables.setdefault(row.cls.name, []).append(row)

    def drop_role(self, server: str) -> None:
        """Another administrator removes the role's row."""
        mine = self.tables["SMS_SCI_SysResUse"]
        mine[:] = [row for row in mine if not (rows.role_of(row) == _ROLE and rows.is_on(row, server))]

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run an action after this many more seconds."""
        self._due.append((self.clock.now + seconds, action))

    def after(self, verb: str, server: str, action: Callable[[], None]) -> None:
        """Run an action directly after a write."""
        self._hooks.append((verb, server, action))

    def trouble(self, verb: str, server: str, error: Exception, late: bool = False) -> None:
        """The next such write fails: before its effect, or after it."""
        self._troubles.append(_Trouble(verb, server, error, late))

    def task(self, params: Mapping[str, Any] | None = None, check_mode: bool = False) -> Task:
        made, _clock = task(self, params, self.progress.append, self.clock, warn=self.warnings.append, check_mode=check_mode)
        return made

    # What a test reads.

    @property
    def session(self) -> CimSession:
        return cast(CimSession, self)

    @property
    def now(self) -> datetime:
        """The site's own time."""
        return BEGAN + timedelta(seconds=self.clock.now)

    @property
    def holders(self) -> list[tuple[str, str | None]]:
        """(server, mode) of the role's rows."""
        found = self.tables.get("SMS_SCI_SysResUse", [])
        return [(rows.server_of(row), rows.mode_of(row)) for row in found if rows.role_of(row) == _ROLE]

    # The session, which has only one connection.

    open_further = 0
    ready = threading.Event()

    def further(self, _number: int) -> CimSession | None:
        return None

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        self._catch_up()
        self.queries.append(query)
        self._check(namespace, cls, "Query", query)
        return [row if row.partial else self._without_lazy(row) for row in answered(query, cls, self._rows(cls))]

    @contextmanager
    def rows(self, namespace: str, cls: CimClass, query: str) -> Iterator[Iterator[CimInstance]]:
        yield iter(self.query(namespace, cls, query))

    def get(self, namespace: str, cls: CimClass, keys: Mapping[str, Any]) -> CimInstance:
        self._catch_up()
        self._check(namespace, cls, "Get")
        for row in self._rows(cls):
            if all(str(row[name]).upper() == str(value).upper() for name, value in keys.items()):
                return row
        raise _fault(FaultKind.NOT_FOUND, cls, "Get")

    def create(self, row: CimInstance) -> None:
        if any(row.key_values() == other.key_values() for other in self._rows(row.cls)):
            raise _fault(FaultKind.ALREADY_EXISTS, row.cls, "Create")
        self._write("create", row, lambda: self.add(row))

    def put(self, row: CimInstance) -> None:
        place = self._place(row, "Put")
        self._write("put", row, lambda: self.tables[row.cls.name].__setitem__(place, row))

    def delete(self, row: CimInstance) -> None:
        place = self._place(row, "Delete")
        self._write("delete", row, lambda: self.tables[row.cls.name].__delitem__(place))

    # The site at work.

    def _write(self, verb: str, row: CimInstance, effect: Callable[[], None]) -> None:
        self._catch_up()
        server = rows.server_of(row)
        trouble = next((one for one in self._troubles if one.verb == verb and naming.same_computer(one.server, server)), None)
        if trouble is not None:
            self._troubles.remove(trouble)
            if not trouble.late:
                raise trouble.error
        effect()
        self.writes.append((verb, server, rows.mode_of(row)))
        if rows.role_of(row) == _ROLE:
            self._react(verb, server)
        for wanted, where, action in self._hooks:
            if wanted == verb and naming.same_computer(where, server):
                action()
        if trouble is not None:
            raise trouble.error

    def _react(self, verb: str, server: str) -> None:
        begun, outcome, work = {
            "create": (status.INSTALL_BEGUN, {"done": status.INSTALLED, "failed": status.INSTALL_FAILED}, "install"),
            "delete": (status.DEINSTALL_BEGUN, {"done": status.DEINSTALLED, "failed": status.DEINSTALL_FAILED}, "remove"),
            "put": (None, {"done": status.SITE_CONTROL_CHANGED}, "change"),
        }[verb]
        end = self.behaviour.get(f"{server} {work}", self.behaviour.get(server, "done"))
        if begun is not None:
            self.say(begun, server)
            self.set_component(server, 3 if verb == "create" else 5)

        def ended() -> None:
            if verb == "put":
                self.say(outcome[end], "CAS01", status.HIERARCHY_MANAGER)
                return
            self.say(outcome[end], server, words=("it went wrong",) if end == "failed" else ())
            if end == "done":
                self.set_component(server, 1 if verb == "create" else None)

        if end != "never":
            self.later(self.seconds, ended)

    def say(self, number: int, server: str, name: str = naming.DOWNLOADER, words: tuple[str, ...] = ()) -> None:
        """A status message with the current time."""
        record = 1 + max((int(row["RecordID"]) for row in self.tables.get("SMS_StatusMessage", [])), default=100)
        self.add(message(record, number, server, name, self.now))
        for index, word in enumerate(words):
            self.add(instance(classes.SMS_STAT_MSG_INS_STRINGS, RecordID=record, InsStrIndex=index, InsStrValue=word))

    def set_component(self, server: str, state: int | None) -> None:
        """The summarizer's entry for the downloader on a server from now on; None: no entry."""
        found = self.tables.setdefault("SMS_ComponentSummarizer", [])
        found[:] = [row for row in found if not naming.same_computer(row["MachineName"], server)]
        if state is not None:
            found.append(component(server, state, started=self.now))

    def _catch_up(self) -> None:
        due = [entry for entry in self._due if entry[0] <= self.clock.now]
        self._due = [entry for entry in self._due if entry not in due]
        for _when, action in sorted(due, key=lambda entry: entry[0]):
            action()

    def _check(self, namespace: str, cls: CimClass, operation: str, query: str = "") -> None:
        if cls.name in self.faults:
            raise self.faults[cls.name]
        known = {"Win32_OperatingSystem": "root/cimv2", "SMS_ProviderLocation": "root/sms"}
        codes = [row["SiteCode"] for row in self.tables["SMS_Site"]]
        if namespace not in ([known[cls.name]] if cls.name in known else map(naming.site_namespace, codes)):
            raise _fault(FaultKind.INVALID_NAMESPACE, cls, operation, query)

    def _rows(self, cls: CimClass) -> list[CimInstance]:
        if cls.name == "Win32_OperatingSystem":
            return [CimInstance.new("root/cimv2", WIN32_OPERATING_SYSTEM, {"CSName": "CAS01", "LocalDateTime": self.now})]
        return list(self.tables.get(cls.name, []))

    def _place(self, row: CimInstance, operation: str) -> int:
        for place, other in enumerate(self.tables.get(row.cls.name, [])):
            if other.key_values() == row.key_values():
                return place
        raise _fault(FaultKind.NOT_FOUND, row.cls, operation)

    def _without_lazy(self, row: CimInstance) -> CimInstance:
        hidden = [name for name in self.lazy if row.cls.property(name)]
        return row.with_values(dict.fromkeys(hidden)) if hidden else row


def answered(query: str, cls: CimClass, present: Iterable[CimInstance]) -> list[CimInstance]:
    """The rows that a query of this class returns; those of a projection are partial."""
    tree = parse(query)
    assert isinstance(tree, Select)
    assert tree.class_name == cls.name, query
    known = _definition(cls)
    holds, wanted = bind(tree.where, known), columns(tree, known)
    found = [row for row in present if holds(cast(Instance, row))]
    return found if wanted is None else [_projection(row, wanted) for row in found]


def _definition(cls: CimClass) -> ClassDef:
    properties = {name: PropertyDef(name, prop.type.value, prop.array) for name, prop in cls.properties.items()}
    return ClassDef(cls.name, NameMap(properties), NameMap())


def _projection(row: CimInstance, wanted: tuple[str, ...]) -> CimInstance:
    read = {name.lower(): (name, row[name]) for name in wanted}
    return CimInstance(row.namespace, row.class_name, row.cls, True, read)


def _fault(kind: FaultKind, cls: CimClass, operation: str, query: str = "") -> CimFault:
    return CimFault(kind, RequestInfo(operation, naming.site_namespace("CAS"), cls.name, query=query))
