# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Reads lines that were copied from a log viewer or a table, with their columns in any of the usual orders. Pure.

CMTrace copies ``message``, ``component``, ``date time``, ``thread (0xHEX)`` with tabs; articles and tickets have blanks instead,
and other orders. The thread with its two numbers shows such a line; one that only begins with a date is less certain.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import times
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import LogTime

T = TypeVar("T")

# The columns at the end of a line are short; the search for them goes no further.
_TAIL = 400
_LONGEST_LINE = 100_000
_BLANKS = r"[ \t]{1,60}"
_THREAD = r"\d{1,10} \(0x[0-9A-Fa-f]{1,8}\)"
# Components with blanks in their names (ConfigMgrSetup.log and ConfigMgrPrereq.log, smsprov.log).
_WITH_BLANKS = "Configuration Manager Setup|SMS Provider"
_NUMBERS = re.compile(r"(\d{1,10}) \(0x([0-9A-Fa-f]{1,8})\)", re.ASCII)
_AT_END = re.compile(
    rf"[ \t]{{1,60}}(?:({times.COPIED}){_BLANKS}(?:({_WITH_BLANKS}|\S{{1,100}}){_BLANKS})?({_THREAD})"
    rf"|({_THREAD}){_BLANKS}({times.COPIED}))\Z",
    re.ASCII,
)
# The last characters of a thread and of a time.
_ENDS = frozenset(")0123456789mM.Z")
_NAMED_AT_END = re.compile(rf"{_BLANKS}({_WITH_BLANKS}|\S{{1,100}}){_BLANKS}({_THREAD})\Z", re.ASCII)
_WHEN = re.compile(rf"\[?({times.COPIED})\]?(?:[:,;|]|[ \t]-)?(?:{_BLANKS}|\Z)", re.ASCII)
_WHICH = re.compile(rf"({_THREAD})(?:{_BLANKS}|\Z)", re.ASCII)
# The name of a component of a site: SMS_DMP_DOWNLOADER, CONFIGURATION_MANAGER_UPDATE, SMS_SERVICE_CONNECTOR_CMGatewayWorker.
_NAME = re.compile(rf"[A-Z][A-Z0-9]{{1,30}}(?:_[A-Za-z0-9]{{1,60}}){{1,8}}|{_WITH_BLANKS}", re.ASCII)
_KNOWN_AT_END = re.compile(rf"{_BLANKS}({_WITH_BLANKS})\Z", re.ASCII)
_WORD = re.compile(rf"({_WITH_BLANKS}|[A-Za-z]\S{{0,99}}){_BLANKS}(?=\S)", re.ASCII)
# A name of several words after at least two blanks: each word begins with a capital letter.
_WORDS = re.compile(r"(?:\t[ \t]{0,60}|[ ]{2,60})([A-Z][\w.-]{0,40}(?: [A-Z][\w.-]{0,40}){1,4})\Z", re.ASCII)
_LAST_WORD = re.compile(rf"{_BLANKS}(\S{{1,100}})\Z")
# A thread in a cell of an export.
_CELL = re.compile(rf"(?:\A|[,;])[ ]?{_THREAD}[ ]?(?:[,;]|\Z)", re.ASCII)
_JOINTS = {"\t": "\t", "|": " | ", ";": "; ", ",": ", "}
_DATE = re.compile(r"[\d/.\- ]{8,12}|\d{1,2}[- ][A-Za-z]{3}[- ]\d{4}", re.ASCII)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?[\d.,:+-]{0,14}(?:[ ]?[AaPp]\.?[ ]?[Mm]\.?)?", re.ASCII)
_TYPES = {"information": 1, "info": 1, "informational": 1, "warning": 2, "warn": 2, "error": 3, "err": 3, "1": 1, "2": 2, "3": 3}
_HEADS = {
    "message": ("message", "log text", "logtext", "log message", "text"),
    "component": ("component",),
    "when": ("date/time", "datetime", "date time", "timestamp", "time stamp", "date and time", "localtime", "local time"),
    "date": ("date",),
    "time": ("time",),
    "thread": ("thread", "thread id", "threadid", "tid"),
    "type": ("type", "severity", "level"),
    "source": ("file", "source", "source file", "reference"),
}
_PLAIN_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_HEADED = re.compile(r"(?:message|text)[\"' ]*(?:[\t,;|]|\Z)", re.IGNORECASE)
_LONGEST_HEADER = 400
_COLUMNS = {name: column for column, names in _HEADS.items() for name in names}


class Copied(NamedTuple):
    """What a copied line has. A missing part is empty or None."""

    message: str
    component: str = ""
    time: LogTime | None = None
    thread: int | None = None
    type: int | None = None
    source: str = ""


class Header(NamedTuple):
    """The header of a table: the separator of its cells, and the column of each."""

    separator: str
    columns: tuple[str, ...]

    def read(self, line: str) -> Copied | None:
        """The row in this line; None when it has another number of cells, or neither a time nor a thread."""
        cells = _split(line, self.separator)
        if len(cells) != len(self.columns):
            return None
        row = {column: cell for column, cell in zip(self.columns, cells, strict=True) if column}
        written = row.get("when") or f"{row.get('date', '')} {row.get('time', '')}".strip()
        time = times.copied(written) if written else None
        thread = row.get("thread", "")
        number = int(thread) if _PLAIN_NUMBER.fullmatch(thread) else _thread(thread)
        if number is None and (time is None or not any(sign.isdigit() for sign in written)):
            return None
        kind = _TYPES.get(row.get("type", "").lower())
        return Copied(row["message"], row.get("component", ""), time, number, kind, row.get("source", ""))


def header(line: str) -> Header | None:
    """The header of a table of records (an export, a table of a ticket): the message and at least two other columns."""
    if len(line) > _LONGEST_HEADER or not ("essage" in line or "ext" in line) or not _HEADED.search(line):
        return None
    for separator in ("\t", ",", ";", "|"):
        if line.count(separator) >= 2:
            columns = tuple(_COLUMNS.get(cell.lower(), "") for cell in _split(line, separator))
            known = [column for column in columns if column]
            if "message" in known and len(known) >= 3 and len(set(known)) == len(known):
                return Header(separator, columns)
    return None


def is_rule(line: str) -> bool:
    """Whether a line is the rule below the header of a table in Markdown."""
    return line.startswith("|") and not line.strip("|-: \t")


def with_thread(line: str) -> Copied | None:
    """A line with a thread in a place where log viewers and articles have it; None for any other line."""
    if len(line) > _LONGEST_LINE:
        return _at_end(line)
    row = _as_cmtrace(line) or _in_cells(line)
    return row if row and row.thread is not None else _at_end(line) or _at_begin(line)


def with_date(line: str) -> Copied | None:
    """A line that begins with a date and a time, or whose cells have them; it is no record for certain."""
    when = _WHEN.match(line)
    if when is None:
        return _in_cells(line) if ":" in line and len(line) <= _LONGEST_LINE else None
    component, message = "", line[when.end() :]
    word = _WORD.match(message)
    if word and _NAME.fullmatch(word[1]):
        component, message = word[1], message[word.end() :]
    return Copied(message, component, times.copied(when[1])) if message.strip() else None


def _as_cmtrace(line: str) -> Copied | None:
    """What CMTrace copies: four columns with tabs between them."""
    parts = line.rsplit("\t", 3)
    if len(parts) != 4 or not times.is_copied(parts[2].strip()):
        return None
    thread = _thread(parts[3])
    return None if thread is None else Copied(parts[0], parts[1].strip(), times.copied(parts[2].strip()), thread)


def _at_end(line: str) -> Copied | None:
    """Message, component, time, thread; or with the component between time and thread, or with the time last."""
    found = _AT_END.search(line, max(0, len(line) - _TAIL)) if line[-1:] in _ENDS else None
    if found is None:
        return None
    first, between, thread, other, last = found.groups()
    before = line[: found.start()]
    number = _NUMBERS.match(thread or other)
    if between and not _NAME.fullmatch(between):
        return None
    message, component = (before, between) if between else _split_component(before)
    return Copied(message, component, times.copied(first or last), int(number[1]) if number else None)


def _split_component(text: str) -> tuple[str, str]:
    """Message and component of what is before the time: the last word, or a name of several words."""
    if _NAME.fullmatch(text.strip()):
        return "", text.strip()
    for pattern in (_KNOWN_AT_END, _WORDS, _LAST_WORD):
        found = pattern.search(text, max(0, len(text) - _TAIL))
        if found:
            return text[: found.start()], found[1]
    return text, ""


def _at_begin(line: str) -> Copied | None:
    """Time, thread and component first, in any order, then the message."""
    place, component, when, thread = 0, "", None, None
    for _step in range(3):
        found = _WHEN.match(line, place) if when is None else None
        if found:
            when, place = found[1], found.end()
            continue
        found = _WHICH.match(line, place) if thread is None else None
        if found:
            thread = _thread(found[1])
            if thread is None:
                return None
            place = found.end()
            continue
        found = None if component else _WORD.match(line, place)
        if found is None:
            break
        next_to = _WHEN.match(line, found.end()) or _WHICH.match(line, found.end())
        if not next_to and not ((when or thread is not None) and _NAME.fullmatch(found[1])):
            break
        component, place = found[1], found.end()
    message = line[place:]
    if thread is None and when:
        # The component and the thread may follow the message.
        named = _NAMED_AT_END.search(message, max(0, len(message) - _TAIL))
        if named and _NAME.fullmatch(named[1]):
            component, thread, message = named[1], _thread(named[2]), message[: named.start()]
    if thread is None or not message.strip():
        return None
    return Copied(message, component, times.copied(when) if when else None, thread)


def _in_cells(line: str) -> Copied | None:
    """A line whose parts are separated by tabs, by the bars of a table, or by the commas or semicolons of an export."""
    exported = (";" in line or "," in line) and (line[:1] == '"' or _CELL.search(line) is not None)
    for separator, is_separator in (("\t", line.count("\t") >= 2), ("|", line.startswith("|")), (";", exported), (",", exported)):
        if is_separator and separator in line:
            found = _sorted(_split(line, separator), _JOINTS[separator])
            if found:
                return found
    return None


def _sorted(cells: Sequence[str], joint: str) -> Copied | None:
    """The cells of a row without a header, by their content and their order."""
    texts = [cell for cell in cells if cell]
    place, thread = _first(texts, _thread)
    if thread is not None:
        texts[place] = ""
    start, time = _first(texts, _when)
    if time is not None:
        texts[start] = ""
    else:
        start = next((n for n in range(len(texts) - 1) if _DATE.fullmatch(texts[n]) and _CLOCK.fullmatch(texts[n + 1])), -1)
        if start >= 0:
            time = times.copied(f"{texts[start]} {texts[start + 1]}")
            texts[start] = texts[start + 1] = ""
    ends = not texts[-1] if texts else False
    # Without a thread, the time has to be the first or the last column.
    if len(texts) < 3 or (thread is None and (time is None or not (ends or start == 0))):
        return None
    rest = [text for text in texts if text]
    kind = None
    if len(rest) > 2:
        place, kind = _first(rest, lambda text: _TYPES.get(text.lower()))
        if kind is not None:
            del rest[place]
    if not rest:
        return None
    component = ""
    if len(rest) == 1 and _NAME.fullmatch(rest[0]):
        component = rest.pop()
    elif len(rest) > 1:
        named = [n for n, text in enumerate(rest) if _NAME.fullmatch(text)]
        component = rest.pop(named[0] if len(named) == 1 else -1 if ends else 0)
    return Copied(joint.join(rest), component, time, thread, kind)


def _first(texts: Sequence[str], read: Callable[[str], T | None]) -> tuple[int, T | None]:
    for place, text in enumerate(texts):
        found = read(text) if len(text) <= 60 else None
        if found is not None:
            return place, found
    return -1, None


def _when(text: str) -> LogTime | None:
    return times.copied(text) if times.is_copied(text) else None


def _thread(text: str) -> int | None:
    """The number of a thread whose two numbers are the same."""
    found = _NUMBERS.fullmatch(text)
    return int(found[1]) if found and int(found[1]) == int(found[2], 16) else None


def _split(line: str, separator: str) -> list[str]:
    if separator == "|":
        line = line.strip().removeprefix("|").removesuffix("|")
    if separator in ",;" and '"' in line:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]
        except (csv.Error, StopIteration):
            return []
    return [cell.strip() for cell in line.split(separator)]
