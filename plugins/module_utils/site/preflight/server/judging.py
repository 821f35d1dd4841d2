# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks of a server have in common."""

from __future__ import annotations

import re

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.versions import SiteVersion, Standing
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

_LOOK_YOURSELF = "Give the account of the connection the right to read it, or check it on the server."
CHECK_VERSION = "Check the version on the server."
_DOTTED = re.compile(r"\d{1,9}(\.\d{1,9}){0,5}", re.ASCII)


def unread(id: str, title: str, found: Unread, required: bool = True) -> Check:
    """The result for something that could not be read on the server."""
    return cannot_tell(id, title, found.why, _LOOK_YOURSELF, required)


# Whose version decides: most requirements go by the site's, those of the service connection tool by its own.
OF_SITE, OF_TOOL = "site version", "tool version"


def by_version(check: Check, version: SiteVersion, whose: str = OF_SITE) -> Check:
    """A result that depends on a version: at most a warning where the tables do not have that version.

    :param whose: OF_SITE or OF_TOOL.
    """
    if version.known or check.status is Status.SKIPPED:
        return check
    why = {
        Standing.NEWER: f"{whose} {version.text} is newer than the collection's tables",
        Standing.OLDER: f"{whose} {version.text} is older than the collection's tables",
    }.get(version.standing, f"{whose} {version.text} is not in the collection's tables")
    return cannot_tell(
        check.id,
        check.title,
        f"{why}. By the requirements of {version.name} the result would be {check.status.value}: {check.detail}",
        "Compare with the documentation of this version, or use a version of the collection that supports it.",
        check.required,
    )


def needs(whose: str, version: SiteVersion, minimum: str) -> str:
    """The part of a sentence that says what a version needs, such as ``site version 2609 needs 18.6.2.1 or later``."""
    return f"{whose} {version} needs {minimum} or later"


def not_needed(id: str, title: str, version: SiteVersion, required: bool = True, whose: str = OF_SITE) -> Check:
    """The result for something that this version does not need."""
    detail = f"{whose[:1].upper()}{whose[1:]} {version} does not need it."
    return Check(id, title, Status.SKIPPED, detail, required=required)


def compared(found: str | None, need: str, minimum: str, what: str = "It") -> tuple[str, bool | None]:
    """The sentence about an installed version, and whether it is enough; None when it cannot be read as a version.

    :param what: the beginning of the sentence when it is not installed.
    """
    if not found:
        return f"{what} is not installed; {need}.", False
    have, wanted = dotted(found), dotted(minimum)
    if have is None or wanted is None:
        return f"the server reports {found[:60]!r}, which is not a version; {need}.", None
    return f"Version {found} is installed; {need}.", have >= wanted


def dotted(version: str) -> tuple[int, ...] | None:
    """A dotted version as numbers to compare, without zeros at its end; None when the text is not a version."""
    if not _DOTTED.fullmatch(version.strip()):
        return None
    numbers = [int(part) for part in version.strip().split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
