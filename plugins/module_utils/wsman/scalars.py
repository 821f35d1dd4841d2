# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Single CIM values that are one piece of text in messages: numbers, booleans, strings. Converts them from text and to text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import datetimes
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimType

INTEGER_RANGES: dict[CimType, tuple[int, int]] = {
    CimType.UINT8: (0, 2**8 - 1),
    CimType.SINT8: (-(2**7), 2**7 - 1),
    CimType.UINT16: (0, 2**16 - 1),
    CimType.SINT16: (-(2**15), 2**15 - 1),
    CimType.CHAR16: (0, 2**16 - 1),
    CimType.UINT32: (0, 2**32 - 1),
    CimType.SINT32: (-(2**31), 2**31 - 1),
    CimType.UINT64: (0, 2**64 - 1),
    CimType.SINT64: (-(2**63), 2**63 - 1),
}
_REAL32_LARGEST = (2 - 2**-23) * 2.0**127

_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_REAL = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?", re.ASCII)
_REAL_NAMES = {"INF": math.inf, "+INF": math.inf, "-INF": -math.inf, "NaN": math.nan}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# XML 1.0 does not allow these characters, not even escaped.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def decode(cim_type: CimType, text: str) -> bool | int | float | str:
    """The value of a scalar's text; not for dates, references and objects.

    :raises ValueError: the text is not a value of the type; the message has no subject ("is not a value of ...").
    """
    return _DECODERS[cim_type](cim_type, text)


def check(cim_type: CimType, value: Any) -> bool | int | float | str:
    """The value to write, as a value of the type: an int becomes a float for a real type.

    :raises ValueError: it does not fit; the message has no subject ("takes uint32 (0 to 4294967295), not text").
    """
    if cim_type is CimType.STRING:
        if not isinstance(value, str):
            raise ValueError(f"takes text, not {kind(value)}")
        check_text(value)
        return value
    if cim_type is CimType.BOOLEAN:
        if not isinstance(value, bool):
            raise ValueError(f"takes true or false, not {kind(value)}")
        return value
    if cim_type in INTEGER_RANGES:
        low, high = INTEGER_RANGES[cim_type]
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"takes {cim_type.value} ({low} to {high}), not {kind(value)}")
        if not low <= value <= high:
            raise ValueError(f"takes {cim_type.value} ({low} to {high}), not a number outside that range")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"takes a number ({cim_type.value}), not {kind(value)}")  # noqa: TRY004 - one error for wishes
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"takes a number that fits {cim_type.value}") from None
    if cim_type is CimType.REAL32 and math.isfinite(number) and abs(number) > _REAL32_LARGEST:
        raise ValueError(f"takes a number that fits {cim_type.value}")
    return number


def encode(value: bool | int | float | str) -> str:
    """The text of a value that ``check`` accepted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "INF" if value > 0 else "-INF"
        return repr(value)
    return str(value)


def key_text(value: Any) -> str:
    """The text of a key in a Selector: literal, neither WQL- nor path-escaped (facts: site-model.md section 5.3).

    :raises ValueError: null, or a value that no key can have; the message has no subject.
    """
    if isinstance(value, str):
        check_text(value)
        return value
    if isinstance(value, (bool, int, float)):
        return encode(value)
    if isinstance(value, datetime):
        return datetimes.format_date(value)  # no capture shows a date as a selector; the form of the body is assumed
    if isinstance(value, timedelta):
        return datetimes.format_interval(value)
    raise ValueError(f"takes text, a number, true, false or a date, not {kind(value)}")


def check_text(text: str) -> None:
    """:raises ValueError: a character that XML 1.0 does not allow."""
    match = _NOT_IN_XML.search(text)
    if match:
        where = f"the character U+{ord(match[0]):04X} at position {match.start() + 1}"
        raise ValueError(f"has {where}, which WS-Management cannot transfer; remove it")


def kind(value: Any) -> str:
    """What a wrong value is, for messages; never the value itself, which may be a secret."""
    if value is None:
        return "null"
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return f"a {type(value).__name__}"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    (int, "an integer"),
    (float, "a fraction"),
    (str, "text"),
    (datetime, "a date"),
    (timedelta, "an interval"),
    ((list, tuple), "a list"),
    (dict, "a mapping"),
)


def _decode_string(_type: CimType, text: str) -> str:
    return text


def _decode_boolean(_type: CimType, text: str) -> bool:
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise ValueError("is neither true nor false") from None


def _decode_integer(cim_type: CimType, text: str) -> int:
    text = text.strip()
    low, high = INTEGER_RANGES[cim_type]
    if _INTEGER.fullmatch(text):
        number = int(text)
        if low <= number <= high:
            return number
    raise ValueError(f"is not a value of {cim_type.value} ({low} to {high})")


def _decode_real(cim_type: CimType, text: str) -> float:
    text = text.strip()
    if text in _REAL_NAMES:
        return _REAL_NAMES[text]
    if not _REAL.fullmatch(text):
        raise ValueError(f"is not a value of {cim_type.value}")
    return float(text)


_DECODERS: dict[CimType, Callable[[CimType, str], bool | int | float | str]] = {
    CimType.STRING: _decode_string,
    CimType.BOOLEAN: _decode_boolean,
    CimType.REAL32: _decode_real,
    CimType.REAL64: _decode_real,
    **dict.fromkeys(INTEGER_RANGES, _decode_integer),
}
