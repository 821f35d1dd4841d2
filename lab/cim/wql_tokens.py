"""The tokens of WQL text ([MS-WMI] 2.2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.cim.errors import CimError, Wbem

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*")
          | (?P<number>[+-]?(?:0[xX][0-9A-Fa-f]{1,16} | \d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?)(?![\w.]))
          | (?P<object>\{(?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})
          | (?P<name>[A-Za-z_]\w*)
          | (?P<mark><>|!=|<=|>=|[=<>(),*]))""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """``kind`` is string, number, object (an object path in braces), name, mark or end."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """The lower-case name or the mark; empty for other tokens."""
        return self.text.lower() if self.kind in {"name", "mark"} else ""


def tokens(text: str) -> list[Token]:
    """Every token, the last of kind ``end``; CimError INVALID_QUERY for a character that begins no token."""
    found: list[Token] = []
    body, at = text.rstrip(), 0
    while at < len(body):
        match = _TOKEN.match(body, at)
        if match is None or match.lastgroup is None:
            raise CimError(Wbem.INVALID_QUERY, f"Invalid query: unreadable at {body[at : at + 20].strip()!r}")
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    found.append(Token("end", "end of the query"))
    return found


def unquoted(text: str) -> str:
    """The content of a string literal; a backslash is allowed only before a backslash or a quote."""

    def plain(found: re.Match[str]) -> str:
        if found[1] not in "\\\"'":
            raise CimError(Wbem.INVALID_QUERY, f"Invalid query: {found[0]} in a string; a backslash is written twice")
        return found[1]

    return re.sub(r"\\(.)", plain, text[1:-1], flags=re.DOTALL)
