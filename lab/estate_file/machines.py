"""Reading and checking the machines of an estate file, and the groups of its domain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Literal

from lab.estate import description as es
from lab.estate_file.network import read_internet
from lab.estate_file.offline import read_tool_folders
from lab.estate_file.powershell import read_console, read_powershell
from lab.estate_file.sections import Section
from lab.windows.certificates import ROOTS, STORES
from lab.windows.presets import CURL_VERSIONS, FILE_SYSTEMS, LANGUAGES, NET_RELEASES, OPERATING_SYSTEMS, RESTART_TRACES

COMPUTER = r"[a-z][a-z0-9-]{0,14}"
_VERSION = r"none|\d+(\.\d+){1,3}"
_GROUP = r"""(?![ .])[^"/\\\[\]:;|=,+*?<>@\x00-\x1f\x7f]{1,64}(?<![ .$])"""
_SID = r"S-1-5-21(-\d{1,10}){4}"
_WORKGROUP = r"[A-Za-z0-9-]{1,15}"
_PROXY = r"[A-Za-z0-9.-]{1,255}:[0-9]{1,5}"
_DAY_SECONDS = 86400


def read_machine(section: Section) -> es.MachineDescription:
    """One machine of the estate; the members of its groups are checked later, by :class:`Principals`."""
    name = section.text("name", pattern=COMPUTER, allowed="up to 15 lower case letters, digits or hyphens, for example scp01")
    section.what = f"machine {name}"
    drive_sections = section.sections("drives", f"drive of {name}")
    drives = tuple(_drive(drive) for drive in drive_sections) or (es.Drive("C"),)
    unique(drive_sections, "letter", [drive.letter for drive in drives])
    if drives[0].letter != "C":
        raise section.error("drives", "the first drive must be C")
    media, tools = read_tool_folders(section, name, tuple(drive.letter for drive in drives))
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
        workgroup=section.text("workgroup", "", _WORKGROUP, "up to 15 letters, digits or hyphens"),
        clock_offset_seconds=section.number("clock_offset_seconds", -_DAY_SECONDS, _DAY_SECONDS, 0),
        certificates=_certificates(section.section("certificates", f"certificates of {name}")),
        internet=read_internet(section.section("internet", f"internet of {name}"), name),
        winhttp_proxy=section.text("winhttp_proxy", "", _PROXY, "a host name, a colon and a port"),
        delegation=section.flag("delegation", False),
        credssp=section.flag("credssp", False),
        basic=section.flag("basic", False),
        cbt_hardening=_hardening(section),
        media=media,
        connection_tools=tools,
        powershell=read_powershell(section, name),
        console=read_console(section, name),
    )
    section.finish()
    return machine


def _hardening(section: Section) -> Literal["none", "relaxed", "strict"]:
    levels: dict[str, Literal["none", "relaxed", "strict"]] = {"none": "none", "relaxed": "relaxed", "strict": "strict"}
    return levels[section.choice("cbt_hardening", tuple(levels), "relaxed")]


def _address(section: Section) -> IPv4Address:
    text = section.text("address", allowed="an address of 127.0.0.0/8")
    try:
        address = IPv4Address(text)
    except ValueError:
        raise section.error("address", f"address {text!r} is not an IPv4 address; allowed: one of 127.0.0.0/8") from None
    if not address.is_loopback:
        raise section.error("address", f"address {text} is outside 127.0.0.0/8; the lab listens on loopback only")
    return address


def _drive(section: Section) -> es.Drive:
    letter = section.text("letter", pattern="[A-Z]", allowed="one capital letter")
    size = section.number("size_gb", 0.1, 100_000, 100)
    free = section.number("free_gb", 0, size, min(60.0, size))
    file_system = section.choice("file_system", FILE_SYSTEMS, "NTFS")
    drive = es.Drive(letter, int(size * 2**30), int(free * 2**30), section.flag("no_sms", False), file_system)
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
        section.choice("curl", ("none", *CURL_VERSIONS)) if "curl" in section else "",
        section.text("vc_runtime_x86", default.vc_runtime_x86, _VERSION, version),
        section.text("native_client", default.native_client, _VERSION, version),
    )
    section.finish()
    return software


def _certificates(section: Section | None) -> es.RootCertificates:
    if section is None:
        return es.RootCertificates()
    missing = section.texts("missing")
    for name in missing:
        if name not in ROOTS:
            raise section.error("missing", f"there is no root certificate {name!r}; allowed: {', '.join(ROOTS)}")
    found = es.RootCertificates(missing, section.choice("store", STORES, STORES[0]), section.flag("auto_update", True))
    section.finish()
    return found


def read_groups(domain: Section, netbios: str) -> tuple[list[Section], tuple[es.DomainGroup, ...]]:
    """The groups of the domain with the sections they came from; their members are checked by :class:`Principals`."""
    sections = domain.sections("groups", "group")
    groups: list[es.DomainGroup] = []
    for section in sections:
        name = section.text("name", pattern=_GROUP, allowed=r'up to 64 characters, none of "/\[]:;|=,+*?<>@')
        section.what = rf"group {netbios}\{name}"
        groups.append(es.DomainGroup(name, section.texts("members")))
        section.finish()
    unique(sections, "name", [group.name.casefold() for group in groups])
    return sections, tuple(groups)


class Principals:
    """Every account, computer and group that can be a member of a group, to check the members that a file names."""

    def __init__(
        self, netbios: str, accounts: Iterable[es.Account], machines: Iterable[str], groups: Iterable[es.DomainGroup]
    ) -> None:
        self._netbios = netbios
        self._accounts = tuple(accounts)
        self._domain = {account.full_name.casefold() for account in self._accounts if account.machine is None}
        self._computers = {f"{netbios}\\{name}$".casefold() for name in machines}
        self._groups = {f"{netbios}\\{group.name}".casefold() for group in groups}

    def check_group(self, section: Section, group: es.DomainGroup) -> None:
        """Reject members that the domain does not have, and a name that an account has already."""
        if f"{self._netbios}\\{group.name}".casefold() in self._domain:
            raise section.error("name", f"name {group.name} is already the name of an account")
        allowed = rf"domain accounts and groups of this file, and computers such as {self._netbios}\SCP01$"
        self._check(section, "members", group.members, self._domain | self._computers | self._groups, allowed)

    def check_machine(self, section: Section, machine: es.MachineDescription) -> None:
        """Reject members of local groups that the file does not define."""
        known = {account.full_name.casefold() for account in self._accounts if account.machine == machine.name}
        allowed = "local accounts of this file"
        if not machine.workgroup:
            known |= self._domain | self._computers | self._groups
            computer = rf"{self._netbios}\{machine.name.upper()}$"
            allowed = f"accounts and domain groups of this file, computers such as {computer}, and SIDs of deleted accounts"
        for key, members in (
            ("administrators", machine.administrators),
            ("remote_management_users", machine.remote_management_users),
        ):
            self._check(section, key, members, known, allowed, sids=not machine.workgroup)

    def _check(
        self, section: Section, key: str, members: tuple[str, ...], known: set[str], allowed: str, *, sids: bool = False
    ) -> None:
        seen: set[str] = set()
        for member in members:
            if member.casefold() not in known and not (sids and is_sid(member)):
                raise section.error(key, f"{key}: {member!r} is not an account of the estate; allowed: {allowed}")
            if member.casefold() in seen:
                raise section.error(key, f"{key}: {member} is listed twice")
            seen.add(member.casefold())


def is_sid(member: str) -> bool:
    """Whether a member is written as the SID of a domain account (``S-1-5-21-...``)."""
    return re.fullmatch(_SID, member) is not None


def unique(sections: list[Section], key: str, values: Iterable[str]) -> None:
    """Reject the second of two sections with the same value."""
    first: dict[str, Section] = {}
    for section, value in zip(sections, values, strict=False):
        if value in first:
            raise section.error(key, f"{key} {value} is already used in line {first[value].line}")
        first[value] = section
