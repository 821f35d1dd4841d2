from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.window import (
    BadWindow,
    refusal,
    window_from,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("option", "now", "offset", "open_"),
    [
        ({"start": "08:00", "end": "17:00"}, "2026-11-27T08:00+00:00", 0, True),
        ({"start": "08:00", "end": "17:00"}, "2026-11-27T17:00+00:00", 0, False),
        # Past midnight.
        ({"start": "22:00", "end": "04:00"}, "2026-11-27T23:00+00:00", 0, True),
        ({"start": "22:00", "end": "04:00"}, "2026-11-27T03:59+00:00", 0, True),
        ({"start": "22:00", "end": "04:00"}, "2026-11-27T04:00+00:00", 0, False),
        # The server's local time counts.
        ({"start": "22:00", "end": "04:00"}, "2026-11-27T21:30+00:00", 60, True),
        ({"start": "22:00", "end": "04:00"}, "2026-11-27T23:30+00:00", -300, False),
        # The day is that on which the window starts: 2026-11-28 is a Saturday.
        ({"start": "22:00", "end": "04:00", "days": ["saturday"]}, "2026-11-28T23:00+00:00", 0, True),
        ({"start": "22:00", "end": "04:00", "days": ["saturday"]}, "2026-11-29T01:00+00:00", 0, True),
        ({"start": "22:00", "end": "04:00", "days": ["saturday"]}, "2026-11-28T01:00+00:00", 0, False),
        ({"start": "2026-11-28T22:00:00+01:00", "end": "2026-11-29T04:00:00+01:00"}, "2026-11-28T21:00+00:00", 300, True),
        ({"start": "2026-11-28T22:00Z", "end": "2026-11-29T04:00Z"}, "2026-11-28T21:59+00:00", 300, False),
    ],
)
def test_when_an_installation_may_begin(option: dict[str, Any], now: str, offset: int, open_: bool) -> None:
    refused = refusal(window_from(option), at(now), offset)
    assert (refused is None) is open_, refused


def test_without_a_window_nothing_is_refused_and_without_a_clock_everything() -> None:
    assert refusal(window_from(None), None, None) is None
    daily = window_from({"start": "22:00", "end": "04:00"})
    assert "could not be read" in (refusal(daily, None, None) or "")
    assert "could not be read" in (refusal(daily, at("2026-11-27T23:00+00:00"), None) or "")


def test_the_message_names_window_and_clock() -> None:
    text = refusal(window_from({"start": "22:00", "end": "04:00", "days": ["sunday"]}), at("2026-11-27T12:00+00:00"), 60) or ""
    assert "22:00 to 04:00 from sunday, by the local time of the site server" in text
    assert "2026-11-27 13:00" in text


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"start": "10", "end": "12"}, "Give two times of day"),
        ({"start": "25:00", "end": "04:00"}, "Give two times of day"),
        # A time without a zone could be meant by any clock.
        ({"start": "2026-11-28T22:00", "end": "2026-11-29T04:00"}, "with date and zone"),
        ({"start": "22:00", "end": "2026-11-29T04:00Z"}, "Give two times of day"),
        ({"start": "22:00", "end": "22:00"}, "are the same"),
        ({"start": "2026-02-30T22:00Z", "end": "2026-11-29T04:00Z"}, "does not exist"),
        ({"start": "2026-11-29T04:00Z", "end": "2026-11-28T22:00Z"}, "is not after the start"),
        ({"start": "2026-11-28T22:00Z", "end": "2026-11-29T04:00Z", "days": ["sunday"]}, "only possible with times of day"),
    ],
)
def test_what_is_not_a_window(option: dict[str, Any], told: str) -> None:
    with pytest.raises(BadWindow, match=told):
        window_from(option)
