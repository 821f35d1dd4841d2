"""Parts of a task at the same time: order, the first logon on each host, and the number of connections."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.side_by_side import MOST_ON_A_HOST, Part, side_by_side

_PATIENCE_SECONDS = 10.0
Result = dict[str, Any]


def answering(result: Result) -> Callable[[Callable[[], None], Callable[[], bool]], Result]:
    def run(answered: Callable[[], None], _may_connect: Callable[[], bool]) -> Result:
        answered()
        return result

    return run


def test_parts_of_different_hosts_are_under_way_at_the_same_time() -> None:
    gate = threading.Barrier(3)

    def run(answered: Callable[[], None], _may_connect: Callable[[], bool]) -> Result:
        answered()
        return {"place": gate.wait(_PATIENCE_SECONDS)}

    found = side_by_side([Part("b", "one", run), Part("a", "two", run), Part("c", "one", run)])
    assert list(found) == ["b", "a", "c"]
    assert sorted(result["place"] for result in found.values()) == [0, 1, 2]


def test_a_host_that_does_not_accept_the_password_is_asked_once() -> None:
    asked: list[str] = []

    def run(name: str, result: Result) -> Part:
        def part(_answered: Callable[[], None], _may_connect: Callable[[], bool]) -> Result:
            asked.append(name)
            return result

        return Part(name, "one", part)

    refused = {"unreachable": True, "msg": "the password is wrong"}
    found = side_by_side([run("first", refused), run("second", {"msg": "never"}), Part("other", "two", answering({"ok": True}))])
    assert asked == ["first"]
    assert found == {"first": refused, "second": refused, "other": {"ok": True}}
    assert found["first"] is not found["second"]


def test_a_part_that_failed_by_itself_does_not_stop_the_others() -> None:
    failed = {"failed": True, "msg": "an option is wrong"}
    found = side_by_side([Part("a", "one", lambda _answered, _may: failed), Part("b", "one", answering({"ok": True}))])
    assert found == {"a": failed, "b": {"ok": True}}


def test_a_connection_that_is_lost_after_an_answer_is_not_that_of_the_others() -> None:
    def lost(answered: Callable[[], None], _may_connect: Callable[[], bool]) -> Result:
        answered()
        return {"unreachable": True}

    assert side_by_side([Part("a", "one", lost), Part("b", "one", answering({"ok": True}))])["b"] == {"ok": True}


def test_the_connections_to_a_host_are_limited() -> None:
    taken: list[bool] = []

    def run(answered: Callable[[], None], may_connect: Callable[[], bool]) -> Result:
        taken.extend(may_connect() for _ in range(MOST_ON_A_HOST))
        answered()
        return {}

    side_by_side([Part("a", "one", run)])
    assert taken == [True] * (MOST_ON_A_HOST - 1) + [False]
    # They are released at its end.
    taken.clear()
    side_by_side([Part("a", "one", run), Part("b", "two", run)])
    assert taken.count(True) == 2 * (MOST_ON_A_HOST - 1)


def test_an_exception_is_raised_when_all_have_ended() -> None:
    ended: list[str] = []

    def fail(_answered: Callable[[], None], _may_connect: Callable[[], bool]) -> Result:
        raise KeyError("a defect")

    def end(_answered: Callable[[], None], _may_connect: Callable[[], bool]) -> Result:
        ended.append("b")
        return {}

    with pytest.raises(KeyError, match="a defect"):
        side_by_side([Part("a", "one", fail), Part("b", "one", end)])
    assert ended == ["b"]


def test_context_variables_are_those_of_the_task() -> None:
    known = contextvars.ContextVar("known", default="nothing")
    known.set("the task")

    def run(answered: Callable[[], None], _may_connect: Callable[[], bool]) -> Result:
        answered()
        return {"known": known.get()}

    found = side_by_side([Part("a", "one", run), Part("b", "one", run)])
    assert found == {"a": {"known": "the task"}, "b": {"known": "the task"}}
