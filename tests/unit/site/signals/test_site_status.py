from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import site_status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.site_status import Message

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_every_row_of_the_table_is_whole() -> None:
    found = site_status.meanings()
    assert {11410, 11411, 11412, 11488, 9605, 9607, 9700, 4979, 53901} <= set(found)
    for meaning in found.values():
        assert meaning.verdict in ("passed", "warning", "failed")
        assert meaning.certainty in ("documented", "seen", "recalled")
        assert bool(meaning.remedy) is (meaning.verdict != "passed")
        assert meaning.source


def test_the_query_names_the_range_the_numbers_and_the_components() -> None:
    query = site_status.query_since(WHEN)
    assert "Time >= '20261122093000.000000+000'" in query
    assert "MessageID = 11488" in query
    assert "Component = 'SMS_DMP_UPLOADER'" in query
    assert "Severity = 3221225472" in query
    assert "Severity = 1073741824" not in query


@pytest.mark.parametrize(("number", "verdict"), [(11412, "failed"), (11410, "passed"), (77, None)])
def test_a_message_with_its_meaning(number: int, verdict: str | None) -> None:
    data = Message(1, number, "SMS_SERVICE_CONNECTOR", "SCP01", "error", WHEN, ("a\x07b",)).as_data()
    assert data["verdict"] == verdict
    assert data["time"] == "2026-11-22T09:30:00Z"
    assert data["words"] == ["a\\x07b"]
