r"""WMI object paths as text: ``\\server\root\cimv2:Class.Key="value",Other=1`` ([MS-WMI] 2.2.2)."""

from __future__ import annotations

import re

from lab.cim.model import Path, Value

_HEAD = re.compile(r"(?:(?:\\\\[^\\/:]+\\)?(?P<namespace>[A-Za-z_][\w\\/]*):)?(?P<class>[A-Za-z_]\w*)")
_KEY = re.compile(
    r"""(?:(?P<name>[A-Za-z_]\w*)\s*=\s*)?
        (?:"(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)' | (?P<number>-?\d{1,20}) | (?P<word>TRUE|FALSE))\s*""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


class PathError(ValueError):
    """Text that is not an object path."""


def parse_object_path(text: str, namespace: str) -> Path:
    r"""The path in this text; a path without a namespace is in ``namespace``.

    Keys are str, int or bool; the class decides their real types. A single key may be given without its name
    (``Win32_Service="WinRM"``): its name is then the empty string. ``=@`` marks a singleton. PathError for other text.
    """
    head = _HEAD.match(text.strip())
    if head is None:
        raise PathError(f'{text!r} is not an object path such as Win32_Service.Name="WinRM"')
    where = (head["namespace"] or namespace).replace("\\", "/")
    rest = text.strip()[head.end() :]
    if rest in {"", "=@"}:
        return Path(where, head["class"], ())
    if rest[0] not in ".=":
        raise PathError(f"{text!r}: expected '.' or '=' after the class name")
    return Path(where, head["class"], tuple(_keys(rest[1:], text, named=rest[0] == ".")))


def _keys(rest: str, text: str, *, named: bool) -> list[tuple[str, Value]]:
    keys: list[tuple[str, Value]] = []
    at = 0
    while True:
        found = _KEY.match(rest, at)
        if found is None or bool(found["name"]) != named:
            raise PathError(f"{text!r}: unreadable key at {rest[at : at + 20]!r}")
        keys.append((found["name"] or "", _key_value(found)))
        at = found.end()
        if at == len(rest):
            return keys
        if rest[at] != "," or not named:
            raise PathError(f"{text!r}: unexpected {rest[at]!r} after a key")
        at += 1


def _key_value(found: re.Match[str]) -> Value:
    quoted = found["double"] if found["double"] is not None else found["single"]
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
    if found["number"] is not None:
        return int(found["number"])
    return str(found["word"]).lower() == "true"
