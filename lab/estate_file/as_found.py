"""Reading the rows that break the product's rules: `as_found` of a hierarchy in an estate file."""

from __future__ import annotations

from collections.abc import Sequence

from lab.estate import description as es
from lab.estate_file.sections import Section

SITE_SYSTEM = "SMS Site System"
COMPONENT_SERVER = "SMS Component Server"
MODES = ("online", "offline", "none")
_ROLES = (es.SERVICE_CONNECTION_POINT, SITE_SYSTEM, COMPONENT_SERVER, *es.ROLE_NAMES)
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = rf"{_LABEL}(\.{_LABEL})*"


def read_found_roles(
    hierarchy: Section,
    name: str,
    sites: Sequence[es.Site],
    point: es.ServiceConnectionPoint | None,
    machines: Sequence[str],
    dns: str,
) -> tuple[es.FoundRole, ...]:
    """The rows under `as_found: roles` of a hierarchy.

    :param point: the regular role, which has a row already.
    :param machines: the members of the domain ``dns``.
    """
    section = hierarchy.section("as_found", f"what was found in {name}")
    if section is None:
        return ()
    first: dict[tuple[str, str, str], Section] = {}
    roles: list[es.FoundRole] = []
    for item in section.sections("roles", f"role found in {name}"):
        role = _role(item, tuple(site.code for site in sites), tuple(machines), dns)
        key = (role.site, role.server.casefold(), role.role)
        if key in first:
            raise item.error("server", f"site {role.site} already has this role on {role.server}, in line {first[key].line}")
        if point is not None and key == (sites[0].code, f"{point.server}.{dns}", es.SERVICE_CONNECTION_POINT):
            raise item.error("server", f"{role.server} already has the role, under service_connection_point")
        first[key] = item
        roles.append(role)
    section.finish()
    return tuple(roles)


def _role(section: Section, codes: tuple[str, ...], machines: tuple[str, ...], dns: str) -> es.FoundRole:
    code = section.text("site", pattern="[A-Z0-9]{3}", allowed="three capital letters or digits, for example PR1")
    site_gone = section.flag("site_gone", False)
    if not site_gone and code not in codes:
        raise section.error("site", f"there is no site {code}; allowed: {', '.join(codes)}, or any other with `site_gone: true`")
    if site_gone and code in codes:
        raise section.error("site_gone", f"site {code} exists: it is listed under sites; leave out site_gone")
    server = section.text("server", pattern=_NAME, allowed="a host name, short or full")
    section.what = f"role found on {server}"
    machine = _machine(section, server, machines, dns)
    role = section.choice("role", _ROLES, es.SERVICE_CONNECTION_POINT)
    is_point = role == es.SERVICE_CONNECTION_POINT
    if "mode" in section and not is_point:
        raise section.error("mode", f"only {es.SERVICE_CONNECTION_POINT} has a mode")
    usual = server if machine is None else f"{machine}.{dns}"
    remote_name = section.text("remote_name", usual, _NAME, "a host name, or none")
    can_run = is_point and machine is not None and not site_gone
    installed = section.flag("installed", can_run)
    if installed and not can_run:
        raise section.error(
            "installed", f"only {es.SERVICE_CONNECTION_POINT} on an existing machine and at an existing site can be installed"
        )
    if role == SITE_SYSTEM and "site_system" in section:
        raise section.error("site_system", f"this row is itself the {SITE_SYSTEM} row; leave out site_system")
    found = es.FoundRole(
        site=code,
        site_gone=site_gone,
        server=server,
        machine=machine,
        role=role,
        mode=section.choice("mode", MODES, "online") if is_point else "none",
        remote_name="" if remote_name == "none" else remote_name,
        site_system=section.flag("site_system", True) and role != SITE_SYSTEM,
        installed=installed,
    )
    section.finish()
    return found


def _machine(section: Section, server: str, machines: tuple[str, ...], dns: str) -> str | None:
    """The machine that a name in the file means; None when `server_gone` says that this server does not exist."""
    found = next((name for name in machines if server.casefold() in (name, f"{name}.{dns}")), None)
    gone = section.flag("server_gone", False)
    if found is None and not gone:
        raise section.error("server", f"there is no machine {server} in {dns}; with `server_gone: true` any name is allowed")
    if found is not None and gone:
        raise section.error("server_gone", f"{server} exists: it is listed under machines; leave out server_gone")
    return found


__all__ = ["read_found_roles"]
