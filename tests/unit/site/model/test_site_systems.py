from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, naming, rows, site_systems
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.site_systems import ProxyWish, SiteSystemWish
from tests.unit.site.support import site_system_row

SERVER = "scp01.corp.example"
ACCOUNT = r"CORP\svc-install"


def test_a_new_site_system_has_every_setting() -> None:
    row = site_systems.new_site_system("CAS", SiteSystemWish(SERVER))
    assert rows.settings_as_data(row).keys() == {
        "Server Remote Name",
        "Server Remote Public Name",
        "FDMOperation",
        "UseMachineAccount",
        "UseProxy",
    }
    assert site_systems.as_data(row) == {
        "public_fqdn": "",
        "installation_account": "",
        "site_server_initiates": False,
        "proxy": {"enabled": False, "server": None, "port": None, "account": None},
    }


def test_a_wish_without_settings_changes_nothing() -> None:
    row = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, installation_account=ACCOUNT))
    assert site_systems.changed_row(row, SiteSystemWish(SERVER)) is None


@pytest.mark.parametrize(
    "wish",
    [
        SiteSystemWish(SERVER, public_fqdn="scp01.example.net"),
        SiteSystemWish(SERVER, installation_account=ACCOUNT),
        SiteSystemWish(SERVER, site_server_initiates=True),
        SiteSystemWish(SERVER, proxy=ProxyWish(server="proxy.corp.example")),
        SiteSystemWish(SERVER, proxy=ProxyWish(server="proxy.corp.example", port=8080, account=ACCOUNT)),
    ],
)
def test_each_setting_is_written_once_and_then_settled(wish: SiteSystemWish) -> None:
    before = site_systems.new_site_system("CAS", SiteSystemWish(SERVER))
    changed = site_systems.changed_row(before, wish)
    assert changed is not None
    assert site_systems.changed_row(changed, wish) is None


def test_a_proxy_switched_on_gets_the_default_port_and_no_account() -> None:
    before = site_systems.new_site_system("CAS", SiteSystemWish(SERVER))
    changed = site_systems.changed_row(before, SiteSystemWish(SERVER, proxy=ProxyWish(server="proxy")))
    assert changed is not None
    assert site_systems.proxy_of(changed) == {"enabled": True, "server": "proxy", "port": 80, "account": None}


def test_a_proxy_switched_off_and_on_again_keeps_its_settings() -> None:
    row = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, proxy=ProxyWish(server="proxy", port=8080, account=ACCOUNT)))
    off = site_systems.changed_row(row, SiteSystemWish(SERVER, proxy=ProxyWish(enabled=False)))
    assert off is not None
    on = site_systems.changed_row(off, SiteSystemWish(SERVER, proxy=ProxyWish()))
    assert on is not None
    assert site_systems.proxy_of(on) == {"enabled": True, "server": "proxy", "port": 8080, "account": ACCOUNT}


def test_names_compare_without_case() -> None:
    row = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, installation_account=ACCOUNT))
    assert site_systems.changed_row(row, SiteSystemWish(SERVER, installation_account=ACCOUNT.lower())) is None


def test_back_to_the_computer_account() -> None:
    row = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, installation_account=ACCOUNT))
    changed = site_systems.changed_row(row, SiteSystemWish(SERVER, installation_account=""))
    assert changed is not None
    assert site_systems.as_data(changed)["installation_account"] == ""


def test_unknown_settings_stay() -> None:
    row = site_system_row(SERVER, IsProtected=Setting(1, "a", "b"), UseProxy=Setting(0))
    changed = site_systems.changed_row(row, SiteSystemWish(SERVER, site_server_initiates=True))
    assert changed is not None
    assert rows.setting(changed, "IsProtected") == Setting(1, "a", "b")


def test_a_proxy_needs_a_server_the_first_time() -> None:
    bare = site_systems.new_site_system("CAS", SiteSystemWish(SERVER))
    wish = SiteSystemWish(SERVER, proxy=ProxyWish())
    assert "proxy.server" in (site_systems.proxy_refusal(bare, wish) or "")
    assert "proxy.server" in (site_systems.proxy_refusal(None, wish) or "")
    assert site_systems.proxy_refusal(bare, SiteSystemWish(SERVER, proxy=ProxyWish(enabled=False))) is None


@pytest.mark.parametrize(
    "proxy",
    [
        ProxyWish(enabled=False, server="proxy.corp.example"),
        ProxyWish(enabled=False, port=8080),
        ProxyWish(enabled=False, account=ACCOUNT),
        ProxyWish(enabled=False, server="proxy.corp.example", port=8080, account=ACCOUNT),
    ],
)
def test_what_is_given_for_a_proxy_is_stored_while_it_is_off(proxy: ProxyWish) -> None:
    wish = SiteSystemWish(SERVER, proxy=proxy)
    for row in (site_systems.changed_row(site_system_row(SERVER), wish), site_systems.new_site_system("CAS", wish)):
        assert row is not None
        found = site_systems.proxy_of(row)
        assert found["enabled"] is False
        for option in ("server", "port", "account"):
            wished = getattr(proxy, option)
            assert wished is None or found[option] == wished
        assert site_systems.changed_row(row, wish) is None
    assert (site_systems.account_refusal(wish, [], "CAS") is None) is (proxy.account is None)


def test_the_account_of_a_proxy_is_cleared_while_it_is_off() -> None:
    stored = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, proxy=ProxyWish(False, "p.x", 8080, ACCOUNT)))
    cleared = site_systems.changed_row(stored, SiteSystemWish(SERVER, proxy=ProxyWish(enabled=False, account="")))
    assert cleared is not None
    assert site_systems.proxy_of(cleared) == {"enabled": False, "server": "p.x", "port": 8080, "account": None}
    assert ACCOUNT not in str(rows.settings_as_data(cleared))


def test_a_stored_account_must_be_listed_when_its_proxy_is_switched_on() -> None:
    off = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, proxy=ProxyWish(False, "p.x", 8080, ACCOUNT)))
    switch_on = SiteSystemWish(SERVER, proxy=ProxyWish())
    assert site_systems.accounts_named(switch_on, off) == [ACCOUNT]
    assert ACCOUNT in (site_systems.account_refusal(switch_on, [], "CAS", off) or "")
    assert site_systems.account_refusal(switch_on, [ACCOUNT], "CAS", off) is None
    without = SiteSystemWish(SERVER, proxy=ProxyWish(account=""))
    assert site_systems.account_refusal(without, [], "CAS", off) is None
    # A setting that is already on does not concern another change.
    on = site_systems.changed_row(off, switch_on)
    assert site_systems.accounts_named(SiteSystemWish(SERVER, public_fqdn="x.y", proxy=ProxyWish(port=1)), on) == []


def test_several_unknown_accounts_are_named_in_one_sentence() -> None:
    wish = SiteSystemWish(SERVER, installation_account=r"CORP\a", proxy=ProxyWish(True, "p.x", 1, r"CORP\b"))
    refusal = site_systems.account_refusal(wish, [], "CAS") or ""
    assert refusal.startswith(r"CORP\a and CORP\b are not among the accounts of site CAS: add them first")
    same = SiteSystemWish(SERVER, installation_account=r"CORP\a", proxy=ProxyWish(True, "p.x", 1, r"CORP\a"))
    assert (site_systems.account_refusal(same, [], "CAS") or "").startswith(r"CORP\a is not among")


def test_accounts_must_be_listed_at_the_site() -> None:
    wish = SiteSystemWish(SERVER, installation_account=ACCOUNT, proxy=ProxyWish(server="p", account=r"CORP\proxy"))
    assert site_systems.account_refusal(wish, [ACCOUNT.upper(), r"corp\proxy"], "CAS") is None
    refusal = site_systems.account_refusal(wish, [ACCOUNT], "CAS")
    assert refusal is not None
    assert r"CORP\proxy" in refusal
    assert ACCOUNT not in refusal


def test_a_site_system_with_other_roles_is_not_removed() -> None:
    assert site_systems.removal_refusal(SERVER, {naming.SITE_SYSTEM, naming.COMPONENT_SERVER}) is None
    refusal = site_systems.removal_refusal(SERVER, {naming.SITE_SYSTEM, naming.SQL_SERVER, "SMS Distribution Point"})
    assert refusal is not None
    assert "SMS Distribution Point, SMS SQL Server" in refusal


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"public_fqdn": "short"}, "public_fqdn"),
        ({"installation_account": "svc"}, "installation_account"),
        ({"proxy": {"server": "http://x"}}, "proxy.server"),
        ({"proxy": {"server": "x", "account": "svc@x"}}, "proxy.account"),
    ],
)
def test_bad_options_are_named(params: dict[str, object], word: str) -> None:
    with pytest.raises(naming.BadName, match=word.replace(".", r"\.")):
        site_systems.wish_from(params, SERVER)


def test_an_account_in_use_is_kept() -> None:
    using = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, installation_account=ACCOUNT))
    assert SERVER in (accounts.use_refusal(ACCOUNT.upper(), [using]) or "")
    assert accounts.use_refusal(r"CORP\other", [using]) is None


def test_passwords_that_the_site_does_not_take() -> None:
    assert "percent" in (accounts.password_refusal("a%b") or "")
    assert accounts.password_refusal("") is not None
    assert accounts.password_refusal("fine") is None
