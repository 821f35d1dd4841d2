"""The collection in ansible-navigator, without an execution environment and without its screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.lab.ansible_runs import CHECKOUT
from tests.lab.conftest import StartEstate
from tests.lab.controllers.private_data import PROJECT, own_environment, without_credentials
from tests.lab.controllers.test_runner import LOGON, MARKS, USER, marked_estate
from tests.lab.plays.scenarios import WriteInventory
from tests.lab.plays.secret_marks import leaking_files, leaks

SETTINGS = CHECKOUT / "docs" / "examples" / "ansible-navigator.yml"
VAULT_PASSWORD = "V4ult-Password"
LIMIT_SECONDS = 180.0


def navigator(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it in a folder that has the example's settings."""
    options = ("--execution-environment", "false", "--display-color", "false")
    line = [str(Path(sys.executable).with_name("ansible-navigator")), *arguments, *options]
    environment = {**os.environ, **own_environment(folder), "NO_COLOR": "1", **variables}
    return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)


@pytest.mark.long
def test_a_run_is_kept_without_secrets_and_can_be_replayed(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    estate = marked_estate(start_estate, 30)
    hosts = without_credentials(lab_inventory(estate))
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder)
    shutil.rmtree(folder / "inventory")
    shutil.copy(SETTINGS, folder)
    settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))["ansible-navigator"]
    hosts["all"]["vars"] |= {"ansible_user": USER, "ansible_password": "{{ vault_ansible_password }}", "verify_fail_on": "none"}
    (folder / "inventory").mkdir()
    (folder / settings["ansible"]["inventory"]["entries"][0]).write_text(yaml.safe_dump(hosts), encoding="utf-8")
    variables = folder / "inventory" / "group_vars" / "all" / "vault.yml"
    variables.parent.mkdir(parents=True)
    clear = yaml.safe_dump({"vault_ansible_password": LOGON})
    variables.write_bytes(VaultLib().encrypt(clear, VaultSecret(VAULT_PASSWORD.encode())))
    given = tmp_path / "vault-password"
    given.write_text(VAULT_PASSWORD, encoding="utf-8")

    done = navigator(folder, "run", "configmgr.scp.report", ANSIBLE_VAULT_PASSWORD_FILE=str(given))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Service connection point" in done.stdout
    assert (folder / "reports" / "cas01.corp.example.html").is_file()
    (artefact,) = (folder / "artefacts").glob("report-*.json")
    replayed = navigator(folder, "replay", str(artefact), "--playbook-artifact-enable", "false")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    recap = [line for line in done.stdout.splitlines() if line.startswith("cas01.corp.example ")]
    assert recap
    assert recap == [line for line in replayed.stdout.splitlines() if line.startswith("cas01.corp.example ")]
    secrets = (*MARKS.values(), VAULT_PASSWORD)
    assert leaking_files(folder, secrets) == {}
    assert leaks(done.stdout + done.stderr + replayed.stdout, secrets) == []


def test_the_documentation_is_shown(tmp_path: Path) -> None:
    shutil.copy(SETTINGS, tmp_path)
    shown = navigator(tmp_path, "doc", "configmgr.scp.service_connection_point")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "move_from" in shown.stdout
    listed = navigator(tmp_path, "collections", "--collection-doc-cache-path", str(tmp_path / "documentation.db"))
    assert listed.returncode == 0, listed.stdout + listed.stderr
    known = {item["known_as"]: item for item in yaml.safe_load(listed.stdout)["collections"]}
    modules = {plugin["full_name"] for plugin in known["configmgr.scp"]["plugins"]["module"]}
    assert modules == {f"configmgr.scp.{file.stem}" for file in (CHECKOUT / "plugins" / "modules").glob("*.py")}
