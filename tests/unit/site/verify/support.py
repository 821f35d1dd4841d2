"""A healthy hierarchy, as the modules would return it, and functions to break one part of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import Gathered, gathered_from
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.report import verify

CAS01, SCP01 = "cas01.corp.example", "scp01.corp.example"
MADE = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOW = "2026-11-22T12:00:00.000Z"


def stage(id: str, time: str) -> dict[str, Any]:
    return {"stage": id, "title": f"Stage {id}", "time": time, "log": "D:\\SMS\\Logs\\dmpdownloader.log"}


def flow(outcome: str | None, *stages: dict[str, Any], success: str | None = None) -> dict[str, Any]:
    last = stages[-1] if stages else {"stage": None, "title": None, "time": None}
    started = stages[0]["time"] if stages else None
    return {
        **{k: last[k] for k in ("stage", "title", "time")},
        "started": started,
        "outcome": outcome,
        "stages": list(stages),
        "last_success": success,
    }


def problem(id: str, severity: str = "error", status: str = "current", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "title": f"About {id}",
        "severity": severity,
        "status": status,
        "cause": f"Cause of {id}.",
        "remedy": f"Mend {id}.",
        "log": "D:\\SMS\\Logs\\dmpdownloader.log",
        "component": "SMS_DMP_DOWNLOADER",
        "last_time": "2026-11-22T10:00:03.000Z",
        "count": 2,
        "lines": [{"text": "WARNING: it went wrong", "time": None, "local_time": None}],
        **more,
    }


_LOG = {
    "server_time": NOW,
    "since": "2026-11-20T12:00:00.000Z",
    "logs": [{"component": "SMS_DMP_DOWNLOADER", "path": "D:\\SMS\\Logs\\dmpdownloader.log", "readable": True, "error": None}],
    "download": flow(
        "completed",
        stage("check_started", "2026-11-22T10:00:00.000Z"),
        stage("manifest_handed_over", "2026-11-22T10:00:18.000Z"),
        success="2026-11-22T10:00:18.000Z",
    ),
    "packages": [],
    "problems": [],
    "timeline": [],
    "manifest": flow(None),
    "counts": {},
}
WELL: dict[str, Any] = {
    "hierarchy": {
        "host": CAS01,
        "result": {
            "site_code": "CAS",
            "sites": [
                {
                    "site_code": "CAS",
                    "name": "Central",
                    "type": "central administration site",
                    "parent": None,
                    "server": CAS01,
                    "top_level": True,
                },
                {
                    "site_code": "PR1",
                    "name": "One",
                    "type": "primary",
                    "parent": "CAS",
                    "server": "pri1.corp.example",
                    "top_level": False,
                },
            ],
            "top_level_site": {"site_code": "CAS", "server": CAS01},
            "site_servers": [CAS01],
            "site_systems": [],
            "service_connection_points": [{"server": SCP01, "site_code": "CAS", "mode": "online"}],
        },
    },
    "role": {
        "host": CAS01,
        "result": {
            "configured": [{"server": SCP01, "site_code": "CAS", "mode": "online"}],
            "components": [
                {"component": "SMS_DMP_DOWNLOADER", "server": "SCP01.corp.example", "state": "started", "status": "ok"},
                {"component": "SMS_SERVICE_CONNECTOR", "server": "SCP01", "state": "started", "status": "ok"},
            ],
            "installed": True,
            "duties": [
                {"id": "role_running", "title": "T", "detail": "D", "how": "", "done": True},
                {"id": "proxy", "title": "The proxy", "detail": "None is used.", "how": "", "done": True},
            ],
        },
    },
    "status": {
        "host": CAS01,
        "result": {
            "site_time": "2026-11-22T12:00:00Z",
            "since": "2026-11-15T12:00:00Z",
            "roles": [{"role": "SMS Dmp Connector", "status": "ok", "down_since": None}],
            "messages": [
                {
                    "message_id": 11410,
                    "subject": "endpoints",
                    "verdict": "passed",
                    "time": "2026-11-22T09:00:00Z",
                    "title": "Every one was reached",
                    "words": [],
                    "component": "SMS_SERVICE_CONNECTOR",
                    "severity": "information",
                    "remedy": "",
                }
            ],
            "more_messages": False,
        },
    },
    "updates": {
        "host": CAS01,
        "result": {
            "site_time": "2026-11-22T12:00:00Z",
            "packages": [
                {
                    "name": "Update 2609",
                    "version": "5.00.9152.1000",
                    "phase": "installed",
                    "state": "INSTALL_SUCCESS",
                    "hangs": False,
                    "last_updated": "2026-11-02T10:00:00Z",
                    "advice": None,
                }
            ],
            "support": {"version": "5.00.9152.1000", "name": "2609", "days_left": 492, "ends": "2028-03-28", "warning": None},
            "security_update": {"state": "contained", "kb": "KB39398030", "known_on": "2026-11", "cves": []},
        },
    },
    "cloud": {
        "host": CAS01,
        "result": {
            "tenants": [{"name": "Corp"}],
            "gateways": [{"name": "CORPCMG", "state": "running"}],
            "discovery": [{"cloud_service_id": 7, "full_enabled": True, "delta_enabled": False}],
            "applications": [
                {"name": "Server app", "tenant": "Corp", "secret": {"expires": "2027-05-01T00:00:00Z", "expires_in_days": 160}},
                {"name": "Client app", "secret": None},
            ],
        },
    },
    "thread": {"host": SCP01, "result": {"state": "running"}},
    "last": {"host": SCP01, "result": {"asked": False, "previous_synchronisation": "2026-11-22T10:00:18Z"}},
    "log": {"host": SCP01, "result": _LOG},
    "site_log": {
        "host": CAS01,
        "result": {
            **_LOG,
            "download": flow(None),
            "manifest": flow(
                "completed", stage("manifest_accepted", "2026-11-22T10:01:00.000Z"), success="2026-11-22T10:01:00.000Z"
            ),
        },
    },
}


def spoiled(name: str = "", **values: Any) -> dict[str, Any]:
    """The input for a hierarchy that is healthy except for these return values of one module."""
    found = copy.deepcopy(WELL)
    if name:
        found[name]["result"].update(values)
    return found


def offline(found: dict[str, Any]) -> dict[str, Any]:
    for row in found["role"]["result"]["configured"]:
        row["mode"] = "offline"
    return found


def report(found: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    return verify(gathered_from(found), MADE, **options)


def gathered(found: Mapping[str, Any]) -> Gathered:
    return gathered_from(found)


def check(found: Mapping[str, Any], id: str, part: str | None = None) -> dict[str, Any]:
    """The only check with this id."""
    chosen = [c for c in report(found)["checks"] if c["id"] == id and part in (None, c["part"])]
    assert len(chosen) == 1, [c["id"] for c in report(found)["checks"]]
    return dict(chosen[0])
