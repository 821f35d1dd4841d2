# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ways out of a state: what to run, where and with which values, as text and as data. The names are kept in this one place."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Placeholders for the user's own values, which no module knows.
INVENTORY = "INVENTORY"
SERVER = "SERVER"


@dataclass(frozen=True)
class WayOut:
    """One step: a playbook with its variables, or a module with its options on the host of an SMS Provider.

    ``host`` is where the module has to run; for the playbook it is the variable ``scp_provider``.
    """

    playbook: str
    variables: Mapping[str, str]
    host: str
    module: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """The command to type; the user replaces the name of the inventory."""
        # Names come from the inventory and from rows of the site: whatever they contain, a shell must read them as one word.
        values = " ".join(f"-e {shlex.quote(f'{name}={value}')}" for name, value in self.variables.items())
        return f"ansible-playbook -i {INVENTORY} {self.playbook} {values}"

    def as_data(self) -> dict[str, Any]:
        return {
            "command": self.command,
            "playbook": self.playbook,
            "variables": dict(self.variables),
            "host": self.host,
            "module": self.module,
            "options": dict(self.options),
        }

    def __str__(self) -> str:
        options = ", ".join(f"{name}: {_yaml(value)}" for name, value in self.options.items())
        return f"{self.command} (or {self.module} on {self.host} with {options})"


def removal(server: str, host: str) -> WayOut:
    """Remove the role from a server; ``host`` has the SMS Provider of the row's site."""
    variables = {"scp_provider": host, "scp_server": server}
    options = {"state": "absent", "server": server}
    return WayOut("configmgr.scp.remove", variables, host, "configmgr.scp.service_connection_point", options)


def installation(server: str, host: str, mode: str | None) -> WayOut:
    """Install the role on a server; ``host`` has the SMS Provider of the top-level site."""
    variables = {"scp_provider": host, "service_connection_point_server": server}
    options = {"state": "present", "server": server}
    if mode:
        variables["service_connection_point_mode"] = options["mode"] = mode
    return WayOut("configmgr.scp.provision", variables, host, "configmgr.scp.service_connection_point", options)


def relocation(origin: str, target: str, host: str, mode: str | None) -> WayOut:
    """Move the role between two servers of the site whose SMS Provider is on ``host``; ``mode`` as in the row, or None."""
    variables = {"scp_provider": host, "scp_from": origin, "scp_to": target}
    options = {"server": target, "move": True, "move_from": origin}
    if mode:
        variables["service_connection_point_mode"] = mode
        options["mode"] = mode
    return WayOut("configmgr.scp.move", variables, host, "configmgr.scp.service_connection_point", options)


def renewal(server: str, host: str) -> tuple[WayOut, ...]:
    """Create a site system again whose rows have a name other than the server's full name: remove the role, remove the site
    system, make the server a site system again. The playbook does the first two at once, and installs the role after the third.
    """
    away = {"scp_provider": host, "scp_server": server, "scp_remove_site_system": "true"}
    again = {"scp_provider": host, "service_connection_point_server": server}
    point, system = "configmgr.scp.service_connection_point", "configmgr.scp.site_system"
    return (
        WayOut("configmgr.scp.remove", away, host, point, {"state": "absent", "server": server}),
        WayOut("configmgr.scp.remove", away, host, system, {"state": "absent", "server": server}),
        WayOut("configmgr.scp.provision", again, host, system, {"server": server}),
    )


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
