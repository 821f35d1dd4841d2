"""The domain of the tests of nested groups: the lab's domain controller with the groups that these tests need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab.domain import controller
from lab.domain.content import base_dn, computer, group, member_dn, membership, user
from lab.domain.controller import LDAP, LDAPS, CannotRun, Content
from lab.domain.settings import HOST
from tests.lab.debian import why_not_installed

__all__ = ["COMPUTERS", "DNS", "HOST", "USERS", "CannotRun", "DomainController", "domain_controller"]

DNS, NETBIOS = "corp.example", "CORP"
BASE_DN = base_dn(DNS)
COMPUTERS, USERS = f"CN=Computers,{BASE_DN}", f"CN=Users,{BASE_DN}"
# Gives access only to a domain on a loopback address during a test run.
PASSWORD = "Lab-Query-2026"
BIND_USER = "scpquery"

# The domain of the lab's estate file, with additions: a circle, a name that LDAP filters must quote, empty groups.
GROUPS: dict[str, tuple[str, ...]] = {
    "SCP-Servers": ("CAS01$", "STA01$", "STA02$"),
    "SCP-Admins": ("SCP-Servers", "scpadmin"),
    "SCP-Owners": ("SCP-Admins",),
    "Help Desk": ("scpreader",),
    "Berlin (EMEA)": ("PRI1$",),
    "Circle-One": ("SCP-Servers", "Circle-Two"),
    "Circle-Two": ("Circle-One",),
    "Empty": (),
}
_COMPUTERS = ("CAS01", "PRI1", "PRI2", "STA01", "STA02", "STA03")
_ACCOUNTS = (BIND_USER, "scpadmin", "scpreader")


@dataclass(frozen=True)
class DomainController:
    """A domain controller that answers.

    :param host: its name, which its certificate contains in addition to the address.
    :param bind_dn: with ``user`` (user principal name) and ``password``, an ordinary user for a simple bind.
    :param ca_file: the certification authority (PEM) of its certificate, for LDAPS and StartTLS.
    """

    address: str
    ca_file: Path
    ldap_port: int = LDAP
    ldaps_port: int = LDAPS
    host: str = f"{HOST}.{DNS}"
    dns: str = DNS
    netbios: str = NETBIOS
    base_dn: str = BASE_DN
    bind_dn: str = f"CN={BIND_USER},{USERS}"
    user: str = f"{BIND_USER}@{DNS}"
    password: str = field(default=PASSWORD, repr=False)


@contextmanager
def domain_controller(address: str) -> Iterator[DomainController]:
    """Run the domain controller on a loopback address. Raises :class:`CannotRun`."""
    with running(Content(DNS, NETBIOS, _population()), address) as found:
        yield DomainController(address, found.ca_file)


@contextmanager
def running(content: Content, address: str) -> Iterator[controller.DomainController]:
    """Run a domain controller after Samba has been installed. Raises :class:`CannotRun`."""
    controller.check_privileges()
    for need in ("samba", *(["smbd"] if content.shares else [])):
        if reason := why_not_installed(need):
            raise CannotRun(reason)
    with controller.domain_controller(content, address) as found:
        yield found


def _population() -> str:
    """Computers, users and groups as LDIF."""
    entries = [computer(name, DNS) for name in _COMPUTERS]
    entries += [user(name, DNS, PASSWORD) for name in _ACCOUNTS]
    entries += [group(name, DNS) for name in GROUPS]
    entries += [
        membership(name, DNS, tuple(member_dn(member, DNS) for member in members)) for name, members in GROUPS.items() if members
    ]
    return "\n".join(entries)
