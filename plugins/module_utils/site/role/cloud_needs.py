# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cloud services that stop working when the role goes offline or is removed (memdocs, plan for cloud management gateway)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import cloud
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cloud import Discovery, Gateway, Tenant
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession


def cloud_needs(
    gateways: Sequence[Gateway] | None, discovery: Sequence[Discovery] | None, tenants: Sequence[Tenant] | None
) -> list[str]:
    """What needs an online service connection point at this site, by name; pass None for a kind that this site does not have."""
    return named(
        (gateway.name for gateway in gateways or ()),
        (one.service for one in discovery or () if one.enabled),
        (tenant.name for tenant in tenants or ()),
    )


def named(gateways: Iterable[object], services: Iterable[object], tenants: Iterable[object]) -> list[str]:
    """The names, as shown to users, of gateways, of cloud services whose users are discovered, and of tenants."""
    return [
        *(f"cloud management gateway {name}" for name in gateways),
        *(f"discovery of Entra users of cloud service {number}" for number in services),
        *(f"connection to the tenant {name}" for name in tenants),
    ]


def read_cloud_needs(session: CimSession, code: str) -> list[str]:
    """As ``cloud_needs``, read from the site. Three requests."""
    return cloud_needs(cloud.read_gateways(session, code), cloud.read_discovery(session, code), cloud.read_tenants(session, code))


def needs_warning(code: str, needs: Sequence[str], change: str) -> str | None:
    """What to say before a change that leaves the hierarchy without an online role; None when nothing needs one.

    :param change: what the hierarchy has after the change, such as "an offline service connection point".
    """
    if not needs:
        return None
    return (
        f"Site {code} will have {change}, but these need one in online mode: {', '.join(needs)}. They are not managed or "
        "synchronised until the role is online again."
    )
