# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signs of a pending restart (memdocs, list-of-prerequisite-checks, "Pending system restart")."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry

_SERVICING = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
_UPDATE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"
_SESSION_MANAGER = r"SYSTEM\CurrentControlSet\Control\Session Manager"
_SERVER_MANAGER = r"SOFTWARE\Microsoft\ServerManager"
_RENAMES = "PendingFileRenameOperations"
_ATTEMPTS = "CurrentRebootAttempts"


def pending_restarts(registry: Registry) -> list[str]:
    """The registry keys and values that show a pending restart; empty when there is none. Four requests."""
    traces = {
        rf"HKLM\{_SERVICING}": lambda: _key(registry, _SERVICING),
        rf"HKLM\{_UPDATE}": lambda: _key(registry, _UPDATE),
        rf"HKLM\{_SESSION_MANAGER}\{_RENAMES}": lambda: any(registry.get_strings(_SESSION_MANAGER, _RENAMES) or ()),
        rf"HKLM\{_SERVER_MANAGER}\{_ATTEMPTS}": lambda: _ATTEMPTS.lower() in _value_names(registry, _SERVER_MANAGER),
    }
    return [shown for shown, is_there in traces.items() if _there(is_there)]


def _there(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except KeyMissing:
        return False


def _key(registry: Registry, key: str) -> bool:
    registry.value_names(key)
    return True


def _value_names(registry: Registry, key: str) -> list[str]:
    return [name.lower() for name in registry.value_names(key)]
