# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One record of a log, and how it is made of its parts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import copied, pasted, times
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.copied import Copied
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import LogTime

NATIVE, CMTRACE, COPIED, TEXT = "native", "cmtrace", "copied", "text"

# The fields of a record are short; the search for them goes no further.
_FIELD_VALUE = 400
_MOST_DIGITS = 10
_ATTRIBUTES = re.compile(rf'\s{{0,8}}<((?:\s{{0,8}}\w{{1,20}}\s?=\s?"[^"]{{0,{_FIELD_VALUE}}}"){{1,12}})\s{{0,8}}>')
_ATTRIBUTE = re.compile(r'(\w+)\s?=\s?"([^"]*)"')
_TYPOGRAPHIC = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'))
# What is before a date in a line: brackets, bars, tags and marks.
_MAY_BE_DATED = frozenset('[|<"`>-*+\u2022')


class Record(NamedTuple):
    """One record.

    :param message: without the marks for line breaks (``~``) at its ends; inner lines are separated by a line feed.
    :param time: None when the record has none.
    :param thread: number of the thread, None when missing.
    :param type: of a CMTrace record: 1 information, 2 warning, 3 error; None elsewhere.
    :param source: of a CMTrace record: file and line of the program.
    :param form: NATIVE, CMTRACE, COPIED or TEXT.
    :param line: number of the record's first line in what was read, starting with 1.
    :param whole: false for a record with a missing part: its beginning, its end or its fields.
    """

    message: str
    component: str = ""
    time: LogTime | None = None
    thread: int | None = None
    type: int | None = None
    source: str = ""
    form: str = NATIVE
    line: int = 1
    whole: bool = True


def texts(lines: Iterable[str], first: int) -> list[Record]:
    """Lines without a record, each as its own record; those that begin with a date have at least a time."""
    found = []
    for number, line in enumerate(lines, first):
        begin = line.lstrip()[:1]
        row = None
        if begin.isdigit() or begin in _MAY_BE_DATED or "\t" in line:
            text = pasted.plain(line).replace(pasted.BOUNDARY, "") if pasted.is_tagged(line) else line
            row = copied.with_date(pasted.without_marks(text))
        if row:
            found.append(of_copied(row, number))
        elif begin:
            found.append(Record(clean(line.strip(pasted.BOUNDARY)), "", None, None, None, "", TEXT, number, False))
    return found


def of_copied(row: Copied, line: int) -> Record:
    """A copied record: it has no zone, and often no type, so it is never whole."""
    return Record(
        clean(row.message), row.component, row.time, row.thread, row.type, row.source, form=COPIED, line=line, whole=False
    )


def attributes(line: str, place: int) -> re.Match[str] | None:
    """The fields of a CMTrace record; word processors make typographic quotes of theirs."""
    found = _ATTRIBUTES.match(line, place)
    return found if found or line.isascii() else _ATTRIBUTES.match(line.translate(_TYPOGRAPHIC), place)


def of_fields(message: str, found: re.Match[str], line: int, *, whole: bool) -> Record:
    """A CMTrace record with the fields that ``attributes`` found."""
    fields = {name.lower(): value for name, value in _ATTRIBUTE.findall(found[1])}
    time = times.cmtrace(fields.get("time", ""), fields.get("date", ""))
    return Record(
        message,
        fields.get("component", ""),
        time,
        _number(fields.get("thread", "")),
        _number(fields.get("type", "")),
        fields.get("file", ""),
        CMTRACE,
        line,
        whole and time.local is not None,
    )


def clean(text: str) -> str:
    """A message without blanks and marks for line breaks at its ends."""
    return text.rstrip("~ \t\r\n").lstrip("~ \t\r\n\ufeff")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
