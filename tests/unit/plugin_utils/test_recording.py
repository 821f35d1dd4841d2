"""Requests and answers are kept only after a task asked for it."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportTimeout
from ansible_collections.configmgr.scp.plugins.plugin_utils.recording import Recorder


def test_nothing_is_kept_before_it_is_asked_for() -> None:
    recorder = Recorder(lambda envelope: envelope.upper())
    assert recorder.send(b"a") == b"A"
    kept = recorder.keep()
    assert recorder.send(b"b") == b"B"
    assert kept == [(b"b", b"B")]


def test_an_answer_that_was_lost_is_not_kept() -> None:
    def lost(_envelope: bytes) -> bytes:
        raise TransportTimeout("no answer")

    recorder = Recorder(lost)
    kept = recorder.keep()
    with pytest.raises(TransportTimeout):
        recorder.send(b"a")
    assert kept == []
