# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Makes records from the lines of a log: the native format of site servers, CMTrace's format, and the forms of copied logs.

Native (``message $$<COMPONENT><MM-DD-YYYY HH:MM:SS.mmm+bias><thread=N (0xHEX)>``): the last ``$$<`` of a record counts; lines
without one belong to the message of the next record. CMTrace (``<![LOG[message]LOG]!><time="..." date="..." ...>``): may span
lines; one whose end is missing ends where the next record begins. The format is determined for each record.

Nothing is dropped: a line in which no record ends becomes a record of the form ``text``, without fields.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import times
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import LogTime

NATIVE, CMTRACE, COPIED, TEXT = "native", "cmtrace", "copied", "text"

# Longest text that is kept until the end of its record is found; a longer text is not a message of a site server.
MOST_WAITING_LINES = 200
MOST_WAITING_CHARACTERS = 256 * 1024
# The fields of a record are short; the search for them goes no further.
_TAIL = 400
_FIELD_VALUE = 400
_MOST_DIGITS = 10

_TRAILER = re.compile(
    r"\$\$<([^<>]{0,200})><([^<>]{4,120})>(?:\s*<thread=\s*(\d{1,10})?\s*(?:\(0x([0-9A-Fa-f]{1,8})\))?\s*>)?", re.ASCII
)
_BARE_TRAILER = re.compile(r"\$\$<(\d{1,2}-\d{1,2}-\d{4} [^<>]{4,60})>", re.ASCII)
_OPEN, _CLOSE = "<![LOG[", "]LOG]!>"
_MARK = re.compile(r"<!\[LOG\[|\]LOG\]!>")
_ATTRIBUTES = re.compile(rf'\s{{0,8}}<((?:\s{{0,8}}\w{{1,20}}\s?=\s?"[^"]{{0,{_FIELD_VALUE}}}"){{1,12}})\s{{0,8}}>')
_ATTRIBUTE = re.compile(r'(\w+)\s?=\s?"([^"]*)"')
_COPIED = re.compile(
    r"[ \t]{1,60}(\S{1,100})[ \t]{1,60}(\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}(?: [AP]M)?)[ \t]{1,60}"
    r"(\d{1,10}) \(0x[0-9A-Fa-f]{1,8}\)",
    re.ASCII,
)
_LEADING = re.compile(r"(?:([A-Za-z]\S{0,99})[ \t]{1,60})?(\d{1,10}) \(0x([0-9A-Fa-f]{1,8})\)[ \t]{1,60}(?=\S)", re.ASCII)
_TAGS = re.compile(r"</?(?:p|br|span|div|code|pre|td|tr|li|b|i|em|strong|font)\b[^<>]{0,200}>", re.IGNORECASE)
_ROLLOVER = "ROLLOVER"


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


def parse(lines: Iterable[str], *, cut: bool = False) -> Iterator[Record]:
    """The records of a log, in order, as its lines are read. Never fails, and keeps at most one unfinished message.

    :param lines: without their line ends (a carriage return at the end does not matter).
    :param cut: whether the first line may be incomplete, because reading began in the middle of the file.
    """
    reader = _Reader(cut)
    for line in lines:
        yield from reader.line(line)
    yield from reader.end()


def split_lines(text: str) -> list[str]:
    """Split a text at line feeds only: other characters that are line ends in Unicode occur inside messages."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


class _Reader:
    def __init__(self, cut: bool) -> None:
        self._number = 0
        self._cut = cut
        # Lines of a message whose end has not been read yet, and the number of the first line.
        self._waiting: list[str] = []
        self._waiting_size = 0
        self._first: int
        self._in_cmtrace = False

    def line(self, line: str) -> Iterable[Record]:
        self._number += 1
        line = line.rstrip()
        if self._in_cmtrace or _OPEN in line or _CLOSE in line:
            return self._mixed(line)
        return self._plain(line)

    def end(self) -> Iterator[Record]:
        if self._in_cmtrace:
            yield self._unfinished()
        yield from self._flush()

    def _plain(self, line: str) -> Iterable[Record]:
        """A line outside a CMTrace record."""
        line = line.removeprefix("\ufeff")
        if line.endswith(">"):
            record = self._native(line)
            if record is not None:
                return (record,)
        if not line and not self._waiting:
            return ()
        if not self._waiting and line.strip() == _ROLLOVER:
            return ()
        if " (0x" in line:
            copied = self._copied(line)
            if copied is not None:
                return (*self._flush(), copied)
        return self._wait(line)

    def _native(self, line: str) -> Record | None:
        place = line.rfind("$$<")
        if place < 0:
            if "$$&lt;" not in line:
                return None
            # Copied from a web page: escaped, wrapped in tags.
            line = html.unescape(_TAGS.sub("", line)).rstrip()
            place = line.rfind("$$<")
            if place < 0:
                return None
        match = _TRAILER.fullmatch(line, place)
        component, thread = "", None
        if match is not None:
            component, when, number, hexadecimal = match.groups()
            thread = int(number) if number else int(hexadecimal, 16) if hexadecimal else None
        else:
            match = _BARE_TRAILER.fullmatch(line, place)
            if match is None:
                return None
            when = match[1]
        time = times.native(when)
        message, first, cut = self._message(line[:place])
        whole = not cut and bool(component) and thread is not None and time.local is not None
        return Record(message, component, time, thread, None, "", NATIVE, first, whole)

    def _copied(self, line: str) -> Record | None:
        """A line copied from CMTrace's window: text, component, date, thread; or thread first and then the text."""
        match = _COPIED.search(line, max(0, len(line) - _TAIL))
        if match is not None and match.end() == len(line):
            return Record(
                _clean(line[: match.start()]),
                match[1],
                times.copied(match[2]),
                int(match[3]),
                form=COPIED,
                line=self._number,
                whole=False,
            )
        match = _LEADING.match(line)
        if match is not None and int(match[2]) == int(match[3], 16):
            return Record(_clean(line[match.end() :]), match[1] or "", None, int(match[2]), None, "", COPIED, self._number, False)
        return None

    def _mixed(self, line: str) -> Iterator[Record]:
        """A line with a mark of CMTrace's format, or inside one of its records. Reads the line once."""
        place = 0
        for mark in _MARK.finditer(line):
            if mark.start() < place:
                # Inside the fields of the record before.
                continue
            before = line[place : mark.start()]
            place = mark.end()
            if mark[0] == _CLOSE:
                begun = self._in_cmtrace
                self._add(before)
                record, place = self._closed(line, place, begun=begun)
                yield record
                continue
            if self._in_cmtrace:
                self._add(before)
                yield self._unfinished()
            else:
                if before.strip("\ufeff \t\r"):
                    yield from self._plain(before.rstrip())
                yield from self._flush()
            self._in_cmtrace = True
            self._first = self._number
        rest = line[place:]
        if not self._in_cmtrace:
            if rest.strip():
                yield from self._plain(rest)
        elif "$$<" in rest and _TRAILER.fullmatch(rest, rest.rfind("$$<")):
            # There is a native record where the end of this one should be.
            yield self._unfinished()
            yield from self._plain(rest)
        else:
            self._add(rest)
            if self._too_much():
                yield self._unfinished()

    def _closed(self, line: str, place: int, *, begun: bool) -> tuple[Record, int]:
        """The record whose message ends here, and where its fields end."""
        self._in_cmtrace = False
        found = _ATTRIBUTES.match(line, place)
        fields = {name.lower(): value for name, value in _ATTRIBUTE.findall(found[1])} if found else {}
        time = times.cmtrace(fields.get("time", ""), fields.get("date", "")) if fields else None
        message, first, _cut = self._message(None)
        record = Record(
            message,
            fields.get("component", ""),
            time,
            _number(fields.get("thread", "")),
            _number(fields.get("type", "")),
            fields.get("file", ""),
            CMTRACE,
            first,
            begun and time is not None and time.local is not None,
        )
        return record, found.end() if found else place

    def _unfinished(self) -> Record:
        self._in_cmtrace = False
        message, first, _cut = self._message(None)
        return Record(message, form=CMTRACE, line=first, whole=False)

    def _message(self, last: str | None) -> tuple[str, int, bool]:
        """The kept lines and ``last`` as one text, the number of its first line, and whether its beginning may be missing."""
        if not self._waiting:
            text, first = ("" if last is None else last), self._number if last is not None else self._first
        else:
            text = "\n".join(self._waiting if last is None else [*self._waiting, last])
            first = self._first
            self._forget()
        return _clean(text), first, self._cut and first == 1

    def _wait(self, line: str) -> Iterable[Record]:
        self._add(line)
        return self._flush() if self._too_much() else ()

    def _add(self, line: str) -> None:
        if not self._waiting and not self._in_cmtrace:
            self._first = self._number
        self._waiting.append(line)
        self._waiting_size += len(line)

    def _too_much(self) -> bool:
        return len(self._waiting) > MOST_WAITING_LINES or self._waiting_size > MOST_WAITING_CHARACTERS

    def _flush(self) -> Iterable[Record]:
        """The kept lines for which no end of a record was found, each as its own record."""
        if not self._waiting:
            return ()
        found = [
            Record(_clean(line), form=TEXT, line=number, whole=False)
            for number, line in enumerate(self._waiting, self._first)
            if line.strip()
        ]
        self._forget()
        return found

    def _forget(self) -> None:
        self._waiting = []
        self._waiting_size = 0


def _clean(text: str) -> str:
    return text.rstrip("~ \t\r\n").lstrip("~ \t\r\n\ufeff")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
