"""Sites, accounts, status messages, summarizers, updates and cloud classes through the SMS Provider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.model import Instance
from lab.cim.provider import Call
from lab.cim.wql import Select, parse
from lab.cim.wql_bind import bind
from lab.configmgr import updates
from lab.estate_file import reader as estate_reader
from lab.winrm.message import Caller
from tests.unit.lab_configmgr.conftest import ESTATE, SmallEstate

GUID = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"


def test_sites_and_the_top(cas: Any, pr1: Any) -> None:
    for site in (cas, pr1):
        rows = {i["SiteCode"]: (i["Type"], i["ReportingSiteCode"], i["ServerName"]) for i in site.all("SMS_Site")}
        assert rows == {
            "CAS": (4, "", "cas01.corp.example"),
            "PR1": (2, "CAS", "pri1.corp.example"),
            "SE1": (1, "PR1", "sec1.corp.example"),
        }


def test_provider_location_and_identification(estate: Any, st1: Any) -> None:
    repository = estate.machine("sta03").repository
    cls = repository.find_class("root/sms", "SMS_ProviderLocation")
    rows = list(repository.provider("root/sms", cls).enumerate(st1.call(), cls))
    assert [(r["Machine"], r["SiteCode"], r["NamespacePath"], r["ProviderForLocalSite"]) for r in rows] == [
        ("sta03.corp.example", "ST1", r"\\sta03.corp.example\root\sms\site_ST1", True)
    ]
    identity = st1.all("SMS_Identification")[0]
    assert (identity["SMSSiteServer"], identity["SMSBuildNumber"]) == ("sta01.corp.example", 9152)
    version = st1.invoke("SMS_Identification", "GetProviderVersion")
    assert version == {"VersionString": identity["SMSVersion"], "ReturnValue": 0}
    assert st1.invoke("SMS_Identification", "GetSiteType") == {"SiteType": 2, "ReturnValue": 0}


def locations(estate: Any, name: str) -> list[tuple[str, str, bool]]:
    """The rows of SMS_ProviderLocation of a machine: machine, site code, whether it is the local site."""
    repository = estate.machine(name).repository
    cls = repository.find_class("root/sms", "SMS_ProviderLocation")
    rows = repository.provider("root/sms", cls).enumerate(Call(Caller("admin", "CORP"), "root/sms"), cls)
    return [(row["Machine"], row["SiteCode"], row["ProviderForLocalSite"]) for row in rows]


def test_both_site_servers_tell_where_the_provider_is_and_have_none(estate: Any) -> None:
    for name in ("sta01", "sta02"):
        assert locations(estate, name) == [("sta03.corp.example", "ST1", True)]
        assert not estate.machine(name).repository.has_namespace("root/sms/site_ST1")
        assert name in [machine.partition(".")[0] for machine, prefix, _ in estate.guards if prefix == "root/sms"]


def test_a_machine_that_serves_two_sites_is_local_to_its_own() -> None:
    text = ESTATE.replace("type: cas, server: cas01}", "type: cas, server: cas01, provider: [sta03, pri1]}")
    estate = SmallEstate(estate_reader.parse(text, "test estate"))
    assert locations(estate, "pri1") == [("pri1.corp.example", "CAS", False), ("pri1.corp.example", "PR1", True)]
    assert locations(estate, "sta03") == [("sta03.corp.example", "CAS", True), ("sta03.corp.example", "ST1", False)]
    assert locations(estate, "cas01") == [("sta03.corp.example", "CAS", True)]


def test_only_the_providers_machine_has_the_namespace(estate: Any) -> None:
    for name in ("scp01", "sec1"):
        assert not estate.machine(name).repository.has_namespace("root/sms")
    assert estate.machine("cas01").repository.has_namespace("root/sms/site_CAS")
    assert not estate.machine("cas01").repository.has_namespace("root/sms/site_PR1")


def account(site: Any, reserved2: str, user: str = "CORP\\installer", **other: Any) -> Any:
    values = {
        "FileType": 2,
        "ItemName": f"{user}| 0",
        "ItemType": "User",
        "SiteCode": "CAS",
        "UserName": user,
        "Availability": 0,
        "Reserved2": reserved2,
    }
    return site.new("SMS_SCI_Reserved", **{**values, **other})


def encrypted_by(site: Any, text: str, code: str = "CAS") -> Any:
    """What EncryptData returns for the bytes of a text."""
    return site.invoke("SMS_Site", "EncryptData", Data=list(text.encode("utf-16-le")), SiteCode=code)["EncryptedData"]


def test_accounts_hold_encrypted_passwords_only(cas: Any, pr1: Any) -> None:
    first = cas.invoke("SMS_Site", "EncryptDataEx", Data="Lab-Install-1", SiteCode="CAS")["EncryptedData"]
    second = encrypted_by(cas, "Lab-Install-1")
    assert first != second
    assert "Lab" not in str(first)
    cas.create(account(cas, str(first)))
    assert [i["UserName"] for i in pr1.all("SMS_SCI_Reserved")] == ["CORP\\installer"]
    with pytest.raises(CimError) as caught:
        cas.create(account(cas, str(second)))
    assert caught.value.code == Wbem.ALREADY_EXISTS
    changed = cas.put(account(cas, str(second)))
    assert changed["Reserved2"] == second
    cas.delete(changed)
    assert cas.all("SMS_SCI_Reserved") == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"Reserved2": "Lab-Install-1"}, "has encrypted"),
        ({"ItemName": "CORP\\installer"}, "does not agree with UserName"),
        ({"ItemType": "Account"}, "ItemType"),
        ({"user": "installer"}, "backslash"),
    ],
)
def test_a_wrong_account_is_refused(cas: Any, wrong: dict[str, str], words: str) -> None:
    encrypted = encrypted_by(cas, "x")
    other = dict(wrong)
    with pytest.raises(CimError) as caught:
        cas.create(account(cas, other.pop("Reserved2", str(encrypted)), other.pop("user", "CORP\\installer"), **other))
    assert words in caught.value.description


def test_an_account_in_use_stays(cas: Any, estate: Any) -> None:
    encrypted = encrypted_by(cas, "Lab-Install-1")
    made = cas.create(account(cas, str(encrypted)))
    estate.install("scp05", account="CORP\\installer")
    assert cas.all("SMS_SCI_Reserved")[0]["AccountUsage"] == ["Site System Installation Account"]
    with pytest.raises(CimError) as caught:
        cas.delete(made)
    assert "in use" in caught.value.description


def test_encryption_is_for_sites_that_exist_and_for_writers(cas: Any) -> None:
    with pytest.raises(CimError):
        cas.invoke("SMS_Site", "EncryptDataEx", Data="x", SiteCode="XYZ")
    with pytest.raises(CimError) as caught:
        cas.invoke("SMS_Site", "EncryptDataEx", user="reader", Data="x", SiteCode="CAS")
    assert caught.value.code == Wbem.ACCESS_DENIED
    with pytest.raises(CimError):
        encrypted_by(cas, "")
    with pytest.raises(CimError):
        encrypted_by(cas, "x", "XYZ")


@pytest.mark.parametrize(
    ("method", "password", "wrong"),
    [
        ("ImportGlobalUserAccount", list("pass".encode("utf-16-le")), [1]),
        ("ImportGlobalUserAccountEx", "pass", ""),
    ],
)
def test_import_of_an_account(cas: Any, method: str, password: Any, wrong: Any) -> None:
    cas.invoke("SMS_Site", method, UserName="CORP\\installer", Password=password)
    assert [(i["UserName"], i["SiteCode"]) for i in cas.all("SMS_SCI_Reserved")] == [("CORP\\installer", "CAS")]
    with pytest.raises(CimError):
        cas.invoke("SMS_Site", method, UserName="CORP\\installer", Password=wrong)


def test_status_messages_roll_up(cas: Any, pr1: Any, st1: Any, estate: Any) -> None:
    estate.one.state.status.report("PR1", "PRI1.corp.example", "SMS_HIERARCHY_MANAGER", 3306, "PR1", "7", severity=0xC0000000)

    def seen(site: Any) -> list[Any]:
        return [i for i in site.all("SMS_StatusMessage") if i["MessageID"] == 3306]

    assert (len(seen(cas)), len(seen(pr1)), len(seen(st1))) == (1, 1, 0)
    message = seen(cas)[0]
    assert message["Severity"] == 3221225472
    assert message["Time"] == estate.clock.now()
    strings = [
        (i["InsStrIndex"], i["InsStrValue"]) for i in cas.all("SMS_StatMsgInsStrings") if i["RecordID"] == message["RecordID"]
    ]
    assert strings == [(0, "PR1"), (1, "7")]
    estate.one.state.status.report("CAS", "CAS01.corp.example", "SMS_HIERARCHY_MANAGER", 3306, "CAS", "8")
    assert (len(seen(cas)), len(seen(pr1))) == (2, 1)


def where(text: str) -> Any:
    query = parse(f"select * from SMS_ComponentSummarizer {text}")
    assert isinstance(query, Select)
    return query.where


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("where TallyInterval = '0001128000100008'", True),
        ("where State = 1 and tallyinterval = '0001128000100008'", True),
        ("", False),
        ("where State = 1", False),
        ("where State = 1 or TallyInterval = '0001128000100008'", False),
    ],
)
def test_the_component_summarizer_needs_its_interval(cas: Any, text: str, good: bool) -> None:
    cls = cas.repository.find_class(cas.namespace, "SMS_ComponentSummarizer")
    provider = cas.repository.provider(cas.namespace, cls)
    call = Call(Caller("admin", "CORP"), cas.namespace)
    if good:
        provider.restrict(call, cls, where(text))
        return
    with pytest.raises(CimError) as caught:
        provider.restrict(call, cls, where(text))
    assert caught.value.code == Wbem.INVALID_QUERY


def test_component_summarizer_rows(st1: Any) -> None:
    rows = [i for i in st1.all("SMS_ComponentSummarizer") if i["ComponentName"] == "SMS_DMP_DOWNLOADER"]
    assert {i["TallyInterval"] for i in rows} == {"0001128000100008", "0001128000080008"}
    assert {(i["MachineName"], i["State"], i["Status"], i["Infos"]) for i in rows} == {("SCP02.corp.example", 1, 0, 1)}


@pytest.mark.parametrize(
    "text",
    [
        "where TallyInterval = '0001128000100008'",
        "where TallyInterval = '0001128000100008' and ComponentName = 'sms_dmp_downloader'",
        "where TallyInterval = '0001128000080008' and (ComponentName = 'SMS_DMP_DOWNLOADER' or ComponentName = 'SMS_EXECUTIVE')",
        "where TallyInterval = 'another'",
    ],
)
def test_a_search_of_the_component_summarizer_finds_what_fits(st1: Any, text: str) -> None:
    cls = st1.repository.find_class(st1.namespace, "SMS_ComponentSummarizer")
    fits = bind(where(text), cls)

    def those(rows: Iterable[Instance]) -> list[Any]:
        return [dict(row.values) for row in rows if fits(row)]

    everything = st1.all("SMS_ComponentSummarizer")
    found = list(st1.repository.provider(st1.namespace, cls).search(st1.call(), cls, where(text)))
    assert those(found) == those(everything)
    assert len(found) < len(everything)


def test_updates_and_their_states(cas: Any, estate: Any) -> None:
    row = cas.all("SMS_CM_UpdatePackages")[0]
    assert (row["PackageGuid"], row["State"]) == (GUID, 262146)
    working = "IsCurrentWorkingUpdatePackage"
    assert cas.invoke("SMS_CM_UpdatePackages", working, row) == {working: False, "ReturnValue": 0}
    updates.start_installation(estate.one.state, GUID)
    assert cas.all("SMS_CM_UpdatePackages")[0]["State"] == 0x30001
    assert cas.invoke("SMS_CM_UpdatePackages", working, row) == {working: True, "ReturnValue": 0}
    with pytest.raises(CimError):
        cas.invoke("SMS_CM_UpdatePackages", "UpdatePrereqAndStateFlags", row, flag=0, state=2)
    updates.finish_installation(estate.one.state, GUID)
    assert cas.all("SMS_CM_UpdatePackages")[0]["State"] == 196612


@pytest.mark.parametrize(
    ("method", "inputs", "expected"),
    [
        ("UpdatePrereqAndStateFlags", {"flag": 1, "state": 2}, (1, 2)),
        ("UpdatePrereqAndStateFlags", {"flag": 1, "state": 0x4FFFF}, (1, 0x4FFFF)),
        ("SetIgnorePrereqWarning", {"flag": 2}, (2, 262146)),
        ("InitiateUpgrade", {"PrereqFlag": 0}, (0, 2)),
    ],
)
def test_what_an_administrator_may_ask_of_an_update(
    cas: Any, method: str, inputs: dict[str, int], expected: tuple[int, int]
) -> None:
    row = cas.all("SMS_CM_UpdatePackages")[0]
    assert cas.invoke("SMS_CM_UpdatePackages", method, row, **inputs) == {"ReturnValue": 0}
    changed = cas.all("SMS_CM_UpdatePackages")[0]
    assert (changed["PrereqFlag"], changed["State"]) == expected
    with pytest.raises(CimError, match="Invalid parameter"):
        cas.invoke("SMS_CM_UpdatePackages", method, row, **(inputs | {name: 3 for name in inputs if name != "state"}))


def states_at_sites(site: Any) -> list[tuple[str, int]]:
    """Site code and state of each row of SMS_CM_UpdatePackageSiteStatus."""
    return [(row["SiteCode"], row["State"]) for row in site.all("SMS_CM_UpdatePackageSiteStatus")]


def test_an_update_has_a_state_at_each_site_that_installs_it(cas: Any, pr1: Any, estate: Any) -> None:
    assert states_at_sites(cas) == []
    updates.start_installation(estate.one.state, GUID)
    assert states_at_sites(cas) == states_at_sites(pr1) == [("CAS", 0x30001), ("PR1", 0x30003)]
    updates.finish_installation(estate.one.state, GUID)
    assert states_at_sites(cas) == [("CAS", 196612), ("PR1", 196612)]
    below = cas.all("SMS_CM_UpdatePackageSiteStatus")[1]
    assert (below["PackageGuid"], below["SiteServerName"], below["SiteType"]) == (GUID, "pri1.corp.example", 2)
    assert cas.invoke("SMS_CM_UpdatePackageSiteStatus", "UpdatePackageSiteState", below, State=0x3000C) == {"ReturnValue": 0}
    assert states_at_sites(cas) == [("CAS", 196612), ("PR1", 0x3000C)]
    with pytest.raises(CimError):
        cas.invoke("SMS_CM_UpdatePackageSiteStatus", "UpdatePackageSiteState", below, user="reader", State=2)


@pytest.mark.parametrize(
    ("state", "installing"),
    [
        *((state, False) for state in (0, 2, 131071, 196607, 196612, 262142, 262143, 262145, 262146, 327681, 327682)),
        *((state, True) for state in (65537, 65538, 131073, 131074, 196609, 196611, 196629)),
    ],
)
def test_which_states_mean_an_installation(state: int, installing: bool) -> None:
    assert updates.is_installing(state) is installing


def test_cloud_rows_never_hold_a_secret(cas: Any, estate: Any) -> None:
    tenant, application = cas.all("SMS_AAD_Tenant_Ex")[0], cas.all("SMS_AAD_Application_Ex")[0]
    assert application["TenantID"] == tenant["ID"]
    assert application["SecretKey"] is None
    assert (application["SecretKeyExpiry"] - estate.clock.now()).days == 335


def test_usage_level_can_be_changed(cas: Any) -> None:
    row = next(i for i in cas.all("SMS_SCI_SCProperty") if i["PropertyName"] == "TelemetryLevel")
    assert row["Value"] == 2
    row["Value"] = 1
    assert cas.put(row)["Value"] == 1
