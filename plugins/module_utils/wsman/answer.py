# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads an answer's bytes into elements without trusting them: limited size, depth, count, names and memory, no DTD.

The standard ElementTree parser does not keep the namespace of a prefix, so the class of an embedded instance (a QName inside
``xsi:type``) would be lost. Here each ``xsi:type`` becomes an ``ET.QName`` in its scope, which ElementTree writes back with a
valid prefix.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import XSI_TYPE, local

# The limits keep the process of a task below 300 MiB, whatever a server sends: `make hostile` measures it.
# A session asks for at most 4 MiB per answer, and Windows sends at most 500 KiB unless its own limit was raised.
MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
# Elements, their attributes, and declarations of namespaces. An element with children counts twice: values.py may make an
# instance of it, with half a kilobyte.
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 32
# Every name includes the URI of its namespace: a megabyte with one long URI and many names would become gigabytes.
MAX_NAME_CHARACTERS = 512
MAX_NAMES = 20_000
# Memory for all texts, values and names. A single character beyond U+FFFF makes Python use four bytes for each of its text.
MAX_TEXT_BYTES = 40 * 1024 * 1024
# Expat keeps a complete tag in memory before it reports it; text is reported in pieces.
MAX_TAG_BYTES = 64 * 1024
_PIECE_BYTES = 32 * 1024
_MOST_SHARED = 1024


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
        raise AnswerError("the answer is XML but not a SOAP envelope; check that this is a WinRM port")
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
    """The root element of a document; mixed content loses the text after children, which CIM never has.

    Elements share their attributes where these are equal, so attributes must not be changed.

    :raises AnswerError: too large, too deep, too many or too long names or texts, a DTD, or not XML.
    """
    if len(data) > MAX_BYTES:
        raise AnswerError(f"the answer is larger than {MAX_BYTES // (1024 * 1024)} MiB and was not read")
    if not data or data.isspace():
        raise AnswerError("the answer is empty where a SOAP answer was expected")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # expat would use UTF-16 in spite of the encoding set below
        raise AnswerError("the answer is not well-formed XML: it is UTF-16 although the request was UTF-8")
    if b"<!DOCTYPE" in data:
        raise AnswerError("the answer declares a document type, which SOAP forbids, and was not read")
    return _Reader().read(data)


class _Reader:
    """One document: expat's events in, a tree out."""

    def __init__(self) -> None:
        # The answer to a UTF-8 request is UTF-8; the document's own declaration is ignored.
        self._parser = expat.ParserCreate("utf-8", "}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartNamespaceDeclHandler = self._start_prefix
        self._parser.EndNamespaceDeclHandler = self._end_prefix
        self._root: ET.Element | None = None
        self._open: list[ET.Element] = []
        self._text: list[str] = []
        self._count = 0
        self._text_bytes = 0
        self._tags: dict[str, str] = {}
        self._types: dict[tuple[str, str], ET.QName] = {}
        self._uris: set[str] = set()
        self._single: dict[tuple[str, str | ET.QName], dict[str, str]] = {}
        self._prefixes: dict[str, list[str]] = {"xml": ["http://www.w3.org/XML/1998/namespace"]}

    def read(self, data: bytes) -> ET.Element:
        view = memoryview(data)
        try:
            for place in range(0, len(data), _PIECE_BYTES):
                self._parser.Parse(view[place : place + _PIECE_BYTES], False)
                self._check_tag(min(place + _PIECE_BYTES, len(data)))
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            # Expat reports a kind of error and a position, never the text itself.
            raise AnswerError(f"the answer is not well-formed XML: {error}") from None
        finally:
            # Its handlers refer to this object: without this, the elements would remain until Python searches for garbage.
            del self._parser
        if self._root is None:
            raise AnswerError("the answer is not well-formed XML: it has no element")
        return self._root

    def _check_tag(self, fed_bytes: int) -> None:
        """Refuse a tag that is too long; expat's index is the start of an unfinished tag, or -1 while expat defers parsing."""
        begun = self._parser.CurrentByteIndex
        if 0 <= begun < fed_bytes - MAX_TAG_BYTES:
            raise AnswerError(f"the answer has a tag of more than {MAX_TAG_BYTES // 1024} KiB and was not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            raise AnswerError(f"the answer has an element with more than {MAX_ATTRIBUTES} attributes and was not read")
        if len(self._open) >= MAX_DEPTH:
            raise AnswerError(f"the answer nests elements more than {MAX_DEPTH} deep and was not read")
        self._count_more(1)
        element = ET.Element(self._tags.get(name) or self._tag(name))
        if attributes:
            element.attrib = self._attributes(attributes)
        if self._open:
            self._take_text()
            if not len(self._open[-1]):
                self._count_more(1)
            self._open[-1].append(element)
        else:
            self._root = element
        self._open.append(element)

    def _attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        # ElementTree writes a QName as attribute value, although its type stubs allow only text.
        read: dict[str, Any] = {}
        for attribute, value in attributes.items():
            key = self._tags.get(attribute) or self._tag(attribute)
            kept = self._qname(value) if key == XSI_TYPE else value
            if kept is not None:
                read[key] = kept
        if len(read) == 1:
            # Most attributes are xsi:nil or the type of an embedded instance: one dictionary for all that are equal.
            only = next(iter(read.items()))
            known = self._single.get(only)
            if known is not None:
                return known
            if len(self._single) < _MOST_SHARED:
                self._single[only] = read
        self._count_more(len(read))
        for value in attributes.values():
            self._count_text(sys.getsizeof(value))
        return read

    def _end(self, _name: str) -> None:
        self._take_text()
        element = self._open.pop()
        if len(element) and element.text and element.text.isspace():
            element.text = None

    def _data(self, text: str) -> None:
        if not len(self._open[-1]):
            self._count_text(sys.getsizeof(text))
            self._text.append(text)

    def _take_text(self) -> None:
        """Set the text of the innermost element. Its pieces are joined only once: a long text has thousands of them."""
        if len(self._text) > 1:
            # The pieces and the text exist at the same time. The widest character decides how much the text needs.
            widest = max((ord(max(piece)) for piece in self._text if not piece.isascii()), default=0)
            width = 1 if widest < 0x100 else 2 if widest < 0x10000 else 4
            self._count_text(width * sum(map(len, self._text)))
            self._text = ["".join(self._text)]
        if self._text:
            self._open[-1].text = self._text.pop()

    def _start_prefix(self, prefix: str | None, uri: str | None) -> None:
        self._count_more(1)
        if uri and uri not in self._uris:
            self._count_text(2 * sys.getsizeof(uri))
            self._uris.add(uri)
        self._prefixes.setdefault(prefix or "", []).append(uri or "")

    def _end_prefix(self, prefix: str | None) -> None:
        scope = self._prefixes[prefix or ""]
        scope.pop()
        if not scope:
            del self._prefixes[prefix or ""]

    def _count_more(self, elements: int) -> None:
        self._count += elements
        if self._count > MAX_ELEMENTS:
            raise AnswerError(f"the answer has more than {MAX_ELEMENTS} elements and attributes and was not read")

    def _count_text(self, size_bytes: int) -> None:
        self._text_bytes += size_bytes
        if self._text_bytes > MAX_TEXT_BYTES:
            raise AnswerError(
                f"the texts and names of the answer need more than {MAX_TEXT_BYTES // (1024 * 1024)} MiB of memory; "
                "it was not read"
            )

    def _tag(self, name: str) -> str:
        if len(name) > MAX_NAME_CHARACTERS:
            raise _long_name()
        self._count_name(name)
        tag = "{" + name if "}" in name else name
        self._tags[name] = tag
        return tag

    def _count_name(self, name: str) -> None:
        if len(self._tags) + len(self._types) >= MAX_NAMES:
            raise AnswerError(f"the answer has more than {MAX_NAMES} different names and was not read")
        # Twice: as expat has it, and as ElementTree writes it.
        self._count_text(2 * sys.getsizeof(name))

    def _qname(self, value: str) -> ET.QName | None:
        """The type; None if its prefix is declared nowhere, as recorded in requests of Windows: the type is then unknown."""
        prefix, colon, name = value.strip().rpartition(":")
        scope = self._prefixes.get(prefix)
        if colon and not scope:
            return None
        uri = scope[-1] if scope else ""
        if len(uri) + len(name) > MAX_NAME_CHARACTERS:
            raise _long_name()
        known = self._types.get((uri, name))
        if known is None:
            self._count_name(uri + name)
            known = self._types[uri, name] = ET.QName(uri, name) if uri else ET.QName(name)
        return known


def _long_name() -> AnswerError:
    return AnswerError(f"the answer has a name of more than {MAX_NAME_CHARACTERS} characters and was not read")
