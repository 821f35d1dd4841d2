"""Inventories of hierarchies with any names: groups that Ansible accepts, and each computer once."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.inventory_plan import Options, PlanError, plan_inventory

ANY = st.text(max_size=20)
COMPUTERS = st.integers(0, 5).map("srv{}".format)
SPELLINGS = st.tuples(COMPUTERS, st.sampled_from(["{}", "{}.corp.example", "{}.corp.example.", "\\\\{}"]), st.booleans()).map(
    lambda parts: parts[1].format(parts[0]).upper() if parts[2] else parts[1].format(parts[0])
)
CODES = st.sampled_from(["CAS", "PR1", "SE1", "{{"])
ROLES = st.lists(st.one_of(ANY, st.sampled_from(["SMS Dmp Connector", "SMS Provider", "SMS Site Server"])), max_size=3)
SITES = {"CAS": "central administration site", "PR1": "primary", "SE1": "secondary"}


@st.composite
def hierarchies(draw: Any, servers: Any) -> dict[str, Any]:
    names = {code: draw(ANY) for code in SITES}
    listed = [
        {"site_code": code, "name": names[code], "type": kind, "server": draw(servers), "version": draw(ANY), "providers": []}
        for code, kind in SITES.items()
    ]
    rows = st.builds(lambda server, code, roles: {"server": server, "site_code": code, "roles": roles}, servers, CODES, ROLES)
    points = st.builds(
        lambda server, mode: {"server": server, "site_code": "CAS", "mode": mode}, servers, st.sampled_from(["online", None])
    )
    return {
        "sites": listed,
        "top_level_site": listed[0],
        "site_systems": draw(st.lists(rows, max_size=12)),
        "service_connection_points": draw(st.lists(points, max_size=2)),
    }


@given(hierarchies(st.one_of(ANY, SPELLINGS)), st.booleans())
def test_every_group_and_host_can_be_one_of_ansible(found: dict[str, Any], short: bool) -> None:
    with suppress(PlanError):
        plan = plan_inventory(found, Options("srv0.corp.example", short=short))
        assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in plan.groups)
        assert all(re.fullmatch("[a-z0-9_.-]+", name) for name in plan.hosts)
        assert not {"all", "ungrouped", "localhost"} & {*plan.groups, *plan.hosts}
        assert not plan.groups.keys() & plan.hosts.keys()
        members = [name for group in plan.groups.values() for name in group.hosts]
        assert set(members) == plan.hosts.keys()
        children = [name for group in plan.groups.values() for name in group.children]
        assert sorted(children) == sorted(plan.groups.keys() - {"configmgr"})
        assert len(plan.groups["sms_provider"].hosts) == 1


@given(hierarchies(SPELLINGS), st.booleans())
def test_each_server_is_one_host(found: dict[str, Any], short: bool) -> None:
    """Where a full name is known, its short forms are the same host; and no row is lost."""
    with suppress(PlanError):
        plan = plan_inventory(found, Options("10.0.0.1", short=short))
        firsts = [name.partition(".")[0] for name in plan.hosts]
        assert len(firsts) == len(set(firsts))
        for row in found["site_systems"]:
            with suppress(naming.BadName):
                first = naming.computer_name(row["server"]).partition(".")[0]
                (given_roles,) = [own["site_roles"] for name, own in plan.hosts.items() if name.partition(".")[0] == first]
                assert set(row["roles"]) <= set(given_roles)
