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
    refusal = site_systems.removal_refusal(
        SERVER, {naming.SITE_SYSTEM, naming.SQL_SERVER, "SMS Distribution Point", "A", "C", "D", "B"}
    )
    assert refusal is not None
    assert "A, B, C, D, SMS Distribution Point, SMS SQL Server" in refusal


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


def data(row: object) -> dict[str, dict[str, object]]:
    return rows.settings_as_data(row)  # type: ignore[arg-type, return-value]


def fields(value: int = 0, value1: str = "", value2: str = "") -> dict[str, object]:
    return {"Value": value, "Value1": value1, "Value2": value2}


def test_each_setting_is_written_where_the_site_reads_it() -> None:
    wish = SiteSystemWish(SERVER, "scp01.example.net", ACCOUNT, True, ProxyWish(True, "p.x", 8080, r"CORP\proxy"))
    row = site_systems.new_site_system("CAS", wish)
    assert data(row) == {
        "Server Remote Name": fields(0, SERVER),
        "Server Remote Public Name": fields(0, "scp01.example.net"),
        "FDMOperation": fields(1),
        "UseMachineAccount": fields(0),
        "UserName": fields(0, "", ACCOUNT),
        "UseProxy": fields(1),
        "ProxyName": fields(0, "", "p.x"),
        "ProxyServerPort": fields(8080),
        "AnonymousProxyAccess": fields(0),
        "ProxyUserName": fields(0, "", r"CORP\proxy"),
    }
    assert rows.role_of(row) == naming.SITE_SYSTEM
    assert site_systems.as_data(row) == {
        "public_fqdn": "scp01.example.net",
        "installation_account": ACCOUNT,
        "site_server_initiates": True,
        "proxy": {"enabled": True, "server": "p.x", "port": 8080, "account": r"CORP\proxy"},
    }


def test_no_account_is_the_computer_account_and_an_anonymous_proxy() -> None:
    row = site_systems.new_site_system("CAS", SiteSystemWish(SERVER, proxy=ProxyWish(True, "p.x")))
    assert data(row) == {
        "Server Remote Name": fields(0, SERVER),
        "Server Remote Public Name": fields(),
        "FDMOperation": fields(0),
        "UseMachineAccount": fields(1),
        "UseProxy": fields(1),
        "ProxyName": fields(0, "", "p.x"),
        "ProxyServerPort": fields(80),
        "AnonymousProxyAccess": fields(1),
    }


def test_a_row_without_settings_uses_nothing() -> None:
    assert site_systems.as_data(site_system_row(SERVER)) == {
        "public_fqdn": "",
        "installation_account": "",
        "site_server_initiates": False,
        "proxy": {"enabled": False, "server": None, "port": None, "account": None},
    }


@pytest.mark.parametrize(("value", "account"), [(0, ACCOUNT), (1, ""), (None, "")])
def test_an_installation_account_is_used_where_the_site_says_so(value: int | None, account: str) -> None:
    uses = {} if value is None else {"UseMachineAccount": Setting(value)}
    found = site_systems.as_data(site_system_row(SERVER, "CAS", UserName=Setting(0, "", ACCOUNT), **uses))
    assert found["installation_account"] == account


@pytest.mark.parametrize(("anonymous", "account"), [(0, ACCOUNT), (1, None), (None, ACCOUNT)])
def test_an_anonymous_proxy_has_no_account(anonymous: int | None, account: str | None) -> None:
    uses = {} if anonymous is None else {"AnonymousProxyAccess": Setting(anonymous)}
    found = site_systems.proxy_of(site_system_row(SERVER, "CAS", ProxyUserName=Setting(0, "", ACCOUNT), **uses))
    assert found["account"] == account


def proxied(enabled: bool = True, account: str = ACCOUNT) -> SiteSystemWish:
    return SiteSystemWish(SERVER, proxy=ProxyWish(enabled, "p.x", 8080, account))


@pytest.mark.parametrize(
    ("stored", "wish", "named"),
    [
        (None, SiteSystemWish(SERVER), []),
        (None, proxied(), [ACCOUNT]),
        (None, SiteSystemWish(SERVER, proxy=ProxyWish()), []),
        (proxied(False), SiteSystemWish(SERVER, proxy=ProxyWish(False)), []),
        (proxied(False), SiteSystemWish(SERVER, proxy=ProxyWish(True)), [ACCOUNT]),
        (proxied(False), SiteSystemWish(SERVER, proxy=ProxyWish(True, account=r"CORP\x")), [r"CORP\x"]),
        (proxied(True), SiteSystemWish(SERVER, proxy=ProxyWish(True)), []),
        (proxied(False, ""), SiteSystemWish(SERVER, proxy=ProxyWish(True)), []),
    ],
)
def test_which_accounts_have_to_be_listed(stored: SiteSystemWish | None, wish: SiteSystemWish, named: list[str]) -> None:
    row = site_systems.new_site_system("CAS", stored) if stored else None
    assert site_systems.accounts_named(wish, row) == named


@pytest.mark.parametrize(
    ("stored", "proxy", "refused"),
    [
        (None, None, False),
        (None, ProxyWish(True, "p.x"), False),
        (None, ProxyWish(False), False),
        (None, ProxyWish(True), True),
        (SiteSystemWish(SERVER), ProxyWish(True), True),
        (SiteSystemWish(SERVER), ProxyWish(True, "p.x"), False),
        (proxied(False), ProxyWish(True), False),
        # An empty server takes the stored one away.
        (proxied(False), ProxyWish(True, ""), True),
        (SiteSystemWish(SERVER), None, False),
    ],
)
def test_when_a_proxy_can_not_be_switched_on(stored: SiteSystemWish | None, proxy: ProxyWish | None, refused: bool) -> None:
    row = site_systems.new_site_system("CAS", stored) if stored else None
    assert (site_systems.proxy_refusal(row, SiteSystemWish(SERVER, proxy=proxy)) is not None) is refused


def changed(before: SiteSystemWish, wish: SiteSystemWish) -> dict[str, dict[str, object]] | None:
    """The settings that a wish changes of a site system; None where there is none."""
    old = site_systems.new_site_system("CAS", before)
    new = site_systems.changed_row(old, wish)
    if new is None:
        return None
    return {name: value for name, value in data(new).items() if data(old).get(name) != value}


@pytest.mark.parametrize(
    ("before", "wish", "differing"),
    [
        # Only what the first switching on has to settle comes with it.
        (
            SiteSystemWish(SERVER),
            SiteSystemWish(SERVER, proxy=ProxyWish(True, "p.x")),
            {"UseProxy", "ProxyName", "ProxyServerPort", "AnonymousProxyAccess"},
        ),
        (proxied(), SiteSystemWish(SERVER, proxy=ProxyWish(True, port=1)), {"ProxyServerPort"}),
        (proxied(), SiteSystemWish(SERVER, proxy=ProxyWish(True, "P.X")), None),
        (proxied(), SiteSystemWish(SERVER, proxy=ProxyWish(True, account=ACCOUNT.lower())), None),
        (proxied(False), SiteSystemWish(SERVER, proxy=ProxyWish(True)), {"UseProxy"}),
        (SiteSystemWish(SERVER, "A.example.net"), SiteSystemWish(SERVER, "a.EXAMPLE.net"), None),
        (
            SiteSystemWish(SERVER, installation_account=ACCOUNT),
            SiteSystemWish(SERVER, installation_account=""),
            {"UseMachineAccount", "UserName"},
        ),
        # Nothing to clear: no setting is made for it.
        (SiteSystemWish(SERVER), SiteSystemWish(SERVER, installation_account=""), None),
        (proxied(True, ""), SiteSystemWish(SERVER, proxy=ProxyWish(True, account="")), None),
        (proxied(), SiteSystemWish(SERVER, proxy=ProxyWish(True, account="")), {"AnonymousProxyAccess", "ProxyUserName"}),
        (
            SiteSystemWish(SERVER, site_server_initiates=True),
            SiteSystemWish(SERVER, site_server_initiates=False),
            {"FDMOperation"},
        ),
    ],
)
def test_only_what_differs_is_written(before: SiteSystemWish, wish: SiteSystemWish, differing: set[str] | None) -> None:
    found = changed(before, wish)
    assert (set(found) if found is not None else None) == differing


def test_a_proxy_that_is_on_gets_no_defaults() -> None:
    on = site_system_row(SERVER, UseProxy=Setting(1), ProxyName=Setting(0, "", "p.x"))
    assert site_systems.changed_row(on, SiteSystemWish(SERVER, proxy=ProxyWish())) is None
    off = site_system_row(SERVER, UseProxy=Setting(0), ProxyName=Setting(0, "", "p.x"), ProxyServerPort=Setting(99))
    row = site_systems.changed_row(off, SiteSystemWish(SERVER, proxy=ProxyWish()))
    assert row is not None
    assert site_systems.proxy_of(row) == {"enabled": True, "server": "p.x", "port": 99, "account": None}
    assert rows.setting(row, "AnonymousProxyAccess") == Setting(1)
    assert site_systems.wish_from({"proxy": {}}, SERVER).proxy == ProxyWish(True)


def test_the_other_settings_of_a_wish_stay_when_its_proxy_gets_defaults() -> None:
    wish = SiteSystemWish(SERVER, "a.example.net", ACCOUNT, True, ProxyWish(True, "p.x"))
    row = site_systems.changed_row(site_systems.new_site_system("CAS", SiteSystemWish(SERVER)), wish)
    assert row is not None
    found = site_systems.as_data(row)
    assert found.pop("proxy")["enabled"] is True
    assert found == {"public_fqdn": "a.example.net", "installation_account": ACCOUNT, "site_server_initiates": True}


def test_options_become_a_wish() -> None:
    params = {
        "public_fqdn": "SCP01.Example.Net",
        "installation_account": ACCOUNT,
        "site_server_initiates": False,
        "proxy": {"enabled": False, "server": "Proxy", "port": 8080, "account": ""},
    }
    assert site_systems.wish_from(params, SERVER) == SiteSystemWish(
        SERVER, "scp01.example.net", ACCOUNT, False, ProxyWish(False, "Proxy", 8080, "")
    )
    assert site_systems.wish_from({}, SERVER) == SiteSystemWish(SERVER)
    assert site_systems.wish_from({"public_fqdn": "", "installation_account": ""}, SERVER) == SiteSystemWish(SERVER, "", "")


@pytest.mark.parametrize(
    ("settings", "uses"),
    [
        ({}, []),
        ({"UserName": Setting(0, "", ACCOUNT)}, [("installation_account", False)]),
        ({"UserName": Setting(0, "", ACCOUNT), "UseMachineAccount": Setting(0)}, [("installation_account", True)]),
        ({"UserName": Setting(0, "", ACCOUNT), "UseMachineAccount": Setting(1)}, [("installation_account", False)]),
        ({"ProxyUserName": Setting(0, "", ACCOUNT)}, [("proxy_account", False)]),
        ({"ProxyUserName": Setting(0, "", ACCOUNT), "UseProxy": Setting(1)}, [("proxy_account", True)]),
    ],
)
def test_the_accounts_that_a_site_system_names(settings: dict[str, Setting], uses: list[tuple[str, bool]]) -> None:
    found = site_systems.named_accounts(site_system_row(SERVER, "CAS", **settings))
    assert [(use.use, use.active) for use in found] == uses
    assert all((use.account, use.server, use.site_code) == (ACCOUNT, SERVER, "CAS") for use in found)
