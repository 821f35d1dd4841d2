"""The fuzz targets: for each, everything that is done with bytes from other programs.

A target returns without an error for input that its parsers are documented to reject. An exception is a defect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import ANSI, decode
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse, split_lines
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report
from ansible_collections.configmgr.scp.plugins.module_utils.wsman import shell
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, TransportTimeout
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.exchange import Exchange
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.cim.errors import CimError
from lab.cim.parse_values import SchemaError, ValueParser
from lab.cim.repository import Repository
from lab.winrm.message import Caller, SoapFault
from lab.winrm.soap import read_envelope, read_request
from tests.fuzz.transport import transport
from tests.unit.wsman import wire
from tests.unit.wsman.shell_wire import COMMAND_ID, SHELL_ID

MESSAGE_ID = b"@MessageID@"
"""In an answer, this is replaced by the identifier of the request, which no fuzzer could guess."""

_MESSAGE_ID = re.compile(rb"MessageID>([^<]+)<")
_MOST_ANSWERS = 3
_NAMESPACE = "root/x"
_CALLER = Caller("lab", "CORP")
_LATER = datetime(2026, 3, 2, tzinfo=UTC)


def answer(data: bytes) -> None:
    """An answer of WS-Management, to every kind of request."""

    left = _MOST_ANSWERS

    def send(envelope: bytes) -> bytes:
        # An enumeration may continue for ten thousand pages, which all are this one.
        nonlocal left
        left -= 1
        if left < 0:
            raise TransportTimeout("enough")
        asked = _MESSAGE_ID.search(envelope)
        return data.replace(MESSAGE_ID, asked[1]) if asked else data

    exchange = Exchange(send, operation_timeout_seconds=20, max_envelope_bytes=512 * 1024)
    cim = CimSession(send)
    calls: tuple[Callable[[], object], ...] = (
        lambda: cim.get(_NAMESPACE, wire.SYSRESUSE).as_data(),
        lambda: [row.as_data() for row in cim.query(_NAMESPACE, wire.SYSRESUSE, "select * from X")],
        lambda: cim.enumerate_with_references(_NAMESPACE, wire.SYSRESUSE),
        lambda: cim.create(CimInstance.new(_NAMESPACE, wire.SYSRESUSE, {})),
        lambda: cim.invoke(_NAMESPACE, wire.SERVICE, "StopService"),
        cim.identify,
        lambda: shell.create(exchange, 60),
        lambda: shell.start(exchange, SHELL_ID, "whoami"),
        lambda: shell.receive(exchange, SHELL_ID, COMMAND_ID, 1),
    )
    for call in calls:
        left = _MOST_ANSWERS
        try:
            call()
        except (AnswerError, CimFault, TransportTimeout) as error:
            if not str(error).isprintable():
                raise AssertionError("an error message can move the cursor of a terminal") from error


def log(data: bytes) -> None:
    """A log of a server. The first byte says whether it begins inside a record, and which code page it may be in."""
    begin = data[0] if data else 0
    cut = bool(begin & 1)
    text = decode(data[1:], ANSI[(begin >> 1) % len(ANSI)], cut=cut).text
    records = list(parse(split_lines(text), cut=cut))
    if [record.line for record in records] != sorted(record.line for record in records):
        raise AssertionError("the records are out of order")
    judge = Judge()
    judge.read({"dmpdownloader.log": iter(records)})
    json.dumps(report(judge, _LATER), allow_nan=False).encode("utf-8")
    for record in records:
        shown(record.message).encode("utf-8")


_REPOSITORY = Repository()
_REPOSITORY.compile(
    "class Part { [key] string K; uint32 V; string L[]; };"
    "class Thing { [key] string Name; uint8 A; sint64 B; real64 C; boolean D; datetime E; datetime Es[]; char16 F;"
    " Part G; Part Gs[]; Thing ref H; object I; };",
    _NAMESPACE,
)


def request(data: bytes) -> None:
    """A request to the lab: its envelope, its headers, and the instance in its body."""
    with suppress(SoapFault, SchemaError, CimError):
        asked = read_request(read_envelope(data, "lab"), _CALLER, "lab")
        parser = ValueParser(_NAMESPACE, _REPOSITORY.find_class)
        cls = _REPOSITORY.find_class(_NAMESPACE, "Thing")
        for selector in asked.selectors.values():
            with suppress(SchemaError, CimError):
                parser.key(cls.properties["E"], selector)
            with suppress(SchemaError, CimError):
                parser.key(cls.properties["H"], selector)
        for element in asked.body:
            parser.instance(element, cls)


TARGETS: dict[str, Callable[[bytes], None]] = {"answer": answer, "log": log, "request": request, "transport": transport}
