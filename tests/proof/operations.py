"""The tested operations: the tasks of the roles, in their order, and the desired state that must hold at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.configmgr.updates import INSTALL_SUCCESS
from lab.running.estate import Estate
from tests.lab.estates import UPDATE, before_update
from tests.proof import looking
from tests.proof.controller import Controller
from tests.proof.estates import INSTALL, estate_text

MODULE = "service_connection_point"
SITE, STAND_ALONE = "CAS", "ST1"
SCP01, SCP02, SCP05 = "scp01.corp.example", "scp02.corp.example", "scp05.corp.example"
PROXY = r"CORP\scpproxy"


def role_service_connection_point(
    play: Controller,
    server: str,
    mode: str,
    *,
    accounts: Sequence[str] = (),
    system: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:
    """The modules that the role service_connection_point runs, with their conditions (roles/service_connection_point/tasks)."""
    host = server.partition(".")[0]
    for account in accounts:
        play.run("site_account", name=account, password=play.estate.account(account).password, site_code=SITE)
    play.run("site_system", server=server, site_code=SITE, **(system or {}))
    wish: dict[str, Any] = {"server": server, "mode": mode, "site_code": SITE}
    placed = play.run(MODULE, mode_change="report", **wish, **options)
    if not (placed["installed"] or placed["restart_required"] or placed["mode_change_due"]):
        return
    begun = placed["changed"] and not placed["restart_required"]
    thread = play.run("component", host, state="started" if begun else "queried")
    if placed["mode_change_due"] or thread["state"] != "running":
        play.run("component", host, state="stopped")
        play.run(MODULE, mode_change="confirm", wait_timeout=options.get("wait_timeout", 1800), **wish)
        play.run("component", host, state="restarted")


def role_move(play: Controller, old: str, server: str, mode: str, **options: Any) -> None:
    """The modules that the role move runs, without those that only read before and after (roles/move/tasks)."""
    move = {"move": True, "move_from": old, **options}
    wish: dict[str, Any] = {"server": server, "mode": mode, "site_code": SITE}
    play.run(MODULE, check=True, expect_site_system=True, **wish, **move)
    role_service_connection_point(play, server, mode, **move)


@dataclass(frozen=True)
class Operation:
    """A desired state of a user.

    :param estate: the estate file that it begins with.
    :param play: the tasks that establish it.
    :param unmet: the differences from the desired state, by the lab's own state; empty when it holds.
    :param prepare: steps that are done before, without faults.
    :param writes_again: whether it writes each time by design, like the renewal of a password.
    """

    name: str
    estate: str
    play: Callable[[Controller], None]
    unmet: Callable[[Estate], list[str]]
    prepare: Callable[[Controller], None] = lambda _play: None
    writes_again: bool = False


def _placed(estate: Estate, server: str, mode: str, unknown: bool) -> list[str]:
    """The differences from the state in which the role runs on one server in a mode.

    :param unknown: whether the row had settings that this collection does not know, which must still exist.
    """
    rows = looking.points(estate)
    if [row.server for row in rows] != [server]:
        return [f"the role is on {[row.server for row in rows]}, not on {server}"]
    missing = []
    if rows[0].prop_value("OfflineMode") != int(mode == "offline"):
        missing.append(f"the row is not {mode}")
    effective = estate.hierarchy(looking.HIERARCHY).effective_mode(server)
    if effective != mode:
        missing.append(f"the downloader runs {effective or 'not at all'}, not {mode}")
    settings = {prop.name: (prop.value, prop.value1, prop.value2) for prop in rows[0].props or ()}
    if unknown and (settings.get("Connector Revision"), settings.get("Usage Data Consent")) != ((0, "7", ""), (1, "", "setup")):
        missing.append("settings of the row were lost")
    return missing


def _provision(play: Controller) -> None:
    role_service_connection_point(
        play, SCP05, "offline", accounts=[INSTALL], system={"installation_account": INSTALL, "public_fqdn": "scp.corp.example"}
    )


def _with_cmdlets(play: Controller) -> None:
    role_service_connection_point(play, SCP02, "offline", system={"writer": "cmdlets"}, writer="cmdlets")


def _begin_online(play: Controller) -> None:
    """The row is written, and the site has just begun to process it."""
    play.run("site_system", server=SCP02, site_code=SITE)
    play.run(MODULE, server=SCP02, mode="online", site_code=SITE, wait=False)


def _remove(play: Controller) -> None:
    play.run(MODULE, state="absent", server=SCP01, site_code=SITE)
    play.run("site_system", server=SCP01, state="absent", site_code=SITE)


def _removed(estate: Estate) -> list[str]:
    missing = [f"the role is still on {row.server}" for row in looking.points(estate)]
    if looking.site_system(estate, SCP01) is not None:
        missing.append(f"{SCP01} is still a site system")
    return missing + ([f"the downloader is still on {SCP01}"] if looking.downloader(estate, SCP01) else [])


def _site_system(play: Controller) -> None:
    play.run("site_system", server=SCP02, site_code=SITE, public_fqdn="scp02.example.com", site_server_initiates=True)
    play.run(
        "site_system", server=SCP01, site_code=SITE, proxy={"server": "proxy01.corp.example", "port": 8080, "account": PROXY}
    )


def _systems_are_set(estate: Estate) -> list[str]:
    new, known = looking.site_system(estate, SCP02), looking.site_system(estate, SCP01)
    if new is None or known is None:
        return ["a site system is missing"]
    settings = {name: prop for row in (new, known) for prop in row.props or () for name in [(row.server, prop.name)]}
    wished = {
        "public name": any(prop.value1 == "scp02.example.com" or prop.value2 == "scp02.example.com" for prop in new.props or ()),
        "proxy": any("proxy01.corp.example" in (prop.value1, prop.value2) for prop in known.props or ()),
        "proxy account": any(PROXY in (prop.value1, prop.value2) for prop in known.props or ()),
    }
    return [f"{name} is not set: {settings}" for name, there in wished.items() if not there]


def _add_account(play: Controller, name: str = PROXY) -> None:
    play.run("site_account", name=name, password=play.estate.account(name).password, site_code=SITE)


def _accounts(play: Controller) -> None:
    _add_account(play, INSTALL)
    play.run("site_account", name=PROXY, state="absent", site_code=SITE)


def _accounts_are(names: list[str]) -> Callable[[Estate], list[str]]:
    def unmet(estate: Estate) -> list[str]:
        listed = looking.listed_accounts(estate)
        return [] if listed == names else [f"the site lists the accounts {listed}, not {names}"]

    return unmet


def _renew(play: Controller) -> None:
    password = play.estate.account(PROXY).password
    play.run("site_account", name=PROXY, password=password, update_password="always", site_code=SITE)


def _update(play: Controller) -> None:
    play.run("site_update", "sta03", update=UPDATE, state="installed", site_code=STAND_ALONE)


def _updated(estate: Estate) -> list[str]:
    package = looking.update(estate, STAND_ALONE, UPDATE)
    missing = [] if package.state == INSTALL_SUCCESS else [f"the update is in the state {package.state}"]
    return missing + ([f"the update was started {package.life} times"] if package.life != 1 else [])


OPERATIONS: tuple[Operation, ...] = (
    Operation("provision", estate_text(), _provision, lambda estate: _placed(estate, SCP05, "offline", False)),
    Operation(
        "mode change",
        estate_text("scp01", "online", style="A"),
        lambda play: role_service_connection_point(play, SCP01, "offline"),
        lambda estate: _placed(estate, SCP01, "offline", True),
    ),
    Operation(
        "mode change while it installs",
        estate_text(),
        lambda play: role_service_connection_point(play, SCP02, "offline"),
        lambda estate: _placed(estate, SCP02, "offline", False),
        _begin_online,
    ),
    Operation(
        "move",
        estate_text("scp01", "offline"),
        lambda play: role_move(play, SCP01, SCP02, "offline"),
        lambda estate: (
            _placed(estate, SCP02, "offline", False)
            + ([f"the downloader is still on {SCP01}"] if looking.downloader(estate, SCP01) else [])
        ),
    ),
    Operation("removal", estate_text("scp01", "online"), _remove, _removed),
    Operation("site_system", estate_text(site_systems=["scp01"], style="A"), _site_system, _systems_are_set, _add_account),
    Operation("site_account", estate_text(), _accounts, _accounts_are([INSTALL]), _add_account),
    Operation("cmdlets", estate_text(), _with_cmdlets, lambda estate: _placed(estate, SCP02, "offline", False)),
    Operation("password renewal", estate_text(), _renew, _accounts_are([PROXY]), _add_account, writes_again=True),
    Operation("update", before_update(), _update, _updated),
)
# The estate with which the state machine begins.
STATES = Operation(
    "states", estate_text(site_systems=["scp01", "scp02", "scp03"], whole=True), lambda _play: None, lambda _estate: []
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
