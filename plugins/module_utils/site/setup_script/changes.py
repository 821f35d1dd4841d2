# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What would change in a script, as text for users: lines of a diff in which no secret can be read."""

from __future__ import annotations

import difflib
import re

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import all_keys
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.values import EVALUATION, without_product_keys

_MOST_LINE = 400
_LINE = re.compile(r"\s*([A-Za-z]+)\s*=(.*)", re.DOTALL)


def changes(present: bytes, wanted: str) -> list[str]:
    """Lines of a unified diff, none when both are the same.

    :param present: the present file; it may contain anything.
    """
    old, new = _decoded(present).splitlines(), wanted.splitlines()
    other = _secrets(old) != _secrets(new)
    lines = difflib.unified_diff(
        [_masked(line, "present" if other else "") for line in old],
        [_masked(line, "new" if other else "") for line in new],
        "before",
        "after",
        lineterm="",
    )
    return [shown(line, _MOST_LINE) for line in lines]


def _decoded(content: bytes) -> str:
    """A script that a Windows tool wrote may be UTF-16 with a byte order mark."""
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf16 else "utf-8-sig", "replace")


def _secrets(lines: list[str]) -> list[str]:
    return [secret for line in lines if (secret := _secret(line))]


def _secret(line: str) -> str:
    """The value of a secret key in the line, or an empty text. The value for an evaluation is not secret."""
    found = _LINE.match(line)
    names = {key.name.lower() for key in all_keys() if key.secret}
    if found is None or found.group(1).lower() not in names:
        return ""
    value = found.group(2).strip()
    return "" if value.lower() == EVALUATION.lower() else value


def _masked(line: str, which: str) -> str:
    if not _secret(line):
        return without_product_keys(line)
    return f"{line.partition('=')[0]}=({' '.join(word for word in (which, 'value not shown') if word)})"
