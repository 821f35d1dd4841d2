# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ids that checks before an update can have, so that a misspelt id is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import CheckIds, whole_parts
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.role_options import impossible_of_report
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.judging import TITLES

# Checks of server_prerequisites that an update needs on each server: the requirements of its version, and the server's state.
SERVER_CHECKS = (
    "server_name",
    "operating_system",
    "operating_system_support",
    "dotnet_release",
    "vc_runtime",
    "odbc_driver",
    "native_client",
    "pending_restart",
)
# Only site servers need the space.
SITE_SERVER_CHECKS = (*SERVER_CHECKS, "free_space")
_PARTS = ("hierarchy", "server")


@cache
def _named() -> frozenset[str]:
    return frozenset({*TITLES, *SITE_SERVER_CHECKS, *whole_parts(_PARTS)})


UPDATE = CheckIds(kind="update", named=_named)


def impossible(options: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each option value of the role update that is not possible.

    :param options: its options by their short names.
    """
    yield from impossible_of_report(UPDATE, options)
