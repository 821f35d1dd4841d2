from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import PREFLIGHT
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportError
from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance
from lab.cim.provider import Call, Provider
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import READER, Play

CAS01, STA01, STA02 = r"CORP\CAS01$", r"CORP\STA01$", r"CORP\STA02$"
GIVEN: dict[str, Any] = {
    "site_version": "5.00.9152.1000",
    "site_server": "cas01.corp.example",
    "site_server_account": CAS01,
    "required_free_space_gib": 10,
}
IDS = (
    "operating_system",
    "operating_system_support",
    "server_core",
    "domain_member",
    "server_name",
    "dotnet_release",
    "dotnet_35",
    "vc_runtime",
    "odbc_driver",
    "native_client",
    "tls_dotnet_64",
    "tls_dotnet_32",
    "pending_restart",
    "no_sms_on_drive",
    "free_space",
    "clock_difference",
    "sms_executive",
    "root_certificates",
    "administrator_rights",
)
# The lab's time runs faster than the controller's, so the clock has separate tests.
NO_CLOCK = {"clock_difference": "skipped"}
NEW_SERVER = {
    **dict.fromkeys(IDS, "passed"),
    **NO_CLOCK,
    "server_name": "skipped",
    "native_client": "skipped",
    "sms_executive": "skipped",
}

# The results of each candidate of the default estate for site version 2609 of hierarchy one.
VERDICTS: dict[str, dict[str, str]] = {
    "scp01": NEW_SERVER,
    "scp02": NEW_SERVER,
    "scp03": NEW_SERVER,
    "scp04": {
        **NEW_SERVER,
        "operating_system": "failed",
        "operating_system_support": "failed",
        "dotnet_release": "failed",
        "dotnet_35": "failed",
        "vc_runtime": "warning",
        "odbc_driver": "failed",
        "tls_dotnet_64": "failed",
        "tls_dotnet_32": "failed",
        "pending_restart": "failed",
        "root_certificates": "failed",
    },
    "scp05": {**NEW_SERVER, "administrator_rights": "failed"},
    "scp06": {**NEW_SERVER, "administrator_rights": "warning"},
    "scp07": {
        **NEW_SERVER,
        "server_core": "failed",
        "odbc_driver": "failed",
        "pending_restart": "failed",
        "free_space": "failed",
        "root_certificates": "warning",
    },
    "cas01": {**NEW_SERVER, "sms_executive": "passed"},
}


def statuses(result: Result) -> dict[str, str]:
    return {check["id"]: check["status"] for check in result["checks"]}


def check(result: Result, id: str) -> dict[str, Any]:
    return next(found for found in result["checks"] if found["id"] == id)


def test_each_check_may_be_accepted_by_its_id() -> None:
    assert set(IDS) <= PREFLIGHT.named()


@pytest.mark.parametrize("server", VERDICTS)
def test_the_verdicts_on_each_candidate(play: Play, server: str) -> None:
    result = play.run("server_prerequisites", server, **GIVEN)
    assert statuses(result) == VERDICTS[server]
    assert result["changed"] is False
    assert result["blocked"] is ("failed" in VERDICTS[server].values())
    assert result["server"] == f"{server}.corp.example"
    assert sum(result["counts"].values()) == len(IDS)
    for found in result["checks"]:
        assert found["detail"]
        assert bool(found["remedy"]) is (found["status"] in ("failed", "warning")), found
    assert play.writes() == []


def test_another_computer_answers(play: Play) -> None:
    right = check(play.run("server_prerequisites", "scp02", **GIVEN, server="SCP02.corp.example"), "server_name")
    assert (right["status"], right["detail"]) == ("passed", "scp02.corp.example answered.")
    result = play.run("server_prerequisites", "scp02", **GIVEN, server="scp05.corp.example")
    wrong = check(result, "server_name")
    assert (wrong["status"], result["blocked"]) == ("warning", False)
    assert "scp05.corp.example was requested, but scp02.corp.example answered" in wrong["detail"]
    assert "ansible_host of scp05.corp.example" in wrong["remedy"]


def test_a_server_has_the_clock_of_the_site_server_that_it_is(play: Play) -> None:
    one = check(play.run("server_prerequisites", "cas01", **GIVEN, site_clock_offset_seconds=-9000.0), "clock_difference")
    assert (one["status"], one["detail"]) == ("skipped", "This server is the site server.")


def test_a_workstation_without_a_domain(start_estate: StartEstate) -> None:
    play = Play(start_estate(pace=1.0))
    result = play.run("server_prerequisites", "scp08", user="localadmin", **GIVEN)
    found = statuses(result)
    assert (found["operating_system"], found["domain_member"]) == ("failed", "failed")
    assert "is not a server" in check(result, "operating_system")["detail"]
    assert result["server"] == "scp08"


def test_one_login_and_at_most_thirty_two_requests(play: Play) -> None:
    for server, requests in (("scp01", 30), ("scp02", 27), ("scp07", 32)):
        play.estate.request_log.clear()
        play.run("server_prerequisites", server, **GIVEN)
        assert play.estate.request_log.totals() == {"handshake": 2, "cim": requests}


@pytest.mark.parametrize(("server", "status", "requests"), [("scp02", "warning", 28), ("scp07", "warning", 33)])
def test_an_older_site_uses_the_native_client(play: Play, server: str, status: str, requests: int) -> None:
    result = play.run("server_prerequisites", server, **{**GIVEN, "site_version": "5.00.9141.1000"})
    found = check(result, "native_client")
    assert (found["status"], found["required"]) == (status, False)
    assert ("11.2.5058.0 is installed" in found["detail"]) is (server == "scp07")
    # One request more than for a site that does not use it.
    assert play.estate.request_log.totals()["cim"] == requests


def test_the_end_of_support_goes_by_the_server_s_own_clock(play: Play) -> None:
    machine = play.estate.machine("scp02")
    for day, status in ((datetime(2034, 5, 1), "passed"), (datetime(2034, 7, 1), "warning"), (datetime(2035, 1, 1), "failed")):
        machine.clock_offset = timedelta()
        machine.clock_offset = day.replace(tzinfo=UTC) - machine.now()
        found = check(play.run("server_prerequisites", "scp02", **GIVEN), "operating_system_support")
        assert (found["status"], found["required"]) == (status, False)
        assert "2034-11-14" in found["detail"]
        assert ("2403 or later is refused" in found["remedy"]) is (status != "passed")


def test_a_root_that_has_expired_by_the_server_s_own_clock_is_not_missed(play: Play) -> None:
    machine = play.estate.machine("scp07")
    assert statuses(play.run("server_prerequisites", "scp07", **GIVEN))["root_certificates"] == "warning"
    machine.clock_offset = timedelta(days=365 * 14)
    assert statuses(play.run("server_prerequisites", "scp07", **GIVEN))["root_certificates"] == "passed"


def test_a_reader_sees_the_same_but_for_services(play: Play) -> None:
    result = play.run("server_prerequisites", "scp02", user=READER, **GIVEN)
    assert statuses(result) == VERDICTS["scp02"] | {"sms_executive": "warning"}
    # Never "not installed": Windows shows services to administrators only.
    assert "Cannot tell" in check(result, "sms_executive")["detail"]
    assert "access denied" in check(result, "sms_executive")["detail"]


def test_the_drive_is_named(play: Play) -> None:
    result = play.run("server_prerequisites", "scp01", **GIVEN)
    assert "NO_SMS_ON_DRIVE.SMS is on C:; the role's files would go to D:" in check(result, "no_sms_on_drive")["detail"]
    assert (
        check(play.run("server_prerequisites", "scp01", **{**GIVEN, "required_free_space_gib": 151}), "free_space")["status"]
        == "failed"
    )


def test_a_localised_group_with_an_orphan_and_a_group(play: Play) -> None:
    result = play.run("server_prerequisites", "scp03", **GIVEN)
    detail = check(result, "administrator_rights")["detail"]
    assert rf"{CAS01} is a member of Administratoren." in detail
    assert "no longer resolve are left out: S-1-5-21-1004336348-1177238915-682003330-1234" in detail


@pytest.mark.parametrize(
    ("server", "accounts", "installer", "status"),
    [
        ("scp05", [CAS01], r"CORP\scpinstall", "passed"),
        ("scp05", [CAS01], r"CORP\scpreader", "failed"),
        ("scp05", [], r"CORP\scpinstall", "passed"),
        ("scp05", [STA01, STA02], r"CORP\scpinstall", "warning"),
        ("scp01", [STA01, STA02], None, "passed"),
        ("sta03", [STA01, STA02], None, "passed"),
        ("pri1", [CAS01, STA02], None, "failed"),
        ("scp06", [CAS01], r"CORP\scpinstall", "warning"),
        ("scp01", [], None, "warning"),
    ],
)
def test_either_account_is_enough(play: Play, server: str, accounts: list[str], installer: str | None, status: str) -> None:
    given = {**GIVEN, "site_server_account": accounts, **({"installation_account": installer} if installer else {})}
    assert statuses(play.run("server_prerequisites", server, **given))["administrator_rights"] == status


def test_the_clocks(start_estate: StartEstate) -> None:
    play = Play(start_estate(pace=1.0))
    for server, status, offset in (("scp01", "passed", 0.0), ("scp07", "failed", 600.0)):
        result = play.run("server_prerequisites", server, site_clock_offset_seconds=0.0, **GIVEN)
        assert statuses(result)["clock_difference"] == status
        assert result["clock_offset_seconds"] == pytest.approx(offset, abs=30)
    result = play.run("server_prerequisites", "scp07", site_clock_offset_seconds=600.0, **GIVEN)
    assert statuses(result)["clock_difference"] == "passed"


@pytest.mark.parametrize("server", ["scp01", "scp04"])
def test_a_site_newer_than_the_tables(play: Play, server: str) -> None:
    result = play.run("server_prerequisites", server, **{**GIVEN, "site_version": "5.00.9200.1000"})
    for id in ("operating_system", "dotnet_release", "vc_runtime", "odbc_driver"):
        assert check(result, id)["status"] == "warning"
        assert "5.00.9200.1000 is newer than the collection's tables" in check(result, id)["detail"]
        assert check(result, id)["remedy"]


def test_a_stopped_service(play: Play) -> None:
    play.estate.machine("cas01").services["SMS_EXECUTIVE"].state = "Stopped"
    assert statuses(play.run("server_prerequisites", "cas01", **GIVEN))["sms_executive"] == "failed"


class Refusing(Provider):
    """A class that WMI does not let the account read."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        raise CimError(Wbem.ACCESS_DENIED, "Access denied")


@pytest.mark.parametrize(
    ("refused", "ids"),
    [
        ("Win32_ComputerSystem", {"domain_member", "administrator_rights"}),
        ("Win32_OperatingSystem", {"operating_system", "operating_system_support", "clock_difference"}),
        ("Win32_LogicalDisk", {"no_sms_on_drive", "free_space"}),
        ("CIM_DataFile", {"no_sms_on_drive"}),
        ("Win32_Service", {"sms_executive"}),
        ("Win32_Group", {"administrator_rights"}),
        ("Win32_GroupUser", {"administrator_rights"}),
    ],
)
def test_a_class_that_is_refused_spoils_its_checks_only(play: Play, refused: str, ids: set[str]) -> None:
    play.estate.machine("scp02").repository.register("root/cimv2", refused, Refusing())
    result = play.run("server_prerequisites", "scp02", **GIVEN)
    told = {found["id"] for found in result["checks"] if found["detail"].startswith("Cannot tell: ")}
    assert told == ids
    assert result["blocked"] is False
    for found in result["checks"]:
        assert found["id"] in ids or found["status"] == NEW_SERVER[found["id"]]


def test_an_answer_that_cannot_be_read_spoils_its_check_only(play: Play) -> None:
    play.estate.faults.order("garbage", machine="scp02", action="StdRegProv/EnumKey")
    result = play.run("server_prerequisites", "scp02", **GIVEN)
    assert [found["id"] for found in result["checks"] if found["status"] == "warning"] == ["root_certificates"]


def test_a_lost_server_is_no_list_of_warnings(play: Play) -> None:
    play.estate.faults.order("dead_machine", target="scp02")
    with pytest.raises(TransportError):
        play.run("server_prerequisites", "scp02", **GIVEN)


DIRECTORY = {"server": "dc01.corp.example", "user": "reader", "password": "Not-Shown-2026"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"site_version": "latest"}, "site_version: 'latest' is not a version; give the site's version such as 5.00.9152.1000"),
        ({"site_version": "2601"}, "site_version: there is no version 2601; the versions are 2002"),
        ({"site_server": ["cas01"]}, "site_server: 'cas01' is a short name"),
        ({"site_server_account": ["CAS01$"]}, r"site_server_account: 'CAS01$' is not an account name; give it as DOMAIN\user"),
        ({"installation_account": "a@corp.example"}, "installation_account: 'a@corp.example' is not an account name"),
        ({"required_free_space_gib": -1}, "required_free_space_gib: -1 is out of range; give GiB from 0"),
        ({"directory": {**DIRECTORY, "server": "dc 01"}}, "directory.server: 'dc 01' is not a host"),
        ({"directory": {**DIRECTORY, "port": 65536}}, "directory.port: 65536 is out of range"),
        ({"directory": {**DIRECTORY, "timeout": 0}}, "directory.timeout: 0 is out of range; give seconds from 1 to 300"),
        ({"directory": {**DIRECTORY, "password": ""}}, "directory.password is empty; give a value"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(play: Play, given: dict[str, Any], words: str) -> None:
    assert words in play.refused("server_prerequisites", "scp02", **{**GIVEN, **given})
    assert play.estate.request_log.records() == ()


def test_a_directory_is_not_asked_where_it_is_not_needed(play: Play) -> None:
    # Nothing listens there: a request would fail.
    nowhere = {**DIRECTORY, "server": "127.0.0.1", "port": 1, "timeout": 2}
    for server, status in (("scp01", "passed"), ("scp03", "passed"), ("scp05", "failed"), ("scp06", "warning")):
        result = play.run("server_prerequisites", server, directory=nowhere, **GIVEN)
        found = check(result, "administrator_rights")
        assert found["status"] == status
        assert ("the directory 127.0.0.1 cannot be queried" in found["detail"]) is (server == "scp06")
        assert DIRECTORY["password"] not in str(result)
