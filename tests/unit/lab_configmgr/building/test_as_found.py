"""Rows that exist before the first run: how clients read them, and how the sites process them."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cim.errors import CimError
from lab.estate_file.reader import parse
from tests.unit.lab_configmgr.conftest import ESTATE, Site, SmallEstate

POINT = "SMS Dmp Connector"


def estate_with(*rows: str, two: bool = False) -> SmallEstate:
    """The small estate with these rows found in hierarchy one (or two)."""
    found = "    as_found:\n      roles:\n" + "".join(f"        - {row}\n" for row in rows)
    text = f"{ESTATE}{found}" if two else ESTATE.replace("  - name: two\n", f"{found}  - name: two\n")
    return SmallEstate(parse(text, "test estate"))


def rows(site: Site, role: str) -> list[Any]:
    """The rows of a role as a client of the provider reads them."""
    return [row for row in site.all("SMS_SCI_SysResUse") if row["RoleName"] == role]


def prop(row: Any, name: str) -> Any:
    """An embedded property of a row, or None."""
    return next((entry for entry in row["Props"] if entry["PropertyName"] == name), None)


def test_a_row_by_the_short_name() -> None:
    estate = estate_with("{site: CAS, server: SCP01}")
    cas = Site(estate, "cas01", "CAS")
    (row,) = rows(cas, POINT)
    assert row["NALPath"] == '["Display=\\\\SCP01\\"]MSWNET:["SMS_SITE=CAS"]\\\\SCP01\\'
    assert (row["NetworkOSPath"], prop(row, "Server Remote Name")["Value1"]) == ("\\\\SCP01", "scp01.corp.example")
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") == "Running"
    assert [estate.one.effective_mode(name) for name in ("scp01.corp.example", "SCP01")] == ["online", "online"]
    systems = [system for system in rows(cas, "SMS Site System") if "SCP01" in system["NALPath"]]
    assert [(system["NetworkOSPath"], system["RoleCount"]) for system in systems] == [("\\\\SCP01", 2)]
    assert [found["NetworkOSPath"] for found in rows(cas, "SMS Component Server") if "SCP01" in found["NALPath"]] == ["\\\\SCP01"]


def test_the_short_row_can_be_removed_but_not_written() -> None:
    estate = estate_with("{site: CAS, server: SCP01}")
    cas = Site(estate, "cas01", "CAS")
    (row,) = rows(cas, POINT)
    with pytest.raises(CimError) as refused:
        cas.put(row)
    assert refused.value.description == "The server name SCP01 is not a valid FQDN."
    cas.delete(row)
    estate.clock.advance(3600)
    assert rows(cas, POINT) == []
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None
    assert rows(cas, "SMS Component Server") == []


def test_two_rows_of_one_computer_are_one_role_until_both_are_gone() -> None:
    estate = estate_with("{site: CAS, server: SCP01}", "{site: CAS, server: scp01.corp.example, mode: offline}")
    cas = Site(estate, "cas01", "CAS")
    short, full = sorted(rows(cas, POINT), key=lambda row: len(row["NALPath"]))
    cas.delete(short)
    estate.clock.advance(3600)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") == "Running"
    cas.delete(full)
    estate.clock.advance(3600)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None


def test_capitals_and_no_remote_name_and_no_mode() -> None:
    estate = estate_with("{site: CAS, server: SCP01.CORP.EXAMPLE, remote_name: none, mode: none}")
    (row,) = rows(Site(estate, "cas01", "CAS"), POINT)
    assert "\\\\SCP01.CORP.EXAMPLE\\" in row["NALPath"]
    assert (prop(row, "Server Remote Name"), prop(row, "OfflineMode")) == (None, None)


def test_a_second_role_at_another_site() -> None:
    estate = estate_with("{site: CAS, server: scp01.corp.example}", "{site: PR1, server: scp01.corp.example}")
    cas, pr1 = Site(estate, "cas01", "CAS"), Site(estate, "pri1", "PR1")
    assert sorted(row["SiteCode"] for row in rows(cas, POINT)) == ["CAS", "PR1"]
    summary = [row for row in cas.all("SMS_ComponentSummarizer") if row["ComponentName"] == "SMS_DMP_DOWNLOADER"]
    assert {row["SiteCode"] for row in summary} == {"CAS", "PR1"}
    pr1.delete(next(row for row in rows(pr1, POINT) if row["SiteCode"] == "PR1"))
    estate.clock.advance(3600)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") == "Running"
    cas.delete(rows(cas, POINT)[0])
    estate.clock.advance(3600)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None
    assert estate.one.violations == []


def test_the_row_of_a_site_that_is_gone() -> None:
    estate = estate_with("{site: OLD, site_gone: true, server: scp01.corp.example}")
    cas, pr1 = Site(estate, "cas01", "CAS"), Site(estate, "pri1", "PR1")
    (row,) = rows(cas, POINT)
    assert (row["SiteCode"], estate.thread("scp01", "SMS_DMP_DOWNLOADER")) == ("OLD", None)
    assert [found["SiteSystem"] for found in cas.all("SMS_SiteSystemSummarizer") if "OLD" in found["SiteSystem"]] == []
    for attempt in (cas.put, pr1.delete):
        with pytest.raises(CimError) as refused:
            attempt(row)
        assert refused.value.description == "The site code OLD is not a site of this hierarchy."
    cas.delete(row)
    assert rows(cas, POINT) == []


def test_a_server_that_is_gone_without_a_site_system() -> None:
    estate = estate_with("{site: CAS, server: gone.corp.example, server_gone: true, site_system: false}")
    cas = Site(estate, "cas01", "CAS")
    assert len(rows(cas, POINT)) == 1
    assert [row for row in rows(cas, "SMS Site System") if "gone" in row["NALPath"]] == []
    estate.clock.advance(600)
    assert len(estate.messages(1016)) == 6
    assert "There is no site system gone.corp.example" in estate.log("cas01", "sitecomp.log")


def test_a_row_that_was_just_written_is_installed_later() -> None:
    estate = estate_with("{site: CAS, server: scp01.corp.example, installed: false}")
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None
    estate.clock.advance(600)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") == "Running"


def test_a_role_on_a_pair_of_site_servers() -> None:
    estate = estate_with("{site: ST1, server: STA02, mode: offline}", two=True)
    st1 = Site(estate, "sta03", "ST1")
    assert sorted(row["NetworkOSPath"] for row in rows(st1, POINT)) == ["\\\\STA02", "\\\\scp02.corp.example"]
    assert estate.thread("sta02", "SMS_DMP_DOWNLOADER") == "Running"
    # After the other row is removed, this one remains in the hierarchy; it violates a rule that was already violated.
    st1.delete(next(row for row in rows(st1, POINT) if "scp02" in row["NALPath"]))
    assert estate.two.violations == []


def test_a_left_over_component_server() -> None:
    estate = estate_with("{site: CAS, server: scp01.corp.example, role: SMS Component Server, site_system: false}")
    cas = Site(estate, "cas01", "CAS")
    assert [row["NetworkOSPath"] for row in rows(cas, "SMS Component Server")] == ["\\\\scp01.corp.example"]
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None


def test_a_site_with_two_providers() -> None:
    text = ESTATE.replace("type: cas, server: cas01}", "type: cas, server: cas01, provider: [cas01, pri1]}")
    estate = SmallEstate(parse(text, "test estate"))
    first, second = Site(estate, "cas01", "CAS"), Site(estate, "pri1", "CAS")
    assert [row["SMSProviderServer"] for site in (first, second) for row in site.all("SMS_Identification")] == [
        "cas01.corp.example",
        "pri1.corp.example",
    ]
    servers = {row["NetworkOSPath"] for row in rows(second, "SMS Provider") if row["SiteCode"] == "CAS"}
    assert servers == {"\\\\cas01.corp.example", "\\\\pri1.corp.example"}


def test_an_update_in_an_unknown_state_for_a_while() -> None:
    text = ESTATE.replace("state: 262146}", "state: 196630, state_hours: 3}")
    estate = SmallEstate(parse(text, "test estate"))
    (package,) = Site(estate, "cas01", "CAS").all("SMS_CM_UpdatePackages")
    assert package["State"] == 196630
    assert (estate.clock.now() - package["LastUpdateTime"]).total_seconds() == 3 * 3600
