"""Progress lines and their limit."""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.plugin_utils.progress import Progress, RateLimit


def test_the_first_line_comes_at_once_and_the_next_after_the_interval() -> None:
    now = [0.0]
    shown: list[str] = []
    progress = Progress(shown.append, "cas01", RateLimit(5, lambda: now[0]))
    for second in range(12):
        now[0] = float(second)
        progress(f"waiting, {second} s of 60 s")
    assert shown == ["[cas01] waiting, 0 s of 60 s", "[cas01] waiting, 5 s of 60 s", "[cas01] waiting, 10 s of 60 s"]


def test_a_refused_line_does_not_start_a_new_interval() -> None:
    now = [100.0]
    limit = RateLimit(5, lambda: now[0])
    assert limit.allows()
    now[0] = 104.9
    assert not limit.allows()
    now[0] = 105.0
    assert limit.allows()


def test_limits_are_separate() -> None:
    shown: list[str] = []
    Progress(shown.append, "a")("one")
    Progress(shown.append, "b")("two")
    assert shown == ["[a] one", "[b] two"]


def test_the_last_line_of_a_wait_is_never_dropped() -> None:
    shown: list[str] = []
    progress = Progress(shown.append, "cas01", RateLimit(5, lambda: 0.0))
    progress("half of it")
    progress("more of it")
    progress.always("all of it")
    assert shown == ["[cas01] half of it", "[cas01] all of it"]
