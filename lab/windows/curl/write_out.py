"""``curl --write-out``: its variables, plain and as JSON (curl's manual page; JSON compared with curl 7.88 and 8.14.1)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lab.windows.curl.options import NEW_WAYS, Version
from lab.windows.curl.transfer import Outcome

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_TOKEN = re.compile(r"%%|%\{(?P<variable>[^}]*)\}|%header\{(?P<header>[^}]*)\}|\\(?P<escape>.)", re.DOTALL)

# The version that added each variable, for those that not every curl.exe of Windows has.
_SINCE: dict[str, Version] = {
    "certs": (7, 88), "conn_id": (8, 2), "errormsg": (7, 75), "exitcode": (7, 75), "json": (7, 70), "method": (7, 72),
    "num_certs": (7, 88), "num_headers": (7, 73), "num_retries": (8, 9), "onerror": (7, 75), "proxy_used": (8, 7),
    "referer": (7, 76), "scheme": (7, 52), "stderr": (7, 63), "stdout": (7, 63), "time_posttransfer": (8, 10),
    "time_queue": (8, 12), "tls_earlydata": (8, 12), "url": (7, 75), "urlnum": (7, 75), "xfer_id": (8, 2),
}  # fmt: skip
_URL_PARTS_SINCE: Version = (8, 1)
_URL_PORTS = {"http": "80", "https": "443", "ftp": "21", "telnet": "23"}
_NOT_IN_JSON = ("stderr", "stdout", "json", "onerror")

Plain = str | int | float | None


@dataclass
class Written:
    """The text for the two streams."""

    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)


def write_out(template: str, outcome: Outcome, number: int, file: str | None, version: Version, library: str) -> Written:
    """Fill in a template for transfer ``number``, counted from 0; its body was written to ``file``."""
    values = variables(outcome, number, file, version)
    written = Written()
    stream = written.stdout
    position = 0
    for found in _TOKEN.finditer(template):
        stream.append(template[position : found.start()])
        position = found.end()
        name = found["variable"]
        if found["escape"]:
            # A backslash that escapes nothing is left unchanged, also a doubled one.
            stream.append(_ESCAPES.get(found["escape"], found[0]))
        elif found["header"] is not None:
            stream.append(_header(outcome, found["header"]) if version >= (7, 84) else found[0])
        elif name is None:
            stream.append("%")
        elif version < _SINCE.get(name, ()) or (name not in values and name not in _NOT_IN_JSON):
            written.stderr.append(f"curl: unknown --write-out variable: '{name}'\n")
        elif name == "onerror" and not outcome.exit_code:
            return written
        elif name in ("stderr", "stdout"):
            stream = written.stderr if name == "stderr" else written.stdout
        elif name == "json":
            stream.append(json.dumps({**dict(sorted(values.items())), "curl_version": library}, separators=(",", ":")))
        elif name in values:
            stream.append(_as_text(name, values[name]))
    stream.append(template[position:])
    return written


def variables(outcome: Outcome, number: int, file: str | None, version: Version) -> dict[str, Plain]:
    """Every variable that this version has, with its value in JSON."""
    connected = bool(outcome.address)
    new = version >= NEW_WAYS
    # Newer versions give the two addresses only of a connection that is complete, with its tunnel and TLS.
    made = connected and not (new and outcome.unfinished)
    no_port = -1 if new else 0
    total = outcome.seconds or 0.0
    values: dict[str, Plain] = {
        "certs": _certificates(outcome),
        "conn_id": number if outcome.named else -1,
        "content_type": "text/html" if outcome.status else None,
        "errormsg": outcome.error or None,
        "exitcode": outcome.exit_code,
        "filename_effective": file,
        "ftp_entry_path": None,
        "http_code": outcome.status,
        "http_connect": outcome.connect_status,
        "http_version": "1.1" if outcome.status or outcome.connect_status else "0",
        "local_ip": "192.0.2.10" if made else "",
        "local_port": 50000 + number % 10000 if made else no_port,
        "method": outcome.method or "GET",
        "num_certs": 1 if outcome.issuer else 0,
        "num_connects": 1 if connected else 0,
        "num_headers": 2 if outcome.status else 0,
        "num_redirects": 0,
        "num_retries": 0,
        "proxy_ssl_verify_result": 0,
        "proxy_used": 1 if outcome.connect_status else 0,
        "redirect_url": None,
        "referer": None,
        "remote_ip": outcome.address if made else "",
        "remote_port": outcome.port if made else no_port,
        "response_code": outcome.status,
        "scheme": _scheme(outcome, connected, new),
        "size_download": len(outcome.body),
        "size_header": len(outcome.headers),
        "size_request": 80 if outcome.status else 0,
        "size_upload": 0,
        "speed_download": round(len(outcome.body) / total) if total else 0,
        "speed_upload": 0,
        "ssl_verify_result": 0,  # Schannel never sets it
        "time_appconnect": outcome.secured,
        "time_connect": outcome.connected,
        "time_namelookup": outcome.named,
        "time_posttransfer": total if outcome.status else 0.0,
        "time_pretransfer": max(outcome.secured, outcome.connected),
        "time_queue": 0.000021,
        "time_redirect": 0.0,
        "time_starttransfer": total if outcome.status else 0.0,
        "time_total": total,
        "tls_earlydata": 0,
        "url": outcome.url,
        "url_effective": outcome.effective,
        "urlnum": number,
        "xfer_id": number,
    }
    if version >= _URL_PARTS_SINCE:
        values |= _parts("url", outcome.url) | _parts("urle", outcome.effective)
    return {name: value for name, value in values.items() if version >= _SINCE.get(name, ())}


def _scheme(outcome: Outcome, connected: bool, new: bool) -> str | None:
    """The scheme; only newer versions give it in lower case and as soon as the URL is parsed."""
    if new:
        return outcome.scheme or None
    return outcome.scheme.upper() if connected else None


def _parts(name: str, url: str) -> dict[str, Plain]:
    """``%{url.*}`` and ``%{urle.*}``: the parts of an address."""
    found = urlsplit(url if "://" in url else f"http://{url}")
    host, _, port = found.netloc.rpartition("@")[2].partition(":")
    return {
        f"{name}.fragment": found.fragment or None,
        f"{name}.host": host or None,
        f"{name}.options": None,
        f"{name}.password": found.password,
        f"{name}.path": found.path or "/",
        f"{name}.port": port or _URL_PORTS.get(found.scheme),
        f"{name}.query": found.query or None,
        f"{name}.scheme": found.scheme,
        f"{name}.user": found.username,
        f"{name}.zoneid": None,
    }


def _as_text(name: str, value: Plain) -> str:
    if value is None:
        return ""
    if name in ("http_code", "response_code", "http_connect"):
        return f"{value:03d}"
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def _header(outcome: Outcome, name: str) -> str:
    for line in outcome.headers.decode().split("\r\n"):
        header, colon, value = line.partition(":")
        if colon and header.casefold() == name.casefold():
            return value.strip()
    return ""


def _certificates(outcome: Outcome) -> str:
    """The server's certificate in curl's format, as far as the estate describes it: its subject and its issuer."""
    if not outcome.issuer:
        return ""
    host = outcome.effective.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"Subject:CN={host}\nIssuer:{outcome.issuer}\n"
