"""Enumerations that continue page after page: what is kept of all pages, and the last page on top of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import exchange
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.hostile.answers import MIB, SHAPES, UNTYPED, WIDE, Sender, Shape, searched
from tests.hostile.measuring import Case, Read
from tests.unit.wsman import wire

PAGE_BYTES = exchange.LARGEST_ENVELOPE_BYTES
_FIRST = b"<n:EnumerateResponse><n:EnumerationContext>c</n:EnumerationContext></n:EnumerateResponse>"

Reader = Callable[[CimSession, CimClass], object]


def _query(cim: CimSession, cls: CimClass) -> object:
    return cim.query("root/x", cls, "select * from Any")


def _columns(cim: CimSession, cls: CimClass) -> object:
    return cim.query("root/x", cls, "select a from Any")


def _data(cim: CimSession, cls: CimClass) -> object:
    return cim.query_data("root/x", cls, "select * from Any")


def _references(cim: CimSession, cls: CimClass) -> object:
    return cim.references("root/x", cls)


def _streamed(cim: CimSession, cls: CimClass) -> object:
    with cim.rows("root/x", cls, "select * from Any") as rows:
        return sum(1 for _row in rows)


def endless(shape: Shape, last: Shape, read: Reader, size: int, last_size: int) -> Iterator[Read]:
    """Pages until they are refused; then the same with one page fewer, and a page of the most expensive kind in its place."""
    # The last page of an answer says that it ends; these do not.
    page, final = (replace(each, begin=_open(each.begin), end=_open(each.end)) for each in (shape, last))
    pages = 0

    def counted() -> bytes:
        nonlocal pages
        pages += 1
        return page.body(size)

    yield _read(Sender(lambda: _FIRST, counted), read, shape.cls)
    before = [partial(page.body, size)] * (pages - 1)
    yield _read(Sender(lambda: _FIRST, *before, partial(final.body, last_size)), read, shape.cls)


def _read(sender: Sender, read: Reader, cls: CimClass) -> Read:
    cim = CimSession(sender)
    return sender.read(lambda: read(cim, cls))


def _open(part: str) -> str:
    part = part.replace("<n:EnumerateResponse><n:EnumerationContext/><w:Items>", "<n:PullResponse><n:Items>")
    return part.replace("</w:Items><w:EndOfSequence/></n:EnumerateResponse>", "</n:Items></n:PullResponse>")


def _largest(shape: Shape) -> int:
    """The largest size of a page of this kind that is read."""
    found = 0
    page = replace(shape, begin=_open(shape.begin), end=_open(shape.end))

    def reading(size: int) -> Read:
        nonlocal found
        end = _open("</w:Items><w:EndOfSequence/></n:EnumerateResponse>").replace("</n:Items>", "</n:Items><n:EndOfSequence/>")
        ended = replace(page, end=page.end.replace("</n:Items></n:PullResponse>", end))
        seen = _read(Sender(lambda: _FIRST, partial(ended.body, size)), _streamed, shape.cls)
        if seen.end == "read":
            found = max(found, size)
        return seen

    for _reading in searched(reading):
        pass
    return found


def _case(name: str, read: Reader, size: int = MIB, last: str = "embedded instances in embedded instances") -> Case:
    return lambda: endless(SHAPES[name], SHAPES[last], read, size, _largest(SHAPES[last]))


_PLAIN = "".join(f"<p:Property{number}>value {number} of the row</p:Property{number}>" for number in range(10)) + "".join(
    f'<p:Nothing{number} xsi:nil="true"/>' for number in range(10)
)
SHAPES["rows as Windows has them"] = replace(
    SHAPES["empty rows"],
    unit=lambda _number: f'<p:Any xmlns:p="{wire.SERVICE_URI}" xsi:type="p:Any_Type">{_PLAIN}</p:Any>',
    cls=UNTYPED,
)
SHAPES["rows with a long text"] = replace(SHAPES["empty rows"], unit=lambda _number: f"<x><a>{WIDE}{'x' * 4000}</a></x>")

CASES: dict[str, Case] = {
    "pages of empty rows": _case("empty rows", _query, MIB // 2),
    "pages of rows of one property": _case("rows of one property", _query, MIB // 2),
    "pages of rows of one property, columns": _case("rows of one property", _columns, MIB // 2),
    "pages of rows as Windows has them": _case("rows as Windows has them", _query),
    "pages of rows as Windows has them, as data": _case("rows as Windows has them", _data),
    "pages of rows with a long text": _case("rows with a long text", _query, 4 * MIB),
    "pages of rows with a long text, then a long text": _case(
        "rows with a long text", _query, 4 * MIB, "one long text with one wide character"
    ),
    "pages of rows that are not kept": _case("rows as Windows has them", _streamed, 4 * MIB),
    "pages with many names": _case("many names", _query, MIB // 8),
    "pages with long names": _case("names with a long, wide namespace", _query, MIB // 16),
}
