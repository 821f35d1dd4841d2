"""The domain of an estate: where its domain controller listens, what it contains, and whether this computer can run it."""

from __future__ import annotations

import importlib.util
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address

from lab.domain.content import domain_ldif
from lab.domain.controller import CannotRun, Content, DomainController, check_privileges, check_programs, domain_controller
from lab.estate.description import EstateDescription

_FIRST, _LAST = 100, 250
_LIBRARIES = ("gssapi", "krb5")


def check_libraries() -> None:
    """Raises :class:`CannotRun` if this Python cannot accept tickets."""
    missing = [name for name in _LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotRun(
            f"the Python package {missing[0]} is not installed; `make venv-kerberos` creates an environment with it, then run "
            "`.venv-kerberos/bin/python -m lab up --kerberos`"
        )


def check_computer() -> None:
    """Raises :class:`CannotRun` if this computer, user or Python cannot run the domain of an estate."""
    check_privileges()
    check_libraries()
    check_programs()


def domain_address(description: EstateDescription) -> str:
    """An address for the domain controller: beside the first machine, and free."""
    base = str(description.machines[0].address).rpartition(".")[0]
    used = {machine.address for machine in description.machines}
    free = (IPv4Address(f"{base}.{last}") for last in range(_FIRST, _LAST))
    address = next((found for found in free if found not in used), None)
    if address is None:
        raise CannotRun(f"no address from {base}.{_FIRST} to {base}.{_LAST - 1} is free for the domain controller")
    return str(address)


@contextmanager
def domain_of(description: EstateDescription) -> Iterator[DomainController]:
    """Run the domain of an estate. Raises :class:`CannotRun`."""
    passwords = {machine.name: secrets.token_urlsafe(24) for machine in description.machines if not machine.workgroup}
    domain = description.domain
    content = Content(domain.dns, domain.netbios, domain_ldif(description, passwords))
    with domain_controller(content, domain_address(description)) as controller:
        yield controller
