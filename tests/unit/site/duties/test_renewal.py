"""How secrets are renewed, by the version of the site and the age of the application."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.renewal import how_to_renew, too_old

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=801), NOW - timedelta(days=30)
V2609, V2403, V2303 = "5.00.9152.1000", "5.00.9128.1000", "5.00.9106.1000"


@pytest.mark.parametrize(
    ("created", "now", "expected"),
    [
        (NOW - timedelta(days=800), NOW, False),
        (NOW - timedelta(days=800, seconds=1), NOW, True),
        (NOW, NOW, False),
        (None, NOW, False),
        (OLD, None, False),
    ],
)
def test_an_application_is_at_least_as_old_as_its_secret(created: datetime | None, now: datetime | None, expected: bool) -> None:
    assert too_old(created, now) is expected


def test_an_old_application_needs_a_new_one() -> None:
    text = how_to_renew([("Server app", OLD)], V2609, NOW)
    assert "refuses that for applications older than 800 days, which is true of Server app: create a new application" in text


@pytest.mark.parametrize(("created", "now"), [(YOUNG, NOW), (None, NOW), (OLD, None)])
def test_where_the_age_is_not_known_both_ways_are_said(created: datetime | None, now: datetime | None) -> None:
    text = how_to_renew([("Server app", created)], V2609, now)
    assert "the site does not show their age: if it refuses, create a new application" in text
    assert "Renew Secret Key" in text


def test_each_application_is_named_rightly() -> None:
    text = how_to_renew([("Old app", OLD), ("Young app", YOUNG)], V2609, NOW)
    assert "which is true of Old app and possible for the others" in text
    assert "Young app" not in text


@pytest.mark.parametrize(
    ("version", "refuses", "consent", "settings"),
    [
        (V2303, False, False, False),
        ("5.00.9122.1000", False, False, True),
        (V2403, False, False, True),
        ("5.00.9132.1000", True, True, True),
        (V2609, True, True, True),
        ("5.00.9999.1000", True, True, True),
        ("", True, True, True),
    ],
)
def test_what_a_version_needs(version: str, refuses: bool, consent: bool, settings: bool) -> None:
    text = how_to_renew([("Server app", OLD)], version, NOW)
    assert ("800 days" in text) is refuses
    assert ("Directory.Read.All" in text) is consent
    assert ("Update Application Settings once" in text) is settings
    assert "Exclude the server application from Conditional Access policies" in text
    assert "For an imported application, create the key in the Azure portal first" in text
