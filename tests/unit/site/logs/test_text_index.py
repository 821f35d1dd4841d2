"""Which of many texts are in a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.text_index import Entry, TextIndex

WORDS = st.lists(st.sampled_from(["fail", "failed", "to", "the", "a.b", "x", "-1", "Ünit", "State="]), min_size=1, max_size=6)
TEXTS = WORDS.map(" ".join)


def found(index: TextIndex[str], message: str) -> list[str]:
    return index.fitting(message, message.lower())


def test_values_come_in_the_order_of_the_entries_each_once() -> None:
    index = TextIndex(
        [Entry(("was moved to the", "moved"), None, "one"), Entry(("Moved To",), None, "two"), Entry(("x",), None, "x")]
    )
    assert found(index, "It WAS moved TO the outbox") == ["one", "two", "x"]
    assert found(index, "It was removed to there") == ["one", "two"]
    assert found(index, "nothing") == []


def test_an_expression_must_match_too() -> None:
    index = TextIndex([Entry(("is signed and trusted",), "Manifest", 1)])
    message = "File 'x.manifest.cab' is signed and trusted"
    assert index.fitting(message, message.lower()) == [1]
    assert index.fitting("File 'x.cab' is signed and trusted", "file 'x.cab' is signed and trusted") == []


@pytest.mark.parametrize("text", ["ailed to ca", "led", "-1", "failed: 0x8", " to "])
def test_a_fragment_is_found_inside_words(text: str) -> None:
    assert found(TextIndex([Entry((text,), None, "here")]), "It failed to call: failed: 0x80070005, -12") == ["here"]


@given(st.lists(TEXTS, min_size=1, max_size=5), TEXTS)
def test_the_same_as_searching_for_each_text(texts: list[str], message: str) -> None:
    index = TextIndex([Entry((text,), None, str(number)) for number, text in enumerate(texts)])
    assert found(index, message) == [str(number) for number, text in enumerate(texts) if text.lower() in message.lower()]
