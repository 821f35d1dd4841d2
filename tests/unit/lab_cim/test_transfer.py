from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from lab.winrm.names import ADDRESSING, ENUMERATION, TRANSFER, WSMAN
from tests.unit.lab_cim.kit import Lab, written, xml

ONE = {"Name": "One"}


def element(root: ET.Element, name: str) -> str | None:
    return root.findtext(f"{{*}}{name}")


def test_get() -> None:
    reply = Lab().ask("Get", "t_thing", selectors={"name": "ONE", "__cimnamespace": "ROOT\\test"})
    assert reply.action == f"{TRANSFER}/GetResponse"
    (root,) = reply.body
    assert root.tag == "{http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test/T_Thing}T_Thing"
    assert (element(root, "Text"), element(root, "Slow"), element(root, "Number")) == ("first", "late", "1")


def test_get_of_a_base_class_finds_the_derived_instance() -> None:
    (root,) = Lab().ask("Get", "T_Base", selectors={"Name": "two"}).body
    assert root.tag.endswith("}T_Special")


def test_get_of_a_singleton() -> None:
    lab = Lab()
    (root,) = lab.ask("Get", "T_Single").body
    assert element(root, "Note") == "only one"
    assert lab.refused("Get", "T_Single", selectors={"Note": "x"}).subcode == (WSMAN, "InvalidSelectors")


def test_typed_keys() -> None:
    lab = Lab()
    (root,) = lab.ask("Get", "T_Two", selectors={"site": "cas", "ID": "1", "On": "TRUE"}).body
    assert element(root, "Note") == "n"


def test_reference_keys() -> None:
    def reference(name: str, key: str, value: str) -> ET.Element:
        return xml(
            "<a:EndpointReference><a:Address>x</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/wmi/root/Test/{name}</w:ResourceURI>"
            f'<w:SelectorSet><w:Selector Name="{key}">{value}</w:Selector></w:SelectorSet>'
            "</a:ReferenceParameters></a:EndpointReference>"
        )

    lab = Lab()
    keys: dict[str, str | ET.Element] = {"Left": reference("T_Thing", "Name", "one"), "Right": reference("T_Many", "Id", "1")}
    assert lab.ask("Get", "T_Link", selectors=keys).body[0].tag.endswith("}T_Link")
    keys["Right"] = reference("T_Many", "Id", "2")
    assert lab.refused("Get", "T_Link", selectors=keys).subcode == (ADDRESSING, "DestinationUnreachable")
    assert lab.refused("Get", "T_Link", selectors={**keys, "Right": "text"}).subcode == (WSMAN, "InvalidSelectors")


@pytest.mark.parametrize(
    ("name", "selectors", "code", "subcode"),
    [
        ("T_Thing", {"Name": "nobody"}, None, (ADDRESSING, "DestinationUnreachable")),
        ("T_Gone", {"Name": "x"}, None, (ADDRESSING, "DestinationUnreachable")),
        ("T_Thing", {}, "2150859002", (WSMAN, "InvalidSelectors")),
        ("T_Two", {"Site": "CAS"}, "2150859002", (WSMAN, "InvalidSelectors")),
        ("T_Thing", {"Name": "One", "Text": "first"}, "2150858843", (WSMAN, "InvalidSelectors")),
        ("T_Thing", {"Name": "One", "Gone": "x"}, "2150858843", (WSMAN, "InvalidSelectors")),
        ("T_Two", {"Site": "CAS", "Id": "one", "On": "true"}, "2150858844", (WSMAN, "InvalidSelectors")),
        ("T_Two", {"Site": "CAS", "Id": "4294967296", "On": "true"}, "2150858844", (WSMAN, "InvalidSelectors")),
        ("T_Thing", {"Name": "One", "__cimnamespace": "root/other"}, None, (WSMAN, "InternalError")),
    ],
)
def test_selectors_are_strict(name: str, selectors: dict[str, Any], code: str | None, subcode: tuple[str, str]) -> None:
    fault = Lab(style="A").refused("Get", name, selectors=selectors)
    assert fault.subcode == subcode
    if code is not None:
        assert fault.detail[-1].get("Code") == code


def test_put_changes_what_is_given_and_keeps_the_rest() -> None:
    lab = Lab()
    body = xml(
        '<p:T_Thing><p:Number>9</p:Number><p:Text xsi:nil="true"/>'
        '<p:Parts xsi:type="q:T_Part_Type"><q:PartName>a</q:PartName></p:Parts></p:T_Thing>'
    )
    reply = lab.ask("Put", "T_Thing", body, selectors=ONE)
    assert reply.action == f"{TRANSFER}/PutResponse"
    for root in (reply.body[0], lab.ask("Get", "T_Thing", selectors=ONE).body[0]):
        assert (element(root, "Number"), element(root, "Texts"), element(root, "Slow")) == ("9", "a", "late")
        assert written(root.find("{*}Text")) == '<T_Thing:Text xsi:nil="true"/>'  # type: ignore[arg-type]
        assert root.findtext("{*}Parts/{*}PartName") == "a"


def test_put_refuses_another_key_and_a_missing_instance() -> None:
    lab = Lab()
    fault = lab.refused("Put", "T_Thing", xml("<p:T_Thing><p:Name>Two</p:Name></p:T_Thing>"), selectors=ONE)
    assert "2147749896" in written(fault.detail[0])
    lab.ask("Put", "T_Thing", xml("<p:T_Thing><p:Name>one</p:Name></p:T_Thing>"), selectors=ONE)
    fault = lab.refused("Put", "T_Thing", xml("<p:T_Thing/>"), selectors={"Name": "nobody"})
    assert fault.subcode[1] == "DestinationUnreachable"


def test_put_is_checked_against_the_class() -> None:
    lab = Lab()
    fault = lab.refused("Put", "T_Thing", xml("<p:T_Thing><p:Gone/></p:T_Thing>"), selectors=ONE)
    assert (fault.subcode[1], fault.detail[-1].get("Code")) == ("SchemaValidationError", "2150858817")
    fault = lab.refused("Put", "T_Thing", xml("<p:T_Thing><p:Number>x</p:Number></p:T_Thing>"), selectors=ONE)
    assert "2147749893" in written(fault.detail[0])
    assert lab.refused("Put", "T_Thing", selectors=ONE).subcode[1] == "SchemaValidationError"


def test_the_words_of_a_provider_reach_the_fault() -> None:
    lab = Lab()
    lab.with_echo()
    fault = lab.refused("Put", "T_Thing", xml("<p:T_Thing><p:Text>refuse</p:Text></p:T_Thing>"), selectors=ONE)
    assert fault.reason == "Provider failure"
    assert "the words of the provider" in written(fault.detail[0])


def test_create_and_delete() -> None:
    lab = Lab()
    body = xml("<p:T_Two><p:Site>PR1</p:Site><p:Id>3</p:Id><p:On>false</p:On></p:T_Two>", "T_Two")
    reply = lab.ask("Create", "T_Two", body)
    assert reply.action == f"{TRANSFER}/CreateResponse"
    assert written(reply.body[0]) == (
        "<x:ResourceCreated><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>"
        "<a:ReferenceParameters><w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test/T_Two</w:ResourceURI>"
        '<w:SelectorSet><w:Selector Name="Site">PR1</w:Selector><w:Selector Name="Id">3</w:Selector>'
        '<w:Selector Name="On">false</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
    )
    keys = {"Site": "pr1", "Id": "3", "On": "false"}
    assert lab.refused("Create", "T_Two", body).subcode == (WSMAN, "AlreadyExists")
    reply = lab.ask("Delete", "T_Two", selectors=keys)
    assert (reply.action, reply.body) == (f"{TRANSFER}/DeleteResponse", ())
    assert lab.refused("Delete", "T_Two", selectors=keys).subcode[1] == "DestinationUnreachable"


def test_create_gives_defaults_and_refuses_abstract_and_keyless() -> None:
    lab = Lab()
    lab.ask("Create", "T_Thing", xml("<p:T_Thing><p:Name>New</p:Name></p:T_Thing>"))
    assert element(lab.ask("Get", "T_Thing", selectors={"Name": "new"}).body[0], "Number") == "7"
    for body, name in (
        (xml("<p:T_Base><p:Name>x</p:Name></p:T_Base>", "T_Base"), "T_Base"),
        (xml("<p:T_NoKey/>", "T_NoKey"), "T_NoKey"),
        (xml("<p:T_Thing/>"), "T_Thing"),
    ):
        assert lab.refused("Create", name, body).subcode == (WSMAN, "InternalError")
    assert lab.refused("Create", "T_Thing", xml("<p:T_Thing/>"), selectors=ONE).subcode == (WSMAN, "InvalidSelectors")


def test_get_and_delete_have_an_empty_body() -> None:
    lab = Lab()
    for action in ("Get", "Delete"):
        assert lab.refused(action, "T_Thing", xml("<p:x/>"), selectors=ONE).subcode[1] == "SchemaValidationError"


def test_fragment_get_and_put() -> None:
    lab = Lab()
    (root,) = lab.ask("Get", "T_Thing", selectors=ONE, fragment="number").body
    assert written(root) == "<w:XmlFragment><T_Thing:Number>1</T_Thing:Number></w:XmlFragment>"
    for body in ("<p:Texts>x</p:Texts><p:Texts>y</p:Texts>", "<Texts>x</Texts><Texts>y</Texts>"):
        (root,) = lab.ask("Put", "T_Thing", xml(f"<w:XmlFragment>{body}</w:XmlFragment>"), selectors=ONE, fragment="Texts").body
        assert written(root) == "<w:XmlFragment><T_Thing:Texts>x</T_Thing:Texts><T_Thing:Texts>y</T_Thing:Texts></w:XmlFragment>"
    assert element(lab.ask("Get", "T_Thing", selectors=ONE).body[0], "Text") == "first"


@pytest.mark.parametrize("path", ["/Number", "Gone", "Part/PartName", "Texts[1]", "text()", ""])
def test_bad_fragment_paths(path: str) -> None:
    fault = Lab().refused("Get", "T_Thing", selectors=ONE, fragment=path)
    assert fault.subcode == (ENUMERATION, "CannotProcessFilter")


def test_bad_fragments() -> None:
    lab = Lab()
    for body in ("<w:XmlFragment/>", "<w:XmlFragment><p:Number>1</p:Number></w:XmlFragment>", "<p:Texts>x</p:Texts>"):
        fault = lab.refused("Put", "T_Thing", xml(body), selectors=ONE, fragment="Texts")
        assert fault.subcode[1] == "SchemaValidationError"
    assert lab.refused("Delete", "T_Thing", selectors=ONE, fragment="Texts").subcode[1] == "UnsupportedFeature"
