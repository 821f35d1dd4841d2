"""The next step from each state: who starts what, what is joined, and what is refused."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import (
    Act,
    Do,
    Past,
    Reached,
    Refuse,
    SiteState,
    Step,
    Wait,
    Wish,
    busy,
    decide,
    will_ask,
)
from tests.unit.site.servicing.updating.support import NEW, NUMBERS, package, seen

ASK = Act(Do.DOWNLOAD)
CHECK, INSTALL, INSTALL_ANYWAY = Act(Do.CHECK, 1), Act(Do.INSTALL, 0), Act(Do.INSTALL, 2)
IGNORE, REPLICATE = Act(Do.IGNORE, 2), Act(Do.REPLICATE)
WAIT, REACHED = Wait(), Reached()


@pytest.mark.parametrize(
    ("state", "flag", "wished", "step"),
    [
        ("APPLICABILITY_CHECKING", 0, "available", WAIT),
        ("APPLICABILITY_SUCCESS", 0, "available", REACHED),
        ("DOWNLOAD_FAILED", 0, "available", REACHED),
        ("APPLICABILITY_SUCCESS", 0, "downloaded", ASK),
        ("APPLICABILITY_SUCCESS", 0, "installed", ASK),
        ("DOWNLOAD_IN_PROGRESS", 0, "downloaded", WAIT),
        ("DOWNLOAD_SUCCESS", 0, "downloaded", REACHED),
        ("INSTALL_FAILED", 0, "downloaded", REACHED),
        ("DOWNLOAD_SUCCESS", 0, "checked", CHECK),
        ("DOWNLOAD_SUCCESS", 0, "installed", INSTALL),
        ("ENABLED", 1, "checked", WAIT),
        ("CONTENT_REPLICATING", 0, "installed", WAIT),
        ("CONTENT_REPLICATION_SUCCESS", 0, "installed", WAIT),
        ("PREREQ_IN_PROGRESS", 0, "checked", WAIT),
        ("PREREQ_SUCCESS", 1, "checked", REACHED),
        ("PREREQ_WARNING", 1, "checked", REACHED),
        ("INSTALL_INSTALLFILES", 0, "checked", REACHED),
        ("PREREQ_SUCCESS", 1, "installed", INSTALL),
        # The site goes on by itself.
        ("PREREQ_SUCCESS", 0, "installed", WAIT),
        ("PREREQ_SUCCESS", 2, "installed", WAIT),
        ("PREREQ_WARNING", 2, "installed", WAIT),
        ("INSTALL_WAITING_SERVICE_WINDOW", 0, "installed", WAIT),
        ("INSTALL_WAITING_PARENT", 0, "installed", WAIT),
        ("INSTALL_SUCCESS", 0, "installed", REACHED),
        (0x00030016, 0, "installed", WAIT),
    ],
)
def test_the_way_forward(state: str | int, flag: int, wished: str, step: Step) -> None:
    assert decide(seen(state, flag), Wish(wished)) == step


@pytest.mark.parametrize(
    ("state", "flag", "wish", "step"),
    [
        ("DOWNLOAD_SUCCESS", 0, Wish("installed", ignore_warnings=True), INSTALL_ANYWAY),
        ("DOWNLOAD_SUCCESS", 0, Wish("checked", ignore_warnings=True), CHECK),
        ("PREREQ_WARNING", 1, Wish("installed", ignore_warnings=True), INSTALL_ANYWAY),
        ("PREREQ_WARNING", 0, Wish("installed", ignore_warnings=True), IGNORE),
        ("PREREQ_WARNING", 0, Wish("installed", retry=True), INSTALL),
        ("PREREQ_WARNING", 1, Wish("checked", retry=True), CHECK),
        ("DOWNLOAD_FAILED", 0, Wish("downloaded", retry=True), ASK),
        ("CONTENT_REPLICATION_FAILED", 1, Wish("checked", retry=True), REPLICATE),
        ("PREREQ_ERROR", 1, Wish("checked", retry=True), CHECK),
        ("PREREQ_ERROR", 0, Wish("installed", retry=True), INSTALL),
        # A retry passes warnings only when that was asked for.
        ("INSTALL_FAILED", 2, Wish("installed", retry=True), INSTALL),
        ("INSTALL_FAILED", 0, Wish("installed", retry=True, ignore_warnings=True), INSTALL_ANYWAY),
        ("INSTALL_CMU_FAILED", 0, Wish("installed", retry=True), INSTALL),
    ],
)
def test_flags(state: str, flag: int, wish: Wish, step: Step) -> None:
    assert decide(seen(state, flag), wish) == step


def refusal(state: str | int, wished: str, flag: int = 0, **more: object) -> Refuse:
    step = decide(seen(state, flag, **more), Wish(wished))
    assert isinstance(step, Refuse)
    return step


@pytest.mark.parametrize(
    ("state", "wished", "reason", "remedy"),
    [
        ("APPLICABILITY_HIDE", "available", "does not apply", "hman.log"),
        ("APPLICABILITY_FAILED", "available", "could not determine", "site_update_check"),
        ("DOWNLOAD_FAILED", "downloaded", "The download of", "dmpdownloader.log"),
        ("CONTENT_REPLICATION_FAILED", "checked", "The replication of", "distmgr.log"),
        ("PREREQ_ERROR", "checked", "The prerequisite check of", "ConfigMgrPrereq.log"),
        ("PREREQ_WARNING", "installed", "ended with warnings", "ignore_prerequisite_warnings: true"),
        ("INSTALL_FAILED", "installed", "The installation of", "CMUpdate.log"),
        ("INSTALL_FAILED", "checked", "The installation of", "CMUpdate.log"),
        ("INSTALL_PENDING_REBOOT", "installed", "waits for a restart", "win_reboot"),
        ("UNKNOWN", "available", "not known", "console"),
        (999_999, "installed", "state 999999", "console"),
    ],
)
def test_refusals(state: str | int, wished: str, reason: str, remedy: str) -> None:
    step = refusal(state, wished)
    assert reason in step.reason
    assert remedy in step.remedy


@pytest.mark.parametrize("state", ["DOWNLOAD_FAILED", "CONTENT_REPLICATION_FAILED", "PREREQ_ERROR", "INSTALL_FAILED"])
def test_a_failed_stage_is_retried_only_when_asked_and_only_once(state: str) -> None:
    assert "retry: true" in refusal(state, "installed").remedy
    wish = Wish("installed", retry=True)
    act = decide(seen(state), wish)
    assert isinstance(act, Act)
    assert isinstance(decide(seen(state), wish, Past(done=frozenset({act.do}))), Refuse)


def test_a_requested_download_is_waited_for() -> None:
    assert decide(seen("APPLICABILITY_SUCCESS", queued=True), Wish("downloaded")) == WAIT
    assert decide(seen("DOWNLOAD_FAILED", queued=True), Wish("downloaded")) == WAIT


def test_another_package_at_work_stops_a_start_but_not_a_download() -> None:
    others = (("2603 hotfix", "INSTALL_IN_PROGRESS"),)
    assert "2603 hotfix" in refusal("DOWNLOAD_SUCCESS", "installed", busy=others).reason
    assert decide(seen("APPLICABILITY_SUCCESS", busy=others), Wish("installed")) == ASK


@pytest.mark.parametrize(
    ("state", "flag", "works"),
    [
        ("ENABLED", 0, True),
        ("PREREQ_IN_PROGRESS", 1, True),
        ("PREREQ_SUCCESS", 1, False),
        ("PREREQ_SUCCESS", 0, True),
        ("PREREQ_WARNING", 0, False),
        ("PREREQ_WARNING", 2, True),
        ("INSTALL_WAITING_SERVICE_WINDOW", 0, True),
        ("INSTALL_SUCCESS", 0, False),
        ("INSTALL_FAILED", 0, False),
        ("DOWNLOAD_IN_PROGRESS", 0, False),
    ],
)
def test_which_packages_are_at_work(state: str, flag: int, works: bool) -> None:
    other = package(state, guid="OTHER", name="Other", flag=flag)
    assert busy([package("DOWNLOAD_SUCCESS"), other], package("DOWNLOAD_SUCCESS")) == ((("Other", state),) if works else ())


def test_versions_that_do_not_fit() -> None:
    assert "needs 5.00.9135.1000" in refusal("DOWNLOAD_SUCCESS", "installed", site_version="5.00.9132.1000").reason
    assert "already has version" in refusal("DOWNLOAD_SUCCESS", "installed", site_version=NEW).reason


def sites(**states: str) -> tuple[SiteState, ...]:
    return tuple(SiteState(code, NUMBERS[state], f"{code.lower()}.corp.example") for code, state in states.items())


def test_the_update_is_installed_when_every_site_has_it() -> None:
    wish = Wish("installed")
    done, works, failed = "INSTALL_SUCCESS", "INSTALL_WAITING_PARENT", "INSTALL_FAILED"
    assert decide(seen(done, sites=sites(CAS=done, PR1=done)), wish) == REACHED
    assert decide(seen(done, sites=sites(CAS=done, PR1=works)), wish) == WAIT
    # One failed, and another one still works: its end is awaited, and reported with the failure.
    assert decide(seen(done, sites=sites(CAS=done, PR1=failed, PR2=works)), wish) == WAIT
    step = decide(seen(done, sites=sites(CAS=done, PR1=failed, PR2=done)), wish)
    assert isinstance(step, Refuse)
    assert "failed at PR1 (INSTALL_FAILED)" in step.reason
    restart = decide(seen("INSTALL_IN_PROGRESS", sites=sites(CAS=done, PR1="INSTALL_PENDING_REBOOT")), wish)
    assert isinstance(restart, Refuse)
    assert "restart of pr1.corp.example (PR1)" in restart.reason


def test_a_retry_waits_for_the_sites_that_are_at_work() -> None:
    wish = Wish("installed", retry=True)
    at_work = seen("INSTALL_FAILED", sites=sites(CAS="INSTALL_SUCCESS", PR1="INSTALL_FAILED", PR2="INSTALL_INSTALLFILES"))
    assert decide(at_work, wish) == WAIT
    assert will_ask(at_work, wish)
    # The failure itself is reported at once.
    assert isinstance(decide(at_work, Wish("installed")), Refuse)
    # A site that waits for a parent that failed would wait forever.
    waiting = seen("INSTALL_FAILED", sites=sites(CAS="INSTALL_FAILED", PR1="INSTALL_WAITING_PARENT"))
    assert decide(waiting, wish) == INSTALL


def test_what_a_task_will_ask_for() -> None:
    assert will_ask(seen("APPLICABILITY_SUCCESS"), Wish("downloaded"))
    assert will_ask(seen("DOWNLOAD_IN_PROGRESS"), Wish("installed"))
    assert not will_ask(seen("DOWNLOAD_IN_PROGRESS"), Wish("downloaded"))
    assert not will_ask(seen("APPLICABILITY_SUCCESS", queued=True), Wish("downloaded"))
    assert not will_ask(seen("APPLICABILITY_CHECKING"), Wish("available"))
    assert will_ask(seen("PREREQ_IN_PROGRESS", flag=1), Wish("installed"))
    assert not will_ask(seen("PREREQ_IN_PROGRESS", flag=0), Wish("installed"))
    assert not will_ask(seen("INSTALL_SUCCESS"), Wish("installed"))
    assert not will_ask(seen("INSTALL_FAILED"), Wish("installed"))


def test_a_site_that_does_not_react() -> None:
    wish = Wish("installed", retry=True)
    assert decide(seen("PREREQ_ERROR"), wish, Past(awaited=Do.INSTALL)) == WAIT
    step = decide(seen("PREREQ_ERROR"), wish, Past(awaited=Do.INSTALL, overdue=True))
    assert isinstance(step, Refuse)
    assert "still in the state PREREQ_ERROR" in step.reason
    # The downloader has its own cycle.
    assert decide(seen("APPLICABILITY_SUCCESS", queued=True), wish, Past(awaited=Do.DOWNLOAD, overdue=True)) == WAIT
    # Content that was replicated again does not start anything by itself.
    again = Past(done=frozenset({Do.REPLICATE}), awaited=Do.REPLICATE, overdue=True)
    assert decide(seen("CONTENT_REPLICATION_FAILED"), wish, again) == INSTALL


def test_an_unknown_state_is_waited_for_when_the_update_was_followed() -> None:
    assert decide(seen(999_999), Wish("installed"), Past(watching=True)) == WAIT
