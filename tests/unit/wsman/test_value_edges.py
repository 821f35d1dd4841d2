"""Values at the edges of their types, references in references, and what an element alone tells of its value."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import scalars
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_xml
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimType
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.values import decode_instance, encode_instance, encode_selectors
from tests.unit.wsman.test_values import ANY, BOX, NIL, PART, URI, decoded


def nested(depth: int) -> str:
    """A reference whose key is a reference, so many deep."""
    inner = f"<a:EndpointReference>{nested(depth - 1)}</a:EndpointReference>" if depth else "7"
    return (
        "<a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>"
        "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Box</w:ResourceURI>"
        f"<w:SelectorSet><w:Selector Name='__cimnamespace'>root/x</w:Selector><w:Selector Name='Id'>{inner}</w:Selector>"
        "</w:SelectorSet></a:ReferenceParameters>"
    )


def test_references_in_references() -> None:
    found = decoded(f"<p:Owner>{nested(8)}</p:Owner>")["Owner"]
    for _level in range(8):
        found = found.keys["Id"]
    assert found == CimPath("root/x", "Box", {"Id": "7"})
    with pytest.raises(AnswerError, match="nested more than 8 deep"):
        decoded(f"<p:Owner>{nested(9)}</p:Owner>")["Owner"]


def test_a_reference_as_a_key_goes_out_as_one() -> None:
    selectors = encode_selectors({"Owner": BOX, "Id": 1})
    assert [selector.attrib["Name"] for selector in selectors] == ["Owner", "Id"]
    assert selectors[0].findtext("{*}EndpointReference/{*}ReferenceParameters/{*}ResourceURI", "").endswith("/root/x/Box")
    assert selectors[1].text == "1"


@pytest.mark.parametrize(
    ("xml", "name", "expected"),
    [
        (f"<p:Texts>a</p:Texts><p:Texts {NIL}/>", "Texts", ["a", None]),
        (f"<p:Texts {NIL}/><p:Texts>a</p:Texts>", "Texts", [None, "a"]),
        (f"<p:New {NIL}/><p:New>1</p:New>", "New", [None, "1"]),
        ('<p:Text xsi:nil=" 1 "/>', "Text", None),
        ('<p:Text xsi:nil="0">x</p:Text>', "Text", "x"),
        ("<p:New/>", "New", ""),
        ("<p:New><cim:Interval> P1D </cim:Interval></p:New>", "New", "P1D"),
        ("<p:NEW>a</p:NEW><p:new>b</p:new>", "New", ["a", "b"]),
    ],
)
def test_what_elements_tell(xml: str, name: str, expected: Any) -> None:
    assert decoded(xml)[name] == expected


def test_a_name_is_spelled_as_it_came_first() -> None:
    assert decoded("<p:NEW>a</p:NEW><p:new>b</p:new>").names() == ("NEW",)


def test_an_empty_element_is_an_instance_only_if_it_names_a_class() -> None:
    empty = decoded('<p:New xsi:type="q:Part_Type"/>')["New"]
    assert isinstance(empty, CimInstance)
    assert (empty.class_name, empty.names()) == ("Part", ())
    assert decoded('<p:New xsi:type="cim:cimString"/>')["New"] == ""
    assert decoded('<p:New xsi:type="cim:Odd_Type">x</p:New>')["New"] == "x"


def test_what_is_written_back_stands_in_one_namespace() -> None:
    other = URI.replace("root/x", "ROOT/X")
    instance = decoded(f'<o:Text xmlns:o="{other}">a</o:Text><o:New xmlns:o="urn:other" b="1">c</o:New>')
    text, new = encode_instance(instance, URI)
    assert (text.tag, text.text) == (f"{{{URI}}}Text", "a")
    assert (new.tag, new.text, new.attrib) == ("{urn:other}New", "c", {"b": "1"})


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (CimType.UINT8, 0, 255),
        (CimType.SINT8, -128, 127),
        (CimType.UINT16, 0, 65535),
        (CimType.SINT16, -32768, 32767),
        (CimType.CHAR16, 0, 65535),
        (CimType.UINT32, 0, 4294967295),
        (CimType.SINT32, -2147483648, 2147483647),
        (CimType.UINT64, 0, 18446744073709551615),
        (CimType.SINT64, -9223372036854775808, 9223372036854775807),
    ],
)
def test_whole_numbers_at_their_limits(kind: CimType, low: int, high: int) -> None:
    for number in (low, high):
        assert scalars.check(kind, number) == scalars.decode(kind, f" {number} ") == number
    for number in (low - 1, high + 1):
        with pytest.raises(ValueError, match="not a number outside that range"):
            scalars.check(kind, number)
        with pytest.raises(ValueError, match="is no"):
            scalars.decode(kind, str(number))


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (CimType.STRING, 1, "takes text, not an integer"),
        (CimType.BOOLEAN, 1, "takes true or false, not an integer"),
        (CimType.UINT8, True, r"takes uint8 \(0 to 255\), not true or false"),
        (CimType.UINT8, 1.0, "not a fraction"),
        (CimType.UINT8, "1", "not text"),
        (CimType.UINT8, None, "not null"),
        (CimType.UINT8, [1], "not a list"),
        (CimType.UINT8, {}, "not a mapping"),
        (CimType.UINT8, datetime(2026, 1, 1), "not a date"),
        (CimType.UINT8, timedelta(1), "not an interval"),
        (CimType.UINT8, object(), "not a object"),
        (CimType.REAL64, True, r"takes a number \(real64\), not true or false"),
        (CimType.REAL64, "1", r"takes a number \(real64\), not text"),
        (CimType.REAL64, 10**400, "takes a number that fits real64"),
        (CimType.REAL32, 3.5e38, "takes a number that fits real32"),
        (CimType.REAL32, -3.5e38, "takes a number that fits real32"),
    ],
)
def test_wishes_that_do_not_fit(kind: CimType, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        scalars.check(kind, value)


def test_fractions() -> None:
    assert scalars.check(CimType.REAL32, 3.4028234663852886e38) == 3.4028234663852886e38
    assert scalars.check(CimType.REAL32, math.inf) == math.inf
    assert scalars.check(CimType.REAL64, 3.5e38) == 3.5e38
    assert type(scalars.check(CimType.REAL64, 3)) is float
    assert [scalars.decode(CimType.REAL64, text) for text in ("INF", "+INF", "-INF", ".5", "+2.", "1e2")] == [
        math.inf,
        math.inf,
        -math.inf,
        0.5,
        2.0,
        100.0,
    ]
    assert math.isnan(float(scalars.decode(CimType.REAL64, "NaN")))
    assert [scalars.encode(value) for value in (math.nan, math.inf, -math.inf, 0.5, True, False, 3)] == [
        "NaN",
        "INF",
        "-INF",
        "0.5",
        "true",
        "false",
        "3",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\\b'", "a\\b'"),
        ("", ""),
        (7, "7"),
        (True, "true"),
        (0.5, "0.5"),
        (datetime(2026, 1, 31, 8, tzinfo=UTC), "2026-01-31T08:00:00Z"),
        (timedelta(seconds=100), "P0DT0H1M40S"),
    ],
)
def test_the_text_of_a_key(value: Any, text: str) -> None:
    assert scalars.key_text(value) == text


@pytest.mark.parametrize("value", [None, [1], {}])
def test_what_no_key_can_be(value: Any) -> None:
    with pytest.raises(ValueError, match="takes text, a number, true, false or a date, not "):
        scalars.key_text(value)


def test_what_xml_cannot_carry_is_told_with_its_place() -> None:
    scalars.check_text("\t\r\n\ufffd")
    with pytest.raises(ValueError, match=r"has the character U\+000B at position 3"):
        scalars.check_text("ab\x0bc")


def test_a_changed_property_is_written_once_in_the_place_of_the_old_one() -> None:
    instance = decoded("<p:Text>a</p:Text><p:Flag>true</p:Flag>").with_values({"Text": "b", "Byte": 1})
    assert [(child.tag.rpartition("}")[2], child.text) for child in encode_instance(instance, URI)] == [
        ("Text", "b"),
        ("Flag", "true"),
        ("Byte", "1"),
    ]
    assert instance.cls is ANY


def test_wrong_values_are_one_object_for_each_reason() -> None:
    first, second = (decoded(f"<p:Byte>{text}</p:Byte><p:Flag>{text}</p:Flag>").held()[0] for text in ("x", "y"))
    assert first["byte"][1] is second["byte"][1]
    assert first["byte"][1] is not first["flag"][1]


def test_unchanged_instances_share_what_they_changed() -> None:
    one, two = decoded("<p:Byte>1</p:Byte>"), decoded("<p:Byte>2</p:Byte>")
    assert one.changed_values() is two.changed_values()
    assert dict(one.with_values({"Byte": 3}).changed_values()) == {"byte": ("Byte", 3)}
    assert dict(one.changed_values()) == {}


def test_a_row_of_a_projection_cannot_be_embedded() -> None:
    row = decode_instance(parse_xml(b"<Part><Id>1</Id></Part>"), "root/x", PART, partial=True)
    with pytest.raises(ValueError, match=r"Any\.Part takes a complete Part, not a row of a projection"):
        CimInstance.new("root/x", ANY, {"Part": row})
