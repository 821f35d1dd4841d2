"""What stands against an update, over the real protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.judging import TITLES
from ansible_collections.configmgr.scp.plugins.modules import update_prerequisites
from tests.lab.conftest import StartEstate
from tests.lab.estates import before_update
from tests.lab.modules.conftest import READER, Play

MODULE = "update_prerequisites"
# What nothing on an SMS Provider shows.
NEVER_TOLD = {"sql_server_version", "availability_groups", "maintenance_tasks", "consoles_connected"}


def verdicts(result: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["status"] for check in result["checks"]}


def test_the_page_names_every_check() -> None:
    returned = yaml.safe_load(update_prerequisites.RETURN)
    text = str(returned["checks"]["contains"]["id"]["description"])
    assert all(f"V({id})" in text for id in TITLES)


def test_a_site_without_a_role(play: Play) -> None:
    result = play.run(MODULE, "sta03", update="2609", user=READER)
    assert (result["site_code"], result["package"]["name"], result["blocked"]) == ("ST1", "Configuration Manager 2609", True)
    found = verdicts(result)
    assert (found["contact"], found["backup"]) == ("failed", "failed")
    assert (found["update_applies"], found["no_other_update"], found["site_server_pair"]) == ("passed", "passed", "warning")
    assert all(check["detail"].startswith("Cannot tell") for check in result["checks"] if check["id"] in NEVER_TOLD)
    servers = {entry["server"]: entry for entry in result["servers"]}
    assert list(servers) == ["sta01.corp.example", "sta02.corp.example", "sta03.corp.example"]
    assert "free_space" in servers["sta01.corp.example"]["checks"]
    assert "free_space" not in servers["sta03.corp.example"]["checks"]
    assert play.writes() == []


def test_a_hierarchy_that_has_the_newest_update(play: Play) -> None:
    result = play.run(MODULE, update="latest", backup_max_age_days=0)
    found = verdicts(result)
    assert result["blocked"] is False
    assert {id for id, status in found.items() if status == "failed"} == set()
    assert (found["backup"], found["replication"]) == ("skipped", "warning")


def estate(start_estate: StartEstate, **site: Any) -> Play:
    """The hierarchy of version 2509, with more keys for PR1."""
    found = yaml.safe_load(before_update())
    found["hierarchies"][0]["sites"][1].update(site)
    return Play(start_estate(yaml.safe_dump(found)))


def test_a_hierarchy_that_is_ready(start_estate: StartEstate) -> None:
    play = estate(start_estate)
    result = play.run(MODULE, update="2609", backup_max_age_days=1)
    found = verdicts(result)
    assert result["blocked"] is False
    assert {id for id, status in found.items() if status != "passed"} <= NEVER_TOLD | {"replication", "client_piloting"}
    assert (found["backup"], found["update_service"], found["contact"]) == ("passed", "passed", "passed")
    assert next(check["detail"] for check in result["checks"] if check["id"] == "client_piloting").startswith("New versions")


def test_what_a_site_has_and_lacks(start_estate: StartEstate) -> None:
    window = {"name": "Night", "start_hours": 1, "duration_hours": 4, "daily": True, "enabled": True}
    play = estate(start_estate, service_windows=[window], backup_hours=72)
    sites = play.hierarchy().state.sites
    sites["PR1"] = replace(sites["PR1"], version="5.00.9132.1000")
    checks = {check["id"]: check for check in play.run(MODULE, update="2609", backup_max_age_days=1)["checks"]}
    assert checks["service_windows"]["detail"] == "Sites with service windows: PR1 (1)."
    assert "of PR1 (pri1.corp.example)" in checks["backup"]["detail"]
    assert checks["source_version"]["status"] == checks["site_versions_equal"]["status"] == "failed"


def test_another_update_at_work(start_estate: StartEstate) -> None:
    play = estate(start_estate)
    next(found for found in play.hierarchy().state.updates.values() if "2603" in found.name).state = 131073
    result = play.run(MODULE, update="2609", backup_max_age_days=0)
    assert verdicts(result)["no_other_update"] == "failed"
    assert "another update: Configuration Manager 2603" in play.refused("site_update", update="2609", state="installed")


def test_a_child_site_is_refused(play: Play) -> None:
    assert "top-level site CAS" in play.refused(MODULE, "pri1", update="2609")
    assert "backup_max_age_days" in play.refused(MODULE, update="2609", backup_max_age_days=-1)
