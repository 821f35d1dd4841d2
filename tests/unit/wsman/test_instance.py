"""Instances and references as values."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, cim_class
from tests.unit.wsman.wire import EMBEDDED, SYSRESUSE

NS = "root/sms/site_CAS"
ANY = cim_class(
    "Any", embedded=(EMBEDDED,), Text="string", Number="uint8", Real="real32", Flag="boolean", When="datetime", Owner="ref",
    Texts="string[]", Part="SMS_EmbeddedProperty", Parts="SMS_EmbeddedProperty[]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Number", 256, r"Any.Number takes uint8 \(0 to 255\), not a number outside that range"),
        ("Number", True, "takes uint8 .* not true or false"),
        ("Number", "1", "not text"),
        ("Number", 1.0, "not a fraction"),
        ("Flag", 1, "takes true or false, not an integer"),
        ("Text", 1, "takes text, not an integer"),
        ("Text", "a\x00b", r"Any.Text has the character U\+0000 at position 2"),
        ("Text", "\ud800", r"U\+D800"),
        ("Texts", "abc", "Any.Texts takes a list of string, not text"),
        ("Texts", ["a", None], r"Any.Texts\[1\] takes text, not null"),
        ("Real", 1e300, "fits real32"),
        ("Real", 10**400, "fits real32"),
        ("Real", "1", r"a number \(real32\), not text"),
        ("When", datetime(2026, 1, 1), "time zone; this one has none"),
        ("When", "2026-01-01", "takes a date"),
        ("When", timedelta(seconds=-1), "not negative"),
        ("Owner", "x", "takes a reference"),
        ("Part", "x", "takes embedded instances of SMS_EmbeddedProperty, not text"),
        ("Parts", [{"Values": 1}], "SMS_EmbeddedProperty has no property Values; known are ItemType"),
        ("Parts", [{"Value": -1}], r"SMS_EmbeddedProperty.Value takes uint32"),
        ("Nothing", 1, "class Any has no property Nothing; known are Text, Number"),
    ],
)
def test_wish_that_does_not_fit(name: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CimInstance.new(NS, ANY, {name: value})


def test_names_compare_without_case() -> None:
    instance = CimInstance.new("root\\sms\\site_CAS\\", ANY, {"TEXT": "a"})
    assert instance.namespace == NS
    assert instance.names() == ("Text",)
    assert list(instance) == ["Text"]
    assert "text" in instance
    assert "Number" not in instance
    assert instance["tExT"] == "a"
    assert instance["Number"] is None
    assert instance.get("Number", 5) == 5
    assert instance.with_values({"text": None}).get("Text", "default") is None
    with pytest.raises(KeyError, match="Any has no property Other"):
        instance["Other"]


def test_with_values_leaves_the_old_one_alone() -> None:
    old = CimInstance.new(NS, ANY, {"Texts": ["a"]})
    new = old.with_values({"Texts": ["b"]})
    assert (old["Texts"], new["Texts"]) == (["a"], ["b"])
    new["Texts"].append("c")
    assert new["Texts"] == ["b"]
    with pytest.raises(AttributeError):
        old.class_name = "Other"  # type: ignore[misc]


def test_equality_is_by_value() -> None:
    left = CimInstance.new(NS, ANY, {"Text": "a", "Number": None, "Texts": []})
    assert left == CimInstance.new(NS.upper(), ANY, {"text": "a"})
    assert left != CimInstance.new(NS, ANY, {"text": "A"})
    assert left != CimInstance.new("root/x", ANY, {"text": "a"})
    assert left != "a"
    with pytest.raises(TypeError):
        hash(left)


def test_repr_shows_no_values() -> None:
    assert repr(CimInstance.new(NS, ANY, {"Text": "s3cret"})) == f"<CimInstance of Any in {NS}: Text>"


def test_as_data_is_json() -> None:
    owner = CimPath("root/x", "Box", {"Id": 1, "Lid": CimPath("root/x", "Lid")})
    instance = CimInstance.new(
        NS,
        ANY,
        {
            "Part": {"Value": 1},
            "When": datetime(2026, 1, 1, tzinfo=UTC),
            "Owner": owner,
            "Real": float("nan"),
            "Texts": ["a"],
        },
    ).with_values({"Parts": [CimInstance.new(NS, EMBEDDED, {"Value1": "x"})]})
    data = instance.as_data()
    assert data == {
        "Part": {"Value": 1},
        "When": "2026-01-01T00:00:00Z",
        "Owner": {
            "namespace": "root/x",
            "class": "Box",
            "keys": {"Id": 1, "Lid": {"namespace": "root/x", "class": "Lid", "keys": {}}},
        },
        "Real": "NaN",
        "Texts": ["a"],
        "Parts": [{"Value1": "x"}],
    }
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert instance.with_values({"When": timedelta(minutes=1)}).as_data()["When"] == 60.0


def test_untyped_class_takes_plain_values() -> None:
    instance = CimInstance.new(NS, CimClass("Unknown"), {"A": 1, "B": ["x", True]})
    assert instance.as_data() == {"A": 1, "B": ["x", True]}
    for value in ({"a": 1}, [None], object(), "\x01"):
        with pytest.raises(ValueError, match=r"Unknown\.A"):
            CimInstance.new(NS, CimClass("Unknown"), {"A": value})  # type: ignore[dict-item]


def test_keys() -> None:
    role = CimInstance.new(NS, SYSRESUSE, {"FileType": 2, "ItemName": "n", "ItemType": "t", "SiteCode": ""})
    assert role.key_values() == {"FileType": 2, "ItemName": "n", "ItemType": "t", "SiteCode": ""}
    assert role.changed_keys() == ()


def test_keys_are_those_that_were_read() -> None:
    role = CimInstance.new(NS, SYSRESUSE, {"FileType": 2, "ItemName": "n", "ItemType": "t"})
    with pytest.raises(ValueError, match=r"has no value for its key SiteCode, so it cannot be addressed$"):
        role.key_values()
    with pytest.raises(ValueError, match="keys of class Unknown are not declared"):
        CimInstance.new(NS, CimClass("Unknown"), {}).key_values()


def test_nothing_else_is_equal_to_an_instance_or_a_path() -> None:
    role = CimInstance.new(NS, SYSRESUSE, {"FileType": 2})
    assert role != {"FileType": 2}
    assert role.__eq__(2) is NotImplemented
    assert CimPath("root", "A", {"X": 1}) != {"X": 1}


def test_paths_compare_as_wmi_does() -> None:
    path = CimPath("root\\cimv2", "A", {"X": 1, "Y": "b"})
    assert path == CimPath("ROOT/CIMV2", "a", {"y": "B", "x": "1"})
    assert hash(path) == hash(CimPath("ROOT/CIMV2", "a", {"y": "B", "x": "1"}))
    assert path != CimPath("root/cimv2", "A", {"X": 2, "Y": "b"})
    assert path != CimPath("root/cimv2", "A", {"X": 1})
