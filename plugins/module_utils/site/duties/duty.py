# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A duty, and the facts of a site that decide about duties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cloud import Application, Discovery, Gateway
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.naming import same_computer
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState


@dataclass(frozen=True)
class Duty:
    """One thing that an administrator must do, or has done.

    :param id: stable name for automation.
    :param detail: what the site shows; begins with "Cannot tell:" when it does not show enough.
    :param how: what to do, as an instruction; empty when it is done.
    :param done: None when the site does not show it. The duty is then listed like one that is not done.
    """

    id: str
    title: str
    detail: str
    how: str = ""
    done: bool | None = True

    @property
    def text(self) -> str:
        """The duty for the administrator who has to do it: an instruction, never the desired state stated as a fact."""
        if self.done is True:
            return f"Done: {self.detail}"
        return (
            f"To do: {self.how} {self.detail}" if self.done is False else f"To do, if it was not done: {self.how} {self.detail}"
        )

    def as_data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "detail": self.detail,
            "how": self.how,
            "done": self.done,
            "text": self.text,
        }


@dataclass(frozen=True)
class Package:
    """An update package: its name, the name of its state and its UpdateType."""

    name: str
    state: str
    type: int


@dataclass(frozen=True)
class Facts:
    """What the site shows. None for what could not be read.

    ``holders`` are (server, site code) of the role's rows; ``mode`` is the mode of the row, if there is exactly one.
    ``components`` are the role's components on every server on which the site lists them.
    ``installed_at`` is the newest message of an installation of the role on its server, ``now`` the site's clock.
    ``site_systems`` maps servers of the site to their settings (``site_systems.as_data``): the role's own, and, where that uses
    no proxy, some that do; ``all_site_systems_seen``: there are no others. ``accounts`` are those in the site's list.
    ``recovered``: the site was recovered from a backup, which a site does not show; ``entered``: the accounts whose
    passwords were entered again since then, which it does not show either.
    """

    site: Site
    holders: Sequence[tuple[str, str]]
    mode: str | None = None
    components: Sequence[ComponentState] = ()
    installed_at: datetime | None = None
    now: datetime | None = None
    applications: Sequence[Application] | None = ()
    gateways: Sequence[Gateway] | None = ()
    discovery: Sequence[Discovery] | None = ()
    packages: Sequence[Package] = ()
    site_systems: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    all_site_systems_seen: bool = True
    accounts: Sequence[str] = ()
    recovered: bool = False
    entered: Sequence[str] = ()

    @property
    def server(self) -> str:
        """The server of the role; empty unless there is exactly one."""
        return self.holders[0][0] if len(self.holders) == 1 else ""

    def component(self, name: str) -> ComponentState | None:
        """The state of a component on the role's server, as the site has it."""
        return next((c for c in self.components if c.component.upper() == name and same_computer(c.server, self.server)), None)


def left(found: Iterable[Duty]) -> list[Duty]:
    """The duties that are not known to be done."""
    return [duty for duty in found if duty.done is not True]


def to_do(id: str, title: str, detail: str, how: str) -> Duty:
    """A duty that is not done, as the site shows."""
    return Duty(id, title, detail, how, False)


def unclear(id: str, title: str, why: str, how: str) -> Duty:
    """A duty for which the site does not show whether it is done."""
    return Duty(id, title, f"Cannot tell: {why}", how, None)
