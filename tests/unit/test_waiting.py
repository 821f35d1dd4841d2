from __future__ import annotations

import itertools

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.waiting import pauses, wait_until
from tests.unit.site.support import task


def test_pauses_grow_and_stay_bounded() -> None:
    first = list(itertools.islice(pauses(), 20))
    assert first == sorted(first)
    assert first[0] == 1.0
    assert first[-1] == 15.0


def test_the_first_look_needs_no_wait() -> None:
    made, clock = task()
    assert wait_until(made, lambda: "there", "it", 0) == "there"
    assert clock.slept == []


def test_the_limit_is_kept_and_the_last_look_is_at_the_limit() -> None:
    made, clock = task()
    looks: list[float] = []

    def look() -> None:
        looks.append(clock.now)

    assert wait_until(made, look, "it", 20) is None
    assert clock.now == pytest.approx(20)
    assert looks[-1] == pytest.approx(20)
