from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from lab.winrm.names import ENUMERATION
from tests.unit.lab_cim.kit import Lab, enumerate_body, xml

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test"
DIALECT = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"


def names(rows: list[ET.Element]) -> list[str]:
    return [row.tag.rpartition("}")[2] for row in rows]


@pytest.mark.parametrize(
    ("wql", "expected"),
    [
        ("associators of {T_Thing.Name='one'}", ["T_Many"]),
        ("associators of {T_Thing='ONE'}", ["T_Many"]),
        ("associators of {T_Base.Name='one'}", ["T_Many"]),
        ("associators of {T_Many.ID=1}", ["T_Thing"]),
        ("associators of {T_Many.Id=2}", []),
        ("associators of {T_Thing='one'} where AssocClass=T_Link ResultClass=T_Many Role=Left ResultRole=Right", ["T_Many"]),
        ("associators of {T_Thing='one'} where Role=Right", []),
        ("associators of {T_Thing='one'} where ResultRole=Left", []),
        ("associators of {T_Thing='one'} where ResultClass=T_Two", []),
        ("associators of {T_Thing='one'} where AssocClass=T_Two", []),
        ("references of {T_Thing='one'}", ["T_Link"]),
        ("references of {T_Many=1} where ResultClass=T_Link Role=Right", ["T_Link"]),
        ("references of {T_Many=1} where Role=Left", []),
    ],
)
def test_wql(wql: str, expected: list[str]) -> None:
    assert names(Lab().query(wql)) == expected


@pytest.mark.parametrize(
    "wql",
    [
        "associators of {T_Two='CAS'}",
        "associators of {T_Two.Site='CAS'}",
        "associators of {T_Thing.Text='x'}",
        "associators of {?}",
    ],
)
def test_paths_need_every_key(wql: str) -> None:
    fault = Lab().refused("Enumerate", "*", enumerate_body(ET.fromstring(
        f'<w:Filter xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
        f'Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">{wql}</w:Filter>'
    )))  # fmt: skip
    assert fault.subcode == (ENUMERATION, "CannotProcessFilter")


def association(kind: str, rest: str = "", name: str = "T_Thing", key: str = "Name", value: str = "one") -> ET.Element:
    return xml(
        f'<w:Filter Dialect="{DIALECT}"><b:{kind}><b:Object><a:Address>x</a:Address><a:ReferenceParameters>'
        f"<w:ResourceURI>{WMI}/{name}</w:ResourceURI>"
        f'<w:SelectorSet><w:Selector Name="{key}">{value}</w:Selector></w:SelectorSet>'
        f"</a:ReferenceParameters></b:Object>{rest}</b:{kind}></w:Filter>"
    )


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (association("AssociatedInstances"), ["T_Many"]),
        (
            association(
                "AssociatedInstances",
                "<b:AssociationClassName>T_Link</b:AssociationClassName><b:ResultClassName>T_Many</b:ResultClassName>"
                "<b:Role>Left</b:Role><b:ResultRole>Right</b:ResultRole>",
            ),
            ["T_Many"],
        ),
        (association("AssociatedInstances", "<b:Role>Right</b:Role>"), []),
        (association("AssociationInstances", "<b:ResultClassName>T_Link</b:ResultClassName>"), ["T_Link"]),
        (association("AssociatedInstances", name="T_Many", key="id", value="1"), ["T_Thing"]),
    ],
)
def test_association_filter(element: ET.Element, expected: list[str]) -> None:
    assert names(Lab().walk("*", enumerate_body(element))[0]) == expected


@pytest.mark.parametrize(
    "element",
    [
        xml(f'<w:Filter Dialect="{DIALECT}"/>'),
        xml(f'<w:Filter Dialect="{DIALECT}"><b:Other/></w:Filter>'),
        xml(f'<w:Filter Dialect="{DIALECT}"><b:AssociatedInstances/></w:Filter>'),
        association("AssociationInstances", "<b:ResultRole>x</b:ResultRole>"),
        association("AssociatedInstances", "<b:Role>x</b:Role><b:Role>y</b:Role>"),
        association("AssociatedInstances", key="Gone"),
    ],
)
def test_malformed_association_filters(element: ET.Element) -> None:
    assert Lab().refused("Enumerate", "*", enumerate_body(element)).subcode[1] == "SchemaValidationError"
