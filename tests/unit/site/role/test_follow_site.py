"""Following a site: from which time its messages are used, by which clock, what is waited for and how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import follow
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.follow import Mark, SiteFailure, Verdict
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.site.fake_site import BEGAN, FakeSite, component, message
from tests.unit.site.support import CAS

SERVER, OTHER = "scp01.corp.example", "scp02.corp.example"
LIMIT = 600.0
MINUTE = timedelta(minutes=1)
ALL = Mark(0, naming.DOWNLOADER, follow.OUTCOME_IDS)


def mark(site: FakeSite) -> Mark:
    return follow.mark(site.task(), "CAS", naming.DOWNLOADER, follow.OUTCOME_IDS)


def test_the_mark_is_the_newest_message_of_the_last_hour_of_the_sites_own_clock() -> None:
    site = FakeSite(
        message(900, status.INSTALLED, SERVER, when=BEGAN - 61 * MINUTE),
        message(20, status.INSTALLED, SERVER, when=BEGAN - 60 * MINUTE),
        message(30, status.DEINSTALLED, OTHER, when=BEGAN - 5 * MINUTE),
        message(31, 9999, SERVER),
        message(32, status.INSTALLED, SERVER, "SMS_DMP_UPLOADER"),
    )
    assert mark(site) == Mark(30, naming.DOWNLOADER, follow.OUTCOME_IDS, BEGAN - 60 * MINUTE)


def test_without_the_right_to_read_the_clock_all_messages_are_looked_at() -> None:
    site = FakeSite(message(40, status.INSTALLED, SERVER, when=BEGAN - timedelta(days=99)))
    site.faults["Win32_OperatingSystem"] = CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Query"))
    assert mark(site) == Mark(40, naming.DOWNLOADER, follow.OUTCOME_IDS, None)


def test_a_site_without_messages_has_a_mark_too() -> None:
    assert mark(FakeSite()).record == 0


def test_what_is_older_than_the_mark_is_no_answer_whatever_its_number() -> None:
    site = FakeSite(component(SERVER), message(999, status.INSTALLED, SERVER, when=BEGAN - 90 * MINUTE))
    since = mark(site)
    with pytest.raises(TaskFailure):
        follow.wait_for_installation(site.task(), CAS, SERVER, since, LIMIT, after_write=True)


def installed(site: FakeSite, after_write: bool = True, limit: float = LIMIT) -> Verdict:
    return follow.wait_for_installation(site.task(), CAS, SERVER, ALL, limit, after_write)


@pytest.mark.parametrize("named", [SERVER, "SCP01", "", "CAS01.corp.example"])
def test_messages_count_that_are_of_the_server_of_nobody_or_of_the_site_server(named: str) -> None:
    site = FakeSite(component(SERVER), message(1, status.INSTALLED, named))
    assert installed(site).done


def test_messages_of_another_server_do_not_count() -> None:
    site = FakeSite(component(SERVER), message(1, status.INSTALLED, SERVER), message(2, status.INSTALL_FAILED, OTHER))
    assert installed(site).done
    with pytest.raises(TaskFailure):
        installed(FakeSite(component(SERVER), message(2, status.INSTALLED, OTHER)))


def test_what_runs_is_enough_where_nothing_was_written() -> None:
    site = FakeSite(component(SERVER), message(2, status.INSTALL_FAILED, SERVER))
    assert installed(site, after_write=False).done
    assert site.clock.now == 0


def test_a_limit_that_passes_is_told_with_its_seconds_and_the_progress_with_the_server() -> None:
    site = FakeSite(component(SERVER, 3))
    with pytest.raises(TaskFailure, match=r"300 s.*wait_timeout") as failure:
        installed(site, limit=300)
    assert not isinstance(failure.value, SiteFailure)
    assert site.clock.now == pytest.approx(300)
    assert SERVER in site.progress[0]


def test_a_failure_is_quoted_in_the_order_of_its_words_and_has_its_evidence() -> None:
    site = FakeSite(component(SERVER, 3))
    site.say(status.INSTALL_BEGUN, SERVER)
    site.say(status.INSTALL_FAILED, SERVER, words=("first", "", "second"))
    with pytest.raises(SiteFailure, match="first second") as failure:
        installed(site)
    evidence = failure.value.result["evidence"]
    assert [one["source"] for one in evidence] == ["component summarizer", "status message", "status message"]
    assert [one["message_id"] for one in evidence[1:]] == [status.INSTALL_BEGUN, status.INSTALL_FAILED]
    assert site.clock.now == 0


def test_a_removal_fails_with_the_words_of_the_site_too() -> None:
    site = FakeSite(component(SERVER, 5))
    site.say(status.DEINSTALL_FAILED, SERVER)
    with pytest.raises(SiteFailure, match=str(status.DEINSTALL_FAILED)):
        follow.wait_for_removal(site.task(), CAS, SERVER, ALL, LIMIT)


def test_a_removal_whose_failure_is_older_than_its_end_is_done() -> None:
    site = FakeSite(message(1, status.DEINSTALL_FAILED, SERVER))
    verdict = follow.wait_for_removal(site.task(), CAS, SERVER, ALL, LIMIT)
    assert verdict.done


def through(site: FakeSite, check_mode: bool = False, server: str = SERVER) -> tuple[bool, float]:
    """Whether an installation whose row exists has ended, and how long the wait for it was."""
    states = status.component_states(site.session, "CAS", (naming.DOWNLOADER,))
    done, verdict = follow.see_through(site.task(check_mode=check_mode), CAS, server, states, LIMIT)
    assert (verdict.summary is not None) is any(naming.same_computer(state.server, server) for state in states)
    return done, site.clock.now


@pytest.mark.parametrize(
    ("found", "done"),
    [
        ([component("SCP01")], True),
        ([component(OTHER), component(SERVER)], True),
        # Stopped, but installed: its newest message says so, or there is no message left.
        ([component(SERVER, 0)], True),
        ([component(SERVER, 0), message(1, status.DEINSTALLED, SERVER), message(2, status.INSTALLED, SERVER)], True),
        ([component(SERVER, 0), message(1, status.DEINSTALLED, SERVER)], False),
        ([component(SERVER, 3)], False),
        ([component(OTHER)], False),
        ([], False),
    ],
)
def test_what_is_installed_is_seen_without_waiting(found: list[object], done: bool) -> None:
    for check_mode in (True, False) if done else (True,):
        assert through(FakeSite(*found), check_mode) == (done, 0)  # type: ignore[arg-type]


def test_an_installation_that_was_begun_before_is_waited_for() -> None:
    site = FakeSite(component(SERVER, 3))
    site.later(40, lambda: site.set_component(SERVER, 1))
    states = status.component_states(site.session, "CAS", (naming.DOWNLOADER,))
    done, verdict = follow.see_through(site.task(), CAS, SERVER, states, LIMIT)
    assert (done, verdict.done) == (True, True)
    assert site.clock.now >= 40


def test_an_installation_that_was_begun_before_and_fails_now() -> None:
    site = FakeSite(component(SERVER, 3), message(5, status.INSTALL_FAILED, SERVER, when=BEGAN - MINUTE))
    site.later(40, lambda: site.say(status.INSTALL_FAILED, SERVER))
    with pytest.raises(SiteFailure):
        through(site)
    assert site.clock.now >= 40


def test_the_newest_processing_of_the_configuration_is_returned() -> None:
    found = [message(record, status.SITE_CONTROL_CHANGED, "CAS01", status.HIERARCHY_MANAGER) for record in (7, 8, 9)]
    since = Mark(7, status.HIERARCHY_MANAGER, (status.SITE_CONTROL_CHANGED,))
    site = FakeSite(*found)
    assert follow.wait_for_distribution(site.task(), CAS, since, LIMIT).record == 9
    with pytest.raises(TaskFailure, match="120 s"):
        follow.wait_for_distribution(site.task(), CAS, Mark(9, since.component, since.ids), 120)


def test_evidence_is_data_with_a_text() -> None:
    state = status.component_state(FakeSite(component("SCP01", started=BEGAN)).session, "CAS", SERVER, naming.DOWNLOADER)
    said = status.StatusMessage(7, status.INSTALLED, naming.DOWNLOADER, "SCP01", "2031-05-01T08:00:00Z")
    first, second = follow.evidence(Verdict(True, None, state, (said,)))
    assert (first["server"], first["state"], first["last_started"]) == ("SCP01", "started", "2031-05-01T08:00:00Z")
    assert "since 2031-05-01 08:00:00 UTC" in first["text"]
    assert (second["record_id"], second["message_id"]) == (7, status.INSTALLED)
    assert "2031-05-01 08:00:00 UTC" in second["text"]
    assert follow.evidence(Verdict(False, None, None, ())) == []


def test_a_start_that_is_not_known_is_not_told() -> None:
    state = status.component_state(FakeSite(component(SERVER)).session, "CAS", SERVER, naming.DOWNLOADER)
    assert "since" not in follow.evidence(Verdict(True, None, state, ()))[0]["text"]


def test_a_failure_without_words_quotes_none() -> None:
    site = FakeSite(component(SERVER, 3))
    site.say(status.INSTALL_FAILED, SERVER, words=("",))
    with pytest.raises(SiteFailure) as failure:
        installed(site)
    assert '""' not in failure.value.message


def test_a_stopped_thread_counts_as_removed_unless_it_was_stopped_before() -> None:
    site = FakeSite(component(SERVER, 0))
    assert follow.wait_for_removal(site.task(), CAS, SERVER, ALL, LIMIT).done
    with pytest.raises(TaskFailure):
        follow.wait_for_removal(site.task(), CAS, SERVER, ALL, LIMIT, stopped_before=True)
