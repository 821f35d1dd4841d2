"""The metrics of a report: what each state becomes, and what has no value because the report does not know it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import metric_families as names
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.metrics import Family, families
from tests.unit.site.verify.support import CAS01, SCP01, WELL, flow, offline, problem, report, spoiled, stage

PREFIX = "configmgr_scp_"
SITE_METRICS = {"report_timestamp_seconds", "report_verdict", "checks", "check_status"}


def metrics(found: dict[str, Any], **options: Any) -> dict[str, Family]:
    """By the name without the prefix."""
    return {family.name.removeprefix(PREFIX): family for family in families(report(found, **options))}


def values(found: dict[str, Any], name: str, **options: Any) -> dict[tuple[str, ...], float]:
    """The samples of one metric, by the values of its own labels; empty when it has none."""
    family = metrics(found, **options).get(name)
    return {sample.labels[2:]: sample.value for sample in family.samples} if family else {}


def present(found: dict[str, Any], name: str, **options: Any) -> set[tuple[str, ...]]:
    """The states that are 1; all others must be 0."""
    rows = values(found, name, **options)
    assert set(rows.values()) <= {0.0, 1.0}
    return {labels for labels, value in rows.items() if value}


def test_a_healthy_hierarchy() -> None:
    found = metrics(WELL)
    # The components of these results have no heartbeat.
    missing = {"component_heartbeat_timestamp_seconds"}
    assert set(found) == {name.removeprefix(PREFIX) for name in names.DEFINITIONS} - missing
    assert {sample.labels[:2] for family in found.values() for sample in family.samples} == {(CAS01, "CAS")}
    assert values(WELL, "report_timestamp_seconds") == {(): 1795348800.0}
    assert present(WELL, "report_verdict") == {("passed",)}
    assert values(WELL, "service_connection_points") == {(): 1.0}
    assert values(WELL, "role_info") == {(SCP01, "online", "5.00.9152.1000"): 1.0}
    assert values(WELL, "last_contact_timestamp_seconds") == {("online",): 1795341618.0}
    assert present(WELL, "thread_state") == {(SCP01, "running")}
    assert present(WELL, "synchronisation_outcome") == {("completed",)}
    assert present(WELL, "synchronisation_stage") == {("manifest_handed_over",)}
    assert values(WELL, "synchronisation_start_timestamp_seconds") == {(): 1795341600.0}
    assert values(WELL, "synchronisation_stage_timestamp_seconds") == {(): 1795341618.0}
    assert values(WELL, "synchronisation_success_timestamp_seconds") == {(): 1795341618.0}
    assert values(WELL, "manifest_accepted_timestamp_seconds") == {(): 1795341660.0}
    assert present(WELL, "component_status") == {("SMS_DMP_DOWNLOADER", SCP01, "ok"), ("SMS_SERVICE_CONNECTOR", "scp01", "ok")}
    # 2027-05-01, and the end of 2028-03-28.
    assert values(WELL, "secret_expiry_timestamp_seconds") == {("Corp", "Server app"): 1809129600.0}
    assert values(WELL, "support_end_timestamp_seconds") == {("2609",): 1837900800.0}
    assert values(WELL, "updates")["installed",] == sum(values(WELL, "updates").values()) == 1.0
    assert values(WELL, "updates_hanging") == {(): 0.0}
    assert values(WELL, "update_change_timestamp_seconds") == {("Update 2609", "5.00.9152.1000", "installed"): 1793613600.0}


def test_every_metric_has_a_help_and_the_ending_of_its_unit() -> None:
    for name, definition in names.DEFINITIONS.items():
        assert re.fullmatch(r"configmgr_scp_[a-z][a-z0-9_]*[a-z]", name)
        assert name.endswith("_seconds") == (definition.unit == "seconds")
        # A backslash or a quotation mark is escaped in another way by each of the two formats.
        assert re.fullmatch(r"[A-Za-z0-9_ .,:;-]+\.", definition.help), name
        assert not name.endswith(("_total", "_count", "_sum", "_bucket", "_created"))
        assert all(re.fullmatch(r"[a-z_]+", label) for label in definition.labels)
        assert not set(definition.labels) & {*names.COMMON_LABELS, "job", "instance", "le", "quantile"}


def test_a_report_read_from_its_file_has_the_same_metrics() -> None:
    found = report(WELL)
    assert families(json.loads(json.dumps(found))) == families(found)


@pytest.mark.parametrize("bad", [{}, {"checks": []}, {"read": []}])
def test_what_is_no_report(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="create the report again"):
        families(bad)


# What is not known.


def test_a_report_of_nothing_says_that_it_failed_and_no_more() -> None:
    found = metrics({})
    assert set(found) == SITE_METRICS
    assert present({}, "report_verdict") == {("failed",)}
    assert present({}, "check_status") == {("site", "", "site_checked", "failed")}


OF_A_PART = {
    "hierarchy": {"service_connection_points"},
    "role": {
        *("role_info", "component_status", "thread_state", "last_contact_timestamp_seconds"),
        *(name.removeprefix(PREFIX) for name in names.DEFINITIONS if "synchronisation" in name),
    },
    "status": set(),
    "updates": {"support_end_timestamp_seconds", "updates", "updates_hanging", "update_change_timestamp_seconds"},
    "cloud": {"secret_expiry_timestamp_seconds"},
    "thread": {"thread_state"},
    "log": {name.removeprefix(PREFIX) for name in names.DEFINITIONS if "synchronisation" in name},
    "site_log": {"manifest_accepted_timestamp_seconds"},
}


@pytest.mark.parametrize("part", [part for part in OF_A_PART if part != "role"])
@pytest.mark.parametrize("result", [{"unreachable": True, "msg": "no route"}, {"failed": True, "msg": "no right"}, {}])
def test_what_was_not_read_has_no_value(part: str, result: dict[str, Any]) -> None:
    found = spoiled()
    found[part]["result"] = result
    assert set(metrics(WELL)) - set(metrics(found)) == OF_A_PART[part]


def test_without_the_role_nothing_is_said_of_its_server() -> None:
    found = spoiled()
    found["role"]["result"] = {"failed": True, "msg": "no right"}
    # In a run of the role verify, the server would not be known; what is given nevertheless is not attributed to a server.
    assert metrics(found).keys() >= SITE_METRICS
    assert not {"role_info", "component_status", "synchronisation_outcome"} & set(metrics(found))


@pytest.mark.parametrize("seen", [None, "unknown"])
def test_an_unknown_state_is_not_one_of_the_known_ones(seen: str | None) -> None:
    assert values(spoiled("thread", state=seen), "thread_state") == {}


def test_times_that_are_not_known() -> None:
    found = spoiled("cloud", applications=[{"name": "A", "tenant": "T", "secret": {"expires": None, "expires_in_days": None}}])
    assert values(found, "secret_expiry_timestamp_seconds") == {}
    assert values(spoiled("updates", support={"name": None, "ends": None}), "support_end_timestamp_seconds") == {}
    without = spoiled("last", previous_synchronisation=None)
    without["log"]["result"]["download"] = flow(None)
    assert not {name for name in metrics(without) if "synchronisation" in name or "contact" in name}


def test_hanging_is_not_known_while_one_may_hang() -> None:
    def packages(*hangs: bool | None) -> dict[str, Any]:
        return spoiled("updates", packages=[{"name": str(at), "hangs": hang} for at, hang in enumerate(hangs)])

    assert values(packages(), "updates_hanging") == {(): 0.0}
    assert values(packages(False, True), "updates_hanging") == {(): 1.0}
    assert values(packages(False, None), "updates_hanging") == {}
    assert values(packages(True, None), "updates_hanging") == {(): 1.0}


# Every state.


@pytest.mark.parametrize(("state", "shown"), [("running", "running"), ("stopped", "stopped"), ("starting", "other")])
def test_the_states_of_the_thread(state: str, shown: str) -> None:
    assert present(spoiled("thread", state=state), "thread_state") == {(SCP01, shown)}


@pytest.mark.parametrize("outcome", names.OUTCOMES)
def test_the_outcomes_of_a_synchronisation(outcome: str) -> None:
    found = spoiled("log", download=flow(outcome, stage("manifest_download", "2026-11-22T10:00:05.500Z")))
    assert present(found, "synchronisation_outcome") == {(outcome,)}
    assert present(found, "synchronisation_stage") == {("manifest_download",)}
    assert values(found, "synchronisation_stage_timestamp_seconds") == {(): 1795341605.5}
    # What is not known to have succeeded has no time of success.
    assert values(found, "synchronisation_success_timestamp_seconds") == {}


@pytest.mark.parametrize("status", ["ok", "warning", "critical", "status 7"])
def test_the_status_of_a_component(status: str) -> None:
    found = spoiled(
        "role", components=[{"component": "C", "server": "SCP01", "status": status, "last_heartbeat": "2026-11-22T10:00:00Z"}]
    )
    assert present(found, "component_status") == {("C", "scp01", "other" if status.startswith("status") else status)}
    assert values(found, "component_heartbeat_timestamp_seconds") == {("C", "scp01"): 1795341600.0}


@pytest.mark.parametrize("phase", names.update_phases())
def test_the_phases_of_an_update(phase: str) -> None:
    found = spoiled("updates", packages=[{"name": "U", "version": "5", "phase": phase, "hangs": False}])
    assert {labels for labels, value in values(found, "updates").items() if value} == {(phase,)}


def test_the_phases_are_those_that_the_module_documents() -> None:
    from ansible_collections.configmgr.scp.plugins.modules import site_update_info

    for phase in names.update_phases():
        assert f"V({phase})" in site_update_info.RETURN


def test_a_status_for_each_check() -> None:
    advice = spoiled("role", duties=[{"id": "proxy", "title": "T", "detail": "D", "how": "H", "done": False}])
    advice["thread"]["result"]["state"] = "stopped"
    advice["updates"]["result"]["support"]["days_left"] = 3
    shown = {labels[2]: labels[3] for labels in present(advice, "check_status")}
    assert shown["duty_proxy"] == "advice"
    assert shown["thread_running"] == "failed"
    assert shown["support_end"] == "warning"
    assert shown["role_configured"] == "passed"
    # Not judged, because the thread is stopped: skipped is not passed.
    assert shown["synchronisation"] == "skipped"
    assert set(shown.values()) == set(names.CHECK_STATUSES)
    assert present(advice, "report_verdict") == {("failed",)}
    counts = {labels[0]: value for labels, value in values(advice, "checks").items()}
    assert counts == {status: list(shown.values()).count(status) for status in names.CHECK_STATUSES}
    # All five states of each check are listed.
    assert len(values(advice, "check_status")) == 5 * len(shown)


def test_an_accepted_check_is_skipped() -> None:
    shown = {
        labels[2]: labels[3] for labels in present(spoiled("thread", state="stopped"), "check_status", accept=["thread_running"])
    }
    assert shown["thread_running"] == "skipped"


def test_an_offline_role_has_no_synchronisation() -> None:
    found = metrics(offline(spoiled()))
    assert not [name for name in found if "synchronisation" in name]
    assert values(offline(spoiled()), "last_contact_timestamp_seconds") == {("offline",): 1795341660.0}


@pytest.mark.parametrize("number", [0, 2])
def test_none_or_two_roles(number: int) -> None:
    rows = [{"server": f"scp0{at}.corp.example", "site_code": "CAS", "mode": "online"} for at in range(number)]
    found = spoiled("hierarchy", service_connection_points=rows)
    found["role"]["result"]["configured"] = rows
    assert values(found, "service_connection_points") == {(): float(number)}
    assert values(found, "role_info") == {}


# Names from the site.


def test_the_worst_of_what_has_the_same_labels_counts() -> None:
    rows = [{"component": "C", "server": "s", "status": status} for status in ("ok", "critical", "warning")]
    assert present(spoiled("role", components=rows), "component_status") == {("C", "s", "critical")}
    apps = [
        {"name": "A", "tenant": "T", "secret": {"expires": f"{year}-01-01T00:00:00Z", "expires_in_days": 99}}
        for year in (2029, 2027, 2028)
    ]
    assert values(spoiled("cloud", applications=apps), "secret_expiry_timestamp_seconds") == {("T", "A"): 1798761600.0}
    # Problems of two long names that are cut to the same label.
    found = report(WELL)
    check = {"id": "x" * 400, "part": "site", "host": CAS01, "required": True}
    found["checks"] = [{**check, "status": status} for status in ("passed", "failed", "warning")]
    # Another id of the same length, which differs only after the limit.
    found["checks"].append({**check, "id": "x" * 399 + "y", "status": "passed"})
    (family,) = [one for one in families(found) if one.name.endswith("check_status")]
    assert [sample.labels[-1] for sample in family.samples if sample.value] == ["failed"]
    assert len(family.samples) == 5


def test_no_two_samples_have_the_same_labels() -> None:
    many = [problem("tls"), problem("tls"), problem("unrecognised")]
    for family in metrics(spoiled("log", problems=many)).values():
        labels = [sample.labels for sample in family.samples]
        assert len(labels) == len(set(labels)), family.name
        assert {len(one) for one in labels} == {len(family.labels)}


def test_the_number_and_the_length_of_names_are_limited() -> None:
    found = spoiled(
        "updates", packages=[{"name": "U" * 5000 + str(at), "last_updated": "2026-11-02T10:00:00Z"} for at in range(5000)]
    )
    found["role"]["result"]["components"] = [{"component": f"C{at}", "server": "s", "status": "ok"} for at in range(5000)]
    found["cloud"]["result"]["applications"] = [
        {"name": f"A{at}", "tenant": "T", "secret": {"expires": "2027-05-01T00:00:00Z"}} for at in range(5000)
    ]
    for family in metrics(found).values():
        assert len(family.samples) <= 800, family.name
        assert max(len(label) for sample in family.samples for label in sample.labels) < 200
