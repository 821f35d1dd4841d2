"""A state machine over one hierarchy: several administrators, failing servers and interrupted runs change the role.

After every step the rules of the role are checked against the lab's own state (facts/site-model.md, section 12), and so are the
results of modules. The test advances the time, so that a failure is the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lab.clock import HandClock
from lab.configmgr import names, updates
from lab.configmgr.hierarchy import OTHER_ADMINISTRATOR
from lab.running.estate import Estate
from tests.proof import looking
from tests.proof.controller import Controller, Killed, PlayEnded
from tests.proof.estates import INSTALL
from tests.proof.operations import MODULE, PROXY, SITE, role_move, role_service_connection_point
from tests.proof.trial import FAULTS, claims, wording

SERVERS = ("scp01.corp.example", "scp02.corp.example", "scp03.corp.example")
UPDATE = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"
LIMIT_SECONDS = 300
# After this time the site has retried what failed (lab/configmgr/timing.py).
RETRIED_SECONDS = 3700.0

servers = st.sampled_from(SERVERS)
modes = st.sampled_from(("online", "offline"))
requests = st.integers(1, 40)
# Late answers take real time; they are tested in the matrix.
network_faults = st.sampled_from([fault for fault in FAULTS if not fault.late])


class HierarchyUnderFire(RuleBasedStateMachine):
    """Each rule is one event; ``estate`` is set by the caller that runs the machine, and is reset for each example.

    ``steps`` counts those of all examples.
    """

    estate: Estate
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.estate.reset()
        self.cut: tuple[int, bool] = (0, False)

    # What administrators do

    @initialize(server=st.none() | servers, mode=modes)
    def begin(self, server: str | None, mode: str) -> None:
        if server is not None:
            role_service_connection_point(Controller(self.estate), server, mode)

    @rule(server=servers, mode=modes)
    def provision(self, server: str, mode: str) -> None:
        self._play(lambda play: role_service_connection_point(play, server, mode, wait_timeout=LIMIT_SECONDS), (server, mode))

    @rule(mode=modes)
    @precondition(lambda self: len(looking.points(self.estate)) == 1)
    def change_mode(self, mode: str) -> None:
        self.provision(looking.points(self.estate)[0].server, mode)

    @rule(server=servers, mode=modes, gone=st.booleans())
    @precondition(lambda self: len(looking.points(self.estate)) == 1)
    def move(self, server: str, mode: str, gone: bool) -> None:
        old = looking.points(self.estate)[0].server
        if server != old:
            options: dict[str, Any] = {"wait_timeout": LIMIT_SECONDS, "old_server_gone": gone}
            self._play(lambda play: role_move(play, old, server, mode, **options), (server, mode))

    @rule(server=st.none() | servers)
    def remove(self, server: str | None) -> None:
        given: dict[str, Any] = {"server": server} if server else {}
        self._play(lambda play: play.run(MODULE, state="absent", site_code=SITE, wait_timeout=LIMIT_SECONDS, **given))

    @rule(server=servers, options=st.sampled_from(({"public_fqdn": "a.example.com"}, {"installation_account": INSTALL}, {})))
    def set_site_system(self, server: str, options: dict[str, Any]) -> None:
        self._play(lambda play: play.run("site_system", server=server, site_code=SITE, **options))

    @rule(server=servers)
    def remove_site_system(self, server: str) -> None:
        self._play(lambda play: play.run("site_system", server=server, state="absent", site_code=SITE))

    @rule(name=st.sampled_from((INSTALL, PROXY)), renew=st.sampled_from(("on_create", "always")))
    def set_account(self, name: str, renew: str) -> None:
        password = self.estate.account(name).password
        self._play(lambda play: play.run("site_account", name=name, password=password, update_password=renew, site_code=SITE))

    @rule(name=st.sampled_from((INSTALL, PROXY)))
    def remove_account(self, name: str) -> None:
        self._play(lambda play: play.run("site_account", name=name, state="absent", site_code=SITE))

    @rule(where=st.sampled_from((("pri1", "pri1.corp.example", "PR1"), ("sta03", "sta01.corp.example", "ST1"))))
    def place_where_it_may_not_be(self, where: tuple[str, str, str]) -> None:
        """On a child primary, and on a server of an active and passive pair."""
        provider, server, code = where
        before = self._all_points()
        controller = self._play(lambda play: play.run(MODULE, provider, server=server, site_code=code, mode="online"))
        assert not controller.told or controller.told[-1].failed
        assert self._all_points() == before

    # What happens to them

    @rule(at=requests, after=st.booleans())
    def cut_off_the_next_run(self, at: int, after: bool) -> None:
        self.cut = (at, after)

    @rule(fault=network_faults, at=requests)
    def break_a_request(self, fault: Any, at: int) -> None:
        self.estate.faults.order(at=at, **fault.order)

    @rule(server=servers, mode=modes)
    def let_another_controller_install(self, server: str, mode: str) -> None:
        self.estate.faults.order("second_controller", target=SITE, server=server, mode=mode, count=1)

    @rule(server=st.sampled_from((*SERVERS, "cas01.corp.example")))
    def kill_a_server(self, server: str) -> None:
        self.estate.faults.order("dead_machine", target=server)

    @rule(server=servers)
    def hang_the_thread(self, server: str) -> None:
        self.estate.faults.order("stuck_thread", target=server, component=names.DOWNLOADER)

    @rule()
    def let_servers_return(self) -> None:
        for order in self.estate.faults.listing():
            if order["kind"] in ("dead_machine", "stuck_thread"):
                self.estate.faults.cancel(int(str(order["number"])))

    @rule()
    def begin_an_update(self) -> None:
        with self.estate.lock:
            updates.start_installation(self._state(), UPDATE)

    @rule()
    def end_the_update(self) -> None:
        with self.estate.lock:
            updates.finish_installation(self._state(), UPDATE)

    @rule(seconds=st.sampled_from((1.0, 10.0, 60.0, 400.0, RETRIED_SECONDS)))
    def let_time_pass(self, seconds: float) -> None:
        self._advance(seconds)

    @rule(server=servers, mode=modes)
    def put_right_and_run_again(self, server: str, mode: str) -> None:
        """Whatever has happened: without faults the desired state is reached, after decisions of an administrator."""
        self.estate.faults.clear()
        self.cut = (0, False)
        self.end_the_update()
        with self.estate.lock:
            for row in looking.points(self.estate)[1:]:
                self._state().delete(row, OTHER_ADMINISTRATOR)
        self._advance(RETRIED_SECONDS)
        holders = [row.server for row in looking.points(self.estate)]
        options: dict[str, Any] = {"wait_timeout": LIMIT_SECONDS}
        if holders and holders != [server]:
            self._play(lambda play: role_move(play, holders[0], server, mode, **options), (server, mode), must=True)
        else:
            self._play(lambda play: role_service_connection_point(play, server, mode, **options), (server, mode), must=True)

    # What must hold

    @invariant()
    def counted(self) -> None:
        HierarchyUnderFire.steps += 1

    @invariant()
    def no_write_of_ours_broke_a_rule(self) -> None:
        own = [found.text for found in self.estate.violations if found.by != OTHER_ADMINISTRATOR]
        assert own == []

    @invariant()
    def at_most_one_row_is_ours(self) -> None:
        rows = looking.points(self.estate)
        ours = [row.server for row in rows if row.changed_by != OTHER_ADMINISTRATOR]
        assert len(ours) <= 1, ours
        assert all(row.site_code.upper() == SITE for row in rows)

    @invariant()
    def the_role_is_on_site_systems_only(self) -> None:
        for row in looking.points(self.estate):
            assert looking.site_system(self.estate, row.server) is not None, row.server

    @invariant()
    def accounts_in_use_are_listed(self) -> None:
        listed = {name.casefold() for name in looking.listed_accounts(self.estate)}
        for row in self._state().control.roles(names.SITE_SYSTEM):
            user = row.prop("UserName")
            if user is not None and user.value2:
                assert user.value2.casefold() in listed, (row.server, user.value2)

    @invariant()
    def nothing_went_wrong_in_the_lab(self) -> None:
        assert self.estate.errors == []

    def _play(
        self, action: Callable[[Controller], object], wish: tuple[str, str] | None = None, must: bool = False
    ) -> Controller:
        """Run tasks, perhaps interrupted; check their messages, and the desired state if they succeeded."""
        updating = updates.is_installing(self._state().updates[UPDATE].state)
        others = self.estate.faults.flag("second_controller", SITE) is not None
        before = self._writes()
        controller = Controller(self.estate, kill_at=self.cut[0], kill_after=self.cut[1])
        self.cut = (0, False)
        ended: BaseException | None = None
        try:
            action(controller)
        except (PlayEnded, Killed) as cause:
            ended = cause
        assert ended is None or not must, str(ended)
        problems = claims(controller, disturbed=others)
        for told in controller.told:
            problems += wording(told, None) if told.failed else []
        assert problems == [], problems
        if updating:
            assert self._writes() == before, "the role was written while an update was being installed"
        if ended is None and wish is not None:
            self._wish_holds(*wish)
        return controller

    def _wish_holds(self, server: str, mode: str) -> None:
        rows = looking.points(self.estate)
        assert [row.server for row in rows] == [server]
        assert rows[0].prop_value("OfflineMode") == int(mode == "offline")
        assert looking.downloader(self.estate, server) == "Running"
        assert self.estate.hierarchy(looking.HIERARCHY).effective_mode(server) == mode

    def _writes(self) -> list[tuple[str, object]]:
        return [(row.server, row.changed_at) for row in looking.points(self.estate)]

    def _all_points(self) -> list[str]:
        return [
            row.server
            for hierarchy in self.estate.hierarchies
            for row in hierarchy.state.control.roles(names.SERVICE_CONNECTION_POINT)
        ]

    def _state(self) -> Any:
        return self.estate.hierarchy(looking.HIERARCHY).state

    def _advance(self, seconds: float) -> None:
        assert isinstance(self.estate.clock, HandClock)
        self.estate.clock.advance(seconds)
