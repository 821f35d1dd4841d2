from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from lab.cim.contexts import Contexts, Row
from lab.cim.dmtf import PartialDatetime
from lab.cim.enumeration import ENVELOPE_BYTES
from lab.cim.provider import Call
from lab.winrm.message import Caller
from lab.winrm.names import ENUMERATION, WSMAN
from tests.unit.lab_cim.kit import (
    NAMESPACE,
    Lab,
    ended,
    enumerate_body,
    items,
    pull_body,
    wql_filter,
    written,
    xml,
)


def lab_with(count: int, payload: str = "x") -> Lab:
    """T_Many has this many instances, two of them from the start."""
    lab = Lab()
    text = "".join(f'instance of T_Many {{ Id = {number}; Payload = "{payload}"; }};' for number in range(3, count + 1))
    lab.repository.compile(text, NAMESPACE)
    return lab


def test_first_reply_as_windows_writes_it() -> None:
    reply = lab_with(3).ask("Enumerate", "T_Many", enumerate_body())
    assert reply.action == f"{ENUMERATION}/EnumerateResponse"
    (response,) = reply.body
    context, wrapper = response
    assert (context.tag, wrapper.tag) == (f"{{{ENUMERATION}}}EnumerationContext", f"{{{WSMAN}}}Items")
    assert context.text
    assert written(wrapper[0]) == (
        '<T_Many:T_Many xsi:type="T_Many:T_Many_Type"><T_Many:Id>1</T_Many:Id><T_Many:Payload>x</T_Many:Payload></T_Many:T_Many>'
    )


@pytest.mark.parametrize(
    ("count", "asked", "pages"), [(2, 32000, [1, 1]), (51, 32000, [1, 50]), (130, 32000, [1, 50, 50, 29]), (5, 2, [1, 2, 2])]
)
def test_pages(count: int, asked: int, pages: list[int]) -> None:
    rows, seen = lab_with(count).walk("T_Many", enumerate_body(), asked)
    assert seen == pages
    assert [row[0].text for row in rows] == [str(number) for number in range(1, count + 1)]


def test_single_row_and_no_row_end_at_once_with_an_empty_context() -> None:
    lab = Lab()
    for where, tags in (
        ("Id = 1", ["EnumerationContext", "Items", "EndOfSequence"]),
        ("Id = 9", ["EnumerationContext", "EndOfSequence"]),
    ):
        (response,) = lab.ask("Enumerate", "*", enumerate_body(wql_filter(f"select * from T_Many where {where}"))).body
        assert [child.tag.rpartition("}")[2] for child in response] == tags
        assert response[0].text is None
        assert response[-1].tag == f"{{{WSMAN}}}EndOfSequence"
    assert len(lab.service.contexts) == 0


def test_without_optimize_the_first_reply_holds_the_context_only() -> None:
    lab = Lab()
    (response,) = lab.ask("Enumerate", "T_Many", enumerate_body(optimize=False)).body
    assert [child.tag for child in response] == [f"{{{ENUMERATION}}}EnumerationContext"]
    rows, pages = lab.walk("T_Many", enumerate_body(optimize=False))
    assert (len(rows), pages) == (2, [0, 2])


def test_pull_defaults_to_one_item_and_changes_the_context() -> None:
    lab = lab_with(4)
    (first,) = lab.ask("Enumerate", "T_Many", enumerate_body()).body
    old = first[0].text or ""
    (second,) = lab.ask("Pull", "T_Many", pull_body(old, None)).body
    assert [child.tag for child in second] == [f"{{{ENUMERATION}}}EnumerationContext", f"{{{ENUMERATION}}}Items"]
    assert len(items(second)) == 1
    assert second[0].text != old
    fault = lab.refused("Pull", "T_Many", pull_body(old, 5))
    assert fault.subcode == (ENUMERATION, "InvalidEnumerationContext")
    (last,) = lab.ask("Pull", "T_Many", pull_body(second[0].text or "", 5)).body
    assert [child.tag for child in last] == [f"{{{ENUMERATION}}}Items", f"{{{ENUMERATION}}}EndOfSequence"]
    assert ended(last)


def test_context_belongs_to_user_and_resource_and_expires() -> None:
    lab = lab_with(4)
    context = lab.ask("Enumerate", "T_Many", enumerate_body()).body[0][0].text or ""
    assert (
        lab.refused("Pull", "T_Many", pull_body(context, 5), caller=Caller("bob", "CORP")).subcode[1]
        == "InvalidEnumerationContext"
    )
    assert lab.refused("Pull", "T_Thing", pull_body(context, 5)).subcode[1] == "InvalidEnumerationContext"
    lab.now += 61
    assert lab.refused("Pull", "T_Many", pull_body(context, 5)).subcode[1] == "InvalidEnumerationContext"


def test_release() -> None:
    lab = lab_with(4)
    context = lab.ask("Enumerate", "T_Many", enumerate_body()).body[0][0].text or ""
    body = ET.Element(f"{{{ENUMERATION}}}Release")
    ET.SubElement(body, f"{{{ENUMERATION}}}EnumerationContext").text = context
    reply = lab.ask("Release", "T_Many", body)
    assert (reply.action, reply.body) == (f"{ENUMERATION}/ReleaseResponse", ())
    assert lab.refused("Release", "T_Many", body).subcode[1] == "InvalidEnumerationContext"
    assert lab.refused("Pull", "T_Many", pull_body(context, 5)).subcode[1] == "InvalidEnumerationContext"


def test_pages_are_cut_by_the_envelope() -> None:
    lab = lab_with(40, "y" * 1000)
    rows, pages = lab.walk("T_Many", enumerate_body(), size=8192)
    assert len(rows) == 40
    assert max(pages) == (8192 - ENVELOPE_BYTES) // Row.of(rows[-1]).size == 5
    assert all(count >= 1 for count in pages)


def test_an_item_over_the_envelope_is_an_encoding_limit() -> None:
    lab = lab_with(3, "z" * 9000)
    (first,) = lab.ask("Enumerate", "T_Many", enumerate_body(), size=8192).body
    (second,) = lab.ask("Pull", "T_Many", pull_body(first[0].text or "", 10), size=8192).body
    fault = lab.refused("Pull", "T_Many", pull_body(second[0].text or "", 10), size=8192)
    assert fault.subcode == (WSMAN, "EncodingLimit")


def test_quota_of_open_enumerations() -> None:
    lab = Lab()
    lab.service.contexts = Contexts(max_per_user=3)
    for _ in range(3):
        lab.ask("Enumerate", "T_Many", enumerate_body())
    assert lab.refused("Enumerate", "T_Many", enumerate_body()).subcode == (WSMAN, "InternalError")
    lab.ask("Enumerate", "T_Many", enumerate_body(), caller=Caller("bob"))


def test_a_class_answers_for_its_subclasses_under_their_own_name() -> None:
    rows, _ = Lab().walk("T_Base", enumerate_body())
    assert [row.tag.rpartition("}")[2] for row in rows] == ["T_Thing", "T_Special"]
    assert written(rows[0].find("{*}Slow")) == '<T_Thing:Slow xsi:nil="true"/>'  # type: ignore[arg-type]


def test_reference_modes() -> None:
    lab = Lab()
    only, _ = lab.walk("T_Many", enumerate_body(mode="EnumerateEPR"))
    assert [row.tag.rpartition("}")[2] for row in only] == ["EndpointReference"] * 2
    both = lab.query("select Payload from T_Many where Id = 2", mode="EnumerateObjectAndEPR")
    assert both[0].tag == f"{{{WSMAN}}}Item"
    assert written(both[0][0]) == "<w:XmlFragment><Payload>y</Payload></w:XmlFragment>"
    assert '<w:Selector Name="Id">2</w:Selector>' in written(both[0][1])
    assert lab.refused("Enumerate", "T_Many", enumerate_body(mode="Nonsense")).subcode[1] == "UnsupportedFeature"


def test_all_wildcard_datetime_faults_the_whole_enumeration() -> None:
    lab = Lab()
    cls = lab.repository.find_class(NAMESPACE, "T_Special")
    provider = lab.repository.provider(NAMESPACE, cls)
    made = lab.repository.new(NAMESPACE, "T_Special", Name="Bad", Moment=PartialDatetime("**************.******+***"))
    provider.create(Call(Caller("x"), NAMESPACE), made)
    fault = lab.refused("Enumerate", "T_Base", enumerate_body())
    assert fault.subcode == (WSMAN, "SchemaValidationError")
    assert any(detail.get("Code") == "2150858817" for detail in fault.detail)
    assert len(lab.query("select Name from T_Base")) == 3


@pytest.mark.parametrize(
    "body",
    [
        xml("<w:Enumerate/>"),
        xml(
            '<n:Enumerate xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><w:MaxElements>0</w:MaxElements></n:Enumerate>'
        ),
        xml('<n:Enumerate xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><n:Nonsense/></n:Enumerate>'),
        xml('<n:Enumerate xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><Nonsense/></n:Enumerate>'),
    ],
)
def test_malformed_bodies(body: ET.Element) -> None:
    assert Lab().refused("Enumerate", "T_Many", body).subcode[1] == "SchemaValidationError"


FOREIGN = [
    '<m:SessionId xmlns:m="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd">uuid:1</m:SessionId>',
    "<w:OptimizeEnumeration/>",
]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_elements_of_other_namespaces_are_ignored_in_enumerate_and_pull(foreign: str) -> None:
    lab = lab_with(3)
    opened = lab.ask("Enumerate", "T_Many", enumerate_body(xml(foreign))).body[0]
    pull = pull_body(opened.findtext(f"{{{ENUMERATION}}}EnumerationContext") or "", 10)
    pull.append(xml(foreign))
    assert len(items(lab.ask("Pull", "T_Many", pull).body[0])) == 2


@pytest.mark.parametrize("odd", ["<n:Filter/>", "<Nonsense/>"])
def test_a_pull_has_no_unknown_element_of_its_own_namespace_or_of_none(odd: str) -> None:
    lab = lab_with(3)
    opened = lab.ask("Enumerate", "T_Many", enumerate_body()).body[0]
    pull = pull_body(opened.findtext(f"{{{ENUMERATION}}}EnumerationContext") or "", 10)
    pull.append(ET.fromstring(f'<r xmlns:n="{ENUMERATION}">{odd}</r>')[0])
    assert lab.refused("Pull", "T_Many", pull).subcode[1] == "SchemaValidationError"


def test_release_allows_only_its_context() -> None:
    release = ET.Element(f"{{{ENUMERATION}}}Release")
    ET.SubElement(release, f"{{{ENUMERATION}}}EnumerationContext").text = "1"
    release.append(xml(FOREIGN[0]))
    assert lab_with(1).refused("Release", "T_Many", release).subcode[1] == "SchemaValidationError"


def test_malformed_pulls() -> None:
    lab = Lab()
    for body in (xml("<w:Pull/>"), ET.Element(f"{{{ENUMERATION}}}Pull")):
        assert lab.refused("Pull", "T_Many", body).subcode[1] == "SchemaValidationError"
    assert lab.refused("Enumerate", "T_Many", enumerate_body(), selectors={"Id": "1"}).subcode[1] == "InvalidSelectors"
    assert lab.refused("Enumerate", "T_Many", enumerate_body(), fragment="Id").subcode[1] == "UnsupportedFeature"
