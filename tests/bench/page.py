"""docs/performance.md: each part of the benchmark writes between its own two marks."""

from __future__ import annotations

from collections.abc import Sequence

from tests.lab.ansible_runs import CHECKOUT

PAGE = CHECKOUT / "docs" / "performance.md"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def write(part: str, text: str) -> None:
    """Write the text between the marks of this part.

    :raises ValueError: the page has no such marks.
    """
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    page = PAGE.read_text(encoding="utf-8")
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"{PAGE.relative_to(CHECKOUT)} must have {begin} and {end} once each")
    before, _, rest = page.partition(begin)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")
