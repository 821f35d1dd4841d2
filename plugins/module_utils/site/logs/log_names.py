# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names by which the tables know a log."""

from __future__ import annotations


def log_name(path: str) -> str:
    r"""``C:\SMS\Logs\dmpdownloader.lo_`` to ``dmpdownloader``: the name of a log in the patterns."""
    name = path.rpartition("\\")[2].lower()
    stem, dot, _extension = name.rpartition(".")
    return stem if dot else name
