"""What site component manager decides: pure functions over the published rows and the roles that it knows to be installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lab.configmgr import logs, names, secrets
from lab.configmgr.database import ControlRow
from lab.configmgr.hierarchy import Account
from lab.windows.machine import Machine

OLDEST_BUILD = 14393  # Windows Server 2016: the oldest version on which the current product installs roles


class Phase(Enum):
    """The progress of a role on a server. A hung installation has begun and makes no progress."""

    INSTALLING = "installing"
    INSTALLED = "installed"
    FAILED = "failed"
    HUNG = "hung"
    REMOVING = "removing"
    REMOVE_FAILED = "remove failed"


@dataclass
class Placement:
    """A role on a server: its phase, when a failed attempt is retried, and the settings of the server at the last attempt."""

    phase: Phase
    retry_at: datetime | None = None
    settings: ControlRow | None = None


@dataclass(frozen=True)
class Work:
    """Something to do now: install or remove a role."""

    install: bool
    server: str
    role: str


Place = tuple[str, str]


def decide(
    wanted: Iterable[Place],
    placed: Mapping[Place, Placement],
    now: datetime,
    settings: Mapping[str, ControlRow],
    hurry: bool = False,
) -> list[Work]:
    """The work that is due, removals first. A role that is being installed or removed is skipped until that has ended.

    :param wanted: (server, role) of the published rows.
    :param settings: the site system row by server.
    :param hurry: retry failed work at once, as a restart of the component does.
    """
    wanted_set = set(wanted)
    removals: list[Work] = []
    installs: list[Work] = []
    for place, state in sorted(placed.items()):
        due = hurry or state.retry_at is None or state.retry_at <= now
        if place in wanted_set:
            changed = state.settings != settings.get(place[0])
            again = state.phase is Phase.FAILED and (due or changed)
            if again or (state.phase is Phase.HUNG and hurry) or state.phase is Phase.REMOVE_FAILED:
                installs.append(Work(True, *place))
        elif state.phase in (Phase.INSTALLED, Phase.FAILED, Phase.HUNG) or (state.phase is Phase.REMOVE_FAILED and due):
            removals.append(Work(False, *place))
    installs += [Work(True, *place) for place in sorted(wanted_set - set(placed))]
    return removals + installs


def install_account(site_system: ControlRow, site_server: Machine) -> str:
    """The account that connects to a remote server: the site server's own, or the one in the server's row."""
    user = site_system.prop("UserName")
    if site_system.prop_value("UseMachineAccount", 1) == 0 and user is not None and user.value2:
        return user.value2
    return site_server.computer_account


def connection_problem(
    server: str,
    machine: Machine | None,
    account: str,
    site_server: Machine,
    stored: ControlRow | None,
    known: Account | None,
) -> str | None:
    """Why the site cannot install on a server, as its log says it; None when it can.

    :param account: the account that connects.
    :param stored: that account's row in the site's list, if it is not the computer account.
    :param known: the account in the domain.
    """
    if machine is None or not machine.alive:
        return unreachable(server)
    if machine is not site_server:
        if account.casefold() != site_server.computer_account.casefold():
            if stored is None:
                return f"The account {account} is not in the list of accounts of this site."
            if known is None or not secrets.matches(stored.text("Reserved2"), known.password, stored.site_code):
                return (
                    f"Could not connect to server {server} with account {account}. "
                    "The operating system reported error 1326: The user name or password is incorrect."
                )
        if not machine.is_administrator(account):
            return (
                f"Could not connect to server {server} with account {account}. "
                "The operating system reported error 5: Access is denied."
            )
    return _system_problem(machine)


def unreachable(server: str) -> str:
    """What the log says about a server that does not answer."""
    return f"Could not connect to server {server}. The operating system reported error 53: The network path was not found."


def _system_problem(machine: Machine) -> str | None:
    if machine.os.product_type == 1:
        return f"Server {machine.fqdn} runs {machine.os.caption}, which is not a server operating system."
    if machine.os.server_core:
        return f"Server {machine.fqdn} is an installation of Server Core, which is not supported for this role."
    if int(machine.os.build) < OLDEST_BUILD:
        return f"Server {machine.fqdn} runs {machine.os.caption}, which is not supported for this role."
    if logs.role_drive(machine.drives) is None:
        return f"Server {machine.fqdn} has no drive for the files of this role: each has a file NO_SMS_ON_DRIVE.SMS."
    return None


def roles_left(rows: Iterable[ControlRow]) -> list[str]:
    """Of all rows of a server, the roles that need its component server."""
    passive = {names.SITE_SYSTEM.casefold(), names.COMPONENT_SERVER.casefold()}
    return [row.role for row in rows if row.role.casefold() not in passive]


def role_count(rows: Iterable[ControlRow]) -> int:
    """RoleCount of a server's ``SMS Site System`` row: all its roles including itself, without the component server ([I])."""
    return sum(1 for row in rows if row.role.casefold() != names.COMPONENT_SERVER.casefold())
