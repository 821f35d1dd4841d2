"""Reading and checking an estate file. Every error is an :class:`~lab.estate.errors.EstateError` with file and line."""

from __future__ import annotations

import re
from pathlib import Path

from lab.estate import description as es
from lab.estate.errors import EstateError
from lab.estate_file.faults import read_faults
from lab.estate_file.machines import COMPUTER, Principals, read_groups, read_machine, unique
from lab.estate_file.network import read_barriers, read_proxies
from lab.estate_file.offline import read_internet_updates
from lab.estate_file.sections import Section, parse_mapping, read_mapping
from lab.estate_file.sites import read_hierarchies

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "inventories" / "lab" / "estate.yml"

_DNS = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+"
_NETBIOS = r"[A-Z0-9-]{1,15}"
# Letters of any language, as in Active Directory; no character that Windows forbids, no space or dot at either end, no `$` at
# the end (the name of a computer).
_USER = r"""(?![ .])[^"/\\\[\]:;|=,+*?<>@\x00-\x1f\x7f]{1,20}(?<![ .$])"""
LONGEST_PASSWORD = 127
FORBIDDEN = r'"/\[]:;|=,+*?<>@'


def load(path: Path = DEFAULT_FILE) -> es.EstateDescription:
    """The estate that a file describes."""
    return _estate(read_mapping(path, "the estate"))


def parse(text: str, source: str = "<text>") -> es.EstateDescription:
    """The estate that a text describes."""
    return _estate(parse_mapping(text, source, "the estate"))


def _estate(top: Section) -> es.EstateDescription:
    domain_section = top.section("domain", "domain") or _missing(top, "domain")
    netbios = domain_section.text(
        "netbios", pattern=_NETBIOS, allowed="up to 15 capital letters, digits or hyphens, for example CORP"
    )
    group_sections, groups = read_groups(domain_section, netbios)
    domain = es.Domain(
        domain_section.text("dns", pattern=_DNS, allowed="a DNS name in lower case, for example corp.example"), netbios, groups
    )
    domain_section.finish()
    pace = top.number("pace", 0.01, 100_000, 1)
    ports = top.section("ports", "ports")
    http = ports.whole("http", 1, 65535, 5985) if ports else 5985
    https = ports.whole("https", 1, 65535, 5986) if ports else 5986
    if ports:
        if http == https:
            raise ports.error("https", "http and https need two different ports")
        ports.finish()
    machine_sections = top.sections("machines", "machine")
    machines = [read_machine(section) for section in machine_sections]
    if not machines:
        raise top.error("machines", "machines must list at least one server")
    unique(machine_sections, "name", [m.name for m in machines])
    unique(machine_sections, "address", [str(m.address) for m in machines])
    names = tuple(m.name for m in machines)
    account_sections = top.sections("accounts", "account")
    workgroup = frozenset(m.name for m in machines if m.workgroup)
    accounts = [_account(section, domain, names, workgroup) for section in account_sections]
    if not accounts:
        raise top.error("accounts", "accounts must list at least one account; without one, no logon is possible")
    unique(account_sections, "name", [f"{a.machine or a.domain}\\{a.name}".casefold() for a in accounts])
    members = tuple(name for name in names if name not in workgroup)
    principals = Principals(netbios, accounts, members, groups)
    for section, group in zip(group_sections, groups, strict=True):
        principals.check_group(section, group)
    for section, machine in zip(machine_sections, machines, strict=True):
        principals.check_machine(section, machine)
    domain_accounts = tuple(a.full_name for a in accounts if a.machine is None)
    proxies = read_proxies(top, domain_accounts, names, COMPUTER)
    barriers = read_barriers(top, names)
    # Configuration Manager requires site servers to be in a domain: only domain members are allowed there.
    hierarchies = read_hierarchies(top, members, domain.dns)
    internet_updates = read_internet_updates(top)
    faults = read_faults(top, names, [site.code for hierarchy in hierarchies for site in hierarchy.sites])
    top.finish()
    return es.EstateDescription(
        source=top.source,
        domain=domain,
        pace=pace,
        http_port=http,
        https_port=https,
        accounts=tuple(accounts),
        machines=tuple(machines),
        hierarchies=tuple(hierarchies),
        proxies=proxies,
        barriers=barriers,
        internet_updates=internet_updates,
        faults=faults,
    )


def _account(section: Section, domain: es.Domain, machines: tuple[str, ...], workgroup: frozenset[str]) -> es.Account:
    written = section.text("name")
    section.what = f"account {written}"
    prefix, backslash, bare = written.rpartition("\\")
    machine: str | None = None
    if not backslash:
        machine = section.choice("machine", machines) if "machine" in section else None
        if machine is None:
            raise section.error(
                "name", rf"name {written!r} needs its domain ({domain.netbios}\{written}), or the key `machine` (local account)"
            )
    elif prefix.upper() != domain.netbios:
        raise section.error("name", f"the domain of {written!r} is not {domain.netbios}")
    if not re.fullmatch(_USER, bare):
        raise section.error("name", f"name {bare!r} is not valid; allowed: up to 20 characters, none of {FORBIDDEN}")
    password = section.text("password")
    if len(password) > LONGEST_PASSWORD or any(character in password for character in ":\r\n"):
        raise section.error("password", f"password must have at most {LONGEST_PASSWORD} characters, and no colon or line break")
    account = es.Account(
        name=bare,
        password=password,
        domain="" if machine else domain.netbios,
        machine=machine,
        sms=section.choice("sms", ("full", "read", "none"), "none"),
        administrator_of=_machines_of(section, "administrator_of", machines, workgroup, machine),
        remote_management_of=_machines_of(section, "remote_management_of", machines, workgroup, machine),
    )
    section.finish()
    return account


def _machines_of(
    section: Section, key: str, machines: tuple[str, ...], workgroup: frozenset[str], local: str | None
) -> tuple[str, ...]:
    written = section.texts(key)
    if written == ("all",):
        return machines if local is not None else tuple(name for name in machines if name not in workgroup)
    chosen = tuple(name.lower() for name in written)
    for name in chosen:
        if name not in machines:
            raise section.error(key, f"there is no machine {name!r}; allowed: all, or names of machines")
        if local is not None and name != local:
            raise section.error(key, f"a local account of {local} cannot have rights on {name}")
        if local is None and name in workgroup:
            raise section.error(key, f"{name} is in a workgroup and cannot authenticate accounts of the domain")
    return chosen


def _missing(section: Section, key: str) -> Section:
    raise section.error(None, f"{key} is missing")


__all__ = ["DEFAULT_FILE", "EstateError", "load", "parse"]
