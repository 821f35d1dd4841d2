# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ids that checks of a verification can have. Pure."""

from __future__ import annotations

from functools import cache

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.all_duties import DUTY_IDS
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import problem_tables
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import CheckIds, whole_parts

_CHECKS = (
    "role_configured",
    "site_server_pair",
    "role_installed",
    "components_healthy",
    "server_healthy",
    "endpoints_reported",
    "messages_quiet",
    "updates",
    "support_end",
    "security_update",
    "app_secrets_valid",
    "cloud_needs_role",
    "thread_running",
    "last_contact",
    "synchronisation",
    "downloads",
    "manifest_accepted",
)
_PARTS = ("hierarchy", "role", "status", "updates", "cloud", "thread", "log", "site_log", "site", "server", "site_server")


@cache
def _named() -> frozenset[str]:
    return frozenset({*_CHECKS, *whole_parts(_PARTS), *(f"duty_{id}" for id in DUTY_IDS), *_problems(), *_reported()})


def _problems() -> set[str]:
    return {f"problem_{id}" for id in problem_tables.ids()}


def _reported() -> set[str]:
    return {f"reported_{row['subject'].replace(' ', '_')}" for row in table("status_messages")["messages"]}


VERIFY = CheckIds(
    kind="verify",
    named=_named,
    # The logs that were read.
    patterns={"log_*_read": r"log_[a-z0-9_]+_read"},
    families=("problem_", "reported_"),
    numbered=("problem_",),
)
