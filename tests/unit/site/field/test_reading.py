"""Readings that fail alone, and a connection that is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.reading import fault_of, read_all, versions_in
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable, Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    RequestInfo,
    TransportTimeout,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind


def raising(error: Exception) -> Callable[[], Any]:
    def read() -> Any:
        raise error

    return read


def test_a_reading_that_fails_does_not_stop_the_others() -> None:
    denied = CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Query"), reason="Access denied")
    found = read_all({"a": lambda: 1, "b": raising(denied), "c": raising(NotReadable("no clock")), "d": lambda: 2})
    assert (found["a"], found["d"], found["c"]) == (1, 2, Unread("no clock"))
    assert "Access denied" in found["b"].why


def test_a_host_that_cannot_be_reached_is_an_error_and_not_a_verdict() -> None:
    with pytest.raises(AuthenticationFailed):
        read_all({"a": raising(AuthenticationFailed("HTTP 401")), "b": lambda: 1})


def test_a_lost_connection_is_not_tried_for_every_reading() -> None:
    asked: list[str] = []

    def lost(name: str) -> Callable[[], Any]:
        def read() -> Any:
            asked.append(name)
            raise TransportTimeout("no answer")

        return read

    found = read_all({"first": lambda: 1, **{name: lost(name) for name in "abcd"}})
    assert asked == ["a", "b"]
    assert found["first"] == 1
    assert found["d"].why == "not read, because the connection was lost: no answer"


def test_one_lost_answer_is_a_reason_of_one_reading() -> None:
    found = read_all(
        {"a": lambda: 1, "b": raising(TransportTimeout("late")), "c": lambda: 3, "d": raising(TransportTimeout("x"))}
    )
    assert (found["b"], found["c"], found["d"]) == (Unread("late"), 3, Unread("x"))


def test_a_fault_as_data() -> None:
    more: dict[str, Any] = {"outer_code": 1, "hresult": 2, "provider_code": 3}
    fault = CimFault(FaultKind.NOT_FOUND, RequestInfo("Get"), **more, provider_text="text", provider="ExtnProv")
    found = fault_of(raising(fault))
    assert (found["outer_code"], found["code"], found["provider_code"]) == (1, 2, 3)
    assert (found["provider"], found["provider_text"]) == ("ExtnProv", "text")
    assert fault_of(lambda: None) == {"kind": ""}


def test_versions() -> None:
    readings = {"sites": [{"Version": "5.1"}, {"Version": "5.1"}], "winrm": {"ProductVersion": "OS: 10.0"}}
    assert versions_in(readings) == ["site 5.1", "WinRM OS: 10.0"]
    assert versions_in({"sites": Unread("x"), "winrm": Unread("x")}) == []
