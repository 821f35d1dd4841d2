# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ids that checks of a preflight and of a verification can have, so that a misspelt one is refused. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from functools import cache

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.all_duties import DUTY_IDS
from ansible_collections.configmgr.scp.plugins.module_utils.site.site_checks.judging import TITLES
from ansible_collections.configmgr.scp.plugins.module_utils.tables import table

PREFLIGHT, VERIFY = "preflight", "verify"

_SERVER = (
    "operating_system",
    "server_core",
    "domain_member",
    "server_name",
    "dotnet_release",
    "dotnet_35",
    "vc_runtime",
    "odbc_driver",
    "tls_dotnet_64",
    "tls_dotnet_32",
    "pending_restart",
    "no_sms_on_drive",
    "free_space",
    "clock_difference",
    "sms_executive",
    "root_certificates",
    "administrator_rights",
)
_ROLE = (
    "role_configured",
    "site_server_pair",
    "role_installed",
    "components_healthy",
    "server_healthy",
    "endpoints_reported",
    "messages_quiet",
    "updates",
    "support_end",
    "app_secrets_valid",
    "cloud_needs_role",
    "thread_running",
    "last_contact",
    "synchronisation",
    "downloads",
    "manifest_accepted",
)
_PARTS = {
    PREFLIGHT: ("site", "server", "database", "endpoints", "ports"),
    VERIFY: ("hierarchy", "role", "status", "updates", "cloud", "thread", "log", "site_log", "site", "server", "site_server"),
}
# Ids that come from what was looked at: the addresses that were tried, the logs that were read.
_PATTERNS = {
    PREFLIGHT: {"endpoint_*": r"endpoint_[a-z0-9_]+", "port_*": r"port_[a-z0-9_]+"},
    VERIFY: {"log_*_read": r"log_[a-z0-9_]+_read"},
}
_NUMBERED = re.compile(r"_\d+$")


@cache
def known(kind: str) -> frozenset[str]:
    """The ids that are known beforehand; see ``unknown`` for the others."""
    whole = {f"{part}_checked" for part in _PARTS[kind]}
    if kind == PREFLIGHT:
        return frozenset({*TITLES, *_SERVER, *whole})
    return frozenset({*_ROLE, *whole, *(f"duty_{id}" for id in DUTY_IDS), *_problems(), *_reported()})


def is_known(kind: str, id: str) -> bool:
    """Whether a check of a preflight or a verification can have this id."""
    if id in known(kind) or any(re.fullmatch(pattern, id) for pattern in _PATTERNS[kind].values()):
        return True
    return id.startswith("problem_") and _NUMBERED.sub("", id) in known(kind)


def unknown(kind: str, accept: Iterable[object], option: str) -> list[str]:
    """A sentence for each accepted id that no check has, with those that it may have been meant to be.

    :param option: the name of the option, for people.
    """
    return [_refusal(kind, name, option) for name in accept if not (isinstance(name, str) and is_known(kind, name))]


def _refusal(kind: str, name: object, option: str) -> str:
    ids = known(kind)
    near = difflib.get_close_matches(str(name), sorted(ids), n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"{option}: no check is called {str(name)[:60]!r}.{meant} The checks are {_listed(kind, ids)}."


def _listed(kind: str, ids: Collection[str]) -> str:
    """The ids in short: what comes out of tables by its beginning."""
    families = [family for family in ("problem_", "reported_") if any(id.startswith(family) for id in ids)]
    short = sorted(id for id in ids if not id.startswith(tuple(families))) if families else sorted(ids)
    return ", ".join([*short, *(f"{family}*" for family in families), *_PATTERNS[kind]])


def _problems() -> set[str]:
    data = table("log_patterns")
    by_status = [*data["http_statuses"], *data["http_otherwise"].values()]
    ids = [*(row["id"] for row in data["problems"]), *data["computed"], *(row["problem"] for row in by_status)]
    return {f"problem_{id}" for id in ids}


def _reported() -> set[str]:
    return {f"reported_{row['subject'].replace(' ', '_')}" for row in table("status_messages")["messages"]}
