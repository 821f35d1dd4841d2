"""Compact class declarations."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimType, cim_class, method

PART = cim_class("Part", Id="uint32")


def test_declaration() -> None:
    cls = cim_class(
        "Any",
        keys=("ID",),
        embedded=(PART,),
        Id="uint32",
        Parts="part[]",
        Owner="ref",
        name="string",
        methods={"Do": method({"In": "Part"}, {"Out": "string[]"}, embedded=(PART,), ReturnValue="uint32")},
    )
    assert cls.keys == ("Id",)
    parts = cls.property("PARTS")
    assert parts is not None
    assert (parts.name, parts.type, parts.array, parts.embedded) == ("Parts", CimType.OBJECT, True, PART)
    owner = cls.property("owner")
    assert owner is not None
    assert (owner.type, owner.array, owner.embedded) == (CimType.REFERENCE, False, None)
    assert cls.property("Other") is None
    assert cls.property("NAME") is not None
    do = cls.method("do")
    assert do is not None
    assert do.name == "Do"
    assert (list(do.inputs), list(do.outputs)) == (["In"], ["Out", "ReturnValue"])
    given = do.input("IN")
    assert given is not None
    assert given.embedded == PART
    assert do.output("in") is None
    assert cls.method("Undo") is None


@pytest.mark.parametrize(
    ("types", "words"),
    [
        ({"A": "uint33"}, "A has the unknown type 'uint33'; allowed, each also with"),
        ({"A": "Part[][]"}, "unknown type"),
        ({"A": ""}, "unknown type"),
        ({"a b": "string"}, "not a CIM name"),
        ({"A": "string", "a": "string"}, "declared twice"),
    ],
)
def test_wrong_declarations(types: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cim_class("Any", keys=(), embedded=(PART,), **types)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=words):
        method(types, embedded=(PART,))


def test_wrong_names() -> None:
    with pytest.raises(ValueError, match="not a CIM name"):
        cim_class("My Class")
    with pytest.raises(ValueError, match=r"key B is not one of its properties \(A\)"):
        cim_class("Any", keys=("B",), A="string")
    with pytest.raises(ValueError, match="not a CIM name"):
        cim_class("Any", methods={"Do it": method()})
