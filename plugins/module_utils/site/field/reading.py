# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads what the probes need, each reading on its own: one that fails does not affect the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable, Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, TransportError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault

Readers = Mapping[str, Callable[[], Any]]

# After this many lost answers in sequence the server is not asked again: each may have taken the time limit of the connection.
_MOST_LOST = 2


def read_all(readers: Readers) -> dict[str, Any]:
    """The readings by name, in the order of ``readers``; one that is not possible is Unread with the reason.

    :raises TransportError: the first reading did not reach the server: then none of them would.
    """
    found: dict[str, Any] = {}
    lost = 0
    last = ""
    for name, read in readers.items():
        if lost >= _MOST_LOST:
            found[name] = Unread(f"not read, because the connection was lost: {last}")
            continue
        try:
            found[name] = read()
            lost = 0
        except TransportError as error:
            if not found:
                raise
            lost, last = lost + 1, str(error)
            found[name] = Unread(str(error))
        except (CimFault, AnswerError, NotReadable) as error:
            lost = 0
            found[name] = Unread(str(error))
    return found


def fault_of(read: Callable[[], Any]) -> dict[str, Any]:
    """The fault with which a read is answered, as data; ``kind`` is empty when it is answered without one.

    :raises TransportError: as ``read`` raises it.
    :raises AnswerError: the answer is not valid.
    """
    try:
        read()
    except CimFault as fault:
        return {
            "kind": fault.kind.value,
            "outer_code": fault.outer_code,
            "code": fault.code,
            "provider_code": fault.provider_code,
            "provider": fault.provider,
            "provider_text": fault.provider_text,
        }
    return {"kind": ""}


def versions_in(readings: Mapping[str, Any]) -> list[str]:
    """The versions of what answered, as texts."""
    sites, service = readings.get("sites"), readings.get("winrm")
    found = [f"site {row.get('Version')}" for row in sites or () if row.get("Version")] if isinstance(sites, list) else []
    if isinstance(service, Mapping):
        found += [f"WinRM {service.get('ProductVersion') or 'of an unknown version'}"]
    return list(dict.fromkeys(found))
