# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Text from outside as part of a sentence."""

from __future__ import annotations


def one_line(text: str, most: int) -> str:
    """``text`` on one line, without unprintable characters; with more than ``most`` characters it is cut and ends in three dots.

    The dots also show that a secret may have been cut off there, see ``plugin_utils/secrets.py``.
    """
    # Four times as much as is shown, because spaces are removed; never all of a very long text.
    head = text[: 4 * most]
    line = " ".join("".join(character if character.isprintable() else " " for character in head).split())
    return line if len(line) <= most and len(head) == len(text) else line[:most] + "..."
