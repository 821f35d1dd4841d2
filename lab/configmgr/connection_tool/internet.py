"""What the tool reaches on the internet, directly or through the proxy of its command line, and .NET's message for a failure."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import responses

from lab.configmgr.connection_tool.run import Run
from lab.estate.network import EndpointRule
from lab.windows.network import Connection

UPLOAD = "sccm.manage.microsoft.com"
LINKS = "go.microsoft.com"
DOWNLOADS = "download.microsoft.com"
CONSOLE_CONTENT = "configmgrbits.cdn.manage.microsoft.com"
_HTTPS, _PROXY_PORT = 443, 80
_TRUST = "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."
SEND = "The underlying connection was closed: An unexpected error occurred on a send."
_WORDS: Mapping[str, str] = {
    "refused": "Unable to connect to the remote server",
    "timeout": "The operation has timed out",
    "reset": SEND,
    "tls_version": "The request was aborted: Could not create SSL/TLS secure channel.",
    "untrusted": _TRUST,
    "expired": _TRUST,
    "wrong_name": _TRUST,
    "intercepted": _TRUST,
}


class ProxyUnreachable(Exception):
    """There is no proxy at the address in the command line."""


def failure(run: Run, *hosts: str) -> str:
    """.NET's message if one of these hosts cannot be reached over HTTPS; empty if all can. Raises :class:`ProxyUnreachable`."""
    for host in hosts:
        found = _connection(run, host)
        if isinstance(found, str):
            return found
        said = _said(found, host)
        if said:
            return said
    return ""


def _connection(run: Run, host: str) -> Connection | str:
    uri = run.request.paths.get("proxyserveruri", "")
    network = run.world.network
    if not uri:
        return network.connect(run.machine, host, _HTTPS)
    name, _, port = uri.rpartition("://")[2].rstrip("/").partition(":")
    # Without a port the tool uses 80, whatever port the proxy listens on.
    reached = network.connect(run.machine, name, int(port) if port.isdecimal() else _PROXY_PORT)
    if reached.problem or reached.proxy is None:
        raise ProxyUnreachable
    user = run.request.paths.get("proxyusername", "")
    if reached.proxy.authentication != "none" and not network.admits(reached.proxy, user, run.proxy_password):
        return "The remote server returned an error: (407) Proxy Authentication Required."
    return network.behind(reached.proxy, host, _HTTPS)


def _said(found: Connection, host: str) -> str:
    rule = found.rule or EndpointRule(host)
    problem = found.problem or rule.problem
    if problem == "name_resolution":
        return f"The remote name could not be resolved: '{host}'"
    if problem == "intercepted" and rule.trusted:
        return ""
    if problem in _WORDS:
        return _WORDS[problem]
    return f"The remote server returned an error: ({rule.status}) {responses.get(rule.status, '')}." if rule.status >= 400 else ""
