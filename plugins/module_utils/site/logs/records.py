# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Makes records from the lines of a log: the native format of site servers, CMTrace's format, and the forms of copied logs.

Native (``message $$<COMPONENT><MM-DD-YYYY HH:MM:SS.mmm+bias><thread=N (0xHEX)>``): the last ``$$<`` of a record counts; lines
without one belong to the message of the next record. CMTrace (``<![LOG[message]LOG]!><time="..." date="..." ...>``): may span
lines; one whose end is missing ends where the next record begins. The format is determined for each record.

What was pasted from web pages, tickets and log viewers is only looked for in lines in which no record ends as it is: escaped and
tagged records (``pasted``), records broken by a line wrap, and columns (``copied``).

No text is dropped: a line in which no record ends becomes a record of the form ``text``, without fields. Only the marks around
pasted lines are: code fences, quote marks, and lines of tags in web text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import copied, native, pasted, times
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.copied import Header
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.record import (
    CMTRACE,
    COPIED,
    NATIVE,
    TEXT,
    Record,
    attributes,
    clean,
    of_copied,
    of_fields,
    texts,
)

__all__ = [
    "CMTRACE",
    "COPIED",
    "MOST_WAITING_CHARACTERS",
    "MOST_WAITING_LINES",
    "NATIVE",
    "TEXT",
    "Record",
    "parse",
    "split_lines",
]

# Longest text that is kept until the end of its record is found; a longer text is not a message of a site server.
MOST_WAITING_LINES = 200
MOST_WAITING_CHARACTERS = 256 * 1024
# Most lines need these.
_TRAILER, _STARTS = native.TRAILER, pasted.STARTS
# What may be the beginning of a CMTrace record's fields, or nothing, because they are on the next line.
_BROKEN_FIELDS = re.compile(r"\s*(?:<[^>]*)?")
_OPEN, _CLOSE = "<![LOG[", "]LOG]!>"
_MARK = re.compile(r"<!\[LOG\[|\]LOG\]!>")
_ROLLOVER = "ROLLOVER"


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
        # The place of a waiting line in which the fields of a record may begin; -1 when there is none.
        self._broken = -1
        self._in_cmtrace = False
        # A record whose last fields may be on the next line, and what that line continues.
        self._held: Record | None = None
        self._held_fields: list[str] = []
        self._held_at = 0
        # Whether there was web text, whether the CMTrace record is escaped, and whether it is in a quotation.
        self._web = self._escaped = self._quoted = False
        # Whether there was a copied line.
        self._rows = False
        self._header: Header | None = None
        # After this line a quote mark or a bullet counts, if that line had the same mark or none.
        self._marked_at = -1 if cut else 0
        self._mark = ""

    def line(self, line: str) -> Iterable[Record]:
        self._number += 1
        line = line.rstrip()
        if self._held is not None:
            return self._after_held(line)
        # Few lines have the part that both marks have.
        if self._in_cmtrace or ("LOG" in line and (_OPEN in line or _CLOSE in line)):
            return self._mixed(line)
        return self._plain(line)

    def end(self) -> Iterator[Record]:
        yield from self._release()
        if self._in_cmtrace:
            yield self._unfinished()
        yield from self._flush()

    def _after_held(self, line: str) -> Iterator[Record]:
        """The line after a record that may continue there."""
        record = self._completed(self._held, line) if self._held is not None else None
        if record is not None:
            self._held = None
            yield record
        elif self._may_be_fields(line):
            self._held_fields.append(line)
        else:
            yield from self._release()
            yield from self._mixed(line) if _OPEN in line or _CLOSE in line else self._plain(line)

    def _plain(self, line: str) -> Iterable[Record]:
        """A line outside a CMTrace record."""
        line = line.removeprefix("\ufeff")
        if line[:1] in _STARTS and self._marked_at == self._number - 1:
            return self._marked(line)
        return self._unmarked(line)

    def _marked(self, line: str) -> Iterable[Record]:
        """A line that may have a quote mark or a bullet: there was none before it but a blank line, a fence or the same mark."""
        mark, bare = pasted.mark(line)
        if not mark or self._mark not in ("", mark) or (mark != pasted.QUOTE and self._waiting):
            return self._unmarked(line)
        before = self._flush() if mark == pasted.QUOTE and not self._mark else ()
        found = (*before, *self._unmarked(bare))
        self._marked_at, self._mark = self._number, mark
        return found

    def _unmarked(self, line: str) -> Iterable[Record]:
        if line.endswith(">"):
            records = self._native(line)
            if records is not None:
                return records
        if not line:
            self._marked_at, self._mark = self._number, ""
            return self._wait(line) if self._waiting else ()
        if not self._waiting and line.strip() == _ROLLOVER:
            return ()
        if pasted.is_fence(line):
            self._marked_at, self._mark = self._number, ""
            return self._flush()
        if self._broken >= 0 or pasted.is_unusual(line):
            found = self._pasted(line)
            if found is not None:
                return found
        columns = self._columns(line)
        return self._wait(line) if columns is None else columns

    def _native(self, line: str) -> tuple[Record, ...] | None:
        place = line.rfind("$$<")
        if place < 0:
            return None
        match = _TRAILER.fullmatch(line, place)
        component, thread = "", None
        if match is not None:
            component, when, number, hexadecimal = match.groups()
            thread = int(number) if number else int(hexadecimal, 16) if hexadecimal else None
        else:
            match = native.BARE_TRAILER.fullmatch(line, place)
            if match is None:
                return None
            when = match[1]
        time = times.native(when)
        if time.local is None and not when.isascii():
            # A web page's blanks.
            return None
        message, first, cut = self._message(line[:place])
        whole = not cut and bool(component) and thread is not None and time.local is not None
        record = Record(message, component, time, thread, None, "", NATIVE, first, whole)
        return (record,) if thread is not None else self._hold(record)

    def _pasted(self, line: str) -> Iterable[Record] | None:
        """The records that end in a line of web text or in the next part of a broken record; None when none does."""
        if "$$" in line or self._broken >= 0:
            waiting = self._waiting
            begun = waiting[self._broken :] if self._broken >= 0 else []
            # Fields that are not escaped are not in web text, and the message is as it was.
            read = pasted.bare if any("$$<" in part for part in (line, *begun)) else pasted.plain
            text = read(line.strip("` \t") if line[-1] == "`" else line)
            ends = list(native.WEB_TRAILER.finditer(text))
            if not ends:
                text = native.rejoined([read(part) for part in begun], text)
                ends = list(native.WEB_TRAILER.finditer(text))
                waiting = waiting[: self._broken]
            if ends:
                self._web = self._web or "&lt;" in line or (read is pasted.plain and pasted.is_tagged(line))
                return self._web_records("".join(f"{read(part)}\n" for part in waiting), text, ends)
        if "LOG]" in line or "[LOG" in line:
            text = pasted.plain(line).replace(pasted.BOUNDARY, "")
            if _OPEN in text or _CLOSE in text:
                self._web = self._escaped = True
                return self._mixed(text)
        if self._web and not self._waiting and pasted.is_empty(line):
            return ()
        return None

    def _web_records(self, before: str, text: str, ends: list[re.Match[str]]) -> list[Record]:
        """The records that end in ``text``; ``before`` is what waited for them."""
        first = self._first if self._waiting else self._number
        self._forget()
        found: list[Record] = []
        place = 0
        for end in ends:
            found += self._web_record(before + text[place : end.start()], end, first)
            before, first, place = "", self._number, end.end()
        rest = text[place:]
        if not pasted.is_empty(rest):
            self._add(rest)
        elif found[-1].thread is None:
            found += self._hold(found.pop())
        return found

    def _web_record(self, text: str, end: re.Match[str], first: int) -> list[Record]:
        """The record that ends here; what earlier blocks of the page have is text."""
        begin = text.rstrip(f"~ \t\r\n{pasted.BOUNDARY}").rfind(pasted.BOUNDARY) + 1
        # What was on one line of the page may be on several lines now.
        found = [record._replace(line=min(record.line, self._number)) for record in texts(text[:begin].split("\n"), first)]
        message = text[begin:].replace(pasted.BOUNDARY, "")
        line = first + text.count("\n", 0, begin) + message[: len(message) - len(message.lstrip())].count("\n")
        line = min(line, self._number)
        component, when, number, hexadecimal, bare = end.groups()
        thread = native.thread_number(number, hexadecimal)
        time = times.native(when or bare)
        whole = bool(component) and thread is not None and time.local is not None and not (self._cut and line == 1)
        found.append(Record(clean(message), component or "", time, thread, None, "", NATIVE, line, whole))
        return found

    def _columns(self, line: str) -> Iterable[Record] | None:
        """The records of a line copied from a log viewer or a table; None when it has no columns."""
        if self._header is not None:
            row = () if copied.is_rule(line) else self._header.read(line)
            if row is not None:
                self._rows = True
                return (*self._flush(), *([of_copied(row, self._number)] if row else []))
        threaded = "(0x" in line
        header = None if threaded else copied.header(line)
        if header is not None:
            self._header = header
            return self._flush()
        row = copied.with_thread(line) if threaded and not self._web and not pasted.is_tagged(line) else None
        if row is not None:
            self._rows = True
            return (*self._flush(), of_copied(row, self._number))
        if not threaded:
            return None
        parts = [part for part in re.split(f"[\n{pasted.BOUNDARY}]", pasted.plain(line)) if part.strip()]
        rows = [(part, copied.with_thread(pasted.without_marks(part.strip()))) for part in parts]
        if not any(row for _part, row in rows):
            return None
        self._rows = True
        self._web = self._web or pasted.is_tagged(line)
        found = list(self._flush())
        for part, row in rows:
            found += [of_copied(row, self._number)] if row else texts([part], self._number)
        return found

    def _mixed(self, line: str) -> Iterator[Record]:
        """A line with a mark of CMTrace's format, or inside one of its records. Reads the line once."""
        if self._in_cmtrace and (self._escaped or self._quoted):
            line = self._unwrapped(line)
        place = 0
        for sign in _MARK.finditer(line):
            if sign.start() < place:
                # Inside the fields of the record before.
                continue
            before = line[place : sign.start()]
            place = sign.end()
            if sign[0] == _CLOSE:
                begun = self._in_cmtrace
                self._add(before)
                record, place = self._closed(line, place, begun=begun)
                if record.time is None and _BROKEN_FIELDS.fullmatch(line, place):
                    self._held_fields, self._held_at = [line[place:]], self._number
                    self._held = record._replace(whole=begun)
                    return
                yield record
                continue
            if self._in_cmtrace:
                self._add(before)
                yield self._unfinished()
            else:
                if before:
                    mark = pasted.mark(before + "x")[0]
                    self._marked_at, self._mark = self._number, mark
                    self._quoted = mark == pasted.QUOTE
                    if not pasted.is_empty(before):
                        yield from self._plain(before.rstrip())
                        yield from self._release()
                yield from self._flush()
            self._in_cmtrace = True
            self._first = self._number
        rest = line[place:]
        if not self._in_cmtrace:
            if rest and not pasted.is_empty(rest):
                yield from self._plain(rest)
        elif "$$<" in rest and _TRAILER.fullmatch(rest, rest.rfind("$$<")):
            # There is a native record where the end of this one should be.
            yield self._unfinished()
            yield from self._plain(rest)
        else:
            self._add(rest)
            if self._too_much():
                yield self._unfinished()

    def _unwrapped(self, line: str) -> str:
        """A further line of a CMTrace record in web text or in a quotation."""
        if self._escaped:
            line = pasted.plain(line).replace(pasted.BOUNDARY, "")
        mark, bare = pasted.mark(line) if self._quoted else ("", line)
        if mark != pasted.QUOTE:
            return line
        self._marked_at = self._number
        return bare

    def _closed(self, line: str, place: int, *, begun: bool) -> tuple[Record, int]:
        """The record whose message ends here, and where its fields end."""
        self._in_cmtrace = self._escaped = self._quoted = False
        found = attributes(line, place)
        message, first, _cut = self._message(None)
        if found is None:
            return Record(message, form=CMTRACE, line=first, whole=False), place
        return of_fields(message, found, first, whole=begun), found.end()

    def _unfinished(self) -> Record:
        self._in_cmtrace = self._escaped = self._quoted = False
        message, first, _cut = self._message(None)
        return Record(message, form=CMTRACE, line=first, whole=False)

    def _hold(self, record: Record) -> tuple[()]:
        self._held = record
        return ()

    def _completed(self, record: Record, line: str) -> Record | None:
        """The record with the fields of this line; None when they are not its fields."""
        if "<" not in line and "&" not in line and not self._held_fields:
            return None
        text = pasted.plain(line).replace(pasted.BOUNDARY, "")
        if record.form == CMTRACE:
            text = " ".join([*self._held_fields, text])
            found = attributes(text, 0)
            if found is None or not pasted.is_empty(text[found.end() :]):
                return None
            self._held_fields = []
            return of_fields(record.message, found, record.line, whole=record.whole)
        thread = native.thread_alone(text)
        if thread is None:
            return None
        cut = self._cut and record.line == 1
        known = bool(record.component) and record.time is not None and record.time.local is not None
        return record._replace(thread=thread, whole=known and not cut)

    def _may_be_fields(self, line: str) -> bool:
        """Whether this line may be a further part of the held record's fields, with more to come."""
        begun = "".join(self._held_fields).strip() or line.lstrip()
        few = 0 < len(self._held_fields) < native.MOST_BROKEN_LINES
        return few and begun.startswith("<") and ">" not in line and _OPEN not in line

    def _release(self) -> Iterator[Record]:
        """The held record without more fields; what may have been its fields is text."""
        held, self._held = self._held, None
        rests, self._held_fields = self._held_fields, []
        if held is not None:
            yield held if held.form != CMTRACE else held._replace(whole=False)
        yield from texts(rests, self._held_at)

    def _message(self, last: str | None) -> tuple[str, int, bool]:
        """The kept lines and ``last`` as one text, the number of its first line, and whether its beginning may be missing."""
        if not self._waiting:
            text, first = ("" if last is None else last), self._number if last is not None else self._first
        else:
            text = "\n".join(self._waiting if last is None else [*self._waiting, last])
            first = self._first
            self._forget()
        return clean(text), first, self._cut and first == 1

    def _wait(self, line: str) -> Iterable[Record]:
        self._add(line)
        return self._flush() if self._too_much() else ()

    def _add(self, line: str) -> None:
        if not self._waiting and not self._in_cmtrace:
            self._first = self._number
        if "$$" in line:
            self._broken = len(self._waiting)
        self._waiting.append(line)
        self._waiting_size += len(line)

    def _too_much(self) -> bool:
        return len(self._waiting) > MOST_WAITING_LINES or self._waiting_size > MOST_WAITING_CHARACTERS

    def _flush(self) -> Iterable[Record]:
        """The kept lines for which no end of a record was found, each as its own record."""
        if not self._waiting:
            return ()
        lines = self._waiting
        if self._web or self._rows:
            lines = ["" if pasted.is_empty(line) else line for line in lines]
        self._forget()
        return texts(lines, self._first)

    def _forget(self) -> None:
        self._waiting = []
        self._waiting_size = 0
        self._broken = -1
