# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which addresses a check has to try: rows of ``data/endpoints.yml`` for the chosen features, and those that the user names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.curl import url_host

HTTPS_PORT = 443
HTTP_PORT = 80
MAX_NAMED = 100

_BRACKETED = re.compile(r"\[(?P<host>[^\]]*)\](?::(?P<port>.*))?", re.DOTALL)
_PORT = re.compile(r"\d{1,5}", re.ASCII)


@dataclass(frozen=True)
class Endpoint:
    """One address to try.

    :param host: a name or IP address that can be tried; for a pattern without an example the pattern itself.
    :param features: the chosen features that need it; empty when the user named it.
    :param pattern: the pattern with a star that ``host`` is an example of, else empty.
    :param testable: whether there is anything to try.
    :param system_proxy: whether Windows itself connects to it, by its own proxy setting (WinHTTP), not by that of the site
        system.
    :param no_inspection: whether Microsoft does not support the inspection of TLS connections to it.
    """

    host: str
    port: int = HTTPS_PORT
    path: str = ""
    features: tuple[str, ...] = ()
    required: bool = True
    pattern: str = ""
    testable: bool = True
    note: str = ""
    system_proxy: bool = False
    no_inspection: bool = False

    @property
    def scheme(self) -> str:
        return "http" if self.port == HTTP_PORT else "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self}{self.path or '/'}"

    def __str__(self) -> str:
        return f"{url_host(self.host)}:{self.port}"


def features() -> list[str]:
    """The names of the features that the table has endpoints for."""
    return sorted({feature for row in table_rows() for feature in row["features"]})


def select(
    features: Iterable[str], version: SiteVersion | None, cloud: str, rows: Iterable[Mapping[str, Any]], today: date
) -> list[Endpoint]:
    """The endpoints of the chosen features, each address once, in the order of the table.

    :param version: of the site; None takes the rows that are valid for the newest version.
    :param cloud: ``public`` or ``us_government``.
    :param today: an address that is retired by this day is not required.
    """
    wanted = set(features)
    found: dict[tuple[str, int], Endpoint] = {}
    for row in rows:
        needed_by = [feature for feature in row["features"] if feature in wanted]
        if not needed_by or row.get("cloud", cloud) != cloud or not applies(row, version):
            continue
        for endpoint in _of_row(row, needed_by, today):
            key = (endpoint.host, endpoint.port)
            found[key] = _merged(found[key], endpoint) if key in found else endpoint
    return list(found.values())


def named(texts: Sequence[str], option: str = "endpoints") -> list[Endpoint]:
    """The addresses that the user names: ``host`` or ``host:port``, IPv6 addresses in brackets. Port 80 means HTTP.

    :raises BadName: an address has another form, or there are too many.
    """
    if len(texts) > MAX_NAMED:
        raise naming.BadName(f"{option}: {len(texts)} addresses are too many; give at most {MAX_NAMED} in one task.")
    found = []
    for text in texts:
        host, port = _split(text.strip())
        found.append(Endpoint(target_host(host, option), HTTPS_PORT if port is None else _port(port, option)))
    return found


def all_of(chosen: Iterable[Endpoint], extra: Iterable[Endpoint]) -> list[Endpoint]:
    """Both, each address once; what the user named is required even if the table has it as not required."""
    found = {(endpoint.host, endpoint.port): endpoint for endpoint in chosen}
    for endpoint in extra:
        key = (endpoint.host, endpoint.port)
        found[key] = replace(found[key], required=True) if key in found else endpoint
    return list(found.values())


def target_host(text: str, option: str) -> str:
    """A host to connect to, lower case.

    :raises BadName: it is not a host. An IPv6 zone is refused: the text after its percent sign is free text.
    """
    if "%" in text:
        raise naming.BadName(
            f"{option}: {text[:80]!r} has a percent sign, which is not allowed in a host; give an address without a zone."
        )
    return naming.host_name(text, option).lower()


def checked_port(port: int, option: str) -> int:
    """A TCP port.

    :raises BadName: it is not a port.
    """
    if not 1 <= port <= 65535:
        raise naming.BadName(f"{option}: {port} is not a TCP port; give one from 1 to 65535.")
    return port


def known_issuers() -> tuple[str, ...]:
    """Names of public certificate authorities."""
    return tuple(table("endpoints")["known_issuers"])


def table_rows() -> list[dict[str, Any]]:
    """The rows of the table."""
    rows: list[dict[str, Any]] = table("endpoints")["endpoints"]
    return rows


def _of_row(row: Mapping[str, Any], needed_by: Sequence[str], today: date) -> list[Endpoint]:
    host = row["host"]
    retired = "retired" in row and today > date.fromisoformat(row["retired"])
    whole = Endpoint(
        host,
        HTTP_PORT if row.get("scheme") == "http" else HTTPS_PORT,
        row.get("path", ""),
        tuple(needed_by),
        row["required"] and not retired,
        host if "*" in host else "",
        "*" not in host,
        row["then"] if retired else row.get("note", ""),
        row.get("proxy") == "system",
        row.get("no_inspection", False),
    )
    return [replace(whole, host=example, testable=True) for example in row.get("examples", ())] or [whole]


def applies(row: Mapping[str, Any], version: SiteVersion | None) -> bool:
    """Whether a row of the table is for this version of the site; None stands for the newest version."""
    if version is None:
        return "until" not in row
    number = int(version.name)
    return int(row.get("since", number)) <= number <= int(row.get("until", number))


def _merged(first: Endpoint, second: Endpoint) -> Endpoint:
    return replace(
        first,
        path=first.path or second.path,
        features=tuple(dict.fromkeys([*first.features, *second.features])),
        required=first.required or second.required,
        note=first.note or second.note,
        system_proxy=first.system_proxy and second.system_proxy,
        no_inspection=first.no_inspection or second.no_inspection,
    )


def _split(text: str) -> tuple[str, str | None]:
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        return bracketed["host"], bracketed["port"]
    # More than one colon: an IPv6 address without brackets, which has no port.
    host, colon, port = text.partition(":") if text.count(":") == 1 else (text, "", "")
    return host, port if colon else None


def _port(text: str, option: str) -> int:
    if not _PORT.fullmatch(text):
        raise naming.BadName(f"{option}: {text[:20]!r} is not a TCP port; give host:port with a port from 1 to 65535.")
    return checked_port(int(text), option)
