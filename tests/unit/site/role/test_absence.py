"""When a removal counts as done, which servers are waited for, and the message about a server that keeps the role."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Delete
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import absence
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.absence import Absence
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import FakeSite, component, message
from tests.unit.site.support import CAS, scp_row

SCP01, SCP02, SCP03 = "scp01.corp.example", "scp02.corp.example", "scp03.corp.example"
LIMIT = 600.0


def removed(site: FakeSite, wait: bool = True, gone: bool = False, code: str = "CAS") -> Absence:
    return absence.carry_out(site.task(), CAS, [Delete("the role", role(code))], wait, gone, LIMIT)


def role(code: str) -> CimInstance:
    """The role's row of a site, as the provider of CAS shows it."""
    return scp_row(SCP01).with_values({"SiteCode": code})


def placed_site(ends: str = "done", code: str = "CAS") -> FakeSite:
    return FakeSite(role(code), component(SCP01), behaviour={SCP01: ends})


def test_a_removal_that_the_site_has_carried_out() -> None:
    site = placed_site()
    seen = removed(site)
    assert (seen.installed, seen.left_behind) == (False, [])
    assert [one.get("message_id") for one in seen.evidence] == [status.DEINSTALL_BEGUN, status.DEINSTALLED]
    assert site.clock.now >= 20
    assert site.warnings == []


def test_a_removal_that_fails_on_the_server_is_a_warning_and_the_row_is_gone() -> None:
    site = placed_site("failed")
    seen = removed(site)
    assert site.holders == []
    assert seen.installed is True
    assert [one.get("message_id") for one in seen.evidence if "message_id" in one] == [
        status.DEINSTALL_BEGUN,
        status.DEINSTALL_FAILED,
    ]
    assert [(one["server"], one["state"]) for one in seen.left_behind] == [(SCP01, "de-installing")]
    assert len(site.warnings) == 2
    assert "it went wrong" in site.warnings[0]
    assert SCP01 in site.warnings[1]


def test_a_removal_that_does_not_end_in_time_is_a_failure() -> None:
    with pytest.raises(TaskFailure, match=SCP01):
        removed(placed_site("never"))


def test_a_removal_without_wait_is_not_looked_at() -> None:
    site = placed_site("never")
    assert removed(site, wait=False) == absence.NOT_LOOKED_AT == Absence(None, [], [])
    assert (site.holders, site.clock.now, site.warnings) == ([], 0, [])


def test_a_server_that_is_gone_is_not_waited_for_but_what_the_site_counts_is_told() -> None:
    site = placed_site("never")
    seen = removed(site, gone=True)
    assert site.clock.now == 0
    assert seen.installed is True
    assert [one["source"] for one in seen.evidence] == ["component summarizer"]
    assert [one["server"] for one in seen.left_behind] == [SCP01]
    assert SCP01 in site.warnings[0]


def test_a_row_of_a_site_that_is_gone_is_not_followed() -> None:
    site = placed_site("never", "OLD")
    assert removed(site, code="OLD") == absence.NOT_LOOKED_AT
    assert (site.holders, site.clock.now) == ([], 0)


def later(site: FakeSite, server: str = "", gone: bool = False, check_mode: bool = False) -> Absence:
    """A removal whose row no longer existed before this run."""
    present = list(site.tables.get("SMS_SCI_SysResUse", []))
    return absence.see_through(site.task(check_mode=check_mode), CAS, server, present, gone, LIMIT)


@pytest.mark.parametrize(
    "found",
    [
        [],
        [component(SCP01, 0)],
        # It has its row, so it is in its right place.
        [component(SCP01), scp_row(SCP01)],
        # An entry of another site, which says nothing about this one.
        [component(SCP01, 5, code="PR1")],
        [component(SCP01, 5, name="SMS_DMP_UPLOADER")],
    ],
)
def test_nothing_is_left(found: list[object]) -> None:
    site = FakeSite(*found)  # type: ignore[arg-type]
    assert later(site) == Absence(False, [], [])
    assert site.warnings == []


def test_another_server_is_none_of_an_absence_that_names_one() -> None:
    site = FakeSite(component(SCP02, 5))
    assert later(site, SCP01) == Absence(False, [], [])
    assert later(site, "SCP02", check_mode=True).installed is True


def test_a_removal_of_an_earlier_run_is_waited_for() -> None:
    site = FakeSite(component(SCP01, 5, code=""))
    site.later(30, lambda: site.say(status.DEINSTALLED, SCP01))
    site.later(30, lambda: site.set_component(SCP01, None))
    seen = later(site)
    assert site.clock.now >= 30
    assert (seen.installed, seen.left_behind) == (False, [])
    assert [one["message_id"] for one in seen.evidence] == [status.DEINSTALLED]


def test_every_server_that_keeps_the_role_is_waited_for() -> None:
    site = FakeSite(component(SCP01, 5), component(SCP02, 1))
    for seconds, server in ((30, SCP01), (90, SCP02)):
        site.later(seconds, lambda server=server: site.set_component(server, None))  # type: ignore[misc]
    assert later(site).installed is False
    assert site.clock.now >= 90


def test_a_removal_that_does_not_end_in_this_run_either_is_a_failure() -> None:
    site = FakeSite(component(SCP01, 5))
    with pytest.raises(TaskFailure, match=SCP01):
        later(site)
    assert site.clock.now == pytest.approx(LIMIT)


@pytest.mark.parametrize(("gone", "check_mode"), [(True, False), (False, True)])
def test_nobody_waits_for_a_server_that_is_gone_or_in_check_mode(gone: bool, check_mode: bool) -> None:
    site = FakeSite(component(SCP01, 5))
    seen = later(site, gone=gone, check_mode=check_mode)
    assert site.clock.now == 0
    assert (seen.installed, [one["server"] for one in seen.left_behind]) == (True, [SCP01])
    assert [(one["server"], one["state"]) for one in seen.evidence] == [(SCP01, "de-installing")]


def test_where_the_site_has_given_up_every_run_says_so_at_once() -> None:
    site = FakeSite(component(SCP01, 5), message(1, status.DEINSTALL_FAILED, SCP01))
    for server in ("", SCP01):
        seen = later(site, server)
        assert (seen.installed, seen.left_behind[0]["server"]) == (True, SCP01)
    assert site.clock.now == 0
    assert len(site.warnings) == 2


def test_a_removal_that_fails_while_it_is_waited_for_is_a_warning() -> None:
    site = FakeSite(component(SCP01, 5))
    site.later(30, lambda: site.say(status.DEINSTALL_FAILED, SCP01, words=("no access",)))
    seen = later(site)
    assert seen.installed is True
    assert status.DEINSTALL_FAILED in [one.get("message_id") for one in seen.evidence]
    assert "no access" in site.warnings[0]


def test_a_server_with_rows_of_this_site_and_of_one_that_is_gone_is_followed() -> None:
    site = FakeSite(role("OLD"), role("CAS"), component(SCP01))
    steps = [Delete("the role", role("OLD")), Delete("the role", role("CAS"))]
    assert absence.carry_out(site.task(), CAS, steps, True, False, LIMIT).installed is False
    assert site.clock.now >= 20
