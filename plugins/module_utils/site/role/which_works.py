# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a hierarchy has the role twice: what the site reports about each, so that a user can choose. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import with_times


def told(server: str, code: str, components: Iterable[Mapping[str, Any]]) -> str:
    """What the site reports about the downloader on a server, in one sentence.

    :param code: the site of the role's row; one server may have rows at two.
    :param components: the role's components as ``service_connection_point_info`` returns them.
    """
    row = next((row for row in components if _is_downloader(row, server, code)), None)
    if row is None:
        return f"On {server} site {code} lists no {naming.DOWNLOADER}, so that one does not work."
    if row.get("state") != "started":
        return f"On {server} {naming.DOWNLOADER} is {row.get('state')}, so that one does not work."
    since = f" since {with_times(row['last_started'])}" if row.get("last_started") else ""
    alive = f", and its last heartbeat was at {with_times(row['last_heartbeat'])}" if row.get("last_heartbeat") else ""
    return f"On {server} {naming.DOWNLOADER} is started{since}{alive}: that one works."


def _is_downloader(row: Mapping[str, Any], server: str, code: str) -> bool:
    here = naming.same_computer(str(row.get("server")), server) and row.get("site_code") in (None, "", code)
    return here and str(row.get("component")).upper() == naming.DOWNLOADER
