# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The forms in which a secret can appear in a text: quoted or escaped for different formats, or truncated."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from ansible.module_utils.common.parameters import remove_values

# How this collection ends a text that it truncates (``wsman/one_line.py``, ``shown.py``).
_CUT = re.compile(r"(?: \[)?\.\.\.")
# A shorter beginning may belong to any word and reveals almost nothing.
_LEAST = 4


def spellings(secrets: Iterable[str]) -> set[str]:
    """The secrets unchanged, and in the forms of Python, JSON, XML and a text that was joined to one line."""
    return {spelling for secret in secrets for spelling in _spellings(secret) if spelling}


def hidden(value: Any, secrets: Collection[str]) -> Any:
    """A result or a line with asterisks in place of the secrets, and of the beginning of one before a truncation.

    :param secrets: all their ``spellings``.
    """
    without = remove_values(value, secrets)
    begun = {begin for text in _texts(without) for begin in _begun(text, secrets)}
    return remove_values(without, begun) if begun else without


def _begun(text: str, secrets: Collection[str]) -> Iterator[str]:
    """The beginnings of secrets before a truncation, with the dots that follow them."""
    for cut in _CUT.finditer(text):
        for secret in secrets:
            for length in range(min(len(secret) - 1, cut.start()), _LEAST - 1, -1):
                if text.endswith(secret[:length], 0, cut.start()):
                    yield secret[:length] + cut[0]
                    break


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _spellings(secret: str) -> Iterator[str]:
    for text in (secret, " ".join(secret.split())):
        yield text
        # Without the quotes or brackets around it.
        yield repr(text)[1:-1]
        yield ascii(text)[1:-1]
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
        yield escape(text)
        yield html.escape(text)
