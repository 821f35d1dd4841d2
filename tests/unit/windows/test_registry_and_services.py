from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.windows.services import (
    ServiceError,
    ServiceMissing,
    Services,
    ServicesHidden,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession


class Answering:
    """A session that gives one answer to every method, and records the calls."""

    def __init__(self, **output: Any) -> None:
        self.output = output
        self.asked: list[tuple[str, str, dict[str, Any], Any]] = []

    def invoke(
        self, namespace: str, cls: CimClass, method: str, inputs: Mapping[str, Any], *, keys: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        self.asked.append((namespace, method, dict(inputs), keys))
        return self.output


def registry(**output: Any) -> tuple[Registry, Answering]:
    session = Answering(**output)
    return Registry(cast(CimSession, session)), session


def test_a_string_value_is_one_request_with_the_local_machine_hive() -> None:
    reader, session = registry(ReturnValue=0, sValue="Running")
    assert reader.get_string(r"SOFTWARE\X", "Current State") == "Running"
    inputs = {"hDefKey": 2147483650, "sSubKeyName": r"SOFTWARE\X", "sValueName": "Current State"}
    assert session.asked == [("root/cimv2", "GetStringValue", inputs, None)]


def test_a_missing_value_is_none_and_an_empty_answer_is_success() -> None:
    assert registry(ReturnValue=1, sValue=None)[0].get_string("K", "V") is None
    registry()[0].set_string("K", "V", "x")


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        (2, KeyMissing, r"HKLM\\K does not exist"),
        (5, RegistryError, "has no access"),
        (0x80041005, RegistryError, r"HKLM\\K\\V does not have the expected type"),
        (87, RegistryError, "code 87"),
    ],
)
def test_codes_of_the_registry_provider(code: int, error: type[RegistryError], words: str) -> None:
    with pytest.raises(error, match=words):
        registry(ReturnValue=code)[0].get_string("K", "V")


@pytest.mark.parametrize("code", [0, 5, 10])
def test_a_service_that_is_there_already_is_no_error(code: int) -> None:
    session = Answering(ReturnValue=code)
    Services(cast(CimSession, session)).request("SMS_EXECUTIVE", "StartService")
    assert session.asked == [("root/cimv2", "StartService", {}, {"Name": "SMS_EXECUTIVE"})]


def test_a_refused_service_request_says_why() -> None:
    with pytest.raises(ServiceError, match="it is disabled"):
        Services(cast(CimSession, Answering(ReturnValue=14))).request("X", "StartService")
    with pytest.raises(ServiceError, match="code 99"):
        Services(cast(CimSession, Answering(ReturnValue=99))).request("X", "StartService")


class Listing(Answering):
    """A server with these services."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names
        self.queries: list[str] = []

    def query(self, namespace: str, cls: CimClass, query: str) -> list[dict[str, str]]:
        self.queries.append(query)
        return [{"Name": name, "State": "Running"} for name in self.names if f"'{name}'" in query]


def test_a_service_that_does_not_exist() -> None:
    listing = Listing("WinRM", "X")
    assert Services(cast(CimSession, listing)).state("X") == "Running"
    assert listing.queries == ["SELECT State, Name FROM Win32_Service WHERE (Name = 'X' OR Name = 'WinRM')"]
    with pytest.raises(ServiceMissing, match="no Windows service X"):
        Services(cast(CimSession, Listing("WinRM"))).state("X")


def test_who_does_not_even_see_winrm_is_told_nothing_of_other_services() -> None:
    with pytest.raises(ServicesHidden, match="may not list the services of the server, not even WinRM"):
        Services(cast(CimSession, Listing())).state("X")
