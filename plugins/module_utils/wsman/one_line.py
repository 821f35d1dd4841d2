# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Foreign text as part of a sentence."""

from __future__ import annotations


def one_line(text: str, most: int) -> str:
    """``text`` on one line, without unseen signs; what has more than ``most`` characters ends in three dots.

    The dots also tell that a secret may have been cut off there, see ``plugin_utils/secrets.py``.
    """
    # Four times as much as is shown, because blanks fall away: never all of a text that has no end.
    head = text[: 4 * most]
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in head).split())
    return line if len(line) <= most and len(head) == len(text) else line[:most] + "..."
