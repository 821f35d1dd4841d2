"""Kerberos as users meet it: one run of ansible-playbook over hosts that log on in different ways."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.lab.ansible_runs import run_playbook, started
from tests.lab.kerberos.conftest import PASSWORD, USER, Realm, host_variables

HTTPS = 5986
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Ask
      configmgr.scp.cim:
        query: select Caption from Win32_OperatingSystem
"""


def test_hosts_that_log_on_in_different_ways(realm: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    realm.kinit()
    hosts = {
        "managed": host_variables(realm, "cas01", {"ansible_password": PASSWORD}),
        "managed-https": host_variables(realm, "pri1", {"ansible_password": PASSWORD, "ansible_port": HTTPS}),
        "ticket": host_variables(realm, "pri2", {}),
        "psrp": host_variables(realm, "sta01", {"ansible_connection": "psrp", "ansible_password": PASSWORD}),
        "psrp-ticket": host_variables(realm, "sta02", {"ansible_connection": "psrp", "ansible_port": HTTPS}),
        "falls-back": host_variables(
            realm,
            "scp08",
            {"ansible_winrm_transport": ["kerberos", "ntlm"], "ansible_user": "localadmin", "ansible_password": "Lab-Local-2026"},
        ),
        "wrong": host_variables(realm, "scp01", {"ansible_password": "Not-Shown-2026"}),
        "psrp-wrong": host_variables(realm, "scp02", {"ansible_connection": "psrp", "ansible_password": "Not-Shown-2026"}),
    }
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    (tmp_path / "play.yml").write_text(PLAY)
    run = run_playbook(tmp_path / "play.yml", tmp_path / "hosts.yml", tmp_path, "-vvv", start=started)
    for host in hosts:
        if host.endswith("wrong"):
            message = run.result("Ask", "unreachable", host)["msg"]
            assert f"the domain rejected the password of {USER}; check ansible_password" in message
        else:
            assert len(run.result("Ask", "ok", host)["instances"]) == 1
    for secret in (PASSWORD, "Not-Shown-2026", "Lab-Local-2026"):
        assert secret not in run.output
    assert "Traceback" not in run.output
    # A managed ticket is removed with its task.
    assert list(temporary.glob("configmgr-scp-ticket-*")) == []
