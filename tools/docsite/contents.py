# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of contents of the documentation site: the lists below "Read on" in README.md. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from tools.docsite.places import place

SECTION = "## Read on"
_ENTRY = re.compile(r"^- \[[^\]]+\]\(([^)#\s]+)\)")


class ContentsError(Exception):
    """A page is not in the lists, or a list names a file that does not exist; the text says what to do."""


def chapters(readme: str) -> dict[str, list[str]]:
    """The pages of each list of ``readme``, as paths in the checkout, by the heading of the list.

    :raises ContentsError: if ``readme`` has no such section.
    """
    _, found, section = readme.partition(f"\n{SECTION}\n")
    if not found:
        raise ContentsError(
            f"README.md has no section '{SECTION}', from which the documentation site takes its table of contents."
        )
    listed: dict[str, list[str]] = {}
    chapter = ""
    for line in section.splitlines():
        if line.startswith("## "):
            break
        if line.startswith("### "):
            chapter = line.removeprefix("### ")
        elif entry := _ENTRY.match(line):
            listed.setdefault(chapter, []).append(entry.group(1))
    return listed


def check(listed: dict[str, list[str]], pages: Iterable[str]) -> None:
    """Each of ``pages`` must be listed once, and nothing else.

    :raises ContentsError: for a page that is missing, listed twice, or does not exist.
    """
    names = [name for chapter in listed.values() for name in chapter]
    existing = set(pages)
    complaints = [
        f"{page} is not in the documentation site. Add a line '- [TITLE]({page}): WHAT IT IS FOR' to one of the lists below "
        f"'{SECTION}' in README.md."
        for page in sorted(existing - set(names))
    ]
    complaints += [
        f"README.md lists {name} below '{SECTION}', but there is no such page." for name in sorted(set(names) - existing)
    ]
    complaints += [
        f"README.md lists {name} more than once below '{SECTION}'." for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if complaints:
        raise ContentsError("\n".join(complaints))


def tree(caption: str, documents: Iterable[str]) -> str:
    """A table of contents of Sphinx with these documents of the site, without their endings. It appears only in the sidebar."""
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *documents, "```", ""])


def trees(listed: dict[str, list[str]], reference: Iterable[str]) -> str:
    """All tables of contents, to be added to the front page; ``reference`` has the documents that are made from the sources."""
    texts = []
    for chapter, pages in listed.items():
        documents = [str(PurePosixPath(place(page) or page).with_suffix("")) for page in pages]
        texts.append(tree(chapter, [*documents, *(reference if chapter == "Reference" else ())]))
    return "\n" + "\n".join(texts)
