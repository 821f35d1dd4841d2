"""The steps of the role: what is written in which order, what is waited for, and how a failure ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_CM_UPDATE_PACKAGES
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change, Create, Delete
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placing
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.follow import SiteFailure
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.move import MovePlan
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.placing import Placed, Withdrawn
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportTimeout
from tests.unit.site.fake_site import BEGAN, FakeSite, component, instance, message
from tests.unit.site.support import CAS, scp_row

SCP01, SCP02, SCP03 = "scp01.corp.example", "scp02.corp.example", "scp03.corp.example"
LIMIT = 600.0


def install(site: FakeSite, wait: bool = True) -> Placed:
    return placing.install(site.task(), CAS, Create("the role", scp_row(SCP02, mode=1)), wait, LIMIT)


def test_an_installation_is_written_once_and_waited_for() -> None:
    site = FakeSite()
    placed = install(site)
    assert site.writes == [("create", SCP02, "offline")]
    assert rows.server_of(placed.row) == SCP02
    assert placed.verdict is not None
    assert (placed.verdict.done, [seen.id for seen in placed.verdict.messages]) == (
        True,
        [status.INSTALL_BEGUN, status.INSTALLED],
    )
    assert 20 <= site.clock.now < 40


def test_an_installation_that_nobody_waits_for_is_checked_for_a_second_row_all_the_same() -> None:
    site = FakeSite(behaviour={SCP02: "never"})
    assert install(site, wait=False).verdict is None
    assert site.clock.now == 0
    second = FakeSite()
    second.after("create", SCP02, lambda: second.add(scp_row(SCP03)))
    with pytest.raises(Withdrawn):
        install(second, wait=False)
    assert second.holders == [(SCP03, "online")]


def test_a_success_of_an_earlier_installation_proves_nothing() -> None:
    site = FakeSite(component(SCP02), message(50, status.INSTALLED, SCP02), behaviour={SCP02: "never"})
    with pytest.raises(TaskFailure, match=SCP02):
        install(site)
    assert site.clock.now == pytest.approx(LIMIT)


def test_a_failed_installation_is_told_with_the_words_of_the_site() -> None:
    with pytest.raises(SiteFailure, match="it went wrong"):
        install(FakeSite(behaviour={SCP02: "failed"}))


@pytest.mark.parametrize("seconds", [0, 10])
def test_a_second_role_takes_the_own_one_back_whenever_it_appears(seconds: int) -> None:
    site = FakeSite()
    site.after("create", SCP02, lambda: site.later(seconds, lambda: site.add(scp_row(SCP01))))
    with pytest.raises(Withdrawn, match=SCP01) as failure:
        install(site)
    assert site.writes == [("create", SCP02, "offline"), ("delete", SCP02, "offline")]
    assert site.holders == [(SCP01, "online")]
    assert failure.value.result["changed"] is True


@pytest.mark.parametrize("other", [None, SCP01])
def test_an_own_row_that_somebody_removed_is_not_written_again(other: str | None) -> None:
    site = FakeSite()

    def somebody() -> None:
        site.drop_role(SCP02)
        if other:
            site.add(scp_row(other))

    site.after("create", SCP02, lambda: site.later(10, somebody))
    with pytest.raises(Withdrawn, match=other or "none") as failure:
        install(site)
    assert site.writes == [("create", SCP02, "offline")]
    assert failure.value.result["changed"] is True


def mode_change(site: FakeSite, wait: bool = True) -> tuple[str | None, int | None]:
    step = Change("the mode", scp_row(SCP01), rows.with_mode(scp_row(SCP01), "offline"))
    row, seen = placing.change_mode(site.task(), CAS, step, wait, LIMIT)
    return rows.mode_of(row), seen.id if seen else None


def test_a_mode_is_written_and_the_site_has_to_process_it() -> None:
    # An older message of the same kind, and a newer one of another, prove nothing.
    site = FakeSite(scp_row(SCP01), message(50, 3306, "CAS01", status.HIERARCHY_MANAGER))
    site.later(5, lambda: site.say(1015, SCP01))
    assert mode_change(site) == ("offline", 3306)
    assert site.writes == [("put", SCP01, "offline")]
    assert 20 <= site.clock.now < 40


def test_a_mode_that_nobody_waits_for() -> None:
    site = FakeSite(scp_row(SCP01), behaviour={SCP01: "never"})
    assert mode_change(site, wait=False) == ("offline", None)
    assert site.clock.now == 0


def test_a_mode_that_the_site_does_not_process_in_time_is_a_failure() -> None:
    site = FakeSite(scp_row(SCP01), behaviour={SCP01: "never"})
    with pytest.raises(TaskFailure, match="600 s"):
        mode_change(site)
    assert site.clock.now == pytest.approx(LIMIT)


def confirm(site: FakeSite, limit: float = LIMIT, allow: bool = False) -> int | None:
    seen = placing.confirm_mode(site.task(), CAS, scp_row(SCP01), limit, allow)
    return seen.id if seen else None


def updating() -> FakeSite:
    return FakeSite(scp_row(SCP01), instance(SMS_CM_UPDATE_PACKAGES, PackageGuid="G", Name="2609", State=0x00030001))


def test_a_mode_is_confirmed_by_writing_the_row_again() -> None:
    site = FakeSite(scp_row(SCP01), message(50, 3306, "CAS01", status.HIERARCHY_MANAGER))
    assert confirm(site) == 3306
    assert site.writes == [("put", SCP01, "online")]
    assert site.warnings == []


def test_nothing_is_written_to_confirm_a_mode_during_an_update() -> None:
    site = updating()
    assert confirm(site) is None
    assert site.writes == []
    assert SCP01 in site.warnings[0]
    assert confirm(site, allow=True) == 3306
    assert len(site.warnings) == 1


@pytest.mark.parametrize(("limit", "waited"), [(LIMIT, 300), (60, 60)])
def test_a_confirmation_that_does_not_come_is_a_warning_after_five_minutes_at_most(limit: float, waited: float) -> None:
    site = FakeSite(scp_row(SCP01), behaviour={SCP01: "never"})
    assert confirm(site, limit) is None
    assert site.clock.now == pytest.approx(waited)
    assert SCP01 in site.warnings[0]


def remove(site: FakeSite, wait: bool = True, servers: tuple[str, ...] = (SCP01,)) -> bool | None:
    steps = [Delete("the role", scp_row(server)) for server in servers]
    verdict = placing.remove(site.task(), CAS, steps, wait, LIMIT)
    return verdict.done if verdict else None


def test_a_removal_waits_until_the_site_has_forgotten_the_role() -> None:
    site = FakeSite(scp_row(SCP01), component(SCP01))
    assert remove(site) is True
    assert site.writes == [("delete", SCP01, "online")]
    assert 20 <= site.clock.now < 40


def test_a_removal_that_nobody_waits_for() -> None:
    site = FakeSite(scp_row(SCP01), component(SCP01), behaviour={SCP01: "never"})
    assert remove(site, wait=False) is None
    assert (site.holders, site.clock.now) == ([], 0)


def test_every_row_of_the_server_is_removed() -> None:
    site = FakeSite(scp_row(SCP01), scp_row("scp01"), component(SCP01))
    assert remove(site, servers=(SCP01, "scp01")) is True
    assert site.holders == []


def stopped_at_once(site: FakeSite) -> None:
    """The site shows the role as stopped after the removal of its row."""
    site.after("delete", SCP01, lambda: site.set_component(SCP01, 0))


@pytest.mark.parametrize(("state", "done"), [(1, True), (0, False)])
def test_stopped_counts_as_removed_only_where_it_ran_before(state: int, done: bool) -> None:
    site = FakeSite(scp_row(SCP01), component(SCP01, state), behaviour={SCP01: "never"})
    stopped_at_once(site)
    if done:
        assert remove(site) is True
        assert site.clock.now == 0
    else:
        with pytest.raises(TaskFailure, match="600 s"):
            remove(site)


def test_a_thread_that_was_stopped_before_is_removed_when_the_message_says_so() -> None:
    site = FakeSite(scp_row(SCP01), component(SCP01, 0), behaviour={SCP01: "never"})
    stopped_at_once(site)
    site.later(30, lambda: site.say(status.DEINSTALLED, SCP01))
    assert remove(site) is True
    assert site.clock.now >= 30


def plan() -> MovePlan:
    return MovePlan(Delete("the role on the old server", scp_row(SCP01, mode=1)), Create("the role", scp_row(SCP02)))


def moved(site: FakeSite, gone: bool = False) -> Placed:
    return placing.carry_out(site.task(), CAS, plan(), gone, LIMIT)


def placed_site(**more: object) -> FakeSite:
    return FakeSite(scp_row(SCP01, mode=1), component(SCP01), **more)  # type: ignore[arg-type]


def test_a_move_removes_waits_and_installs_in_this_order() -> None:
    site = placed_site()
    released: list[float] = []
    site.after("create", SCP02, lambda: released.append(site.clock.now))
    placed = moved(site)
    assert SCP01 in site.progress[0]
    assert SCP02 in site.progress[0]
    assert site.writes == [("delete", SCP01, "offline"), ("create", SCP02, "online")]
    assert released[0] >= 20
    assert placed.verdict is not None
    assert placed.verdict.done
    assert site.holders == [(SCP02, "online")]


def test_a_server_that_is_gone_is_not_waited_for() -> None:
    site = placed_site(behaviour={SCP01: "never"})
    assert moved(site, gone=True).verdict is not None
    assert site.clock.now < 40


def test_an_old_server_that_does_not_let_go_leaves_the_move_to_the_next_run() -> None:
    site = placed_site(behaviour={SCP01: "never"})
    with pytest.raises(TaskFailure, match="old_server_gone") as failure:
        moved(site)
    assert site.holders == []
    assert failure.value.result["changed"] is True


def test_a_refused_removal_changes_nothing_and_is_no_reason_to_name_the_server_gone() -> None:
    site = placed_site()
    site.trouble("delete", SCP01, TaskFailure("No."))
    with pytest.raises(TaskFailure) as failure:
        moved(site)
    assert "old_server_gone" not in failure.value.message
    assert failure.value.result == {}
    assert site.writes == []


def test_an_old_server_that_fails_its_removal_does_not_stop_the_move() -> None:
    site = placed_site(behaviour={SCP01: "failed"})
    assert moved(site).verdict is not None
    assert site.holders == [(SCP02, "online")]
    assert SCP01 in site.warnings[0]


def test_somebody_else_who_installs_the_role_in_between_stops_the_move() -> None:
    site = placed_site()
    site.after("delete", SCP01, lambda: site.add(scp_row(SCP03)))
    with pytest.raises(Withdrawn, match=SCP03) as failure:
        moved(site)
    assert site.holders == [(SCP03, "online")]
    assert [write[0] for write in site.writes] == ["delete"]
    assert failure.value.result["changed"] is True


def test_a_new_server_that_the_site_refuses_gives_the_role_back_as_it_was() -> None:
    site = FakeSite(
        scp_row(SCP01, mode=1).with_values({"SslState": 3}), component(SCP01), behaviour={SCP02: "failed"}, lazy=("SslState",)
    )
    with pytest.raises(TaskFailure, match=SCP02) as failure:
        moved(site)
    assert site.writes[1:] == [("create", SCP02, "online"), ("delete", SCP02, "online"), ("create", SCP01, "offline")]
    assert site.holders == [(SCP01, "offline")]
    # Complete: the properties that only a Get returns are included.
    assert site.tables["SMS_SCI_SysResUse"][0]["SslState"] == 3
    assert failure.value.result["changed"] is True
    assert failure.value.result["put_back"] is True
    assert failure.value.result["evidence"]


def test_an_installation_that_was_refused_at_once_gives_the_role_back() -> None:
    site = placed_site()
    site.trouble("create", SCP02, TaskFailure("No."))
    with pytest.raises(TaskFailure) as failure:
        moved(site)
    assert site.holders == [(SCP01, "offline")]
    assert (failure.value.result["put_back"], failure.value.result["changed"]) == (True, True)


def test_a_slow_installation_is_left_to_the_site_and_not_taken_back() -> None:
    site = placed_site(behaviour={SCP02: "never"})
    with pytest.raises(TaskFailure) as failure:
        moved(site)
    assert site.holders == [(SCP02, "online")]
    assert failure.value.result == {"changed": True}


def test_a_role_that_was_withdrawn_is_not_put_back() -> None:
    site = placed_site()
    site.after("create", SCP02, lambda: site.later(10, lambda: site.drop_role(SCP02)))
    with pytest.raises(Withdrawn):
        moved(site)
    assert site.holders == []


@pytest.mark.parametrize("trouble", ["another", "refused", "lost"])
def test_a_role_that_can_not_be_put_back_is_told_with_the_server_and_why(trouble: str) -> None:
    site = placed_site(behaviour={SCP02: "failed"})
    if trouble == "another":
        site.after("delete", SCP02, lambda: site.add(scp_row(SCP03)))
    else:
        site.trouble("create", SCP01, TaskFailure("No such thing.") if trouble == "refused" else TransportTimeout("no answer"))
    with pytest.raises(TaskFailure) as failure:
        moved(site)
    assert failure.value.result["put_back"] is False
    assert {"another": SCP03, "refused": "No such thing.", "lost": "no answer"}[trouble] in failure.value.message
    assert f"server: {SCP01}" in failure.value.message
    assert site.holders == ([(SCP03, "online")] if trouble == "another" else [])


def released(site: FakeSite) -> float:
    placing.await_release(site.task(), CAS, SCP02, LIMIT)
    return site.clock.now


@pytest.mark.parametrize("states", [[], [(SCP02, 1)], [(SCP01, 0)]])
def test_nothing_is_waited_for_where_no_other_server_has_the_role(states: list[tuple[str, int]]) -> None:
    assert released(FakeSite(*(component(server, state) for server, state in states))) == 0


def test_a_server_that_still_has_the_role_is_waited_for() -> None:
    site = FakeSite(component(SCP01, 5))
    site.later(30, lambda: site.set_component(SCP01, None))
    assert released(site) >= 30


def test_a_server_on_which_the_site_has_given_up_is_not_waited_for_and_another_one_is() -> None:
    site = FakeSite(component(SCP01, 5), message(1, status.DEINSTALL_FAILED, SCP01, when=BEGAN - timedelta(days=9)))
    assert released(site) == 0
    site.add(component(SCP03, 5))
    with pytest.raises(TaskFailure, match="old_server_gone"):
        released(site)
    assert site.clock.now == pytest.approx(LIMIT)


def test_an_old_server_that_does_not_let_go_is_told_so_though_somebody_installs_the_role_elsewhere() -> None:
    site = placed_site(behaviour={SCP01: "never"})
    site.after("delete", SCP01, lambda: site.add(scp_row(SCP03)))
    with pytest.raises(TaskFailure, match="old_server_gone") as failure:
        moved(site)
    assert failure.value.result["changed"] is True


def test_a_removal_from_a_server_on_which_the_site_knows_no_downloader() -> None:
    assert remove(FakeSite(scp_row(SCP01))) is True
