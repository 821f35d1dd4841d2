# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The level of usage data (diagnostics) that a hierarchy collects and its service connection point sends."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SC_PROPERTY
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

# SMS_SCI_SCProperty TelemetryLevel (public DSC resource); the names are those of Set-CMHierarchySetting -TelemetryLevel.
LEVELS = {"basic": 1, "enhanced": 2, "full": 3}
_PROPERTY = "TelemetryLevel"


def read_rows(session: CimSession, code: str) -> list[CimInstance]:
    """Every row of the level that the provider of this site shows. One request."""
    query = select(SMS_SCI_SC_PROPERTY, equals("PropertyName", _PROPERTY))
    return session.query(naming.site_namespace(code), SMS_SCI_SC_PROPERTY, query)


def row_of(found: Iterable[CimInstance], code: str) -> CimInstance | None:
    """The site's own row; None when there is none."""
    return next((row for row in found if site_of(row) == code), None)


def level_of(row: CimInstance) -> str | None:
    """``basic``, ``enhanced`` or ``full``; None for an unknown number."""
    return {number: level for level, number in LEVELS.items()}.get(row.get("Value"))


def change_to(row: CimInstance, level: str, code: str) -> Change | None:
    """The change that sets the level; None when it is already set. Only the number changes."""
    if level_of(row) == level:
        return None
    return Change(f"the usage data level of site {code}", row, row.with_values({"Value": LEVELS[level]}), proves=("Value",))


def place_refusal(site: Site) -> str | None:
    """The level is a setting of the hierarchy (memdocs, diagnostics and usage data): it is set at the top-level site."""
    if site.top_level:
        return None
    return (
        f"The usage data level is a setting of the complete hierarchy, and {site.code} is below site {site.parent}: run this on "
        "the host of the SMS Provider of the top-level site, with that site's code in site_code."
    )


def missing(code: str, found: Iterable[CimInstance]) -> str:
    """The message for a site without a level of its own."""
    others = ", ".join(sorted({site_of(row) for row in found}))
    where = f" The level is set at site {others}." if others else ""
    return (
        f"Site {code} has no usage data level (no SMS_SCI_SCProperty {_PROPERTY} of this site).{where} Run this on the host of "
        "the SMS Provider of the top-level site, with that site's code in site_code."
    )
