"""What modules report for the faults of Windows, in both forms: of WinRM 2.0 (A) and of later versions (B)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Send
from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import READER, Play


class OlderPlay(Play):
    """For a site whose version has no such class: requests ask for a class that does not exist."""

    absent = ""

    def wrapped(self, send: Send) -> Send:
        old, new = self.absent.encode(), b"SMS_NoSuchClass"
        return lambda envelope: send(envelope.replace(old, new) if old else envelope)


@pytest.fixture(params=["A", "B"])
def play(request: pytest.FixtureRequest, start_estate: StartEstate) -> OlderPlay:
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    for machine in estate["machines"]:
        machine["fault_style"] = request.param
    return OlderPlay(start_estate(yaml.safe_dump(estate)))


def style_of(estate: Estate) -> str:
    return estate.description.machine("cas01").fault_style


def instance_of(name: str) -> dict[str, Any]:
    """The option ``class``, which is a keyword of Python."""
    return {"class": name}


def test_hosts_and_sites_that_do_not_exist(play: OlderPlay) -> None:
    assert "scp01.corp.example has no SMS Provider" in play.refused("cloud_service_info", "scp01")
    assert "scp01.corp.example has no SMS Provider" in play.refused("hierarchy_info", "scp01")
    for module in ("cloud_service_info", "site_update_info"):
        assert "There is no site XYZ" in play.refused(module, site_code="XYZ")


def test_a_site_of_an_older_version(play: OlderPlay) -> None:
    play.absent = "SMS_AzureService"
    assert play.run("cloud_service_info")["gateways"] is None
    # The site exists: it is not reported as missing, and the fault names the class.
    play.absent = "SMS_CM_UpdatePackages"
    with pytest.raises(CimFault) as caught:
        play.run("site_update_info")
    assert caught.value.kind is FaultKind.INVALID_CLASS
    assert "the class, its namespace or a property in the query does not exist" in str(caught.value)
    assert "0x8033801A ERROR_WSMAN_ENUMERATE_CANNOT_PROCESS_FILTER" in str(caught.value)


def test_a_users_query_may_be_wrong_itself(play: OlderPlay) -> None:
    with pytest.raises(CimFault) as caught:
        play.run("cim", query="SELECT * FROM Win32_Nothing")
    assert caught.value.kind is FaultKind.BAD_QUERY
    assert "the query is not valid, or its class does not exist" in str(caught.value)


def test_who_may_read_the_site_only(play: OlderPlay) -> None:
    message = play.refused("usage_data", level="full", user=READER)
    assert "security role that may modify the site" in message
    name = {"A": "0x80070005 E_ACCESSDENIED", "B": "0x80338105 ERROR_WSMAN_WMI_PROVIDER_ACCESS_DENIED"}[style_of(play.estate)]
    assert f"access denied ({name})" in message
    # Without Remote Enable on root/cimv2, WMI denies the classes of the server itself, such as its clock.
    play.estate.guard("cas01", "root/cimv2", lambda caller: caller.name != "scpreader")
    with pytest.raises(CimFault) as caught:
        play.run("cim", query="SELECT LocalDateTime FROM Win32_OperatingSystem", user=READER)
    assert (caught.value.kind, caught.value.code_name) == (FaultKind.ACCESS_DENIED, "ERROR_WSMAN_WMI_SVC_ACCESS_DENIED")
    assert play.run("site_update_info", user=READER)["site_code"] == "CAS"


def test_what_is_missing(play: OlderPlay) -> None:
    with pytest.raises(CimFault) as caught:
        play.run("cim", keys={"Name": "NoSuchService"}, **instance_of("Win32_Service"))
    assert caught.value.kind is FaultKind.NOT_FOUND
    assert caught.value.missing == ("instance" if style_of(play.estate) == "A" else "")
    with pytest.raises(CimFault) as caught:
        play.run("cim", keys={"Name": "x"}, **instance_of("Win32_Nothing"))
    assert caught.value.kind is (FaultKind.NOT_FOUND if style_of(play.estate) == "A" else FaultKind.INVALID_CLASS)


def test_a_quota(play: OlderPlay) -> None:
    play.estate.faults.order("quota", machine="cas01", count=1)
    with pytest.raises(CimFault) as caught:
        play.run("hierarchy_info")
    assert caught.value.kind is FaultKind.QUOTA
    assert "a quota of the server is exhausted (0x803381A6 ERROR_WSMAN_QUOTA_MAX_OPERATIONS)" in str(caught.value)
