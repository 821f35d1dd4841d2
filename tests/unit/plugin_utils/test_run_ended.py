"""A task whose run no longer exists sends nothing more."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.run_ended import RunEnded, while_run_exists


def test_nothing_is_sent_once_the_parent_has_ended() -> None:
    parents, sent = iter([100, 100, 1, 1]), list[bytes]()

    def send(envelope: bytes) -> bytes:
        sent.append(envelope)
        return b"answer"

    guarded = while_run_exists(send, lambda: next(parents))
    assert guarded(b"one") == b"answer"
    for later in (b"two", b"three"):
        with pytest.raises(RunEnded, match="no further request"):
            guarded(later)
    assert sent == [b"one"]


def test_no_handler_of_errors_catches_it() -> None:
    assert not issubclass(RunEnded, Exception)
