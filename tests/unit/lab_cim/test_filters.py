from __future__ import annotations

import pytest

from lab.cim.filters import accepts_extended_wql
from lab.cim.wql import Comparison
from lab.winrm.names import ADDRESSING, ENUMERATION
from tests.unit.lab_cim.kit import SMS, Lab, enumerate_body, wql_filter, written, xml

SELECTOR = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"


def selector_filter(*pairs: tuple[str, str]) -> str:
    inner = "".join(f'<w:Selector Name="{name}">{value}</w:Selector>' for name, value in pairs)
    return f'<w:Filter Dialect="{SELECTOR}"><w:SelectorSet>{inner}</w:SelectorSet></w:Filter>'


def test_star_gives_typed_rows_and_columns_give_fragments() -> None:
    lab = Lab()
    (row,) = lab.query("select * from T_Many where Id = 2")
    assert written(row).startswith('<T_Many:T_Many xsi:type="T_Many:T_Many_Type">')
    (row,) = lab.query("select payload, ID from T_Many where Id = 2")
    assert written(row) == "<w:XmlFragment><Id>2</Id><Payload>y</Payload></w:XmlFragment>"


def test_a_query_covers_subclasses() -> None:
    assert [written(row) for row in Lab().query("select Name from T_Base where Name like '%o%'")] == [
        "<w:XmlFragment><Name>One</Name></w:XmlFragment>",
        "<w:XmlFragment><Name>Two</Name></w:XmlFragment>",
    ]


def test_the_provider_hears_the_condition() -> None:
    lab = Lab()
    echo = lab.with_echo()
    lab.query("select Name from T_Thing where Number = 1")
    lab.walk("T_Thing", enumerate_body())
    assert echo.restricted == [Comparison("Number", "=", 1), None]


def test_extended_wql_for_the_sms_provider_only() -> None:
    lab = Lab()
    assert len(lab.query("select * from SMS_X where Code in ('a', 'z')", namespace=SMS)) == 1
    lab.refused("Enumerate", "*", enumerate_body(wql_filter("select * from T_Many where Id in (1)")))
    assert accepts_extended_wql("ROOT/SMS/site_x")
    assert not accepts_extended_wql("root/sms")


@pytest.mark.parametrize(
    "text",
    [
        "select * from T_Gone",
        "select Gone from T_Many",
        "select * from T_Thing where Texts = 'a'",
        "nonsense",
        "",
        "associators of {T_Gone='x'}",
    ],
)
def test_bad_wql_and_unknown_classes_are_one_code(text: str) -> None:
    fault = Lab(style="A").refused("Enumerate", "*", enumerate_body(wql_filter(text)))
    assert fault.subcode == (ENUMERATION, "CannotProcessFilter")
    assert [element.get("Code") for element in fault.detail[0].iter() if element.get("Code")] == ["2150858778"] * 2


def test_unknown_namespace_and_class_without_filter_are_missing() -> None:
    lab = Lab()
    for name, namespace in (("T_Thing", "root/gone"), ("T_Gone", "root/test")):
        fault = lab.refused("Enumerate", name, enumerate_body(), namespace=namespace)
        assert fault.subcode == (ADDRESSING, "DestinationUnreachable")


def test_filter_and_resource_must_agree() -> None:
    lab = Lab()
    for name, parts in (
        ("T_Many", [wql_filter("select * from T_Many")]),
        ("*", []),
        ("*", [xml(selector_filter(("Id", "1")))]),
        ("*", [xml('<w:Filter Dialect="http://www.w3.org/TR/1999/REC-xpath-19991116">x</w:Filter>')]),
        ("*", [xml("<w:Filter>x</w:Filter>")]),
    ):
        assert lab.refused("Enumerate", name, enumerate_body(*parts)).subcode == (ENUMERATION, "CannotProcessFilter")
    two = [wql_filter("select * from T_Many")] * 2
    assert lab.refused("Enumerate", "*", enumerate_body(*two)).subcode[1] == "SchemaValidationError"


def test_selector_filter() -> None:
    lab = Lab()
    rows, _ = lab.walk("T_Base", enumerate_body(xml(selector_filter(("name", "TWO")))))
    assert [row.tag.rpartition("}")[2] for row in rows] == ["T_Special"]
    rows, _ = lab.walk("T_Many", enumerate_body(xml(selector_filter(("Id", "2"), ("Payload", "x")))))
    assert rows == []
    rows, _ = lab.walk("T_Two", enumerate_body(xml(selector_filter(("On", "TRUE")))))
    assert len(rows) == 1


@pytest.mark.parametrize(
    "pair", [("Gone", "x"), ("Moment", "x"), ("Texts", "a"), ("Part", "x"), ("Other", "x"), ("Text", "it's"), ("Text", 'a"b')]
)
def test_selector_filter_limits(pair: tuple[str, str]) -> None:
    fault = Lab().refused("Enumerate", "T_Thing", enumerate_body(xml(selector_filter(pair))))
    assert fault.subcode == (ENUMERATION, "CannotProcessFilter")


def test_malformed_selector_filters() -> None:
    lab = Lab()
    for inner in ("", "<w:SelectorSet/>", "<w:Other/>"):
        body = enumerate_body(xml(f'<w:Filter Dialect="{SELECTOR}">{inner}</w:Filter>'))
        assert lab.refused("Enumerate", "T_Thing", body).subcode[1] == "SchemaValidationError"
