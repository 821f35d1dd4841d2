"""Which cmdlet does a step, and that every call fits the reference (tests/unit/cmdlets.yml)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, naming, rows, site_systems
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_calls import Call, NoCmdlet, call_for, made_by
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_script import SCRIPT
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.site_systems import ProxyWish, SiteSystemWish
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.steps import Change, Create, Delete, Password, Step
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing import usage
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.servicing.test_usage import level_row
from tests.unit.site.support import row, scp_row

CONTRACTS: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "cmdlets.yml").read_text(encoding="utf-8"))
_CALL = re.compile(r"^ +'(\S+)' \{ \$written = (\S+) @parameters(.*); \};$", re.MULTILINE)
# What the script adds to the call of each cmdlet.
IN_SCRIPT = {name: re.findall(r"-(\w+)", more) for name, _called, more in _CALL.findall(SCRIPT.read_text(encoding="ascii"))}
COMMON = ("DisableWildcardHandling", "ForceWildcardHandling")
TYPES = {"String": str, "Boolean": bool, "UInt32": int, "SwitchParameter": bool}

SERVER = "scp01.corp.example"
INSTALL, PROXY = r"CORP\install", r"CORP\proxy"
SECRET = Password("s3cret", lambda: "encrypted", accounts.PASSWORD_COLUMN)
ACCOUNT = accounts.new_account("CAS", INSTALL)


def complaints(call: Call) -> list[str]:
    """What of a call does not fit its contract."""
    contract = CONTRACTS[call.cmdlet]
    known: Mapping[str, Mapping[str, Any]] = contract["parameters"]
    added = IN_SCRIPT[call.cmdlet]
    objects = [*(["ProxyAccessAccount"] if call.proxy_account else []), *(["Password"] if call.password is not None else [])]
    given = [*call.parameters, *objects, *(name for name in added if name not in ("Confirm", *COMMON))]
    found = [f"-{name} does not exist" for name in given if name not in known]
    found += [f"-{name} twice" for name in given if given.count(name) > 1]
    found += [] if contract.get("confirms") or "Confirm" not in added else ["-Confirm does not exist"]
    named = [name for name in given if name in known]
    sets = contract.get("sets", ["(the only one)"])
    possible = [one for one in sets if all(one in known[name].get("sets", [one]) for name in named)]
    fitting = [
        one
        for one in possible
        if all(name in given for name, about in known.items() if about.get("required") and one in about.get("sets", [one]))
    ]
    found += [] if len(fitting) == 1 else [f"fits the parameter sets {fitting}"]
    for name, value in call.parameters.items():
        about = known.get(name, {})
        if not isinstance(value, TYPES.get(str(about.get("type")), str)) or (
            about.get("type") == "UInt32" and isinstance(value, bool)
        ):
            found.append(f"-{name} {value!r} is no {about.get('type')}")
        if "accepts" in about and value not in about["accepts"]:
            found.append(f"-{name} does not accept {value}")
        if about.get("wildcards") and "DisableWildcardHandling" not in added:
            found.append(f"-{name} takes wildcards")
    return found


def system(**settings: Any) -> CimInstance:
    return site_systems.new_site_system("CAS", SiteSystemWish(SERVER, **settings))


def changed(before: CimInstance, **settings: Any) -> Change:
    after = site_systems.changed_row(before, SiteSystemWish(SERVER, **settings))
    assert after is not None
    return Change("the site system", before, after)


PROXIES = (None, ProxyWish(True, "proxy", 8080, PROXY), ProxyWish(True, "proxy", None, ""), ProxyWish(False))
SETTINGS: list[dict[str, Any]] = [
    {"public_fqdn": public, "installation_account": account, "site_server_initiates": initiates, "proxy": proxy}
    for public, account, initiates, proxy in itertools.product(
        (None, "", "x.contoso.com"), (None, "", INSTALL), (None, True, False), PROXIES
    )
]
SYSTEMS: list[Step] = [Create("new", system(**settings)) for settings in SETTINGS]
for before, settings in itertools.product((system(), system(**SETTINGS[-3])), SETTINGS):
    wanted = site_systems.changed_row(before, SiteSystemWish(SERVER, **settings))
    if wanted is not None:
        SYSTEMS.append(Change("changed", before, wanted))

LEVELS = [step for step in (usage.change_to(level_row(9), level, "CAS") for level in usage.LEVELS) if step is not None]
EVERY: list[Step] = [
    *SYSTEMS,
    *LEVELS,
    Delete("gone", system()),
    *(Create("new", scp_row(SERVER, mode=mode)) for mode in (0, 1)),
    *(Change("mode", scp_row(SERVER), rows.with_mode(scp_row(SERVER), mode)) for mode in (rows.ONLINE, rows.OFFLINE)),
    Delete("gone", scp_row(SERVER)),
    Create("the account", ACCOUNT, SECRET),
    Change("the account", ACCOUNT, ACCOUNT, password=SECRET),
    Delete("the account", ACCOUNT),
]


def test_every_call_fits_the_reference() -> None:
    seen = set()
    for step in EVERY:
        call = call_for(step)
        assert complaints(call) == [], call
        seen.add(call.cmdlet)
    assert seen == set(CONTRACTS) - {"Get-CMAccount"} == set(IN_SCRIPT)


@pytest.mark.parametrize(
    "call",
    [
        Call("Add-CMServiceConnectionPoint", {"SiteSystemServerName": SERVER, "Mode": "Sometimes"}),
        Call("Add-CMServiceConnectionPoint", {"SiteSystemServerName": SERVER}),
        Call("Remove-CMAccount", {"UserName": INSTALL, "SiteCode": "CAS"}),
        Call("New-CMSiteSystemServer", {"SiteSystemServerName": SERVER, "EnableProxy": "true"}),
        Call("New-CMSiteSystemServer", {"SiteSystemServerName": SERVER, "ProxyServerPort": True}),
        Call("Set-CMHierarchySetting", {"TelemetryLevel": "Off"}),
        Call("New-CMAccount", {"UserName": INSTALL}),
    ],
)
def test_the_check_would_find_a_wrong_call(call: Call) -> None:
    assert complaints(call)


def test_each_cmdlet_of_the_script_is_called_by_its_own_name() -> None:
    called = _CALL.findall(SCRIPT.read_text(encoding="ascii"))
    assert all(name == cmdlet for name, cmdlet, _more in called)
    assert {name for name, _cmdlet, more in called if "-Force" in more} == {
        name for name in IN_SCRIPT if "Force" in CONTRACTS[name]["parameters"]
    }


def test_all_four_proxy_values_are_given_even_if_one_changes() -> None:
    call = call_for(changed(system(proxy=ProxyWish(True, "proxy", 3128, PROXY)), proxy=ProxyWish(port=8080)))
    assert call.parameters == {
        "SiteSystemServerName": SERVER,
        "SiteCode": "CAS",
        "EnableProxy": True,
        "ProxyServerName": "proxy",
        "ProxyServerPort": 8080,
    }
    assert call.proxy_account == PROXY


def test_a_proxy_account_that_is_cleared_is_left_out() -> None:
    call = call_for(changed(system(proxy=ProxyWish(True, "proxy", 3128, PROXY)), proxy=ProxyWish(account="")))
    assert (call.proxy_account, call.parameters["ProxyServerPort"]) == ("", 3128)


def test_what_does_not_change_is_not_given() -> None:
    call = call_for(changed(system(installation_account=INSTALL, public_fqdn="a.contoso.com"), site_server_initiates=True))
    assert call.parameters == {"SiteSystemServerName": SERVER, "SiteCode": "CAS", "FdmOperation": True}
    assert call.settings == frozenset({"FDMOperation"})


def test_a_disabled_proxy_stores_nothing() -> None:
    off = changed(system(proxy=ProxyWish(True, "proxy", 3128)), proxy=ProxyWish(False))
    assert call_for(off).parameters == {"SiteSystemServerName": SERVER, "SiteCode": "CAS", "EnableProxy": False}
    for step in (Create("new", system(proxy=ProxyWish(False, "proxy"))), changed(system(), proxy=ProxyWish(False, "proxy"))):
        with pytest.raises(NoCmdlet, match="do not store the settings of a proxy that is not enabled"):
            call_for(step)


def test_the_computer_account_is_asked_for_by_its_switch() -> None:
    assert call_for(Create("new", system())).parameters["UseSiteServerAccount"] is True
    call = call_for(changed(system(installation_account=INSTALL), installation_account=""))
    assert "AccountName" not in call.parameters
    assert call.parameters["UseSiteServerAccount"] is True


def test_a_row_with_a_netbios_name_is_named_by_it() -> None:
    old = rows.new_row(
        "CAS", naming.nal_path("SCP01", "CAS"), "SCP01", naming.SITE_SYSTEM, {rows.REMOTE_NAME: Setting(0, SERVER)}
    )
    assert call_for(Delete("gone", old)).parameters["SiteSystemServerName"].upper() == "SCP01"


def test_a_password_is_in_no_text_of_a_call() -> None:
    call = call_for(Create("the account", ACCOUNT, SECRET))
    assert call.password == "s3cret"
    assert "s3cret" not in f"{call}{call.parameters}{SECRET}"


@pytest.mark.parametrize(
    "step",
    [
        Create("odd", row(SERVER, "SMS Management Point")),
        Create("odd", scp_row(SERVER, mode=7)),
        Create("the account", ACCOUNT),
        Delete("the level", level_row(1)),
        Change("the level", level_row(1), level_row(9)),
    ],
)
def test_there_is_no_cmdlet_for_anything_else(step: Step) -> None:
    with pytest.raises(NoCmdlet):
        call_for(step)


def test_a_new_row_is_recognised_by_its_content() -> None:
    other = rows.new_row("CAS", naming.nal_path(SERVER.upper(), "CAS"), SERVER, naming.SERVICE_CONNECTION_POINT, {})
    step = Create("new", scp_row(SERVER))
    assert made_by(step, other)
    assert not made_by(step, scp_row("scp02.corp.example"))
    assert not made_by(step, scp_row(SERVER, "PR1"))
    assert not made_by(step, system())
    account = Create("the account", ACCOUNT, SECRET)
    assert made_by(account, ACCOUNT.with_values({"UserName": INSTALL.upper(), "ItemName": "another form"}))
    assert not made_by(account, accounts.new_account("CAS", PROXY))
