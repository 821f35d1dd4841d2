"""The remaining duties, as the site shows them over the real protocol."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml

from lab.cim.model import NameMap
from lab.estate_file.reader import DEFAULT_FILE
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import READER, Play

SERVER, OTHER = "scp01.corp.example", "scp02.corp.example"


def applications(play: Play, code: str = "CAS") -> list[NameMap[Any]]:
    """The rows of applications with a secret."""
    rows = play.hierarchy(code).state.cloud.rows["SMS_AAD_Application_Ex"]
    return [row for row in rows if not row["IsClientApp"]]


def renew(play: Play) -> None:
    """As an administrator does in the console."""
    for row in applications(play):
        row["SecretKeyCreationTime"] = play.estate.clock.now()
        row["SecretKeyExpiry"] = play.estate.clock.now() + timedelta(days=365)


def left(play: Play, machine: str = "cas01", **given: Any) -> dict[str, str]:
    """The details of the remaining duties, by id."""
    result = play.run("service_connection_point_info", machine, duties=True, user=READER, **given)
    assert result["changed"] is False
    assert [duty for duty in result["duties"] if duty["done"] is not True] == result["duties_left"]
    return {duty["id"]: duty["detail"] for duty in result["duties_left"]}


def install(play: Play, server: str = SERVER, **given: Any) -> None:
    play.run("site_system", server=server)
    play.run("service_connection_point", server=server, mode="online", **given)
    # The module waits for the downloader; the site may start the role's other threads later.
    play.settle()


def test_an_installation_leaves_the_secrets_to_renew_and_then_nothing(play: Play) -> None:
    assert list(left(play)) == ["role_running"]
    install(play)
    before = left(play)
    assert list(before) == ["app_secrets_renewed"]
    assert "ConfigMgr server app" in before["app_secrets_renewed"]
    # Nothing is stored: the duty is reported again until it is done.
    assert left(play) == before
    renew(play)
    assert left(play) == {}


def test_the_same_after_the_role_came_to_another_server(play: Play) -> None:
    install(play)
    renew(play)
    play.run("service_connection_point", state="absent")
    assert list(left(play)) == ["role_running"]
    install(play, OTHER)
    assert list(left(play)) == ["app_secrets_renewed"]
    renew(play)
    assert left(play) == {}


def test_what_the_site_shows_of_the_rest(play: Play) -> None:
    install(play)
    renew(play)
    hierarchy = play.hierarchy().state
    hierarchy.cloud.rows["SMS_AzureService"][0]["State"] = 6
    applications(play)[0]["SecretKeyExpiry"] = play.estate.clock.now() + timedelta(days=10)
    applications(play)[0]["Source"] = 1
    package = next(iter(hierarchy.updates.values()))
    package.update_type, package.state = 2, 262146
    play.run("site_system", server=OTHER, proxy={"enabled": True, "server": "proxy.corp.example"})
    found = left(play)
    assert set(found) == {"proxy", "app_secrets_valid", "app_expiry_watched", "gateways", "out_of_band_hotfixes"}
    assert "CORPCMG is stopped" in found["gateways"]
    assert f"{OTHER} uses proxy.corp.example:80" in found["proxy"]
    play.run("site_system", server=SERVER, proxy={"enabled": True, "server": "proxy.corp.example"})
    assert "proxy" not in left(play)


def test_a_stopped_discovery_is_seen(play: Play) -> None:
    install(play)
    renew(play)
    play.run("component", "scp01", name="SMS_AZUREAD_DISCOVERY_AGENT", state="stopped")
    assert "is stopped" in left(play)["discovery"]


@pytest.fixture
def held(start_estate: StartEstate) -> Play:
    """An estate that has the role from the start, so that the message of its installation no longer exists."""
    text = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    text["hierarchies"][0]["service_connection_point"] = {"server": "scp01"}
    return Play(start_estate(yaml.safe_dump(text)))


def test_cannot_tell_once_the_message_is_gone(held: Play) -> None:
    assert left(held)["app_secrets_renewed"].startswith("Cannot tell:")
    renew(held)
    assert left(held) == {}


def test_a_recovery_adds_duties(held: Play) -> None:
    renew(held)
    assert list(left(held, recovered=True)) == ["app_secrets_renewed", "external_notifications"]
    held.run("site_account", name=r"CORP\scpinstall", password="Lab-Install-2026")
    told = held.run("service_connection_point_info", duties=True, recovered=True)["duties_left"]
    (duty,) = [duty for duty in told if duty["id"] == "passwords_entered"]
    assert duty["text"].startswith(r"To do, if it was not done: Enter the passwords of CORP\scpinstall again")
    assert "passwords_entered" not in left(held, recovered=True, entered_accounts=[r"corp\SCPINSTALL"])


def test_not_at_a_child_site(play: Play) -> None:
    assert "not the top-level site" in play.refused("service_connection_point_info", "pri1", duties=True)


def test_nothing_more_is_read_unasked(play: Play) -> None:
    result = play.run("service_connection_point_info")
    assert "duties" not in result
    assert "duties_left" not in result


def test_requests(held: Play) -> None:
    held.estate.request_log.clear()
    left(held, site_code="CAS")
    assert len(held.estate.request_log.records(kind="cim")) == 15
