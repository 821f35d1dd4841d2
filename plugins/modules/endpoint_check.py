#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks whether a server reaches the internet endpoints of the service connection point."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: endpoint_check
short_description: Check whether a server reaches the internet endpoints of the service connection point
version_added: 1.0.0
description:
  - Connects from the server itself to all endpoints of the chosen features in parallel, over HTTPS with validation of the
    certificates, and reports for each endpoint that is not reached which kind of problem prevents it.
  - Run it on the server that has the role or will have it.
notes:
  - The server's own C(curl.exe) makes the connections, in a WinRM shell that is closed afterwards. Windows Server 2019 and later
    include it; on a server without it every check is V(skipped). Version 7.75 or later is required, which current Windows
    updates install.
  - The checks run as the user of the WinRM connection. They cannot log on to a proxy with the proxy account of the site system,
    because the site does not reveal its password. When such a proxy asks for authentication, the check reports C(Cannot tell).
    The proxy decides whether the account of the service itself is allowed.
  - Only curl 7.88 or later can detect TLS inspection with a certificate that the server trusts.
    A replaced certificate that is not trusted is reported as V(untrusted_certificate).
  - Port 443 is required. Port 80 is advisory.
  - Windows itself downloads revocation lists and certificates, through its own proxy (WinHTTP; C(netsh winhttp show proxy)) and
    never through the proxy of the site system. The endpoints of the feature V(certificates), some of which V(tenant_attach) needs
    too, are tried on that way. The setting is read from the registry. If it cannot be read, or if it is a script, these checks
    report C(Cannot tell).
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  features:
    description:
      - The features whose endpoints are checked.
    type: list
    elements: str
    choices:
      - azure
      - certificates
      - cmg
      - console_notifications
      - endpoint_analytics
      - entra_discovery
      - external_notifications
      - tenant_attach
      - updates
      - usage
      - windows_servicing
    default: [updates]
  site_version:
    description:
      - Version of the site, such as V(5.00.9152.1000) or V(2609). If omitted, the endpoints of the current version are checked.
    type: str
  mode:
    description:
      - Mode of the service connection point. In the mode V(offline) it does not need the endpoints, so an endpoint that is not
        reached is only a warning.
    type: str
    choices: [online, offline]
    default: online
  azure_cloud:
    description:
      - The Azure cloud that the site uses.
    type: str
    choices: [public, us_government]
    default: public
  endpoints:
    description:
      - Additional addresses, each as V(host) or V(host:port). The default port is 443; port 80 means plain HTTP.
      - They count as required.
    type: list
    elements: str
    default: []
  proxy:
    description:
      - The proxy to use, as it is set on the site system, see M(configmgr.scp.site_system). If omitted, the server connects
        directly.
      - It is not used for the endpoints that Windows itself connects to, see the notes.
    type: dict
    suboptions:
      enabled:
        description:
          - Whether the proxy is used.
        type: bool
        default: true
      server:
        description:
          - Name or address of the proxy. Required when the proxy is used.
        type: str
      port:
        description:
          - Port of the proxy.
        type: int
        default: 80
      account:
        description:
          - The account that the site uses for the proxy, as V(DOMAIN\\user). It only appears in the results.
            An empty string means no account.
        type: str
  timeout:
    description:
      - Maximum time in seconds for one endpoint, from 1 to 300.
    type: int
    default: 15
  total_timeout:
    description:
      - Maximum time in seconds for all endpoints together, from 1 to 3600. Connections that are still open then are ended, and
        their checks report C(Cannot tell).
      - Endpoints that are tried through different proxies are tried one proxy after the other.
    type: int
    default: 120
seealso:
  - module: configmgr.scp.port_check
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check that the planned server reaches the endpoints for updates
  configmgr.scp.endpoint_check:
    site_version: "2609"
  delegate_to: scp01.contoso.com
  register: internet

- name: Check through the proxy of the site system, with a host of the gateway
  configmgr.scp.endpoint_check:
    features: [updates, usage, cmg, tenant_attach]
    proxy:
      server: proxy.contoso.com
      port: 8080
      account: CONTOSO\svc-sccm-proxy
    endpoints:
      - contosocmg.westeurope.cloudapp.azure.com
"""

RETURN = r"""
checks:
  description: One entry for each address.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Stable name of the check.
      type: str
    title:
      description: What was checked.
      type: str
    status:
      description: V(passed), V(warning), V(failed) or V(skipped).
      type: str
    detail:
      description: What was found.
      type: str
    remedy:
      description: What to do; empty when there is nothing to do.
      type: str
    required:
      description: Whether a failure of this check blocks the installation of the role.
      type: bool
  sample:
    - {id: endpoint_go_microsoft_com_443, title: "go.microsoft.com:443 (updates)", status: passed,
       detail: "go.microsoft.com:443 answered with HTTP 302 in 0.1 s.", remedy: "", required: true}
counts:
  description: Number of checks by status.
  returned: success
  type: dict
  sample: {passed: 21, warning: 0, failed: 1, skipped: 3}
blocked:
  description: Whether a required check failed.
  returned: success
  type: bool
  sample: true
endpoints:
  description: The same results as data for programs, one entry for each address.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the check.
      type: str
    host:
      description: The host.
      type: str
    port:
      description: The port.
      type: int
    pattern:
      description: The documented pattern that the host matches; null when the host itself is documented.
      type: str
    features:
      description: The chosen features that need it; empty for addresses of O(endpoints).
      type: list
      elements: str
    required:
      description: Whether a failure of this check blocks the installation of the role.
      type: bool
    proxy:
      description: The proxy through which it was tried; null for a direct connection, and when it was not checked.
      type: str
    proxy_setting:
      description:
        - Which setting decided about the proxy. V(site_system) is the setting of the site system (O(proxy)), V(system) that of
          Windows itself (WinHTTP).
      type: str
    result:
      description:
        - V(reachable), V(name_resolution), V(refused), V(timeout), V(tls_version), V(untrusted_certificate),
          V(intercepted_certificate), V(proxy_authentication), V(blocked_page) or V(other); null when it was not checked.
        - Any HTTP answer counts as reachable, apart from 407, 408, 426, 451, 502, 511, 598 and 599.
      type: str
    http_status:
      description: The HTTP status that was received; null when none was received.
      type: int
    issuer:
      description: Issuer of the endpoint's certificate; null when curl on the server does not report it.
      type: str
    elapsed_seconds:
      description: How long it took; null when it was not checked.
      type: float
  sample:
    - {id: endpoint_go_microsoft_com_443, host: go.microsoft.com, port: 443, pattern: null, features: [updates], required: true,
       proxy: null, proxy_setting: site_system, result: reachable, http_status: 302,
       issuer: "C=US, O=Microsoft Corporation, CN=Microsoft Azure RSA TLS Issuing CA 04", elapsed_seconds: 0.12}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import ENDPOINT_TIMEOUT, ENDPOINT_TOTAL_TIMEOUT
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, report
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import curl, endpoints, reach_checks
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.trying import Tried, try_all
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.windows.winhttp import read_winhttp

SPEC: dict[str, Any] = {
    "argument_spec": {
        "features": {
            "type": "list",
            "elements": "str",
            "choices": [
                "azure",
                "certificates",
                "cmg",
                "console_notifications",
                "endpoint_analytics",
                "entra_discovery",
                "external_notifications",
                "tenant_attach",
                "updates",
                "usage",
                "windows_servicing",
            ],
            "default": ["updates"],
        },
        "site_version": {"type": "str"},
        "mode": {"type": "str", "choices": ["online", "offline"], "default": "online"},
        "azure_cloud": {"type": "str", "choices": ["public", "us_government"], "default": "public"},
        "endpoints": {"type": "list", "elements": "str", "default": []},
        "proxy": {
            "type": "dict",
            "options": {
                "enabled": {"type": "bool", "default": True},
                "server": {"type": "str"},
                "port": {"type": "int", "default": 80},
                "account": {"type": "str"},
            },
        },
        "timeout": {"type": "int", "default": 15},
        "total_timeout": {"type": "int", "default": 120},
    },
    "supports_check_mode": True,
}

LIMITS = {"timeout": ENDPOINT_TIMEOUT, "total_timeout": ENDPOINT_TOTAL_TIMEOUT}
EMPTY = {"proxy.account": "the proxy needs no account"}


def run(task: Task) -> Result:
    """Check the endpoints; never changes anything."""
    params = task.params
    try:
        version = versions.find(params["site_version"]) if params["site_version"] else None
        extra = endpoints.named(params["endpoints"])
        proxy = _proxy(params["proxy"])
    except ValueError as error:
        raise TaskFailure(str(error)) from error
    now = datetime.now(UTC).date()
    selected = endpoints.select(params["features"], version, params["azure_cloud"], endpoints.table_rows(), now)
    chosen = endpoints.all_of(selected, extra)
    ways = _ways(task, chosen, proxy)
    answers = _tried(task, ways)
    issuers = endpoints.known_issuers()
    found = [_check(endpoint, answers, ways, issuers) for endpoint in chosen]
    if params["mode"] == "offline":
        found = [reach_checks.softened(check) for check in found]
    found = reach_checks.unique(found)
    data = [
        reach_checks.endpoint_data(check, endpoint, answers.transfer(endpoint), issuers, ways.proxies.get(endpoint))
        for check, endpoint in zip(found, chosen, strict=True)
    ]
    return {"changed": False, **report([*reach_checks.table_check(version), *found]), "endpoints": data}


@dataclass(frozen=True)
class _Ways:
    """On which way each endpoint is tried.

    :param proxies: the endpoints that are tried, with their proxy; None for a direct connection.
    :param unknown: why the proxy setting of Windows could not be evaluated; empty if it could, or if no endpoint needs it.
    """

    proxies: Mapping[endpoints.Endpoint, reach_checks.Proxy | None]
    unknown: str = ""


def _ways(task: Task, chosen: Sequence[endpoints.Endpoint], proxy: reach_checks.Proxy | None) -> _Ways:
    """One request if an endpoint uses the proxy setting of Windows itself, else none."""
    asked = [endpoint for endpoint in chosen if endpoint.testable]
    if not any(endpoint.system_proxy for endpoint in asked):
        return _Ways(dict.fromkeys(asked, proxy))
    system = attempt(lambda: read_winhttp(Registry(task.cim)))
    if isinstance(system, Unread):
        return _Ways(dict.fromkeys((endpoint for endpoint in asked if not endpoint.system_proxy), proxy), system.why)
    return _Ways({endpoint: reach_checks.proxy_of(endpoint, proxy, system) for endpoint in asked})


class _Answers:
    """The results of curl, by endpoint."""

    def __init__(self) -> None:
        self._found: dict[endpoints.Endpoint, tuple[Tried, curl.Transfer | None]] = {}

    def add(self, asked: Sequence[endpoints.Endpoint], tried: Tried) -> None:
        """What one run of curl found about these addresses, which it got in this order."""
        self._found.update({endpoint: (tried, tried.transfers.get(place)) for place, endpoint in enumerate(asked)})

    def of(self, endpoint: endpoints.Endpoint) -> tuple[Tried, curl.Transfer | None]:
        """The run that tried the endpoint, and its answer if there is one."""
        return self._found[endpoint]

    def transfer(self, endpoint: endpoints.Endpoint) -> curl.Transfer | None:
        """curl's answer; None when there is none."""
        return self._found[endpoint][1] if endpoint in self._found else None


def _tried(task: Task, ways: _Ways) -> _Answers:
    """A run of curl for each way; there is usually only one. The time limit is that of all runs together."""
    answers = _Answers()
    groups: dict[str | None, list[endpoints.Endpoint]] = {}
    for endpoint, proxy in ways.proxies.items():
        groups.setdefault(str(proxy) if proxy else None, []).append(endpoint)
    limit = task.monotonic() + task.params["total_timeout"]
    for through, asked in groups.items():
        left = limit - task.monotonic()
        if left <= 0:
            answers.add(
                asked, Tried(reason=f"the {task.params['total_timeout']} s of total_timeout were over before it was tried")
            )
            continue
        answers.add(asked, _run(task, asked, through, min(left, task.params["total_timeout"])))
    return answers


def _run(task: Task, asked: Sequence[endpoints.Endpoint], through: str | None, limit_seconds: float) -> Tried:
    urls = [endpoint.url for endpoint in asked]
    timeout = task.params["timeout"]
    return try_all(task, lambda token: curl.http_run(urls, token, timeout, through), len(asked), limit_seconds)


def _check(endpoint: endpoints.Endpoint, answers: _Answers, ways: _Ways, issuers: tuple[str, ...]) -> Check:
    if not endpoint.testable:
        return reach_checks.untested(endpoint)
    if endpoint not in ways.proxies:
        return reach_checks.system_proxy_unknown(endpoint, ways.unknown)
    tried, transfer = answers.of(endpoint)
    if transfer is None:
        return tried.without_answer(reach_checks.endpoint_id(endpoint), reach_checks.title(endpoint), endpoint.required)
    return reach_checks.endpoint_check(endpoint, transfer, ways.proxies[endpoint], issuers)


def _proxy(given: dict[str, Any] | None) -> reach_checks.Proxy | None:
    if given is None or not given["enabled"]:
        return None
    if not given["server"]:
        raise naming.BadName("proxy: server is missing; name the proxy, or set enabled to false.")
    account = given["account"]
    return reach_checks.Proxy(
        endpoints.target_host(given["server"], "proxy.server"),
        given["port"],
        naming.account_name(account, "proxy.account") if account else "",
    )


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
