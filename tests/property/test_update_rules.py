"""The rules of the way of an update, for every state, flag and request that can be generated."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import (
    STATES,
    Act,
    Do,
    Past,
    Reached,
    Refuse,
    Seen,
    SiteState,
    Wait,
    Wish,
    decide,
    is_at_work,
    is_reached,
)
from tests.unit.site.servicing.updating.support import NEW, OLD, package

ROWS = {row["number"]: row for row in table("update_states")["states"]}
numbers = st.one_of(st.sampled_from(sorted(ROWS)), st.integers(-(2**31), 2**31 - 1))
wishes = st.builds(Wish, st.sampled_from(STATES), st.booleans(), st.booleans())
pasts = st.builds(
    Past,
    done=st.frozensets(st.sampled_from(Do)),
    awaited=st.one_of(st.none(), st.sampled_from(Do)),
    overdue=st.booleans(),
    watching=st.booleans(),
)
sites = st.lists(st.builds(SiteState, st.sampled_from(["CAS", "PR1", "PR2"]), numbers), max_size=3).map(tuple)


@st.composite
def views(draw: st.DrawFn) -> Seen:
    return Seen(
        package(draw(numbers), flag=draw(st.integers(0, 2)), type=draw(st.sampled_from(["regular", "qfe"]))),
        sites=draw(sites),
        queued=draw(st.sampled_from([None, False, True])),
        busy=draw(st.sampled_from([(), (("Other", "INSTALL_IN_PROGRESS"),)])),
        site_version=draw(st.sampled_from([OLD, NEW, "", "5.00.9000.1000"])),
    )


@given(views(), wishes, pasts)
def test_there_is_one_decision_for_everything(seen: Seen, wish: Wish, past: Past) -> None:
    step = decide(seen, wish, past)
    assert isinstance(step, Reached | Wait | Act | Refuse)
    if isinstance(step, Refuse):
        assert step.reason.endswith(".")
        assert step.remedy.endswith(".")


@given(views(), wishes, pasts)
def test_nothing_that_is_at_work_is_started_again(seen: Seen, wish: Wish, past: Past) -> None:
    step = decide(seen, wish, past)
    if is_at_work(seen.package) or (seen.package.stage, seen.package.standing) == (updates.DOWNLOAD, updates.WORKING):
        assert not isinstance(step, Act)
    if seen.queued:
        assert step != Act(Do.DOWNLOAD)


@given(views(), wishes, pasts)
def test_nothing_is_asked_twice_by_one_task(seen: Seen, wish: Wish, past: Past) -> None:
    step = decide(seen, wish, past)
    assert not (isinstance(step, Act) and step.do in past.done)


@given(views(), wishes)
def test_nothing_is_done_in_the_requested_state(seen: Seen, wish: Wish) -> None:
    again = wish.retry and wish.state == "checked" and seen.package.standing == updates.WARNING
    if is_reached(seen, wish) and not again:
        assert decide(seen, wish) == Reached()


@given(views(), wishes, pasts)
def test_warnings_are_passed_only_when_asked(seen: Seen, wish: Wish, past: Past) -> None:
    step = decide(seen, wish, past)
    if isinstance(step, Act) and (step.flag == updates.PASS_WARNINGS or step.do is Do.IGNORE):
        assert wish.ignore_warnings
        assert wish.state == "installed"


@given(views(), wishes, pasts)
def test_only_a_request_to_install_begins_an_installation(seen: Seen, wish: Wish, past: Past) -> None:
    step = decide(seen, wish, past)
    if isinstance(step, Act):
        assert not step.begins_installation or wish.state == "installed"
        assert step.do is not Do.CHECK or step.flag == updates.CHECK_ONLY
        assert not (seen.busy and step.do in (Do.CHECK, Do.INSTALL))


@given(views(), wishes, pasts)
def test_a_failed_stage_is_not_retried_unasked(seen: Seen, wish: Wish, past: Past) -> None:
    assume(past.awaited is None)
    if seen.package.standing == updates.FAILED and not wish.retry:
        assert not isinstance(decide(seen, wish, past), Act)
