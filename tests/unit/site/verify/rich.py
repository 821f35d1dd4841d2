"""Input with everything that the page draws: weeks of synchronisations, dates of each kind, a server that does not answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from tests.unit.site.verify.support import CAS01, SCP01, spoiled

TODAY = datetime.fromisoformat("2026-11-22T12:00:00+00:00")


def past(outcome: str, days: float) -> dict[str, Any]:
    """A pass of a flow that ended some days ago."""
    when = (TODAY - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"started": when, "time": when, "stage": "s", "title": "Stage s", "outcome": outcome}


def message(number: int, days: float, verdict: str | None, subject: str | None = "endpoints") -> dict[str, Any]:
    when = (TODAY - timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")
    severity = {"passed": "information", "failed": "error"}.get(verdict or "", "warning")
    title = None if verdict is None else f"Message {number}"
    return {
        "message_id": number,
        "subject": subject,
        "verdict": verdict,
        "time": when,
        "title": title,
        "words": [],
        "component": "SMS_SERVICE_CONNECTOR",
        "severity": severity,
        "remedy": "Check it.",
    }


def rich(ill: bool = False) -> dict[str, Any]:
    """What was read.

    :param ill: the server of the role does not answer.
    """
    found = spoiled()
    sites = found["hierarchy"]["result"]["sites"]
    sites[0] |= {"providers": ["prov01.corp.example"], "version": "5.00.9141.1000", "name": "Central administration site"}
    sites.append(
        {
            "site_code": "SE1",
            "name": "Branch",
            "type": "secondary",
            "parent": "PR1",
            "server": "se1.corp.example",
            "top_level": False,
        }
    )
    sites.append(
        {"site_code": "PR2", "name": "Two", "type": "primary", "parent": "CAS", "server": "pri2.corp.example", "top_level": False}
    )
    found["hierarchy"]["result"]["top_level_site"] |= {"version": "5.00.9141.1000"}
    for name in ("hierarchy", "role", "status", "updates", "cloud"):
        found[name]["host"] = "prov01.corp.example"
    found["updates"]["result"]["support"] = {
        "version": "5.00.9141.1000",
        "name": "2509",
        "days_left": 171,
        "ends": "2027-05-12",
        "warning": None,
    }
    found["cloud"]["result"]["applications"] = [
        {"name": name, "tenant": "Corp", "secret": {"created": "2026-01-05T00:00:00Z", "expires": ends, "expires_in_days": left}}
        for name, ends, left in (
            ("ConfigMgr server app", "2026-12-10T00:00:00Z", 17),
            ("Old server app", "2026-11-19T00:00:00Z", -4),
            ("Tenant attach app", "2027-08-05T00:00:00Z", 255),
        )
    ]
    history = [past("completed", days) for days in range(25, 0, -1)]
    history[5], history[12] = past("failed", 20), past("stopped", 13)
    history.insert(6, past("failed", 19.2))
    found["log"]["result"]["download"]["history"] = [*history, past("completed", 0.08)]
    found["site_log"]["result"]["manifest"]["history"] = [past("completed", days - 0.01) for days in range(16, 0, -1)]
    found["status"]["result"] |= {
        "since": "2026-11-15T12:00:00Z",
        "messages": [
            message(11410, 0.1, "passed"),
            message(11411, 2, "warning"),
            message(11412, 3, "failed"),
            message(9605, 3.2, "failed", "upload"),
            message(4000, 5, None, None),
        ],
    }
    found["role"]["result"]["components"][1] |= {"status": "critical", "last_heartbeat": "2026-11-22T11:00:00Z"}
    if ill:
        for name in ("thread", "log"):
            found[name]["result"] = {"unreachable": True, "msg": f"{SCP01}: connection refused"}
        found["last"]["result"] = {"skipped": True}
    assert found["site_log"]["host"] == CAS01
    return found


_COMPARED = ("phase", "outcome", "status", "severity", "state", "mode", "kind", "verdict", "subject", "id", "site_code", "parent")
_TIME = re.compile(r"\d{4}-\d\d-\d\d")


def renamed(value: Any, text: str) -> Any:
    """The same data with a text appended to every text except times and those that are compared."""
    if isinstance(value, dict):
        return {name: item if name in _COMPARED else renamed(item, text) for name, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, text) for item in value]
    return value + text if isinstance(value, str) and not _TIME.match(value) else value
