"""Logs of the lab, made weeks old for a picture; the collection reads them as it reads the first day."""

from __future__ import annotations

from datetime import UTC, datetime

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report
from lab.configmgr.logs import native_line
from tests.unit.site.logs.support import CHECK, LOG
from tools.pictures.__main__ import FAILED_AT, FAILURE
from tools.pictures.earlier_days import with_earlier_days

FIRST = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DAY = "".join(native_line(message, "SMS_DMP_DOWNLOADER", FIRST) for message in CHECK)


def test_each_day_is_a_synchronisation() -> None:
    judge = Judge()
    judge.read({LOG: parse(with_earlier_days(DAY, 3, [2], FAILED_AT, FAILURE).splitlines())})
    history = report(judge, None)["download"]["history"]
    assert [(one["started"][:10], one["outcome"]) for one in history] == [
        ("2026-02-27", "completed"),
        ("2026-02-28", "failed"),
        ("2026-03-01", "completed"),
        ("2026-03-02", "completed"),
    ]


def test_a_broken_day_without_a_place_has_no_records() -> None:
    assert with_earlier_days(DAY, 2, [1]).count(CHECK[0]) == 2
    assert with_earlier_days(DAY, 0) == DAY
