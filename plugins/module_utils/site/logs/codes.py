# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds numbers of failures in a message: HRESULTs and Win32 codes, HTTP statuses, errors of SQL Server. Pure."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import NamedTuple

# Small negative numbers are not Windows error codes.
_LEAST_CODE, _LARGEST_CODE = 0x80000000, 0xD0000000
_FACILITY_HTTP = 25
# HRESULT_FROM_WIN32 of the Windows SDK: the number of a Win32 error as an HRESULT.
_WIN32_BEGIN = 0x80070000

_HEX = re.compile(r"\b0x([89A-F][0-9A-F]{7})\b", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<![\w.-])-(\d{9,10})(?!\d)")
# Without the mark of a hexadecimal number, or as an unsigned number: only in a message that reports a failure.
_BARE_HEX = re.compile(r"(?<=[:=(\[ ])([89A-F][0-9A-F]{7})(?=[\s.,;:)\]]|$)", re.IGNORECASE)
_UNSIGNED = re.compile(r"(?<![\w.-])([23]\d{9})(?![\d.])")
_WIN32 = re.compile(
    r"\b(?:(?:win32|last) error|getlasterror(?:\(\))?|win32|error(?: ?code)?|rc|return ?code)"
    # Not the number of a version or of a word (ERROR: 64-bit installation).
    r"\s?[=:]?\s?\(?(\d{1,5})\b(?!\.?\d|-\w)",
    re.IGNORECASE,
)

# A status in an exception's text (the words before the colon may be in any language), or after a word that names it
# ("does not indicate success: 403" is HttpClient's).
_HTTP_STATUS = re.compile(
    r":\s?\(([45]\d\d)\)|\b(?:error|success|status(?: ?code)?|http(?:/\d(?:\.\d)?)?)[\s:=]{1,4}\(?([45]\d\d)\)?(?![\d.])",
    re.IGNORECASE,
)
# A status that is a failure without any word for one: it stands with its reason.
_HTTP_ANSWER = re.compile(r"\b(?:is|code|status)\s?[:=]?\s([45]\d\d) \(([A-Za-z][A-Za-z' -]{2,40})\)", re.IGNORECASE)
_HTTP_UNEXPECTED = re.compile(r"\bunexpected (?:http )?status(?: code)?[\s:=]{1,3}\(?([45]\d\d)\b", re.IGNORECASE)
_URL_HOST = re.compile(r"https?://([A-Za-z0-9._-]{1,253})", re.IGNORECASE)

# A message of ODBC: *** [SQLSTATE][number][Microsoft][driver][SQL Server]text
_SQL = re.compile(r"\[([0-9A-Z]{5})\]\[(-?\d{1,10})\]\[Microsoft\]", re.ASCII)
# SQLSTATE of class 01 is a warning or information, 00 success.
_SQL_HARMLESS = ("00", "01")


class SqlError(NamedTuple):
    """An error of SQL Server or its driver: the SQLSTATE and the driver's own number."""

    state: str
    number: int


def hresults(text: str, *, failing: bool = False) -> list[str]:
    """The HRESULTs of failures in a text, in its order, as ``0x80131509``.

    They are written in hexadecimal or as signed decimal numbers; where the message reports a failure (``failing``), also without
    ``0x``, unsigned, or as the number of a Win32 error.
    """
    found = [(match.start(), int(match[1], 16)) for match in _HEX.finditer(text)]
    decimal = [(match.start(), 2**32 - int(match[1])) for match in _DECIMAL.finditer(text)]
    if failing:
        found += [(match.start(), int(match[1], 16)) for match in _BARE_HEX.finditer(text)]
        decimal += [(match.start(), int(match[1])) for match in _UNSIGNED.finditer(text)]
    found += [(place, code) for place, code in decimal if _LEAST_CODE <= code < _LARGEST_CODE]
    if failing and not found:
        found = [(match.start(), _WIN32_BEGIN + int(match[1])) for match in _WIN32.finditer(text) if 0 < int(match[1]) < 2**16]
    return list(dict.fromkeys(f"0x{code:08X}" for _place, code in sorted(found)))


def http_status_of(code: int) -> int | None:
    """The HTTP status that an HRESULT of BITS contains; None for another code."""
    status = code & 0xFFFF
    return status if (code >> 16) & 0x1FFF == _FACILITY_HTTP and 400 <= status <= 599 else None


def http_status(text: str, *, failing: bool) -> int | None:
    """The HTTP status of a failed request. Without a word for a failure only one that stands with its reason."""
    match = _HTTP_STATUS.search(text) if failing else None
    if match is not None:
        return int(match[1] or match[2])
    match = _HTTP_UNEXPECTED.search(text)
    if match is not None:
        return int(match[1])
    return next((int(match[1]) for match in _HTTP_ANSWER.finditer(text) if _is_reason(int(match[1]), match[2])), None)


def _is_reason(status: int, text: str) -> bool:
    """Whether a text is the standard reason of a status, as ``Not Found`` or ``NotFound``."""
    reasons = {each.value: each.phrase for each in HTTPStatus}
    return _letters(reasons.get(status, "")) == _letters(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).lower()


def host(text: str) -> str:
    """The host of the first web address in a text, in lower case; empty when there is none."""
    match = _URL_HOST.search(text)
    return match[1].rstrip(".").lower() if match else ""


def sql_error(text: str) -> SqlError | None:
    """The first error of SQL Server in a text that is more than a warning."""
    for match in _SQL.finditer(text):
        if match[1][:2] not in _SQL_HARMLESS:
            return SqlError(match[1], int(match[2]))
    return None
