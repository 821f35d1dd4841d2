"""``up --kerberos``: where it is not possible, and the inventory with which its clients log on."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from lab.command.inventory import inventory
from lab.command.main import main
from lab.domain.controller import CannotRun
from lab.domain.of_estate import domain_address
from lab.estate_file.reader import load, parse

ESTATE = r"""domain: {dns: corp.example, netbios: CORP}
accounts:
  - {name: CORP\admin, password: Lab-2, sms: full, administrator_of: all}
machines:
  - {name: one, address: 127.0.10.1}
  - {name: alone, address: 127.0.10.5, workgroup: HOME}
hierarchies:
  - name: a
    sites: [{code: ONE, name: Site, type: primary, server: one}]
"""


def as_ordinary_user(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("os.geteuid", lambda: 1000)


def without_libraries(patch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    patch.setattr("os.geteuid", lambda: 0)
    patch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "krb5" else found("json", *more))


def without_samba(patch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    patch.setattr("os.geteuid", lambda: 0)
    patch.setattr(importlib.util, "find_spec", lambda *_asked: found("json"))
    patch.setattr(shutil, "which", lambda _program: None)


@pytest.mark.parametrize(
    ("computer", "words"),
    [
        (as_ordinary_user, "only root can run a domain controller, and only on Linux"),
        (without_libraries, "the Python package krb5 is not installed; `make venv-kerberos` creates an environment with it"),
        (without_samba, "samba is not installed (apt-get install samba-ad-dc "),
    ],
)
def test_where_it_is_not_possible(
    computer: Callable[[pytest.MonkeyPatch], None],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    computer(monkeypatch)
    for more in ([], ["--detach"]):
        assert main(["--state", str(tmp_path / "state"), "up", "--kerberos", *more]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("lab: --kerberos is not possible here: ")
        assert words in told.err
        assert told.err.count("\n") == 1
    assert not (tmp_path / "state").exists()


def hosts(group: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All hosts below a group that have variables."""
    found = {name: variables for name, variables in (group.get("hosts") or {}).items() if variables}
    for child in (group.get("children") or {}).values():
        found |= hosts(child)
    return found


@pytest.mark.parametrize("description", [load(), parse(ESTATE, "/nowhere/estate.yml")], ids=["beside", "made"])
def test_members_of_the_domain_log_on_with_kerberos(description: Any) -> None:
    before, found = inventory(description)["all"], inventory(description, kerberos=True)["all"]
    assert (before["vars"]["ansible_winrm_transport"], found["vars"]["ansible_winrm_transport"]) == ("ntlm", "kerberos")
    assert before["vars"]["ansible_user"].startswith("CORP\\")
    assert found["vars"]["ansible_user"].endswith("@CORP.EXAMPLE")
    assert found["vars"]["ansible_winrm_kinit_env_vars"] == ["KRB5_CONFIG"]
    assert hosts(found).keys() == hosts(before).keys()
    for host, variables in hosts(found).items():
        own = {**hosts(before)[host]}
        if description.machine(host).workgroup:
            own["ansible_winrm_transport"] = "ntlm"
        else:
            own["ansible_winrm_kerberos_hostname_override"] = host
        assert variables == own


def test_the_domain_controller_gets_a_free_address() -> None:
    description = load().at("127.9.8")
    assert domain_address(description) == "127.9.8.100"
    first = replace(description.machines[0], address=IPv4Address("127.9.8.100"))
    assert domain_address(replace(description, machines=(first, *description.machines[1:]))) == "127.9.8.101"
    full = tuple(replace(first, address=IPv4Address(f"127.9.8.{last}")) for last in range(1, 255))
    with pytest.raises(CannotRun, match="no address from"):
        domain_address(replace(description, machines=full))
