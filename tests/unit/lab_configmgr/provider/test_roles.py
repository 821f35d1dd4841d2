"""SMS_SCI_SysResUse and related classes: what the SMS Provider accepts, rejects and keeps."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cim.errors import CimError, Wbem
from lab.configmgr.names import nal_path

SERVER = "scp01.corp.example"


def prop(site: Any, name: str, value: int = 0, value1: str = "", value2: str = "") -> Any:
    return site.new("SMS_EmbeddedProperty", PropertyName=name, Value=value, Value1=value1, Value2=value2)


def role(site: Any, role_name: str, code: str = "CAS", server: str = SERVER, **other: Any) -> Any:
    """A role's row, built as facts/site-model.md describes it."""
    nal = nal_path(server, code)
    values = {
        "FileType": 2,
        "ItemType": "System Resource Usage",
        "ItemName": f"{nal},{role_name}",
        "SiteCode": code,
        "NALPath": nal,
        "NALType": "Windows NT Server",
        "NetworkOSPath": f"\\\\{server}",
        "RoleName": role_name,
        "Props": [prop(site, "Server Remote Name", 0, server)],
    }
    return site.new("SMS_SCI_SysResUse", **{**values, **other})


def of_role(site: Any, role_name: str) -> list[Any]:
    return [i for i in site.all("SMS_SCI_SysResUse") if i["RoleName"] == role_name]


def test_create_site_system_then_the_role(cas: Any, estate: Any) -> None:
    cas.create(role(cas, "SMS Site System"))
    made = cas.create(role(cas, "SMS Dmp Connector", Props=[prop(cas, "OfflineMode", 1)]))
    assert made["RoleCount"] == 0
    assert made["NetworkOSPath"] == f"\\\\{SERVER}"
    assert made["Type"] == 8
    assert [(p["PropertyName"], p["Value"]) for p in made["Props"]] == [("OfflineMode", 1)]
    assert len(of_role(cas, "SMS Dmp Connector")) == 1
    assert estate.one.violations == []


def test_null_keys_are_computed_and_the_path_is_kept_as_written(cas: Any) -> None:
    made = cas.create(role(cas, "SMS Site System", FileType=None, ItemType=None, ItemName=None, NetworkOSPath=None))
    assert made["ItemName"] == nal_path(SERVER, "CAS") + ",SMS Site System"
    assert made["NetworkOSPath"] is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ItemName": "SMS Site System"}, "does not agree with NALPath"),
        ({"ItemType": "Component"}, "ItemType is"),
        ({"FileType": 1}, "FileType is 1"),
        ({"SiteCode": "XYZ"}, "names site CAS"),
        ({"NALType": "Windows NT Share"}, "NALType is"),
        ({"Props": "twice"}, "appears twice"),
        ({"Props": "nameless"}, "no PropertyName"),
        ({"Props": "range"}, "is not from 0 to 1"),
    ],
)
def test_a_wrong_row_is_refused(cas: Any, wrong: dict[str, Any], words: str) -> None:
    lists: dict[str, Any] = {
        "twice": [prop(cas, "FDMOperation"), prop(cas, "FDMOperation")],
        "nameless": [prop(cas, "")],
        "range": [prop(cas, "UseMachineAccount", 2)],
    }
    given: dict[str, Any] = {n: lists.get(v, v) if isinstance(v, str) else v for n, v in wrong.items()}
    with pytest.raises(CimError) as caught:
        cas.create(role(cas, "SMS Site System", **given))
    assert caught.value.code == Wbem.INVALID_PARAMETER
    assert words in caught.value.description
    assert not [i for i in of_role(cas, "SMS Site System") if SERVER in i["NALPath"]]


@pytest.mark.parametrize(
    "nal",
    [
        f'["Display=\\\\{SERVER}\\"]MSWNET:["SMS_SITE=CAS"]\\\\{SERVER}',
        f'["Display=\\{SERVER}\\"]MSWNET:["SMS_SITE=CAS"]\\{SERVER}\\',
        '["Display=\\\\scp01\\"]MSWNET:["SMS_SITE=CAS"]\\\\scp01\\',
        f'["Display=\\\\scp02.corp.example\\"]MSWNET:["SMS_SITE=CAS"]\\\\{SERVER}\\',
        f'["Display=\\\\\\\\{SERVER}\\\\"]MSWNET:["SMS_SITE=CAS"]\\\\\\\\{SERVER}\\\\',
        "",
    ],
)
def test_the_nal_path_is_checked_to_the_last_backslash(cas: Any, nal: str) -> None:
    with pytest.raises(CimError) as caught:
        cas.create(role(cas, "SMS Site System", NALPath=nal, ItemName=f"{nal},SMS Site System"))
    assert caught.value.code == Wbem.INVALID_PARAMETER


def test_a_role_needs_its_site_system(cas: Any) -> None:
    with pytest.raises(CimError, match="Invalid parameter") as caught:
        cas.create(role(cas, "SMS Dmp Connector"))
    assert "no site system" in caught.value.description


def test_an_existing_key_is_not_created_again(cas: Any) -> None:
    cas.create(role(cas, "SMS Site System"))
    upper = role(cas, "SMS Site System", server=SERVER.upper())
    with pytest.raises(CimError) as caught:
        cas.create(upper)
    assert caught.value.code == Wbem.ALREADY_EXISTS


@pytest.mark.parametrize("name", ["SMS Site Server", "SMS Provider", "SMS SQL Server", "SMS Component Server"])
def test_the_sites_own_roles_stay(cas: Any, name: str) -> None:
    cas.create(role(cas, "SMS Site System"))
    with pytest.raises(CimError) as caught:
        cas.create(role(cas, name))
    assert caught.value.code == Wbem.INVALID_PARAMETER


def test_the_sites_own_rows_cannot_be_deleted(cas: Any) -> None:
    for name in ("SMS Site Server", "SMS Provider", "SMS SQL Server"):
        with pytest.raises(CimError):
            cas.delete(of_role(cas, name)[0])
    with pytest.raises(CimError) as caught:
        cas.delete(next(i for i in of_role(cas, "SMS Site System") if i["SiteCode"] == "CAS"))
    assert "still has the roles" in caught.value.description


def test_the_component_server_keeps_a_site_system_until_the_site_takes_it_away(st1: Any, estate: Any) -> None:
    system = next(row for row in of_role(st1, "SMS Site System") if "scp02" in row["NALPath"])
    st1.delete(of_role(st1, "SMS Dmp Connector")[0])
    with pytest.raises(CimError) as caught:
        st1.delete(system)
    assert caught.value.description == "The site system scp02.corp.example still has the roles SMS Component Server."
    with pytest.raises(CimError) as caught:
        st1.delete(next(row for row in of_role(st1, "SMS Component Server") if "scp02" in row["NALPath"]))
    assert "can be removed by the site itself only" in caught.value.description
    estate.clock.advance(600)
    st1.delete(system)
    assert [row for row in of_role(st1, "SMS Site System") if "scp02" in row["NALPath"]] == []


def test_the_component_server_of_a_dead_server_keeps_its_site_system(st1: Any, estate: Any) -> None:
    system = next(row for row in of_role(st1, "SMS Site System") if "scp02" in row["NALPath"])
    estate.machine("scp02").alive = False
    st1.delete(of_role(st1, "SMS Dmp Connector")[0])
    estate.clock.advance(7200)
    with pytest.raises(CimError):
        st1.delete(system)


def test_put_keeps_what_only_the_site_writes(st1: Any, estate: Any) -> None:
    row = of_role(st1, "SMS Dmp Connector")[0]
    assert row["Props"][0]["PropertyName"] != "OfflineMode"
    assert row["Props"][0]["Value"] == 0
    for item in row["Props"]:
        if item["PropertyName"] == "OfflineMode":
            item["Value"] = 0
    row["SslState"], row["RoleCount"] = 3, 77
    after = st1.put(row)
    assert (after["SslState"], after["RoleCount"]) == (0, 0)
    assert estate.two.violations == []


def test_put_that_drops_a_setting_is_stored_and_recorded(st1: Any, estate: Any) -> None:
    row = of_role(st1, "SMS Dmp Connector")[0]
    row["Props"] = [prop(st1, "OfflineMode", 0)]
    assert len(st1.put(row)["Props"]) == 1
    assert [v.by for v in estate.two.violations] == ["CORP\\admin"] * 3


def test_put_of_a_row_that_is_not_there(cas: Any) -> None:
    with pytest.raises(CimError) as caught:
        cas.put(role(cas, "SMS Site System"))
    assert caught.value.code == Wbem.NOT_FOUND


def test_delete_then_gone(st1: Any) -> None:
    row = of_role(st1, "SMS Dmp Connector")[0]
    st1.delete(row)
    assert of_role(st1, "SMS Dmp Connector") == []
    with pytest.raises(CimError) as caught:
        st1.delete(row)
    assert caught.value.code == Wbem.NOT_FOUND


def test_a_provider_writes_for_its_own_site_and_below(cas: Any, pr1: Any) -> None:
    cas.create(role(cas, "SMS Site System", code="PR1"))
    with pytest.raises(CimError) as caught:
        pr1.create(role(pr1, "SMS Site System", code="CAS"))
    assert "cannot change the configuration of site CAS" in caught.value.description


def test_rows_are_seen_at_every_site_of_the_hierarchy_and_no_other(cas: Any, pr1: Any, st1: Any) -> None:
    cas.create(role(cas, "SMS Site System"))
    assert any(SERVER in i["NALPath"] for i in of_role(pr1, "SMS Site System"))
    assert not any(SERVER in i["NALPath"] for i in of_role(st1, "SMS Site System"))


def test_readers_read_and_strangers_do_nothing(cas: Any) -> None:
    assert cas.all("SMS_SCI_SysResUse", user="reader")
    for user, words in (("reader", "no permission to create"), ("nobody", "no permission")):
        with pytest.raises(CimError) as caught:
            cas.create(role(cas, "SMS Site System"), user=user)
        assert caught.value.code == Wbem.ACCESS_DENIED
        assert words in caught.value.description
    for user in ("nobody", "unheard"):
        with pytest.raises(CimError) as caught:
            cas.all("SMS_Site", user=user)
        assert caught.value.code == Wbem.ACCESS_DENIED


def test_guards_keep_strangers_out_of_the_namespace(estate: Any, cas: Any) -> None:
    checks = [check for machine, prefix, check in estate.guards if machine == "cas01.corp.example" and prefix == "root/sms"]
    assert [checks[0](cas.call(user).caller) for user in ("admin", "reader", "nobody")] == [True, True, False]


def test_every_break_of_the_roles_rules_is_recorded(cas: Any, pr1: Any, st1: Any, estate: Any) -> None:
    cas.create(role(cas, "SMS Site System"))
    cas.create(role(cas, "SMS Dmp Connector"))
    assert estate.one.violations == []
    pr1.create(role(pr1, "SMS Site System", code="PR1"))
    pr1.create(role(pr1, "SMS Dmp Connector", code="PR1"))
    texts = [v.text for v in estate.one.violations]
    assert any("2 service connection points" in t for t in texts)
    assert any("not the top-level site" in t for t in texts)
    st1.create(role(st1, "SMS Dmp Connector", code="ST1", server="sta02.corp.example"))
    assert any("active and passive site server pair" in v.text for v in estate.two.violations)


def test_ordered_provider_errors(cas: Any, estate: Any) -> None:
    estate.faults.order("provider_error", target="CAS", count=1, operation="create", message="The database is full.")
    assert cas.all("SMS_SCI_SysResUse")
    with pytest.raises(CimError) as caught:
        cas.create(role(cas, "SMS Site System"))
    assert (caught.value.code, caught.value.description) == (Wbem.FAILED, "The database is full.")
    cas.create(role(cas, "SMS Site System"))
    estate.faults.order("provider_error", target="CAS", count=1, operation="after_create")
    with pytest.raises(CimError):
        cas.create(role(cas, "SMS Dmp Connector"))
    assert len(of_role(cas, "SMS Dmp Connector")) == 1


def test_ordered_second_controller(cas: Any, estate: Any) -> None:
    estate.faults.order("second_controller", target="CAS", server="scp02", mode="offline")
    cas.create(role(cas, "SMS Site System"))
    cas.create(role(cas, "SMS Dmp Connector"))
    rows = of_role(cas, "SMS Dmp Connector")
    assert sorted(i["NetworkOSPath"] for i in rows) == [f"\\\\{SERVER}", "\\\\scp02.corp.example"]
    assert {v.by for v in estate.one.violations} == {"another administrator"}


def test_passive_site_server_rows(st1: Any) -> None:
    rows = {i["NetworkOSPath"]: (i["SiteSystemStatus"], i["ServerState"] >> 16) for i in of_role(st1, "SMS Site Server")}
    assert rows == {"\\\\sta01.corp.example": (1, 0), "\\\\sta02.corp.example": (0, 3)}


def test_resource_list_and_summarizer_follow_the_rows(st1: Any, estate: Any) -> None:
    roles = {(i["RoleName"], i["ServerName"]) for i in st1.all("SMS_SystemResourceList")}
    assert ("SMS Dmp Connector", "scp02.corp.example") in roles
    estate.faults.order("dead_machine", target="scp02")
    status = {i["Role"]: (i["Status"], i["DownSince"]) for i in st1.all("SMS_SiteSystemSummarizer") if "scp02" in i["SiteSystem"]}
    assert status["SMS Dmp Connector"] == (2, estate.clock.now())
    with pytest.raises(CimError) as caught:
        st1.delete(st1.all("SMS_SystemResourceList")[0])
    assert caught.value.code == Wbem.NOT_SUPPORTED


def test_component_rows_tell_whether_the_role_is_placed_and_ask_for_a_check(st1: Any, cas: Any, estate: Any) -> None:
    def component(site: Any, code: str) -> Any:
        return next(
            i
            for i in site.all("SMS_SCI_Component")
            if i["SiteCode"] == code and i["ItemName"] == "SMS_DMP_DOWNLOADER|SMS Dmp Connector"
        )

    assert (component(st1, "ST1")["Flag"], component(cas, "CAS")["Flag"]) == (5, 1)
    point = of_role(st1, "SMS Dmp Connector")[0]
    next(p for p in point["Props"] if p["PropertyName"] == "OfflineMode")["Value"] = 0
    st1.put(point)
    estate.clock.advance(30)
    estate.ask("scp02", "SMS_DMP_DOWNLOADER", "Stop")
    estate.clock.advance(10)
    estate.ask("scp02", "SMS_DMP_DOWNLOADER", "Start")
    estate.clock.advance(120)
    downloader = estate.two.component_managers["ST1"].downloaders["scp02.corp.example"]
    assert downloader.checks == 1
    row = component(st1, "ST1")
    row["Props"] = [*row["Props"], prop(st1, "SyncNow", 0, "1772445600")]
    st1.put(row)
    estate.clock.advance(60)
    assert downloader.checks == 2
