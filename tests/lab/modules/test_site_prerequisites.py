from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.judging import TITLES
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import NOBODY, READER, Play

SCP01, SCP02, SCP05 = "scp01.corp.example", "scp02.corp.example", "scp05.corp.example"
ACCOUNT, PASSWORD = r"CORP\scpinstall", "Lab-Install-2026"
GUID = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"
# Checks that a good candidate does not pass: it uses no accounts.
UNUSED = {
    "installation_account_listed": "skipped",
    "proxy_account_listed": "skipped",
    "cloud_needs_role": "skipped",
}


def found(result: dict[str, Any]) -> dict[str, str]:
    """The results that are not ``passed``, by check."""
    return {check["id"]: check["status"] for check in result["checks"] if check["status"] != "passed"}


def detail(result: dict[str, Any], id: str) -> str:
    return next(str(check["detail"]) for check in result["checks"] if check["id"] == id)


def test_a_good_candidate(play: Play) -> None:
    result = play.run("site_prerequisites", server="SCP01.corp.example", site_code="cas")
    assert [check["id"] for check in result["checks"]] == list(TITLES)
    assert found(result) == UNUSED
    assert result["blocked"] is False
    assert result["changed"] is False
    assert {name: result[name] for name in ("site_code", "server", "site_version", "site_server", "mode", "holders")} == {
        "site_code": "CAS",
        "server": SCP01,
        "site_version": "5.00.9152.1000",
        "site_server": "cas01.corp.example",
        "mode": "online",
        "holders": [],
    }
    assert result["site_server_account"] == [r"CORP\CAS01$"]
    assert result["database"] == {"server": "cas01.corp.example", "instance": "", "name": "CM_CAS", "port": 1433}
    assert result["top_level_site"]["site_code"] == "CAS"
    assert isinstance(result["clock_offset_seconds"], float)
    assert play.writes() == []


def test_requests(play: Play) -> None:
    play.estate.request_log.clear()
    play.run("site_prerequisites", server=SCP01, site_code="CAS")
    assert play.estate.request_log.totals() == {"handshake": 2, "cim": 10}


@pytest.mark.parametrize("server", ["scp01", "scp02", "scp03", "scp04", "scp05", "scp06", "scp07", "scp08"])
def test_the_site_has_nothing_against_a_server_that_it_does_not_know(play: Play, server: str) -> None:
    assert found(play.run("site_prerequisites", server=f"{server}.corp.example", site_code="CAS")) == UNUSED


@pytest.mark.parametrize(
    ("server", "verdicts"),
    [
        ("cas01", {"other_roles": "warning"}),
        ("pri1", {"site_system": "failed", "other_roles": "warning"}),
        ("sec1", {"site_system": "failed", "other_roles": "warning"}),
    ],
)
def test_servers_of_the_hierarchy(play: Play, server: str, verdicts: dict[str, str]) -> None:
    assert found(play.run("site_prerequisites", server=f"{server}.corp.example", site_code="CAS")) == UNUSED | verdicts


@pytest.mark.parametrize(
    ("server", "verdicts"),
    [
        ("scp01", {}),
        ("sta01", {"site_server_pair": "failed", "other_roles": "warning"}),
        ("sta02", {"site_server_pair": "failed", "other_roles": "warning"}),
        ("sta03", {"other_roles": "warning"}),
    ],
)
def test_a_site_with_a_passive_server(play: Play, server: str, verdicts: dict[str, str]) -> None:
    result = play.run("site_prerequisites", "sta03", server=f"{server}.corp.example")
    assert found(result) == UNUSED | verdicts
    assert result["site_servers"] == ["sta01.corp.example", "sta02.corp.example"]
    assert result["site_server_account"] == [r"CORP\STA01$", r"CORP\STA02$"]
    # Its provider is on another host than its server, and only the server has the port.
    assert result["database"]["port"] is None


def test_a_child_site(play: Play) -> None:
    result = play.run("site_prerequisites", "pri1", server=SCP01, site_code="PR1")
    assert found(result) == UNUSED | {"top_level_site": "failed"}
    assert result["blocked"] is True
    assert "belongs to the top-level site CAS" in detail(result, "top_level_site")


def test_who_may_only_read_may_not_write(play: Play) -> None:
    result = play.run("site_prerequisites", server=SCP01, site_code="CAS", user=READER)
    assert found(result) == UNUSED | {"rights_write": "failed"}


def test_who_may_not_even_read(start_estate: StartEstate) -> None:
    text = r"""
domain: {dns: corp.example, netbios: CORP}
accounts: [{name: 'CORP\noaccess', password: Lab-Nobody-2026, administrator_of: all}]
machines: [{name: cas01, address: 127.0.10.11, os: "2022"}]
hierarchies: [{name: one, sites: [{code: CAS, name: Central, type: primary, server: cas01}]}]
"""
    play = Play(start_estate(text))
    for code in ("CAS", None):
        result = play.run("site_prerequisites", server=SCP01, user=NOBODY, site_code=code)
        assert found(result) == dict.fromkeys(TITLES, "skipped") | {"rights_read": "failed"}
        assert result["blocked"] is True
        assert "access denied" in detail(result, "rights_read")
        assert result["site_version"] is None


def test_who_may_not_use_winrm_is_not_told_of_roles_of_configuration_manager_alone(play: Play) -> None:
    result = play.run("site_prerequisites", server=SCP01, user=NOBODY, site_code="CAS")
    (check,) = [check for check in result["checks"] if check["status"] == "failed"]
    assert check["id"] == "rights_read"
    assert "does not let this account use WinRM" in check["detail"]
    assert "Remote Management Users" in check["remedy"]


def test_of_two_roles_it_says_which_one_works_and_how_to_remove_the_other(start_estate: StartEstate) -> None:
    gone = "old9.corp.example"
    found_rows = [f"{{site: CAS, server: {gone}, server_gone: true}}", "{site: PR1, server: pri1.corp.example, installed: false}"]
    listed = "".join(f"        - {row}\n" for row in found_rows)
    estate = yaml.safe_load(with_role("scp01"))
    estate["hierarchies"][0]["as_found"] = yaml.safe_load(f"roles:\n{listed}")
    play = Play(start_estate(yaml.safe_dump(estate)))
    result = play.run("site_prerequisites", server=SCP01, site_code="CAS")
    (check,) = [check for check in result["checks"] if check["id"] == "single_instance"]
    assert check["status"] == "failed"
    assert f"On {SCP01} SMS_DMP_DOWNLOADER is started" in check["detail"]
    assert re.search(rf"On {gone} [^:.]*SMS_DMP_DOWNLOADER[^:.]*, so that one does not work", check["detail"]), check["detail"]
    # Each on the host of its own site's SMS Provider.
    assert f"-e scp_provider=cas01.corp.example -e scp_server={gone}" in check["remedy"]
    assert "-e scp_provider=pri1.corp.example -e scp_server=pri1.corp.example" in check["remedy"]


def test_the_holder_is_named_and_a_move_may_take_the_role_from_it(play: Play) -> None:
    play.run("site_system", server=SCP01)
    play.run("service_connection_point", server=SCP01, mode="offline")
    other = play.run("site_prerequisites", server=SCP02, site_code="CAS")
    # The default estate has a gateway, a discovery and a tenant.
    assert found(other) == UNUSED | {"single_instance": "failed", "cloud_needs_role": "warning"}
    assert "cloud management gateway CORPCMG" in detail(other, "cloud_needs_role")
    assert f"on {SCP01} (site CAS)" in detail(other, "single_instance")
    assert (other["holders"], other["mode"]) == ([SCP01], "offline")
    remedy = next(check["remedy"] for check in other["checks"] if check["id"] == "single_instance")
    assert f"configmgr.scp.move -e scp_provider=cas01.corp.example -e scp_from={SCP01} -e scp_to={SCP02}" in remedy
    assert f"configmgr.scp.remove -e scp_provider=cas01.corp.example -e scp_server={SCP01}" in remedy
    online: dict[str, Any] = {"site_code": "CAS", "mode": "online"}
    assert found(play.run("site_prerequisites", server=SCP02, move=True, **online)) == UNUSED
    assert found(play.run("site_prerequisites", server=SCP01, **online)) == UNUSED


def test_a_role_in_place_costs_one_request(play: Play) -> None:
    play.run("site_system", server=SCP01)
    play.run("service_connection_point", server=SCP01)
    play.estate.request_log.clear()
    given: dict[str, Any] = {"server": SCP01, "site_code": "CAS", "skip_when_in_place": True}
    result = play.run("site_prerequisites", mode="online", **given)
    assert (result["in_place"], result["checks"], result["blocked"]) == (True, [], False)
    assert play.estate.request_log.totals()["cim"] == 1
    other = play.run("site_prerequisites", mode="offline", **given)
    assert other["in_place"] is False
    # A new proxy or account is checked again, existing ones are not.
    proxy: dict[str, Any] = {"enabled": True, "server": "proxy01.corp.example", "port": 8080}
    changed = play.run("site_prerequisites", mode="online", proxy=proxy, **given)
    assert (changed["in_place"], changed["proxy"]["port"]) == (False, 8080)
    play.run("site_system", server=SCP01, proxy=proxy)
    assert play.run("site_prerequisites", mode="online", proxy=proxy, **given)["in_place"] is True
    assert play.run("site_prerequisites", mode="online", installation_account="", **given)["in_place"] is True
    assert len(other["checks"]) == len(TITLES)


def test_an_update_that_is_being_installed(play: Play) -> None:
    play.hierarchy().state.updates[GUID].state = 196609
    assert found(play.run("site_prerequisites", server=SCP01, site_code="CAS")) == UNUSED | {"update_in_progress": "failed"}
    allowed = play.run("site_prerequisites", server=SCP01, site_code="CAS", allow_during_update=True)
    assert found(allowed) == UNUSED | {"update_in_progress": "warning"}
    assert allowed["blocked"] is False


def test_an_update_that_a_site_below_still_installs(play: Play) -> None:
    package = play.hierarchy().state.updates[GUID]
    package.state, package.site_states["PR1"] = 196612, 196620
    result = play.run("site_prerequisites", server=SCP01, site_code="CAS")
    assert found(result) == UNUSED | {"update_in_progress": "warning"}
    assert f"site PR1: {package.name} (INSTALL_INSTALLFILES)" in detail(result, "update_in_progress")


def test_accounts_of_the_site_system(play: Play) -> None:
    plan: dict[str, Any] = {
        "installation_account": ACCOUNT,
        "proxy": {"server": "proxy01.corp.example", "account": r"CORP\scpproxy"},
    }
    unused = {"cloud_needs_role": "skipped"}
    missing = {**unused, "installation_account_listed": "failed", "proxy_account_listed": "failed"}
    result = play.run("site_prerequisites", server=SCP05, site_code="CAS", **plan)
    assert found(result) == missing
    assert result["installation_account"] == ACCOUNT
    assert result["proxy"] == {"enabled": True, "server": "proxy01.corp.example", "port": 80, "account": r"CORP\scpproxy"}
    to_add = play.run("site_prerequisites", server=SCP05, site_code="CAS", accounts_to_add=[ACCOUNT, r"corp\SCPPROXY"], **plan)
    assert found(to_add) == unused
    play.run("site_account", name=ACCOUNT, password=PASSWORD)
    assert found(play.run("site_prerequisites", server=SCP05, site_code="CAS", **plan)) == {
        **unused,
        "proxy_account_listed": "failed",
    }
    # If nothing is planned, the existing configuration of the site is checked.
    play.run("site_system", server=SCP05, installation_account=ACCOUNT)
    assert found(play.run("site_prerequisites", server=SCP05, site_code="CAS")) == {**unused, "proxy_account_listed": "skipped"}


def test_a_site_system_whose_server_is_down(play: Play) -> None:
    play.run("site_system", server=SCP01)
    play.run("service_connection_point", server=SCP01)
    assert found(play.run("site_prerequisites", server=SCP01, site_code="CAS")) == UNUSED
    play.estate.faults.order("dead_machine", target="scp01")
    result = play.run("site_prerequisites", server=SCP01, site_code="CAS")
    assert found(result) == UNUSED | {"site_system": "warning"}
    assert "SMS Dmp Connector is critical and down since" in detail(result, "site_system")


def test_a_server_that_is_to_be_a_site_system_already(play: Play) -> None:
    given: dict[str, Any] = {"server": SCP01, "site_code": "CAS", "create_site_system": False}
    assert found(play.run("site_prerequisites", **given)) == UNUSED | {"site_system": "failed"}
    play.run("site_system", server=SCP01)
    assert found(play.run("site_prerequisites", **given)) == UNUSED


@pytest.mark.parametrize(
    ("class_name", "verdicts"),
    [
        ("SMS_RbacSecuredObject", {"rights_write": "warning"}),
        ("SMS_CM_UpdatePackages", {"update_in_progress": "warning"}),
        ("SMS_SCI_SiteDefinition", {}),
        ("SMS_SiteSystemSummarizer", {"site_system": "warning"}),
        ("SMS_SCI_Reserved", {"installation_account_listed": "warning"}),
    ],
)
def test_one_read_that_fails_leaves_the_others(play: Play, class_name: str, verdicts: dict[str, str]) -> None:
    play.run("site_system", server=SCP01)
    play.estate.faults.order("provider_error", target="CAS", class_name=class_name)
    result = play.run("site_prerequisites", server=SCP01, site_code="CAS", installation_account=ACCOUNT, accounts_to_add=[])
    expected = {
        "installation_account_listed": "failed",
        "proxy_account_listed": "skipped",
        "cloud_needs_role": "skipped",
    } | verdicts
    assert found(result) == expected
    assert all(detail(result, id).startswith("Cannot tell: ") for id in verdicts)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"server": "scp01"}, "is a short name"),
        ({"server": "scp01.corp.example&calc"}, "is not a DNS name"),
        ({"server": SCP01, "site_code": "C"}, "is not a site code"),
        ({"server": SCP01, "proxy": {"server": "p", "port": 0}}, "proxy.port: 0 is out of range; give a port from 1 to 65535"),
        ({"server": SCP01, "accounts_to_add": ["installer"]}, "is not an account name"),
        ({"server": SCP01, "installation_account": "a@b"}, "is not an account name"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(play: Play, given: dict[str, Any], words: str) -> None:
    play.estate.request_log.clear()
    assert words in play.refused("site_prerequisites", **given)
    assert play.estate.request_log.totals() == {}


def test_a_host_without_an_sms_provider_and_an_unknown_site(play: Play) -> None:
    assert "has no SMS Provider" in play.refused("site_prerequisites", "scp01", server=SCP01)
    assert "There is no site XYZ" in play.refused("site_prerequisites", server=SCP01, site_code="XYZ")
