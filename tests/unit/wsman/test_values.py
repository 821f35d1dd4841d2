"""Values from elements and back, with all known peculiarities of Windows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_xml
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.values import decode_instance, encode_instance

XSI = "http://www.w3.org/2001/XMLSchema-instance"
URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Any"
PART = cim_class("Part", Id="uint32", Tags="string[]")
ANY = cim_class(
    "Any",
    embedded=(PART,),
    Text="string",
    Texts="string[]",
    Flag="boolean",
    Byte="uint8",
    Bytes="uint8[]",
    Small="sint8",
    Char="char16",
    Big="uint64",
    Low="sint64",
    Short="real32",
    Real="real64",
    When="datetime",
    Whens="datetime[]",
    Owner="ref",
    Part="Part",
    Parts="Part[]",
    Loose="object",
)
NIL = 'xsi:nil="true"'


def decoded(properties: str) -> CimInstance:
    text = (
        f'<p:Any xmlns:p="{URI}" xmlns:xsi="{XSI}" xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common"'
        ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
        f' xmlns:q="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Part">{properties}</p:Any>'
    )
    return decode_instance(parse_xml(text.encode()), "root/x", ANY)


REFERENCE = (
    "<a:Address>anything</a:Address><a:ReferenceParameters><w:ResourceURI>HTTP://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Box"
    "</w:ResourceURI><w:SelectorSet><w:Selector Name='Id'>7</w:Selector><w:Selector Name='Empty'></w:Selector></w:SelectorSet>"
    "</a:ReferenceParameters>"
)
BOX = CimPath("root/x", "Box", {"Id": "7", "Empty": ""})


@pytest.mark.parametrize(
    ("xml", "name", "expected"),
    [
        ("<p:Text>a b</p:Text>", "Text", "a b"),
        ("<p:Text>  </p:Text>", "Text", "  "),
        ("<p:Text/>", "Text", ""),
        (f"<p:Text {NIL}/>", "Text", None),
        ('<p:Text xsi:nil="false">x</p:Text>', "Text", "x"),
        ("<p:Text>a&lt;b&amp;c&#13;&#10;</p:Text>", "Text", "a<b&c\r\n"),
        ("<p:Text><![CDATA[<x>]]>y</p:Text>", "Text", "<x>y"),
        ("<p:TEXT>case</p:TEXT>", "tExt", "case"),
        ("<p:Texts>one</p:Texts>", "Texts", ["one"]),
        ("<p:Texts>one</p:Texts><p:Flag>true</p:Flag><p:Texts/>", "Texts", ["one", ""]),
        (f"<p:Texts {NIL}/>", "Texts", None),
        ("", "Texts", None),
        ("<p:Flag>TRUE</p:Flag>", "Flag", True),
        ("<p:Flag>0</p:Flag>", "Flag", False),
        ("<p:Byte> 255 </p:Byte>", "Byte", 255),
        ('<p:Byte xsi:type="cim:cimUnsignedByte">7</p:Byte>', "Byte", 7),
        ("<p:Bytes>1</p:Bytes><p:Bytes>0</p:Bytes>", "Bytes", [1, 0]),
        ("<p:Small>-128</p:Small>", "Small", -128),
        ("<p:Char>65</p:Char>", "Char", 65),
        ("<p:Big>18446744073709551615</p:Big>", "Big", 2**64 - 1),
        ("<p:Low>-9223372036854775808</p:Low>", "Low", -(2**63)),
        ("<p:Real>1.5E-3</p:Real>", "Real", 0.0015),
        ("<p:Real>-INF</p:Real>", "Real", float("-inf")),
        ("<p:When><cim:Datetime>2026-01-31T08:00:00Z</cim:Datetime></p:When>", "When", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("<When><Datetime>2026-01-31T08:00:00+01:00</Datetime></When>", "When", datetime(2026, 1, 31, 7, tzinfo=UTC)),
        ("<p:When>20260131080000.500000+***</p:When>", "When", datetime(2026, 1, 31, 8, 0, 0, 500000, tzinfo=UTC)),
        ("<p:When><cim:Interval>P0DT0H1M40S</cim:Interval></p:When>", "When", timedelta(seconds=100)),
        (f"<p:When {NIL}/>", "When", None),
        (f"<p:Owner>{REFERENCE}</p:Owner>", "Owner", BOX),
        (f"<p:Owner><a:EndpointReference>{REFERENCE}</a:EndpointReference></p:Owner>", "Owner", BOX),
        (f"<p:Parts {NIL}/>", "Parts", None),
        ("<p:New>text</p:New>", "New", "text"),
        ("<p:New>1</p:New><p:New>2</p:New>", "New", ["1", "2"]),
        (f"<p:New {NIL}/>", "New", None),
        ("<p:New><cim:Datetime>2026-01-31T08:00:00Z</cim:Datetime></p:New>", "New", "2026-01-31T08:00:00Z"),
        (f"<p:New>{REFERENCE}</p:New>", "New", BOX),
    ],
)
def test_decode(xml: str, name: str, expected: Any) -> None:
    value = decoded(xml)[name]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("xml", "name", "words"),
    [
        ("<p:Byte>256</p:Byte>", "Byte", r"value of Any.Byte is not a value of uint8 \(0 to 255\)"),
        ("<p:Byte></p:Byte>", "Byte", "not a value of uint8"),
        ("<p:Byte>-1</p:Byte>", "Byte", "not a value of uint8"),
        ("<p:Byte>1</p:Byte><p:Byte>2</p:Byte>", "Byte", "came more than once"),
        ("<p:Byte>0x10</p:Byte>", "Byte", "not a value of uint8"),
        ("<p:Byte>1_0</p:Byte>", "Byte", "not a value of uint8"),
        ("<p:Byte>٣</p:Byte>", "Byte", "not a value of uint8"),
        ("<p:Flag>yes</p:Flag>", "Flag", "neither true nor false"),
        ("<p:Real>nan(1)</p:Real>", "Real", "not a value of real64"),
        ("<p:Text><p:Inner/></p:Text>", "Text", "contains elements although string is declared"),
        ("<p:When>yesterday</p:When>", "When", "not a date or interval"),
        ("<p:When><cim:Datetime>2026-02-30T00:00:00Z</cim:Datetime></p:When>", "When", "does not exist"),
        ("<p:Owner>text</p:Owner>", "Owner", "not a reference"),
        ("<p:Part>text</p:Part>", "Part", "plain text although an embedded instance"),
    ],
)
def test_value_of_the_wrong_type_is_an_error_only_for_who_asks(xml: str, name: str, words: str) -> None:
    instance = decoded(xml + "<p:Char>66</p:Char>")
    assert instance["Char"] == 66
    assert name in instance
    with pytest.raises(AnswerError, match=words):
        instance[name]
    with pytest.raises(AnswerError, match=words):
        instance.as_data()


def test_embedded_instances() -> None:
    instance = decoded(
        '<p:Part xsi:type="q:Part_Type"><q:Id>1</q:Id><q:Tags>t</q:Tags></p:Part>'
        '<p:Parts xsi:type="q:Derived_Type"><q:Id>2</q:Id></p:Parts>'
        '<p:Parts xsi:type="q:Part_Type"/>'
        '<p:Loose xsi:type="q:Part_Type"><q:Id>3</q:Id></p:Loose>'
        '<p:New xsi:type="q:Part_Type"><q:Id>4</q:Id></p:New>'
        "<p:Newer><q:Id>5</q:Id></p:Newer>"
    )
    assert instance["Part"] == CimInstance.new("root/x", PART, {"Id": 1, "Tags": ["t"]})
    assert [(part.class_name, part["Id"]) for part in instance["Parts"]] == [("Derived", 2), ("Part", None)]
    assert (instance["Loose"].class_name, instance["Loose"]["Id"]) == ("Part", "3")
    assert (instance["New"].class_name, instance["New"]["Id"]) == ("Part", "4")
    assert (instance["Newer"].class_name, instance["Newer"]["Id"]) == ("Part", "5")


def test_embedded_type_resolves_in_its_own_scope() -> None:
    inner = 'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/ROOT/X/Part" xsi:type="p:Part_Type"'
    instance = decoded(f"<z:Part xmlns:z='{URI}' {inner}><p:Id>1</p:Id></z:Part><p:Text>after</p:Text>")
    assert (instance["Part"].class_name, instance["Part"].namespace) == ("Part", "root/x")
    assert instance["Text"] == "after"


def test_embedded_instance_of_another_namespace_goes_back_to_it() -> None:
    other = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/other/Part"
    instance = decoded(f'<p:Part xmlns:o="{other}" xsi:type="o:Part_Type"><o:Id>1</o:Id></p:Part>')
    assert instance["Part"].namespace == "root/other"
    (sent,) = encode_instance(instance.with_values({"Part": instance["Part"].with_values({"Id": 2})}), URI)
    assert (sent[0].tag, sent[0].text) == (f"{{{other}}}Id", "2")


def test_location_is_no_property() -> None:
    instance = decoded("<cim:Location><a:Address/></cim:Location><p:Text>a</p:Text>")
    assert instance.names() == ("Text",)
    assert [child.tag for child in encode_instance(instance, URI)] == [f"{{{URI}}}Text"]


def test_unchanged_values_go_back_as_they_came() -> None:
    xml = (
        "<p:Byte>007</p:Byte><p:New>1</p:New><p:Text>  x </p:Text><p:New>2</p:New>"
        "<p:When><cim:Datetime>2026-01-31T08:00:00.1234567+05:30</cim:Datetime></p:When>"
        '<p:Part xsi:type="q:Part_Type"><q:Id>01</q:Id><q:Odd a="1">kept</q:Odd></p:Part>'
    )
    instance = decoded(xml)
    sent = encode_instance(instance.with_values({"Text": "y", "Flag": True}), URI)
    before = decoded(xml).raw_properties()
    after = list(sent)
    assert [child.tag.rpartition("}")[2] for child in after] == ["Byte", "New", "Text", "New", "When", "Part", "Flag"]
    assert after[2].text == "y"
    assert after[6].text == "true"
    for index in (0, 1, 3, 4, 5):
        assert ET.tostring(after[index]) == ET.tostring(before[index])
    assert instance["Text"] == "  x "


def test_changed_array_stands_where_the_old_one_began() -> None:
    instance = decoded("<p:Texts>a</p:Texts><p:Flag>true</p:Flag><p:Texts>b</p:Texts>")
    sent = encode_instance(instance.with_values({"texts": ["c", "", "d"]}), URI)
    assert [(child.tag.rpartition("}")[2], child.text) for child in sent] == [
        ("Texts", "c"),
        ("Texts", ""),
        ("Texts", "d"),
        ("Flag", "true"),
    ]
    (only,) = encode_instance(decoded("<p:Texts>a</p:Texts>").with_values({"Texts": []}), URI)
    assert only.attrib == {f"{{{XSI}}}nil": "true"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Flag", False, "false"),
        ("Big", 2**64 - 1, "18446744073709551615"),
        ("Real", 0.1, "0.1"),
        ("Real", 3, "3.0"),
        ("Real", float("inf"), "INF"),
        ("Text", "", ""),
    ],
)
def test_encode_scalar(name: str, value: Any, expected: str) -> None:
    (element,) = encode_instance(CimInstance.new("root/x", ANY, {name: value}), URI)
    assert (element.tag, element.text, element.attrib) == (f"{{{URI}}}{name}", expected, {})


def test_encode_dates_and_references() -> None:
    whens: list[datetime | timedelta] = [
        datetime(2026, 1, 1, 0, 0, 0, 250000, tzinfo=UTC),
        timedelta(days=1, seconds=100, microseconds=5),
    ]
    sent = encode_instance(CimInstance.new("root/x", ANY, {"Whens": whens, "Owner": BOX}), URI)
    assert [(child[0].tag.rpartition("}")[2], child[0].text) for child in sent.findall("{*}Whens")] == [
        ("Datetime", "2026-01-01T00:00:00.25Z"),
        ("Interval", "P1DT0H1M40.000005S"),
    ]
    owner = sent.find("{*}Owner")
    assert owner is not None
    assert [child.tag.rpartition("}")[2] for child in owner] == ["Address", "ReferenceParameters"]
    assert owner.findtext("{*}ReferenceParameters/{*}ResourceURI", "").endswith("/root/x/Box")
