"""The names a site uses: NAL paths, roles, the components of a role, registry keys (facts/site-model.md, sections 3, 4 and 9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SITE_SYSTEM = "SMS Site System"
COMPONENT_SERVER = "SMS Component Server"
SITE_SERVER = "SMS Site Server"
SMS_PROVIDER = "SMS Provider"
SQL_SERVER = "SMS SQL Server"
SERVICE_CONNECTION_POINT = "SMS Dmp Connector"

ITEM_TYPE = "System Resource Usage"
FILE_TYPE = 2
NAL_TYPE = "Windows NT Server"

EXECUTIVE = "SMS_EXECUTIVE"
SITE_COMPONENT_MANAGER = "SMS_SITE_COMPONENT_MANAGER"
HIERARCHY_MANAGER = "SMS_HIERARCHY_MANAGER"
DATABASE_MONITOR = "SMS_DATABASE_NOTIFICATION_MONITOR"
DISTRIBUTION_MANAGER = "SMS_DISTRIBUTION_MANAGER"
SITE_BACKUP = "SMS_SITE_BACKUP"
UPDATE_SERVICE = "CONFIGURATION_MANAGER_UPDATE"
DOWNLOADER = "SMS_DMP_DOWNLOADER"
SERVICE_CONNECTOR = "SMS_SERVICE_CONNECTOR"

SMS_KEY = r"HKLM\SOFTWARE\Microsoft\SMS"
SETUP_KEY = SMS_KEY + r"\Setup"
COMPONENTS_KEY = SMS_KEY + r"\COMPONENTS"
THREADS_KEY = COMPONENTS_KEY + r"\SMS_EXECUTIVE\Threads"
# The subkey without which the connector does not start; the article about it has two spellings.
CONNECTOR_KEY = SMS_KEY + r"\SMS_DMP_CONNECTOR"
# Where a site server stores how it connects to the database: public scripts read these values there ([C]).
DATABASE_KEY = SMS_KEY + r"\SQL Server\Site System SQL Account"
# The place of the log settings is from memory, not established: [K].
TRACING_KEY = SMS_KEY + r"\Tracing"
ROLES_KEY = SMS_KEY + r"\Operations Management\SMS Server Role"

CURRENT_STATE = "Current State"
REQUESTED_OPERATION = "Requested Operation"


@dataclass(frozen=True)
class Component:
    """A component that runs as a thread of SMS_EXECUTIVE; ``dll`` and ``log`` are the names of its files."""

    name: str
    dll: str
    log: str


# Names of the components: facts 9. Names of the DLLs are plausible, not established ([I]).
ROLE_COMPONENTS: Mapping[str, tuple[Component, ...]] = {
    SERVICE_CONNECTION_POINT: (
        Component(DOWNLOADER, "dmpdownloader.dll", "dmpdownloader.log"),
        Component("SMS_DMP_UPLOADER", "dmpuploader.dll", "dmpuploader.log"),
        Component("SMS_CLOUDCONNECTION", "cloudconnection.dll", "SMS_CLOUDCONNECTION.log"),
        Component(SERVICE_CONNECTOR, "serviceconnector.dll", "EndpointConnectivityCheckWorker.log"),
        Component("SMS_AZUREAD_DISCOVERY_AGENT", "aaddiscovery.dll", "SMS_AZUREAD_DISCOVERY_AGENT.log"),
        Component("SMS_BUSINESS_APP_PROCESS_MANAGER", "businessapp.dll", "WsfbSyncWorker.log"),
    ),
}

SITE_SERVER_THREADS: tuple[Component, ...] = (
    Component(HIERARCHY_MANAGER, "hman.dll", "hman.log"),
    Component(DISTRIBUTION_MANAGER, "distmgr.dll", "distmgr.log"),
    Component(DATABASE_MONITOR, "smsdbmon.dll", "smsdbmon.log"),
)

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_FQDN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_NAL = re.compile(
    r'\["Display=\\\\(?P<display>[^\\"]+)\\"\]MSWNET:\["SMS_SITE=(?P<site>[A-Za-z0-9]{3})"\]\\\\(?P<server>[^\\"]+)\\'
)


@dataclass(frozen=True)
class Nal:
    """The parts of a NAL path of a server."""

    display: str
    site_code: str
    server: str


def nal_path(server: str, site_code: str) -> str:
    r"""``["Display=\\srv.corp.example\"]MSWNET:["SMS_SITE=CAS"]\\srv.corp.example\``."""
    return f'["Display=\\\\{server}\\"]MSWNET:["SMS_SITE={site_code}"]\\\\{server}\\'


def parse_nal(text: str) -> Nal | None:
    """The parts of a NAL path, or None when it does not have that form, including the last backslash."""
    found = _NAL.fullmatch(text)
    return None if found is None else Nal(found["display"], found["site"], found["server"])


def is_fqdn(name: str) -> bool:
    """Whether a host name is fully qualified: at least two labels of letters, digits and inner hyphens."""
    return len(name) <= 255 and _FQDN.fullmatch(name) is not None and not name.replace(".", "").isdigit()


def item_name(nal: str, role: str) -> str:
    """The key of a role's row: NAL path, comma, role name."""
    return f"{nal},{role}"


def host_of(fqdn: str) -> str:
    """The first label of a name, upper case: how components spell the computer."""
    return fqdn.partition(".")[0].upper()


def bootstrap_service(fqdn: str) -> str:
    """The name of the service that installs files on a new server."""
    return f"SMS_SERVER_BOOTSTRAP_{host_of(fqdn)}"
