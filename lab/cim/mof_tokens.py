"""Tokens of Windows MOF text (DSP0004, annex A), each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


class MofError(ValueError):
    """MOF text that cannot be read; the message begins with ``file:line:``."""

    def __init__(self, source: str, line: int, problem: str) -> None:
        super().__init__(f"{source}:{line}: {problem}")
        self.source = source
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class Token:
    """``kind`` is name, string, char, number, pragma, alias, end or the punctuation mark itself."""

    kind: str
    text: str
    line: int
    value: str | int | float | None = None


_PATTERN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<char>'(?:[^'\\\n]|\\x[0-9A-Fa-f]{1,4}|\\.)')
      | (?P<real>[+-]?\d*\.\d+(?:[eE][+-]?\d+)?)
      | (?P<hex>[+-]?0[xX][0-9A-Fa-f]+)
      | (?P<binary>[+-]?[01]+[bB](?!\w))
      | (?P<integer>[+-]?\d+(?![\w.]))
      | (?P<pragma>\#pragma\b)
      | (?P<alias>\$[A-Za-z_]\w*)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<mark>[{}\[\](),;:=])""",
    re.VERBOSE | re.DOTALL,
)
_MOST_DIGITS = 400
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def tokens(text: str, source: str) -> Iterator[Token]:
    """The tokens of the text, the last of kind ``end``; MofError for a character that begins no token."""
    line, at = 1, 0
    while at < len(text):
        found = _PATTERN.match(text, at)
        if found is None or found.lastgroup is None:
            raise MofError(source, line, _unreadable(text, at))
        kind, word = found.lastgroup, found.group()
        if kind != "space":
            yield _token(kind, word, source, line)
        line += word.count("\n")
        at = found.end()
    yield Token("end", "end of the text", line)


def _unreadable(text: str, at: int) -> str:
    if text.startswith("/*", at):
        return "comment without an end"
    if text[at] == '"':
        return "string without an end on its line"
    return f"unexpected character {text[at]!r}"


def _token(kind: str, word: str, source: str, line: int) -> Token:
    if kind in {"real", "hex", "binary", "integer"} and len(word) > _MOST_DIGITS:
        raise MofError(source, line, f"a number of {len(word)} digits")
    match kind:
        case "string" | "char":
            content = _unescape(word[1:-1], source, line)
            return Token(kind, word, line, content if kind == "string" else ord(content))
        case "real":
            return Token("number", word, line, float(word))
        case "hex":
            return Token("number", word, line, int(word, 16))
        case "binary":
            return Token("number", word, line, int(word[:-1], 2))
        case "integer":
            # DSP0004: a leading zero means an octal number; Windows' MOF files never use one, so it is read as decimal
            return Token("number", word, line, int(word, 10))
        case "mark":
            return Token(word, word, line)
        case _:
            return Token(kind, word, line)


def _unescape(content: str, source: str, line: int) -> str:
    def plain(found: re.Match[str]) -> str:
        code, letter = found.groups()
        if code is not None:
            return chr(int(code, 16))
        if letter not in _ESCAPES:
            raise MofError(source, line, f"unknown escape \\{letter} in a string")
        return _ESCAPES[letter]

    return _ESCAPE.sub(plain, content)
