"""Answers that are well-formed and as expensive as their bytes can be, for everything that reads an answer."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import answer, shell
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, cim_class
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.hostile.measuring import Case, Read
from tests.unit.wsman import shell_wire, wire

MIB = 1024 * 1024
LARGEST_BYTES = max(answer.MAX_BYTES, 16 * MIB)
# Outside the first 65,536 characters, so that Python needs four bytes for each character of its text.
WIDE = "\N{SLIGHTLY SMILING FACE}"
_MESSAGE_ID = re.compile(rb"MessageID>([^<]+)<")
_STEPS = 4
_SMALLEST_BYTES = 16 * 1024
UNTYPED = cim_class("Any")
XMLNS = f'xmlns:p="{wire.SERVICE_URI}"'


@dataclass(frozen=True)
class Shape:
    """A body: a begin, then as many units as fit, then an end. A unit may have the number of its place in it."""

    begin: str
    unit: Callable[[int], str]
    end: str
    cls: CimClass = UNTYPED

    def body(self, size: int) -> bytes:
        parts, left, number = [self.begin.encode()], size - len(self.begin) - len(self.end) - 4096, 0
        while left > 0:
            # Some units at a time; one object for each would be more memory than what is measured.
            piece = "".join(self.unit(number + index) for index in range(256)).encode()
            parts.append(piece)
            left -= len(piece)
            number += 256
        return b"".join([*parts, self.end.encode()])


def same(unit: str) -> Callable[[int], str]:
    return lambda _number: unit


def rows(unit: str, cls: CimClass = UNTYPED) -> Shape:
    """Many rows in one page."""
    return Shape(ROWS_BEGIN, same(unit), ROWS_END, cls)


def properties(unit: str | Callable[[int], str], cls: CimClass = UNTYPED) -> Shape:
    """One row of many properties."""
    return Shape(f"{ROWS_BEGIN}<p:Row {XMLNS}>", same(unit) if isinstance(unit, str) else unit, f"</p:Row>{ROWS_END}", cls)


ROWS_BEGIN = "<n:EnumerateResponse><n:EnumerationContext/><w:Items>"
ROWS_END = "</w:Items><w:EndOfSequence/></n:EnumerateResponse>"
LONG_URI = "u" * (answer.MAX_NAME_CHARACTERS - 16)
WIDE_URI = WIDE * (answer.MAX_NAME_CHARACTERS - 16)
THIRTY = " ".join(f"a{index}=''" for index in range(30))

SHAPES: dict[str, Shape] = {
    "empty rows": rows("<x/>"),
    "rows of one property": rows("<x><a/></x>"),
    "rows of one property with a wide text": rows(f"<x><a>{WIDE}</a></x>"),
    "rows whose values have a wrong type": rows(
        "<x><Name><y/></Name><ProcessId>x</ProcessId><Started>x</Started></x>", wire.SERVICE
    ),
    "rows of dates": rows("<x><InstallDate>2026-01-31T08:00:00Z</InstallDate></x>", wire.SERVICE),
    "embedded instances": properties("<a><b/></a>"),
    "embedded instances in embedded instances": properties("<a>" * 50 + "</a>" * 50),
    "references": properties(
        "<p><Address/><ReferenceParameters><ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/wmi/r/c</ResourceURI>"
        '<SelectorSet><Selector Name="a"/></SelectorSet></ReferenceParameters></p>'
    ),
    "many elements": properties("<a/>"),
    "null properties": properties('<a xsi:nil="true"/>'),
    "one attribute each": properties(lambda number: f'<a b="{number}"/>'),
    "32 attributes each": properties(lambda number: f"<a {THIRTY} n='{number}'/>"),
    "many names": properties(lambda number: f"<a{number}/>"),
    "names with a long namespace": Shape(
        f'{ROWS_BEGIN}<p:Row xmlns:p="{LONG_URI}">', lambda number: f"<p:a{number}/>", f"</p:Row>{ROWS_END}"
    ),
    "names with a long, wide namespace": Shape(
        f'{ROWS_BEGIN}<p:Row xmlns:p="{WIDE_URI}">', lambda number: f"<p:a{number}/>", f"</p:Row>{ROWS_END}"
    ),
    "many namespaces": properties(lambda number: f'<a xmlns:p{number}="urn:{number}"/>'),
    "long namespaces": properties(lambda number: f'<a xmlns:p="{WIDE_URI}{number}"/>'),
    "many types": properties(lambda number: f'<a xsi:type="p:T{number}_Type"/>'),
    "short texts": properties(lambda number: f"<a>{number}</a>"),
    "short wide texts": properties(f"<a>{WIDE}</a>"),
    "one long text": Shape(f"{ROWS_BEGIN}<x><a>", same("x" * 64), f"</a></x>{ROWS_END}"),
    "one long wide text": Shape(f"{ROWS_BEGIN}<x><a>", same(WIDE * 64), f"</a></x>{ROWS_END}"),
    "one long text with one wide character": Shape(f"{ROWS_BEGIN}<x><a>{WIDE}", same("x" * 64), f"</a></x>{ROWS_END}"),
    "long texts, each with one wide character": properties(f"<a>{WIDE}{'x' * 4000}</a>"),
    "a text of words": Shape(f"{ROWS_BEGIN}<x><a>", same("\N{SNOWMAN} " * 64), f"</a></x>{ROWS_END}"),
    "character references": Shape(f"{ROWS_BEGIN}<x><a>", same("&#128578;"), f"</a></x>{ROWS_END}"),
    "entities": Shape(f"{ROWS_BEGIN}<x><a>", same("&lt;&amp;"), f"</a></x>{ROWS_END}"),
    "CDATA sections": Shape(f"{ROWS_BEGIN}<x><a>", same("<![CDATA[x]]>"), f"</a></x>{ROWS_END}"),
    "text between comments": Shape(f"{ROWS_BEGIN}<x><a>", same("x<!-- -->"), f"</a></x>{ROWS_END}"),
    "processing instructions": properties("<?a b?>"),
    "long comments": properties(f"<!--{'x' * 60_000}-->"),
    "white space": properties(" "),
    "nested elements": rows("<a>" * 55 + "</a>" * 55),
    "spaces in tags": properties(f"<a{' ' * 60_000}/>"),
}
FAULTS: dict[str, Shape] = {
    "a fault of many messages": Shape(
        "<s:Fault><s:Detail><f:WSManFault>",
        same(f"<f:WSManFault><f:Message>{WIDE * 1000}</f:Message></f:WSManFault>"),
        "</f:WSManFault></s:Detail></s:Fault>",
    ),
    "a fault of many codes": Shape(
        "<s:Fault><s:Detail><f:WSManFault>", same('<f:WSManFault Code="5"/>'), "</f:WSManFault></s:Detail></s:Fault>"
    ),
    "a fault of words": Shape(
        "<s:Fault><s:Reason><s:Text>", same("\N{SNOWMAN} " * 64), "</s:Text></s:Reason><s:Detail/></s:Fault>"
    ),
}
_STREAM = f'<rsp:ReceiveResponse xmlns:rsp="urn:shell"><rsp:Stream Name="stdout" CommandId="{shell_wire.COMMAND_ID}">'
_STREAM_END = "</rsp:Stream></rsp:ReceiveResponse>"
OUTPUT = Shape(_STREAM, same(base64.b64encode(b"x" * 48).decode()), _STREAM_END)
OUTPUTS: dict[str, Shape] = {
    "output of a command": OUTPUT,
    "output with spaces": Shape(_STREAM, same("A " * 64), _STREAM_END),
    "output that is not base64": Shape(_STREAM, same("\N{SNOWMAN} " * 64), _STREAM_END),
    "output in many pieces": Shape(
        '<rsp:ReceiveResponse xmlns:rsp="urn:shell">',
        same('<rsp:Stream Name="stdout">QQ==</rsp:Stream>'),
        "</rsp:ReceiveResponse>",
    ),
}


class Sender:
    """A ``send`` that answers each request with the next of these bodies; the last is repeated.

    It measures how long the caller worked on each answer: from the answer to the next request, or to ``read``.
    """

    def __init__(self, *bodies: Callable[[], bytes]) -> None:
        self._bodies = list(bodies)
        self._answered: float | None = None
        self._slowest = 0.0
        self._size_bytes = 0

    def __call__(self, envelope: bytes) -> bytes:
        self._measure()
        asked = _MESSAGE_ID.search(envelope)
        head = wire.HEAD.format(action="urn:answer", message_id=asked[1].decode() if asked else "").encode()
        body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        data = b"".join([head, body(), wire.TAIL.encode()])
        self._size_bytes += len(data)
        self._answered = time.process_time()
        return data

    def read(self, work: Callable[[], object]) -> Read:
        """Do the work that sends requests."""
        end = "read"
        try:
            # A fault was read to its end, like any other answer.
            with suppress(CimFault):
                work()
        except AnswerError as error:
            end = error.message
        self._measure()
        return Read(self._size_bytes, end, self._slowest)

    def _measure(self) -> None:
        if self._answered is not None:
            self._slowest = max(self._slowest, time.process_time() - self._answered)


def queried(body: Callable[[], bytes], cls: CimClass = UNTYPED) -> Read:
    """What a module does with the rows of a query: all are kept, then their values become plain data."""
    sender = Sender(body)

    def work() -> object:
        found = CimSession(sender).query("root/x", cls, "select * from Any")
        # A wrong value fails the task only when it is read; until then all rows are kept.
        with suppress(AnswerError):
            return [row.as_data() for row in found]
        return None

    return sender.read(work)


def received(body: Callable[[], bytes]) -> Read:
    """What a command wrote, from one answer."""
    sender = Sender(body)
    cim = CimSession(sender)
    return sender.read(lambda: shell.receive(cim.exchange, shell_wire.SHELL_ID, shell_wire.COMMAND_ID, 1))


def searched(reading: Callable[[int], Read], largest: int = LARGEST_BYTES) -> Iterator[Read]:
    """Readings of several sizes: the largest that may be sent, then ever closer to the largest that is not refused."""
    fits, refused = 0, largest
    found = reading(largest)
    yield found
    if found.end == "read":
        return
    while not fits and refused > _SMALLEST_BYTES:
        found = reading(refused // 2)
        yield found
        fits, refused = (refused // 2, refused) if found.end == "read" else (0, refused // 2)
    for _step in range(_STEPS):
        middle = (fits + refused) // 2
        found = reading(middle)
        yield found
        fits, refused = (middle, refused) if found.end == "read" else (fits, middle)


def _query(shape: Shape) -> Case:
    return lambda: searched(lambda size: queried(partial(shape.body, size), cls=shape.cls))


def _receive(shape: Shape) -> Case:
    return lambda: searched(lambda size: received(partial(shape.body, size)))


CASES: dict[str, Case] = {
    **{name: _query(shape) for name, shape in {**SHAPES, **FAULTS}.items()},
    **{name: _receive(shape) for name, shape in OUTPUTS.items()},
}
