"""Parses XML from the network, within limits: no DTD, limited depth and number of elements."""

from __future__ import annotations

import xml.etree.ElementTree as ET

MAX_DEPTH = 64
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTES = 64
MAX_NAMESPACE_CHARACTERS = 2048
"""Every name contains the URI of its namespace, so a long URI is repeated many times."""


class XmlError(ValueError):
    """The bytes are not XML that the service accepts; the text says why."""


class _BoundedBuilder(ET.TreeBuilder):
    """Builds the tree and stops at the first part that exceeds a limit."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Called by the parser before it reads the declarations of the DTD."""
        raise XmlError("a document type declaration is not allowed")

    def start_ns(self, prefix: str | None, uri: str | None) -> None:
        """Called for each declaration of a prefix, before the element that contains it."""
        if len(uri or "") > MAX_NAMESPACE_CHARACTERS:
            raise XmlError(f"the name of a namespace is longer than {MAX_NAMESPACE_CHARACTERS}")

    def start(self, tag: str, attrs: dict[str, str]) -> ET.Element:
        """Count, then build."""
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise XmlError(f"elements are nested deeper than {MAX_DEPTH}")
        if self._elements > MAX_ELEMENTS:
            raise XmlError(f"there are more than {MAX_ELEMENTS} elements")
        if len(attrs) > MAX_ATTRIBUTES:
            raise XmlError(f"an element has more than {MAX_ATTRIBUTES} attributes")
        return super().start(tag, attrs)

    def end(self, tag: str) -> ET.Element:
        """Count, then close."""
        self._depth -= 1
        return super().end(tag)


def parse_xml(data: bytes) -> ET.Element:
    """The root element. Raises XmlError. Comments and processing instructions are left out."""
    parser = ET.XMLParser(target=_BoundedBuilder())
    try:
        parser.feed(data)
        root = parser.close()
    except ET.ParseError as error:
        raise XmlError(f"not well-formed XML: {error}") from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not have, or that does not match the bytes
        if isinstance(error, XmlError):
            raise
        raise XmlError(f"the XML cannot be decoded: {error}") from error
    if not isinstance(root, ET.Element):
        raise XmlError("there is no element")
    return root


def local_name(element: ET.Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: ET.Element) -> str:
    """The element's namespace, empty when it has none."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def text_of(element: ET.Element) -> str:
    """The text of a header without surrounding blanks; empty when there is none."""
    return (element.text or "").strip()
