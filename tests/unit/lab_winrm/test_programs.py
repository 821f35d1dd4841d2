"""The output of programs."""

from __future__ import annotations

import threading
import time

import pytest

from lab.winrm.message import Caller
from lab.winrm.programs import CHUNK_COST_BYTES, OUTPUT_LIMIT_BYTES, Abandoned, CommandLine, Finished, OutputPart, ProgramOutput


def test_output_in_order_and_the_exit_code_at_the_end() -> None:
    output = ProgramOutput()
    Finished(b"out", b"err", 4).start(output)
    assert output.ended
    assert output.read(10_000, 0) == OutputPart((("stdout", b"out"), ("stderr", b"err")), 4)
    assert output.read(10_000, 0) == OutputPart((), 4)


def test_large_output_is_cut() -> None:
    output = ProgramOutput()
    output.stdout(b"a" * 10)
    output.stdout(b"b" * 5)
    output.exit(0)
    assert output.read(4 + CHUNK_COST_BYTES, 0) == OutputPart((("stdout", b"aaaa"),), None)
    assert output.read(0, 0) == OutputPart((("stdout", b"a"),), None)
    assert output.read(10 + 2 * CHUNK_COST_BYTES, 0) == OutputPart((("stdout", b"aaaaa"), ("stdout", b"bbbbb")), 0)


def test_reading_waits() -> None:
    output = ProgramOutput()
    began = time.monotonic()
    assert output.read(100, 0.05) is None
    assert time.monotonic() - began >= 0.05
    threading.Timer(0.05, output.stderr, [b"x"]).start()
    assert output.read(1000, 10) == OutputPart((("stderr", b"x"),), None)
    threading.Timer(0.05, output.abandon).start()
    with pytest.raises(Abandoned):
        output.read(1000, 10)
    assert output.ended


def test_what_comes_after_the_end_is_dropped() -> None:
    output = ProgramOutput()
    output.exit(1)
    output.exit(2)
    output.stdout(b"x")
    assert output.read(1000, 0) == OutputPart((), 1)


def test_output_is_bounded() -> None:
    output = ProgramOutput()
    output.stdout(bytes(OUTPUT_LIMIT_BYTES))
    output.stdout(b"")
    with pytest.raises(ValueError, match="no client has read"):
        output.stderr(b"x")
    output.read(OUTPUT_LIMIT_BYTES + CHUNK_COST_BYTES, 0)
    output.stderr(b"x")


def test_the_line() -> None:
    assert CommandLine(Caller("a"), "echo", ('"b c"', "d")).text == 'echo "b c" d'
