"""Each duty: done, not done, and unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.all_duties import DUTY_IDS, duties
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty import Duty, Facts, Package, left
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cloud import Application, Discovery, Gateway
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState
from tests.unit.site.support import CAS, ST1

NEW, OLD = "scp02.corp.example", "scp01.corp.example"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = timedelta(days=1)
CAME = NOW - 2 * DAY
STARTED = NOW - DAY


def component(name: str, state: str = "started", server: str = "SCP02.corp.example") -> ComponentState:
    return ComponentState(name, server, state, STARTED.strftime("%Y-%m-%dT%H:%M:%SZ"))


def settings(proxy: str | None = None, proxy_account: str | None = None, account: str = "") -> Mapping[str, Any]:
    return {
        "public_fqdn": "",
        "installation_account": account,
        "site_server_initiates": False,
        "proxy": {"enabled": proxy is not None, "server": proxy, "port": 8080 if proxy else None, "account": proxy_account},
    }


def app(created: datetime | None = NOW, expires: datetime | None = NOW + 300 * DAY, **other: Any) -> Application:
    values: dict[str, Any] = {"client": False, "imported": False, "updated": None, **other}
    return Application("Server app", "c", 1, secret_created=created, secret_expires=expires, **values)


# Here nothing remains to be done; each test changes one part.
SETTLED = Facts(
    site=CAS,
    holders=[(NEW, "CAS")],
    mode="online",
    components=[component("SMS_DMP_DOWNLOADER"), component("SMS_AZUREAD_DISCOVERY_AGENT")],
    installed_at=CAME,
    now=NOW,
    applications=[app()],
    gateways=[Gateway("CMG", "CAS", "running", 0)],
    discovery=[Discovery(1, True, "", False, None)],
    packages=[Package("2609", "INSTALL_SUCCESS", 0), Package("KB1", "INSTALL_SUCCESS", 2)],
    site_systems={NEW: settings()},
    accounts=[r"CORP\proxy"],
)


def duty(id: str, **changes: Any) -> Duty:
    found = [one for one in duties(replace(SETTLED, **changes)) if one.id == id]
    assert len(found) == 1
    return found[0]


def judged(found: Duty) -> str:
    """The result, after the checks that apply to every duty with this result."""
    assert found.detail.startswith("Cannot tell:") is (found.done is None)
    assert bool(found.how) is (found.done is not True)
    assert found.detail.endswith(".")
    return {True: "done", False: "to do", None: "cannot tell"}[found.done]


def test_nothing_is_left() -> None:
    found = duties(SETTLED)
    assert left(found) == []
    assert [judged(one) for one in found] == ["done"] * 10
    assert len({one.id for one in found}) == 10


def test_a_bare_site_has_nothing_to_do_but_the_role() -> None:
    found = duties(Facts(site=ST1, holders=[], applications=None, gateways=None, discovery=None))
    assert [one.id for one in left(found)] == ["role_running"]
    assert not {"proxy", "accounts_listed", "app_secrets_renewed", "discovery"} & {one.id for one in found}


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, "done", "mode online"),
        ({"mode": None}, "cannot tell", "has no known mode"),
        ({"holders": []}, "to do", "no service connection point"),
        ({"holders": [(NEW, "CAS"), (OLD, "CAS")]}, "to do", f"{NEW} (site CAS), {OLD} (site CAS)"),
        ({"components": []}, "to do", "not listed by the site"),
        ({"components": [component("SMS_DMP_DOWNLOADER", "stopped")]}, "to do", "is stopped"),
        ({"components": [component("SMS_DMP_DOWNLOADER", server=OLD)]}, "to do", f"on {NEW} is not listed"),
        ({"components": [component("SMS_DMP_DOWNLOADER", server="SCP02")]}, "done", "started since 2026-11-21 10:00:00 UTC"),
    ],
)
def test_role_running(changes: dict[str, Any], verdict: str, words: str) -> None:
    found = duty("role_running", **changes)
    assert judged(found) == verdict
    assert words in found.detail


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("INSTALL_SUCCESS", "done"),
        ("DOWNLOAD_SUCCESS", "done"),
        ("INSTALL_INSTALLFILES", "to do"),
        ("PREREQ_IN_PROGRESS", "to do"),
    ],
)
def test_no_update_in_progress(state: str, verdict: str) -> None:
    found = duty("no_update_in_progress", packages=[Package("2609", state, 0)])
    assert judged(found) == verdict
    assert (f"2609 ({state})" in found.detail) is (verdict == "to do")


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, "done", "No site system of CAS uses a proxy"),
        ({"site_systems": {NEW: settings("proxy.corp.example")}}, "done", "uses the proxy proxy.corp.example:8080"),
        ({"site_systems": {NEW: settings(), OLD: settings("proxy")}}, "cannot tell", f"{OLD} uses proxy:8080"),
        ({"site_systems": {NEW: settings()}, "all_site_systems_seen": False}, "cannot tell", "not all site systems of the site"),
        ({"site_systems": {NEW: settings(), OLD: settings("p")}, "all_site_systems_seen": False}, "cannot tell", "perhaps more"),
        ({"site_systems": {NEW: settings(), OLD: settings("proxy")}, "mode": "offline"}, "done", "offline"),
        ({"site_systems": {OLD: settings("proxy")}}, "cannot tell", f"no site system {NEW}"),
    ],
)
def test_proxy(changes: dict[str, Any], verdict: str, words: str) -> None:
    found = duty("proxy", **changes)
    assert judged(found) == verdict
    assert words in found.detail


@pytest.mark.parametrize(
    ("own", "verdict", "words"),
    [
        (settings(), "done", "uses no account"),
        (settings("proxy", r"corp\PROXY"), "done", r"corp\PROXY"),
        (settings("proxy", r"CORP\other"), "to do", r"CORP\other"),
        (settings(account=r"CORP\install"), "to do", r"CORP\install"),
    ],
)
def test_accounts_listed(own: Mapping[str, Any], verdict: str, words: str) -> None:
    found = duty("accounts_listed", site_systems={NEW: own})
    assert judged(found) == verdict
    assert words in found.detail


def test_accounts_of_a_server_without_a_site_system_row() -> None:
    assert judged(duty("accounts_listed", site_systems={})) == "done"


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, "done", "Server app"),
        ({"applications": [app(CAME)]}, "done", "Server app"),
        (
            {"applications": [app(CAME - DAY)]},
            "to do",
            "Created before 2026-11-20 10:00:00 UTC: Server app from 2026-11-19 10:00:00 UTC",
        ),
        ({"applications": [app(CAME - DAY), app(None)]}, "to do", "an unknown date"),
        ({"applications": [app(None)]}, "cannot tell", "no date for some secrets"),
        ({"applications": []}, "done", "no Entra application"),
        ({"applications": None}, "done", "no Entra application"),
        ({"applications": [app(None, None, client=True)]}, "done", "no Entra application"),
        # The message of the installation no longer exists: only what is newer than the last start is surely newer than the role.
        ({"installed_at": None, "applications": [app(STARTED)]}, "done", "Server app"),
        (
            {"installed_at": None, "applications": [app(STARTED - DAY)]},
            "cannot tell",
            f"no longer has a message of the role's installation on {NEW}",
        ),
        ({"installed_at": None, "components": []}, "cannot tell", "2026-11-22 10:00:00 UTC"),
        ({"recovered": True}, "cannot tell", "recovery"),
        ({"recovered": True, "applications": [app(CAME - DAY)]}, "to do", "Created before"),
        ({"recovered": True, "applications": []}, "done", "no Entra application"),
    ],
)
def test_secrets_renewed(changes: dict[str, Any], verdict: str, words: str) -> None:
    found = duty("app_secrets_renewed", **changes)
    assert judged(found) == verdict
    assert words in found.detail
    assert ("Renew Secret Key" in found.how) is (verdict != "done")


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, "done", "until 2027-09-18"),
        ({"applications": [app(expires=NOW - DAY)]}, "to do", "2026-11-21"),
        ({"applications": [app(expires=NOW + 29 * DAY)]}, "to do", "within 30 days"),
        ({"applications": [app(expires=NOW + 31 * DAY)]}, "done", "Valid"),
        ({"applications": [app(expires=None)]}, "cannot tell", "no date for Server app"),
        ({"applications": [app(expires=None), app(expires=NOW)]}, "to do", "2026-11-22"),
        ({"now": None}, "cannot tell", "clock"),
        ({"applications": []}, "done", "no Entra application"),
    ],
)
def test_secrets_valid(changes: dict[str, Any], verdict: str, words: str) -> None:
    found = duty("app_secrets_valid", **changes)
    assert judged(found) == verdict
    assert words in found.detail


@pytest.mark.parametrize(
    ("applications", "verdict"),
    [
        ([app()], "done"),
        ([], "done"),
        ([app(imported=True)], "cannot tell"),
        ([app(), app(imported=None)], "cannot tell"),
        ([app(imported=True, client=True)], "done"),
    ],
)
def test_expiry_watched(applications: list[Application], verdict: str) -> None:
    found = duty("app_expiry_watched", applications=applications)
    assert judged(found) == verdict
    assert ("2027-09-18" in found.detail) is (verdict == "cannot tell")


IMAGE, NAT, SIZE = "image of Windows Server 2022", "inbound NAT rules version 1", "have a size that Azure retires"
V2603, V2509, V2403 = "5.00.9146.1000", "5.00.9141.1000", "5.00.9128.1000"
KB = Package("2603 Hotfix (KB37942646)", "INSTALL_SUCCESS", 2)


@pytest.mark.parametrize(
    ("version", "packages", "now", "verdict", "told"),
    [
        ("5.00.9152.1000", [], NOW, "done", []),
        (V2403, [], NOW, "done", []),
        ("six", [], NOW, "done", []),
        (V2603, [], NOW, "to do", [IMAGE, NAT]),
        (V2603, [KB], NOW, "to do", [NAT]),
        (V2603, [replace(KB, state="DOWNLOAD_SUCCESS")], NOW, "to do", [IMAGE, NAT]),
        (V2603, [KB], datetime(2026, 9, 29, tzinfo=UTC), "done", []),
        (V2603, [KB], datetime(2026, 9, 30, tzinfo=UTC), "to do", [NAT]),
        (V2603, [], datetime(2026, 9, 29, tzinfo=UTC), "cannot tell", [IMAGE]),
        (V2509, [Package("2509 Hotfix Rollup (KB37864969)", "INSTALL_SUCCESS", 2)], NOW, "to do", [NAT]),
        (V2603, [], None, "to do", [IMAGE, NAT, SIZE]),
        (V2603, [KB], datetime(2027, 10, 1, tzinfo=UTC), "to do", [NAT]),
        (V2603, [KB], datetime(2028, 1, 1, tzinfo=UTC), "to do", [NAT, SIZE]),
    ],
)
def test_what_azure_ends_for_gateways(
    version: str, packages: list[Package], now: datetime | None, verdict: str, told: list[str]
) -> None:
    found = duty("gateways", site=replace(CAS, version=version), packages=packages, now=now)
    assert judged(found) == verdict
    assert [words for words in (IMAGE, NAT, SIZE) if words in found.detail] == told
    assert ("Install KB37942646" in found.how) is (IMAGE in told)
    assert "CMG is running" in found.detail


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime(2026, 12, 31, tzinfo=UTC), "their image of Windows Server 2022 is one that Azure ends in early 2027"),
        (datetime(2027, 1, 1, tzinfo=UTC), "Azure may reject new gateways and reimaging with their old image"),
        (datetime(2027, 9, 29, tzinfo=UTC), "they use inbound NAT rules version 1, which Azure retires on 2027-09-30"),
        (datetime(2027, 9, 30, tzinfo=UTC), "Azure has retired their inbound NAT rules version 1"),
    ],
)
def test_after_its_day_a_change_is_told_as_what_holds_then(day: datetime, words: str) -> None:
    assert words in duty("gateways", site=replace(CAS, version=V2603), packages=[], now=day).detail


def test_a_gateway_that_does_not_run_comes_first() -> None:
    stopped = [Gateway("CMG", "CAS", "stopped", None)]
    found = duty("gateways", site=replace(CAS, version=V2603), gateways=stopped)
    assert "cloudmgr.log" in found.how
    assert IMAGE not in found.detail


def test_without_a_gateway_nothing_has_to_be_changed() -> None:
    assert judged(duty("gateways", site=replace(CAS, version=V2603), gateways=[])) == "done"


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        (["running"], "done"),
        ([], "done"),
        (["running", "stopped"], "to do"),
        (["state 7"], "cannot tell"),
        (["state 7", "stopped"], "to do"),
    ],
)
def test_gateways(states: list[str], verdict: str) -> None:
    found = duty("gateways", gateways=[Gateway("CMG", "CAS", state, None) for state in states])
    assert judged(found) == verdict
    assert all(state in found.detail for state in states)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "done"),
        ({"components": [component("SMS_DMP_DOWNLOADER")]}, "to do"),
        ({"components": [component("SMS_AZUREAD_DISCOVERY_AGENT", "stopped")]}, "to do"),
        ({"components": [component("SMS_AZUREAD_DISCOVERY_AGENT", server=OLD)]}, "to do"),
        ({"components": [], "discovery": [Discovery(1, False, "", False, None)]}, "done"),
        ({"components": [], "discovery": None}, "done"),
    ],
)
def test_discovery(changes: dict[str, Any], verdict: str) -> None:
    assert judged(duty("discovery", **changes)) == verdict


def test_a_thread_that_is_still_being_installed_is_not_to_be_started() -> None:
    found = duty("discovery", components=[component("SMS_AZUREAD_DISCOVERY_AGENT", "installing")])
    assert judged(found) == "to do"
    assert "is still being installed" in found.detail
    assert found.how.startswith("Wait until the site has installed all of the role")


@pytest.mark.parametrize(
    ("state", "type_", "recovered", "verdict"),
    [
        ("INSTALL_SUCCESS", 2, False, "done"),
        ("INSTALL_SUCCESS", 2, True, "cannot tell"),
        ("INSTALL_SUCCESS", 0, True, "done"),
        ("DOWNLOAD_SUCCESS", 2, False, "cannot tell"),
        ("DOWNLOAD_SUCCESS", 0, False, "done"),
        ("APPLICABILITY_SUCCESS", 2, False, "done"),
        ("APPLICABILITY_HIDE", 2, True, "done"),
    ],
)
def test_hotfixes(state: str, type_: int, recovered: bool, verdict: str) -> None:
    found = duty("out_of_band_hotfixes", packages=[Package("KB33247081", state, type_)], recovered=recovered)
    assert judged(found) == verdict
    assert ("KB33247081" in found.detail) is (verdict == "cannot tell" or (state == "INSTALL_SUCCESS" and type_ == 2))


def test_a_recovery_adds_duties() -> None:
    found = {one.id: one for one in duties(replace(SETTLED, recovered=True))}
    assert judged(found["passwords_entered"]) == "cannot tell"
    assert r"CORP\proxy" in found["passwords_entered"].how
    assert judged(found["external_notifications"]) == "cannot tell"
    assert "online mode" not in found["external_notifications"].how
    assert tuple(found) == DUTY_IDS
    assert "online mode" in duty("external_notifications", recovered=True, mode="offline").how
    assert judged(duty("passwords_entered", recovered=True, accounts=[])) == "done"


@pytest.mark.parametrize(
    ("entered", "verdict", "words"),
    [
        ([], "cannot tell", "Enter the passwords of CORP\\inst, CORP\\proxy again"),
        (["corp\\INST"], "cannot tell", "Enter the passwords of CORP\\proxy again"),
        (["CORP\\inst", "CORP\\proxy"], "done", "Done: Entered again: CORP\\inst, CORP\\proxy."),
    ],
)
def test_the_accounts_that_were_not_entered_are_named(entered: list[str], verdict: str, words: str) -> None:
    found = duty("passwords_entered", recovered=True, accounts=["CORP\\inst", "CORP\\proxy"], entered=entered)
    assert judged(found) == verdict
    assert words in found.text


@pytest.mark.parametrize("changes", [{"holders": []}, {"mode": None}, {"recovered": True}, {"applications": [app(CAME - DAY)]}])
def test_what_is_to_do_is_an_order(changes: dict[str, Any]) -> None:
    for found in left(duties(replace(SETTLED, **changes))):
        assert found.text.startswith(("To do: ", "To do, if it was not done: "))
        # The title is the desired state; as a sentence it could be mistaken for a fact.
        assert found.title not in found.text
        assert found.how in found.text


def test_external_notifications_are_lost_with_a_central_administration_site_only() -> None:
    assert "external_notifications" not in {one.id for one in duties(replace(SETTLED, site=ST1, recovered=True))}


def test_as_data() -> None:
    assert duty("gateways").as_data() == {
        "id": "gateways",
        "title": "The cloud management gateways run, and will continue to run",
        "detail": "CMG is running.",
        "how": "",
        "done": True,
        "text": "Done: CMG is running.",
    }


def test_several_proxies_are_named_in_order() -> None:
    found = duty("proxy", site_systems={"s3.x": settings("p"), NEW: settings(), "s1.x": settings("p"), "s2.x": settings("p")})
    assert "s1.x uses p:8080, s2.x uses p:8080, s3.x uses p:8080" in found.detail


@pytest.mark.parametrize(
    ("entered", "done", "left_over"),
    [([], (), ("CORP\\a", "CORP\\b")), (["corp\\A"], ("CORP\\a",), ("CORP\\b",))],
)
def test_what_was_entered_is_told_apart_from_what_was_not(
    entered: list[str], done: tuple[str, ...], left_over: tuple[str, ...]
) -> None:
    found = duty("passwords_entered", recovered=True, accounts=["CORP\\a", "CORP\\b"], entered=entered)
    assert [name in found.detail for name in done] == [True] * len(done)
    assert [name in found.detail for name in left_over] == [False] * len(left_over)
    assert found.detail.count("Entered") == len(done)


def test_a_secret_whose_end_is_not_known_is_told_without_a_date() -> None:
    assert "None" not in duty("app_expiry_watched", applications=[app(expires=None, imported=True)]).detail


def test_a_thread_that_is_stopped_is_to_be_started_and_not_waited_for() -> None:
    found = duty("discovery", components=[component("SMS_AZUREAD_DISCOVERY_AGENT", "stopped")])
    assert "configmgr.scp.component" in found.how
    waited = duty("discovery", components=[component("SMS_AZUREAD_DISCOVERY_AGENT", "installing")])
    assert "configmgr.scp.component" not in waited.how


def test_a_downloader_whose_start_is_not_known_tells_nothing_of_a_secret() -> None:
    unknown = replace(component("SMS_DMP_DOWNLOADER"), last_started=None)
    assert judged(duty("app_secrets_renewed", installed_at=None, components=[unknown])) == "cannot tell"


def test_what_is_known_not_to_be_done_reads_otherwise_than_what_is_not_known() -> None:
    texts = [Duty("id", "title", "detail.", "Do it.", done).text for done in (True, False, None)]
    assert len(set(texts)) == 3
    assert ["Do it." in text for text in texts] == [False, True, True]
    assert " if " in texts[2].partition(":")[0]
    assert " if " not in texts[1].partition(":")[0]


def test_components_are_found_in_any_case() -> None:
    assert judged(duty("role_running", components=[component("sms_dmp_Downloader")])) == "done"
