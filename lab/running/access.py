"""Who may do what on the servers of an estate."""

from __future__ import annotations

from collections.abc import Callable

from lab.windows.machine import Machine
from lab.winrm.message import Caller

NamespaceCheck = Callable[[Caller], bool]


def may_connect(machine: Machine, caller: Caller) -> bool:
    """Whether WinRM serves this caller: administrators and Remote Management Users (facts/wsman.md, section 3)."""
    return machine.is_administrator(str(caller)) or machine.is_remote_management_user(str(caller))


class NamespaceAccess:
    """Who may use which CIM namespace of one server: everyone who may connect, unless the namespace has a check of its own."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._checks: list[tuple[str, NamespaceCheck]] = []

    def guard(self, prefix: str, check: NamespaceCheck) -> None:
        """Also require ``check`` for a namespace and everything below it (``root/sms``)."""
        self._checks.append((prefix.casefold(), check))

    def __call__(self, caller: Caller, namespace: str) -> bool:
        wanted = f"{namespace.replace(chr(92), '/').casefold()}/"
        return may_connect(self._machine, caller) and all(
            check(caller) for prefix, check in self._checks if wanted.startswith(f"{prefix}/")
        )
