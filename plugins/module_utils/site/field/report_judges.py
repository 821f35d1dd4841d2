# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Judges the assumptions about what a site reports: faults, components, messages, updates, its definition. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import (
    Verdict,
    as_assumed,
    cannot_tell,
    decided,
    otherwise,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.telling import STAGES, STEP_STATES
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.site_status import ERROR, INFORMATION, SEVERITIES

Row = Mapping[str, Any]

# CannotProcessFilter of WS-Management (recorded faults of Windows).
NO_SUCH_CLASS = 0x8033801A
_QFE = 2
_KB = re.compile(r"\bKB\s?\d{6,9}\b", re.IGNORECASE | re.ASCII)
_NETBIOS = re.compile(r"[^.\s]{1,15}")
_DNS = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{1,63}\.?", re.ASCII)
# A heartbeat is sent every hour; clocks may differ by some minutes.
_OLDEST_MINUTES, _EARLY_MINUTES = 75, -5
_STOPPED = ("stopped", "de-installing")
_SEVERITY_OF = {
    status.INSTALL_FAILED: ERROR,
    status.DEINSTALL_BEGUN: INFORMATION,
    status.DEINSTALLED: INFORMATION,
    status.DEINSTALL_FAILED: ERROR,
}
_VERDICT_OF = {"information": "passed", "warning": "warning", "error": "failed"}


def missing_class(fault: Mapping[str, Any]) -> Verdict:
    """The fault of a query whose class does not exist."""
    if NO_SUCH_CLASS in (fault.get("outer_code"), fault.get("code")):
        return as_assumed(f"the query was answered with {_hex(NO_SUCH_CLASS)}")
    if not fault.get("kind"):
        return otherwise("the query for a class that does not exist was answered without a fault")
    return otherwise(
        f"the query was answered with {_hex(fault.get('outer_code'))}, code {_hex(fault.get('code'))}, read as {fault['kind']}"
    )


def extended_status(fault: Mapping[str, Any]) -> Verdict:
    """The error object of the SMS Provider in a fault."""
    if not fault.get("kind"):
        return cannot_tell("the read of a row that does not exist was answered without a fault")
    if fault.get("provider_code") is not None:
        return as_assumed(f"the fault has an ErrorCode of the SMS Provider, {_hex(fault['provider_code'])}")
    if fault.get("provider"):
        return otherwise(f"the provider {fault['provider']} reports it without an ErrorCode: {fault.get('provider_text')}")
    return cannot_tell(f"the fault has no part of the SMS Provider; its code is {_hex(fault.get('code'))}")


def class_columns(found: Mapping[str, str]) -> Verdict:
    """The classes have the columns that the collection names. A text is why a query failed; empty where it was answered."""
    wrong = [f"{name}: {why}" for name, why in found.items() if why.startswith("no such")]
    unread = [f"{name}: {why}" for name, why in found.items() if why and not why.startswith("no such")]
    if wrong or not unread:
        return decided([f"answered: {', '.join(found)}"] if found else (), wrong, "no class was read")
    return cannot_tell("; ".join(unread))


def update_site_rows(packages: Sequence[Row], states: Sequence[Row]) -> Verdict:
    """A package that is being installed has a row for each site."""
    known = {str(row.get("PackageGuid")).casefold() for row in states}
    installing = updates.installing_states()
    right: list[str] = []
    wrong: list[str] = []
    for row in packages:
        number = row.get("State")
        if not isinstance(number, int):
            continue
        name = updates.state_name(number)
        present = str(row.get("PackageGuid")).casefold() in known
        if number in installing:
            (right if present else wrong).append(f"{name} {'with' if present else 'without'} rows for sites")
        elif present:
            right.append(f"{name} with rows for sites")
    return decided(right, wrong, "no update is being installed, and none has rows for sites")


def update_names(packages: Sequence[Row]) -> Verdict:
    """The name of a hotfix or an update roll-up has its KB number."""
    names = [str(row.get("Name") or "") for row in packages if row.get("UpdateType") == _QFE]
    return decided(
        [f"{name}" for name in names if _KB.search(name)],
        [f"without a KB number: {name!r}" for name in names if not _KB.search(name)],
        "the site lists no update of the type hotfix",
    )


def update_steps(steps: Sequence[Row]) -> Verdict:
    """Numbers of the steps of an update."""
    right: list[str] = []
    wrong: list[str] = []
    for row in steps:
        stage, complete, applicable = int(row.get("SubStageid") or 0) >> 16, row.get("IsComplete"), row.get("Applicable")
        text = f"SubStageID {_hex(row.get('SubStageid'))}, IsComplete {complete}, Applicable {applicable}"
        fits = stage in STAGES and complete in STEP_STATES and applicable in (0, 1)
        (right if fits else wrong).append(text if not fits else f"phase {STAGES[stage]}, IsComplete {complete}")
    return decided(right, wrong, "the site shows no step of an update")


def summarizer_names(rows: Sequence[Row], servers: Sequence[str]) -> Verdict:
    """MachineName of the component summarizer is the FQDN or the short name of a server."""
    right: list[str] = []
    wrong: list[str] = []
    for row in rows:
        name = str(row.get("MachineName") or "")
        if name and "\\" not in name and any(naming.same_computer(name, server) for server in servers):
            right.append("FQDN" if "." in name else "short name")
        else:
            wrong.append(f"MachineName is {name!r}, which is no server of the hierarchy")
    return decided(right, wrong, "the component summarizer has no row of the role's components")


def summarizer_without_role(rows: Sequence[Row], holders: Sequence[str]) -> Verdict:
    """On a server without the role, its components are missing or stopped in the summarizer."""
    elsewhere = [
        row
        for row in rows
        if row.get("ComponentName") == naming.DOWNLOADER
        and not any(naming.same_computer(str(row.get("MachineName") or ""), server) for server in holders)
    ]
    states = [_state(row) for row in elsewhere]
    right = [f"{state}" for state in states if state in _STOPPED]
    wrong = [f"{naming.DOWNLOADER} is {state} on a server without the role" for state in states if state not in _STOPPED]
    if not elsewhere and not holders and not rows:
        return as_assumed("the site has no service connection point, and the summarizer no row of its components")
    return decided(right, wrong, "every server in the summarizer has the role; this shows after a removal or a move")


def datetimes(newest: str, clock: Mapping[str, Any]) -> Verdict:
    """Dates of the site without a time zone are UTC. Judged by the newest heartbeat, which is at most an hour old.

    :param newest: the date as the site wrote it.
    """
    offset = clock.get("utc_offset_minutes")
    text = newest.strip()
    zone = re.search(r"(?:Z|[+-]\d{2}:?\d{2}|[+-]\d{3})$", text)
    form = f"the site writes {text!r}"
    if zone and zone.group().strip("Z+-0:"):
        return as_assumed(f"{form}: it has a time zone of its own")
    if not isinstance(offset, int) or offset == 0:
        return cannot_tell(f"{form}; the local time of the SMS Provider's host is UTC, or is not known")
    age = (datetime.fromisoformat(str(clock["now"])) - datetime.fromisoformat(str(clock["newest_as_utc"]))).total_seconds() / 60
    as_utc, as_local = (_EARLY_MINUTES <= minutes <= _OLDEST_MINUTES for minutes in (age, age + offset))
    seen = f"{form}; read as UTC, the newest heartbeat is {age:.0f} minutes old, and the local time is UTC{offset:+d} minutes"
    if as_utc == as_local:
        return cannot_tell(seen)
    return as_assumed(seen) if as_utc else otherwise(seen)


def install_numbers(messages: Sequence[Row]) -> Verdict:
    """Numbers of the messages about failed and removed components."""
    right: list[str] = []
    wrong: list[str] = []
    for row in messages:
        number = row.get("MessageID")
        wanted = _SEVERITY_OF.get(number) if isinstance(number, int) else None
        if wanted is None:
            continue
        found = _severity(row)
        (right if found == wanted else wrong).append(f"{number} is {found}")
    return decided(right, wrong, "the site has no message with one of these numbers; a removal of a role would leave some")


def status_messages(messages: Sequence[Row]) -> Verdict:
    """The severity of a known message is that of its meaning."""
    meanings = {row["number"]: row["verdict"] for row in table("status_messages")["messages"]}
    right: list[str] = []
    wrong: list[str] = []
    for row in messages:
        number = row.get("MessageID")
        if number not in meanings:
            continue
        found = _severity(row)
        (right if _VERDICT_OF.get(found) == meanings[number] else wrong).append(f"{number} is {found}")
    return decided(right, wrong, "the site has no message with a number of the table in the last 30 days")


def secured_objects(rows: Sequence[Row]) -> Verdict:
    """SMS_RbacSecuredObject of the type 6 is about sites."""
    if not rows:
        return cannot_tell("the site shows no secured object of the type 6 to this account")
    names = ", ".join(str(row.get("ObjectTypeName")) for row in rows)
    seen = f"ObjectTypeName is {names}, GrantedOperations {', '.join(str(row.get('GrantedOperations')) for row in rows)}"
    fits = any(
        "site" in str(row.get("ObjectTypeName") or "").lower() and isinstance(row.get("GrantedOperations"), int) for row in rows
    )
    return as_assumed(seen) if fits else otherwise(seen)


def site_server_domain(rows: Sequence[Row]) -> Verdict:
    """SiteServerDomain is a NetBIOS or a DNS name."""
    domains = [str(row.get("SiteServerDomain") or "") for row in rows]
    right = [
        f"{domain} is a {'DNS' if '.' in domain else 'NetBIOS'} name"
        for domain in domains
        if _DNS.fullmatch(domain) or _NETBIOS.fullmatch(domain)
    ]
    wrong = [f"SiteServerDomain is {domain!r}" for domain in domains if domain and not _fits(domain)]
    return decided(right, wrong, "the definition of the site has no SiteServerDomain")


def _fits(domain: str) -> bool:
    return bool(_DNS.fullmatch(domain) or _NETBIOS.fullmatch(domain))


def database_port(found: Mapping[str, Any]) -> Verdict:
    """The port of the site database is a text in the registry of the site server."""
    if not found.get("on_site_server"):
        return cannot_tell("the SMS Provider is not on the site server, so its registry was not read")
    port = found.get("port")
    if port is None:
        return otherwise("the registry key or its value Port is missing" if not found.get("why") else str(found["why"]))
    return as_assumed(f"Port is {port}") if str(port).isdecimal() else otherwise(f"Port is {port!r}")


def console_folder(found: Mapping[str, Any]) -> Verdict:
    """The console's folder, and the module in it."""
    if not found.get("folder"):
        return cannot_tell("no console is registered on the host of the SMS Provider")
    if found.get("module"):
        return as_assumed(f"the console is in {found['folder']}, and the module is in its folder bin")
    return otherwise(f"the console is in {found['folder']}, but there is no ConfigurationManager.psd1 in its folder bin")


def cloud_values(applications: Sequence[Row], services: Sequence[Row]) -> Verdict:
    """Values of Source and State of the Entra and Azure classes."""
    values = table("cloud_states")
    sources = {row["number"] for row in values["application_sources"]}
    states = {row["number"] for row in values["gateway_states"]}
    found = [("Source", row.get("Source"), sources) for row in applications]
    found += [("State", row.get("State"), states) for row in services if row.get("ServiceType") == "CloudProxyService"]
    return decided(
        [f"{name} {value}" for name, value, known in found if value in known],
        [f"{name} {value} is not in the table" for name, value, known in found if value not in known],
        "the site has no Entra application and no cloud management gateway",
    )


def _severity(row: Row) -> str:
    number = row.get("Severity")
    return SEVERITIES.get(number, f"severity {number}") if isinstance(number, int) else "of no known severity"


def _state(row: Row) -> str:
    number = row.get("State")
    return status.COMPONENT_STATES.get(number, f"state {number}") if isinstance(number, int) else "in no known state"


def _hex(number: Any) -> str:
    return f"0x{number & 0xFFFFFFFF:08X}" if isinstance(number, int) else "no number"
