# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How curl is run to try many addresses at once, and what its results mean. Pure: no request is made here.

Options are on the command line; addresses, proxy and the output format go to curl's standard input as a config file
(``-K -``): they need no quoting for cmd.exe, it does not expand the format's percent signs, and line length is no limit.

An old curl warns about an unknown option in a config file and continues, so options that must take effect are on the command
line.
Needs curl 7.75 (``%{exitcode}``, ``%{errormsg}``); ``%{certs}`` works from 7.88 on and is empty before (curl manual, curl.se).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line

MAX_PARALLEL = 64

# Codes that count as not reached (internet-endpoints and cloud connectivity check pages of memdocs).
_BLOCKING_STATUS = frozenset({408, 451, 502, 511, 598, 599})
_PROXY_AUTHENTICATION = 407
_UPGRADE_REQUIRED = 426

_MAX_ERROR = 300
_MAX_ISSUER = 200
_MAX_ISSUERS = 10
_FIELDS = 7
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
# With a comma where the server's regional format has one.
_SECONDS = re.compile(r"\d{1,6}(?:[.,]\d{1,9})?", re.ASCII)


class Reach(Enum):
    """How far an attempt came."""

    REACHABLE = "reachable"
    NAME_RESOLUTION = "name_resolution"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS_VERSION = "tls_version"
    UNTRUSTED_CERTIFICATE = "untrusted_certificate"
    INTERCEPTED_CERTIFICATE = "intercepted_certificate"
    PROXY_AUTHENTICATION = "proxy_authentication"
    BLOCKED_PAGE = "blocked_page"
    OTHER = "other"


@dataclass(frozen=True)
class CurlRun:
    """One run of curl: its command line, and what goes to its standard input."""

    arguments: tuple[str, ...]
    config: str


@dataclass(frozen=True)
class Transfer:
    """What curl reports about one address.

    :param exit_code: curl's code for this transfer; 0 when an answer came.
    :param http_status: of the server, 0 when none came.
    :param proxy_status: of the proxy's answer to CONNECT, 0 when there was none.
    :param connected: whether the TCP connection was established.
    :param seconds: how long it took.
    :param error: curl's error message, one printable line.
    :param issuers: issuers of the certificates that the server presented, its own first; empty when curl did not report any.
    """

    exit_code: int
    http_status: int = 0
    proxy_status: int = 0
    connected: bool = False
    seconds: float = 0.0
    error: str = ""
    issuers: tuple[str, ...] = ()


def http_run(urls: Sequence[str], token: str, timeout_seconds: int, proxy: str | None = None) -> CurlRun:
    """Request the headers of each page, all at once; certificates are checked, redirections are not followed.

    :param urls: ``https://host:port/path`` or ``http://...``.
    :param token: a random word that a server cannot guess; it marks curl's own lines in the output.
    :param proxy: ``host:port``; without one, proxies of the environment are not used either. At the proxy curl authenticates
        with the logon that it runs under.
    """
    through = ["proxy-anyauth"] if proxy else []
    options = (
        "--head",
        "--globoff",
        "--http1.1",
        "--tlsv1.2",
        # A revocation list that cannot be downloaded does not make the endpoint unreachable; a revoked certificate does.
        "--ssl-revoke-best-effort",
    )
    settings = [("proxy", f"http://{proxy}"), ("proxy-user", ":")] if proxy else [("noproxy", "*")]
    return CurlRun(_arguments(options, timeout_seconds), _config(urls, token, settings, through, certificates=True))


def connect_run(addresses: Iterable[tuple[str, int]], token: str, timeout_seconds: int) -> CurlRun:
    """Open a TCP connection to each (host, port), all at once, and send nothing.

    The protocol is ftp because its client waits until the server sends something. telnet sends nothing either, but curl handles
    one telnet connection at a time, so that a silent one uses up the time of the others. A server that sends nothing counts as
    connected after ``timeout_seconds``.
    """
    urls = [f"ftp://{url_host(host)}:{port}/" for host, port in addresses]
    return CurlRun(_arguments(("--globoff",), timeout_seconds), _config(urls, token, [("noproxy", "*")], [], certificates=False))


def transfers(output: str, token: str) -> dict[int, Transfer]:
    """What curl wrote for each address, by its position in the requested list; addresses without a line are missing."""
    found: dict[int, Transfer] = {}
    issuers: dict[int, list[str]] = {}
    current: list[str] = []
    for line in output.splitlines():
        fields = line.split("\t", _FIELDS)
        if fields[0] == token:
            # What follows a line that cannot be read belongs to no address.
            current = []
            read = _transfer(fields)
            if read is not None:
                found.setdefault(*read)
                current = issuers.setdefault(read[0], [])
        elif line.startswith("Issuer:") and len(current) < _MAX_ISSUERS:
            current.append(one_line(line.partition(":")[2], _MAX_ISSUER))
    return {number: replace(transfer, issuers=tuple(issuers[number])) for number, transfer in found.items()}


def judge(transfer: Transfer, known_issuers: Iterable[str] = ()) -> Reach:
    """How far the attempt came.

    :param known_issuers: names of public certificate authorities, one of which is in every chain that was not replaced on
        the way. Without a certificate, this is not judged.
    """
    if _PROXY_AUTHENTICATION in (transfer.proxy_status, transfer.http_status):
        return Reach.PROXY_AUTHENTICATION
    if transfer.http_status in _BLOCKING_STATUS or (transfer.proxy_status >= 400 and not transfer.http_status):
        return Reach.BLOCKED_PAGE
    if transfer.http_status == _UPGRADE_REQUIRED:
        return Reach.TLS_VERSION
    if transfer.http_status:
        return Reach.INTERCEPTED_CERTIFICATE if _replaced(transfer.issuers, known_issuers) else Reach.REACHABLE
    for pattern, reach in _WORDS:
        if pattern.search(transfer.error):
            return reach
    if transfer.exit_code == _CONNECT_FAILED:
        return Reach.TIMEOUT if "timed out" in transfer.error.lower() else Reach.REFUSED
    return _EXIT_CODES.get(transfer.exit_code, Reach.OTHER)


def judge_connection(transfer: Transfer) -> Reach:
    """How far an attempt of ``connect_run`` came: once connected, whatever followed does not count."""
    return Reach.REACHABLE if transfer.connected or transfer.exit_code == 0 else judge(transfer)


def url_host(host: str) -> str:
    """A host as it is written in a URL: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


def refusal_of(stdout: str, stderr: str, token: str) -> str | None:
    """Why curl itself did nothing: its message about an option that it does not support. None when it ran, or does not exist."""
    first = next(iter(stderr.strip().splitlines()), "")
    return one_line(first, _MAX_ERROR) if token not in stdout and first.lower().startswith("curl:") else None


_CONNECT_FAILED = 7
# The codes that are the same in every curl (curl manual, "Exit codes").
_EXIT_CODES = {
    4: Reach.TLS_VERSION,
    5: Reach.NAME_RESOLUTION,
    6: Reach.NAME_RESOLUTION,
    28: Reach.TIMEOUT,
    51: Reach.UNTRUSTED_CERTIFICATE,
    59: Reach.TLS_VERSION,
    60: Reach.UNTRUSTED_CERTIFICATE,
    77: Reach.UNTRUSTED_CERTIFICATE,
    83: Reach.UNTRUSTED_CERTIFICATE,
    90: Reach.UNTRUSTED_CERTIFICATE,
    91: Reach.UNTRUSTED_CERTIFICATE,
}
# With Windows' TLS, many failures have code 35; its symbols and numbers are the same in every language (curl issues 6003,
# 105 of jeroen/curl; winerror.h). The second part of each pattern is OpenSSL's wording.
_WORDS = (
    (
        re.compile(
            "SEC_E_UNTRUSTED_ROOT|0x80090325|SEC_E_CERT_EXPIRED|0x80090328|SEC_E_CERT_UNKNOWN|0x80090327|"
            "SEC_E_WRONG_PRINCIPAL|0x80090322|CERT_E_|0x800B01|CRYPT_E_REVOKED|0x80092010|CERT_TRUST_|"
            "certificate verify failed|certificate problem|certificate has expired|certificate subject name",
            re.IGNORECASE,
        ),
        Reach.UNTRUSTED_CERTIFICATE,
    ),
    (
        re.compile(
            "SEC_E_UNSUPPORTED_FUNCTION|0x80090302|SEC_E_ALGORITHM_MISMATCH|0x80090331|SEC_E_ILLEGAL_MESSAGE|0x80090326|"
            "protocol version|unsupported protocol|no protocols available|handshake failure|no shared cipher",
            re.IGNORECASE,
        ),
        Reach.TLS_VERSION,
    ),
)


def _arguments(options: Sequence[str], timeout_seconds: int) -> tuple[str, ...]:
    limit = str(timeout_seconds)
    return (
        # This has to be the first option; otherwise the account's config file would be read.
        "-q",
        "--silent",
        "--show-error",
        "--no-progress-meter",
        "--parallel",
        "--parallel-max",
        str(MAX_PARALLEL),
        *options,
        "--connect-timeout",
        limit,
        "--max-time",
        limit,
        "--config",
        "-",
    )


def _config(
    urls: Iterable[str], token: str, settings: Sequence[tuple[str, str]], switches: Sequence[str], *, certificates: bool
) -> str:
    # The error is the last field: it is the only one that may contain anything.
    names = ("urlnum", "exitcode", "http_code", "http_connect", "time_connect", "time_total", "errormsg")
    line = "\t".join([token, *(f"%{{{name}}}" for name in names)]) + "\n"
    lines = [_setting("write-out", line + ("%{certs}\n" if certificates else "")), *switches]
    lines += [_setting(name, value) for name, value in settings]
    for url in urls:
        lines += [_setting("url", url), _setting("output", "NUL")]
    return "".join(f"{entry}\n" for entry in lines)


def _setting(name: str, value: str) -> str:
    """A line of a curl config file ("-K, --config" in curl's manual).

    :raises ValueError: a character that no address has.
    """
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    if any(not character.isprintable() for character in escaped):
        raise ValueError(f"curl's {name} contains a character that cannot be printed")
    return f'{name} = "{escaped}"'


def _transfer(fields: Sequence[str]) -> tuple[int, Transfer] | None:
    if len(fields) <= _FIELDS:
        return None
    if not (all(map(_NUMBER.fullmatch, fields[1:5])) and all(map(_SECONDS.fullmatch, fields[5:7]))):
        return None
    number, exit_code, status, proxy_status = (int(text) for text in fields[1:5])
    connect_seconds, seconds = (float(text.replace(",", ".")) for text in fields[5:7])
    error = one_line(fields[7], _MAX_ERROR)
    return number, Transfer(exit_code, status, proxy_status, connect_seconds > 0, seconds, error)


def _replaced(issuers: Sequence[str], known: Iterable[str]) -> bool:
    names = [name.lower() for name in known]
    return bool(issuers and names) and not any(name in issuer.lower() for issuer in issuers for name in names)
