# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The connection variables of an inventory plugin: which it uses itself, and which its hosts get.

An inventory plugin runs before there is a host, so it has no connection of a task. Its connection plugin comes from Ansible's
loader and gets its options from variables, as that of a task does.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.configmgr.scp.plugins.plugin_utils import psrp_options, winrm_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.inventory_values import as_text, is_template, is_vaulted
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

KIND = "ansible_connection"
DEFAULT_KIND = "winrm"
_KINDS = ("winrm", "psrp")
_COMMON = frozenset({KIND, "ansible_user", "ansible_password", "ansible_port"})
_PREFIXES = (winrm_options.PREFIX, psrp_options.PREFIX)
# Each host has an address of its own.
_ADDRESSES = frozenset({"ansible_host", "ansible_winrm_host", "ansible_psrp_host"})
_OF_PYWINRM = frozenset(winrm_options.PREFIX + name for name in winrm_options.EXTRAS)
_KNOWN = (_COMMON | winrm_options.VARIABLES | psrp_options.VARIABLES | _OF_PYWINRM) - _ADDRESSES


@dataclass(frozen=True)
class HandedOn:
    """The variables that the hosts get, and the names of those that they do not get because they are secrets in plain text."""

    variables: Mapping[str, Any]
    withheld: tuple[str, ...]


def check_names(connection: Mapping[str, Any]) -> None:
    """Check the names in the option ``connection``.

    :raises SettingsError: one is not a variable of winrm or psrp, or is the address of a single host.
    """
    for name in map(str, connection):
        if name in _ADDRESSES:
            raise SettingsError(
                f"connection: {name} would be the address of every host; set provider for the SMS Provider, and addresses for "
                "servers whose names the controller cannot resolve"
            )
        if name not in _COMMON and not name.startswith(_PREFIXES):
            meant = difflib.get_close_matches(name, sorted(_KNOWN), 1)
            allowed = f"allowed are {', '.join(sorted(_COMMON))}, ansible_winrm_* and ansible_psrp_*"
            raise SettingsError(f"connection: {name} is not known; {f'did you mean {meant[0]}?' if meant else allowed}")


def handed_on(connection: Mapping[str, Any], pass_plain_secrets: bool) -> HandedOn:
    """What the hosts get of the option ``connection``: each variable as it is written, a template or a vaulted value unresolved.

    So nothing is shown of them that is not readable in the file itself. A secret in plain text is withheld, unless the user wants
    it handed on.
    """
    withheld = [name for name, value in connection.items() if _is_plain_secret(name, value) and not pass_plain_secrets]
    kept = {name: value for name, value in connection.items() if name not in withheld}
    return HandedOn({KIND: as_text(DEFAULT_KIND), **kept}, tuple(withheld))


def _is_plain_secret(name: str, value: Any) -> bool:
    if value is None or is_vaulted(value) or is_template(value):
        return False
    # The address of a proxy may contain a password.
    return "pass" in name or ("proxy" in name and "@" in str(value))


def connection_to(provider: str, address: str, variables: Mapping[str, Any], resolved: Callable[[str, Any], Any]) -> Any:
    """The connection plugin for the host of the SMS Provider, with its options set; it is not connected.

    :param provider: the name of the host.
    :param address: its address; empty if it is the name.
    :param variables: all variables that may be those of a connection, templates not resolved.
    :param resolved: gives the value of a variable, by name and unresolved value.
    :raises SettingsError: the connection is neither winrm nor psrp.
    """
    kind = str(plain(resolved(KIND, variables.get(KIND) or DEFAULT_KIND)))
    if kind.removeprefix("ansible.builtin.") not in _KINDS:
        raise SettingsError(f"{KIND} is {kind}, but the SMS Provider is read over WinRM; set it to winrm or psrp")
    connection = connection_loader.get(kind.removeprefix("ansible.builtin."), PlayContext())
    own = {entry["name"] for option in connection.option_definitions.values() for entry in option.get("vars") or ()}
    prefix = f"ansible_{connection.extras_prefix}_"
    given = {
        name: plain(resolved(name, value))
        for name, value in variables.items()
        if (name in own or name.startswith(prefix)) and name not in ("inventory_hostname", *_ADDRESSES)
    }
    given |= {"inventory_hostname": provider, "ansible_host": address or provider}
    extras = {name: value for name, value in given.items() if name.startswith(prefix) and name not in own}
    connection.set_options(var_options={**given, **({"_extras": extras} if extras else {})})
    return connection
