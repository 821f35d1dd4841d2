# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the probes of a site need, read from its SMS Provider. Queries and Gets only; at most some rows of each class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.reading import Readers, fault_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.accounts import PASSWORD_COLUMN
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.facts import DATABASE_KEY
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import site_status, status
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import read_clock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path, size_of
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import parse_when
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, one_of, select

MANAGEMENT_POINT = "SMS Management Point"
MOST_ROWS = 25
MOST_STEPS = 100
MESSAGE_DAYS = 30
_MOST_ACCOUNTS = 5
_ABSENT_GUID = "00000000-0000-0000-0000-000000000000"
_ABSENT_CLASS = CimClass("SMS_FieldCheckAbsentClass")
# Without a schema, a date comes as the site wrote it.
_WRITTEN = CimClass(classes.SMS_COMPONENT_SUMMARIZER.name)
_CONSOLE_KEY = r"SOFTWARE\WOW6432Node\Microsoft\ConfigMgr10\Setup"
_CONSOLE_VALUE, _MODULE = "UI Installation Directory", r"bin\ConfigurationManager.psd1"
_MESSAGES = (status.INSTALL_FAILED, status.DEINSTALL_BEGUN, status.DEINSTALLED, status.DEINSTALL_FAILED)
# Those whose names, types or keys are not documented, without the column of a password.
_DOUBTFUL = (
    classes.SMS_AAD_TENANT,
    classes.SMS_AAD_APPLICATION,
    classes.SMS_AZURE_SERVICE,
    classes.SMS_AAD_DISCOVERY_SETTINGS,
    classes.SMS_SCI_RESERVED,
    classes.SMS_SCI_SC_PROPERTY,
    classes.SMS_SCI_SITE_DEFINITION,
)


def site_readers(session: CimSession, code: str) -> Readers:
    """The readings of a site by name. The first one is a query that every site answers."""
    return _SiteReaders(session, code).readers()


class _SiteReaders:
    def __init__(self, session: CimSession, code: str) -> None:
        self._session = session
        self._code = code
        self._namespace = naming.site_namespace(code)
        self._rows = cache(self._read_rows)
        self._sites = cache(self._read_sites)
        self._clock = cache(self._read_clock)
        self._heartbeat = cache(self._read_heartbeat)

    def readers(self) -> dict[str, Callable[[], Any]]:
        return {
            "sites": self._sites,
            "winrm": self._session.identify,
            "clock": self._clock,
            "rows": self._rows,
            "holders": lambda: self._servers(naming.SERVICE_CONNECTION_POINT),
            "servers": self._servers,
            "key_query": self._key_query,
            "site_server_rows": self._site_server_rows,
            "missing_class": lambda: fault_of(self._absent_class),
            "missing_row": lambda: fault_of(self._absent_row),
            "accounts": self._accounts,
            "account_usage": self._account_usage,
            "class_columns": self._class_columns,
            "packages": self._packages,
            "site_states": self._site_states,
            "steps": self._steps,
            "summarizer": self._summarizer,
            "heartbeat": self._heartbeat,
            "heartbeat_clock": self._heartbeat_clock,
            "install_messages": self._install_messages,
            "messages": self._messages,
            "secured": self._secured,
            "definition": self._definition,
            "database_port": self._database_port,
            "console": self._console,
            "applications": lambda: self._some(classes.SMS_AAD_APPLICATION, columns=("ID", "Source")),
            "services": lambda: self._some(classes.SMS_AZURE_SERVICE, columns=("AzureServiceID", "ServiceType", "State")),
        }

    def _some(
        self, cls: CimClass, *where: str, columns: Sequence[str] = (), most: int = MOST_ROWS, rows_as: CimClass | None = None
    ) -> list[dict[str, Any]]:
        """At most ``most`` rows; the rest is not fetched."""
        query = select((rows_as and cls.name) or cls, *where, columns=columns)
        with self._session.rows(self._namespace, rows_as or cls, query) as rows:
            return [row.as_data() for row in islice(rows, most)]

    def _read_sites(self) -> list[dict[str, Any]]:
        return self._some(classes.SMS_SITE, columns=("SiteCode", "ServerName", "ReportingSiteCode", "Type", "Version"))

    def _read_clock(self) -> dict[str, Any]:
        found = read_clock(self._session)
        if found is None:
            raise NotReadable("the host of the SMS Provider does not show its clock")
        return {"computer": found.computer, "now": found.now.isoformat(), "utc_offset_minutes": found.utc_offset_minutes}

    def _read_rows(self) -> list[dict[str, Any]]:
        roles = (naming.SERVICE_CONNECTION_POINT, naming.SITE_SERVER, naming.SITE_SYSTEM, MANAGEMENT_POINT)
        return [row for role in roles for row in self._some(classes.SMS_SCI_SYS_RES_USE, equals("RoleName", role))]

    def _servers(self, role: str = "") -> list[str]:
        paths = [str(row.get("NALPath") or "") for row in self._rows() if not role or row.get("RoleName") == role]
        servers = [server for server in map(naming.server_of_nal, paths) if server]
        if not role:
            servers += [str(row["ServerName"]) for row in self._sites() if row.get("ServerName")]
        return sorted(set(servers))

    def _key_query(self) -> dict[str, int]:
        row = next((row for row in self._rows() if row.get("ItemName")), None)
        if row is None:
            raise NotReadable("the site shows no row of a site system")
        cls = classes.SMS_SCI_SYS_RES_USE
        return {"rows": len(self._some(cls, *(equals(key, row[key]) for key in cls.keys), columns=cls.keys))}

    def _site_server_rows(self) -> list[dict[str, Any]]:
        """The rows of site servers, each read alone: ServiceWindows is lazy."""
        found = [row for row in self._rows() if row.get("RoleName") == naming.SITE_SERVER][:4]
        cls = classes.SMS_SCI_SYS_RES_USE
        return [self._session.get(self._namespace, cls, {key: row[key] for key in cls.keys}).as_data() for row in found]

    def _absent_class(self) -> None:
        self._session.query(self._namespace, _ABSENT_CLASS, select(_ABSENT_CLASS))

    def _absent_row(self) -> None:
        self._session.get(self._namespace, classes.SMS_CM_UPDATE_PACKAGES, {"PackageGuid": _ABSENT_GUID})

    def _accounts(self) -> list[dict[str, Any]]:
        columns = ("FileType", "ItemName", "ItemType", "SiteCode", "UserName")
        found = self._some(classes.SMS_SCI_RESERVED, equals("SiteCode", self._code), columns=columns)
        return [row for row in found if row.get("UserName")]

    def _account_usage(self) -> dict[str, list[str]]:
        cls, name = classes.SMS_SCI_RESERVED, "AccountUsage"
        rows = self._some(cls, equals("SiteCode", self._code), columns=("UserName", name))
        queried = [str(use) for row in rows for use in row.get(name) or ()]
        if queried:
            return {"queried": queried, "alone": []}
        # The property may be lazy. Only this one is read: the complete row has the password, encrypted.
        keys = [{key: row[key] for key in cls.keys} for row in rows[:_MOST_ACCOUNTS]]
        found = [self._session.get_property(self._namespace, cls, key, name) for key in keys]
        return {"queried": [], "alone": [str(use) for uses in found for use in uses or ()]}

    def _class_columns(self) -> dict[str, str]:
        """Class to why a query for all its known columns failed; empty where it was answered."""
        return {cls.name: self._columns_refusal(cls) for cls in _DOUBTFUL}

    def _columns_refusal(self, cls: CimClass) -> str:
        # No password, and no embedded properties, which might have one.
        columns = [name for name, declared in cls.properties.items() if name != PASSWORD_COLUMN and declared.embedded is None]
        try:
            self._some(cls, columns=columns, most=1)
        except CimFault as fault:
            known = (FaultKind.INVALID_CLASS, FaultKind.NOT_FOUND, FaultKind.INVALID_NAMESPACE)
            missing = fault.kind in known or fault.missing in ("class", "namespace")
            return f"no such class or column ({fault})" if missing else str(fault)
        return ""

    def _packages(self) -> list[dict[str, Any]]:
        return self._some(classes.SMS_CM_UPDATE_PACKAGES, columns=("PackageGuid", "Name", "State", "UpdateType"))

    def _site_states(self) -> list[dict[str, Any]]:
        columns = ("PackageGuid", "SiteNumber", "SiteCode", "State")
        return self._some(classes.SMS_CM_UPDATE_PACKAGE_SITE_STATUS, columns=columns, most=MOST_STEPS)

    def _steps(self) -> list[dict[str, Any]]:
        columns = ("PackageGuid", "SiteCode", "SiteNumber", "SubStageid", "IsComplete", "Applicable")
        return self._some(classes.SMS_CM_UPDATE_PACK_DETAILED_MONITORING, columns=columns, most=MOST_STEPS)

    def _summarizer(self) -> list[dict[str, Any]]:
        where = (equals("TallyInterval", status.TALLY_INTERVAL), one_of("ComponentName", naming.ROLE_COMPONENTS))
        return self._some(classes.SMS_COMPONENT_SUMMARIZER, *where, columns=("ComponentName", "MachineName", "SiteCode", "State"))

    def _read_heartbeat(self) -> str:
        """The newest heartbeat of a component of the site server, as the site writes it."""
        where = (equals("TallyInterval", status.TALLY_INTERVAL), equals("ComponentName", status.COMPONENT_MANAGER))
        columns = ("ComponentName", "LastHeartbeat")
        found = self._some(classes.SMS_COMPONENT_SUMMARIZER, *where, columns=columns, rows_as=_WRITTEN)
        dates = {_when(str(row["LastHeartbeat"])): str(row["LastHeartbeat"]) for row in found if row.get("LastHeartbeat")}
        if not dates:
            raise NotReadable(f"the component summarizer shows no heartbeat of {status.COMPONENT_MANAGER}")
        return dates[max(dates)]

    def _heartbeat_clock(self) -> dict[str, Any]:
        return {**self._clock(), "newest_as_utc": _when(self._heartbeat()).isoformat()}

    def _install_messages(self) -> list[dict[str, Any]]:
        where = (equals("Component", status.COMPONENT_MANAGER), one_of("MessageID", _MESSAGES))
        return self._some(classes.SMS_STATUS_MESSAGE, *where, columns=("RecordID", "MessageID", "Severity"))

    def _messages(self) -> list[dict[str, Any]]:
        since = datetime.fromisoformat(self._clock()["now"]) - timedelta(days=MESSAGE_DAYS)
        with self._session.rows(self._namespace, classes.SMS_STATUS_MESSAGE, site_status.query_since(since)) as rows:
            return [row.as_data() for row in islice(rows, MOST_STEPS)]

    def _secured(self) -> list[dict[str, Any]]:
        columns = ("ObjectTypeName", "GrantedOperations")
        return self._some(classes.SMS_RBAC_SECURED_OBJECT, equals("ObjectTypeID", 6), columns=columns)

    def _definition(self) -> list[dict[str, Any]]:
        columns = ("SiteServerName", "SiteServerDomain", "SQLServerName")
        return self._some(classes.SMS_SCI_SITE_DEFINITION, equals("SiteCode", self._code), columns=columns)

    def _database_port(self) -> dict[str, Any]:
        site = next((row for row in self._sites() if str(row.get("SiteCode")).upper() == self._code), {})
        if not naming.same_computer(self._clock()["computer"], str(site.get("ServerName") or "")):
            return {"on_site_server": False}
        try:
            return {"on_site_server": True, "port": Registry(self._session).get_string(DATABASE_KEY, "Port")}
        except KeyMissing:
            return {"on_site_server": True, "port": None}

    def _console(self) -> dict[str, Any]:
        try:
            folder = Registry(self._session).get_string(_CONSOLE_KEY, _CONSOLE_VALUE)
        except KeyMissing:
            return {"folder": ""}
        if not folder:
            return {"folder": ""}
        try:
            path = checked_path(rf"{folder.rstrip(chr(92))}\{_MODULE}")
        except ValueError as error:
            raise NotReadable(f"{_CONSOLE_VALUE}: {error}") from error
        return {"folder": folder, "module": size_of(self._session, path) is not None}


def _when(text: str) -> datetime:
    """A date as the collection reads it.

    :raises NotReadable: it has another form.
    """
    try:
        found = parse_when(text)
    except ValueError as error:
        raise NotReadable(f"the date {text!r} {error}") from error
    if not isinstance(found, datetime):
        raise NotReadable(f"the date {text!r} is an interval")
    return found
