"""The namespace prefixes of Windows. Clients should not depend on them, but some do: they look for ``s:Envelope`` (captured)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from functools import lru_cache

from lab.winrm.names import (
    ADDRESSING,
    ENUMERATION,
    IDENTITY,
    MICROSOFT_WSMAN,
    SHELL,
    SOAP,
    TRANSFER,
    WSMAN,
    WSMAN_FAULT,
    XML,
)

_OF_ENVELOPE = {
    SOAP: "s",
    ADDRESSING: "a",
    TRANSFER: "x",
    ENUMERATION: "n",
    WSMAN: "w",
    SHELL: "rsp",
    MICROSOFT_WSMAN: "p",
}
"""Declared at the envelope, if they are used."""

_OF_PARTS = {
    WSMAN_FAULT: "f",
    IDENTITY: "wsmid",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://schemas.dmtf.org/wbem/wscim/1/common": "cim",
    "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd": "b",
}
"""Declared at the outermost element of the part that uses them, for example at each instance."""


def prefixed(envelope: ET.Element) -> ET.Element:
    """A copy with Windows' prefixes; every class has the prefix ``p``, a class inside another one ``p1`` and so on.

    Qualified names in attributes and in text are :class:`ET.QName`.
    """
    used = {_namespace(name) for element in envelope.iter() for name in _names(element)}
    scope = {uri: prefix for uri, prefix in _OF_ENVELOPE.items() if uri in used}
    root = _copy(envelope, {"": "", XML: "xml", **scope})
    for uri, prefix in scope.items():
        root.set(f"xmlns:{prefix}", uri)
    return root


def _copy(element: ET.Element, scope: Mapping[str, str]) -> ET.Element:
    known, new = scope, {}
    if any(_namespace(name) not in scope for name in _names(element)):
        known = dict(scope)
        for uri in [_namespace(name) for part in element.iter() for name in _names(part)]:
            if uri not in known:
                new[uri] = known[uri] = _OF_PARTS.get(uri) or _free(known)
    copy = ET.Element(_short(element.tag, known), {f"xmlns:{prefix}": uri for uri, prefix in new.items()})
    for name, value in element.attrib.items():
        copy.set(_short(name, known), _value(value, known))
    if element.text is not None:
        copy.text = _value(element.text, known)
    copy.tail = element.tail
    for child in element:
        copy.append(_copy(child, known))
    return copy


def _free(known: Mapping[str, str]) -> str:
    taken = set(known.values())
    return next(prefix for prefix in ("p", *(f"p{number}" for number in range(1, len(taken) + 2))) if prefix not in taken)


def _names(element: ET.Element) -> Iterator[str]:
    """Every name in ``{namespace}local`` form at the element: of itself, its attributes, and its values that are names."""
    yield element.tag
    if isinstance(element.text, ET.QName):
        yield element.text.text
    for name, value in element.attrib.items():
        yield name
        if isinstance(value, ET.QName):
            yield value.text


@lru_cache(maxsize=4096)
def _namespace(name: str) -> str:
    return name[1 : name.index("}")] if name.startswith("{") else ""


def _short(name: str, known: Mapping[str, str]) -> str:
    uri = _namespace(name)
    return f"{known[uri]}:{name[len(uri) + 2 :]}" if uri else name


def _value(value: object, known: Mapping[str, str]) -> str:
    return _short(value.text, known) if isinstance(value, ET.QName) else str(value)
