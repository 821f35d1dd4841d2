# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What Sphinx does not report about a built page, because only a browser shows it. Pure."""

from __future__ import annotations

import re

# What a browser fetches by itself: scripts, pictures, style sheets. Links that a reader follows are not among them.
_LOADED = re.compile(r'<(?:(?:script|img|iframe|source)\b[^>]*\bsrc|link\b[^>]*\bhref)="(?:https?:)?//[^"]*"[^>]*>')
# The theme shows an error over such a list.
_SECOND_CONTENTS = re.compile(r'class="(?:[^"]* )?contents(?: [^"]*)?"')


def problems(page: str) -> list[str]:
    """Sentences about the HTML ``page``: it must load nothing from other sites and have no list of contents of its own."""
    found = [f"it loads from another site: {tag}" for tag in _LOADED.findall(page)]
    if _SECOND_CONTENTS.search(page):
        found.append("it has a list of contents beside that of the theme, which shows an error over it")
    return found
