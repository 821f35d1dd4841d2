"""Which updates the tool downloads for a site (facts/internet-and-offline.md, section 5.2)."""

from __future__ import annotations

from collections.abc import Iterable

from lab.configmgr.updates import applies, numbers
from lab.estate.offline import InternetUpdate

# From this version on, a redistributable file that cannot be downloaded stops the tool (2509).
STOPS_WITHOUT_REDIST = (5, 0, 9141, 0)
# The version whose default download is broken (2002).
_BROKEN_BUILD = 8968


def chosen(updates: Iterable[InternetUpdate], download: str, site_version: str) -> list[InternetUpdate]:
    """The updates for ``-downloadall`` and the other options; without one, the newest update that applies, and no hotfixes."""
    offered = list(updates)
    if download == "downloadall":
        return offered
    if download == "downloadhotfix":
        return [update for update in offered if update.type == "qfe"]
    if download == "downloadsiteversion":
        return [update for update in offered if numbers(update.version) > numbers(site_version)]
    if numbers(site_version)[2] == _BROKEN_BUILD:
        return []
    fitting = [update for update in offered if update.type != "qfe" and applies(update.version, update.min_version, site_version)]
    return [max(fitting, key=lambda update: numbers(update.version))] if fitting else []
