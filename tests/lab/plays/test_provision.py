from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.running.estate import Estate
from tests.lab.plays.conftest import PlayBook, holders
from tests.lab.plays.scenarios import WriteInventory, words
from tests.lab.plays.several import play_each, refusal

CAS01, SCP01 = "cas01.corp.example", "scp01.corp.example"
ROLE = "configmgr.scp.service_connection_point : "
PLACED = ROLE + "Configure the service connection point"
THREAD = ROLE + "Check that the thread runs on the server"
ADMIN_PASSWORD = "Lab-Admin-2026"


@pytest.mark.long
def test_the_role_is_installed_and_a_second_run_changes_nothing(estate: Estate, provision: PlayBook) -> None:
    first = provision()
    assert first.code == 0, first.output
    assert first.recap(CAS01)["changed"] == 2
    assert holders(estate) == [SCP01]
    assert first.result(PLACED, "ok")["installed"] is True
    assert first.result(THREAD, "ok")["state"] == "running"
    for part in (f"{SCP01}, site CAS, online", "Evidence: component summarizer: SMS_DMP_DOWNLOADER", "Took "):
        assert part in first.output
    assert estate.violations == []
    second = provision()
    assert second.code == 0, second.output
    assert second.recap(CAS01)["changed"] == 0


@pytest.mark.core
@pytest.mark.parametrize(
    "connection",
    [
        {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "negotiate"},
        {
            "ansible_winrm_scheme": "https",
            "ansible_winrm_transport": "ntlm",
            "ansible_winrm_ca_trust_path": "{ca}",
            "ansible_port": 5986,
        },
    ],
    ids=["psrp", "winrm-https"],
)
def test_other_connections(estate: Estate, provision: PlayBook, connection: dict[str, object]) -> None:
    settings = {name: str(estate.ca_file) if value == "{ca}" else value for name, value in connection.items()}
    run = provision(**settings)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP01]
    assert provision(**settings).recap(CAS01)["changed"] == 0


def test_an_unknown_authority_is_unreachable_with_a_plain_reason(estate: Estate, provision: PlayBook) -> None:
    run = provision(ansible_winrm_scheme="https", ansible_winrm_transport="ntlm", ansible_port=5986)
    assert run.recap(CAS01)["unreachable"] == 1
    assert "certificate" in run.output
    assert "Traceback" not in run.output


@pytest.mark.core
def test_a_wrong_password_is_unreachable_with_a_plain_reason(provision: PlayBook) -> None:
    run = provision(ansible_password="wr0ng-One")
    assert run.recap(CAS01) | {"unreachable": 1} == run.recap(CAS01)
    message = run.result("configmgr.scp.preflight : Check the site", "unreachable")["msg"]
    assert "CORP\\scpadmin" in message
    assert "password" in message
    assert "wr0ng-One" not in run.output
    assert "Traceback" not in run.output


@pytest.mark.core
def test_a_dead_host_is_unreachable_within_the_time_set(estate: Estate, provision: PlayBook) -> None:
    estate.faults.order("dead_machine", target="cas01")
    run = provision(ansible_winrm_connection_timeout=3, ansible_winrm_operation_timeout_sec=2, ansible_winrm_read_timeout_sec=3)
    assert run.recap(CAS01)["unreachable"] == 1
    assert run.seconds < 15
    assert "Traceback" not in run.output


def test_accounts_proxy_and_installation_account(estate: Estate, provision: PlayBook) -> None:
    wish = {
        "service_connection_point_server": "scp05.corp.example",
        "service_connection_point_accounts": [{"name": r"CORP\scpinstall", "password": "Lab-Install-2026"}],
        "service_connection_point_installation_account": r"CORP\scpinstall",
        "service_connection_point_proxy": {"server": "proxy01.corp.example", "port": 8080},
    }
    first = provision("-e", json.dumps(wish), "-vvv")
    assert first.code == 0, first.output
    assert first.recap(CAS01)["changed"] == 3
    assert holders(estate) == ["scp05.corp.example"]
    assert provision("-e", json.dumps(wish)).recap(CAS01)["changed"] == 0
    assert "Lab-Install-2026" not in first.output
    assert ADMIN_PASSWORD not in first.output


def test_the_second_hierarchy(estate: Estate, provision: PlayBook) -> None:
    run = provision("-e", "scp_provider=sms_provider_two")
    assert run.code == 0, run.output
    assert holders(estate, "two") == ["scp02.corp.example"]


# One clear sentence for each wrong setting.
WRONG = {
    "short_name": ({"service_connection_point_server": "scp01"}, "is a short name"),
    "too_old": ({"service_connection_point_server": "scp04.corp.example"}, "See above: operating_system, dotnet_release"),
    "of_another_site": ({"service_connection_point_server": "pri1.corp.example"}, "See above: site_system"),
    "unknown_site": ({"service_connection_point_site_code": "XYZ"}, "There is no site XYZ"),
    "unknown_mode": ({"service_connection_point_mode": "sometimes"}, "value of service_connection_point_mode must be one of"),
}


def test_a_wrong_wish_is_one_clear_sentence(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    run = play_each("provision", estate, lab_inventory, tmp_path, {wish: given for wish, (given, _) in WRONG.items()})
    assert run.code == 2
    for wish, (_, sentence) in WRONG.items():
        assert sentence in refusal(run, wish), wish
        assert sentence in words(run), wish
    assert "Traceback" not in run.output
    assert "<s:" not in run.output
