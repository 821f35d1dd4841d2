from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lab.cim.model import Path
from lab.cim.mof_tokens import MofError
from lab.cim.provider import Call
from lab.cim.repository import Repository
from lab.winrm.message import Caller

CALL = Call(Caller("x"), "root/t")
BASE = "class B { [key] string Name; uint32 N = 3; [lazy] string L[]; uint32 F([out] string O, string I); };"


def compiled(text: str) -> Repository:
    repository = Repository()
    repository.compile(text, "root/t", "f.mof")
    return repository


def test_inheritance_merges_properties_methods_and_qualifiers() -> None:
    repository = compiled(
        f'[association, dynamic] {BASE} class D : b {{ [Description("own")] string name; uint8 E; void G(); }};'
    )
    cls = repository.find_class("root/t", "d")
    assert [p.name for p in cls.properties.values()] == ["name", "N", "L", "E"]
    assert cls.keys == ("name",)
    assert cls.properties["L"].lazy
    assert list(cls.methods) == ["F", "G"]
    assert cls.qualifiers == {"association": True}
    assert cls.derives_from("B")


def test_parameters_without_in_or_out_are_inputs() -> None:
    method = compiled(BASE).find_class("root/t", "B").methods["f"]
    assert (list(method.inputs), list(method.outputs), method.returns, method.static) == (["I"], ["O"], "uint32", False)


def test_defaults_and_typed_values() -> None:
    repository = compiled(
        f"""{BASE} class V {{ [key] uint8 Id; datetime T = "20260131120000.000000+000"; real64 R; B ref X; B Inner; }};
        instance of B as $b {{ Name = "q"; }};
        instance of V {{ Id = 1; R = 2; X = $b; Inner = instance of B {{ Name = "i"; L = {{}}; }}; }};
        instance of V {{ Id = 2; X = "B.Name=\\"q\\""; }};"""
    )
    cls = repository.find_class("root/t", "V")
    first, second = repository.provider("root/t", cls).enumerate(CALL, cls)
    assert first["T"] == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert isinstance(first["R"], float)
    assert first["X"] == second["X"] == Path("root/t", "B", (("Name", "q"),))
    assert (first["Inner"]["Name"], first["Inner"]["N"], first["Inner"]["L"]) == ("i", 3, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class A : Gone {};", "f.mof:1: parent class Gone of A is not declared before it"),
        ("class A {};\nclass a {};", "f.mof:2: class a is already declared in root/t"),
        ("class A {\n Gone X; };", "f.mof:2: A.X: Gone is neither a CIM type nor a class declared before it"),
        (f"{BASE} class D : B {{ string N; }};", "f.mof:1: D.N overrides a property of another type, uint32"),
        ("class A { [key] string X[]; };", "f.mof:1: key X of A cannot be an array, an object or a real number"),
        ("class A { B F(); };", "f.mof:1: method A.F returns B; allowed: void or a CIM type"),
        ("class A { uint8 X = 256; };", "f.mof:1: X: 256 does not fit; allowed: uint8, a whole number from 0 to 255"),
        ("class A { uint8 X = TRUE; };", "f.mof:1: X: True does not fit; allowed: uint8, a whole number from 0 to 255"),
        ("class A { boolean X = 1; };", "f.mof:1: X: 1 does not fit; allowed: boolean"),
        ('class A { string X[] = "a"; };', "f.mof:1: X: 'a' does not fit; allowed: an array of string"),
        ('class A { string X = {"a"}; };', "f.mof:1: X: ['a'] does not fit; allowed: string"),
        ("class A { string X[] = {NULL}; };", "f.mof:1: X: None does not fit; allowed: string"),
        ('class A { datetime X = "today"; };', "f.mof:1: X: 'today' is not a DMTF date-time such as 20260131235900.000000+060"),
        ("instance of Gone {};", "f.mof:1: instance of Gone: no such class in root/t"),
        ("[abstract] class A {}; instance of A {};", "f.mof:1: A is abstract and cannot have instances"),
        (f'{BASE}\ninstance of B {{ Name = "x";\n Zip = 1; }};', "f.mof:3: class B has no property Zip"),
        (f"{BASE}\ninstance of B {{ N = 1; }};", "f.mof:2: key Name of B is null"),
        (
            f'{BASE}\ninstance of B {{ Name = "x"; }};\ninstance of B {{ Name = "X"; }};',
            "f.mof:3: an instance of B with this key exists already",
        ),
        ("class A { string X; }; instance of A {};", "f.mof:1: A has no key, so no instance of it can be kept"),
        (
            f"{BASE} class A {{ [key] B ref R; }}; instance of A {{ R = $gone; }};",
            "f.mof:1: alias $gone is not defined before its use",
        ),
        (
            f"{BASE} class A {{ B X; }};\ninstance of A {{ X = instance of A {{}}; }};",
            "f.mof:2: X: 'A' does not fit; allowed: an instance of B",
        ),
    ],
)
def test_errors_name_file_and_line(text: str, message: str) -> None:
    with pytest.raises(MofError) as caught:
        compiled(text)
    assert str(caught.value) == message
