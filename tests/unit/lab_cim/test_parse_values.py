from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.model import Instance, NameMap, Path, Value
from lab.cim.parse_values import SchemaError, ValueParser, parse_datetime, parse_duration
from tests.unit.lab_cim.kit import NAMESPACE, Lab, xml

REPOSITORY = Lab().repository
PARSER = ValueParser(NAMESPACE, REPOSITORY.find_class)
MORNING = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ADDRESS = "<a:Address>x</a:Address>"
MANY = "http://schemas.microsoft.com/wbem/wsman/1/wmi/ROOT/test/t_many"
THING = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test/T_Thing"


def given(content: str) -> NameMap[Value]:
    cls = REPOSITORY.find_class(NAMESPACE, "T_Thing")
    return PARSER.instance(xml(f'<p:T_Thing xsi:type="p:T_Thing_Type">{content}</p:T_Thing>'), cls)


def parameters(uri: str, selectors: str) -> str:
    inner = f"<w:ResourceURI>{uri}</w:ResourceURI><w:SelectorSet>{selectors}</w:SelectorSet>"
    return f"<a:ReferenceParameters>{inner}</a:ReferenceParameters>"


@pytest.mark.parametrize(
    ("content", "name", "value"),
    [
        ("<p:Small>255</p:Small>", "Small", 255),
        ("<p:Signed> -128 </p:Signed>", "Signed", -128),
        ("<p:huge>18446744073709551615</p:huge>", "Huge", 2**64 - 1),
        ("<p:Ratio>-1.5e3</p:Ratio>", "Ratio", -1500.0),
        ("<p:Flag>true</p:Flag>", "Flag", True),
        ("<p:Flag>0</p:Flag>", "Flag", False),
        ("<p:Text> x </p:Text>", "Text", " x "),
        ("<p:Text/>", "Text", ""),
        ('<p:Text xsi:nil="true"/>', "Text", None),
        ('<p:Words xsi:nil="true"/>', "Words", None),
        ("<p:Words>1</p:Words>", "Words", [1]),
        ("<p:Words>1</p:Words><p:Flag>true</p:Flag><p:Words>2</p:Words>", "Words", [1, 2]),
        ("<p:Moment><cim:Datetime>2026-01-02T03:04:05</cim:Datetime></p:Moment>", "Moment", MORNING),
        ("<p:Moment><cim:Interval>P0DT0H1M40S</cim:Interval></p:Moment>", "Moment", timedelta(seconds=100)),
        (
            f'<p:Other>{ADDRESS}{parameters(THING, """<w:Selector Name="Name">x</w:Selector>""")}</p:Other>',
            "Other",
            Path("root/test", "T_Thing", (("Name", "x"),)),
        ),
        (
            f'<p:Other><a:EndpointReference>{ADDRESS}{parameters(THING, """<w:Selector Name="name">x</w:Selector>""")}'
            "</a:EndpointReference></p:Other>",
            "Other",
            Path("root/test", "T_Thing", (("Name", "x"),)),
        ),
    ],
)
def test_values(content: str, name: str, value: object) -> None:
    assert given(content)[name] == value


def test_embedded_instances() -> None:
    parts = given(
        '<p:Parts xsi:type="anything:T_Part_Type"><q:PartName>a</q:PartName><q:Values>1</q:Values></p:Parts>'
        '<p:Parts xsi:type="q:t_part_Type"/>'
    )["Parts"]
    assert [type(part) for part in parts] == [Instance, Instance]
    assert (parts[0].cls.name, parts[0]["PartName"], parts[0]["Values"], parts[1]["PartName"]) == ("T_Part", "a", ["1"], None)


def test_what_is_absent_is_not_given() -> None:
    assert dict(given("")) == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<p:Gone>1</p:Gone>", "T_Thing has no Gone"),
        ("<Small>1</Small>", "Small of T_Thing is in the namespace ''"),
        ("<q:Small>1</q:Small>", "Small of T_Thing is in the namespace"),
        ("<p:Small>1</p:Small><p:small>1</p:small>", "Small is no array and stands 2 times"),
        ('<p:Words>1</p:Words><p:Words xsi:nil="true"/>', "nil cannot stand inside an array"),
        ('<p:Text xsi:nil="true">x</p:Text>', "Text is nil and yet not empty"),
        ('<p:Text xsi:nil="perhaps"/>', "xsi:nil is 'perhaps'"),
        ("<p:Text><p:Small/></p:Text>", "Text is string and cannot hold elements"),
        ("stray<p:Text/>", "text between the elements of T_Thing"),
        ("<p:Moment>2026-01-02T03:04:05Z</p:Moment>", "needs one cim:Datetime or cim:Interval"),
        ("<p:Part><q:PartName>a</q:PartName></p:Part>", 'needs xsi:type="q:T_Part_Type"'),
        ('<p:Part xsi:type="q:T_Part"/>', "needs xsi:type"),
        ('<p:Part xsi:type="q:Gone_Type"/>', "unknown class Gone in xsi:type"),
        ('<p:Part xsi:type="q:T_Many_Type"/>', "T_Many in xsi:type is no T_Part"),
        ('<p:Part xsi:type="q:T_Part_Type"><p:PartName>a</p:PartName></p:Part>', "PartName of T_Part is in the namespace"),
        (
            '<p:Part xsi:type="q:T_NamedPart_Type"><q:PartName>a</q:PartName></p:Part>',
            "PartName of T_NamedPart is in the namespace",
        ),
        ("<p:Other>x</p:Other>", "a reference needs ReferenceParameters"),
        (f"<p:Other>{ADDRESS}{parameters('http://x/y', '')}</p:Other>", "a reference needs ReferenceParameters"),
        (f"<p:Other>{ADDRESS}{parameters(MANY, '')}</p:Other>", "T_Many is no T_Base"),
        (f"<p:Other>{ADDRESS}{parameters(THING + 'x', '')}</p:Other>", "Invalid class"),
        (f"<p:Other>{ADDRESS}{parameters(THING, '''<w:Selector Name='Text'>x</w:Selector>''')}</p:Other>", "has no key Text"),
    ],
)
def test_wrong_structure(content: str, problem: str) -> None:
    with pytest.raises(SchemaError) as caught:
        given(content)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "<p:Small>256</p:Small>",
        "<p:Small>-1</p:Small>",
        "<p:Small>0x1</p:Small>",
        "<p:Small/>",
        "<p:Small>1.0</p:Small>",
        "<p:Huge>18446744073709551616</p:Huge>",
        "<p:Big>" + "9" * 5000 + "</p:Big>",
        "<p:Flag>True</p:Flag>",
        "<p:Flag>yes</p:Flag>",
        "<p:Ratio>nan</p:Ratio>",
        "<p:Ratio>1_0</p:Ratio>",
        "<p:Moment><cim:Datetime>today</cim:Datetime></p:Moment>",
        "<p:Moment><cim:Datetime>2026-13-02T03:04:05Z</cim:Datetime></p:Moment>",
        "<p:Moment><cim:Interval>-P1D</cim:Interval></p:Moment>",
    ],
)
def test_wrong_type(content: str) -> None:
    with pytest.raises(CimError) as caught:
        given(content)
    assert caught.value.code == Wbem.TYPE_MISMATCH


def test_the_element_is_the_class() -> None:
    cls = REPOSITORY.find_class(NAMESPACE, "T_Thing")
    for text in ("<T_Thing/>", "<p:T_Many/>", "<q:T_Thing/>"):
        with pytest.raises(SchemaError, match="the Body holds"):
            PARSER.instance(xml(text), cls)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.1234567+05:30", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=timezone(timedelta(hours=5.5)))),
        ("0001-01-02T03:04:05.5-08:00", datetime(1, 1, 2, 3, 4, 5, 500000, tzinfo=timezone(timedelta(hours=-8)))),
    ],
)
def test_datetimes(text: str, value: datetime) -> None:
    assert parse_datetime(text) == value


@pytest.mark.parametrize("text", ["P", "PT", "P1DT", "P1Y", "1D", "P1.5D", "P1DT1S2M", ""])
def test_bad_durations(text: str) -> None:
    with pytest.raises(ValueError, match="is not an interval"):
        parse_duration(text)


def test_short_durations() -> None:
    assert parse_duration("PT1M") == timedelta(minutes=1)
    assert parse_duration("P2D") == timedelta(days=2)
