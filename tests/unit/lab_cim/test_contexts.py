from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from lab.cim.contexts import Contexts, Row, TooManyContextsError, UnknownContextError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_context_works_once_for_its_user_and_resource() -> None:
    contexts = Contexts()
    context = contexts.open("CORP\\Alice", "uri/A", [Row.of(ET.Element("x"))])
    for user, uri in (("CORP\\bob", "uri/A"), ("CORP\\Alice", "uri/B")):
        with pytest.raises(UnknownContextError):
            contexts.take(context, user, uri)
    taken = contexts.take(context, "corp\\alice", "URI/a")
    assert [row.size for row in taken.rows] == [len(b"<x />")]
    with pytest.raises(UnknownContextError):
        contexts.take(context, "CORP\\Alice", "uri/A")
    assert contexts.renew(taken) != context


def test_idle_contexts_are_forgotten() -> None:
    clock = Clock()
    contexts = Contexts(clock, idle_seconds=60)
    context = contexts.open("a", "u", [])
    clock.now = 59
    context = contexts.renew(contexts.take(context, "a", "u"))
    clock.now = 118
    assert len(contexts) == 1
    clock.now = 120
    with pytest.raises(UnknownContextError):
        contexts.take(context, "a", "u")


def test_bounded_for_each_user() -> None:
    clock = Clock()
    contexts = Contexts(clock, max_per_user=2)
    contexts.open("a", "u", [])
    contexts.open("A", "u", [])
    contexts.open("b", "u", [])
    with pytest.raises(TooManyContextsError):
        contexts.open("a", "u", [])
    clock.now = 100
    contexts.open("a", "u", [])
