"""Reading the rows of an estate file that no administrator should have: under `as_found` of a hierarchy."""

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

    :param point: the role as it should be, which has a row already; :param machines: the members of the domain ``dns``.
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
            raise item.error("server", f"site {role.site} has this role of {role.server} already, in line {first[key].line}")
        if point is not None and key == (sites[0].code, f"{point.server}.{dns}", es.SERVICE_CONNECTION_POINT):
            raise item.error("server", f"{role.server} has the role already under service_connection_point")
        first[key] = item
        roles.append(role)
    section.finish()
    return tuple(roles)


def _role(section: Section, codes: tuple[str, ...], machines: tuple[str, ...], dns: str) -> es.FoundRole:
    code = section.text("site", pattern="[A-Z0-9]{3}", allowed="three capital letters or digits, as PR1")
    site_gone = section.flag("site_gone", False)
    if not site_gone and code not in codes:
        raise section.error("site", f"there is no site {code}; allowed: {', '.join(codes)}, or any other with `site_gone: true`")
    if site_gone and code in codes:
        raise section.error("site_gone", f"site {code} is not gone: it stands under sites")
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
            "installed", f"only {es.SERVICE_CONNECTION_POINT} on a machine and at a site that are not gone can be installed"
        )
    if role == SITE_SYSTEM and "site_system" in section:
        raise section.error("site_system", f"the row is the {SITE_SYSTEM} row itself")
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
    """The machine that a name as written means; None when `server_gone` says that there is none."""
    found = next((name for name in machines if server.casefold() in (name, f"{name}.{dns}")), None)
    gone = section.flag("server_gone", False)
    if found is None and not gone:
        raise section.error("server", f"there is no machine {server} in {dns}; with `server_gone: true` any name will do")
    if found is not None and gone:
        raise section.error("server_gone", f"{server} is not gone: it stands under machines")
    return found


__all__ = ["read_found_roles"]
