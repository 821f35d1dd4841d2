"""The rules of the role, for every hierarchy that can be generated: what a step may do, and that steps reach the target."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change, Create, Delete, Step
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    decide,
    deletions,
    settled,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.move import MovePlan, is_move, plan_move
from tests.unit.site.support import CAS, PR1, SE1, ST1, scp_row, site_system_row

SERVERS = tuple(f"scp0{number}.corp.example" for number in range(1, 5))
SITES = {"CAS": CAS, "PR1": PR1, "SE1": SE1, "ST1": ST1}
servers = st.sampled_from(SERVERS)
modes = st.sampled_from([None, "online", "offline"])


@st.composite
def role_rows(draw: st.DrawFn) -> tuple[object, ...]:
    placed = draw(
        st.lists(st.tuples(servers, st.sampled_from(["CAS", "PR1"]), st.integers(0, 1)), max_size=3, unique_by=lambda t: t[0])
    )
    extra = draw(st.booleans())
    made = [scp_row(server, code, mode) for server, code, mode in placed]
    return tuple(rows.with_settings(row, {"Unknown": Setting(7, "keep", "me")}) if extra else row for row in made)


@st.composite
def cases(draw: st.DrawFn) -> tuple[RoleState, Wish, Surroundings]:
    site = SITES[draw(st.sampled_from(sorted(SITES)))]
    state = RoleState(site, draw(role_rows()))  # type: ignore[arg-type]
    present = draw(st.booleans())
    wish = Wish(
        present=present,
        server=draw(servers) if present else draw(st.one_of(st.just(""), servers)),
        mode=draw(modes),
        allow_during_update=draw(st.booleans()),
    )
    systems = draw(st.dictionaries(servers, st.sampled_from(["CAS", "PR1", "ST1"]), max_size=4))
    if draw(st.booleans()):
        # Half of the cases are close to one in which a change is allowed.
        systems[wish.server or SERVERS[0]] = site.code
        state = RoleState(site, draw(st.sampled_from([(), (scp_row(wish.server or SERVERS[0], site.code),)])))
    around = Surroundings(
        sites=(CAS, PR1, SE1) if site is not ST1 else (ST1,),
        site_systems={server: site_system_row(server, code) for server, code in systems.items()},
        site_servers=draw(st.frozensets(servers, max_size=2)),
        installing=draw(st.sampled_from([(), (("2609", "INSTALL_IN_PROGRESS"),)])),
    )
    return state, wish, around


def after(state: RoleState, step: Step) -> RoleState:
    """The hierarchy when a step was written."""
    if isinstance(step, Create):
        return RoleState(state.site, (*state.rows, step.row))
    old = step.before if isinstance(step, Change) else step.row
    kept = tuple(row for row in state.rows if row is not old)
    return RoleState(state.site, (*kept, step.row) if isinstance(step, Change) else kept)


@given(cases())
def test_an_installation_keeps_every_rule(case: tuple[RoleState, Wish, Surroundings]) -> None:
    state, wish, around = case
    step = None if settled(state, wish) else decide(state, wish, around)
    if not isinstance(step, Create):
        return
    server = rows.server_of(step.row)
    assert state.rows == ()
    assert state.site.top_level
    assert rows.site_of(step.row) == state.site.code
    assert rows.site_of(around.site_systems[server]) == state.site.code
    assert not (server in around.site_servers and len(around.site_servers) > 1)
    assert wish.allow_during_update or not around.installing


@given(cases())
def test_a_step_leads_to_the_wish_and_never_to_a_second_role(case: tuple[RoleState, Wish, Surroundings]) -> None:
    state, wish, around = case
    if settled(state, wish):
        return
    step = decide(state, wish, around)
    if isinstance(step, Refusal):
        assert step.message.endswith((".", ")."))
        return
    reached = after(state, step)
    assert settled(reached, wish)
    assert len(reached.rows) <= max(1, len(state.rows))


@given(cases())
def test_nothing_unknown_is_lost_and_only_the_wish_changes(case: tuple[RoleState, Wish, Surroundings]) -> None:
    state, wish, around = case
    if settled(state, wish):
        return
    step = decide(state, wish, around)
    if isinstance(step, Change):
        before, changed = rows.settings_as_data(step.before), rows.settings_as_data(step.row)
        assert {name for name in changed if changed[name] != before.get(name)} == {rows.MODE_PROPERTY}
        assert before.keys() <= changed.keys()
    if isinstance(step, Delete):
        assert any(step.row is row for row in state.rows)
        assert wish.server in ("", rows.server_of(step.row))


@pytest.mark.parametrize("kind", [Create, Change, Delete, Refusal])
def test_every_kind_of_decision_is_among_the_cases(kind: type) -> None:
    def decided(case: tuple[RoleState, Wish, Surroundings]) -> bool:
        state, wish, around = case
        return not settled(state, wish) and isinstance(decide(state, wish, around), kind)

    find(cases(), decided)


OLD = "OLD"  # a site that no longer exists


@st.composite
def tangled(draw: st.DrawFn) -> tuple[RoleState, Wish, Surroundings]:
    """Rows that break the rules: of several sites, of a site that no longer exists, twice on a server, with a short name."""
    names = st.sampled_from([SERVERS[0], SERVERS[1], "SCP01", SITES["PR1"].server])
    placed = draw(st.lists(st.tuples(names, st.sampled_from(["CAS", "PR1", OLD])), max_size=3, unique=True))
    site = SITES[draw(st.sampled_from(["CAS", "PR1"]))]
    present = draw(st.booleans())
    wish = Wish(
        present=present,
        server=draw(st.sampled_from(SERVERS[:2])) if present else draw(st.sampled_from(["", *SERVERS[:2]])),
        mode="online",
        move=draw(st.booleans()) if present else False,
    )
    around = Surroundings(
        sites=(CAS, PR1, SE1),
        site_systems={server: site_system_row(server) for server in SERVERS[:2]},
        host=site.server,
        providers={"PR1": ("prov.corp.example",)},
    )
    return RoleState(site, tuple(scp_row(server, code) for server, code in placed)), wish, around


def decided(state: RoleState, wish: Wish, around: Surroundings) -> Step | MovePlan | Refusal:
    return plan_move(state, wish, around) if is_move(state, wish) else decide(state, wish, around)


def at(state: RoleState, around: Surroundings, host: str) -> tuple[RoleState, Surroundings]:
    """The same, from the site of another provider's host."""
    code = next((code for code, hosts in around.providers.items() if host in hosts), None)
    site = SITES[code] if code else next(site for site in around.sites if site.server == host)
    return RoleState(site, state.rows), dataclasses.replace(around, host=host)


@given(tangled())
def test_the_ways_out_of_each_refusal_lead_to_the_wish(case: tuple[RoleState, Wish, Surroundings]) -> None:
    state, wish, around = case
    for _round in range(4):
        if settled(state, wish):
            return
        step = decided(state, wish, around)
        if isinstance(step, Refusal):
            assert step.ways, step.message
            for way in step.ways:
                assert way.command in step.message
                there, seen = at(state, around, way.host)
                if way.options["state"] == "present" if "state" in way.options else way.options.get("move"):
                    # The desired row itself, where it is allowed: its settings are checked in the next round.
                    state, around = there, seen
                    if way.options.get("move"):
                        wish = dataclasses.replace(wish, move=True)
                    continue
                absence = Wish(present=False, server=naming.computer_name(way.options["server"]))
                if settled(there, absence):
                    continue
                removal = decide(there, absence, seen)
                assert isinstance(removal, Delete), removal
                gone = [one.row for one in deletions(there, absence, removal, seen)]
                state = RoleState(state.site, tuple(row for row in state.rows if not any(row is one for one in gone)))
        elif isinstance(step, MovePlan):
            state = RoleState(state.site, (step.install.row,))
        elif isinstance(step, Delete):
            gone = [one.row for one in deletions(state, wish, step, around)]
            state = RoleState(state.site, tuple(row for row in state.rows if not any(row is one for one in gone)))
        else:
            state = after(state, step)
    assert settled(state, wish)
