"""The playbooks with the inventory plugin alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lab.ansible_runs import CHECKOUT, run_playbook
from tests.lab.conftest import StartEstate, WriteHierarchy
from tests.lab.estates import with_role


@pytest.mark.core
def test_the_report_and_the_preflight_need_no_other_inventory(
    start_estate: StartEstate, write_hierarchy: WriteHierarchy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With short names, and a password that is a template: each task resolves it again."""
    monkeypatch.setenv("SECRET_OF_THE_LAB", "Lab-Admin-2026")
    estate = start_estate(with_role("scp01"), pace=30)
    password = {"ansible_password": "{{ lookup('ansible.builtin.env', 'SECRET_OF_THE_LAB') }}"}
    hosts = write_hierarchy(
        estate,
        connection=password,
        pass_plain_secrets=None,
        hostnames="short",
        candidates=None,
        compose={"service_connection_point_server": "'scp01.corp.example'", "preflight_features": []},
    )
    both = tmp_path / "both.yml"
    imported = [
        {"ansible.builtin.import_playbook": str(CHECKOUT / "playbooks" / f"{name}.yml")} for name in ("report", "preflight")
    ]
    both.write_text(json.dumps(imported), encoding="utf-8")
    done = run_playbook(both, hosts, tmp_path, "-e", "verify_fail_on=none")
    assert done.code == 0, done.output
    checks = json.loads((tmp_path / "reports" / "cas01.json").read_text(encoding="utf-8"))["checks"]
    assert [check for check in checks if check["id"] in ("server_checked", "site_server_checked")] == []
    assert "Preflight of scp01.corp.example: 0 failed" in " ".join(done.output.split())
    # None of its variables is taken for a misspelt one of a role, or for a reserved name.
    assert "[WARNING]" not in done.output
    assert "Lab-Admin-2026" not in done.output
