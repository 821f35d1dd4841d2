"""Reading and judging an estate file. Every complaint is an :class:`~lab.estate_yaml.EstateError` with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path

from lab import estate as es
from lab.estate_sites import read_hierarchies
from lab.estate_yaml import EstateError, Section, parse_mapping, read_mapping
from lab.windows.presets import LANGUAGES, NET_RELEASES, OPERATING_SYSTEMS, RESTART_TRACES

DEFAULT_FILE = Path(__file__).resolve().parent.parent / "inventories" / "lab" / "estate.yml"

_DNS = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+"
_NETBIOS = r"[A-Z0-9-]{1,15}"
_COMPUTER = r"[a-z][a-z0-9-]{0,14}"
_VERSION = r"none|\d+(\.\d+){1,3}"
_USER = r"[A-Za-z0-9._-]{1,20}"
LONGEST_PASSWORD = 127


def load(path: Path = DEFAULT_FILE) -> es.EstateDescription:
    """The estate in a file."""
    return _estate(read_mapping(path, "the estate"))


def parse(text: str, source: str = "<text>") -> es.EstateDescription:
    """The estate in a text."""
    return _estate(parse_mapping(text, source, "the estate"))


def _estate(top: Section) -> es.EstateDescription:
    domain_section = top.section("domain", "domain") or _missing(top, "domain")
    domain = es.Domain(
        domain_section.text("dns", pattern=_DNS, allowed="a DNS name in lower case, as corp.example"),
        domain_section.text("netbios", pattern=_NETBIOS, allowed="up to 15 capital letters, digits or hyphens, as CORP"),
    )
    domain_section.finish()
    pace = top.number("pace", 0.01, 100_000, 1)
    ports = top.section("ports", "ports")
    http = ports.whole("http", 1, 65535, 5985) if ports else 5985
    https = ports.whole("https", 1, 65535, 5986) if ports else 5986
    if ports:
        if http == https:
            raise ports.error("https", "http and https need two ports")
        ports.finish()
    machine_sections = top.sections("machines", "machine")
    machines = [_machine(section) for section in machine_sections]
    if not machines:
        raise top.error("machines", "machines must list one server or more")
    _unique(machine_sections, "name", [m.name for m in machines])
    _unique(machine_sections, "address", [str(m.address) for m in machines])
    names = tuple(m.name for m in machines)
    account_sections = top.sections("accounts", "account")
    accounts = [_account(section, domain, names) for section in account_sections]
    if not accounts:
        raise top.error("accounts", "accounts must list one account or more, or nobody could log on")
    _unique(account_sections, "name", [f"{a.machine or a.domain}\\{a.name}".casefold() for a in accounts])
    for section, machine in zip(machine_sections, machines, strict=True):
        _check_members(section, "administrators", machine, machine.administrators, accounts, names, domain)
        _check_members(section, "remote_management_users", machine, machine.remote_management_users, accounts, names, domain)
    hierarchies = read_hierarchies(top, names)
    top.finish()
    return es.EstateDescription(top.source, domain, pace, http, https, tuple(accounts), tuple(machines), tuple(hierarchies))


def _machine(section: Section) -> es.MachineDescription:
    name = section.text("name", pattern=_COMPUTER, allowed="up to 15 small letters, digits or hyphens, as scp01")
    section.what = f"machine {name}"
    drive_sections = section.sections("drives", f"drive of {name}")
    drives = tuple(_drive(drive) for drive in drive_sections) or (es.Drive("C"),)
    _unique(drive_sections, "letter", [drive.letter for drive in drives])
    if drives[0].letter != "C":
        raise section.error("drives", "the first drive must be C")
    machine = es.MachineDescription(
        name=name,
        address=_address(section),
        os=section.choice("os", tuple(OPERATING_SYSTEMS), "2022"),
        administrators=section.texts("administrators"),
        remote_management_users=section.texts("remote_management_users"),
        software=_software(section.section("software", f"software of {name}")),
        drives=drives,
        language=section.choice("language", tuple(LANGUAGES), "english"),
        fault_style="A" if section.choice("fault_style", ("A", "B"), "B") == "A" else "B",
        alive=section.flag("alive", True),
    )
    section.finish()
    return machine


def _address(section: Section) -> IPv4Address:
    text = section.text("address", allowed="an address of 127.0.0.0/8")
    try:
        address = IPv4Address(text)
    except ValueError:
        raise section.error("address", f"address {text!r} is no IPv4 address; allowed: one of 127.0.0.0/8") from None
    if not address.is_loopback:
        raise section.error("address", f"address {text} is outside 127.0.0.0/8; the lab listens on loopback only")
    return address


def _drive(section: Section) -> es.Drive:
    letter = section.text("letter", pattern="[A-Z]", allowed="one capital letter")
    size = section.number("size_gb", 0.1, 100_000, 100)
    free = section.number("free_gb", 0, size, min(60.0, size))
    drive = es.Drive(letter, int(size * 2**30), int(free * 2**30), section.flag("no_sms", False))
    section.finish()
    return drive


def _software(section: Section | None) -> es.Software:
    if section is None:
        return es.Software()
    version = "none, or a dotted version"
    default = es.Software()
    software = es.Software(
        section.choice("net_framework", tuple(NET_RELEASES), default.net_framework),
        section.flag("net_framework_35", default.net_framework_35),
        section.text("odbc_driver", default.odbc_driver, _VERSION, version),
        section.text("vc_runtime", default.vc_runtime, _VERSION, version),
        section.flag("strong_tls", default.strong_tls),
        section.choice("restart_pending", RESTART_TRACES, default.restart_pending),
    )
    section.finish()
    return software


def _account(section: Section, domain: es.Domain, machines: tuple[str, ...]) -> es.Account:
    written = section.text("name")
    section.what = f"account {written}"
    prefix, backslash, bare = written.rpartition("\\")
    machine: str | None = None
    if not backslash:
        machine = section.choice("machine", machines) if "machine" in section else None
        if machine is None:
            raise section.error(
                "name", rf"name {written!r} needs its domain, as {domain.netbios}\{written}, or a machine (local account)"
            )
    elif prefix.upper() != domain.netbios:
        raise section.error("name", f"the domain of {written!r} is not {domain.netbios}")
    if not re.fullmatch(_USER, bare):
        raise section.error("name", f"name {bare!r} will not do; allowed: up to 20 letters, digits, dots, hyphens, underscores")
    password = section.text("password")
    if len(password) > LONGEST_PASSWORD or any(sign in password for sign in ":\r\n"):
        raise section.error("password", f"password must be at most {LONGEST_PASSWORD} signs, without colon and line end")
    account = es.Account(
        name=bare,
        password=password,
        domain="" if machine else domain.netbios,
        machine=machine,
        sms=section.choice("sms", ("full", "read", "none"), "none"),
        administrator_of=_machines_of(section, "administrator_of", machines, machine),
        remote_management_of=_machines_of(section, "remote_management_of", machines, machine),
    )
    section.finish()
    return account


def _machines_of(section: Section, key: str, machines: tuple[str, ...], local: str | None) -> tuple[str, ...]:
    written = section.texts(key)
    chosen = machines if written == ("all",) else tuple(name.lower() for name in written)
    for name in chosen:
        if name not in machines:
            raise section.error(key, f"there is no machine {name!r}; allowed: all, or names of machines")
        if local is not None and name != local:
            raise section.error(key, f"a local account of {local} can have no rights on {name}")
    return chosen


def _check_members(
    section: Section,
    key: str,
    machine: es.MachineDescription,
    members: tuple[str, ...],
    accounts: list[es.Account],
    machines: tuple[str, ...],
    domain: es.Domain,
) -> None:
    known = {a.full_name.casefold() for a in accounts if a.machine in (None, machine.name)}
    known |= {f"{domain.netbios}\\{name}$".casefold() for name in machines}
    allowed = rf"accounts of this file, and computers as {domain.netbios}\{machine.name.upper()}$"
    for member in members:
        if member.casefold() not in known:
            raise section.error(key, f"{key}: {member!r} is no account of the estate; allowed: {allowed}")


def _unique(sections: list[Section], key: str, values: Iterable[str]) -> None:
    first: dict[str, Section] = {}
    for section, value in zip(sections, values, strict=False):
        if value in first:
            raise section.error(key, f"{key} {value} is already taken by line {first[value].line}")
        first[value] = section


def _missing(section: Section, key: str) -> Section:
    raise section.error(None, f"{key} is missing")


__all__ = ["DEFAULT_FILE", "EstateError", "load", "parse"]
