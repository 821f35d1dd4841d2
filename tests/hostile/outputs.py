"""Commands whose output does not end, and files that are larger than the server says."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import partial

from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end
from ansible_collections.configmgr.scp.plugins.module_utils.windows.shell import run
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.hostile.answers import LARGEST_BYTES, MIB, OUTPUT, WIDE, Sender, Shape
from tests.hostile.measuring import Case, Read
from tests.unit.wsman import shell_wire

_PATH = r"D:\SMS\Logs\hman.log"
_FILE = (
    '<p:CIM_DataFile xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/CIM_DataFile">'
    f"<p:FileSize>{16 * MIB}</p:FileSize></p:CIM_DataFile>"
)
_NO_CURL = shell_wire.received(("stderr", b"not recognized"), exit_code="1")
# One character beyond U+FFFF, so that all other characters of the text need four bytes too.
_WIDE = Shape(OUTPUT.begin + base64.b64encode(f"{WIDE}xx".encode()).decode(), OUTPUT.unit, OUTPUT.end)
_PIECES = {"a third of an answer": LARGEST_BYTES // 3, "a whole answer": LARGEST_BYTES - MIB // 4}


def _texts(*bodies: str) -> list[Callable[[], bytes]]:
    return [partial(str.encode, body) for body in bodies]


def _command(shape: Shape, size: int) -> Iterator[Read]:
    sender = Sender(*_texts(shell_wire.CREATED, shell_wire.STARTED), partial(shape.body, size))
    cim = CimSession(sender)
    yield sender.read(lambda: run(cim, "x", limit_bytes=16 * MIB))


def _file(size: int) -> Iterator[Read]:
    start = (shell_wire.CREATED, shell_wire.STARTED)
    without_curl = (_FILE, *start, shell_wire.SENT, _NO_CURL, shell_wire.DELETED, *start)
    sender = Sender(*_texts(*without_curl), partial(_WIDE.body, size))
    cim = CimSession(sender)

    def work() -> object:
        try:
            return file_end.read_end(cim, _PATH, MIB)
        except file_end.FileError as error:
            return error

    yield sender.read(work)


CASES: dict[str, Case] = {
    **{f"output without end, {name} at a time": partial(_command, OUTPUT, size) for name, size in _PIECES.items()},
    **{f"wide output without end, {name} at a time": partial(_command, _WIDE, size) for name, size in _PIECES.items()},
    **{f"a file without end, {name} at a time": partial(_file, size) for name, size in _PIECES.items()},
}
