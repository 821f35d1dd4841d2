"""Who may do what."""

from __future__ import annotations

import threading

import pytest

from lab.clock import LabClock
from lab.running.access import NamespaceAccess, may_connect
from lab.windows.machine import Machine
from lab.winrm.message import Caller


@pytest.fixture
def machine() -> Machine:
    made = Machine("scp01", "127.0.0.1", "corp.example", "CORP", LabClock(1, threading.RLock()))
    made.administrators = ["CORP\\Admin", "local"]
    made.remote_management_users = ["CORP\\Reader"]
    return made


@pytest.mark.parametrize(
    ("caller", "allowed"),
    [
        (Caller("admin", "corp"), True),
        (Caller("READER", "CORP"), True),
        (Caller("Local"), True),
        (Caller("local", "CORP"), False),
        (Caller("admin"), False),
        (Caller("nobody", "CORP"), False),
    ],
)
def test_connecting(machine: Machine, caller: Caller, allowed: bool) -> None:
    assert may_connect(machine, caller) is allowed


def test_a_guard_holds_for_its_namespace_and_below(machine: Machine) -> None:
    access = NamespaceAccess(machine)
    access.guard("root/SMS", lambda caller: caller.name == "admin")
    admin, reader, nobody = Caller("admin", "CORP"), Caller("reader", "CORP"), Caller("nobody", "CORP")
    for namespace in ("root/sms", r"ROOT\sms\site_CAS"):
        assert (access(admin, namespace), access(reader, namespace)) == (True, False)
    for namespace in ("root/cimv2", "root/smsx", "root"):
        assert (access(reader, namespace), access(nobody, namespace)) == (True, False)
