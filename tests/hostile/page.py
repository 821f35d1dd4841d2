"""The table of docs/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench import machine
from tests.hostile.measuring import CHECKOUT, Measured

PAGE = CHECKOUT / "docs" / "reliability.md"
HEAD = "| case | received | seconds, slowest answer | peak of the process | limit that was reached |\n|---|---|---|---|---|"
_MOST_ROWS = 20
_MIB = 1024 * 1024
_BEGIN, _END = "<!-- hostile: begin -->", "<!-- hostile: end -->"


def row(found: Measured) -> str:
    """One row of the table."""
    sent = f"{found.size_bytes / _MIB:.1f} MiB"
    return f"| {found.name} | {sent} | {found.seconds:.1f} | {found.peak_mib:.0f} MiB | {_short(found)} |"


def write(found: Sequence[Measured]) -> None:
    """Write the most expensive cases between the two marks of the page.

    :raises ValueError: the page has no such marks.
    """
    page = PAGE.read_text(encoding="utf-8")
    if page.count(_BEGIN) != 1 or page.count(_END) != 1:
        raise ValueError(f"{PAGE.relative_to(CHECKOUT)} must have {_BEGIN} and {_END} once each")
    before, _, rest = page.partition(_BEGIN)
    begin = max(each.before_mib for each in found)
    rows = "\n".join(row(each) for each in sorted(found, key=lambda each: -each.peak_mib)[:_MOST_ROWS])
    slowest = max(found, key=lambda each: each.seconds)
    text = (
        f"{machine.described()} The process had {begin:.0f} MiB before the first answer. These are the {_MOST_ROWS} of "
        f"{len(found)} cases that need most memory; the slowest answer of all took {slowest.seconds:.1f} s ({slowest.name})."
        f"\n\n{HEAD}\n{rows}"
    )
    PAGE.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


def _short(found: Measured) -> str:
    if not found.refused:
        return "none"
    # The sentence without the advice at its end.
    return found.refused.partition(";")[0].removesuffix(" and was not read")
