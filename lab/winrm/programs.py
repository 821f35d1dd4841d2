"""The programs that run in a remote shell: the interface between the WinRS service and the emulated Windows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from lab.winrm.message import Caller

OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024
"""The limit for output that a program has written and no client has read."""

CHUNK_COST_BYTES = 256
"""The size of a piece of output in a reply in addition to its own bytes."""

CONTROL_C_EXIT = -1073741510
"""Exit code of a program ended by Ctrl+C: 0xC000013A as a signed 32-bit number."""


@dataclass(frozen=True)
class CommandLine:
    """The command line that a client wants to run ([MS-WSMV] 2.2.4.7 and 3.1.4.11).

    ``command`` and ``arguments`` are passed on as sent: the runner parses them as cmd.exe does.
    ``skip_shell`` is the option WINRS_SKIP_CMD_SHELL, ``console_input`` WINRS_CONSOLEMODE_STDIN.
    """

    caller: Caller
    command: str
    arguments: tuple[str, ...] = ()
    working_directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    code_page: int = 437
    skip_shell: bool = False
    console_input: bool = True

    @property
    def text(self) -> str:
        """The complete line, command and arguments separated by blanks."""
        return " ".join((self.command, *self.arguments))


class Signal(Enum):
    """The signals that a client may send to a program ([MS-WSMV] 2.2.4.38)."""

    CTRL_C = "ctrl_c"
    CTRL_BREAK = "ctrl_break"
    TERMINATE = "terminate"


class ProgramOutput:
    """A program's output and its end. Safe to use from every thread; never calls back."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._chunks: list[tuple[str, bytes]] = []
        self._waiting_bytes = 0
        self._exit_code: int | None = None
        self._abandoned = False

    def stdout(self, data: bytes) -> None:
        """Write to standard output."""
        self._write("stdout", data)

    def stderr(self, data: bytes) -> None:
        """Write to standard error."""
        self._write("stderr", data)

    def exit(self, code: int) -> None:
        """The program has ended. Only the first call has an effect; later output is discarded."""
        with self._changed:
            if self._exit_code is None:
                self._exit_code = code
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Whether the program has ended or its output is no longer read; a program may then stop working."""
        with self._changed:
            return self._exit_code is not None or self._abandoned

    def abandon(self) -> None:
        """The output will no longer be read: wakes the threads that wait in :meth:`read`."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def read(self, limit_bytes: int, timeout_seconds: float) -> OutputPart | None:
        """Take written output, at most ``limit_bytes`` (each piece counts :data:`CHUNK_COST_BYTES` more); waits until there is
        output or the program has ended.

        None after the time without output. Raises :class:`Abandoned` after :meth:`abandon`.
        """
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            while not self._chunks and self._exit_code is None and not self._abandoned:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            if self._abandoned:
                raise Abandoned
            taken = self._take(limit_bytes)
            return OutputPart(taken, None if self._chunks else self._exit_code)

    def _take(self, limit_bytes: int) -> tuple[tuple[str, bytes], ...]:
        taken: list[tuple[str, bytes]] = []
        room = limit_bytes
        while self._chunks and (room > CHUNK_COST_BYTES or not taken):
            stream, data = self._chunks[0]
            size = max(1, room - CHUNK_COST_BYTES)
            if len(data) <= size:
                del self._chunks[0]
            else:
                self._chunks[0] = (stream, data[size:])
                data = data[:size]
            room -= len(data) + CHUNK_COST_BYTES
            self._waiting_bytes -= len(data)
            taken.append((stream, data))
        return tuple(taken)

    def _write(self, stream: str, data: bytes) -> None:
        if not data:
            return
        with self._changed:
            if self._exit_code is not None or self._abandoned:
                return
            if self._waiting_bytes + len(data) > OUTPUT_LIMIT_BYTES:
                raise ValueError(f"a program has written more than {OUTPUT_LIMIT_BYTES} bytes that no client has read")
            self._chunks.append((stream, bytes(data)))
            self._waiting_bytes += len(data)
            self._changed.notify_all()


@dataclass(frozen=True)
class OutputPart:
    """A part of a program's output, in order, as (stream, bytes). ``exit_code`` is set once all output was taken."""

    chunks: tuple[tuple[str, bytes], ...]
    exit_code: int | None


class Abandoned(Exception):
    """The command was closed while a client waited for its output."""


class Program(Protocol):
    """A program. No method may block: work that takes time runs elsewhere (on the lab's clock) and writes to ``output``."""

    def start(self, output: ProgramOutput) -> None:
        """Start. Called once, before all other methods; ``output`` is valid until the end."""

    def stdin(self, data: bytes, end: bool) -> None:
        """Input arrived; ``end`` closes it."""

    def signal(self, signal: Signal) -> None:
        """The client wants the program to stop; on TERMINATE the service ends it, whatever it does here."""


ProgramRunner = Callable[[CommandLine], Program]
"""Returns the program of a command line; for an unknown command, a program that prints cmd.exe's error."""


@dataclass
class Finished:
    """A program that writes its output and ends at once."""

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0

    def start(self, output: ProgramOutput) -> None:
        output.stdout(self.stdout)
        output.stderr(self.stderr)
        output.exit(self.exit_code)

    def stdin(self, data: bytes, end: bool) -> None:
        """Input is ignored."""

    def signal(self, signal: Signal) -> None:
        """Do nothing: it has ended already."""
