from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.site_systems import (
    ProxyWish,
    SiteSystemWish,
    new_site_system,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site import judging
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.facts import Database, Definition, SiteFacts
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.judging import Plan
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.role_health import RoleHealth
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from tests.unit.site.support import CAS, PR1, SE1, ST1, row, scp_row, site_system_row

SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
ACCOUNT = r"CORP\installer"
FULL, ONLY_READ, NONE = 1 | 2 | 4, 1, 0
PLAN = Plan(SCP01)
DEFINITION = Definition("CORP", Database("cas01.corp.example", "", "CM_CAS", 1433))


def facts(*more: Any, **changes: Any) -> SiteFacts:
    """A healthy site, with these rows in addition to that of its site server."""
    clock = ServerClock("CAS01", datetime(2026, 11, 22, 10, 0, tzinfo=UTC), 0.0)
    found = (row("cas01.corp.example", naming.SITE_SERVER), *more)
    system = judging.site_system_row(found, SCP01, "CAS")
    well = SiteFacts(CAS, (CAS, PR1, SE1), found, system, (), FULL, (), frozenset(), DEFINITION, clock)
    return replace(well, **changes)


def verdict(check: Check) -> tuple[str, str]:
    return check.id, check.status.value


def test_every_check_is_there_once_in_a_fixed_order() -> None:
    found = judging.all_checks(facts(), PLAN)
    assert [check.id for check in found] == list(judging.TITLES)
    assert {check.status for check in found} == {Status.PASSED, Status.SKIPPED}
    assert all(check.title == judging.TITLES[check.id] and check.detail for check in found)


def test_what_is_not_right_has_a_remedy() -> None:
    bad = facts(scp_row(SCP02), granted=ONLY_READ, installing=(("2609", "INSTALL_IN_PROGRESS"),), site=replace(CAS, version="9"))
    found = judging.all_checks(bad, replace(PLAN, create_site_system=False))
    wrong = [check for check in found if check.status in (Status.FAILED, Status.WARNING)]
    assert [check.id for check in wrong] == [
        "rights_write",
        "single_instance",
        "site_system",
        "update_in_progress",
        "site_version_known",
    ]
    assert all(check.remedy for check in wrong)


@pytest.mark.parametrize(
    ("granted", "status", "words"),
    [
        (FULL, "passed", "the right to modify"),
        (ONLY_READ, "failed", "may only read it"),
        (NONE, "failed", "neither read nor change it"),
        (Unread("it refused."), "warning", "Cannot tell: it refused."),
    ],
)
def test_rights_write(granted: Any, status: str, words: str) -> None:
    check = judging.rights_write(facts(granted=granted))
    assert verdict(check) == ("rights_write", status)
    assert words in check.detail


@pytest.mark.parametrize(("site", "status"), [(CAS, "passed"), (ST1, "passed"), (PR1, "failed"), (SE1, "failed")])
def test_top_level_site(site: Any, status: str) -> None:
    assert verdict(judging.top_level_site(facts(site=site), PLAN)) == ("top_level_site", status)


@pytest.mark.parametrize(
    ("holders", "move", "status", "words"),
    [
        ([], False, "passed", "no service connection point yet"),
        ([], True, "passed", "no service connection point yet"),
        ([SCP01], False, "passed", f"is already on {SCP01} (site CAS)"),
        ([SCP02], False, "failed", f"on {SCP02} (site CAS)"),
        ([SCP02], True, "passed", f"will be moved from {SCP02} (site CAS)"),
        ([SCP01, SCP02], False, "failed", "has 2 service connection points"),
        ([SCP01, SCP02], True, "failed", "has 2 service connection points"),
    ],
)
def test_single_instance_names_the_holder(holders: list[str], move: bool, status: str, words: str) -> None:
    found = facts(*(scp_row(server) for server in holders))
    check = judging.single_instance(found, replace(PLAN, move=move))
    assert verdict(check) == ("single_instance", status)
    assert words in check.detail


def test_a_role_at_a_child_site_is_removed_on_that_sites_own_provider() -> None:
    found = facts(scp_row(SCP02, "PR1"), providers={"PR1": ("pri9.corp.example",)})
    check = judging.single_instance(found, replace(PLAN, host="cas01.corp.example"))
    assert check.status is Status.FAILED
    assert "Site PR1 cannot have the role." in check.remedy
    assert f"configmgr.scp.remove -e scp_provider=pri9.corp.example -e scp_server={SCP02}" in check.remedy


def test_a_remedy_says_what_the_detail_does_not() -> None:
    check = judging.top_level_site(facts(site=PR1), PLAN)
    assert "scp_provider" in check.remedy
    assert "Run this" not in check.detail


@pytest.mark.parametrize(
    ("mode", "needs", "status", "words"),
    [
        ("online", (), "skipped", "will be online"),
        ("offline", (), "passed", "no gateway"),
        ("offline", ("cloud management gateway C",), "warning", "these need one in online mode: cloud management gateway C."),
        ("offline", Unread("it refused."), "warning", "Cannot tell: it refused."),
    ],
)
def test_cloud_services_of_an_offline_role(mode: str, needs: Any, status: str, words: str) -> None:
    check = judging.cloud_needs_role(facts(cloud_needs=needs), replace(PLAN, mode=mode))
    assert verdict(check) == ("cloud_needs_role", status)
    assert words in check.detail
    assert not check.required


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sites_installing": (("PR1", "2609", "INSTALL_INSTALLFILES"),)}, "site PR1: 2609 (INSTALL_INSTALLFILES)"),
        ({"sites_installing": Unread("it refused.")}, "Cannot tell: it could not be read whether sites below install an update"),
        ({"unknown_states": (("2609", "state 196630"),)}, "2609 (state 196630)"),
    ],
)
def test_an_update_that_other_sites_or_an_unknown_state_tell_of(changes: dict[str, Any], words: str) -> None:
    check = judging.update_in_progress(facts(**changes), PLAN)
    assert verdict(check) == ("update_in_progress", "warning")
    assert words in check.detail
    assert check.remedy


@pytest.mark.parametrize(
    ("servers", "status"), [((), "passed"), ((SCP02,), "passed"), ((SCP01,), "failed")], ids=["one", "a pair", "on the pair"]
)
def test_site_server_pair(servers: tuple[str, ...], status: str) -> None:
    found = facts(*(row(server, naming.SITE_SERVER) for server in servers))
    assert verdict(judging.site_server_pair(found, PLAN)) == ("site_server_pair", status)


def test_a_site_server_without_a_passive_one_may_have_the_role() -> None:
    check = judging.site_server_pair(facts(), Plan("cas01.corp.example"))
    assert check.status is Status.PASSED


OK, ILL = RoleHealth("SMS Management Point", "ok", None), RoleHealth("SMS Management Point", "critical", "2026-11-22T09:00:00Z")


@pytest.mark.parametrize(
    ("rows", "plan", "changes", "status", "words"),
    [
        ((), PLAN, {}, "passed", "it will be made a site system of CAS"),
        ((), replace(PLAN, create_site_system=False), {}, "failed", "is not a site system server of site CAS"),
        ((site_system_row(SCP01),), PLAN, {}, "passed", "without a role whose status"),
        ((site_system_row(SCP01),), PLAN, {"health": (OK,)}, "passed", "no problem with its 1 roles"),
        ((site_system_row(SCP01),), PLAN, {"health": (OK, ILL)}, "warning", "is critical and down since 2026-11-22 09:00:00 UTC"),
        ((site_system_row(SCP01),), PLAN, {"health": Unread("no.")}, "warning", "Cannot tell: "),
        ((site_system_row(SCP01, "PR1"),), PLAN, {}, "failed", "is a site system server of site PR1"),
        ((row(SCP01, naming.SITE_SERVER, "PR1"),), PLAN, {}, "failed", "of site PR1"),
        ((), replace(PLAN, wish=SiteSystemWish(SCP01, proxy=ProxyWish())), {}, "failed", "has no proxy server yet"),
    ],
)
def test_site_system(rows: tuple[Any, ...], plan: Plan, changes: dict[str, Any], status: str, words: str) -> None:
    check = judging.site_system(facts(*rows, **changes), plan)
    assert verdict(check) == ("site_system", status)
    assert words in check.detail


@pytest.mark.parametrize(
    ("installing", "allowed", "status"),
    [
        ((), False, "passed"),
        ((("2609", "INSTALL_IN_PROGRESS"),), False, "failed"),
        ((("2609", "INSTALL_IN_PROGRESS"),), True, "warning"),
        (Unread("no."), False, "warning"),
    ],
)
def test_update_in_progress(installing: Any, allowed: bool, status: str) -> None:
    check = judging.update_in_progress(facts(installing=installing), replace(PLAN, allow_during_update=allowed))
    assert verdict(check) == ("update_in_progress", status)


@pytest.mark.parametrize(
    ("account", "listed", "to_add", "status", "words"),
    [
        ("", frozenset(), (), "skipped", "No such account"),
        (None, frozenset(), (), "skipped", "No such account"),
        (ACCOUNT, frozenset({ACCOUNT.casefold()}), (), "passed", "is among the accounts"),
        (ACCOUNT, frozenset(), (ACCOUNT.upper(),), "passed", "will be added"),
        (ACCOUNT, frozenset(), (), "failed", "is not among the accounts of site CAS"),
        (ACCOUNT, Unread("no."), (), "warning", "Cannot tell: no."),
    ],
)
def test_an_account_is_listed(account: Any, listed: Any, to_add: tuple[str, ...], status: str, words: str) -> None:
    plan = replace(PLAN, accounts_to_add=to_add)
    check = judging.account_listed("proxy_account_listed", account, facts(listed=listed), plan)
    assert verdict(check) == ("proxy_account_listed", status)
    assert words in check.detail


def test_planned_settings_come_before_those_of_the_site() -> None:
    system = site_system_row(
        SCP01,
        UseMachineAccount=Setting(0),
        UserName=Setting(0, "", r"CORP\old"),
        UseProxy=Setting(1),
        ProxyName=Setting(0, "", "p1"),
    )
    assert judging.settings(PLAN, "CAS", system)["installation_account"] == r"CORP\old"
    planned = replace(
        PLAN, wish=SiteSystemWish(SCP01, installation_account=ACCOUNT, proxy=ProxyWish(True, "p2", 8080, r"CORP\web"))
    )
    found = judging.settings(planned, "CAS", system)
    assert found["installation_account"] == ACCOUNT
    assert found["proxy"] == {"enabled": True, "server": "p2", "port": 8080, "account": r"CORP\web"}
    assert judging.accounts(found) == [ACCOUNT, r"CORP\web"]
    assert judging.accounts(judging.settings(PLAN, "CAS", None)) == []


@pytest.mark.parametrize(
    ("roles", "proxy", "status"),
    [
        ((), False, "passed"),
        ((naming.SITE_SYSTEM, naming.COMPONENT_SERVER, naming.SERVICE_CONNECTION_POINT), True, "passed"),
        (("SMS Distribution Point",), False, "passed"),
        (("SMS Distribution Point",), True, "warning"),
        ((naming.SMS_PROVIDER,), False, "warning"),
        ((naming.SQL_SERVER,), False, "warning"),
    ],
)
def test_other_roles_are_advice(roles: tuple[str, ...], proxy: bool, status: str) -> None:
    wish = SiteSystemWish(SCP01, proxy=ProxyWish(True, "p2")) if proxy else None
    check = judging.other_roles(facts(*(row(SCP01, role) for role in roles)), replace(PLAN, wish=wish))
    assert verdict(check) == ("other_roles", status)
    assert check.required is False


@pytest.mark.parametrize(
    ("version", "status", "words"),
    [
        ("5.00.9152.1000", "passed", "(2609), supported until 2028-03-28"),
        ("5.00.9135.1000", "warning", "(2503); its support ended on 2026-09-30"),
        ("5.00.9999.1000", "warning", "newer than"),
        ("5.00.9150.1000", "warning", "is unknown"),
        ("", "warning", "unknown"),
    ],
)
def test_site_version_known(version: str, status: str, words: str) -> None:
    check = judging.site_version_known(facts(site=replace(CAS, version=version)))
    assert verdict(check) == ("site_version_known", status)
    assert words in check.detail
    assert check.required is False


def test_a_site_without_a_clock_does_not_tell_the_end_of_its_support() -> None:
    assert judging.site_version_known(facts(clock=None)).status is Status.WARNING


@pytest.mark.parametrize(
    ("definition", "accounts"),
    [
        (DEFINITION, [r"CORP\CAS01$", r"CORP\SCP02$"]),
        (replace(DEFINITION, domain=""), [r"corp.example\CAS01$", r"corp.example\SCP02$"]),
        (Unread("no."), [r"corp.example\CAS01$", r"corp.example\SCP02$"]),
    ],
)
def test_computer_accounts_of_a_pair(definition: Any, accounts: list[str]) -> None:
    assert judging.computer_accounts(facts(row(SCP02, naming.SITE_SERVER), definition=definition)) == accounts


def test_the_mode_that_the_role_will_have() -> None:
    assert judging.mode_of((), None) == "online"
    assert judging.mode_of([scp_row(SCP02, mode=1)], None) == "offline"
    assert judging.mode_of([scp_row(SCP02, mode=1)], "online") == "online"


@pytest.mark.parametrize(
    ("found", "mode", "expected"),
    [
        ([], None, False),
        ([scp_row(SCP01)], None, True),
        ([scp_row(SCP01)], "online", True),
        ([scp_row(SCP01)], "offline", False),
        ([scp_row(SCP01, "PR1")], None, False),
        ([scp_row(SCP02)], None, False),
        ([scp_row(SCP01), scp_row(SCP02)], None, False),
    ],
)
def test_in_place(found: list[Any], mode: str | None, expected: bool) -> None:
    assert judging.in_place(found, SCP01, "CAS", mode) is expected


def test_an_account_without_rights_gets_one_failure_and_the_rest_skipped() -> None:
    found = judging.no_rights("site CAS", "cas01.corp.example", "access denied")
    assert [check.id for check in found] == list(judging.TITLES)
    assert found[0].status is Status.FAILED
    assert "access denied" in found[0].detail
    assert {check.status for check in found[1:]} == {Status.SKIPPED}


@pytest.mark.parametrize(
    ("wish", "wishes", "changes"),
    [
        (None, False, False),
        (SiteSystemWish(SCP01), False, False),
        (SiteSystemWish(SCP01, installation_account=ACCOUNT), True, True),
        (SiteSystemWish(SCP01, installation_account=""), True, False),
        (SiteSystemWish(SCP01, proxy=ProxyWish(True, "p2")), True, True),
        (SiteSystemWish(SCP01, proxy=ProxyWish(False)), True, False),
    ],
)
def test_settings_that_are_asked_for(wish: SiteSystemWish | None, wishes: bool, changes: bool) -> None:
    plan = replace(PLAN, wish=wish)
    assert judging.wishes_settings(plan) is wishes
    assert judging.settings_change(plan, new_site_system("CAS", SiteSystemWish(SCP01))) is changes
    assert judging.settings_change(plan, None) is wishes


@pytest.mark.parametrize(
    ("server", "role", "code", "own"),
    [
        (SCP01, naming.SITE_SYSTEM, "CAS", True),
        (SCP02, naming.SITE_SYSTEM, "CAS", False),
        (SCP01, naming.SITE_SERVER, "CAS", False),
        (SCP01, naming.SITE_SYSTEM, "PR1", False),
    ],
)
def test_the_servers_own_site_system_row(server: str, role: str, code: str, own: bool) -> None:
    found = row(server, role, code)
    assert judging.site_system_row([found], SCP01, "CAS") is (found if own else None)


@pytest.mark.parametrize("denied_by_winrm", [True, False])
def test_who_refused_the_account_is_told(denied_by_winrm: bool) -> None:
    failed, *rest = judging.no_rights("site CAS", "cas01.corp.example", "access denied", denied_by_winrm)
    assert ("WinRM" in failed.detail) is denied_by_winrm
    assert ("Remote Management Users" in failed.remedy) is denied_by_winrm
    assert all(part in failed.detail for part in ("cas01.corp.example", "site CAS", "access denied"))
    assert "Infrastructure Administrator" in failed.remedy
    assert ("exclude the account under Hierarchy Settings > Authentication" in failed.remedy) is not denied_by_winrm
    assert len(rest) == len(judging.TITLES) - 1
    assert {check.id for check in rest} == set(judging.TITLES) - {"rights_read"}


@pytest.mark.parametrize(
    ("sites", "providers", "named"),
    [
        ((CAS, PR1), {"CAS": ("prov1.corp.example",)}, "prov1.corp.example"),
        ((CAS, PR1), {}, "cas01.corp.example"),
        ((PR1,), {}, "scp_provider"),
    ],
)
def test_the_remedy_of_a_site_below_names_a_host(sites: tuple[Any, ...], providers: dict[str, Any], named: str) -> None:
    check = judging.top_level_site(facts(site=PR1, sites=sites, providers=providers), replace(PLAN, host="pri1.corp.example"))
    assert named in check.remedy
    assert "pri1.corp.example" not in check.remedy


def test_a_role_elsewhere_is_moved_or_removed() -> None:
    check = judging.single_instance(facts(scp_row(SCP02, mode=1)), replace(PLAN, host="cas01.corp.example"))
    assert "configmgr.scp.move" in check.remedy
    assert f"configmgr.scp.remove -e scp_provider=cas01.corp.example -e scp_server={SCP02}" in check.remedy
    assert SCP01 in check.remedy
    assert "offline" in check.remedy, "the mode moves along"
    assert "offline" not in judging.single_instance(facts(scp_row(SCP02)), PLAN).remedy


def test_of_two_roles_it_says_which_one_works() -> None:
    component = ComponentState("SMS_DMP_DOWNLOADER", "SCP02", "started", None, site_code="CAS")
    check = judging.single_instance(facts(scp_row(SCP01), scp_row(SCP02), components=(component,)), PLAN)
    assert check.detail.count("does not work") == 1
    assert check.remedy.count("configmgr.scp.remove") == 2
    refused = judging.single_instance(facts(scp_row(SCP01), scp_row(SCP02), components=Unread("no.")), PLAN)
    assert refused.detail.count("does not work") == 2


def test_site_servers_are_named() -> None:
    alone = judging.site_server_pair(facts(), PLAN).detail
    assert "cas01.corp.example" in alone
    assert "pair" not in alone
    pair = judging.site_server_pair(facts(row(SCP02, naming.SITE_SERVER)), PLAN)
    assert f"cas01.corp.example, {SCP02}" in pair.detail
    refused = judging.site_server_pair(facts(row(SCP01, naming.SITE_SERVER)), PLAN)
    assert "service_connection_point_server" in refused.remedy


@pytest.mark.parametrize("create", [True, False])
def test_a_site_system_of_another_site_is_refused_either_way(create: bool) -> None:
    found = facts(site_system_row(SCP01, "PR1"))
    assert judging.site_system(found, replace(PLAN, create_site_system=create)).status is Status.FAILED
    both = facts(site_system_row(SCP01, "PR1"), site_system_row(SCP01))
    assert judging.site_system(both, PLAN).status is Status.PASSED


def test_an_incomplete_proxy_of_a_site_system_is_refused() -> None:
    plan = replace(PLAN, wish=SiteSystemWish(SCP01, proxy=ProxyWish(True)))
    check = judging.site_system(facts(site_system_row(SCP01)), plan)
    assert (check.status, check.required) == (Status.FAILED, True)


def test_only_roles_that_are_ill_are_named() -> None:
    silent = RoleHealth("SMS Distribution Point", "warning", None)
    check = judging.site_system(facts(site_system_row(SCP01), health=(OK, ILL, silent)), PLAN)
    assert "SMS Distribution Point is warning." in check.detail
    assert "is ok" not in check.detail


@pytest.mark.parametrize(
    ("installing", "doubt", "allowed", "status"),
    [
        ((("2609", "INSTALL_IN_PROGRESS"),), True, False, "failed"),
        ((("2609", "INSTALL_IN_PROGRESS"),), True, True, "warning"),
        ((), True, True, "warning"),
        ((), False, True, "passed"),
    ],
)
def test_the_site_itself_comes_before_those_below(installing: Any, doubt: bool, allowed: bool, status: str) -> None:
    below = (("PR1", "2609", "INSTALL_INSTALLFILES"),) if doubt else ()
    check = judging.update_in_progress(
        facts(installing=installing, sites_installing=below), replace(PLAN, allow_during_update=allowed)
    )
    assert (check.status.value, check.required) == (status, True)
    assert ("PR1" in check.detail) is (doubt and not installing)


def test_an_unknown_state_comes_before_sites_below() -> None:
    below = (("PR1", "2609", "INSTALL_INSTALLFILES"),)
    check = judging.update_in_progress(facts(unknown_states=(("2701", "state 196630"),), sites_installing=below), PLAN)
    assert "196630" in check.detail
    assert "PR1" not in check.detail


def test_a_proxy_that_is_switched_off_has_no_account() -> None:
    off = site_system_row(SCP01, UseProxy=Setting(0), ProxyName=Setting(0, "", "p1"), ProxyUserName=Setting(0, "", r"CORP\web"))
    by_id = {check.id: check for check in judging.all_checks(facts(off), PLAN)}
    assert by_id["proxy_account_listed"].status is Status.SKIPPED
    assert judging.accounts({"installation_account": None, "proxy": {"enabled": False, "account": r"CORP\web"}}) == []
    wish = SiteSystemWish(SCP01, installation_account=ACCOUNT, proxy=ProxyWish(True, "p2", 8080, r"CORP\web"))
    by_id = {check.id: check for check in judging.all_checks(facts(off), replace(PLAN, wish=wish))}
    assert r"CORP\web" in by_id["proxy_account_listed"].detail
    assert ACCOUNT in by_id["installation_account_listed"].detail
    assert by_id["proxy_account_listed"].status is by_id["installation_account_listed"].status is Status.FAILED


def test_other_roles_are_named_and_who_prefers_another_server_is_told() -> None:
    found = facts(row(SCP01, "SMS Management Point"), row(SCP01, naming.SMS_PROVIDER), row(SCP02, "SMS Distribution Point"))
    check = judging.other_roles(found, PLAN)
    assert "SMS Management Point, SMS Provider" in check.detail
    assert "SMS Distribution Point" not in check.detail
    account_only = replace(PLAN, wish=SiteSystemWish(SCP01, installation_account=ACCOUNT))
    assert judging.other_roles(facts(row(SCP01, "SMS Management Point")), account_only).status is Status.PASSED


def test_required_checks_of_a_site() -> None:
    advice = {"other_roles", "site_version_known", "cloud_needs_role"}
    assert {check.id for check in judging.all_checks(facts(), PLAN) if not check.required} == advice
    bad = facts(row(SCP01, naming.SMS_PROVIDER), site=replace(CAS, version="9"), cloud_needs=("x",))
    assert {check.id for check in judging.all_checks(bad, replace(PLAN, mode="offline")) if not check.required} == advice
    unread = facts(
        granted=Unread("no."), health=Unread("no."), installing=Unread("no."), listed=Unread("no."), cloud_needs=Unread("no.")
    )
    assert {check.id for check in judging.all_checks(unread, replace(PLAN, mode="offline")) if not check.required} == advice


@pytest.mark.parametrize(
    ("rows", "wished", "mode"),
    [
        ([], None, "online"),
        ([], "offline", "offline"),
        ([scp_row(SCP02, mode=1), scp_row(SCP01)], None, "offline"),
        ([scp_row(SCP02, mode=7)], None, "online"),
    ],
)
def test_the_mode_by_wish_and_row(rows: list[Any], wished: str | None, mode: str) -> None:
    assert judging.mode_of(rows, wished) == mode
