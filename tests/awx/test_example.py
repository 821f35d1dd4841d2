"""docs/examples/awx run with the real modules of awx.awx, against a stand-in of the controller's API."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.awx.controller import TOKEN, Store, controller
from tests.tools import community

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "awx"
SECRETS = {
    "vault_scp_password": "S3cret-of-the-account",
    "vault_scp_installation_password": "S3cret-of-the-installation",
    "vault_scp_vault_password": "S3cret-of-the-vault",
}


@pytest.fixture(scope="module")
def modules() -> Path:
    return community.collections_folder(ROOT / ".cache" / "awx", "awx.awx")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example with a vault file, as its user has it."""
    copied = tmp_path / "awx"
    shutil.copytree(EXAMPLE, copied)
    (copied / "ansible.cfg").write_text("", encoding="utf-8")
    names = yaml.safe_load((copied / "vault.example.txt").read_text(encoding="utf-8"))
    assert set(names) == set(SECRETS)
    (copied / "vault.yml").write_text(yaml.safe_dump(SECRETS), encoding="utf-8")
    return copied


def run(example: Path, modules: Path, url: str) -> tuple[int, str]:
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(modules),
        "ANSIBLE_CONFIG": str(example / "ansible.cfg"),
        "ANSIBLE_HOME": str(example.parent / "home"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "1",
        "CONTROLLER_HOST": url,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
    }
    line = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "controller.yml",
        "-e",
        f"ansible_python_interpreter={sys.executable}",
    ]
    done = subprocess.run(line, cwd=example, env=environment, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_controller_gets_everything_and_a_second_run_changes_nothing(example: Path, modules: Path) -> None:
    settings = yaml.safe_load((example / "settings.yml").read_text(encoding="utf-8"))
    store = Store(settings["scp_instances"])
    with controller(store) as url:
        code, said = run(example, modules, url)
        assert code == 0, said
        again, repeated = run(example, modules, url)
    assert again == 0, repeated
    assert "changed=0 " in repeated, repeated
    for output in (said, repeated):
        assert not any(secret in output for secret in SECRETS.values())

    templates = {item["name"]: item for item in store.all("job_templates")}
    assert {item["playbook"] for item in templates.values()} <= {path.name for path in (EXAMPLE / "project").glob("*.yml")}
    provision = templates["Service connection point - provision"]
    # The job resolves this, not the playbook that creates the template.
    accounts = json.loads(provision["extra_vars"])["service_connection_point_accounts"]
    assert accounts[0]["password"] == "{{ injected_installation_password }}"
    credentials = store.associated["job_templates", provision["id"], "credentials"]
    assert len(credentials) == 3
    assert store.surveys["job_templates", provision["id"]]["spec"][0]["variable"] == "service_connection_point_server"

    workflow = store.named("workflow_job_templates", "Service connection point")
    nodes = {item["identifier"]: item for item in store.all("workflow_job_template_nodes")}
    assert all(node["workflow_job_template"] == workflow["id"] for node in nodes.values())

    def after(identifier: str, outcome: str) -> list[str]:
        ids = store.associated.get(("workflow_job_template_nodes", nodes[identifier]["id"], outcome), [])
        return [name for name, node in nodes.items() if node["id"] in ids]

    assert after("preflight", "success_nodes") == ["approval"]
    assert after("preflight", "always_nodes") == []
    assert after("approval", "success_nodes") == ["provision"]
    assert after("provision", "always_nodes") == ["report"]
    (approval,) = store.all("workflow_approval_templates")
    assert nodes["approval"]["unified_job_template"] == approval["id"]
    (schedule,) = store.all("schedules")
    assert schedule["unified_job_template"] == templates["Service connection point - report"]["id"]
    (source,) = store.all("inventory_sources")
    assert (EXAMPLE / "project" / source["source_path"]).is_file()
    # The templates of the controller arrive as they are written.
    kind = store.named("credential_types", "Windows connection for Configuration Manager")
    assert kind["injectors"]["extra_vars"]["ansible_password"] == "{{ password }}"
