"""Tenants, applications, gateways and discovery; and that no secret ever leaves the site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.modules import cloud_service_info
from lab.estate_file.reader import DEFAULT_FILE
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import NOBODY, READER, Play

CLOUD = {
    "cloud_tenants": [
        {
            "name": "Corp Example",
            "tenant_id": "3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90",
            "applications": [
                {
                    "name": "Expired",
                    "client_id": "00000000-0000-0000-0000-000000000001",
                    "secret_age_days": 400,
                    "secret_valid_days": -35,
                },
                {
                    "name": "Imported",
                    "client_id": "00000000-0000-0000-0000-000000000002",
                    "secret_age_days": 350,
                    "secret_valid_days": 15,
                    "imported": True,
                },
            ],
        }
    ],
    "cloud_gateways": [{"name": "CORPCMG"}, {"name": "OTHERCMG", "state": 7}],
    "cloud_discovery": {"full": True, "delta": False},
}


def estate_with_cloud() -> str:
    """The default estate with other cloud data in hierarchy one."""
    text = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    text["hierarchies"][0].update(CLOUD)
    return yaml.safe_dump(text)


@pytest.fixture
def cloudy(start_estate: StartEstate) -> Play:
    return Play(start_estate(estate_with_cloud()))


def test_the_default_estate(play: Play) -> None:
    result = play.run("cloud_service_info", user=READER)
    assert result["changed"] is False
    assert result["site_code"] == "CAS"
    assert result["tenants"] == [{"name": "Corp Example", "tenant_id": "3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90"}]
    client, server = result["applications"]
    assert (client["type"], client["secret"], client["expiry_notice"]) == ("client", None, None)
    assert (server["type"], server["tenant"], server["expiry_notice"]) == ("server", "Corp Example", True)
    assert server["secret"]["expires_in_days"] in (164, 165)
    assert server["secret"]["state"] == "valid"
    assert [gateway["state"] for gateway in result["gateways"]] == ["running"]
    assert [found["delta_interval"] for found in result["discovery"]] == [5]


def test_every_kind_of_secret_and_gateway(cloudy: Play) -> None:
    result = cloudy.run("cloud_service_info", site_code="cas")
    expired, imported = result["applications"]
    assert (expired["secret"]["state"], expired["secret"]["expires_in_days"]) == ("expired", -36)
    assert (imported["secret"]["state"], imported["imported"], imported["expiry_notice"]) == ("expires_soon", True, False)
    assert [(gateway["name"], gateway["state"]) for gateway in result["gateways"]] == [
        ("CORPCMG", "running"),
        ("OTHERCMG", "state 7"),
    ]
    assert [(found["full_enabled"], found["delta_enabled"]) for found in result["discovery"]] == [(True, False)]


def test_a_site_without_any(play: Play) -> None:
    result = play.run("cloud_service_info", "sta03")
    assert [result[name] for name in ("tenants", "applications", "gateways", "discovery")] == [[], [], [], []]


def test_days_follow_the_clock_of_the_site(cloudy: Play) -> None:
    """The site's clock is 20 days ahead of the controller's: a secret with 15 days left by one clock has expired by the other."""
    clock = cloudy.estate.clock
    clock._start += timedelta(days=20)
    result = cloudy.run("cloud_service_info")
    assert abs(datetime.fromisoformat(result["site_time"]) - clock.now()) < timedelta(seconds=60 * clock.pace)
    secret = result["applications"][1]["secret"]
    assert (secret["state"], secret["expires_in_days"]) == ("expired", -6)
    assert datetime.fromisoformat(secret["expires"]) > datetime.now(UTC)


def test_no_secret_is_asked_for_and_none_comes(cloudy: Play) -> None:
    """Every byte of the exchange, before encryption and after decryption."""
    for rows in cloudy.hierarchy().state.cloud.rows.values():
        for row in rows:
            if "SecretKeyExpiry" in row:
                row["SecretKey"] = "lab-secret-key"
            if "ServiceType" in row:
                row["ManagementCertificate"] = row["ServiceCertificate"] = "lab-secret-key"
    session = cloudy.session("cas01")
    seen: list[bytes] = []

    def send(message: bytes) -> bytes:
        seen.append(message)
        seen.append(session._exchange._send(message))
        return seen[-1]

    task = Task(params={"site_code": "CAS"}, cim=CimSession(send), host="cas01.corp.example")
    result = cloud_service_info.run(task)
    text = b"".join(seen).decode()
    assert "SecretKeyExpiry" in text
    assert "lab-secret-key" not in text
    assert "lab-secret-key" not in str(result)
    for word in ("SecretKey", "ManagementCertificate", "ServiceCertificate"):
        assert word not in text.replace("SecretKeyExpiry", "").replace("SecretKeyCreationTime", "")


def test_requests(play: Play) -> None:
    session = play.session("cas01")
    cloud_service_info.run(Task(params={"site_code": "CAS"}, cim=session, host="cas01.corp.example"))
    # One each, and one more for the second of the two applications: Windows returns one row first.
    assert session.requests == 6


def test_no_site_and_no_rights(play: Play) -> None:
    assert "There is no site XYZ" in play.refused("cloud_service_info", site_code="XYZ")
    assert "no SMS Provider" in play.refused("cloud_service_info", "scp01")
    with pytest.raises(Exception, match=r"(?i)denied|401|credentials"):
        play.run("cloud_service_info", user=NOBODY)


def test_times_are_utc(cloudy: Play) -> None:
    created = cloudy.run("cloud_service_info")["applications"][0]["secret"]["created"]
    assert datetime.fromisoformat(created).tzinfo == UTC
