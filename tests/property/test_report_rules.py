"""No check of a report passes if another one contradicts it, whatever the state of the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.check_ids import VERIFY
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.grounds import RESTS_ON
from tests.unit.site.verify.support import CAS01, SCP01, flow, offline, problem, report, spoiled, stage

Found = dict[str, Any]

# True even if the role was removed, its server is dead or its thread is stopped: the sites, and what is planned.
INDEPENDENT = frozenset(
    {"role_configured", "site_server_pair", "support_end", "security_update", "app_secrets_valid", "duty_proxy"}
)


def result(found: Found, name: str) -> Found:
    answer: Found = found[name]["result"]
    return answer


def dead_server(found: Found) -> None:
    for name in ("thread", "last", "log"):
        found[name]["result"] = {"unreachable": True, "msg": "no route"} if name == "thread" else {"skipped": True}


def dead_thread(found: Found) -> None:
    if not result(found, "thread").get("unreachable"):
        found["thread"]["result"] = {"state": "stopped"}


def no_role(found: Found) -> None:
    result(found, "role")["configured"] = []
    for name in ("thread", "last", "log"):
        found[name]["result"] = {}


FATAL: Mapping[str, Callable[[Found], None]] = {"server": dead_server, "thread": dead_thread, "role": no_role}
OTHERS: Mapping[str, Callable[[Found], Any]] = {
    "offline": offline,
    "site not installed": lambda found: result(found, "role").update(installed=False),
    "no components": lambda found: result(found, "role").update(components=[]),
    "running": lambda found: result(found, "log").update(download=flow("running", stage("x", "2026-11-22T11:59:00.000Z"))),
    "a problem": lambda found: result(found, "log").update(problems=[problem("tls")]),
    "pair": lambda found: result(found, "hierarchy").update(site_servers=[CAS01, SCP01]),
    "no site log": lambda found: found["site_log"].update(result={"msg": "Access is denied."}),
    "no status": lambda found: found["status"].update(result={"msg": "Access is denied."}),
    "discovery": lambda found: result(found, "role").update(
        duties=[{"id": "discovery", "title": "T", "detail": "It runs.", "how": "", "done": True}]
    ),
    "a package downloads": lambda found: result(found, "updates").update(
        packages=[{"name": "X", "phase": "downloading", "state": "DOWNLOAD_IN_PROGRESS", "hangs": False}]
    ),
}
some_others = st.sets(st.sampled_from(sorted(OTHERS)))
some_fatal = st.sets(st.sampled_from(sorted(FATAL)), min_size=1)


def gathered(fatal: set[str], others: set[str]) -> Found:
    found = spoiled()
    for name in sorted(others):
        OTHERS[name](found)
    for name in sorted(fatal, reverse=True):
        FATAL[name](found)
    return found


@given(some_fatal, some_others)
def test_nothing_that_the_role_does_is_green_while_it_does_nothing(fatal: set[str], others: set[str]) -> None:
    checks = report(gathered(fatal, others))["checks"]
    assert {check["id"] for check in checks if check["status"] == "passed"} <= INDEPENDENT
    # Each of these gives the reason.
    failed = {check["id"] for check in checks if check["status"] == "failed"}
    for check in checks:
        if check["detail"].startswith("Not judged"):
            assert check["status"] == "skipped"
            assert check["detail"].split()[3] in failed


@given(some_fatal, some_others)
def test_what_is_accepted_makes_nothing_green(fatal: set[str], others: set[str]) -> None:
    found = gathered(fatal, others)
    before = {check["id"] for check in report(found)["checks"] if check["status"] == "passed"}
    accept = ["thread_running", "thread_checked", "role_configured", "role_installed"]
    after = report(found, accept=accept)
    assert {check["id"] for check in after["checks"] if check["status"] == "passed"} == before


@given(some_others)
def test_no_check_is_green_beside_a_failed_one_that_it_rests_on(others: set[str]) -> None:
    checks = report(gathered(set(), others))["checks"]
    failed = {check["id"] for check in checks if check["status"] == "failed" and check["id"] != "thread_checked"}
    for check in checks:
        if check["status"] == "passed":
            assert not failed.intersection(RESTS_ON.get(check["id"], ()))


@given(st.sets(st.sampled_from(sorted(FATAL))), some_others)
def test_every_check_has_a_name_that_can_be_accepted(fatal: set[str], others: set[str]) -> None:
    checks = report(gathered(fatal, others))["checks"]
    assert [check["id"] for check in checks if not VERIFY.is_known(check["id"])] == []
