# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks of a server have in common."""

from __future__ import annotations

import re

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion, Standing
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

_LOOK_YOURSELF = "Give the account of the connection the right to read it, or check it on the server."
_DOTTED = re.compile(r"\d{1,9}(\.\d{1,9}){0,5}", re.ASCII)


def unread(id: str, title: str, found: Unread, required: bool = True) -> Check:
    """The result for something that could not be read on the server."""
    return cannot_tell(id, title, found.why, _LOOK_YOURSELF, required)


def by_version(check: Check, version: SiteVersion) -> Check:
    """A result that depends on the site's version: at most a warning where the tables do not have that version."""
    if version.known or check.status is Status.SKIPPED:
        return check
    why = {
        Standing.NEWER: f"site version {version.text} is newer than the collection's tables",
        Standing.OLDER: f"site version {version.text} is older than the collection's tables",
    }.get(version.standing, f"site version {version.text} is not in the collection's tables")
    return cannot_tell(
        check.id,
        check.title,
        f"{why}. By the requirements of {version.name} the result would be {check.status.value}: {check.detail}",
        "Compare with the documentation of this version, or use a version of the collection that supports it.",
        check.required,
    )


def dotted(version: str) -> tuple[int, ...] | None:
    """A dotted version as numbers to compare, without zeros at its end; None when the text is not a version."""
    if not _DOTTED.fullmatch(version.strip()):
        return None
    numbers = [int(part) for part in version.strip().split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
