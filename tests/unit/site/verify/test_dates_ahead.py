"""The days on which something about the role ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.dates_ahead import dates_ahead
from tests.unit.site.verify.support import WELL, flow, gathered, offline, report, spoiled, stage

TODAY = date(2026, 11, 22)


def days(found: dict[str, Any], kind: str, today: date = TODAY) -> list[dict[str, Any]]:
    return [day for day in dates_ahead(gathered(found), today) if day["kind"] == kind]


def secrets(*ends: tuple[str, str | None]) -> dict[str, Any]:
    return spoiled("cloud", applications=[{"name": name, "secret": {"expires": end}} for name, end in ends])


def test_the_nearest_first() -> None:
    found = dates_ahead(gathered(WELL), TODAY)
    assert [day["date"] for day in found] == sorted(day["date"] for day in found)
    assert {day["kind"] for day in found} == {"secret", "support", "root", "endpoint"}
    assert report(WELL)["dates_ahead"] == found


@pytest.mark.parametrize(
    ("ends", "left", "state"),
    [
        ("2026-11-21T23:59:59Z", -1, "over"),
        ("2026-11-22T00:00:00Z", 0, "soon"),
        ("2026-12-21T10:00:00Z", 29, "soon"),
        ("2026-12-22T10:00:00Z", 30, "later"),
    ],
)
def test_secrets(ends: str, left: int, state: str) -> None:
    [day] = days(secrets(("App", ends), ("Other", None)), "secret")
    assert (day["date"], day["days_left"], day["state"], day["subject"]) == (ends[:10], left, state, "Secret of App expires")


def test_the_limits_of_the_user_decide_what_is_soon() -> None:
    found = secrets(("App", "2026-12-22T10:00:00Z")) | {"limits": {"secret_days": 31, "support_days": 1000}}
    assert [days(found, kind)[0]["state"] for kind in ("secret", "support")] == ["soon", "soon"]


@pytest.mark.parametrize("support", [{}, {"ends": None}, {"ends": "soon"}, None, "2609"])
def test_support_without_an_end_has_no_day(support: Any) -> None:
    assert days(spoiled("updates", support=support), "support") == []


def test_support() -> None:
    [day] = days(spoiled(), "support")
    assert (day["date"], day["subject"], day["state"]) == ("2028-03-28", "Support of version 2609 ends", "later")
    assert "Update the site" in day["then"]


def test_roots_that_end_on_one_day_are_one_row() -> None:
    roots = days(spoiled(), "root")
    rows = [row for row in table("roots")["roots"] if row["expires"] >= TODAY.isoformat()]
    assert [day["date"] for day in roots] == sorted({row["expires"] for row in rows})
    assert all(any(row["name"] in day["subject"] for day in roots) for row in rows)
    # One that has ended is not ahead.
    assert "Baltimore" not in str(roots)


def test_an_offline_role_has_no_roots_and_no_endpoints_but_an_import() -> None:
    found = offline(spoiled())
    assert days(found, "root") == days(found, "endpoint") == []
    [day] = days(found, "import")
    assert (day["date"], day["state"]) == ("2026-12-22", "later")
    assert days(found, "import", TODAY + timedelta(days=24))[0]["state"] == "soon"
    found["site_log"]["result"]["manifest"] = flow(None, stage("s", "2026-11-22T10:00:00Z"))
    assert days(found, "import") == []


@pytest.mark.parametrize(("version", "then"), [("5.00.9132.1000", "update the site"), ("5.00.9141.1000", "replaces it")])
def test_the_row_of_an_endpoint_is_that_of_the_version(version: str, then: str) -> None:
    found = spoiled()
    found["hierarchy"]["result"]["top_level_site"]["version"] = version
    [day] = days(found, "endpoint")
    assert (day["date"], day["subject"]) == ("2027-09-30", "Last day of configmgrbits.azureedge.net")
    assert then in day["then"]
    assert days(found, "endpoint", date(2027, 10, 1)) == []


def test_an_unknown_version_has_no_endpoints() -> None:
    found = spoiled("updates", support=None)
    assert days(found, "endpoint") == []


def gateways(version: str, *packages: str) -> list[dict[str, Any]]:
    found = spoiled("updates", packages=[{"name": name, "state": "INSTALL_SUCCESS"} for name in packages])
    found["hierarchy"]["result"]["top_level_site"]["version"] = version
    return days(found, "gateway")


def test_what_azure_ends_for_gateways() -> None:
    assert [day["date"] for day in gateways("5.00.9141.1000")] == ["2027-01-01", "2027-09-30", "2028-11-01"]
    assert [day["date"] for day in gateways("5.00.9141.1000", "Update (KB37942646)")] == ["2027-09-30", "2028-11-01"]
    assert gateways("5.00.9152.1000") == []
    first = gateways("5.00.9141.1000")[0]
    assert first["subject"].startswith("Gateways: their image")
    assert "KB37942646" in first["then"]
    assert first["state"] == "soon"


def test_without_gateways_nothing_of_them_ends() -> None:
    found = spoiled("cloud", gateways=[])
    found["hierarchy"]["result"]["top_level_site"]["version"] = "5.00.9141.1000"
    assert days(found, "gateway") == []


def test_a_text_of_the_site_is_bounded_and_harmless() -> None:
    [day] = days(secrets(("\x1b" + "x" * 5000, "2026-12-21T10:00:00Z")), "secret")
    assert "\x1b" not in day["subject"]
    assert day["subject"].count("x") < 320


def test_without_answers_there_is_nothing_ahead() -> None:
    assert dates_ahead(gathered({}), TODAY) == []
