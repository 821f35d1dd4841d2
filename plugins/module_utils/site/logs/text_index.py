# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds which of many texts are in a message, in a time that hardly grows with their number.

A text is searched for only in messages that contain one of its words completely. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")
_WORD = re.compile(r"[a-z0-9_]+", re.ASCII)


class Entry(NamedTuple, Generic[Value]):
    """Texts (fragments, in any case), one of which must be in a message, and an expression that must also match it."""

    texts: Sequence[str]
    regex: re.Pattern[str] | None
    value: Value


class TextIndex(Generic[Value]):
    """The values of the entries that match a message."""

    def __init__(self, entries: Iterable[Entry[Value]]) -> None:
        self._entries = list(entries)
        texts = [(text.lower(), number) for number, entry in enumerate(self._entries) for text in entry.texts]
        used = Counter(word for text, _number in texts for word in set(_complete_words(text)))
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        # Texts without a complete word: they are searched for in every message.
        self._always: list[tuple[str, int]] = []
        for text, number in texts:
            words = sorted(set(_complete_words(text)), key=lambda word: (used[word], -len(word), word))
            (self._by_word.setdefault(words[0], []) if words else self._always).append((text, number))
        self._words = frozenset(self._by_word)

    def fitting(self, message: str, lower: str) -> list[Value]:
        """The values of the entries that match, in the order of the entries; ``lower`` is the message in lower case."""
        found = {number for text, number in self._always if text in lower}
        for word in self._words.intersection(_WORD.findall(lower)):
            found.update(number for text, number in self._by_word[word] if text in lower)
        if not found:
            return []
        entries = (self._entries[number] for number in sorted(found))
        return [entry.value for entry in entries if entry.regex is None or entry.regex.search(message)]


def _complete_words(text: str) -> list[str]:
    """The words of a text that cannot be a part of a longer word where the text is found."""
    return [match[0] for match in _WORD.finditer(text) if match.start() > 0 and match.end() < len(text)]
