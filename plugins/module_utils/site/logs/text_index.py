# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds which of many texts are in a message, in a time that hardly grows with their number.

A text is searched for only in messages that contain one of its words, or the beginning or end of one. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.bounded import keep

Value = TypeVar("Value")
_WORD = re.compile(r"[a-z0-9_]+", re.ASCII)


class Entry(NamedTuple, Generic[Value]):
    """Texts, one of which must be in a message, and an expression that must also match it; both in any case."""

    texts: Sequence[str]
    regex: str | None
    value: Value


# The beginning or end of a word by which a text is found, and the length from which a word is rare.
_PART = 4
_LONG = 10
_KEPT = 4096


class TextIndex(Generic[Value]):
    """The values of the entries that match a message."""

    def __init__(self, entries: Iterable[Entry[Value]]) -> None:
        self._entries = list(entries)
        texts = [(text.lower(), number) for number, entry in enumerate(self._entries) for text in entry.texts]
        used = Counter(word for text, _number in texts for word in set(_complete_words(text)))
        self._by_word: _Texts = {}
        # Texts without a complete word: by the beginning of a word, by the end of one, as a part of a long word, or always.
        self._by_beginning: _Texts = {}
        self._by_end: _Texts = {}
        self._in_long_words: list[tuple[str, int]] = []
        self._always: list[tuple[str, int]] = []
        self._long_words: dict[str, list[int]] = {}
        for text, number in texts:
            self._place(text, used).append((text, number))
        self._words = frozenset(self._by_word)
        self._beginnings, self._ends = frozenset(self._by_beginning), frozenset(self._by_end)

    def fitting(self, message: str, lower: str) -> list[Value]:
        """The values of the entries that match, in the order of the entries; ``lower`` is the message in lower case."""
        words = set(_WORD.findall(lower))
        candidates = list(self._always)
        for word in self._words.intersection(words):
            candidates += self._by_word[word]
        for beginning in self._beginnings.intersection([word[:_PART] for word in words]):
            candidates += self._by_beginning[beginning]
        for end in self._ends.intersection([word[-_PART:] for word in words]):
            candidates += self._by_end[end]
        found = {number for text, number in candidates if text in lower}
        for word in words:
            if len(word) >= _LONG:
                found.update(self._in_long_word(word))
        if not found:
            return []
        entries = (self._entries[number] for number in sorted(found))
        return [entry.value for entry in entries if entry.regex is None or _compiled(entry.regex).search(message)]

    def _in_long_word(self, word: str) -> list[int]:
        """The entries with a text that is a part of the word; most words of a log occur often."""
        known = self._long_words.get(word)
        if known is None:
            known = [number for text, number in self._in_long_words if text in word]
            keep(self._long_words, word, known, _KEPT)
        return known

    def _place(self, text: str, used: Mapping[str, int]) -> list[tuple[str, int]]:
        """The list in which a text is found with the least work."""
        complete = sorted(set(_complete_words(text)), key=lambda word: (used[word], -len(word), word))
        if complete:
            return self._by_word.setdefault(complete[0], [])
        words = list(_WORD.finditer(text))
        beginning = [match[0] for match in words if match.start() > 0 and len(match[0]) >= _PART]
        if beginning:
            return self._by_beginning.setdefault(max(beginning, key=len)[:_PART], [])
        end = [match[0] for match in words if match.end() < len(text) and len(match[0]) >= _PART]
        if end:
            return self._by_end.setdefault(max(end, key=len)[-_PART:], [])
        return self._in_long_words if _WORD.fullmatch(text) and len(text) >= _LONG else self._always


_Texts = dict[str, list[tuple[str, int]]]


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    # Not before it is needed: a log contains few of the texts, and compiling takes longer than reading.
    return re.compile(regex, re.IGNORECASE | re.DOTALL)


def _complete_words(text: str) -> list[str]:
    """The words of a text that cannot be a part of a longer word where the text is found."""
    return [match[0] for match in _WORD.finditer(text) if match.start() > 0 and match.end() < len(text)]
