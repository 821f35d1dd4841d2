"""Parses a SOAP request to a :class:`lab.winrm.message.Request` (facts/wsman.md section 2, [MS-WSMV] 3.1.4.1)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from lab.winrm import fault_table as table
from lab.winrm import faults
from lab.winrm.bounded_xml import XmlError, local_name, namespace, parse_xml, text_of
from lab.winrm.message import Caller, Option, Request, SoapFault
from lab.winrm.names import ADDRESSING, ANONYMOUS, ENUMERATION, IDENTITY, MICROSOFT_WSMAN, SOAP, WSMAN

MAX_ENVELOPE_BYTES = 500 * 1024
"""MaxEnvelopeSizekb of Windows 8 / Server 2012 and later."""

MIN_ENVELOPE_BYTES = 8192
MAX_TIMEOUT_SECONDS = 60.0
MAX_MESSAGE_ID_BYTES = 2048
MAX_SELECTORS = 64
MAX_OPTIONS = 512
_LONGEST_PULL_SECONDS = 86_400.0

_UNDERSTOOD = (
    {(ADDRESSING, name) for name in ("To", "Action", "MessageID", "ReplyTo", "FaultTo", "From", "RelatesTo")}
    | {
        (WSMAN, name)
        for name in (
            "ResourceURI",
            "MaxEnvelopeSize",
            "OperationTimeout",
            "Locale",
            "SelectorSet",
            "OptionSet",
            "FragmentTransfer",
        )
    }
    | {
        (MICROSOFT_WSMAN, name)
        for name in ("DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId", "CompressionType")
    }
)

_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,5})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,8})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,10}(?:\.[0-9]{1,9})?)S)?)?"
)


@dataclass(frozen=True)
class Envelope:
    """The parts of a SOAP 1.2 envelope: header blocks by (namespace, local name), and the body."""

    headers: dict[tuple[str, str], ET.Element]
    body: ET.Element

    @property
    def message_id(self) -> str:
        """The text of MessageID, empty when it is missing."""
        element = self.headers.get((ADDRESSING, "MessageID"))
        return "" if element is None else text_of(element)

    @property
    def is_identify(self) -> bool:
        """Whether the body is an Identify request (DSP0226, section 11)."""
        return [child.tag for child in self.body] == [f"{{{IDENTITY}}}Identify"]


def read_envelope(data: bytes, machine: str) -> Envelope:
    """Parse the envelope. Raises SoapFault for anything that is not a SOAP 1.2 envelope."""
    try:
        root = parse_xml(data)
    except XmlError as error:
        raise faults.fault(table.INVALID_XML, machine, f"The request cannot be read: {error}.") from error
    parts = [(child.tag, child) for child in root]
    expected = [f"{{{SOAP}}}Header", f"{{{SOAP}}}Body"]
    if root.tag != f"{{{SOAP}}}Envelope" or [tag for tag, _ in parts] not in (expected, expected[1:]):
        text = "The request is not a SOAP 1.2 envelope with one Header and one Body."
        raise faults.fault(table.INVALID_XML, machine, text)
    headers: dict[tuple[str, str], ET.Element] = {}
    for block in parts[0][1] if len(parts) == 2 else ():
        key = (namespace(block), local_name(block))
        if headers.setdefault(key, block) is not block:
            raise faults.fault(table.INVALID_HEADER, machine, f"The header {key[1]} is given twice.")
    return Envelope(headers, parts[-1][1])


def read_request(envelope: Envelope, caller: Caller, machine: str) -> Request:
    """Check the headers and build the request. Raises SoapFault."""
    headers = envelope.headers
    for (space, name), block in headers.items():
        if must_understand(block) and (space, name) not in _UNDERSTOOD:
            raise faults.not_understood(space, name)
    to = _required(headers, (ADDRESSING, "To"), machine)
    action = _required(headers, (ADDRESSING, "Action"), machine)
    message_id = _required(headers, (ADDRESSING, "MessageID"), machine)
    if len(message_id.encode()) > MAX_MESSAGE_ID_BYTES:
        text = f"MessageID is longer than {MAX_MESSAGE_ID_BYTES} bytes."
        raise faults.fault(table.INVALID_HEADER, machine, text)
    _check_reply_to(headers, machine)
    _check_locales(headers, machine)
    return Request(
        action=action,
        resource_uri=_resource_uri(headers, machine),
        message_id=message_id,
        caller=caller,
        body=envelope.body,
        selectors=_selectors(headers.get((WSMAN, "SelectorSet")), machine),
        options=_options(headers.get((WSMAN, "OptionSet")), machine),
        max_envelope_bytes=_max_envelope(headers.get((WSMAN, "MaxEnvelopeSize")), machine),
        operation_timeout_seconds=_operation_timeout(headers.get((WSMAN, "OperationTimeout")), action, machine),
        fragment=_fragment(headers.get((WSMAN, "FragmentTransfer")), machine),
        to=to,
    )


def must_understand(block: ET.Element) -> bool:
    """Whether mustUnderstand is set, in SOAP's namespace or without one (as pywinrm writes it)."""
    value = block.get(f"{{{SOAP}}}mustUnderstand", block.get("mustUnderstand", "false"))
    return value.strip().lower() in ("true", "1")


def parse_duration(text: str) -> float:
    """An xs:duration in seconds (a year is 365 days, a month 30). Raises ValueError for other text, also for a negative one."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a duration: {text!r}")
    years, months, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((years * 365 + months * 30 + days) * 24 + hours) * 3600 + minutes * 60 + seconds


def _required(headers: dict[tuple[str, str], ET.Element], key: tuple[str, str], machine: str) -> str:
    block = headers.get(key)
    if block is None or not text_of(block):
        raise faults.fault(table.HEADER_REQUIRED, machine, f"The header {key[1]} is missing or empty.")
    return text_of(block)


def _check_reply_to(headers: dict[tuple[str, str], ET.Element], machine: str) -> None:
    for name in ("ReplyTo", "FaultTo"):
        block = headers.get((ADDRESSING, name))
        if block is None and name == "FaultTo":
            continue
        address = block.find(f"{{{ADDRESSING}}}Address") if block is not None else None
        if address is None or not text_of(address):
            text = f"The header {name} or its Address is missing."
            raise faults.fault(table.HEADER_REQUIRED, machine, text)
        if text_of(address) != ANONYMOUS:
            text = f"The Address of {name} must be the anonymous role."
            raise faults.fault(table.ADDRESSING_MODE, machine, text)


def _check_locales(headers: dict[tuple[str, str], ET.Element], machine: str) -> None:
    for key in ((WSMAN, "Locale"), (MICROSOFT_WSMAN, "DataLocale")):
        block = headers.get(key)
        if block is not None and must_understand(block):
            text = f"The header {key[1]} must not have mustUnderstand set."
            raise faults.fault(table.LOCALE, machine, text)


def _resource_uri(headers: dict[tuple[str, str], ET.Element], machine: str) -> str:
    block = headers.get((WSMAN, "ResourceURI"))
    if block is None or not text_of(block):
        raise faults.unknown_resource("(none was given)", machine)
    return text_of(block)


def _max_envelope(block: ET.Element | None, machine: str) -> int:
    if block is None:
        return MAX_ENVELOPE_BYTES
    text = text_of(block)
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise faults.fault(table.INVALID_HEADER, machine, "MaxEnvelopeSize must be a number of bytes.")
    if int(text) < MIN_ENVELOPE_BYTES:
        message = f"MaxEnvelopeSize must be {MIN_ENVELOPE_BYTES} bytes or more."
        raise faults.fault(table.ENVELOPE_TOO_SMALL, machine, message)
    return min(int(text), MAX_ENVELOPE_BYTES)


def _operation_timeout(block: ET.Element | None, action: str, machine: str) -> float:
    if block is None:
        return MAX_TIMEOUT_SECONDS
    try:
        seconds = parse_duration(text_of(block))
    except ValueError as error:
        text = "OperationTimeout must be a duration such as PT60S."
        raise faults.fault(table.INVALID_HEADER, machine, text) from error
    longest = _LONGEST_PULL_SECONDS if action == f"{ENUMERATION}/Pull" else MAX_TIMEOUT_SECONDS
    return min(seconds, longest)


def _selectors(block: ET.Element | None, machine: str) -> dict[str, str | ET.Element]:
    found: dict[str, str | ET.Element] = {}
    for selector in block if block is not None else ():
        name = selector.get("Name", "")
        if selector.tag != f"{{{WSMAN}}}Selector" or not name:
            raise _bad_selectors(machine, "SelectorSet must hold Selector elements with a Name.")
        if name.casefold() in (known.casefold() for known in found):
            text = f"The selector {name} is given twice."
            raise faults.fault(table.DUPLICATE_SELECTORS, machine, text)
        if len(found) >= MAX_SELECTORS:
            raise _bad_selectors(machine, f"There are more than {MAX_SELECTORS} selectors.")
        children = list(selector)
        if children and (len(children) > 1 or children[0].tag != f"{{{ADDRESSING}}}EndpointReference"):
            raise _bad_selectors(machine, f"The selector {name} must hold text or one EndpointReference.")
        found[name] = children[0] if children else selector.text or ""
    return found


def _bad_selectors(machine: str, text: str) -> SoapFault:
    return faults.fault(table.UNEXPECTED_SELECTORS, machine, text)


def _options(block: ET.Element | None, machine: str) -> tuple[Option, ...]:
    options: list[Option] = []
    for option in block if block is not None else ():
        if option.tag != f"{{{WSMAN}}}Option" or not option.get("Name") or len(options) >= MAX_OPTIONS:
            text = f"OptionSet must hold at most {MAX_OPTIONS} Option elements with a Name."
            raise faults.fault(table.INVALID_OPTIONS, machine, text)
        options.append(Option(option.get("Name", ""), option.text or ""))
    return tuple(options)


def _fragment(block: ET.Element | None, machine: str) -> str | None:
    if block is None:
        return None
    if not must_understand(block):
        text = "The header FragmentTransfer must have mustUnderstand set."
        raise faults.fault(table.FRAGMENT_TRANSFER, machine, text)
    return text_of(block)
