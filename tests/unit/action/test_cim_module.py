"""The module cim over a session that only records its calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, CimType
from ansible_collections.configmgr.scp.plugins.modules import cim
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import read_arguments


class Notes:
    """Replaces CimSession."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def query_data(self, namespace: str, cls: CimClass, wql: str, *, users_query: bool) -> list[dict[str, Any]]:
        assert users_query
        self.calls.append(("query", namespace, cls, wql))
        row = {"Free": 5 if cls.property("Free") else "5", "When": datetime(2026, 1, 2, tzinfo=UTC)}
        return [CimInstance.new(namespace, CimClass(cls.name), row).as_data()]

    def enumerate_data(self, namespace: str, cls: CimClass) -> list[dict[str, Any]]:
        self.calls.append(("enumerate", namespace, cls))
        return []

    def get(self, namespace: str, cls: CimClass, keys: Any) -> CimInstance:
        self.calls.append(("get", namespace, cls, keys))
        return CimInstance.new(namespace, CimClass(cls.name), dict(keys))

    def invoke(self, namespace: str, cls: CimClass, method: str, inputs: Any, *, keys: Any) -> dict[str, Any]:
        self.calls.append(("invoke", namespace, cls, method, inputs, keys))
        return {"ReturnValue": 0, "When": datetime(2026, 1, 2, tzinfo=UTC)}


def run(session: Notes, args: dict[str, Any], check_mode: bool = False) -> dict[str, Any]:
    arguments = read_arguments(cim.SPEC, args)
    assert arguments.error is None
    return cim.run(Task(arguments.params, session, "h", check_mode, arguments.given))  # type: ignore[arg-type]


def test_a_query_gives_plain_rows() -> None:
    session = Notes()
    result = run(session, {"query": "SELECT Free FROM Win32_Volume", "types": {"Free": "uint64"}})
    assert result == {"changed": False, "instances": [{"Free": 5, "When": "2026-01-02T00:00:00Z"}]}
    [(_, namespace, cls, wql)] = session.calls
    assert (namespace, cls.name, wql) == ("root/cimv2", "Win32_Volume", "SELECT Free FROM Win32_Volume")
    assert cls.property("free").type is CimType.UINT64


@pytest.mark.parametrize(
    ("args", "name"),
    [
        ({"query": "select * from win32_service where Name = 'x from Y'"}, "Win32_Service"),
        ({"query": "SELECT * FROM SMS_Site"}, "SMS_Site"),
        ({"query": "ASSOCIATORS OF {Win32_Service.Name='x'}"}, "CIM_ManagedElement"),
        ({"query": "ASSOCIATORS OF {Win32_Service.Name='x'}", "class": "win32_service"}, "Win32_Service"),
        ({"query": "SELECT * FROM Unknown_Thing"}, "Unknown_Thing"),
    ],
)
def test_the_class_of_a_query_is_found_and_known(args: dict[str, Any], name: str) -> None:
    session = Notes()
    run(session, args)
    assert session.calls[0][2].name == name


def test_a_class_alone_is_enumerated_and_with_keys_read() -> None:
    session = Notes()
    assert run(session, {"class": "Win32_Service"}) == {"changed": False, "instances": []}
    assert run(session, {"class": "Win32_Service", "keys": {"Name": "WinRM"}})["instances"] == [{"Name": "WinRM"}]
    assert [call[0] for call in session.calls] == ["enumerate", "get"]
    # What the collection knows about the class is used.
    assert session.calls[0][2].property("ProcessId").type is CimType.UINT32


def test_a_method_is_called_and_changes_unless_said_otherwise() -> None:
    session = Notes()
    args = {"class": "Win32_Service", "keys": {"Name": "x"}, "method": "stopservice"}
    assert run(session, args) == {"changed": True, "output": {"ReturnValue": 0, "When": "2026-01-02T00:00:00Z"}}
    assert run(session, {**args, "changes": False})["changed"] is False
    assert session.calls[0][3:] == ("StopService", {}, {"Name": "x"})


def test_check_mode_calls_no_changing_method() -> None:
    session = Notes()
    args = {"class": "A", "method": "B"}
    assert run(session, args, check_mode=True) == {"changed": True}
    assert session.calls == []
    run(session, {**args, "changes": False}, check_mode=True)
    assert len(session.calls) == 1


def test_arguments_of_a_known_method_are_converted_to_its_types() -> None:
    session = Notes()
    arguments = {"hDefKey": "2147483650", "sSubKeyName": "5", "sValueName": "x"}
    run(session, {"class": "StdRegProv", "method": "GetStringValue", "arguments": arguments})
    assert session.calls[0][4] == {"hDefKey": 2147483650, "sSubKeyName": "5", "sValueName": "x"}


def test_arguments_of_an_unknown_method_have_the_types_given_or_those_they_look_like() -> None:
    session = Notes()
    arguments = {
        "When": "2026-01-02T00:00:00+01:00",
        "Count": "7",
        "On": True,
        "Names": ["a"],
        "Big": 2**63,
        "Half": 0.5,
        "None": [],
    }
    types = {"When": "datetime", "Count": "uint32", "Found": "string[]", "On": "boolean"}
    run(session, {"class": "A", "method": "B", "arguments": arguments, "types": types})
    _, _, cls, method, inputs, keys = session.calls[0]
    assert (method, keys) == ("B", None)
    assert inputs["When"] == datetime.fromisoformat("2026-01-02T00:00:00+01:00")
    assert inputs["Count"] == 7
    declared = cls.method("B")
    kinds = {name: (prop.type, prop.array) for name, prop in declared.inputs.items()}
    assert kinds == {
        "When": (CimType.DATETIME, False),
        "Count": (CimType.UINT32, False),
        "On": (CimType.BOOLEAN, False),
        "Names": (CimType.STRING, True),
        "Big": (CimType.UINT64, False),
        "Half": (CimType.REAL64, False),
        "None": (CimType.STRING, True),
    }
    assert set(declared.outputs) == {"Found", "ReturnValue"}


def test_embedded_instances_are_dictionaries_with_their_class() -> None:
    session = Notes()
    trustee = {"__CLASS": "Win32_Trustee", "Name": "Everyone", "SID": [1, 1]}
    arguments = {"Access": {"__CLASS": "Win32_SecurityDescriptor", "DACL": [{"__CLASS": "Win32_ACE", "Trustee": trustee}]}}
    run(session, {"class": "Win32_Share", "method": "Create", "arguments": arguments})
    access = session.calls[0][4]["Access"]
    assert access.class_name == "Win32_SecurityDescriptor"
    assert access["DACL"][0]["Trustee"]["Name"] == "Everyone"
    assert session.calls[0][2].method("Create").inputs["Access"].type is CimType.OBJECT


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"class": "A", "types": {"B": "word"}}, ("'word'", "uint32")),
        ({"class": "A b"}, ("A b",)),
        ({"class": "A", "namespace": "root/../x"}, ("namespace", "root/cimv2")),
        ({"class": "A", "method": "B/C"}, ("method", "B/C")),
        ({"class": "A", "keys": {"a b": 1}}, ("keys", "a b")),
        ({"class": "A", "keys": {}}, ("keys is empty", "omit keys")),
        ({"class": "A", "method": "B", "keys": {}}, ("keys is empty",)),
        ({"class": "A", "method": "M", "arguments": {"<x>": 1}}, ("arguments", "<x>")),
        ({"class": "A", "method": "M", "arguments": {"X": {"__CLASS": "a b"}}}, ("a b",)),
        ({"class": "A", "method": "M", "arguments": {"X": {"Name": "y"}}}, ("arguments.X", "__CLASS")),
        ({"class": "A", "method": "M", "arguments": {"X": "soon"}, "types": {"X": "datetime"}}, ("arguments.X", "ISO 8601")),
        ({"class": "A", "method": "M", "arguments": {"X": ["9", "-1"]}, "types": {"X": "uint8[]"}}, ("arguments.X[1]", "uint8")),
    ],
)
def test_what_cannot_be_sent_is_told(args: dict[str, Any], words: tuple[str, ...]) -> None:
    session = Notes()
    with pytest.raises(TaskFailure) as caught:
        run(session, args)
    assert [word for word in words if word not in caught.value.message] == []
    assert session.calls == []


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"keys": {"a": 1}},
        {"method": "x"},
        {"query": "q", "method": "x", "class": "c"},
        {"query": "q", "keys": {"a": 1}, "class": "c"},
    ],
)
def test_combinations_without_meaning_are_refused(args: dict[str, Any]) -> None:
    assert read_arguments(cim.SPEC, args).error is not None


@pytest.mark.parametrize("args", [{"class": None}, {"query": None, "class": None}, {"method": "M", "class": None}])
def test_a_null_is_nothing_to_ask_for(args: dict[str, Any]) -> None:
    error = read_arguments(cim.SPEC, args).error or ""
    assert "query, class" in error or "required by 'method': class" in error


def test_a_null_excludes_nothing() -> None:
    assert read_arguments(cim.SPEC, {"query": "SELECT * FROM A", "method": None, "keys": None}).error is None
