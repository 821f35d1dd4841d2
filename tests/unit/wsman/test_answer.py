"""Answers that are rejected."""

from __future__ import annotations

import gc
import weakref
import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer, parse_xml
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import XSI_NIL, XSI_TYPE

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
        (b"<html><body/></html>", "not a SOAP envelope"),
        (b"<Envelope/>", "without a body"),
        (LAUGHS.encode(), "document type"),
        (b"<a>" * 200 + b"</a>" * 200, "more than 64 deep"),
        (b"<a>\xff</a>", "not well-formed XML"),
        ("<a/>".encode("utf-16"), "not well-formed XML"),
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


def test_a_type_with_an_undeclared_prefix_harms_only_itself() -> None:
    """As recorded in requests of Windows (OMI, Put1.xml): the type is unknown, everything else is read."""
    text = '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><b i:type="q:T" c="1">x</b><q:b i:type="q:T" xmlns:q="u"/></a>'
    first, second = parse_xml(text.encode())
    assert (first.attrib, first.text) == ({"c": "1"}, "x")
    declared = second.attrib[XSI_TYPE]
    assert isinstance(declared, ET.QName)
    assert declared.text == "{u}T"


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_ELEMENTS", 10)
    # An element with children counts twice.
    assert len(parse_xml(b"<a>" + b"<b/>" * 8 + b"</a>")) == 8
    with pytest.raises(AnswerError, match="more than 10 elements"):
        parse_xml(b"<a>" + b"<b/>" * 9 + b"</a>")
    assert len(parse_xml(b"<a>" + b"<b><c/></b>" * 2 + b"<b/>" * 2 + b"</a>")) == 4
    with pytest.raises(AnswerError, match="more than 10 elements"):
        parse_xml(b"<a>" + b"<b><c/></b>" * 3 + b"</a>")
    monkeypatch.setattr(answer, "MAX_BYTES", 1024 * 1024)
    with pytest.raises(AnswerError, match="larger than 1 MiB"):
        parse_xml(b" " * (1024 * 1024 + 1))


def test_what_is_exactly_at_a_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_BYTES", 100)
    assert parse_xml(b"<a>" + b"x" * 93 + b"</a>").tag == "a"
    with pytest.raises(AnswerError, match="is larger than"):
        parse_xml(b"<a>" + b"x" * 94 + b"</a>")
    monkeypatch.setattr(answer, "MAX_BYTES", 1024 * 1024)
    assert parse_xml(b"<a>" * 64 + b"</a>" * 64).tag == "a"
    with pytest.raises(AnswerError, match="more than 64 deep"):
        parse_xml(b"<a>" * 65 + b"</a>" * 65)
    attributes = [f'x{number}=""' for number in range(33)]
    assert len(parse_xml(f"<a {' '.join(attributes[:32])}/>".encode()).attrib) == 32
    with pytest.raises(AnswerError, match="more than 32 attributes"):
        parse_xml(f"<a {' '.join(attributes)}/>".encode())


def test_attributes_count_as_elements_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_ELEMENTS", 10)
    assert len(parse_xml(b'<a x="" y=""><b z="1"/><b z="2"/><c/><c/></a>')) == 4
    with pytest.raises(AnswerError, match="more than 10 elements"):
        parse_xml(b'<a x="" y=""><b z="1"/><b z="2"/><c/><c/><c/></a>')
    # Equal ones are stored once, and count once, unless an element has several.
    assert len(parse_xml(b"<a>" + b'<b z="1"/>' * 7 + b"</a>")) == 7
    assert len(parse_xml(b"<a>" + b'<b y="" z=""/>' * 2 + b"<c/><c/></a>")) == 4
    with pytest.raises(AnswerError, match="more than 10 elements"):
        parse_xml(b"<a>" + b'<b y="" z=""/>' * 3 + b"</a>")


def test_namespaces_count_as_elements_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_ELEMENTS", 10)
    assert len(parse_xml(b"<a>" + b'<b xmlns:p="u"/>' * 4 + b"</a>")) == 4
    with pytest.raises(AnswerError, match="more than 10 elements"):
        parse_xml(b"<a>" + b'<b xmlns:p="u"/>' * 5 + b"</a>")


KIB = 1024


@pytest.mark.parametrize(
    ("xml", "fits"),
    [
        # The pieces of a long text and the text exist at the same time, in four bytes for each character if one needs them.
        (f"<a>{'x' * 400 * KIB}</a>", True),
        (f"<a>{'x' * 600 * KIB}</a>", False),
        (f"<a>{'x' * 150 * KIB}☃{'x' * 150 * KIB}</a>", True),
        (f"<a>{'x' * 200 * KIB}☃{'x' * 200 * KIB}</a>", False),
        (f"<a>{'x' * 90 * KIB}🙂{'x' * 90 * KIB}</a>", True),
        (f"<a>{'x' * 110 * KIB}🙂{'x' * 110 * KIB}</a>", False),
        ("<a>" + f"<b>{'x' * KIB}</b>" * 900 + "</a>", True),
        ("<a>" + f"<b>{'x' * KIB}</b>" * 1000 + "</a>", False),
        ("<a>" + "".join(f'<b c="{number}{"x" * KIB}"/>' for number in range(900)) + "</a>", True),
        ("<a>" + "".join(f'<b c="{number}{"x" * KIB}"/>' for number in range(1000)) + "</a>", False),
        ("<a>" + f'<b c="{"x" * KIB}"/>' * 2000 + "</a>", True),
        ("<a>" + "".join(f'<b xmlns:c="{number}{"x" * KIB}"/>' for number in range(450)) + "</a>", True),
        ("<a>" + "".join(f'<b xmlns:c="{number}{"x" * KIB}"/>' for number in range(500)) + "</a>", False),
        ("<a>" + f'<b xmlns:c="{"x" * KIB}"/>' * 2000 + "</a>", True),
        ("<a>" + "".join(f"<b{number}{'x' * 450}/>" for number in range(900)) + "</a>", True),
        ("<a>" + "".join(f"<b{number}{'x' * 450}/>" for number in range(1100)) + "</a>", False),
    ],
)
def test_the_memory_of_texts_and_names_is_limited(monkeypatch: pytest.MonkeyPatch, xml: str, fits: bool) -> None:
    monkeypatch.setattr(answer, "MAX_TEXT_BYTES", KIB * KIB)
    if fits:
        assert parse_xml(xml.encode()).tag == "a"
    else:
        with pytest.raises(
            AnswerError, match=r"^the texts and names of the answer need more than 1 MiB of memory; it was not read$"
        ):
            parse_xml(xml.encode())


def test_equal_attributes_are_one_object_and_other_elements_have_none() -> None:
    root = parse_xml(f'<a {XSI}><b i:nil="true"/><b i:nil="true"/><b i:nil="false"/><b/></a>'.encode())
    first, second, third, _last = root
    assert first.attrib is second.attrib
    assert [item.attrib for item in root] == [{XSI_NIL: "true"}] * 2 + [{XSI_NIL: "false"}, {}]
    assert third.attrib is not first.attrib


def test_a_prefix_has_another_namespace_in_another_place() -> None:
    texts = (f'<b xmlns:p="urn:{number}" i:type="p:T"/>' for number in (1, 2, 1))
    root = parse_xml(f"<a {XSI}>{''.join(texts)}</a>".encode())
    assert [str(item.get(XSI_TYPE)) for item in root] == ["{urn:1}T", "{urn:2}T", "{urn:1}T"]


@pytest.mark.parametrize("data", [b"<a><b/></a>", b"<a><b/>"])
def test_nothing_of_an_answer_waits_for_the_search_for_garbage(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    made: list[weakref.ref[object]] = []
    real = answer._Reader

    def reader() -> object:
        found = real()
        made.append(weakref.ref(found))
        return found

    monkeypatch.setattr(answer, "_Reader", reader)
    gc.disable()
    try:
        with suppress(AnswerError):
            parse_xml(data)
        assert made[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("before", [0, 1000, 40_000])
def test_a_tag_may_have_64_kib(before: int) -> None:
    text = f"<a><b>{'x' * before}</b>"
    assert parse_xml(f'{text}<c d="{"y" * 32_000}"/></a>'.encode())[1].attrib == {"d": "y" * 32_000}
    with pytest.raises(AnswerError, match="a tag of more than 64 KiB"):
        parse_xml(f'{text}<c d="{"y" * 130_000}"/></a>'.encode())


def test_the_name_of_a_type_may_be_as_long_as_any_name() -> None:
    name = "T" * (answer.MAX_NAME_CHARACTERS - len("urn:x"))
    assert parse_xml(f'<a {XSI} xmlns:p="urn:x" i:type="p:{name}"/>'.encode()).tag == "a"
    with pytest.raises(AnswerError, match="a name of more than 512 characters"):
        parse_xml(f'<a {XSI} xmlns:p="urn:x" i:type="p:{name}T"/>'.encode())
    assert len(parse_xml(f"<{'n' * 512}/>".encode()).tag) == 512


def test_as_many_names_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_NAMES", 3)
    assert len(parse_xml(b"<a><b/><c/><b/><c/></a>")) == 4
    with pytest.raises(AnswerError, match="more than 3 different names"):
        parse_xml(b"<a><b/><c/><d/></a>")


LONG = "u" * (answer.MAX_NAME_CHARACTERS + 1)
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        # One long URI before every name: a megabyte that became more than six gigabytes.
        (f'<p:a xmlns:p="{LONG}">' + "".join(f"<p:b{n}/>" for n in range(10)) + "</p:a>", "a name of more than 512 characters"),
        (f"<{LONG}/>", "a name of more than 512 characters"),
        (f'<a {XSI} xmlns:p="urn:x" i:type="p:{LONG}"/>', "a name of more than 512 characters"),
        ("<a>" + "".join(f"<b{n}/>" for n in range(answer.MAX_NAMES)) + "</a>", "more than 20000 different names"),
        (
            f"<a {XSI}>" + "".join(f'<b i:type="t{n}"/>' for n in range(answer.MAX_NAMES)) + "</a>",
            "more than 20000 different names",
        ),
        ("<a " + " ".join(f'x{n}=""' for n in range(33)) + "/>", "more than 32 attributes"),
        ("<a " + " ".join(f'x{n}=""' for n in range(100_000)) + "/>", "a tag of more than 64 KiB"),
        ("<a " + " ".join(f'xmlns:x{n}="u{n}"' for n in range(100_000)) + "/>", "a tag of more than 64 KiB"),
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
