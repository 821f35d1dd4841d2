"""Service windows of a site: when they are open, what they let happen, and how the SMS Provider shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from lab.cim.model import NameMap
from lab.configmgr.servicing.windows import contains
from lab.configmgr.sites import ServiceWindow
from tests.unit.lab_configmgr.conftest import Site
from tests.unit.lab_configmgr.servicing.conftest import DONE, FILE, Hierarchy, built, described

START = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("daily", "hours", "is_open"),
    [
        (False, -0.1, False),
        (False, 0, True),
        (False, 3.9, True),
        (False, 4, False),
        (False, 25, False),
        (True, -0.1, False),
        (True, 25, True),
        (True, 29, False),
    ],
)
def test_when_a_window_is_open(daily: bool, hours: float, is_open: bool) -> None:
    window = ServiceWindow("Night", START, 240, daily)
    assert contains(window, START + timedelta(hours=hours)) is is_open


def with_windows(*windows: dict[str, object]) -> Hierarchy:
    hierarchies = yaml.safe_load(FILE.read_text(encoding="utf-8"))["hierarchies"]
    hierarchies[1]["sites"][0]["service_windows"] = list(windows)
    estate = built(described(hierarchies=hierarchies))
    hierarchy = Hierarchy(estate, estate.two, Site(estate, "sta03", "ST1"))
    hierarchy.ready()
    return hierarchy


def test_an_installation_waits_for_its_window() -> None:
    two = with_windows({"name": "Night", "start_hours": 5, "duration_hours": 4})
    two.start()
    two.until(196610)
    two.advance(2 * 3600)
    assert two.package().state == 196610
    begun = two.estate.clock.now()
    two.until(DONE, limit=6 * 3600)
    assert two.estate.clock.now() - begun > timedelta(hours=1.5)


def test_a_window_that_is_turned_off_does_not_count() -> None:
    two = with_windows({"name": "Night", "start_hours": 500, "duration_hours": 4, "enabled": False})
    two.start()
    two.until(DONE)


def test_the_row_of_the_site_server_has_the_windows() -> None:
    two = with_windows({"name": "Night", "start_hours": 5, "duration_hours": 4, "daily": True})
    rows = [row for row in two.provider.all("SMS_SCI_SysResUse") if row["RoleName"] == "SMS Site Server"]
    assert {row["ServiceWindows"] for row in rows} == {None}
    row = next(row for row in rows if "sta01" in row["NetworkOSPath"])
    cls = row.cls
    keys = NameMap({name: row[name] for name in ("FileType", "ItemName", "ItemType", "SiteCode")})
    provider = two.provider.repository.provider(two.provider.namespace, cls)
    found = provider.get(two.provider.call(), cls, keys)
    assert found is not None
    (window,) = found["ServiceWindows"]
    assert (window["Name"], window["Duration"], window["IsEnabled"], window["IsGMT"]) == ("Night", 240, True, True)
    assert window["StartTime"] == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
