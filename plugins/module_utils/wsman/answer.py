# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads an answer's bytes into elements, believing nothing: bounded size, depth and count, no DTD.

The standard ElementTree parser forgets which prefix meant what, so the class of an embedded instance (a QName inside
``xsi:type``) would be lost. Here each ``xsi:type`` becomes an ``ET.QName`` in the scope where it stands, which ElementTree
writes back with a valid prefix.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from xml.parsers import expat

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import XSI_TYPE, local

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 1_000_000


@dataclass(frozen=True)
class Answer:
    """A SOAP answer. ``relates_to`` is empty when the header is missing."""

    action: str
    relates_to: str
    body: ET.Element


def parse_answer(data: bytes) -> Answer:
    """The SOAP answer in ``data``; whether it is a fault is not judged here.

    :raises AnswerError: too large, not XML, or not a SOAP envelope with a body.
    """
    root = parse_xml(data)
    if local(root.tag).lower() != "envelope":
        raise AnswerError("the answer is XML but no SOAP envelope; is this really a WinRM port?")
    header = child(root, "Header")
    body = child(root, "Body")
    if body is None:
        raise AnswerError("the answer is a SOAP envelope without a body")
    return Answer(_text(header, "Action"), _text(header, "RelatesTo"), body)


def child(parent: ET.Element | None, name: str) -> ET.Element | None:
    """The first child with this local name, in any namespace and any case."""
    if parent is None:
        return None
    lower = name.lower()
    return next((element for element in parent if local(element.tag).lower() == lower), None)


def descendant(parent: ET.Element | None, *names: str) -> ET.Element | None:
    """The first element below ``parent`` that has one of these local names, in any case."""
    if parent is None:
        return None
    lower = {name.lower() for name in names}
    return next((element for element in parent.iter() if element is not parent and local(element.tag).lower() in lower), None)


def _text(parent: ET.Element | None, name: str) -> str:
    element = child(parent, name)
    return (element.text or "").strip() if element is not None else ""


def parse_xml(data: bytes) -> ET.Element:
    """The root element of a document; mixed content loses the text behind children, which CIM never has.

    :raises AnswerError: too large, too deep, a DTD, or not XML.
    """
    if len(data) > MAX_BYTES:
        raise AnswerError(f"the answer is larger than {MAX_BYTES // (1024 * 1024)} MiB and was not read")
    if not data.strip():
        raise AnswerError("the answer is empty where a SOAP answer was expected")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # expat would follow it against the encoding set below
        raise AnswerError("the answer is not well-formed XML: it is UTF-16 though the request was UTF-8")
    if b"<!DOCTYPE" in data:
        raise AnswerError("the answer declares a document type, which SOAP forbids, and was not read")
    return _Reader().read(data)


class _Reader:
    """One document: expat's events in, a tree out."""

    def __init__(self) -> None:
        # The answer to a UTF-8 request is UTF-8; whatever the document says of itself is not believed.
        self._parser = expat.ParserCreate("utf-8", "}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartNamespaceDeclHandler = self._start_prefix
        self._parser.EndNamespaceDeclHandler = self._end_prefix
        self._root: ET.Element | None = None
        self._open: list[ET.Element] = []
        self._count = 0
        self._tags: dict[str, str] = {}
        self._prefixes: dict[str, list[str]] = {"xml": ["http://www.w3.org/XML/1998/namespace"]}

    def read(self, data: bytes) -> ET.Element:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            # Expat names a kind of mistake and a place, never the text itself.
            raise AnswerError(f"the answer is not well-formed XML: {error}") from None
        if self._root is None:
            raise AnswerError("the answer is not well-formed XML: it has no element")
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise AnswerError(f"the answer nests elements more than {MAX_DEPTH} deep and was not read")
        if self._count > MAX_ELEMENTS:
            raise AnswerError(f"the answer has more than {MAX_ELEMENTS} elements and was not read")
        element = ET.Element(self._tags.get(name) or self._tag(name))
        for attribute, value in attributes.items():
            key = self._tags.get(attribute) or self._tag(attribute)
            # ElementTree writes a QName as attribute value, though its type stubs speak of text only.
            element.attrib[key] = self._qname(value) if key == XSI_TYPE else value  # type: ignore[assignment]
        if self._open:
            self._open[-1].append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        if len(element) and element.text and element.text.isspace():
            element.text = None

    def _data(self, text: str) -> None:
        element = self._open[-1]
        if not len(element):
            element.text = text if element.text is None else element.text + text

    def _start_prefix(self, prefix: str | None, uri: str | None) -> None:
        self._prefixes.setdefault(prefix or "", []).append(uri or "")

    def _end_prefix(self, prefix: str | None) -> None:
        self._prefixes[prefix or ""].pop()

    def _tag(self, name: str) -> str:
        tag = "{" + name if "}" in name else name
        self._tags[name] = tag
        return tag

    def _qname(self, value: str) -> ET.QName:
        prefix, colon, name = value.strip().rpartition(":")
        scope = self._prefixes.get(prefix)
        if colon and not scope:
            raise AnswerError("the answer names a type with a prefix that is declared nowhere")
        uri = scope[-1] if scope else ""
        return ET.QName(uri, name) if uri else ET.QName(name)
