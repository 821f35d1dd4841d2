# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""List the rows of the collection's tables of facts by age, and the dates in them that are near: ``make facts``.

A row is a mapping in a list of a table, or in a mapping of rows. ``read`` is the month in which its source was read, ``then``
what holds after the dates in the row; both may also be given once for all rows below them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "plugins" / "module_utils" / "data"
DAYS = 180
# Days on which something began: nothing follows from them.
BEGAN = frozenset({"released", "available"})

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The first of these columns that a row has is its name.
_NAMES = ("name", "host", "id", "version", "what", "code", "status", "key", "number", "state", "phase", "title", "since")
_LONGEST = 60


@dataclass(frozen=True)
class Fact:
    """One row of a table.

    :param table: path of its list: file, then keys, such as ``endpoints/endpoints``.
    :param read: year and month in which its source was read; empty when that is not said.
    :param dates: days on which something ends, by column.
    :param then: what holds after these days; empty when that is not said.
    """

    table: str
    name: str
    read: str = ""
    source: str = ""
    dates: Mapping[str, date] = field(default_factory=dict)
    then: str = ""


@dataclass(frozen=True)
class Due:
    """One date of a row."""

    day: date
    column: str
    fact: Fact

    def unanswered(self, today: date) -> bool:
        """Whether the day is over, and the table does not say what holds since then."""
        return self.day < today and not self.fact.then


def read_facts(folder: Path = FOLDER) -> list[Fact]:
    """The rows of every table, in the order of the files; also those of folders in it."""
    found: list[Fact] = []
    for path in sorted(folder.rglob("*.yml")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        found += facts_of(yaml.safe_load(path.read_text(encoding="utf-8")), name)
    return found


def facts_of(document: Any, name: str) -> list[Fact]:
    """The rows of one table.

    :param document: its content.
    :param name: of the file, without its extension.
    """
    return list(_rows(document, name, {}))


def due(facts: Iterable[Fact], today: date, days: int) -> list[Due]:
    """The dates that are at most this many days ahead, and those that are over without an answer; the nearest first."""
    entries = [Due(day, column, fact) for fact in facts for column, day in fact.dates.items()]
    near = [entry for entry in entries if today <= entry.day <= today + timedelta(days=days) or entry.unanswered(today)]
    return sorted(near, key=lambda entry: (entry.day, entry.fact.table, entry.fact.name))


def report(facts: Iterable[Fact], today: date, days: int) -> str:
    """The lists as plain text."""
    listed = list(facts)
    near = due(listed, today, days)
    lines = [f"Dates until {today + timedelta(days=days)}, and dates that are over without `then`:", ""]
    lines += [_line(entry, today) for entry in near] or ["none"]
    oldest = sorted(listed, key=lambda fact: (fact.read, fact.table))
    lines += ["", f"{len(listed)} rows, those that were read longest ago first:", ""]
    lines += [
        f"{fact.read or 'unknown':8} {fact.table}: {_short(fact.name)} ({_short(fact.source) or 'no source'})" for fact in oldest
    ]
    return "\n".join(lines)


def _rows(node: Any, path: str, given: Mapping[str, str]) -> Iterator[Fact]:
    """The rows at and below a node. ``given`` has what was said above them."""
    if isinstance(node, list):
        for row in node:
            if isinstance(row, dict):
                yield from _row(row, path, "", given)
    elif isinstance(node, dict):
        said = {**given, **{name: str(node[name]) for name in ("read", "then", "source") if isinstance(node.get(name), str)}}
        for key, value in node.items():
            if isinstance(value, dict) and _is_row(value):
                yield from _row(value, path, str(key), said)
            elif isinstance(value, (list, dict)):
                yield from _rows(value, f"{path}/{key}", said)


def _row(row: Mapping[str, Any], path: str, key: str, given: Mapping[str, str]) -> Iterator[Fact]:
    """A row, or the rows inside it when it has no source of its own, as a flow of a log with its stages."""
    said = {**given, **{name: str(row[name]) for name in ("read", "then", "source") if row.get(name)}}
    name = key or next((str(row[column]) for column in _NAMES if column in row), "a row without a name")
    inside = {k: v for k, v in row.items() if isinstance(v, list) and v and all(isinstance(entry, dict) for entry in v)}
    if inside and "source" not in row:
        for column, rows in inside.items():
            yield from _rows(rows, f"{path}/{name}/{column}", said)
        return
    dates = {
        column: date.fromisoformat(value)
        for column, value in row.items()
        if column not in BEGAN and isinstance(value, str) and _DAY.fullmatch(value)
    }
    yield Fact(path, name, said.get("read", ""), said.get("source", ""), dates, said.get("then", ""))


def _is_row(node: Mapping[str, Any]) -> bool:
    return "source" in node or "read" in node


def _line(entry: Due, today: date) -> str:
    left = (entry.day - today).days
    when = "is over" if left < 0 else f"in {left} days"
    then = f"; then: {entry.fact.then}" if entry.fact.then else "; the table does not say what holds then"
    return f"{entry.day} ({when}) {entry.fact.table}: {_short(entry.fact.name)}, {entry.column}{then}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def main(arguments: list[str]) -> int:
    """Print the lists; returns 1 when a date is over and its table does not say what holds since then."""
    parser = argparse.ArgumentParser(prog="python -m tools.facts", description="What of the tables of facts is old or due?")
    parser.add_argument("--days", type=int, default=DAYS, help=f"how far ahead dates are listed (default: {DAYS})")
    days = parser.parse_args(arguments).days
    facts, today = read_facts(), datetime.now(UTC).date()
    sys.stdout.write(report(facts, today, days) + "\n")
    return int(any(entry.unanswered(today) for entry in due(facts, today, days)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
