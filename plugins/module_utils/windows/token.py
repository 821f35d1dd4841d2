# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the connection's account may do on a server, by the token that its commands run with.

Group membership alone does not show it: a local account's network logon has no administrator rights while UAC filters its token
("User Account Control and remote restrictions", Microsoft). SIDs are the same in every language of Windows.
"""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import command_line
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import ADMINISTRATORS
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

_WHOAMI = r"%SystemRoot%\System32\whoami.exe"
# High and system mandatory level: what an elevated token has (Windows SDK, well-known SIDs).
_ELEVATED = ("S-1-16-12288", "S-1-16-16384")


def is_administrator(session: CimSession) -> bool:
    """Whether commands run with the rights of a local administrator: one command; errors as ``token_sids``."""
    sids = token_sids(session)
    return ADMINISTRATORS in sids and any(level in sids for level in _ELEVATED)


def token_sids(session: CimSession) -> set[str]:
    """The SIDs of the groups and of the mandatory level in the token of the account's commands: one command.

    :raises NotReadable: whoami.exe did not list the groups.
    :raises CimFault: the account may not run commands.
    """
    found = shell.run(session, command_line(_WHOAMI, "/groups", "/fo", "csv", "/nh"), limit_bytes=1024 * 1024)
    cells = {cell.strip('"').upper() for line in found.stdout.splitlines() for cell in line.split(",")}
    sids = {cell for cell in cells if cell.startswith("S-1-")}
    if found.exit_code != 0 or not sids:
        raise NotReadable("whoami.exe did not list the groups of the account")
    return sids
