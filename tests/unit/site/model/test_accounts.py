"""What uses the accounts of a site."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting, new_row
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.modules import site_account_info

A, B = r"CORP\a", r"CORP\b"
INSTALLING = {"UseMachineAccount": Setting(0), "UserName": Setting(0, "", A.upper())}
PROXY = {"UseProxy": Setting(1), "AnonymousProxyAccess": Setting(0), "ProxyUserName": Setting(0, "", B)}


def system(server: str, settings: Mapping[str, Setting], code: str = "CAS") -> CimInstance:
    return new_row(code, naming.nal_path(server, code), server, naming.SITE_SYSTEM, settings)


def test_the_list_and_who_uses_it() -> None:
    systems = [system("scp02", PROXY, "PR1"), system("scp01", {**INSTALLING, **PROXY})]
    found = accounts.account_list("CAS", {A: ["Said"], r"CORP\unused": []}, systems, None)
    assert [entry["name"] for entry in found] == [A, B, r"CORP\unused"]
    assert found[0] == {
        "name": A,
        "listed": True,
        "told_by_site": ["Said"],
        "site_systems": [{"server": "scp01", "site_code": "CAS", "use": "installation_account", "active": True}],
    }
    assert (found[1]["listed"], found[1]["told_by_site"]) == (False, [])
    assert [(use["site_code"], use["use"]) for use in found[1]["site_systems"]] == [
        ("CAS", "proxy_account"),
        ("PR1", "proxy_account"),
    ]
    assert found[2]["site_systems"] == []


def test_an_account_that_only_another_site_names_is_none_of_this_site() -> None:
    systems = [system("scp02", INSTALLING, "PR1")]
    assert accounts.account_list("CAS", {}, systems, None) == []
    assert [entry["name"] for entry in accounts.account_list("PR1", {}, systems, None)] == [A.upper()]


def test_each_account_asked_for_has_an_entry_in_the_spelling_of_the_site() -> None:
    found = accounts.account_list("CAS", {A: []}, [system("scp01", PROXY)], [A.lower(), r"CORP\NOBODY"])
    assert [(entry["name"], entry["listed"]) for entry in found] == [(A, True), (r"CORP\NOBODY", False)]
    assert accounts.account_list("CAS", {A: []}, [], []) == []


def test_a_name_that_is_left_of_earlier_times_is_shown_as_such() -> None:
    off = {
        "UseMachineAccount": Setting(1),
        "UserName": Setting(0, "", A),
        "UseProxy": Setting(0),
        "ProxyUserName": Setting(0, "", B),
    }
    found = accounts.account_list("CAS", {}, [system("scp01", off)], None)
    assert [(entry["name"], [use["active"] for use in entry["site_systems"]]) for entry in found] == [(A, [False]), (B, [False])]


def test_an_anonymous_proxy_uses_no_account() -> None:
    anonymous = system("scp01", {**PROXY, "AnonymousProxyAccess": Setting(1)})
    assert [use["active"] for entry in accounts.account_list("CAS", {}, [anonymous], None) for use in entry["site_systems"]] == [
        False
    ]


def test_what_is_not_looked_at_is_said_in_one_way() -> None:
    documented = " ".join(site_account_info.DOCUMENTATION.split())
    assert f"not checked - {', '.join(accounts.UNSEEN_USES)}." in documented
    assert all(use in accounts.UNSEEN_USES_NOTE for use in accounts.UNSEEN_USES)
