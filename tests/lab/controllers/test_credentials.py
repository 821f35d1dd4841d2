"""Credentials and inventories as an automation controller hands them to a job."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential

from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.ansible_runs import run_playbook
from tests.lab.conftest import StartEstate
from tests.lab.controllers.private_data import PROJECT, private_data, without_credentials
from tests.lab.controllers.test_runner import ACCOUNT, LOGON, MARKS, USER, run
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, words
from tests.lab.plays.secret_marks import leaking_files
from tests.unit.controllers.test_awx_example import TEMPLATES, TYPES

SCP05, INSTALL = "scp05.corp.example", r"CORP\scpinstall"
SLICES = 2


@dataclass
class Injected:
    """What a credential adds to a job: variables of its environment, the same as the controller shows them, arguments."""

    environment: dict[str, Any]
    shown: dict[str, Any]
    arguments: list[str]


def injected(name: str, values: Mapping[str, Any], folder: Path, **environment: str) -> Injected:
    """Inject a credential with the controller's own code."""
    kind = TYPES[name]
    described = ManagedCredentialType(
        namespace="custom", name=name, kind=kind["kind"], managed=False, inputs=kind["inputs"], injectors=kind["injectors"]
    )
    defaults = {field["id"]: field["default"] for field in kind["inputs"]["fields"] if "default" in field}
    found = Injected(dict(environment), {}, [])
    filled = Credential({**defaults, **values})
    inject_credential(described, filled, found.environment, found.shown, found.arguments, str(folder), container_root=str(folder))
    return found


def test_an_inventory_update_gets_the_account_in_its_environment_only(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    account = {"username": USER, "password": LOGON}
    found = injected("Configuration Manager environment", account, tmp_path)
    assert (found.environment, found.arguments) == ({"SCP_USER": USER, "SCP_PASSWORD": LOGON}, [])
    assert found.shown["SCP_USER"] == USER
    assert set(found.shown["SCP_PASSWORD"]) == {"*"}
    update = injected("Windows connection for Configuration Manager", account, tmp_path, INVENTORY_UPDATE_ID="1")
    assert (update.arguments, update.shown) == ([], {})


@pytest.mark.long
def test_injected_credentials_and_answers_of_a_survey(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    """The server accepts only the installation account, so the role is there only if all of it arrived."""
    described = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    for account in described["accounts"]:
        account["password"] = {USER: LOGON, INSTALL: ACCOUNT}.get(account["name"], account["password"])
    estate = start_estate(yaml.safe_dump(described, allow_unicode=True), pace=30)
    hosts = without_credentials(lab_inventory(estate, preflight_features=[]))
    for host in hosts["all"]["children"]["sms_provider"]["hosts"].values():
        del host["service_connection_point_server"], host["service_connection_point_mode"]
    template = TEMPLATES["Service connection point - provision"]
    answers = {question["variable"]: question.get("default", SCP05) for question in template["survey"]["spec"]}
    data = private_data(tmp_path, hosts, extra={**template["extra_vars"], **answers})
    connection = {"username": USER, "password": LOGON, "scheme": "http", "port": str(estate.description.http_port)}
    installation = {"account": INSTALL, "account_password": ACCOUNT}
    found = [
        injected("Windows connection for Configuration Manager", connection, data),
        injected("Configuration Manager installation account", installation, data),
    ]
    assert [part.environment for part in found] == [{}, {}]
    arguments = [argument for part in found for argument in part.arguments]
    for argument in arguments[1::2]:
        assert stat.S_IMODE(Path(argument.removeprefix("@")).stat().st_mode) == stat.S_IRUSR
    done = run(data, template["playbook"], "injected", cmdline=" ".join(arguments))
    said = (data / "artifacts" / "injected" / "stdout").read_text(encoding="utf-8")
    assert (done.status, done.rc) == ("successful", 0), said
    assert holders(estate) == [SCP05]
    for folder in (data / "artifacts", tmp_path / "ansible-home"):
        assert leaking_files(folder, MARKS.values()) == {}


def slice_of(tree: dict[str, Any], number: int) -> dict[str, Any]:
    """The inventory of a slice: a controller gives it each second, third, ... host by name, whatever the groups are."""
    groups = tree["all"]["children"]
    mine = set(sorted({host for group in groups.values() for host in group["hosts"]})[number - 1 :: SLICES])
    kept = {
        name: {"hosts": {host: given for host, given in group["hosts"].items() if host in mine}} for name, group in groups.items()
    }
    return {"all": {**tree["all"], "children": kept}}


def test_a_slice_lacks_the_other_hosts_of_the_hierarchy(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    tree = yaml.safe_load(lab_inventory(estate, preflight_features=[]).read_text(encoding="utf-8"))
    wanted = ("sms_provider", "candidates")
    groups = {name: {"hosts": dict(tree["all"]["children"][name]["hosts"])} for name in wanted}
    groups["candidates"]["hosts"] = {"scp01.corp.example": groups["candidates"]["hosts"]["scp01.corp.example"]}
    tree["all"]["children"] = groups
    said = []
    for number in (1, 2):
        hosts = tmp_path / f"slice-{number}.yml"
        hosts.write_text(yaml.safe_dump(slice_of(tree, number)), encoding="utf-8")
        done = run_playbook(PROJECT / "preflight.yml", hosts, tmp_path)
        assert done.code != 0
        said.append(words(done))
    assert "scp01.corp.example is not a host of the inventory" in said[0]
    assert "No host of the inventory matches 'sms_provider'" in said[1]
