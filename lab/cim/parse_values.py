"""Converts XML of Put, Create and Invoke to values, strictly by the MOF: the reverse of :mod:`lab.cim.render`.

Wrong structure raises SchemaError (Windows: 0x80338041), text that is not a value of its type CimError TYPE_MISMATCH.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lab.cim.dmtf import PartialDatetime
from lab.cim.dmtf import parse as parse_dmtf
from lab.cim.errors import CimError, Wbem
from lab.cim.model import INTEGER_RANGES, ClassDef, Instance, NameMap, Path, PropertyDef, Value
from lab.cim.names import CIM, CIM_NAMESPACE_SELECTOR, NIL, TYPE, class_uri, resource, same_uri, split_tag
from lab.cim.values import REAL_TYPES
from lab.winrm.names import ADDRESSING, WSMAN

FindClass = Callable[[str, str], ClassDef]

_DATETIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:(Z)|([+-]\d\d:\d\d))?")
_DURATION = re.compile(r"P(?:(\d{1,8})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.(\d{1,6}))?S)?)?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_REAL = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?")


class SchemaError(ValueError):
    """XML whose structure does not fit the class; the text says where and why."""


class ValueParser:
    """Reads values of one namespace.

    :param find_class: (namespace, class name) -> class; raises CimError when there is none.
    :param dmtf: elements have the URIs of the DMTF as their namespaces.
    """

    def __init__(self, namespace: str, find_class: FindClass, *, dmtf: bool = False) -> None:
        self._namespace = namespace
        self._find_class = find_class
        self._dmtf = dmtf

    def properties(self, root: ET.Element, uri: str, known: NameMap[PropertyDef], owner: str) -> NameMap[Value]:
        """The properties or parameters below ``root``, all in the namespace ``uri``; absent ones are not in the result."""
        _refuse_text(root)
        groups: dict[str, list[ET.Element]] = {}
        for element in root:
            namespace, local = split_tag(element.tag)
            if local not in known:
                raise SchemaError(f"{owner} has no {local}")
            if not same_uri(namespace, uri):
                raise SchemaError(f"{local} of {owner} is in the namespace {namespace!r}, not in {uri!r}")
            groups.setdefault(known[local].name, []).append(element)
        return NameMap({name: self._property(known[name], elements) for name, elements in groups.items()})

    def instance(self, root: ET.Element, cls: ClassDef) -> NameMap[Value]:
        """The values of an instance of the class; the element must be that of the class."""
        uri = class_uri(self._namespace, cls.name, dmtf=self._dmtf)
        namespace, local = split_tag(root.tag)
        if local.lower() != cls.name.lower() or not same_uri(namespace, uri):
            raise SchemaError(f"the Body holds {local} of {namespace!r} where {cls.name} of {uri!r} belongs")
        return self.properties(root, uri, cls.properties, cls.name)

    def key(self, prop: PropertyDef, given: str | ET.Element) -> Value:
        """The value of a key property from a selector; CimError TYPE_MISMATCH, or SchemaError for a bad reference."""
        if prop.type == "ref":
            if isinstance(given, str):
                raise SchemaError(f"the selector {prop.name} needs an EndpointReference")
            return self.reference(prop, [given])
        if not isinstance(given, str):
            raise SchemaError(f"the selector {prop.name} is text, not an EndpointReference")
        if prop.type == "datetime":
            return _datetime_key(prop, given)
        return scalar(prop, given.lower() if prop.type == "boolean" else given)

    def _property(self, prop: PropertyDef, elements: list[ET.Element]) -> Value:
        if len(elements) == 1 and _is_nil(elements[0]):
            return None
        if any(_is_nil(element) for element in elements):
            raise SchemaError(f"{prop.name}: nil cannot stand inside an array")
        if prop.array:
            return [self._item(prop, element) for element in elements]
        if len(elements) > 1:
            raise SchemaError(f"{prop.name} is no array and stands {len(elements)} times")
        return self._item(prop, elements[0])

    def _item(self, prop: PropertyDef, element: ET.Element) -> Value:
        if prop.type == "object":
            return self._embedded(prop, element)
        if prop.type == "ref":
            return self.reference(prop, list(element))
        if prop.type == "datetime":
            return _datetime(prop, element)
        if len(element):
            raise SchemaError(f"{prop.name} is {prop.type} and cannot hold elements")
        return scalar(prop, element.text or "")

    def _embedded(self, prop: PropertyDef, element: ET.Element) -> Instance:
        """An embedded instance: xsi:type names its class, which must be that of its children's namespace."""
        written = element.get(TYPE, "")
        name = re.split(r"[:}]", str(written))[-1]
        if not name.endswith("_Type"):
            raise SchemaError(f'{prop.name}: an embedded instance needs xsi:type="q:{prop.class_name or "Class"}_Type"')
        try:
            cls = self._find_class(self._namespace, name.removesuffix("_Type"))
        except CimError:
            raise SchemaError(f"{prop.name}: unknown class {name.removesuffix('_Type')} in xsi:type") from None
        if prop.class_name is not None and not cls.derives_from(prop.class_name):
            raise SchemaError(f"{prop.name}: {cls.name} in xsi:type is no {prop.class_name}")
        values = self.properties(element, class_uri(self._namespace, cls.name, dmtf=self._dmtf), cls.properties, cls.name)
        return Instance(cls, values)

    def reference(self, prop: PropertyDef, parts: list[ET.Element]) -> Path:
        """A path from Address and ReferenceParameters, bare or inside an EndpointReference."""
        if len(parts) == 1 and parts[0].tag == f"{{{ADDRESSING}}}EndpointReference":
            parts = list(parts[0])
        return self._path(prop, parts)

    def _path(self, prop: PropertyDef, parts: list[ET.Element]) -> Path:
        parameters = next((part for part in parts if part.tag == f"{{{ADDRESSING}}}ReferenceParameters"), None)
        uri = None if parameters is None else parameters.findtext(f"{{{WSMAN}}}ResourceURI")
        selectors = [] if parameters is None else parameters.findall(f"{{{WSMAN}}}SelectorSet/{{{WSMAN}}}Selector")
        texts = {selector.get("Name", ""): selector.text or "" for selector in selectors}
        found = resource((uri or "").strip(), texts)
        if found is None:
            raise SchemaError(f"{prop.name}: a reference needs ReferenceParameters with a ResourceURI of a WMI class")
        try:
            cls = self._find_class(found[0], found[1])
        except CimError as error:
            raise SchemaError(f"{prop.name}: {error.message}") from None
        if prop.class_name is not None and not cls.derives_from(prop.class_name):
            raise SchemaError(f"{prop.name}: {cls.name} is no {prop.class_name}")
        keys: list[tuple[str, Value]] = []
        for selector in selectors:
            name = selector.get("Name", "")
            if name.lower() == CIM_NAMESPACE_SELECTOR:
                continue
            key = cls.properties.get(name)
            if key is None or not key.key:
                raise SchemaError(f"{prop.name}: {cls.name} has no key {name}")
            given = selector[0] if len(selector) else (selector.text or "")
            keys.append((key.name, self.key(key, given)))
        return Path(found[0], cls.name, tuple(keys))


def scalar(prop: PropertyDef, text: str) -> Value:
    """Text of a simple type other than datetime; CimError TYPE_MISMATCH."""
    if prop.type == "string":
        return text
    word = text.strip()
    if prop.type == "boolean":
        if word in {"true", "1", "false", "0"}:
            return word in {"true", "1"}
        raise _mismatch(prop, text, "true or false")
    if prop.type in REAL_TYPES:
        if _REAL.fullmatch(word):
            return float(word)
        raise _mismatch(prop, text, "a number")
    low, high = INTEGER_RANGES[prop.type]
    if _INTEGER.fullmatch(word) and low <= int(word) <= high:
        return int(word)
    raise _mismatch(prop, text, f"a whole number from {low} to {high}")


def parse_datetime(text: str) -> datetime:
    """xs:dateTime; without a zone it is UTC ([MS-WSMV] and facts, section 7). ValueError otherwise."""
    found = _DATETIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a date-time such as 2026-01-31T23:59:00Z")
    *parts, fraction, _, offset = found.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    moment = datetime(*map(int, parts), micro, tzinfo=UTC)  # type: ignore[misc,arg-type]
    if offset is None:
        return moment
    return datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S}.{micro:06d}{offset}".rjust(32, "0"))


def parse_duration(text: str) -> timedelta:
    """xs:duration in days and smaller; ValueError otherwise."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()) or text.strip().endswith("T"):
        raise ValueError(f"{text!r} is not an interval such as P0DT0H1M40S")
    days, hours, minutes, seconds, fraction = found.groups()
    return timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "0").ljust(6, "0")),
    )


def _datetime(prop: PropertyDef, element: ET.Element) -> Value:
    if len(element) != 1 or element[0].tag not in {f"{{{CIM}}}Datetime", f"{{{CIM}}}Interval"}:
        raise SchemaError(f"{prop.name} is datetime and needs one cim:Datetime or cim:Interval")
    _refuse_text(element)
    text = element[0].text or ""
    try:
        return parse_datetime(text) if element[0].tag.endswith("Datetime") else parse_duration(text)
    except ValueError as error:
        raise _mismatch(prop, text, str(error)) from None


def _datetime_key(prop: PropertyDef, text: str) -> datetime | timedelta | PartialDatetime:
    """A key of type datetime: DMTF text or xs:dateTime."""
    for read in (parse_dmtf, parse_datetime):
        try:
            return read(text)
        except ValueError:
            continue
    raise _mismatch(prop, text, "a date-time")


def _is_nil(element: ET.Element) -> bool:
    nil = element.get(NIL, "false").strip()
    if nil not in {"true", "1", "false", "0"}:
        raise SchemaError(f"{split_tag(element.tag)[1]}: xsi:nil is {nil!r}; allowed: true, false")
    if nil in {"false", "0"}:
        return False
    if len(element) or (element.text or "").strip():
        raise SchemaError(f"{split_tag(element.tag)[1]} is nil and yet not empty")
    return True


def _refuse_text(element: ET.Element) -> None:
    """Only white space is allowed between the elements."""
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise SchemaError(f"text between the elements of {split_tag(element.tag)[1]}")


def _mismatch(prop: PropertyDef, text: str, allowed: str) -> CimError:
    shown = text if len(text) <= 60 else f"{text[:60]}..."
    return CimError(Wbem.TYPE_MISMATCH, f"Type mismatch: {prop.name} ({prop.type}) cannot be {shown!r}; allowed: {allowed}")
