"""Instances and values to XML as Windows writes them (facts/wsman.md, sections 4 to 7)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lab.cim.dmtf import PartialDatetime
from lab.cim.model import ClassDef, Instance, MethodDef, Path, PropertyDef, Value
from lab.cim.names import CIM, CIM_NAMESPACE_SELECTOR, NIL, TYPE, class_uri
from lab.winrm.names import ADDRESSING, ANONYMOUS, WSMAN

# XML 1.0 cannot contain these; documented for 0x01-0x1F ([MS-WSMV] 3.1.4.1.25), the rest is treated the same way.
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ZONELESS = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\.(\d{6})[+-]\*{3}")


class UnwritableValue(ValueError):
    """A value for which Windows answers a schema error (0x80338041) in place of the complete answer."""


@dataclass(frozen=True)
class Rendering:
    """Differences between Windows servers.

    :param utc: write every date-time in UTC with ``Z``; otherwise each in its own offset, UTC as ``Z``.
    :param unknown_zone: written after a date-time whose zone is unknown (``+***``). What Windows writes there is not
        established, so it is a setting.
    """

    utc: bool = False
    unknown_zone: str = "Z"


class Renderer:
    """Writes values of one namespace.

    :param dmtf: with the URIs of the DMTF, as the request.
    """

    def __init__(self, namespace: str, rendering: Rendering | None = None, *, dmtf: bool = False) -> None:
        self._namespace = namespace
        self._rendering = rendering or Rendering()
        self._dmtf = dmtf

    def instance(self, instance: Instance) -> ET.Element:
        """``p:CLASS`` with ``xsi:type="p:CLASS_Type"`` and every property, in alphabetical order (captured)."""
        uri = self._uri(instance.cls)
        root = ET.Element(f"{{{uri}}}{instance.cls.name}", {TYPE: _type_name(uri, instance.cls)})
        root.extend(self._properties(instance))
        return root

    def projection(self, instance: Instance, columns: Iterable[str]) -> ET.Element:
        """``w:XmlFragment``: the selected properties without namespace, in alphabetical order ([MS-WSMV] notes 58, 59)."""
        root = ET.Element(f"{{{WSMAN}}}XmlFragment")
        for name in sorted(columns, key=str.lower):
            prop = instance.cls.properties[name]
            root.extend(self.elements("", prop, instance[name], bare=True))
        return root

    def fragment(self, instance: Instance, name: str) -> ET.Element:
        """The answer to a fragment Get: ``w:XmlFragment`` around one property in the class's namespace."""
        root = ET.Element(f"{{{WSMAN}}}XmlFragment")
        root.extend(self.elements(self._uri(instance.cls), instance.cls.properties[name], instance[name]))
        return root

    def method_output(self, cls: ClassDef, method: MethodDef, values: Mapping[str, Value]) -> ET.Element:
        """``p:Method_OUTPUT``; it wraps references in ``a:EndpointReference``."""
        uri = self._uri(cls)
        root = ET.Element(f"{{{uri}}}{method.name}_OUTPUT")
        for prop in method.outputs.values():
            root.extend(self.elements(uri, prop, values.get(prop.name), wrapped=True))
        if method.returns != "void":
            root.extend(self.elements(uri, PropertyDef("ReturnValue", method.returns), values.get("ReturnValue")))
        return root

    def key_path(self, instance: Instance) -> Path:
        """The path of an instance; a singleton's has no keys."""
        keys = () if instance.cls.singleton else instance.cls.keys
        return Path(self._namespace, instance.cls.name, tuple((name, instance[name]) for name in keys))

    def reference_parts(self, path: Path) -> list[ET.Element]:
        """Address and ReferenceParameters of a path."""
        address = ET.Element(f"{{{ADDRESSING}}}Address")
        address.text = ANONYMOUS
        parameters = ET.Element(f"{{{ADDRESSING}}}ReferenceParameters")
        ET.SubElement(parameters, f"{{{WSMAN}}}ResourceURI").text = class_uri(path.namespace, path.class_name, dmtf=self._dmtf)
        selectors = ET.SubElement(parameters, f"{{{WSMAN}}}SelectorSet")
        if self._dmtf:
            ET.SubElement(selectors, f"{{{WSMAN}}}Selector", {"Name": CIM_NAMESPACE_SELECTOR}).text = path.namespace
        for name, value in path.keys:
            selector = ET.SubElement(selectors, f"{{{WSMAN}}}Selector", {"Name": name})
            if isinstance(value, Path):
                selector.append(self.reference(value))
            else:
                selector.text = self._text(value)
        return [address, parameters]

    def reference(self, path: Path) -> ET.Element:
        """``a:EndpointReference`` of a path."""
        element = ET.Element(f"{{{ADDRESSING}}}EndpointReference")
        element.extend(self.reference_parts(path))
        return element

    def elements(
        self, uri: str, prop: PropertyDef, value: Value, *, bare: bool = False, wrapped: bool = False
    ) -> list[ET.Element]:
        """The elements of one property in the namespace ``uri``: one, one for each item, or none for an empty array.

        :param bare: as in a projection: Datetime and Interval without namespace too.
        :param wrapped: references inside an EndpointReference.
        """
        tag = f"{{{uri}}}{prop.name}" if uri else prop.name
        if value is None:
            return [ET.Element(tag, {NIL: "true"})]
        items = value if prop.array else [value]
        return [self._element(tag, item, bare=bare, wrapped=wrapped) for item in items]

    def _uri(self, cls: ClassDef) -> str:
        return class_uri(self._namespace, cls.name, dmtf=self._dmtf)

    def _properties(self, instance: Instance) -> list[ET.Element]:
        uri = self._uri(instance.cls)
        properties = sorted(instance.cls.properties.values(), key=lambda prop: prop.name.lower())
        return [element for prop in properties for element in self.elements(uri, prop, instance[prop.name])]

    def _element(self, tag: str, value: Value, *, bare: bool, wrapped: bool) -> ET.Element:
        element = ET.Element(tag)
        if isinstance(value, Instance):
            uri = self._uri(value.cls)
            element.set(TYPE, _type_name(uri, value.cls))
            element.extend(self._properties(value))
        elif isinstance(value, Path):
            element.extend([self.reference(value)] if wrapped else self.reference_parts(value))
        elif isinstance(value, datetime | timedelta | PartialDatetime):
            name = "Interval" if isinstance(value, timedelta) else "Datetime"
            ET.SubElement(element, name if bare else f"{{{CIM}}}{name}").text = self._text(value)
        else:
            element.text = self._text(value)
        return element

    def _text(self, value: Value) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case datetime():
                return format_datetime(_in_utc(value) if self._rendering.utc else value)
            case timedelta():
                return format_duration(value)
            case PartialDatetime():
                return _partial(value, self._rendering.unknown_zone)
            case str():
                return _NOT_PRINTABLE.sub("?", value)
            case _:
                return str(value)


def _type_name(uri: str, cls: ClassDef) -> str:
    # ElementTree writes a QName with its prefix and declares that
    return ET.QName(uri, f"{cls.name}_Type")  # type: ignore[return-value]


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise UnwritableValue(f"the date-time {value} has no UTC form") from None


def format_datetime(value: datetime) -> str:
    """xs:dateTime: as many digits of the fraction as it has, ``Z`` for UTC, else the offset."""
    text = value.replace(tzinfo=None).isoformat(timespec="microseconds" if value.microsecond else "seconds")
    if value.microsecond:
        text = text.rstrip("0")
    offset = value.utcoffset()
    if not offset:
        return f"{text}Z"
    minutes = int(offset.total_seconds() // 60)
    return f"{text}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def format_duration(value: timedelta) -> str:
    """xs:duration as ``P0DT0H1M40S``."""
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    return f"P{value.days}DT{hours}H{minutes}M{seconds}{fraction}S"


def _partial(value: PartialDatetime, unknown_zone: str) -> str:
    found = _ZONELESS.fullmatch(value.text)
    if found is None:
        raise UnwritableValue(f"the date-time {value.text} cannot be written as xs:dateTime")
    year, month, day, hour, minute, second, micro = found.groups()
    fraction = f".{micro}".rstrip("0").rstrip(".")
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}{unknown_zone}"
