"""The classes of the lab and of the collection are those of the sourced table classes.yml, each compared on its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes as site_classes
from ansible_collections.configmgr.scp.plugins.module_utils.windows import classes as windows_classes
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, CimProperty, CimType
from lab.cim.model import INTEGER_RANGES, ClassDef, PropertyDef
from lab.cim.repository import Repository

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
MOF = sorted((ROOT / "lab").rglob("*.mof"))
PLAIN = {*INTEGER_RANGES, "boolean", "string", "datetime", "real32", "real64"}
METHOD = re.compile(r"(static )?(\w+) \((.*)\)")
PARAMETER = re.compile(r"(in|out) ((?:ref )?\w+(?:\[\])?) (\w+)")


@dataclass(frozen=True)
class Method:
    """A method: ``inputs`` and ``outputs`` are pairs of name and type, in their order."""

    returns: str
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    static: bool = False


@dataclass
class Shape:
    """What is compared of a class: the types of its properties by name, its keys, its methods by name."""

    properties: dict[str, str] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    methods: dict[str, Method] = field(default_factory=dict)


@cache
def document() -> dict[str, Any]:
    """The table as it is in the file."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "classes.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def table() -> dict[str, Shape]:
    """The classes of the table; a name that appears twice is an error."""
    shapes = {}
    for name, row in document()["classes"].items():
        shape = shapes[name] = Shape(keys=frozenset(row.get("keys", ())))
        for members in row["members"]:
            for type_, names in members.get("properties", {}).items():
                for prop in names:
                    assert prop not in shape.properties, f"{name}.{prop} appears twice"
                    shape.properties[prop] = type_
            for method, text in members.get("methods", {}).items():
                assert method not in shape.methods, f"{name}.{method} appears twice"
                shape.methods[method] = read_method(text)
    return shapes


def read_method(text: str) -> Method:
    """A method as the table writes it: ``static sint32 (in string SiteCode, out boolean IsEnabled)``."""
    matched = METHOD.fullmatch(text)
    assert matched, f"not a method: {text}"
    found: dict[str, list[tuple[str, str]]] = {"in": [], "out": []}
    for part in matched[3].split(", ") if matched[3] else ():
        parameter = PARAMETER.fullmatch(part)
        assert parameter, f"not a parameter: {part}"
        found[parameter[1]].append((parameter[3], parameter[2]))
    return Method(matched[2], tuple(found["in"]), tuple(found["out"]), bool(matched[1]))


def lab_classes() -> dict[str, ClassDef]:
    """Every class of the lab's MOF files, and the system classes, by name."""
    found: dict[str, ClassDef] = {}
    for folder in sorted({path.parent for path in MOF}):
        repository, namespace = Repository(), f"root/{folder.parent.name}"
        # site.mof first: it has the base class of the others.
        for path in sorted((path for path in MOF if path.parent == folder), key=lambda path: path.name != "site.mof"):
            repository.compile(path.read_text(encoding="ascii"), namespace, path.name)
        found.update({cls.name: cls for cls in repository.classes(namespace)})
    return found


LAB = lab_classes()
CONCRETE = {name: cls for name, cls in LAB.items() if not cls.qualifiers.get("abstract")}
COLLECTION = {
    cls.name: cls for module in (site_classes, windows_classes) for cls in vars(module).values() if isinstance(cls, CimClass)
}


def lab_type(prop: PropertyDef) -> str:
    base = f"ref {prop.class_name}" if prop.type == "ref" else prop.class_name or prop.type
    return f"{base}[]" if prop.array else base


def collection_type(prop: CimProperty) -> str:
    """The collection has no class of a reference."""
    base = prop.type.value if prop.embedded is None else prop.embedded.name
    assert prop.type is not CimType.OBJECT or prop.embedded, f"{prop.name} has no class"
    return f"{base}[]" if prop.array else base


def without_class(type_: str) -> str:
    """A type without the class of a reference."""
    return "ref" if type_.startswith("ref ") else type_


def lab_shape(cls: ClassDef) -> Shape:
    methods = {
        method.name: Method(
            method.returns,
            tuple((p.name, lab_type(p)) for p in method.inputs.values()),
            tuple((p.name, lab_type(p)) for p in method.outputs.values()),
            method.static,
        )
        for method in cls.methods.values()
    }
    return Shape({p.name: lab_type(p) for p in cls.properties.values()}, frozenset(cls.keys), methods)


@pytest.mark.parametrize("name", sorted(CONCRETE))
def test_the_lab_has_what_the_table_says(name: str) -> None:
    assert name in table(), f"{name} is not in classes.yml"
    found, right = lab_shape(CONCRETE[name]), table()[name]
    assert found.properties.items() <= right.properties.items(), differences(found.properties, right.properties)
    assert found.keys == right.keys
    assert found.methods.items() <= right.methods.items(), differences(found.methods, right.methods)


@pytest.mark.parametrize("name", sorted(COLLECTION))
def test_the_collection_has_what_the_table_says(name: str) -> None:
    assert name in table(), f"{name} is not in classes.yml"
    cls, right = COLLECTION[name], table()[name]
    properties = {p.name: collection_type(p) for p in cls.properties.values()}
    known = {prop: without_class(type_) for prop, type_ in right.properties.items()}
    assert properties.items() <= known.items(), differences(properties, known)
    # A class that is only queried needs no keys.
    assert not cls.keys or frozenset(cls.keys) == right.keys
    for method in cls.methods.values():
        assert method.name in right.methods, f"{name} has no method {method.name}"
        wanted = right.methods[method.name]
        assert tuple((p.name, collection_type(p)) for p in method.inputs.values()) == wanted.inputs, method.name
        outputs = (*wanted.outputs, ("ReturnValue", wanted.returns))
        assert tuple((p.name, collection_type(p)) for p in method.outputs.values()) == outputs, method.name


def differences(found: dict[str, Any], right: dict[str, Any]) -> str:
    """What is not in the table, or not as there."""
    return "; ".join(
        f"{name} is {value}, in classes.yml {right.get(name, 'missing')}"
        for name, value in found.items()
        if right.get(name) != value
    )


def test_an_abstract_class_of_the_lab_is_compared_in_those_below_it() -> None:
    for name in LAB.keys() - CONCRETE.keys():
        below = [cls for cls in CONCRETE.values() if cls.derives_from(name)]
        assert below or not (LAB[name].properties or LAB[name].methods), name


def test_the_table_has_no_row_that_nothing_uses() -> None:
    for name, shape in table().items():
        assert name in CONCRETE or name in COLLECTION, name
        used = [
            *(CONCRETE[name].properties if name in CONCRETE else ()),
            *(COLLECTION[name].properties if name in COLLECTION else ()),
        ]
        assert set(shape.properties) <= set(used), name
        called = [
            *(CONCRETE[name].methods if name in CONCRETE else ()),
            *(COLLECTION[name].methods if name in COLLECTION else ()),
        ]
        assert set(shape.methods) <= set(called), name


def test_each_row_has_a_source_and_a_mark_and_known_types() -> None:
    sources = document()["sources"]
    for name, row in document()["classes"].items():
        shape = table()[name]
        assert shape.keys <= set(shape.properties), name
        assert ("keys" in row) == (row.get("keys_mark") in ("D", "C", "I")), name
        for members in row["members"]:
            assert members.keys() <= {"source", "mark", "properties", "methods"}, name
            assert members["source"].partition(" ")[0] in sources, name
            assert members["mark"] in ("D", "C", "I"), name
        methods = shape.methods.values()
        types = [*shape.properties.values(), *(type_ for method in methods for _, type_ in (*method.inputs, *method.outputs))]
        for type_ in (*types, *(method.returns for method in methods)):
            base = type_.removesuffix("[]").removeprefix("ref ")
            assert base in PLAIN or base in table() or base in LAB, f"{name}: {type_}"


def test_no_other_file_of_the_collection_declares_a_class() -> None:
    declaring = {
        path.relative_to(PLUGINS).as_posix() for path in PLUGINS.rglob("*.py") if "cim_class(" in path.read_text("utf-8")
    }
    # cim.py takes names and types from the task.
    assert declaring == {
        "modules/cim.py",
        "module_utils/site/model/classes.py",
        "module_utils/windows/classes.py",
        "module_utils/wsman/schema.py",
    }
