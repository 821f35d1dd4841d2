"""docs/troubleshooting.md quotes messages as the collection has them."""

from __future__ import annotations

import re
from pathlib import Path

from tests.tools import messages

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
QUOTES = re.findall(r"^- `([^`]+)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_each_quote_is_a_message_of_the_collection() -> None:
    """A message that was changed must be changed on the page too; a … stands for names, numbers or another sentence."""
    assert messages.missing(QUOTES, messages.of_collection(ROOT)) == []


def test_each_entry_is_a_quote_with_an_explanation() -> None:
    entries = re.findall(r"^- .*\n\n?.*", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(entries) == len(QUOTES)
    assert [entry for entry in entries if not re.fullmatch(r"- `[^`]+`\n\n  \S.*", entry)] == []
    assert len(set(QUOTES)) == len(QUOTES) > 50


def test_a_quote_has_enough_words_to_be_found_by() -> None:
    short = [quote for quote in QUOTES if len(re.sub(r"\W", "", quote)) < 10]
    assert short in ([], ["Cannot tell: …"])
