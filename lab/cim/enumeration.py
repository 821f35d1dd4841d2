"""Enumerate, Pull and Release with Windows' pages (facts/wsman.md, section 5)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import deque

from lab.cim import faults, filters
from lab.cim.contexts import Contexts, Row, TooManyContextsError, UnknownContextError
from lab.cim.filters import MODES, Found, Wish
from lab.cim.names import split_tag
from lab.cim.operation import Operation
from lab.cim.parse_values import SchemaError
from lab.winrm.message import Reply
from lab.winrm.names import ENUMERATION, WSMAN

# Pages of 50 and 51 items were seen (facts, section 5); the first one, with OptimizeEnumeration, had a single item.
MAX_PAGE_ITEMS = 50
FIRST_PAGE_ITEMS = 1
# Room for the envelope and its headers around the items.
ENVELOPE_BYTES = 2048


def enumerate_(operation: Operation, contexts: Contexts) -> Reply:
    """Open an enumeration; with OptimizeEnumeration the answer contains the first item."""
    operation.no_selectors()
    if operation.request.fragment is not None:
        raise faults.unsupported_fragment("FragmentTransfer is for Get and Put only.", operation.machine)
    wish = filters.read_wish(operation)
    rows = deque(_rows(operation, wish))
    response = ET.Element(f"{{{ENUMERATION}}}EnumerateResponse")
    context = ET.SubElement(response, f"{{{ENUMERATION}}}EnumerationContext")
    if wish.optimize:
        page = _page(operation, rows, FIRST_PAGE_ITEMS, operation.request.max_envelope_bytes)
        if page:
            ET.SubElement(response, f"{{{WSMAN}}}Items").extend(page)
        if not rows:
            ET.SubElement(response, f"{{{WSMAN}}}EndOfSequence")
            return operation.reply(response)
    try:
        context.text = contexts.open(str(operation.request.caller), operation.request.resource_uri, rows)
    except TooManyContextsError:
        raise faults.too_many_operations(
            contexts.max_per_user, machine=operation.machine, style=operation.settings.style
        ) from None
    return operation.reply(response)


def pull(operation: Operation, contexts: Contexts) -> Reply:
    """The next page, with a new context; the old one is no longer valid, also when the page does not fit."""
    values = _children(operation, "Pull", {"EnumerationContext", "MaxElements", "MaxCharacters", "MaxTime"}, foreign=True)
    count = filters.positive(values["MaxElements"]) if "MaxElements" in values else 1
    size = operation.request.max_envelope_bytes
    if "MaxCharacters" in values:
        size = min(size, filters.positive(values["MaxCharacters"]))
    request = operation.request
    try:
        enumeration = contexts.take(_context(values), str(request.caller), request.resource_uri)
    except UnknownContextError:
        raise faults.invalid_context(operation.machine) from None
    page = _page(operation, enumeration.rows, min(count, MAX_PAGE_ITEMS), size)
    response = ET.Element(f"{{{ENUMERATION}}}PullResponse")
    if enumeration.rows:
        ET.SubElement(response, f"{{{ENUMERATION}}}EnumerationContext").text = contexts.renew(enumeration)
    if page:
        ET.SubElement(response, f"{{{ENUMERATION}}}Items").extend(page)
    if not enumeration.rows:
        ET.SubElement(response, f"{{{ENUMERATION}}}EndOfSequence")
    return operation.reply(response)


def release(operation: Operation, contexts: Contexts) -> Reply:
    """Release an enumeration."""
    values = _children(operation, "Release", {"EnumerationContext"})
    try:
        contexts.take(_context(values), str(operation.request.caller), operation.request.resource_uri)
    except UnknownContextError:
        raise faults.invalid_context(operation.machine) from None
    return operation.reply()


def _rows(operation: Operation, wish: Wish) -> list[Row]:
    """Every row of the answer as XML: a value that cannot be written makes the complete enumeration fail."""
    return [Row.of(_item(operation, found, wish.mode)) for found in filters.answer(operation, wish)]


def _item(operation: Operation, found: Found, mode: str) -> ET.Element:
    renderer, instance = operation.renderer, found.instance
    if mode != MODES[0] and not (instance.cls.keys or instance.cls.singleton):
        raise faults.unsupported_mode(f"{instance.cls.name} has no key, so its instances have no reference.", operation.machine)
    if mode == "EnumerateEPR":
        return renderer.reference(renderer.key_path(instance))
    row = renderer.instance(instance) if found.columns is None else renderer.projection(instance, found.columns)
    if mode == MODES[0]:
        return row
    item = ET.Element(f"{{{WSMAN}}}Item")
    item.extend([row, renderer.reference(renderer.key_path(instance))])
    return item


def _page(operation: Operation, rows: deque[Row], count: int, envelope_bytes: int) -> list[ET.Element]:
    """Remove rows from the enumeration as long as they fit; an EncodingLimit fault if not even the first does."""
    page: list[ET.Element] = []
    left = envelope_bytes - ENVELOPE_BYTES
    while rows and len(page) < count:
        if rows[0].size > left:
            if not page:
                raise faults.encoding_limit(rows[0].size, max(left, 0), operation.machine)
            break
        left -= rows[0].size
        page.append(rows.popleft().element)
    return page


def _children(operation: Operation, name: str, allowed: set[str], *, foreign: bool = False) -> dict[str, ET.Element]:
    """The children by name. ``foreign``: the schema of WS-Enumeration allows elements of other namespaces, which are ignored."""
    root = operation.body()
    if root.tag != f"{{{ENUMERATION}}}{name}":
        raise SchemaError(f"the Body of a {name} holds one n:{name}")
    values: dict[str, ET.Element] = {}
    for element in root:
        namespace, local = split_tag(element.tag)
        if foreign and namespace not in {"", ENUMERATION}:
            continue
        if namespace != ENUMERATION or local not in allowed or local in values:
            raise SchemaError(f"unexpected {local} in a {name}")
        values[local] = element
    if "EnumerationContext" not in values:
        raise SchemaError(f"a {name} needs n:EnumerationContext")
    return values


def _context(values: dict[str, ET.Element]) -> str:
    return (values["EnumerationContext"].text or "").strip()
