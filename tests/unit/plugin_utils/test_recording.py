"""Requests and answers are kept only after a task asked for it."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportTimeout
from ansible_collections.configmgr.scp.plugins.plugin_utils.recording import Recorder


def test_nothing_is_kept_before_it_is_asked_for_and_then_of_every_connection() -> None:
    recorder = Recorder()
    first, second = recorder.through(bytes.upper), recorder.through(bytes.swapcase)
    assert first(b"a") == b"A"
    kept = recorder.keep()
    assert (first(b"b"), second(b"c")) == (b"B", b"C")
    assert kept == [(b"b", b"B"), (b"c", b"C")]


def test_an_answer_that_was_lost_is_not_kept() -> None:
    def lost(_envelope: bytes) -> bytes:
        raise TransportTimeout("no answer")

    recorder = Recorder()
    send, kept = recorder.through(lost), recorder.keep()
    with pytest.raises(TransportTimeout):
        send(b"a")
    assert kept == []
