"""The link: one connection is kept, replaced when broken or old; authentication methods are tried in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    TransportError,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.link import IDLE_LIMIT_SECONDS, Channel, Link
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

Events = list[str]


class ScriptedChannel:
    """Records its calls; raises the next exception of the script, otherwise answers."""

    def __init__(self, name: str, events: Events, script: list[BaseException | None]) -> None:
        self.name, self.events, self.script = name, events, script
        self.logged_on = False

    def open(self) -> None:
        self.events.append(f"open {self.name}")

    def send(self, envelope: bytes) -> bytes:
        self.events.append(f"send {self.name}")
        error = self.script.pop(0) if self.script else None
        if error is not None:
            raise error
        return b"answer to " + envelope

    def close(self) -> None:
        self.events.append(f"close {self.name}")


def make(events: Events, script: list[BaseException | None], name: str = "ntlm") -> Callable[[], Channel]:
    return lambda: ScriptedChannel(name, events, script)


def test_one_connection_serves_many_requests() -> None:
    events: Events = []
    link = Link([make(events, [])])
    assert events == []
    assert [link.send(b"1"), link.send(b"2")] == [b"answer to 1", b"answer to 2"]
    assert link.answers == 2
    link.close()
    link.close()
    assert events == ["open ntlm", "send ntlm", "send ntlm", "close ntlm"]


@pytest.mark.parametrize(
    "error", [Unreachable("x", after_send=True), TransportTimeout("x"), TransportError("x"), KeyboardInterrupt()]
)
def test_an_error_gives_the_connection_up_and_nothing_is_sent_again(error: BaseException) -> None:
    events: Events = []
    link = Link([make(events, [None, error])])
    link.send(b"1")
    with pytest.raises(type(error)):
        link.send(b"2")
    assert events == ["open ntlm", "send ntlm", "send ntlm", "close ntlm"]
    assert link.send(b"3") == b"answer to 3"
    assert events[4:] == ["open ntlm", "send ntlm"]


def test_an_old_connection_is_replaced_before_it_is_used() -> None:
    events: Events = []
    now = [0.0]
    link = Link([make(events, [])], monotonic=lambda: now[0])
    link.send(b"1")
    now[0] += IDLE_LIMIT_SECONDS
    link.send(b"2")
    now[0] += IDLE_LIMIT_SECONDS + 1
    link.send(b"3")
    assert events == ["open ntlm", "send ntlm", "send ntlm", "close ntlm", "open ntlm", "send ntlm"]


def test_the_next_way_is_tried_when_one_is_rejected_and_kept_when_it_works() -> None:
    events: Events = []
    link = Link(
        [
            make(events, [SettingsError("no library")], "kerberos"),
            make(events, [AuthenticationFailed("no")], "basic"),
            make(events, [None, Unreachable("gone", after_send=True)], "ntlm"),
        ]
    )
    assert link.send(b"1") == b"answer to 1"
    assert [event for event in events if event.startswith("send")] == ["send kerberos", "send basic", "send ntlm"]
    with pytest.raises(Unreachable):
        link.send(b"2")
    events.clear()
    link.send(b"3")
    assert events == ["open ntlm", "send ntlm"]


def test_a_rejection_later_on_is_not_another_way() -> None:
    events: Events = []
    link = Link([make(events, [None, AuthenticationFailed("no")]), make(events, [], "basic")])
    link.send(b"1")
    with pytest.raises(AuthenticationFailed):
        link.send(b"2")
    assert "send basic" not in events


def test_other_errors_do_not_lead_to_the_next_way() -> None:
    events: Events = []
    link = Link([make(events, [Unreachable("dead")]), make(events, [], "basic")])
    with pytest.raises(Unreachable):
        link.send(b"1")
    assert "open basic" not in events


@pytest.mark.parametrize("error", [AuthenticationFailed("no"), SettingsError("no")])
def test_the_one_reason_is_told_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as told:
        Link([make([], [error])]).send(b"1")
    assert told.value is error


def test_all_reasons_are_told_when_no_way_works() -> None:
    rejected = Link([make([], [AuthenticationFailed("ntlm: no")]), make([], [SettingsError("kerberos: no library")])])
    with pytest.raises(AuthenticationFailed, match="ntlm: no; kerberos: no library"):
        rejected.send(b"1")
    unusable = Link([make([], [SettingsError("a")]), make([], [SettingsError("b")])])
    with pytest.raises(SettingsError, match="a; b"):
        unusable.send(b"1")


def test_a_further_link_uses_the_way_that_has_worked_and_connects_before_its_first_request() -> None:
    events: Events = []
    link = Link([make(events, [AuthenticationFailed("no")], "kerberos"), make(events, [])])
    link.send(b"1")
    events.clear()
    other = link.another()
    other.connect()
    other.connect()
    assert events == ["open ntlm"]
    assert other.send(b"2") == b"answer to 2"
    assert (events, other.answers, link.answers) == (["open ntlm", "send ntlm"], 1, 1)


def test_a_logon_before_the_first_request_is_reported() -> None:
    events: Events = []

    def channel(logged_on: bool) -> Channel:
        made = ScriptedChannel("ntlm", events, [])
        made.logged_on = logged_on
        return made

    for logged_on, expected in ((True, ["open ntlm", "logged on", "send ntlm"]), (False, ["open ntlm", "send ntlm"])):
        events.clear()
        link = Link([lambda logged_on=logged_on: channel(logged_on)])  # type: ignore[misc]
        link.logged_on = lambda: events.append("logged on")
        link.send(b"1")
        assert events == expected
