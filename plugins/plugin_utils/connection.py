# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turns the connection settings of a task into `send(bytes) -> bytes`.

Only the options of Ansible's connection plugin are read. The plugin itself never connects: it would start a shell or a
PowerShell process on the server for every task, which CIM does not need (wsman.md, section 11).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession, Connected, Send
from ansible_collections.configmgr.scp.plugins.plugin_utils.link import Link
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain
from ansible_collections.configmgr.scp.plugins.plugin_utils.psrp_options import read_psrp_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.psrp_transport import PsrpChannel
from ansible_collections.configmgr.scp.plugins.plugin_utils.smb_share import ShareAccount
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError, Target
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import read_winrm_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_transport import WinrmChannel


@dataclass(frozen=True)
class Access:
    """The connection to one host.

    :param link: has ``send`` and ``close``.
    :param operation_timeout_seconds: how long the server may take for one operation; below the read time limit.
    :param max_envelope_bytes: size limit of responses, None when the user set none.
    :param warnings: sentences about settings that weaken the protection.
    :param secrets: texts that must not be shown.
    :param share_account: the account that opens file shares of the host.
    """

    link: Link
    target: Target
    operation_timeout_seconds: float
    max_envelope_bytes: int | None
    warnings: tuple[str, ...]
    secrets: frozenset[str]
    share_account: ShareAccount


def access_to(connection: Any, variables: Collection[str] = (), settings: Mapping[str, Any] | None = None) -> Access:
    """Prepare the connection to the host of a task; nothing is sent yet.

    :param connection: the task's connection plugin, its options set.
    :param variables: names of the host's variables.
    :param settings: options that replace those of the plugin, see ``delegation.py``.
    :raises SettingsError: the settings of the host cannot be used.
    """
    kind = connection.transport

    def option(name: str) -> Any:
        if settings and name in settings:
            return settings[name]
        try:
            return plain(connection.get_option(name))
        except KeyError:
            # An option that this release of ansible-core does not have.
            return None

    host = str(option("remote_addr") or "")
    if kind == "winrm":
        winrm = read_winrm_options(option, variables)
        return Access(
            Link([partial(WinrmChannel, winrm, way) for way in winrm.ways]),
            winrm.target,
            winrm.operation_timeout_seconds,
            None,
            winrm.warnings,
            _secrets(winrm.target, winrm.password),
            ShareAccount(host, winrm.target.user, winrm.password, kerberos="kerberos" in winrm.ways),
        )
    if kind == "psrp":
        psrp = read_psrp_options(option, variables)
        return Access(
            Link([partial(PsrpChannel, psrp)]),
            psrp.target,
            psrp.operation_timeout_seconds,
            psrp.max_envelope_bytes,
            psrp.warnings,
            _secrets(psrp.target, psrp.password, psrp.key_password),
            ShareAccount(host, psrp.target.user, psrp.password, kerberos=psrp.auth in ("kerberos", "negotiate")),
        )
    raise SettingsError(
        f"this module connects to Windows over WinRM, but the connection of the host is {kind}; set ansible_connection to winrm "
        "or psrp, with the settings of ansible.builtin.winrm or ansible.builtin.psrp"
    )


def session_over(access: Access, send: Send | None = None, connect: Callable[[], Connected | None] = lambda: None) -> CimSession:
    """A CIM session over the connection, with the limits of its settings.

    :param send: in place of that of the connection.
    :param connect: see CimSession.
    """
    limits: dict[str, Any] = {} if access.max_envelope_bytes is None else {"max_envelope_bytes": access.max_envelope_bytes}
    seconds = access.operation_timeout_seconds
    return CimSession(send or access.link.send, operation_timeout_seconds=seconds, connect=connect, **limits)


def _secrets(target: Target, *passwords: str | None) -> frozenset[str]:
    return frozenset(password for password in passwords if password) | (target.proxy.secrets if target.proxy else frozenset())
