# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Judges the assumptions about site control rows: NAL paths, keys, and the properties that a console wrote. Pure.

A row is plain data, see ``CimInstance.as_data``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import (
    Verdict,
    as_assumed,
    cannot_tell,
    decided,
    otherwise,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming

Row = Mapping[str, Any]

# Which field of a property has its text (CBDSC reads these).
TEXT_FIELDS = {
    "Server Remote Name": "Value1",
    "Server Remote Public Name": "Value1",
    "UserName": "Value2",
    "ProxyName": "Value2",
    "ProxyUserName": "Value2",
}
_SHARE = "Windows NT Share"
_TYPE = "System Resource Usage"
_MODES = (0, 1)


def nal_paths(rows: Sequence[Row]) -> Verdict:
    """The NAL path of a server."""
    servers = [row for row in rows if row.get("NALType") != _SHARE]
    forms = [(row, naming.server_of_nal(str(row.get("NALPath") or ""))) for row in servers]
    wrong = [f"NALPath is {row.get('NALPath')!r}" for row, server in forms if not server or not _is_nal(row, server)]
    right = [
        f"{sum(1 for _row, server in forms if server)} NAL paths, of them "
        f"{sum(1 for _row, server in forms if server and '.' in server)} with an FQDN"
    ]
    return decided(right if servers else (), wrong, "the site shows no row of a site system")


def _is_nal(row: Row, server: str) -> bool:
    code = str(row.get("SiteCode") or "")
    return str(row.get("NALPath")).casefold() == naming.nal_path(server, code).casefold()


def row_keys(rows: Sequence[Row]) -> Verdict:
    """The keys of a row: FileType, ItemName, ItemType and SiteCode."""
    wrong = []
    for row in rows:
        expected = naming.item_name(str(row.get("NALPath") or ""), str(row.get("RoleName") or ""))
        if str(row.get("ItemName") or "").casefold() != expected.casefold():
            wrong.append(f"ItemName is {row.get('ItemName')!r} with the NAL path {row.get('NALPath')!r}")
        if row.get("ItemType") != _TYPE or row.get("FileType") != 2:
            wrong.append(f"FileType {row.get('FileType')}, ItemType {row.get('ItemType')!r}")
    return decided([f"{len(rows)} rows with FileType 2 and {_TYPE!r}"] if rows else (), wrong, "the site shows no row")


def network_paths(rows: Sequence[Row]) -> Verdict:
    r"""NetworkOSPath is ``\\server``, with the server of the NAL path."""
    right: list[str] = []
    wrong: list[str] = []
    for row in rows:
        path, server = str(row.get("NetworkOSPath") or ""), naming.server_of_nal(str(row.get("NALPath") or "")) or ""
        if row.get("NALType") == _SHARE or not server:
            continue
        if path.startswith("\\\\") and naming.same_computer(path, server):
            right.append(r"\\ and the server of the NAL path")
        elif path:
            wrong.append(f"NetworkOSPath is {path!r} with the NAL path {row.get('NALPath')!r}")
    return decided(right, wrong, "the site shows no row with a NetworkOSPath")


def key_query(found: Mapping[str, Any]) -> Verdict:
    """A query for all keys of a row finds it."""
    if found["rows"] == 1:
        return as_assumed("the query for all keys of a row, with backslashes and quotes escaped, returned this row")
    return otherwise(f"the query for all keys of a row returned {found['rows']} rows, although a query by its role shows the row")


def role_row(rows: Sequence[Row]) -> Verdict:
    """Properties of the row of a service connection point."""
    right: list[str] = []
    wrong: list[str] = []
    for row in _of_role(rows, naming.SERVICE_CONNECTION_POINT):
        props = {str(prop.get("PropertyName")): prop for prop in row.get("Props") or ()}
        listed = "the row has " + (", ".join(sorted(props)) or "no properties")
        mode = props.get("OfflineMode")
        if mode is None or mode.get("Value") not in _MODES:
            wrong.append(f"{listed}; OfflineMode is {'missing' if mode is None else mode.get('Value')}")
            continue
        remote = str((props.get("Server Remote Name") or {}).get("Value1") or "")
        if remote and not naming.same_computer(remote, naming.server_of_nal(str(row.get("NALPath") or "")) or ""):
            wrong.append(f"{listed}; Server Remote Name is {remote!r}")
            continue
        right.append(f"{listed}; OfflineMode is {mode.get('Value')}")
    return decided(right, wrong, "the site has no service connection point")


def site_system_fields(rows: Sequence[Row]) -> Verdict:
    """Which field of a property of a site system has its text."""
    right: list[str] = []
    wrong: list[str] = []
    for row in _of_role(rows, naming.SITE_SYSTEM):
        for name, field, text in _texts(row):
            if name not in TEXT_FIELDS:
                continue
            (right if field == TEXT_FIELDS[name] else wrong).append(f"{name} has its text in {field}")
            del text
    return decided(right, wrong, "no site system has a name, an account or a proxy in its properties")


def _of_role(rows: Iterable[Row], role: str) -> Iterator[Row]:
    return (row for row in rows if row.get("RoleName") == role)


def _texts(row: Row) -> Iterator[tuple[str, str, str]]:
    for prop in row.get("Props") or ():
        for field in ("Value1", "Value2"):
            if prop.get(field):
                yield str(prop.get("PropertyName")), field, str(prop[field])


def service_windows(rows: Sequence[Row]) -> Verdict:
    """The rows of site servers have the service windows."""
    windows = [window for row in rows for window in row.get("ServiceWindows") or ()]
    return decided(
        [f"a service window with IsEnabled {window['IsEnabled']}" for window in windows if window.get("IsEnabled") is not None],
        [
            f"a service window without IsEnabled; it has {', '.join(window)}"
            for window in windows
            if window.get("IsEnabled") is None
        ],
        "the rows of site servers have no service window: none is defined, or they are elsewhere",
    )


def management_point_replica(rows: Sequence[Row]) -> Verdict:
    """UseSiteDatabase and SQLServerName show a database replica."""
    right: list[str] = []
    wrong: list[str] = []
    for row in _of_role(rows, "SMS Management Point"):
        props = {str(prop.get("PropertyName")): prop for prop in row.get("Props") or ()}
        uses, server = props.get("UseSiteDatabase"), props.get("SQLServerName")
        if uses is None:
            continue
        if uses.get("Value") == 0 and not (server or {}).get("Value2"):
            wrong.append("a management point with UseSiteDatabase 0 and no text in Value2 of SQLServerName")
        else:
            right.append(f"UseSiteDatabase is {uses.get('Value')}")
    return decided(right, wrong, "no management point has the property UseSiteDatabase")


def account_rows(rows: Sequence[Row]) -> Verdict:
    """The row of an account in the site's list."""
    wrong = [
        f"ItemName is {row.get('ItemName')!r}, ItemType {row.get('ItemType')!r}, UserName {row.get('UserName')!r}"
        for row in rows
        if row.get("ItemType") != "User"
        or not row.get("UserName")
        or str(row.get("ItemName") or "").casefold() != f"{row['UserName']}| 0".casefold()
    ]
    return decided(
        [f"{len(rows)} accounts"] if rows else (),
        wrong,
        "the site shows no entry of its list of accounts",
    )


def account_usage(found: Mapping[str, Any]) -> Verdict:
    """A query for AccountUsage alone returns it. An account that nothing uses has none, in every way of reading.

    :param found: the uses by the query, ``queried``, and by a read of this property of each account, ``alone``.
    """
    queried, alone = list(found["queried"]), list(found["alone"])
    if queried:
        return as_assumed("AccountUsage: " + "; ".join(dict.fromkeys(queried)))
    if alone:
        return otherwise("the query returns no AccountUsage, but a read of this property alone does: " + "; ".join(alone))
    return cannot_tell("the site shows no entry of its list of accounts with an AccountUsage")


def passive_rows(rows: Sequence[Row], states: Sequence[Row]) -> Verdict:
    """An update has one row for each site, also with a passive site server."""
    codes = [str(row.get("SiteCode")) for row in _of_role(rows, naming.SITE_SERVER)]
    passive = {code for code in codes if codes.count(code) > 1}
    counts: dict[tuple[str, str], int] = {}
    for state in states:
        if state.get("SiteCode") in passive:
            key = (str(state.get("PackageGuid")), str(state.get("SiteCode")))
            counts[key] = counts.get(key, 0) + 1
    if not passive:
        return cannot_tell("no site has a passive site server")
    most = max(counts.values(), default=0)
    right = [f"at most one row for each update at {', '.join(sorted(passive))}"] if most == 1 else []
    return decided(
        right,
        [f"{most} rows of one update at a site with a passive site server"] if most > 1 else (),
        "no update has a row at the site with a passive site server",
    )
