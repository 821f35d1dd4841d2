# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the files of the checkout are on the documentation site, and their links from there. Pure functions.

The pages are written for the checkout and the archive, and are the source of the site too. Only the paths differ: the front page
is ``README.md``, the pages of ``docs/`` are at the top, and the reference is made from the plugins and roles.
"""

from __future__ import annotations

import posixpath
import re

# A link or picture of Markdown: its target without a title.
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^\s*(```|~~~)")

_SINGLE = {
    "README.md": "index.md",
    "CHANGELOG.rst": "changelog.rst",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "LICENSE": "LICENSE",
    "inventories/example": "inventories/example.md",
}
_PATTERNS = [
    # A folder: a page with links to its files is made.
    (re.compile(r"docs/((?:\w+/)*\w+)"), r"\1.md"),
    (re.compile(r"docs/(.+)"), r"\1"),
    (re.compile(r"roles/(\w+)(?:/README\.md)?"), r"roles/\1.md"),
    (re.compile(r"roles/(\w+)/meta/argument_specs\.yml"), r"reference/\1_role.rst"),
]


class LinkError(Exception):
    """A link cannot work on the site; the text says where it is and what to do."""


def place(path: str) -> str | None:
    """The path on the site of the file or folder ``path`` of the checkout; None for what the site does not have."""
    if path in _SINGLE:
        return _SINGLE[path]
    for pattern, placed in _PATTERNS:
        if pattern.fullmatch(path):
            return pattern.sub(placed, path)
    return None


def _moved(link: str, page: str) -> str:
    """The target ``link`` of a link in the file ``page`` of the checkout, as it must be on the site."""
    path, mark, anchor = link.partition("#")
    if "://" in link or not path:
        return link
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    own, placed = place(page), place(target)
    if own is None or placed is None:
        raise LinkError(
            f"{page}: the link to {path} leads to {target}, which the documentation site does not have. Link to a page, or give "
            "the file a place in tools/docsite/places.py."
        )
    return posixpath.relpath(placed, posixpath.dirname(own) or ".") + mark + anchor


def with_moved_links(text: str, page: str) -> str:
    """The Markdown ``text`` of the file ``page`` of the checkout, with the links that it needs on the site.

    :raises LinkError: for a link to a file that the site does not have.
    """
    lines, fenced = [], False
    for part in re.split(r"(?m)^(?=\s*(?:```|~~~))", text):
        # Every part after the first begins with a fence, which opens or closes a block of code.
        if _FENCE.match(part):
            fenced = not fenced
        if fenced:
            lines.append(part)
        else:
            lines.append(_LINK.sub(lambda found: f"]({_moved(found.group(1), page)})", part))
    return "".join(lines)
