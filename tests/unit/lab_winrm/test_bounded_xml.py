"""XML within limits."""

from __future__ import annotations

import pytest

from lab.winrm.bounded_xml import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, XmlError, local_name, namespace, parse_xml

NESTED = b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH
MANY = b"<a>" + b"<b/>" * (MAX_ELEMENTS - 1) + b"</a>"
WIDE = b"<a " + b" ".join(b"x%d='1'" % number for number in range(MAX_ATTRIBUTES)) + b"/>"


def test_at_the_limits() -> None:
    for data in (NESTED, MANY, WIDE):
        assert parse_xml(data).tag == "a"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<a>" + NESTED + b"</a>", "deeper than"),
        (b"<a>" + MANY + b"</a>", "elements"),
        (WIDE.replace(b"<a ", b"<a y='2' "), "attributes"),
        (b'<p:a xmlns:p="' + b"u" * 2049 + b'"/>', "namespace is longer"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "document type"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type"),
        (b"<a>&x;</a>", "not well-formed"),
        (b"<a", "not well-formed"),
        (b"", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"<?xml version='1.0' encoding='zork'?><a/>", "cannot be decoded"),
        (b"<?xml version='1.0' encoding='utf-7'?><a/>", "cannot be decoded"),
        (b"<a>\xff</a>", "not well-formed"),
    ],
)
def test_out_of_bounds(data: bytes, why: str) -> None:
    with pytest.raises(XmlError, match=why):
        parse_xml(data)


def test_names() -> None:
    element = parse_xml(b'<p:a xmlns:p="urn:x"><b/></p:a>')
    assert (namespace(element), local_name(element)) == ("urn:x", "a")
    assert (namespace(element[0]), local_name(element[0])) == ("", "b")
