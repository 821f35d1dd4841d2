"""Requests: which are accepted, and which fault answers the others."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from lab.winrm.message import Caller, Option, Request, SoapFault
from lab.winrm.names import ADDRESSING, ANONYMOUS, IDENTITY, MICROSOFT_WSMAN, SOAP, WSMAN
from lab.winrm.soap import MAX_ENVELOPE_BYTES, parse_duration, read_envelope, read_request

URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
HEADERS = {
    "To": "<a:To>http://windows-host:5985/wsman</a:To>",
    "Action": '<a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action>',
    "ResourceURI": f'<w:ResourceURI mustUnderstand="true">{URI}</w:ResourceURI>',
    "MessageID": "<a:MessageID>uuid:1</a:MessageID>",
    "ReplyTo": f'<a:ReplyTo><a:Address mustUnderstand="true">{ANONYMOUS}</a:Address></a:ReplyTo>',
    "Locale": '<w:Locale s:mustUnderstand="false" xml:lang="en-US"/>',
    "DataLocale": '<p:DataLocale mustUnderstand="false" xml:lang="en-US"/>',
    "SessionId": '<p:SessionId s:mustUnderstand="false">uuid:2</p:SessionId>',
}


def envelope(body: str = "", **changed: str) -> bytes:
    headers = "".join((HEADERS | changed).values())
    spaces = f'xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:w="{WSMAN}" xmlns:p="{MICROSOFT_WSMAN}"'
    return f"<s:Envelope {spaces}><s:Header>{headers}</s:Header><s:Body>{body}</s:Body></s:Envelope>".encode()


def read(data: bytes) -> Request:
    return read_request(read_envelope(data, "SCP01"), Caller("scpadmin", "CORP"), "SCP01")


def refused(data: bytes) -> SoapFault:
    with pytest.raises(SoapFault) as caught:
        read(data)
    return caught.value


def code(fault: SoapFault) -> str | None:
    element = next(part for part in fault.detail if part.tag.endswith("}WSManFault"))
    assert element.get("Machine") == "SCP01"
    return element.get("Code")


def test_a_plain_request() -> None:
    request = read(envelope("<x/>"))
    assert request.action == "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
    assert request.resource_uri == URI
    assert request.message_id == "uuid:1"
    assert request.caller == Caller("scpadmin", "CORP")
    assert [child.tag for child in request.body] == ["x"]
    assert (request.selectors, request.options, request.fragment) == ({}, (), None)
    assert (request.max_envelope_bytes, request.operation_timeout_seconds) == (MAX_ENVELOPE_BYTES, 60.0)


def test_utf_16_is_taken() -> None:
    text = envelope().decode()
    assert read(f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16")).message_id == "uuid:1"


@pytest.mark.parametrize("name", ["To", "Action", "MessageID", "ReplyTo"])
def test_required_headers(name: str) -> None:
    fault = refused(envelope(**{name: ""}))
    assert fault.subcode == (ADDRESSING, "MessageInformationHeaderRequired")
    assert fault.action == f"{ADDRESSING}/fault"
    assert name in fault.reason


def test_an_empty_header_is_a_missing_one() -> None:
    assert refused(envelope(To="<a:To> </a:To>")).subcode[1] == "MessageInformationHeaderRequired"


def test_the_resource_uri_is_required() -> None:
    fault = refused(envelope(ResourceURI=""))
    assert (fault.subcode, code(fault)) == ((ADDRESSING, "DestinationUnreachable"), "2150858811")


def test_a_header_given_twice() -> None:
    assert "given twice" in refused(envelope(Again="<a:To>x</a:To>")).reason


def test_the_message_id_has_a_limit() -> None:
    longest = "m" * 2048
    assert read(envelope(MessageID=f"<a:MessageID>{longest}</a:MessageID>")).message_id == longest
    fault = refused(envelope(MessageID=f"<a:MessageID>{longest}m</a:MessageID>"))
    assert fault.subcode == (ADDRESSING, "InvalidMessageInformationHeader")


def test_replies_go_to_the_anonymous_role_only() -> None:
    elsewhere = "<a:ReplyTo><a:Address>http://elsewhere.test/</a:Address></a:ReplyTo>"
    assert refused(envelope(ReplyTo=elsewhere)).subcode == (WSMAN, "UnsupportedFeature")


@pytest.mark.parametrize("mark", ['s:mustUnderstand="true"', 's:mustUnderstand="1"', 'mustUnderstand="true"'])
def test_must_understand_in_both_forms(mark: str) -> None:
    fault = refused(envelope(Unknown=f'<u:Unknown xmlns:u="urn:u" {mark}/>'))
    assert fault.code == "MustUnderstand"
    for name in ("w:Locale", "p:DataLocale"):
        fault = refused(envelope(**{name[2:]: f"<{name} {mark}/>"}))
        assert (fault.subcode, code(fault)) == ((WSMAN, "UnsupportedFeature"), "2150858887")


def test_unknown_headers_without_must_understand_are_passed_over() -> None:
    assert read(envelope(Unknown='<u:Unknown xmlns:u="urn:u"/>')).message_id == "uuid:1"


@pytest.mark.parametrize(("asked", "given"), [("8192", 8192), ("153600", 153600), ("67108864", MAX_ENVELOPE_BYTES)])
def test_max_envelope_size(asked: str, given: int) -> None:
    assert read(envelope(Max=f"<w:MaxEnvelopeSize>{asked}</w:MaxEnvelopeSize>")).max_envelope_bytes == given


def test_too_small_an_envelope() -> None:
    fault = refused(envelope(Max='<w:MaxEnvelopeSize mustUnderstand="true">8191</w:MaxEnvelopeSize>'))
    assert (fault.subcode, code(fault)) == ((WSMAN, "EncodingLimit"), "2150858878")
    assert "MinimumEnvelopeLimit" in (fault.detail[0].text or "")
    assert refused(envelope(Max="<w:MaxEnvelopeSize>many</w:MaxEnvelopeSize>")).subcode[0] == ADDRESSING


def test_operation_timeout_is_capped_except_for_pulls() -> None:
    pull = "<a:Action>http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull</a:Action>"
    timeout = "<w:OperationTimeout>PT1H</w:OperationTimeout>"
    assert read(envelope(Timeout="<w:OperationTimeout>PT20.5S</w:OperationTimeout>")).operation_timeout_seconds == 20.5
    assert read(envelope(Timeout=timeout)).operation_timeout_seconds == 60
    assert read(envelope(Timeout=timeout, Action=pull)).operation_timeout_seconds == 3600
    fault = refused(envelope(Timeout="<w:OperationTimeout>60</w:OperationTimeout>"))
    assert (fault.subcode, code(fault)) == ((ADDRESSING, "InvalidMessageInformationHeader"), "2150858767")


def test_selectors() -> None:
    reference = f"<a:EndpointReference><a:Address>{ANONYMOUS}</a:Address></a:EndpointReference>"
    selectors = (
        f'<w:Selector Name="Name"> a b </w:Selector><w:Selector Name="Empty"/><w:Selector Name="Ref">{reference}</w:Selector>'
    )
    request = read(envelope(Selectors=f"<w:SelectorSet>{selectors}</w:SelectorSet>"))
    assert (request.selectors["Name"], request.selectors["Empty"]) == (" a b ", "")
    found = request.selectors["Ref"]
    assert isinstance(found, ET.Element)
    assert found.findtext(f"{{{ADDRESSING}}}Address") == ANONYMOUS


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ('<w:Selector Name="Name">a</w:Selector><w:Selector Name="NAME">b</w:Selector>', "2150858847"),
        ("<w:Selector>a</w:Selector>", "2150858843"),
        ('<w:Other Name="Name">a</w:Other>', "2150858843"),
        ('<w:Selector Name="Name"><b/></w:Selector>', "2150858843"),
        ("".join(f'<w:Selector Name="n{number}"/>' for number in range(65)), "2150858843"),
    ],
)
def test_bad_selectors(selectors: str, expected: str) -> None:
    fault = refused(envelope(Selectors=f"<w:SelectorSet>{selectors}</w:SelectorSet>"))
    assert (fault.subcode, code(fault)) == ((WSMAN, "InvalidSelectors"), expected)


def test_options_keep_their_order_and_repetitions() -> None:
    options = "".join(f'<w:Option Name="wmiarray:Roles">{value}</w:Option>' for value in "ba") + '<w:Option Name="wmi:X"/>'
    request = read(envelope(Options=f'<w:OptionSet s:mustUnderstand="true">{options}</w:OptionSet>'))
    assert request.options == (Option("wmiarray:Roles", "b"), Option("wmiarray:Roles", "a"), Option("wmi:X", ""))
    assert refused(envelope(Options="<w:OptionSet><w:Option>x</w:Option></w:OptionSet>")).subcode == (WSMAN, "InvalidOptions")


def test_fragments() -> None:
    fragment = "<w:FragmentTransfer {}>State</w:FragmentTransfer>"
    assert read(envelope(F=fragment.format('s:mustUnderstand="true"'))).fragment == "State"
    for mark in ('s:mustUnderstand="false"', ""):
        fault = refused(envelope(F=fragment.format(mark)))
        assert (fault.subcode, code(fault)) == ((WSMAN, "UnsupportedFeature"), "2150858871")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"\x00\x01",
        f'<Envelope xmlns="{SOAP}"/>'.encode(),
        f'<Envelope xmlns="{SOAP}"><Body/><Header/></Envelope>'.encode(),
        f'<Envelope xmlns="{SOAP}"><Body/><Body/></Envelope>'.encode(),
        b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>',
    ],
)
def test_what_is_no_envelope(data: bytes) -> None:
    fault = refused(data)
    assert (fault.subcode, code(fault)) == ((WSMAN, "SchemaValidationError"), "2150858819")


def test_identify_is_recognised() -> None:
    assert read_envelope(envelope(f'<i:Identify xmlns:i="{IDENTITY}"/>'), "m").is_identify
    assert not read_envelope(envelope("<Identify/>"), "m").is_identify
    assert not read_envelope(envelope(), "m").is_identify


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT60S", 60),
        ("PT60.000S", 60),
        ("P1DT2H3M4.5S", 93784.5),
        ("P1Y", 31536000),
        ("P1M", 2592000),
        ("PT0S", 0),
        (" PT1M ", 60),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "60", "-PT1S", "PT1.S", "PT1S1M", "P1S", "PT" + "9" * 11 + "S", "PT1S\nx"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)
