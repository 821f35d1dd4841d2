"""What an administrator checks before an update: the last backup, clients in preproduction, the update service."""

from __future__ import annotations

from datetime import timedelta

import yaml

from tests.unit.lab_configmgr.conftest import Site
from tests.unit.lab_configmgr.servicing.conftest import FILE, Hierarchy, built, described


def test_the_last_backup_of_each_site(one: Hierarchy) -> None:
    rows = [row for row in one.provider.all("SMS_StatusMessage") if row["MessageID"] == 5035]
    assert [(row["Component"], row["SiteCode"], row["MachineName"]) for row in rows] == [
        ("SMS_SITE_BACKUP", code, f"{server}.corp.example")
        for code, server in (("CAS", "CAS01"), ("PR1", "PRI1"), ("PR2", "PRI2"))
    ]
    assert {one.estate.clock.now() - row["Time"] for row in rows} == {timedelta(hours=20)}


def test_clients_in_preproduction(one: Hierarchy) -> None:
    answer = one.provider.invoke("SMS_Site", "GetClientPilotingConfigs")
    assert (answer["IsEnabled"], answer["ReturnValue"]) == (False, 0)
    hierarchies = yaml.safe_load(FILE.read_text(encoding="utf-8"))["hierarchies"]
    hierarchies[0]["client_piloting"] = True
    estate = built(described(hierarchies=hierarchies))
    assert Site(estate, "cas01", "CAS").invoke("SMS_Site", "GetClientPilotingConfigs")["IsEnabled"] is True


def test_the_update_service_is_on_the_servers_of_sites_that_install(one: Hierarchy) -> None:
    found = {name for name in ("cas01", "pri1", "pri2", "sec1", "scp01") if service(one, name)}
    assert found == {"cas01", "pri1", "pri2"}
    one.estate.machine("cas01").services["CONFIGURATION_MANAGER_UPDATE"].state = "Stopped"
    one.start(1)
    one.until(131074)
    assert one.estate.machine("cas01").services["CONFIGURATION_MANAGER_UPDATE"].state == "Running"
    assert "INFO: Starting service CONFIGURATION_MANAGER_UPDATE" in one.estate.log("cas01", "hman.log")


def service(one: Hierarchy, machine: str) -> bool:
    return "CONFIGURATION_MANAGER_UPDATE" in one.estate.machine(machine).services
