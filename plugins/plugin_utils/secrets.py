# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ways in which a secret may stand in a text: whoever quotes one writes it in the manner of his own format."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape


def spellings(secrets: Iterable[str]) -> set[str]:
    """The secrets as they are, and as Python, JSON, XML and a text that was made one line write them."""
    return {spelling for secret in secrets for spelling in _spellings(secret) if spelling}


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
