"""Answers that are rejected."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer, parse_xml
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError

ENVELOPE = (
    '<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope" xmlns:A="http://schemas.xmlsoap.org/ws/2004/08/addressing">'
    "<E:Header><A:Action> urn:x </A:Action><A:RelatesTo>uuid:1</A:RelatesTo></E:Header><E:Body><r/></E:Body></E:Envelope>"
)
LAUGHS = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'


def test_envelope() -> None:
    found = parse_answer(b"\xef\xbb\xbf" + ENVELOPE.encode())
    assert (found.action, found.relates_to, found.body[0].tag) == ("urn:x", "uuid:1", "r")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"Service unavailable", "not well-formed XML"),
        (b"<a>", "not well-formed XML"),
        (b"<html><body/></html>", "no SOAP envelope"),
        (b"<Envelope/>", "without a body"),
        (LAUGHS.encode(), "document type"),
        (b"<a>" * 200 + b"</a>" * 200, "more than 64 deep"),
        (b"<a>\xff</a>", "not well-formed XML"),
        ("<a/>".encode("utf-16"), "not well-formed XML"),
        (b'<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="q:T"/>', "prefix that is declared nowhere"),
        (b"<a>&undefined;</a>", "not well-formed XML"),
        (b"<a>&#0;</a>", "not well-formed XML"),
        (b"<a/>s3cret", "not well-formed XML"),
    ],
)
def test_refusals(data: bytes, words: str) -> None:
    with pytest.raises(AnswerError, match=words) as caught:
        parse_answer(data)
    assert "s3cret" not in str(caught.value)
    assert "<" not in str(caught.value)
    assert caught.value.after_send


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_ELEMENTS", 10)
    assert len(parse_xml(b"<a>" + b"<b/>" * 9 + b"</a>")) == 9
    with pytest.raises(AnswerError, match="more than 10 elements"):
        parse_xml(b"<a>" + b"<b/>" * 10 + b"</a>")
    monkeypatch.setattr(answer, "MAX_BYTES", 1024 * 1024)
    with pytest.raises(AnswerError, match="larger than 1 MiB"):
        parse_xml(b" " * (1024 * 1024 + 1))


LONG = "u" * (answer.MAX_NAME_CHARACTERS + 1)
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        # One long URI before every name: a megabyte that became more than six gigabytes.
        (f'<p:a xmlns:p="{LONG}">' + "".join(f"<p:b{n}/>" for n in range(10)) + "</p:a>", "a name of more than 2048 characters"),
        (f"<{LONG}/>", "a name of more than 2048 characters"),
        (f'<a {XSI} xmlns:p="urn:x" i:type="p:{LONG}"/>', "a name of more than 2048 characters"),
        ("<a>" + "".join(f"<b{n}/>" for n in range(answer.MAX_NAMES)) + "</a>", "more than 20000 different names"),
        (
            f"<a {XSI}>" + "".join(f'<b i:type="t{n}"/>' for n in range(answer.MAX_NAMES)) + "</a>",
            "more than 20000 different names",
        ),
        ("<a " + " ".join(f'x{n}=""' for n in range(33)) + "/>", "more than 32 attributes"),
        ("<a " + " ".join(f'x{n}=""' for n in range(1_000_000)) + "/>", "a tag of more than 64 KiB"),
        ("<a " + " ".join(f'xmlns:x{n}="u{n}"' for n in range(1_000_000)) + "/>", "a tag of more than 64 KiB"),
        ("<" + "n" * 10_000_000 + "/>", "a tag of more than 64 KiB"),
    ],
)
def test_names_and_attributes_that_would_fill_the_memory(data: str, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        parse_xml(data.encode())


def test_names_at_the_limit_are_read() -> None:
    uri = "u" * (answer.MAX_NAME_CHARACTERS - 20)
    root = parse_xml(f'<p:a xmlns:p="{uri}"><p:b/><p:b/></p:a>'.encode())
    assert [child.tag for child in root] == [f"{{{uri}}}b"] * 2


@pytest.mark.parametrize("size", [1, 32 * 1024 - 4, 32 * 1024, 5 * 1024 * 1024])
def test_a_text_of_any_length_comes_whole(size: int) -> None:
    text = "ä<&>]]>x"[:8] * (size // 8 + 1)
    element = ET.Element("a")
    ET.SubElement(element, "b").text = text
    assert parse_xml(ET.tostring(element, encoding="utf-8"))[0].text == text


def test_type_names_keep_their_namespace() -> None:
    data = (
        '<r xmlns="urn:default" xmlns:q="urn:outer" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        '<a i:type="q:T"/><b xmlns:q="urn:inner" i:type="q:T"/><c i:type="T"/><d i:type="q:T" xmlns=""/></r>'
    )
    root = parse_xml(data.encode())
    types = [child.attrib["{http://www.w3.org/2001/XMLSchema-instance}type"] for child in root]
    assert [kind.text for kind in types if isinstance(kind, ET.QName)] == [
        *("{urn:outer}T", "{urn:inner}T", "{urn:default}T", "{urn:outer}T"),
    ]
    again = parse_xml(ET.tostring(root))
    assert [str(child.attrib["{http://www.w3.org/2001/XMLSchema-instance}type"]) for child in again] == [
        str(kind) for kind in types
    ]


def test_white_space_between_elements_is_dropped_but_not_in_values() -> None:
    root = parse_xml(b"<a>\n  <b>  </b>\n  <c> x </c>\n</a>")
    assert (root.text, root[0].text, root[1].text, root[0].tail) == (None, "  ", " x ", None)
