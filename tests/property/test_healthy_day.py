"""The documentation's own logs of good work are healthy at every moment of a download, an installation, the day after."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report as log_report
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import iso
from tests.unit.site.verify.support import WELL, report

GOOD = Path(__file__).resolve().parents[1] / "unit" / "site" / "logs" / "documented_good.yml"
CASES: list[dict[str, Any]] = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
BEGIN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LOGS = r"D:\SMS\Logs"
# When the documented lines begin and how long they take: KB 4490424 prints the report times of a download of 20 minutes.
DOWNLOADER = (
    ("KB 4490424 (2025-10), synchronization", -DAY, timedelta(seconds=18)),
    ("KB 4490424 (2025-10), synchronization", timedelta(0), timedelta(seconds=18)),
    ("KB 4490424 (2025-10), download of an update", timedelta(seconds=20), timedelta(minutes=20)),
    ("KB 4490424 (2025-10), synchronization", DAY, timedelta(seconds=18)),
)
HIERARCHY_MANAGER = (
    ("KB 4490424 (2025-10), applicability", -DAY + timedelta(minutes=1), timedelta(seconds=20)),
    ("KB 4490424 (2025-10), applicability", timedelta(minutes=1), timedelta(seconds=20)),
    ("KB 4490424 (2025-10), completed download", timedelta(minutes=21), timedelta(seconds=5)),
    ("KB 4490424 (all texts), replication", timedelta(hours=8), timedelta(minutes=2)),
    ("KB 4490424 (2020 to 2025), prerequisite check and readiness", timedelta(hours=8, minutes=10), timedelta(minutes=5)),
    ("KB 4490424 (2025-10), after the installation", timedelta(hours=10), timedelta(minutes=10)),
    ("KB 4490424 (2025-10), applicability", DAY + timedelta(minutes=1), timedelta(seconds=20)),
)
DISTRIBUTION = (("KB 4490424 (all texts) and package actions", timedelta(hours=8, minutes=2), timedelta(minutes=5)),)
UPDATE = (
    ("KB 4490424 (2025-10), prerequisite check", timedelta(hours=8, minutes=20), timedelta(minutes=20)),
    ("KB 4490424 (2025-10), installation", timedelta(hours=8, minutes=45), timedelta(hours=1)),
)
Written = list[tuple[datetime, str]]


def _written(log: str, component: str, blocks: Iterable[tuple[str, timedelta, timedelta]]) -> Written:
    """The lines of a log with their times, evenly over each block."""
    found: Written = []
    for source, after, length in blocks:
        (lines,) = [case["lines"] for case in CASES if (case["log"], case["source"]) == (log, source)]
        for number, line in enumerate(lines):
            when = BEGIN + after + length * number / len(lines)
            found.append((when, f"{line} $$<{component}><{when:%m-%d-%Y %H:%M:%S}.000+0><thread=4700 (0x125C)>"))
    return found


SERVER = {"dmpdownloader.log": _written("dmpdownloader", "SMS_DMP_DOWNLOADER", DOWNLOADER)}
SITE = {
    "hman.log": _written("hman", "SMS_HIERARCHY_MANAGER", HIERARCHY_MANAGER),
    "distmgr.log": _written("distmgr", "SMS_DISTRIBUTION_MANAGER", DISTRIBUTION),
    "CMUpdate.log": _written("cmupdate", "CONFIGURATION_MANAGER_UPDATE", UPDATE),
}


def _read(logs: Mapping[str, Written], now: datetime) -> dict[str, Any]:
    """What log_info returns at ``now``, when only the lines until then are written."""
    judge = Judge(since=now - timedelta(hours=48))
    judge.read({rf"{LOGS}\{name}": parse(line for when, line in written if when <= now) for name, written in logs.items()})
    return {"server_time": iso(now), "logs": [], **log_report(judge, now)}


def _reported(now: datetime) -> dict[str, Any]:
    found = copy.deepcopy(WELL)
    found["log"]["result"], found["site_log"]["result"] = _read(SERVER, now), _read(SITE, now)
    synchronised = max(when for when in (BEGIN - DAY, BEGIN, BEGIN + DAY) if when + timedelta(seconds=18) <= now)
    found["last"]["result"]["previous_synchronisation"] = iso(synchronised + timedelta(seconds=18))
    return report(found)


def _ill(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(check["id"], check["detail"]) for check in found["checks"] if check["status"] not in ("passed", "skipped")]


@given(st.integers(0, 26 * 3600))
def test_healthy_at_every_moment_of_a_day(seconds: int) -> None:
    assert _ill(_reported(BEGIN + timedelta(seconds=seconds))) == []


@given(st.integers(0, 86_399))
def test_the_flows_say_what_happens(seconds: int) -> None:
    now = BEGIN + timedelta(seconds=seconds)
    server, site = _read(SERVER, now), _read(SITE, now)
    assert server["download"]["outcome"] == ("running" if seconds < 17 else "completed")
    assert server["download"]["last_success"] is not None
    if seconds >= 21 * 60:
        assert [package["outcome"] for package in server["packages"]] == ["completed"]
    assert site["manifest"]["outcome"] in ("running", "completed")
    assert site["installation"]["outcome"] == (
        None if seconds < 8.34 * 3600 else "running" if seconds < 9.74 * 3600 else "completed"
    )


def test_every_moment_at_which_something_changes() -> None:
    moments = sorted({when for logs in (SERVER, SITE) for written in logs.values() for when, _line in written if when >= BEGIN})
    for moment in moments:
        assert [check["id"] for check in _reported(moment)["checks"] if check["status"] not in ("passed", "skipped")] == [], (
            moment
        )
