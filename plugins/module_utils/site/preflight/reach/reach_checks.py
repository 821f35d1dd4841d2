# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an attempt to reach an address means: makes checks from curl's results. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion, Standing
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.curl import (
    Reach,
    Transfer,
    judge,
    judge_connection,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.endpoints import Endpoint
from ansible_collections.configmgr.scp.plugins.module_utils.windows.winhttp import SHOW, WinHttp


@dataclass(frozen=True)
class Proxy:
    """A proxy that the server uses.

    :param account: the one that the site uses at the proxy of a site system server, empty for the computer account.
    :param system: whether it is the proxy of Windows itself (WinHTTP) and not that of the site system.
    """

    host: str
    port: int
    account: str = ""
    system: bool = False

    @property
    def named(self) -> str:
        """The proxy in a sentence."""
        return f"the {'WinHTTP ' if self.system else ''}proxy {self}"

    def __str__(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def proxy_of(endpoint: Endpoint, site_system: Proxy | None, system: WinHttp | None) -> Proxy | None:
    """The proxy for an endpoint; None for a direct connection.

    :param site_system: of the site system server.
    :param system: WinHTTP's setting; it must be known when the endpoint uses it.
    """
    if not endpoint.system_proxy or system is None:
        return site_system
    found = system.proxy_for(endpoint.scheme, endpoint.host)
    return Proxy(*found, system=True) if found else None


@dataclass(frozen=True)
class Target:
    """A TCP port to connect to. ``name`` is the user's name for it, part of the check's id."""

    host: str
    port: int
    name: str = ""


def endpoint_id(endpoint: Endpoint) -> str:
    """``endpoint_go_microsoft_com_443``; a pattern that cannot be tried becomes ``endpoint_any_akamaiedge_net_443``."""
    return f"endpoint_{_word(endpoint.host.replace('*', 'any'))}_{endpoint.port}"


def target_id(target: Target) -> str:
    """``port_<name>``, or ``port_sql01_contoso_com_1433``."""
    return f"port_{_word(target.name)}" if target.name else f"port_{_word(target.host)}_{target.port}"


def target_title(target: Target) -> str:
    """The host and port of the connection."""
    return f"{target.host}, TCP port {target.port}"


def endpoint_check(endpoint: Endpoint, transfer: Transfer, proxy: Proxy | None, issuers: Sequence[str]) -> Check:
    """The result for an endpoint that was tried.

    :param issuers: names of public certificate authorities, see ``curl.judge``.
    """
    reach = judge(transfer, issuers)
    if reach is Reach.PROXY_AUTHENTICATION and proxy and proxy.account:
        # The same text for every endpoint, so that a list of checks shows it once.
        why = (
            f"the proxy {proxy} requires authentication. The site authenticates as {proxy.account}; this check uses the logon "
            "of the WinRM connection, because it sends no password of a proxy account to the server"
        )
        remedy = f"Make sure that {proxy.account} may use the proxy, or allow these addresses without authentication there."
        return cannot_tell(endpoint_id(endpoint), title(endpoint), why, remedy, endpoint.required)
    if reach is Reach.REACHABLE:
        status, remedy = Status.PASSED, ""
    else:
        # With a replaced certificate the host was reached; curl cannot tell whether the service accepts that certificate.
        status = Status.WARNING if reach is Reach.INTERCEPTED_CERTIFICATE else Status.FAILED
        remedy = _remedy(reach, endpoint, proxy, transfer)
    detail = f"{_found(reach, endpoint, transfer, proxy)}."
    return Check(endpoint_id(endpoint), title(endpoint), status, _with_note(detail, endpoint), remedy, endpoint.required)


def system_proxy_unknown(endpoint: Endpoint, why: str) -> Check:
    """The check of an endpoint for which Windows' own proxy setting decides, when that could not be read."""
    remedy = (
        f"Run '{SHOW}' on this server as an administrator, and make sure that the server reaches {endpoint} on the way that it "
        "shows: Windows itself downloads revocation lists and certificates, and does not use the proxy of the site system."
    )
    reason = f"the proxy setting of Windows (WinHTTP), which is used for this endpoint, could not be evaluated: {why}"
    return cannot_tell(endpoint_id(endpoint), title(endpoint), reason, remedy, endpoint.required)


def untested(endpoint: Endpoint) -> Check:
    """The check of a pattern that has no host to try."""
    return Check(
        endpoint_id(endpoint),
        title(endpoint),
        Status.SKIPPED,
        _with_note(f"No host that matches {endpoint.host} is known that could be tried.", endpoint),
        f"Allow the server to reach {endpoint.host} on port {endpoint.port}.",
        endpoint.required,
    )


def port_check(target: Target, transfer: Transfer) -> Check:
    """The result for a port that was tried."""
    reach = judge_connection(transfer)
    where = target_title(target)
    if reach is Reach.REACHABLE:
        note = ""
        if target.port == _ENDPOINT_MAPPER:
            note = " The dynamic RPC ports (49152 to 65535 by default) are not known in advance and were not tried."
        return Check(target_id(target), where, Status.PASSED, f"{where}, accepts connections.{note}")
    words = {
        Reach.REFUSED: "refuses connections, or there is no route to it",
        Reach.TIMEOUT: "does not answer: the host is off, or a firewall drops the packets",
        Reach.NAME_RESOLUTION: "cannot be resolved: DNS on this server does not have the name",
    }.get(reach, "was not reached")
    remedy = {
        Reach.REFUSED: f"Start the service that listens on port {target.port} of {target.host}, and allow it in the firewalls.",
        Reach.NAME_RESOLUTION: f"Check the name {target.host}, and the DNS servers of this server.",
    }.get(reach, f"Allow this server to reach {target.host} on port {target.port} through the firewalls between them.")
    return Check(target_id(target), where, Status.FAILED, f"{where}, {words}{_quoted(transfer)}.", remedy)


def softened(check: Check) -> Check:
    """The check for a role that does not need the internet: at most a warning, which stops nothing."""
    status = Status.WARNING if check.status is Status.FAILED else check.status
    return replace(check, status=status, required=False)


def table_check(version: SiteVersion | None) -> list[Check]:
    """A warning when the table of endpoints may not apply to the site's version."""
    if version is None or version.standing in (Standing.KNOWN, Standing.OLDER):
        return []
    return [
        Check(
            "endpoint_table",
            "The table of endpoints",
            Status.WARNING,
            f"Version {version.text} of the site is {version.standing.value}: the endpoints of {version.name} were tried.",
            "Compare them with the documentation of that version, or install a newer version of this collection.",
            required=False,
        )
    ]


def unique(checks: Sequence[Check]) -> list[Check]:
    """The checks, with a number appended to ids that would occur twice (``a-b.example`` and ``a.b.example``)."""
    seen: dict[str, int] = {}
    result = []
    for check in checks:
        seen[check.id] = seen.get(check.id, 0) + 1
        result.append(check if seen[check.id] == 1 else replace(check, id=f"{check.id}_{seen[check.id]}"))
    return result


def endpoint_data(
    check: Check, endpoint: Endpoint, transfer: Transfer | None, issuers: Sequence[str], proxy: Proxy | None = None
) -> dict[str, Any]:
    """One endpoint as data: the result of the check with the facts that it is based on."""
    return {
        "id": check.id,
        "host": endpoint.host,
        "port": endpoint.port,
        "pattern": endpoint.pattern or None,
        "features": list(endpoint.features),
        "required": check.required,
        "proxy": str(proxy) if proxy and transfer else None,
        "proxy_setting": "system" if endpoint.system_proxy else "site_system",
        "result": judge(transfer, issuers).value if transfer else None,
        "http_status": (transfer.http_status or transfer.proxy_status or None) if transfer else None,
        "issuer": transfer.issuers[0] if transfer and transfer.issuers else None,
        "elapsed_seconds": round(transfer.seconds, 2) if transfer else None,
    }


_ENDPOINT_MAPPER = 135
_SET_SYSTEM_PROXY = (
    "Windows itself connects to it, without the proxy of the site system: if only a proxy may reach the internet, set it with "
    "'netsh winhttp set proxy' on this server, with a bypass list for the servers of the site."
)


def _found(reach: Reach, endpoint: Endpoint, transfer: Transfer, proxy: Proxy | None) -> str:
    through = _through(endpoint, proxy)
    # With a proxy, the name and the connection are the proxy's as long as it has not answered.
    at = proxy.named if proxy and not transfer.proxy_status else str(endpoint)
    status = transfer.http_status or transfer.proxy_status
    issuer = transfer.issuers[0] if transfer.issuers else ""
    quoted = _quoted(transfer)
    return {
        Reach.REACHABLE: f"{endpoint} answered{through} with HTTP {status} in {transfer.seconds:.1f} s",
        Reach.NAME_RESOLUTION: f"The name of {at} cannot be resolved{quoted}",
        Reach.REFUSED: f"{_capital(at)} refused the connection, or there is no route to it{quoted}",
        Reach.TIMEOUT: f"No answer from {endpoint}{through} within {transfer.seconds:.0f} s{quoted}",
        Reach.TLS_VERSION: f"{endpoint}{through} and this server have no TLS version or cipher suite in common"
        + (f" (HTTP {status})" if status else quoted),
        Reach.UNTRUSTED_CERTIFICATE: f"The certificate of {endpoint}{through} is not accepted{quoted}",
        Reach.INTERCEPTED_CERTIFICATE: f"{endpoint} answered{through}, but its certificate is not from a public authority "
        f"({issuer}): a device on the way inspects the TLS connection",
        Reach.PROXY_AUTHENTICATION: _asked(proxy)
        if proxy
        else f"A proxy on the way to {endpoint} requires authentication (HTTP 407)",
        Reach.BLOCKED_PAGE: f"HTTP {status} came back instead of an answer from {endpoint}{through}: the endpoint is blocked, or "
        "cannot be reached from there",
        Reach.OTHER: f"{endpoint} was not reached{through}{quoted or f' (curl ended with {transfer.exit_code})'}",
    }[reach]


def _through(endpoint: Endpoint, proxy: Proxy | None) -> str:
    if proxy:
        return f" through {proxy.named}"
    return " without a proxy, as WinHTTP on this server is set," if endpoint.system_proxy else ""


def _asked(proxy: Proxy) -> str:
    declared = "" if proxy.system else ", and no proxy account is declared"
    return f"{_capital(proxy.named)} requires authentication (HTTP 407){declared}"


def _remedy(reach: Reach, endpoint: Endpoint, proxy: Proxy | None, transfer: Transfer) -> str:
    way = proxy.named if proxy else "firewalls"
    allow = f"Allow the server to reach {endpoint.pattern or endpoint.host} on port {endpoint.port} through {way}."
    if endpoint.system_proxy and not proxy:
        allow += f" {_SET_SYSTEM_PROXY}"
    at_proxy = proxy is not None and not transfer.proxy_status
    shown = f" ({SHOW})" if proxy and proxy.system else ""
    not_inspected = (
        f"Microsoft does not support the inspection of TLS connections to {endpoint.pattern or endpoint.host}: exempt it."
        if endpoint.no_inspection
        else ""
    )
    inspected = f"Exempt Microsoft's endpoints from the inspection of TLS connections. {not_inspected}".strip()
    return {
        Reach.NAME_RESOLUTION: f"Check the name of the proxy{shown}, and the DNS servers of this server."
        if at_proxy
        else "Check the DNS servers of this server. " + _SET_SYSTEM_PROXY
        if endpoint.system_proxy
        else "Check the DNS servers of this server; if only a proxy may reach the internet, declare it on the site system.",
        Reach.REFUSED: f"Check the name and port of {way}{shown}, and that it runs." if at_proxy else allow,
        Reach.TLS_VERSION: f"Allow TLS 1.2 with the cipher suites of Microsoft's services on this server and on {way}.",
        Reach.UNTRUSTED_CERTIFICATE: "Check the clock and the trusted root certificates of this server; if TLS connections are "
        f"inspected, exempt Microsoft's endpoints from the inspection. {not_inspected}".strip(),
        Reach.INTERCEPTED_CERTIFICATE: inspected,
        Reach.PROXY_AUTHENTICATION: "Allow this server's computer account, or this endpoint without authentication, at the proxy."
        if endpoint.system_proxy
        else "Declare the site system's proxy account, or allow this server's computer account, or this endpoint without "
        "authentication, at the proxy.",
    }.get(reach, allow)


def title(endpoint: Endpoint) -> str:
    """What is tried, and for what."""
    why = ", ".join(endpoint.features) or "named in the task"
    return (
        f"{endpoint} ({why})" if not endpoint.pattern or not endpoint.testable else f"{endpoint}, of {endpoint.pattern} ({why})"
    )


def _with_note(detail: str, endpoint: Endpoint) -> str:
    return f"{detail} {endpoint.note}" if endpoint.note else detail


def _quoted(transfer: Transfer) -> str:
    return f" (curl: {transfer.error})" if transfer.error else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
