"""Answers that are not believed."""

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
