"""folder_transfer through ansible-playbook, on both connections: which credentials it uses, and the messages about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import run_playbook
from tests.lab.conftest import OpenShares

PSRP = {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "ntlm"}
TASKS = [
    {
        "name": "Fetch",
        "configmgr.scp.folder_transfer": {"action": "fetch", "path": r"D:\Packs", "local": "{{ playbook_dir }}/carry/Packs"},
    },
    {
        "name": "Whose logon fails",
        "configmgr.scp.folder_transfer": {"action": "probe", "path": r"D:\Packs"},
        "vars": {"ansible_password": "Not-The-Password"},
    },
]


@pytest.mark.parametrize("variables", [{}, PSRP], ids=["winrm", "psrp"])
def test_the_credentials_of_the_connection(
    estate: Estate, smb_shares: OpenShares, lab_inventory: Callable[..., Path], tmp_path: Path, variables: dict[str, str]
) -> None:
    smb_shares(estate, "scp01")
    estate.machine("scp01").files.write(r"D:\Packs\a.cab", b"content")
    playbook = tmp_path / "play.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "scp01.corp.example", "gather_facts": False, "tasks": TASKS}]))
    run = run_playbook(playbook, lab_inventory(estate, **variables), tmp_path, "-vvv")
    assert run.code == 0, run.output
    assert run.result("Fetch", "ok")["transferred"] == ["a.cab"]
    assert (tmp_path / "carry" / "Packs" / "a.cab").read_bytes() == b"content"
    refused = run.result("Whose logon fails", "ok")
    assert refused["reachable"] is False
    assert "wrong user or password" in refused["reason"]
    assert "Not-The-Password" not in run.output
    assert estate.account("CORP\\scpadmin").password not in run.output
