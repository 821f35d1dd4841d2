"""Inventories and variables as users have them: credentials in extra variables, other spellings, texts, mistakes."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play, words, writes
from tests.lab.plays.several import play_each, refusal

SCP01 = "scp01.corp.example"
ROLE = "configmgr.scp.service_connection_point : "
EXAMPLE = CHECKOUT / "docs" / "examples" / "unattended_setup.yml"
KEY = "ABCDE-12345-FGHIJ-67890-KLMNO"
MODE = 0o600


def connection(estate: Estate) -> dict[str, Any]:
    return {
        "ansible_connection": "winrm",
        "ansible_port": estate.description.http_port,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm",
        "ansible_user": r"CORP\scpadmin",
        "ansible_password": estate.account(r"CORP\scpadmin").password,
    }


def at(estate: Estate, name: str) -> dict[str, str]:
    return {"ansible_host": str(estate.machine(name).address)}


def inventory(folder: Path, variables: Mapping[str, Any], providers: Mapping[str, Any], others: Mapping[str, Any]) -> Path:
    groups = {"sms_provider": {"hosts": dict(providers)}, "others": {"hosts": dict(others)}}
    written = folder / "hosts.yml"
    written.write_text(yaml.safe_dump({"all": {"vars": dict(variables), "children": groups}}), encoding="utf-8")
    return written


def run(name: str, hosts: Path, folder: Path, *arguments: str) -> Run:
    return run_playbook(CHECKOUT / "playbooks" / f"{name}.yml", hosts, folder, *arguments)


@contextmanager
def listening_here() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this computer, and the data that was sent to it."""
    heard: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def listen() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    heard.append(caller.recv(65536))

        threading.Thread(target=listen, daemon=True).start()
        try:
            yield int(server.getsockname()[1]), heard
        finally:
            server.shutdown(socket.SHUT_RDWR)


# Not repeated with other versions of ansible-core: the collection's own action plugins decide what takes no connection, and
# test_templated_connection.py repeats how a connection is read.
@pytest.mark.long
def test_a_connection_in_extra_variables_leads_to_the_servers_only(start_estate: StartEstate, tmp_path: Path) -> None:
    """Job runners pass credentials in this way. They have priority over every other variable, including the controller's."""
    with listening_here() as (port, heard):
        estate = start_estate(
            yaml.safe_dump(yaml.safe_load(with_role("scp01")) | {"ports": {"http": port, "https": 5986}}), pace=30
        )
        extra = tmp_path / "extra.json"
        wish = {
            "preflight_report_dir": "checked",
            "verify_fail_on": "none",
            "preflight_fail_on": "none",
            "after_setup_usage_data": "basic",
            "vault_configmgr_product_key": KEY,
        }
        extra.write_text(json.dumps(connection(estate) | wish), encoding="utf-8")
        given = {"service_connection_point_server": SCP01, "service_connection_point_mode": "online"}
        others = {f"{name}.corp.example": at(estate, name) for name in ("scp01", "scp02", "web01")}
        hosts = inventory(tmp_path, given, {"cas01.corp.example": at(estate, "cas01")}, others)
        connected = ("--tags", "connect", "-e", "offline_updates_connected_host=web01.corp.example")
        runs = {
            "preflight": (),
            "provision": (),
            "report": (),
            "field_check": ("-e", "field_check_record=true"),
            "after_setup": (),
            "unattended_setup": ("-e", f"@{EXAMPLE}"),
            "offline_updates": (*connected, "-e", "offline_updates_carry_dir=carried"),
            "move": ("--check", "-e", "scp_to=scp02.corp.example"),
            "recover": ("--check", "-e", "scp_to=scp02.corp.example"),
            "remove": ("--check",),
            "expand": ("--check", "-e", "expand_phase=before"),
            "high_availability": ("--check", "-e", "scp_to=scp02.corp.example", "-e", "ha_passive_server=pri1.corp.example"),
            "update": ("--check", "-e", "update_name=latest"),
        }
        assert set(runs) == {file.stem for file in (CHECKOUT / "playbooks").glob("*.yml")}
        done = {name: run(name, hosts, tmp_path, "-e", f"@{extra}", *arguments) for name, arguments in runs.items()}
        for name, found in done.items():
            assert [item for item in found.outcomes if item["status"] == "unreachable"] == [], (name, found.output)
        for name in list(runs)[:6]:
            assert done[name].code == 0, (name, done[name].output)
        # Nothing has been copied yet: the phase has reached the search for it on the controller.
        assert "There is no usage data in" in words(done["offline_updates"])
    assert heard == []
    assert (tmp_path / "checked" / "preflight-cas01.corp.example.json").is_file()
    assert (tmp_path / "reports" / "cas01.corp.example.html").is_file()


def test_the_example_of_unattended_setup_is_written_where_its_user_is(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.yml"
    hosts.write_text("all: {hosts: {}}", encoding="utf-8")
    before = set((CHECKOUT / "playbooks").rglob("*"))
    found = run("unattended_setup", hosts, tmp_path, "-e", f"@{EXAMPLE}", "-e", f"vault_configmgr_product_key={KEY}")
    assert found.code == 0, found.output
    assert f"Copy {tmp_path}/ps1.ini to the server" in words(found)
    assert KEY in (tmp_path / "ps1.ini").read_text(encoding="ascii")
    assert (tmp_path / "ps1.ini").stat().st_mode & 0o777 == MODE
    assert (
        json.loads((tmp_path / "ps1_after_setup.json").read_text(encoding="utf-8"))["service_connection_point_mode"] == "offline"
    )
    assert set((CHECKOUT / "playbooks").rglob("*")) == before
    assert KEY not in found.output


@pytest.mark.long
def test_names_in_any_spelling(start_estate: StartEstate, tmp_path: Path) -> None:
    """Short names with addresses for one hierarchy, capitals and a trailing dot for the other; none of it needs scp_hosts."""
    # Slow: a second between two readings of clocks must not become minutes.
    estate = start_estate(pace=30)
    providers = {
        "cas01": {**at(estate, "cas01"), "service_connection_point_server": SCP01},
        "STA03.corp.example": {**at(estate, "sta03"), "service_connection_point_server": "SCP02.corp.example."},
    }
    others = {"scp01": at(estate, "scp01"), "SCP02.corp.example": at(estate, "scp02")}
    others |= {f"{name.upper()}.corp.example": at(estate, name) for name in ("sta01", "sta02")}
    hosts = inventory(tmp_path, connection(estate), providers, others)
    for changed in (2, 0):
        done = run("provision", hosts, tmp_path, "-e", "preflight_report_dir=checked")
        assert done.code == 0, done.output
        assert {name: done.recap(name)["changed"] for name in providers} == dict.fromkeys(providers, changed)
        thread = done.result(ROLE + "Save the result for later plays", "ok", "cas01")["ansible_facts"]
        assert thread["service_connection_point_result"]["thread"] == "running"
    assert "online (service_connection_point_mode is not set)" in words(done)
    assert (holders(estate), holders(estate, "two")) == ([SCP01], ["scp02.corp.example"])
    # Two hierarchies in one run: each has its own files.
    for name, code in {"cas01": "CAS", "STA03.corp.example": "ST1"}.items():
        kept = json.loads((tmp_path / "checked" / f"preflight-{name}.json").read_text(encoding="utf-8"))
        assert kept["site_code"] == code
        assert [check["id"] for check in kept["checks"] if check["id"] == "ports_checked"] == []
    report = run("report", hosts, tmp_path, "-e", "verify_fail_on=none")
    assert report.code == 0, report.output
    for name in providers:
        checks = json.loads((tmp_path / "reports" / f"{name}.json").read_text(encoding="utf-8"))["checks"]
        assert [check for check in checks if check["id"] in ("server_checked", "site_server_checked")] == [], name


def test_a_name_that_fits_two_hosts_and_an_address_of_another_computer(estate: Estate, tmp_path: Path) -> None:
    wish = {"service_connection_point_server": SCP01, "preflight_features": []}
    provider = {**at(estate, "cas01"), **wish}
    providers = {
        "two": provider,
        "told": {**provider, "scp_hosts": {SCP01: "scp01"}},
        "alias": {**provider, "service_connection_point_server": "scp05.corp.example"},
    }
    others = {"scp01": at(estate, "scp01"), "SCP01": at(estate, "scp03"), "scp05.corp.example": at(estate, "scp02")}
    done = run("preflight", inventory(tmp_path, connection(estate), providers, others), tmp_path)
    assert done.code == 2, done.output
    assert [done.recap(name)["failed"] for name in providers] == [1, 0, 0], done.output
    results = {
        name: {
            check["id"]: check
            for check in done.result("configmgr.scp.preflight : Save the result for later plays", "ok", name)["ansible_facts"][
                "preflight_result"
            ]["checks"]
        }
        for name in providers
    }
    (unsure,) = [check for check in results["two"].values() if check["status"] == "failed"]
    assert "SCP01, scp01" in unsure["detail"]
    assert "scp_hosts: {scp01.corp.example:" in unsure["remedy"]
    other = [check for check in results["alias"].values() if check["status"] == "warning" and "scp02" in check["detail"].lower()]
    assert other, results["alias"]


@pytest.mark.core
def test_texts_of_an_ini_inventory_mean_what_they_say(start_estate: StartEstate, tmp_path: Path) -> None:
    estate = start_estate(with_role("scp02", hierarchy="two"), pace=30)
    lines = [f"{name}={value}" for name, value in connection(estate).items()]
    where = {
        name: f"{name}.corp.example ansible_host={estate.machine(name).address}" for name in ("cas01", "sta03", "scp01", "scp02")
    }
    hosts = tmp_path / "hosts.ini"
    hosts.write_text(
        "\n".join(
            [
                "[sms_provider]",
                f"{where['cas01']} service_connection_point_server={SCP01} service_connection_point_manage_site_system=false",
                f"{where['sta03']} service_connection_point_server=scp02.corp.example service_connection_point_prove_thread=no",
                "[others]",
                where["scp01"],
                where["scp02"],
                "[all:vars]",
                *lines,
                "service_connection_point_preflight=false",
                "service_connection_point_wait_timeout=60",
            ]
        ),
        encoding="utf-8",
    )
    done = run("provision", hosts, tmp_path)
    assert done.code == 2, done.output
    # The site system is not created, and the role is not installed without one.
    assert refusal(done, "cas01.corp.example")
    assert writes(estate) == []
    assert "Conditional result" not in done.output
    assert done.recap("sta03.corp.example")["failed"] == 0
    assert not [
        item
        for item in done.outcomes
        if item["task"] == ROLE + "Check that the thread runs on the server" and item["status"] == "ok"
    ]


# The variables, and the message of the only refusal.
SLIPS: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt": ({"service_connection_point_mod": "offline"}, "Did you mean service_connection_point_mode?"),
    "misspelt_server": ({"service_connection_point_servr": SCP01}, "Did you mean service_connection_point_server?"),
    "too_short": ({"service_connection_point_wait_timeout": -5}, "service_connection_point_wait_timeout: -5 is out of range"),
    "endless": (
        {"service_connection_point_thread_timeout": 10**15},
        "service_connection_point_thread_timeout: 1000000000000000 is out",
    ),
    "a_number": ({"service_connection_point_server": 42}, "service_connection_point_server is the number 42"),
    "empty": ({"service_connection_point_mode": ""}, "service_connection_point_mode is empty. Allowed are"),
    "perhaps": ({"service_connection_point_wait": "perhaps"}, "service_connection_point_wait"),
    "undefined": ({"service_connection_point_mode": "{{ nowhere }}"}, "service_connection_point_mode cannot be resolved"),
    "twice": (
        {
            "service_connection_point_accounts": [
                {"name": r"CORP\a", "password": "S3cret-1"},
                {"name": r"corp\A", "password": "S3cret-2"},
            ]
        },
        "twice",
    ),
    "no_server": ({"service_connection_point_server": None}, "service_connection_point_server is not set"),
}


@pytest.mark.core
def test_a_slip_is_told_by_its_variable_before_any_request(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    estate.request_log.clear()
    done = play_each("provision", estate, lab_inventory, tmp_path, {name: given for name, (given, _) in SLIPS.items()})
    assert done.code == 2, done.output
    for name, (_, sentence) in SLIPS.items():
        assert sentence in refusal(done, name), name
    assert estate.request_log.records() == ()
    for unwanted in ("S3cret", "Traceback", "argument_spec_data"):
        assert unwanted not in done.output


def test_a_run_that_reaches_nothing_does_not_end_well(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    def ended(name: str, sentence: str, *arguments: str) -> None:
        done = play(name, estate, lab_inventory, tmp_path, *arguments)
        assert done.code != 0, done.output
        assert sentence in words(done), done.output

    ended("provision", "No host of the inventory matches 'sms_providr'", "scp_provider=sms_providr")
    ended("report", "excludes all hosts of this playbook", "--limit", "scp01.corp.example")
    ended("offline_updates", "Allowed are prepare, connect, import.", "--tags", "prepair")
    empty = tmp_path / "empty.yml"
    empty.write_text("all: {hosts: {}}", encoding="utf-8")
    done = run("preflight", empty, tmp_path)
    assert done.code != 0, done.output
    assert "check that -i gives the right inventory" in words(done)
