"""Reading and checking the hierarchies of an estate file."""

from __future__ import annotations

from lab.estate import description as es
from lab.estate_file.as_found import read_found_roles
from lab.estate_file.powershell import read_cim_writes
from lab.estate_file.sections import Section
from lab.estate_file.updates import read_service_windows, read_updates

RESERVED_CODES = ("AUX", "CON", "NUL", "PRN", "SMS")
_PARENT_OF = {"cas": (), "primary": ("cas",), "secondary": ("primary",)}
_GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_VERSION = r"5\.00\.\d{4}\.\d{4}"
_NAME = r"[^\x00-\x1f]{1,127}"


def read_hierarchies(top: Section, machines: tuple[str, ...], dns: str) -> list[es.Hierarchy]:
    """Every hierarchy of the estate; each site code and site server is used only once. ``dns`` is the domain's name."""
    codes: dict[str, Section] = {}
    servers: dict[str, Section] = {}
    return [_hierarchy(section, machines, dns, codes, servers) for section in top.sections("hierarchies", "hierarchy")]


def _hierarchy(
    section: Section, machines: tuple[str, ...], dns: str, codes: dict[str, Section], servers: dict[str, Section]
) -> es.Hierarchy:
    name = section.text("name", pattern=_NAME)
    section.what = f"hierarchy {name}"
    site_sections = section.sections("sites", f"site of {name}")
    if not site_sections:
        raise section.error("sites", "sites must list at least one site, the top-level site first")
    sites = [_site(item, machines) for item in site_sections]
    for item, site in zip(site_sections, sites, strict=True):
        _check_use(item, site, codes, servers)
    _check_tree(site_sections, sites)
    point_section = section.section("service_connection_point", f"service connection point of {name}")
    point = _point(point_section, machines, sites[0]) if point_section else None
    hierarchy = es.Hierarchy(
        name=name,
        sites=tuple(sites),
        service_connection_point=point,
        usage_level=section.choice("usage_level", ("basic", "enhanced", "full"), "enhanced"),
        updates=read_updates(section, name),
        cloud_tenants=tuple(_tenant(item) for item in section.sections("cloud_tenants", f"tenant of {name}")),
        cloud_gateways=tuple(_gateway(item) for item in section.sections("cloud_gateways", f"gateway of {name}")),
        cloud_discovery=_discovery(section.section("cloud_discovery", f"discovery of {name}")),
        installed_days=section.number("installed_days", 0, 40_000, 200),
        found_roles=read_found_roles(section, name, sites, point, machines, dns),
        client_piloting=section.flag("client_piloting", False),
    )
    section.finish()
    return hierarchy


def _site(section: Section, machines: tuple[str, ...]) -> es.Site:
    code = section.text("code", pattern="[A-Z0-9]{3}", allowed="three capital letters or digits, for example PR1")
    section.what = f"site {code}"
    if code in RESERVED_CODES:
        raise section.error("code", f"code {code} is reserved by Windows; not allowed: {', '.join(RESERVED_CODES)}")
    kind = section.choice("type", ("cas", "primary", "secondary"))
    server = _server(section, "server", machines)
    providers = () if kind == "secondary" else _providers(section, machines, server)
    if kind == "secondary" and "provider" in section:
        raise section.error("provider", "a secondary site has no SMS Provider")
    passive = _server(section, "passive_server", machines) if "passive_server" in section else None
    if passive is not None and kind == "secondary":
        raise section.error("passive_server", "a secondary site cannot have a passive site server")
    site = es.Site(
        code=code,
        name=section.text("name", pattern=_NAME),
        kind=kind,
        server=server,
        parent=section.text("parent") if "parent" in section else None,
        passive_server=passive,
        providers=providers,
        sql_server=_server(section, "sql_server", machines, server),
        version=section.text("version", "5.00.9152.1000", _VERSION, "a version such as 5.00.9152.1000"),
        install_folder=section.text(
            "install_folder", r"C:\Program Files\Microsoft Configuration Manager", r"[A-Z]:\\[^:*?<>|]+[^\\:*?<>|]", "a full path"
        ),
        site_systems=tuple(_site_system(item, machines) for item in section.sections("site_systems", f"site system of {code}")),
        sql_port=section.whole("sql_port", 1, 65535, 1433),
        service_windows=read_service_windows(section, code),
        backup_hours=section.number("backup_hours", 0, 100_000) if "backup_hours" in section else None,
        cim_writes=read_cim_writes(section, code),
    )
    section.finish()
    return site


def _site_system(section: Section, machines: tuple[str, ...]) -> es.SiteSystem:
    server = _server(section, "server", machines)
    section.what = f"site system {server}"
    roles = section.texts("roles")
    for role in roles:
        if role == es.SERVICE_CONNECTION_POINT:
            raise section.error("roles", "list the service connection point under service_connection_point, not here")
        if role not in es.ROLE_NAMES:
            raise section.error("roles", f"there is no role {role!r}; allowed: {', '.join(es.ROLE_NAMES)}")
    section.finish()
    return es.SiteSystem(server, roles)


def _server(section: Section, key: str, machines: tuple[str, ...], default: str | None = None) -> str:
    name = section.text(key, default).lower()
    if name not in machines:
        raise section.error(key, f"there is no machine {name!r}; allowed: {', '.join(machines)}")
    return name


def _providers(section: Section, machines: tuple[str, ...], default: str) -> tuple[str, ...]:
    """The machines with an SMS Provider of a site: one, or a list."""
    names = tuple(name.lower() for name in section.texts("provider")) or (default,)
    for name in names:
        if name not in machines:
            raise section.error("provider", f"there is no machine {name!r}; allowed: {', '.join(machines)}")
        if names.count(name) > 1:
            raise section.error("provider", f"{name} is listed twice")
    return names


def _check_use(section: Section, site: es.Site, codes: dict[str, Section], servers: dict[str, Section]) -> None:
    if site.code in codes:
        raise section.error("code", f"code {site.code} is already used in line {codes[site.code].line}")
    codes[site.code] = section
    for key, server in (("server", site.server), ("passive_server", site.passive_server)):
        if server is None:
            continue
        if server in servers:
            raise section.error(key, f"{server} is already the site server in line {servers[server].line}")
        servers[server] = section
    if site.passive_server is not None and site.sql_server in (site.server, site.passive_server):
        raise section.error(
            "sql_server", "with a passive site server, SQL Server must be on a machine that is neither of the two site servers"
        )


def _check_tree(sections: list[Section], sites: list[es.Site]) -> None:
    by_code = {site.code: site for site in sites}
    for place, (section, site) in enumerate(zip(sections, sites, strict=True)):
        if place == 0:
            if site.parent is not None:
                raise section.error("parent", "the first site of a hierarchy is its top-level site and has no parent")
            if site.kind == "secondary":
                raise section.error("type", "a secondary site cannot be the top-level site; allowed: cas, primary")
            continue
        if site.parent is None:
            raise section.error(None, f"parent is missing; only the top-level site {sites[0].code} has no parent")
        parent = by_code.get(site.parent)
        if parent is None:
            raise section.error("parent", f"there is no site {site.parent!r} in this hierarchy; allowed: {', '.join(by_code)}")
        if parent.kind not in _PARENT_OF[site.kind]:
            kinds = " or ".join(_PARENT_OF[site.kind])
            problem = (
                f"the parent of a {site.kind} site must be a {kinds} site, and {parent.code} is a {parent.kind} site"
                if kinds
                else f"a {site.kind} site has no parent; it can only be the first site of a hierarchy"
            )
            raise section.error("parent", problem)
        if site.version != parent.version:
            raise section.error(
                "version", f"version {site.version} differs from version {parent.version} of the parent {parent.code}"
            )


def _point(section: Section, machines: tuple[str, ...], top: es.Site) -> es.ServiceConnectionPoint:
    server = _server(section, "server", machines)
    if top.passive_server is not None and server in (top.server, top.passive_server):
        raise section.error(
            "server",
            f"{server} is one of a pair of site servers and cannot have the role; to describe a site where it does, use as_found",
        )
    point = es.ServiceConnectionPoint(server, section.choice("mode", ("online", "offline"), "online"))
    section.finish()
    return point


def _tenant(section: Section) -> es.CloudTenant:
    name = section.text("name", pattern=_NAME)
    tenant = es.CloudTenant(
        name=name,
        tenant_id=section.text("tenant_id", pattern=_GUID, allowed="a GUID"),
        applications=tuple(_application(item) for item in section.sections("applications", f"application of {name}")),
    )
    section.finish()
    return tenant


def _application(section: Section) -> es.CloudApplication:
    application = es.CloudApplication(
        name=section.text("name", pattern=_NAME),
        client_id=section.text("client_id", pattern=_GUID, allowed="a GUID"),
        client=section.flag("client", False),
        secret_age_days=section.whole("secret_age_days", 0, 40_000, 30),
        secret_valid_days=section.whole("secret_valid_days", -40_000, 40_000, 335),
        imported=section.flag("imported", False),
    )
    section.finish()
    return application


def _gateway(section: Section) -> es.CloudGateway:
    gateway = es.CloudGateway(section.text("name", pattern=_NAME), section.whole("state", 0, 0xFFFFFFFF, 0))
    section.finish()
    return gateway


def _discovery(section: Section | None) -> es.CloudDiscovery | None:
    if section is None:
        return None
    discovery = es.CloudDiscovery(
        section.flag("full", True), section.flag("delta", True), section.whole("delta_minutes", 1, 1440, 5)
    )
    section.finish()
    return discovery
