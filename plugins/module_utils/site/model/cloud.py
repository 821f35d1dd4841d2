# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Entra and Azure objects of a site: tenants, applications with the lifetime of their secrets, gateways, discovery.

A secret itself is never read: every query names its columns, and the schemas in ``classes.py`` have no column with a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    SMS_AAD_APPLICATION,
    SMS_AAD_DISCOVERY_SETTINGS,
    SMS_AAD_TENANT,
    SMS_AZURE_SERVICE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import is_missing_site, prove_site
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

GATEWAY_SERVICE = "CloudProxyService"
GATEWAY_RUNNING = "running"
# Enough time to find an administrator who may renew a secret. The console's own number of days is not published.
EXPIRES_SOON_DAYS = 30
VALID, EXPIRES_SOON, EXPIRED, UNKNOWN = "valid", "expires_soon", "expired", "unknown"


@dataclass(frozen=True)
class Tenant:
    """An Entra tenant. ``number`` is the site's own number, which applications refer to; ``tenant_id`` is Entra's GUID."""

    number: int
    name: str
    tenant_id: str

    def as_data(self) -> dict[str, Any]:
        return {"name": self.name, "tenant_id": self.tenant_id}


@dataclass(frozen=True)
class Application:
    """An Entra application as the site has it. A client application has no secret; times are UTC.

    ``imported``: created in Entra and imported in the console; None when the site's number for this is unknown.
    """

    name: str
    client_id: str
    tenant_number: int | None
    client: bool
    secret_created: datetime | None
    secret_expires: datetime | None
    imported: bool | None
    updated: datetime | None

    @property
    def expiry_notice(self) -> bool | None:
        """Whether the console warns before the secret expires: not for imported applications (memdocs, azure-services-wizard)."""
        return None if self.client or self.imported is None else not self.imported

    def as_data(self, tenant: Tenant | None, now: datetime | None) -> dict[str, Any]:
        return {
            "name": self.name,
            "client_id": self.client_id,
            "tenant": tenant.name if tenant else None,
            "tenant_id": tenant.tenant_id if tenant else None,
            "type": "client" if self.client else "server",
            "imported": self.imported,
            "expiry_notice": self.expiry_notice,
            "secret": None if self.client else self.secret_as_data(now),
            "last_updated": iso(self.updated),
        }

    def secret_as_data(self, now: datetime | None) -> dict[str, Any]:
        return {
            "created": iso(self.secret_created),
            "expires": iso(self.secret_expires),
            "expires_in_days": days_left(self.secret_expires, now),
            "state": secret_state(self.secret_expires, now),
        }


@dataclass(frozen=True)
class Gateway:
    """A cloud management gateway; ``state`` is a name, or "state N" for an unknown number."""

    name: str
    site_code: str
    state: str
    status_details: int | None

    @property
    def known(self) -> bool:
        """Whether the state is one of those that have a name."""
        return self.state in _gateway_states().values()

    def as_data(self) -> dict[str, Any]:
        return {"name": self.name, "site_code": self.site_code, "state": self.state, "status_details": self.status_details}


@dataclass(frozen=True)
class Discovery:
    """Discovery of Entra users of one cloud service. The unit of the site's interval is not established."""

    service: int
    full: bool
    full_schedule: str
    delta: bool
    delta_interval: int | None

    @property
    def enabled(self) -> bool:
        return self.full or self.delta

    def as_data(self) -> dict[str, Any]:
        return {
            "cloud_service_id": self.service,
            "full_enabled": self.full,
            "full_schedule": self.full_schedule or None,
            "delta_enabled": self.delta,
            "delta_interval": self.delta_interval,
        }


def days_left(expires: datetime | None, now: datetime | None) -> int | None:
    """Complete days until a secret expires, negative once it has expired; None when either time is unknown."""
    return None if expires is None or now is None else (expires - now) // timedelta(days=1)


def secret_state(expires: datetime | None, now: datetime | None) -> str:
    """``valid``, ``expires_soon`` (within EXPIRES_SOON_DAYS), ``expired``, or ``unknown`` when either time is unknown."""
    if expires is None or now is None:
        return UNKNOWN
    if expires <= now:
        return EXPIRED
    return EXPIRES_SOON if expires - now < timedelta(days=EXPIRES_SOON_DAYS) else VALID


def read_tenants(session: CimSession, code: str) -> list[Tenant] | None:
    """The tenants that the site is connected to, by name; None when this site has no such class."""
    found = _rows(session, code, SMS_AAD_TENANT)
    return None if found is None else sorted((tenant_from(row) for row in found), key=lambda tenant: tenant.name)


def read_applications(session: CimSession, code: str) -> list[Application] | None:
    """The applications, by name, without their secrets; None when this site has no such class."""
    found = _rows(session, code, SMS_AAD_APPLICATION)
    return None if found is None else sorted((application_from(row) for row in found), key=lambda app: (app.name, app.client_id))


def read_gateways(session: CimSession, code: str) -> list[Gateway] | None:
    """The cloud management gateways, by name; None when this site has no such class."""
    found = _rows(session, code, SMS_AZURE_SERVICE, equals("ServiceType", GATEWAY_SERVICE))
    return None if found is None else sorted((gateway_from(row) for row in found), key=lambda gateway: gateway.name)


def read_discovery(session: CimSession, code: str) -> list[Discovery] | None:
    """The discovery settings of each cloud service; None when this site has no such class."""
    found = _rows(session, code, SMS_AAD_DISCOVERY_SETTINGS)
    return None if found is None else sorted((discovery_from(row) for row in found), key=lambda settings: settings.service)


def tenant_from(row: CimInstance) -> Tenant:
    """A row of SMS_AAD_Tenant_Ex."""
    return Tenant(int(row["ID"]), _text(row, "Name"), _text(row, "TenantID"))


def application_from(row: CimInstance) -> Application:
    """A row of SMS_AAD_Application_Ex."""
    return Application(
        name=_text(row, "Name"),
        client_id=_text(row, "ClientID"),
        tenant_number=row.get("TenantID"),
        client=bool(row.get("IsClientApp")),
        secret_created=_when(row.get("SecretKeyCreationTime")),
        secret_expires=_when(row.get("SecretKeyExpiry")),
        imported=_imported(row.get("Source")),
        updated=_when(row.get("LastUpdateTime")),
    )


def gateway_from(row: CimInstance) -> Gateway:
    """A row of SMS_AzureService with the service type of a gateway."""
    number = row.get("State")
    return Gateway(
        name=_text(row, "Name"),
        site_code=_text(row, "SiteCode").upper(),
        state=_gateway_states().get(number, f"state {number}") if isinstance(number, int) else "unknown",
        status_details=row.get("StatusDetails"),
    )


def discovery_from(row: CimInstance) -> Discovery:
    """A row of SMS_AAD_Discovery_Settings."""
    return Discovery(
        service=int(row["CloudServiceId"]),
        full=bool(row.get("FullSyncEnabled")),
        full_schedule=_text(row, "FullSyncSchedule"),
        delta=bool(row.get("DeltaSyncEnabled")),
        delta_interval=row.get("DeltaSyncInterval"),
    )


def _rows(session: CimSession, code: str, cls: CimClass, *where: str) -> list[CimInstance] | None:
    namespace = naming.site_namespace(code)
    try:
        return session.query(namespace, cls, select(cls, *where, columns=cls.properties))
    except CimFault as fault:
        if not is_missing_site(fault):
            raise
    # Either the class or the complete site is missing.
    prove_site(session, code)
    return None


def _gateway_states() -> dict[int, str]:
    return {row["number"]: row["name"] for row in table("cloud_states")["gateway_states"]}


def _imported(number: object) -> bool | None:
    """Which number means imported is inferred, so it is only in the table."""
    return next((row["imported"] for row in table("cloud_states")["application_sources"] if row["number"] == number), None)


def _text(row: CimInstance, name: str) -> str:
    return str(row.get(name) or "")


def _when(value: object) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) else None
