# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan of a move: remove the role from the server that has it, then install it on the new one - never in reverse, never both.

A move that was interrupted between removal and installation is finished by running it again: then no server has the role, and
the plan is a plain installation. The old row no longer exists by then. So a move must be given the mode; it never guesses one,
because a guess could send an offline hierarchy to the internet. Everything else of the old row belongs to that installation:
the new row begins as the product's own removal and installation would leave it (Remove- and Add-CMServiceConnectionPoint).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Create, Delete
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    below_the_top,
    decide,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState, StatusMessage

_MODE_VARIABLE = "service_connection_point_mode"


@dataclass(frozen=True)
class MovePlan:
    """Remove the role from one server, then install it on another one of the same site."""

    remove: Delete
    install: Create

    @property
    def origin(self) -> str:
        return rows.server_of(self.remove.row)

    @property
    def target(self) -> str:
        return rows.server_of(self.install.row)


def wish_problem(wish: Wish, wait: bool) -> str | None:
    """Options that cannot be combined, or None. Reported before anything is read.

    :param wait: whether the task follows the site.
    """
    if wish.move_from and not wish.move:
        return "move_from: is possible with move: true only; set that too, or leave move_from out."
    if wish.move and not wish.present:
        return "move: true is possible with state: present only; a removal has no other server."
    if naming.same_computer(wish.move_from, wish.server):
        return f"move_from: {wish.server} is the server that the role is to be moved to; name the old one, or leave it out."
    if wish.move and not wait:
        return "wait: a move waits for the old server before it installs the role on the new one; leave wait: true."
    return None


def is_move(state: RoleState, wish: Wish) -> bool:
    """Whether the task moves the role from another server: that is where the hierarchy's only row is."""
    return wish.present and wish.move and len(state.rows) == 1 and not rows.is_on(state.rows[0], wish.server)


def plan_move(state: RoleState, wish: Wish, around: Surroundings) -> MovePlan | Refusal:
    """Both steps, or why neither may be done. Call it only when ``is_move``.

    Each step is decided as if it were the only one, the installation for a hierarchy without the role.
    """
    refusal = move_refusal(state, wish)
    if refusal:
        return Refusal(refusal)
    tier = below_the_top(state, wish, around)
    if tier is not None:
        return tier
    install = decide(RoleState(state.site, ()), wish, around)
    if isinstance(install, Refusal):
        return install
    absence = Wish(present=False, allow_during_update=wish.allow_during_update)
    remove = decide(state, absence, around)
    if isinstance(remove, Refusal):
        return Refusal(f"{remove.message} Then run this again.", remove.ways)
    if not isinstance(install, Create) or not isinstance(remove, Delete):
        raise TypeError(f"a move is a removal and an installation, not {remove} and {install}")
    return MovePlan(remove, install)


def move_refusal(state: RoleState, wish: Wish) -> str | None:
    """Why a move cannot be planned, whatever the surroundings are; None when it can, or when the task asks for no move."""
    if not wish.move or len(state.rows) > 1 or state.row_on(wish.server) is not None:
        return None
    row = next(iter(state.rows), None)
    holder = rows.server_of(row) if row is not None else ""
    if holder and wish.move_from and not naming.same_computer(holder, wish.move_from):
        return (
            f"The service connection point is on {placement.listed(state.holders)}, not on {wish.move_from}. Either another "
            "user or program has moved it: find out who before you continue. Or the name is wrong: correct move_from (scp_from "
            "of the playbook configmgr.scp.move), or leave it out to move the role from wherever it is."
        )
    if wish.mode is not None:
        return None
    if row is not None:
        present = rows.mode_of(row)
        keep = f"give mode: {present} to keep it ({_MODE_VARIABLE} in the playbooks)"
        now = f" It is {present} on {holder} now: {keep}." if present else ""
        return (
            "A move needs the mode to be given (mode: online or offline): once the role is removed from the old server, nothing "
            f"shows the mode any more, so an interrupted run could not be finished.{now}"
        )
    return (
        f"No server has the service connection point, so its mode cannot be read: give it (mode: online or offline; "
        f"{_MODE_VARIABLE} in the playbooks) to install the role on {wish.server}."
    )


def move_steps(plan: MovePlan, gone: bool) -> list[str]:
    """The steps in their order, as text for users.

    :param gone: the task does not wait for the old server, which no longer exists or does not answer.
    """
    code = rows.site_of(plan.remove.row)
    mode = rows.mode_of(plan.remove.row) or "mode unknown"
    let_go = (
        f"Do not wait for {plan.origin}: it no longer exists or does not answer (old_server_gone)."
        if gone
        else f"Wait until site {code} has removed the role from {plan.origin}."
    )
    new = rows.mode_of(plan.install.row)
    change = [_mode_change(mode, new)] if mode != new else []
    removal = f"Remove the service connection point from {plan.origin} (site {code}, {mode})."
    return [removal, let_go, *change, *install_steps(plan.install)]


def _mode_change(old: str, new: str | None) -> str:
    effects: dict[str | None, str] = {
        rows.ONLINE: "the new server contacts Microsoft by itself",
        rows.OFFLINE: "the new server does not contact Microsoft; data is transferred with the service connection tool",
    }
    effect = effects[new]
    return (
        f"The mode changes with the move, from {old} to {new}: {effect}. To keep it, give mode: {old}."
        if old
        in (
            rows.ONLINE,
            rows.OFFLINE,
        )
        else f"The mode is {new} after the move: {effect}. The previous mode is unknown."
    )


def install_steps(install: Create) -> list[str]:
    """The steps of an installation, which is also what remains of a move that was interrupted after its removal."""
    server, code = rows.server_of(install.row), rows.site_of(install.row)
    return [
        f"Install the service connection point on {server} (site {code}, {rows.mode_of(install.row)}).",
        f"Wait until site {code} has installed the role on {server}.",
    ]


def elsewhere(states: Iterable[ComponentState], server: str) -> list[ComponentState]:
    """Where the site still lists the role's downloader, other than on the server.

    A stopped one counts as removed: whether a site keeps it in its list after a removal is not established.
    """
    return [state for state in states if not naming.same_computer(state.server, server) and state.state != "stopped"]


def given_up(state: ComponentState, messages: Iterable[StatusMessage]) -> bool:
    """Whether the site's newest message about a server says that it could not remove the role there.

    :param messages: of installations and removals of that component on any server, oldest first.
    """
    about = [message for message in messages if naming.same_computer(message.server, state.server)]
    return bool(about) and about[-1].id == status.DEINSTALL_FAILED


def left_behind(states: Iterable[ComponentState], server: str) -> list[dict[str, str]]:
    """What remains of the role on other servers, as data with a ``text`` that says what to do about it."""
    return [
        {
            "server": state.server.lower(),
            "component": state.component,
            "state": state.state,
            "text": (
                f"The site still lists {state.component} on {state.server.lower()} as {state.state}. It keeps trying to "
                "remove the role there. When the server is available again, stop that thread if it still runs and check "
                "sitecomp.log on the site server; if the server no longer exists, remove its site system and its computer "
                "account."
            ),
        }
        for state in elsewhere(states, server)
    ]
