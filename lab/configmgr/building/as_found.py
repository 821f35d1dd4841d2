"""Rows of roles that exist before the first run, as the estate file describes them. No rule is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lab.configmgr import names
from lab.configmgr.building import seed
from lab.configmgr.components.component_decisions import roles_left
from lab.configmgr.components.component_manager import ComponentManager
from lab.configmgr.database import ControlRow, EmbeddedProperty
from lab.configmgr.hierarchy import Hierarchy, role_row
from lab.estate.description import FoundRole

_REMOTE_NAME = "Server Remote Name"


def found_role(hierarchy: Hierarchy, managers: Mapping[str, ComponentManager], found: FoundRole) -> None:
    """Write the rows of a role as found; if it is installed, its components run.

    Otherwise the row counts as written directly before startup: the site processes it later, and succeeds or fails.

    :param managers: the component managers by site code.
    """
    site = None if found.site_gone else hierarchy.sites[found.site]
    kind = 8 if site is None else seed.server_type(hierarchy, site, found.server)
    if found.site_system:
        system = seed.site_system(hierarchy, found.server, found.site, kind)
        if hierarchy.control.find(system.key) is None:
            hierarchy.store(_named(system, found))
    props = seed.connector_props(found.mode) if found.role == names.SERVICE_CONNECTION_POINT else ()
    row = seed.site_system(hierarchy, found.server, found.site, kind) if found.role == names.SITE_SYSTEM else None
    row = row or role_row(found.server, found.site, found.role, props, kind)
    hierarchy.store(_named(row, found))
    if site is None:
        return
    computer = hierarchy.computer(found.server)
    if not found.installed:
        hierarchy.touched(site.code)
    else:
        present = hierarchy.roles_on(computer, names.COMPONENT_SERVER, site.code)
        if computer != site.server and not present and roles_left([row]):
            hierarchy.store(_named(role_row(found.server, site.code, names.COMPONENT_SERVER), found))
        hierarchy.publish(site.code)
        managers[site.code].adopt(computer, found.role)


def _named(row: ControlRow, found: FoundRole) -> ControlRow:
    """The row with the ``Server Remote Name`` that was found, or without one."""
    others = tuple(prop for prop in row.props or () if prop.name != _REMOTE_NAME)
    name = (EmbeddedProperty(_REMOTE_NAME, 0, found.remote_name, ""),) if found.remote_name else ()
    return replace(row, props=(*others, *name))
