"""endpoint_check over WinRM, with the lab's curl.exe and internet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.task import Result
from ansible_collections.configmgr.scp.plugins.modules.endpoint_check import SPEC
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import read_arguments
from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.modules.conftest import READER, Play

PROXY = {"server": "proxy01.corp.example", "port": 8080}
# Where Windows keeps the proxy of WinHTTP, and the documented value of a direct connection.
CONNECTIONS = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"
DIRECT = bytes.fromhex("1800000000000000010000000000000000000000")
STRICT_PROXY = {"server": "proxy02.corp.example", "port": 3128}


def by_id(result: Result) -> dict[str, dict[str, Any]]:
    found = {check["id"]: check for check in result["checks"]}
    assert len(found) == len(result["checks"])
    return found


def data(result: Result, host: str, port: int = 443) -> dict[str, Any]:
    found = [entry for entry in result["endpoints"] if (entry["host"], entry["port"]) == (host, port)]
    assert len(found) == 1
    return dict(found[0])


def changed_estate(**machines: dict[str, Any]) -> str:
    """The default estate with other settings of some machines."""
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    for machine in estate["machines"]:
        machine.update(machines.get(machine["name"], {}))
    return yaml.safe_dump(estate, sort_keys=False)


def actions(play: Play) -> list[str]:
    return [record.action.rpartition("/")[2] for record in play.estate.request_log.records() if record.action]


def test_a_good_server_reaches_everything(play: Play) -> None:
    result = play.run("endpoint_check", "scp01", features=["updates", "usage", "tenant_attach"], site_version="2609")
    assert result["changed"] is False
    assert result["blocked"] is False
    assert result["counts"]["failed"] == result["counts"]["warning"] == 0
    assert result["counts"]["passed"] > 25
    checks = by_id(result)
    assert checks["endpoint_go_microsoft_com_443"]["status"] == "passed"
    assert checks["endpoint_go_microsoft_com_443"]["required"] is True
    assert checks["endpoint_crl3_digicert_com_80"]["required"] is False
    assert checks["endpoint_any_akamaiedge_net_443"]["status"] == "skipped"
    found = data(result, "sccm.manage.microsoft.com")
    assert (found["result"], found["pattern"], found["http_status"]) == ("reachable", "*.manage.microsoft.com", 200)
    assert found["features"] == ["updates", "usage", "tenant_attach"]
    assert "DigiCert" in found["issuer"]


def test_five_requests_however_many_endpoints(play: Play) -> None:
    for features in (["console_notifications"], SPEC["argument_spec"]["features"]["choices"]):
        play.estate.request_log.clear()
        play.run("endpoint_check", "scp01", features=features)
        sent = actions(play)
        # One more for the proxy of Windows itself, where a feature needs it.
        assert sent.count("GetBinaryValue") == ("certificates" in features)
        sent = [action for action in sent if action != "GetBinaryValue"]
        assert [action for action in sent if action != "Receive"] == ["Create", "Command", "Send", "Delete"]
        # Each further Receive is later output: the transfers end at different times.
        assert sent.count("Receive") <= 12


def test_without_a_way_out_everything_fails_but_not_offline(play: Play) -> None:
    online = play.run("endpoint_check", "scp06", timeout=2)
    assert online["blocked"] is True
    assert by_id(online)["endpoint_go_microsoft_com_443"]["status"] == "failed"
    assert {entry["result"] for entry in online["endpoints"]} == {"timeout", None}
    offline = play.run("endpoint_check", "scp06", timeout=2, mode="offline")
    assert offline["blocked"] is False
    assert offline["counts"]["failed"] == 0
    assert by_id(offline)["endpoint_go_microsoft_com_443"]["status"] == "warning"
    assert not any(check["required"] for check in offline["checks"])


def test_through_the_proxy(play: Play) -> None:
    result = play.run("endpoint_check", "scp06", proxy=PROXY)
    assert result["blocked"] is False
    assert result["counts"]["failed"] == 0
    assert "through the proxy proxy01.corp.example:8080" in by_id(result)["endpoint_go_microsoft_com_443"]["detail"]
    direct = play.run("endpoint_check", "scp06", proxy={**PROXY, "enabled": False}, timeout=2)
    assert direct["blocked"] is True


def test_revocation_lists_are_downloaded_through_the_proxy_of_windows(play: Play) -> None:
    # scp06 reaches the internet only through a proxy, which WinHTTP has; scp01 reaches it directly.
    result = play.run("endpoint_check", "scp06", features=["tenant_attach"], timeout=2)
    found = data(result, "crl3.digicert.com", 80)
    assert (found["result"], found["proxy"], found["proxy_setting"]) == ("reachable", "proxy01.corp.example:8080", "system")
    assert "through the WinHTTP proxy proxy01.corp.example:8080" in by_id(result)[found["id"]]["detail"]
    assert data(result, "aka.ms")["result"] == "timeout"
    assert data(result, "aka.ms")["proxy"] is None
    direct = play.run("endpoint_check", "scp01", features=["certificates"], proxy=STRICT_PROXY)
    assert direct["counts"]["failed"] == 0
    assert {entry["proxy"] for entry in direct["endpoints"]} == {None}
    detail = by_id(direct)["endpoint_crl3_digicert_com_80"]["detail"]
    assert "without a proxy, as WinHTTP on this server is set" in detail


def test_the_proxy_of_the_site_system_does_not_help_windows(start_estate: Callable[..., Estate]) -> None:
    # The proxy is set for the site only: everything else passes, the revocation lists do not.
    estate = start_estate()
    estate.machine("scp06").registry.set(CONNECTIONS, "WinHttpSettings", DIRECT)
    result = Play(estate).run("endpoint_check", "scp06", features=["tenant_attach"], proxy=PROXY, timeout=2)
    assert data(result, "aka.ms")["result"] == "reachable"
    check = by_id(result)["endpoint_crl3_digicert_com_80"]
    assert (check["status"], check["required"], result["blocked"]) == ("failed", False, False)
    assert "netsh winhttp set proxy" in check["remedy"]


def test_one_run_of_curl_where_both_have_the_same_proxy(play: Play) -> None:
    result = play.run("endpoint_check", "scp06", features=["tenant_attach"], proxy=PROXY)
    assert result["counts"]["failed"] == 0
    assert actions(play).count("Command") == 1
    assert {entry["proxy"] for entry in result["endpoints"] if entry["result"]} == {"proxy01.corp.example:8080"}


def test_a_setting_of_windows_that_cannot_be_evaluated_is_said(start_estate: Callable[..., Estate]) -> None:
    estate = start_estate()
    estate.machine("scp01").registry.set(CONNECTIONS, "WinHttpSettings", b"\x18\0\0\0")
    result = Play(estate).run("endpoint_check", "scp01", features=["tenant_attach"])
    check = by_id(result)["endpoint_crl3_digicert_com_80"]
    assert check["status"] == "warning"
    assert "the registry value WinHttpSettings is too short" in check["detail"]
    assert "netsh winhttp show proxy" in check["remedy"]
    assert data(result, "crl3.digicert.com", 80)["result"] is None
    assert by_id(result)["endpoint_aka_ms_443"]["status"] == "passed"


def test_a_proxy_that_asks_who_is_there(play: Play) -> None:
    without = play.run("endpoint_check", "scp06", proxy=STRICT_PROXY)
    assert by_id(without)["endpoint_go_microsoft_com_443"]["status"] == "failed"
    assert data(without, "go.microsoft.com")["result"] == "proxy_authentication"
    assert data(without, "go.microsoft.com")["http_status"] == 407
    declared = play.run("endpoint_check", "scp06", proxy={**STRICT_PROXY, "account": r"CORP\scpproxy"})
    check = by_id(declared)["endpoint_go_microsoft_com_443"]
    assert check["status"] == "warning"
    assert check["detail"].startswith("Cannot tell: the proxy proxy02.corp.example:3128")
    assert declared["blocked"] is False


def test_a_proxy_that_is_not_there(play: Play) -> None:
    unknown = play.run("endpoint_check", "scp01", proxy={"server": "proxy09.corp.example"})
    assert data(unknown, "go.microsoft.com")["result"] == "name_resolution"
    refused = play.run("endpoint_check", "scp01", proxy={**PROXY, "port": 81})
    assert data(refused, "go.microsoft.com")["result"] == "refused"
    assert "The proxy proxy01.corp.example:81 refused" in by_id(refused)["endpoint_go_microsoft_com_443"]["detail"]


RULES = {
    "go.microsoft.com": ("problem: name_resolution", "name_resolution", "failed"),
    "download.microsoft.com": ("problem: refused", "refused", "failed"),
    "download.visualstudio.microsoft.com": ("problem: timeout", "timeout", "failed"),
    "definitionupdates.microsoft.com": ("problem: tls_version", "tls_version", "failed"),
    "cmbitsstore.blob.core.windows.net": ("problem: untrusted", "untrusted_certificate", "failed"),
    "aka.ms": ("problem: expired", "untrusted_certificate", "failed"),
    "configmgrbits.azureedge.net": ("problem: wrong_name", "untrusted_certificate", "failed"),
    "sccm.manage.microsoft.com": (
        "problem: intercepted, issuer: 'CN=Corp CA', trusted: true",
        "intercepted_certificate",
        "warning",
    ),
    "configmgrbits.cdn.manage.microsoft.com": ("problem: intercepted, issuer: 'CN=Corp CA'", "untrusted_certificate", "failed"),
    "download.windowsupdate.com": ("status: 451", "blocked_page", "failed"),
    "umwatsonc.events.data.microsoft.com": ("problem: reset", "other", "failed"),
    "ceuswatcab01.blob.core.windows.net": ("problem: revocation_offline", "reachable", "passed"),
    "ceuswatcab02.blob.core.windows.net": ("status: 404", "reachable", "passed"),
    "eaus2watcab01.blob.core.windows.net": ("status: 426", "tls_version", "failed"),
}


@pytest.fixture
def troubled(start_estate: Callable[..., Estate]) -> Play:
    """The default estate, where the internet answers scp01 and the German scp03 in every possible way."""
    rules = [{"host": host, **yaml.safe_load(f"{{{rule}}}")} for host, (rule, _, _) in RULES.items()]
    internet = {"internet": {"endpoints": rules}}
    return Play(start_estate(changed_estate(scp01=internet, scp03=internet)))


@pytest.mark.parametrize("machine", ["scp01", "scp03"])
def test_what_is_in_the_way_is_told_apart(troubled: Play, machine: str) -> None:
    result = troubled.run("endpoint_check", machine, timeout=5)
    checks = by_id(result)
    told = {}
    for host in RULES:
        entry = data(result, host)
        told[host] = (entry["result"], checks[entry["id"]]["status"])
    assert told == {host: (reach, status) for host, (_, reach, status) in RULES.items()}
    assert result["blocked"] is True
    assert checks["endpoint_aka_ms_443"]["required"] is False
    assert all(bool(check["remedy"]) == (check["status"] != "passed") for check in result["checks"])
    assert "(CN=Corp CA)" in checks["endpoint_sccm_manage_microsoft_com_443"]["detail"]


def test_a_server_without_curl(play: Play) -> None:
    result = play.run("endpoint_check", "scp04")
    assert {check["status"] for check in result["checks"]} == {"skipped"}
    assert "there is no curl.exe on this server" in by_id(result)["endpoint_go_microsoft_com_443"]["detail"]
    assert result["blocked"] is False
    assert {entry["result"] for entry in result["endpoints"]} == {None}


def test_a_curl_that_is_too_old(start_estate: Callable[..., Estate]) -> None:
    play = Play(start_estate(changed_estate(scp01={"software": {"curl": "7.55.1"}})))
    result = play.run("endpoint_check", "scp01")
    check = by_id(result)["endpoint_go_microsoft_com_443"]
    assert check["status"] == "warning"
    assert check["detail"].startswith("Cannot tell: the server's curl is too old or refuses to run (curl: option --")
    assert result["blocked"] is False
    ports = play.run("port_check", "scp01", targets=[{"host": "cas01.corp.example", "port": 1433}])
    assert ports["checks"][0]["detail"].startswith("Cannot tell: the server's curl is too old")


def test_no_administrator_is_needed(play: Play) -> None:
    # Members of Remote Management Users also have shells.
    assert play.run("endpoint_check", "scp01", user=READER)["counts"]["passed"] > 0


def test_the_total_limit_ends_it(start_estate: Callable[..., Estate]) -> None:
    # In real time, so that curl is still waiting for silent addresses when its time limit is reached.
    play = Play(start_estate(pace=1.0))
    result = play.run("endpoint_check", "scp06", timeout=30, total_timeout=1)
    check = by_id(result)["endpoint_go_microsoft_com_443"]
    assert (check["status"], check["detail"]) == ("warning", "Cannot tell: curl had not finished after 1 s, and was stopped.")
    assert actions(play)[-2:] == ["Receive", "Delete"]
    assert result["blocked"] is False


def test_further_addresses_are_required(play: Play) -> None:
    named = ["Gateway.CorpCMG.example", "proxyless.example:80", "go.microsoft.com"]
    result = play.run("endpoint_check", "scp01", features=["updates"], endpoints=named)
    checks = by_id(result)
    assert checks["endpoint_gateway_corpcmg_example_443"]["required"] is True
    assert checks["endpoint_gateway_corpcmg_example_443"]["title"] == "gateway.corpcmg.example:443 (named in the task)"
    assert data(result, "proxyless.example", 80)["result"] == "reachable"
    assert data(result, "go.microsoft.com")["features"] == ["updates"]


def test_a_version_newer_than_the_table_is_a_warning(play: Play) -> None:
    result = play.run("endpoint_check", "scp01", features=["console_notifications"], site_version="5.00.9999.1000")
    assert result["checks"][0]["id"] == "endpoint_table"
    assert result["checks"][0]["status"] == "warning"
    assert result["blocked"] is False


def test_the_governments_cloud(play: Play) -> None:
    result = play.run("endpoint_check", "scp01", features=["azure"], azure_cloud="us_government")
    assert {entry["host"] for entry in result["endpoints"]} == {"management.usgovcloudapi.net", "login.microsoftonline.us"}


def test_no_shell_stays_open(play: Play) -> None:
    play.run("endpoint_check", "scp01")
    play.run("endpoint_check", "scp04")
    created, deleted = actions(play).count("Create"), actions(play).count("Delete")
    assert created == deleted == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"endpoints": ["a&calc.exe"]}, "endpoints: 'a&calc.exe' is not a host"),
        ({"endpoints": ['a"b']}, "is not a host"),
        ({"endpoints": ["a.example:0"]}, "endpoints: 0 is not a TCP port"),
        ({"endpoints": ["a.example:x"]}, "is not a TCP port"),
        ({"endpoints": ["%TEMP%"]}, "percent sign"),
        ({"proxy": {}}, "proxy: server is missing"),
        ({"proxy": {"server": "a b"}}, "proxy.server: 'a b' is not a host"),
        ({"proxy": {"server": "proxy", "port": 65536}}, "proxy.port: 65536 is out of range"),
        ({"proxy": {"server": "proxy", "account": "nobody"}}, "proxy.account: 'nobody' is not an account name"),
        ({"site_version": "tomorrow"}, "site_version: 'tomorrow' is no"),
        ({"timeout": 0}, "timeout: 0 is out of range; give seconds from 1 to 300."),
        ({"total_timeout": 3601}, "total_timeout: 3601 is out of range"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(play: Play, given: dict[str, Any], message: str) -> None:
    assert message in play.refused("endpoint_check", "scp01", **given)
    assert play.estate.request_log.records() == ()


def test_an_unknown_feature_is_refused_with_those_there_are() -> None:
    error = read_arguments(SPEC, {"features": ["update"]}).error
    assert error is not None
    assert "update" in error
    assert "windows_servicing" in error
