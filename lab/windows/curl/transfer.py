"""The outcome of one URL: a pure decision from the operation's options and the network of the estate."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lab.estate.network import EndpointRule, Proxy
from lab.windows.curl import words
from lab.windows.curl.local_files import is_file_url, read_file_url
from lab.windows.curl.options import NEW_WAYS, Operation, Version
from lab.windows.machine import Machine
from lab.windows.network import Connection, Network

_PORTS = {"http": 80, "https": 443, "telnet": 23, "ftp": 21}
# Protocols in which the server sends first; no server of the lab supports them.
_WAITING = ("telnet", "ftp")
_URL = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?P<host>[^/:?#\s@]+)(?::(?P<port>\d{1,5}))?(?P<path>[/?#]\S*)?")
_PROXY = re.compile(
    r"(?:(?P<scheme>[a-z0-9]+)://)?(?:(?P<user>[^:@/]*):(?P<password>[^@/]*)@)?(?P<host>[^/:@\s]+)(?::(?P<port>\d{1,5}))?/?"
)
_DEFAULT_PROXY_PORT = 1080
_MALFORMED, _UNSUPPORTED = 3, 1

# Durations in seconds: name resolution, connection, handshake, answer, and Windows' time-out for an address without an answer.
_NAME, _CONNECT, _HANDSHAKE, _ANSWER = 0.012, 0.024, 0.060, 0.045
_REFUSED = 2.03
_SYSTEM_PATIENCE = 21.05

_CERTIFICATE_PROBLEMS = ("untrusted", "expired", "wrong_name", "intercepted")
_AUTHORITY = "CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1, O=DigiCert Inc, C=US"


@dataclass(frozen=True)
class Outcome:
    """The outcome of one transfer. Times in seconds since its start; ``seconds`` None: it never ends by itself."""

    url: str
    effective: str
    scheme: str = ""
    exit_code: int = 0
    error: str = ""
    status: int = 0
    connect_status: int = 0
    address: str = ""
    port: int = 0
    seconds: float | None = 0.0
    named: float = 0.0
    connected: float = 0.0
    secured: float = 0.0
    method: str = "GET"
    body: bytes = b""
    headers: bytes = b""
    issuer: str = ""
    # The TCP connection was made, but not the tunnel or TLS session over it.
    unfinished: bool = False


@dataclass(frozen=True)
class Site:
    """Where transfers start: the server, the network, and the version and language of curl."""

    machine: Machine
    network: Network
    version: Version
    language: int


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int


def transfer(url: str, operation: Operation, site: Site) -> Outcome:
    """Transfer one URL of an operation."""
    if is_file_url(url):
        found_file = read_file_url(url, operation.options.get("range"), site.machine.files)
        return Outcome(url, url, "file", found_file.exit_code, found_file.error, seconds=_ANSWER, body=found_file.data)
    target = _target(url, operation, site.version)
    method = operation.options.get("request", "HEAD" if "head" in operation.options else "GET")
    if isinstance(target, Outcome):
        return target
    outcome = Outcome(url, _effective(url, target), target.scheme, port=target.port, method=method)
    proxy = _proxy_of(operation, target.host)
    if isinstance(proxy, str):
        return replace(outcome, exit_code=words.COULD_NOT_RESOLVE_PROXY, error=proxy, method="")
    found = _through(outcome, target, proxy, operation, site) if proxy else _direct(outcome, target, operation, site)
    return _within_time(found, operation)


def _target(url: str, operation: Operation, version: Version) -> _Target | Outcome:
    found = _URL.fullmatch(url)
    if "globoff" not in operation.options and re.search(r"[\[\]{}]", url):
        return Outcome(url, url, exit_code=_MALFORMED, error="bad range in URL; the lab's curl does not expand URLs", method="")
    if found is None:
        return Outcome(url, url, exit_code=_MALFORMED, error="URL using bad/illegal format or missing URL", method="")
    scheme = (found["scheme"] or "http").lower()
    if scheme not in _PORTS:
        return Outcome(url, url, exit_code=_UNSUPPORTED, error=f'Protocol "{scheme}" not supported', method="")
    port = int(found["port"] or _PORTS[scheme])
    if not 0 < port <= 65535:
        return Outcome(url, url, exit_code=_MALFORMED, error=words.bad_port(version), method="")
    return _Target(scheme, found["host"], port)


def _effective(url: str, target: _Target) -> str:
    full = url if "://" in url else f"http://{url}"
    return full if target.scheme == "telnet" or re.search(r"://[^/]+/", full) else f"{full}/"


@dataclass(frozen=True)
class _ProxyOption:
    host: str
    port: int
    user: str | None
    password: str


def _proxy_of(operation: Operation, host: str) -> _ProxyOption | str | None:
    written = operation.options.get("proxy", "")
    if not written or _is_excepted(operation.options.get("noproxy", ""), host):
        return None
    found = _PROXY.fullmatch(written)
    if found is None or found["scheme"] not in (None, "http"):
        return f"Unsupported proxy syntax in '{written}'"
    user, password = found["user"], found["password"] or ""
    if "proxy-user" in operation.options:
        user, _, password = operation.options["proxy-user"].partition(":")
    return _ProxyOption(found["host"], int(found["port"] or _DEFAULT_PROXY_PORT), user, password)


def _is_excepted(noproxy: str, host: str) -> bool:
    name = host.casefold()
    for entry in re.split(r"[,\s]+", noproxy.casefold()):
        bare = entry.lstrip(".")
        if entry == "*" or (bare and (name == bare or name.endswith(f".{bare}"))):
            return True
    return False


def _direct(outcome: Outcome, target: _Target, operation: Operation, site: Site) -> Outcome:
    connection = site.network.connect(site.machine, target.host, target.port)
    failed = _not_connected(outcome, connection, target.host, target.port, operation, site)
    if failed is not None:
        return failed
    outcome = replace(outcome, address=connection.address, named=_NAME, connected=_NAME + _CONNECT)
    if connection.rule is not None:
        return _answered(outcome, target, connection.rule, operation, site)
    return _by_machine(outcome, target, connection, operation, site)


def _through(outcome: Outcome, target: _Target, chosen: _ProxyOption, operation: Operation, site: Site) -> Outcome:
    connection = site.network.connect(site.machine, chosen.host, chosen.port)
    if connection.problem == "name_resolution":
        error = f"Could not resolve proxy: {chosen.host}"
        return replace(outcome, exit_code=words.COULD_NOT_RESOLVE_PROXY, error=error, seconds=_NAME, method="")
    failed = _not_connected(outcome, connection, chosen.host, chosen.port, operation, site)
    if failed is not None:
        return failed
    outcome = replace(outcome, address=connection.address, port=chosen.port, named=_NAME, seconds=_NAME + _CONNECT + _ANSWER)
    if connection.proxy is None:
        return replace(outcome, exit_code=words.TRANSFER_FAILED, error="Proxy CONNECT aborted")
    status, rule = _asked_of_proxy(connection.proxy, target, chosen, operation, site)
    tunnel = target.scheme != "http" or "proxytunnel" in operation.options
    if rule is None or (rule.status != 200 and not rule.problem and tunnel):
        refused = status if rule is None else rule.status
        if tunnel:
            error = words.tunnel_failed(refused, site.version)
            connected = _NAME + _CONNECT if site.version >= NEW_WAYS else 0.0
            return replace(
                outcome,
                exit_code=words.TRANSFER_FAILED,
                error=error,
                connect_status=refused,
                connected=connected,
                unfinished=True,
            )
        return _with_answer(replace(outcome, connected=_NAME + _CONNECT), refused, operation)
    outcome = replace(outcome, connected=_NAME + _CONNECT, connect_status=200 if tunnel else 0)
    return _answered(outcome, target, rule, operation, site)


def _asked_of_proxy(
    proxy: Proxy, target: _Target, chosen: _ProxyOption, operation: Operation, site: Site
) -> tuple[int, EndpointRule | None]:
    """The status with which a proxy rejects the request, or how the endpoint behind it answers."""
    if proxy.authentication != "none" and not _is_admitted(proxy, chosen, operation, site):
        return 407, None
    connection = site.network.behind(proxy, target.host, target.port)
    if connection.problem:
        return {"name_resolution": 502, "refused": 502}.get(connection.problem, 504), None
    return 200, connection.rule


def _is_admitted(proxy: Proxy, chosen: _ProxyOption, operation: Operation, site: Site) -> bool:
    """Whether curl sends the proxy credentials that it accepts, with an authentication method that it accepts.

    An empty user means the credentials of the logon session; a session over WinRM has none to send (no delegation).
    """
    offered = {name for name in ("basic", "ntlm", "negotiate") if f"proxy-{name}" in operation.options} or {"basic"}
    if "proxy-anyauth" in operation.options:
        offered = {"basic", "ntlm", "negotiate"}
    taken = {"basic"} if proxy.authentication == "basic" else {"ntlm", "negotiate"}
    return bool(chosen.user and offered & taken and site.network.admits(proxy, chosen.user, chosen.password))


def _not_connected(
    outcome: Outcome, connection: Connection, host: str, port: int, operation: Operation, site: Site
) -> Outcome | None:
    """The failure of a connection that could not be made; None when it was made."""
    if connection.problem == "name_resolution":
        error = f"Could not resolve host: {host}"
        return replace(outcome, exit_code=words.COULD_NOT_RESOLVE, error=error, seconds=_NAME, port=0)
    patience = operation.seconds("connect-timeout")
    if connection.problem == "refused" and not 0 < patience < _REFUSED:
        error = words.could_not_connect(host, port, _REFUSED, site.version)
        return replace(outcome, exit_code=words.COULD_NOT_CONNECT, error=error, seconds=_REFUSED, named=_NAME, port=0)
    if connection.problem:
        waited = min(patience or _SYSTEM_PATIENCE, _SYSTEM_PATIENCE)
        reason = "Timeout was reached" if patience else "Could not connect to server"
        error = words.could_not_connect(host, port, waited, site.version, reason)
        return replace(outcome, exit_code=words.TIMED_OUT, error=error, seconds=waited, named=_NAME, port=0)
    return None


def _answered(outcome: Outcome, target: _Target, rule: EndpointRule, operation: Operation, site: Site) -> Outcome:
    """The answer of an internet endpoint that was reached, directly or through a proxy."""
    if target.scheme in _WAITING:
        return _silence(outcome)
    if target.scheme == "http":
        return _with_answer(outcome, 200 if rule.problem else rule.status, operation)
    if _is_refused(rule, operation):
        exit_code, error = words.tls_failure(rule.problem, site.version, site.language)
        seconds = outcome.connected + _HANDSHAKE
        return _without_tls(outcome, exit_code, error, seconds, site)
    issuer = rule.issuer if rule.problem == "intercepted" else _AUTHORITY
    secured = replace(outcome, secured=outcome.connected + _HANDSHAKE, issuer=issuer)
    return _with_answer(secured, 200 if rule.problem else rule.status, operation)


def _without_tls(outcome: Outcome, exit_code: int, error: str, seconds: float, site: Site) -> Outcome:
    """A handshake that failed. For curl 7.88 the connection is made only with TLS, so its time_connect is 0."""
    connected = outcome.connected if site.version >= NEW_WAYS else 0.0
    return replace(outcome, exit_code=exit_code, error=error, seconds=seconds, connected=connected, unfinished=True)


def _is_refused(rule: EndpointRule, operation: Operation) -> bool:
    if rule.problem == "revocation_offline":
        return not {"insecure", "ssl-no-revoke", "ssl-revoke-best-effort"} & operation.options.keys()
    if rule.problem == "intercepted" and rule.trusted:
        return False
    if rule.problem in _CERTIFICATE_PROBLEMS:
        return "insecure" not in operation.options
    return rule.problem in ("tls_version", "reset")


def _by_machine(outcome: Outcome, target: _Target, connection: Connection, operation: Operation, site: Site) -> Outcome:
    """The answer of a server of the estate (or of a proxy that is used as a web server)."""
    if target.scheme in _WAITING:
        return _silence(outcome)
    if connection.proxy is not None:
        return _with_answer(outcome, 400, operation)
    if target.port == 5985 and target.scheme == "http":
        return _with_answer(outcome, 404, operation)
    if target.port == 5986 and target.scheme == "https":
        rule = EndpointRule(target.host, "untrusted", 404)
        return _answered(outcome, target, rule, operation, site)
    seconds = outcome.connected + _ANSWER
    if target.scheme == "https":
        return _without_tls(outcome, words.TLS_FAILED, "Recv failure: Connection was reset", seconds, site)
    error = "Recv failure: Connection was reset"
    return replace(outcome, exit_code=words.TRANSFER_FAILED, error=error, seconds=seconds)


def _silence(outcome: Outcome) -> Outcome:
    """A connection without any data: it lasts until curl's time limit."""
    # telnet has its own message for this.
    error = "Time-out" if outcome.scheme == "telnet" else ""
    return replace(outcome, exit_code=words.TIMED_OUT, error=error, seconds=None)


def _with_answer(outcome: Outcome, status: int, operation: Operation) -> Outcome:
    body = b"" if outcome.method == "HEAD" else f"<html><body>{status}</body></html>\n".encode()
    headers = f"HTTP/1.1 {status} \r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    ended = max(outcome.connected, outcome.secured) + _ANSWER
    outcome = replace(outcome, status=status, headers=headers, body=body, seconds=ended)
    if "fail" in operation.options and status >= 400:
        error = f"The requested URL returned error: {status}"
        return replace(outcome, exit_code=words.HTTP_ERROR, error=error, body=b"")
    return outcome


def _within_time(outcome: Outcome, operation: Operation) -> Outcome:
    """The outcome, or a time-out if ``--max-time`` passes first."""
    limit = operation.seconds("max-time")
    if not limit or (outcome.seconds is not None and outcome.seconds <= limit):
        return outcome
    milliseconds = round(limit * 1000)
    if outcome.seconds is None and outcome.error:
        error = outcome.error
    elif outcome.address:
        error = f"Operation timed out after {milliseconds} milliseconds with 0 bytes received"
    else:
        error = f"Connection timed out after {milliseconds} milliseconds"
    cut = replace(outcome, exit_code=words.TIMED_OUT, error=error, seconds=limit, status=0, body=b"", headers=b"", issuer="")
    return cut if cut.connected <= limit else replace(cut, connected=0.0, secured=0.0)
