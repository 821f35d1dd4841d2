"""Emulated estates in separate processes, so that the measured program does not share an interpreter with them."""

from __future__ import annotations

import multiprocessing
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from lab.estate_file.reader import parse
from lab.running.estate import Estate

_START_SECONDS = 120.0


@dataclass(frozen=True)
class Seen:
    """The requests to a lab since the last measurement: HTTP exchanges by kind, bytes of their bodies; and its processor time."""

    handshake: int = 0
    cim: int = 0
    shell: int = 0
    bytes_asked: int = 0
    bytes_answered: int = 0
    cpu_seconds: float = 0.0
    of_machines: Counter[str] = field(default_factory=Counter)
    """Exchanges without those of authentication, by the server's name."""

    @property
    def requests(self) -> int:
        """All exchanges, including those of authentication."""
        return self.handshake + self.cim + self.shell

    def __add__(self, other: Seen) -> Seen:
        return Seen(
            self.handshake + other.handshake,
            self.cim + other.cim,
            self.shell + other.shell,
            self.bytes_asked + other.bytes_asked,
            self.bytes_answered + other.bytes_answered,
            self.cpu_seconds + other.cpu_seconds,
            self.of_machines + other.of_machines,
        )


class Labs:
    """Running labs."""

    def __init__(self, connections: list[Connection[Any, Any]]) -> None:
        self._connections = connections

    def seen(self) -> Seen:
        """The requests to all of them since the last measurement."""
        for connection in self._connections:
            connection.send("look")
        total = Seen()
        for connection in self._connections:
            total += connection.recv()
        return total


@contextmanager
def labs(estates: list[tuple[str, str]], prepare: Callable[[Estate], None] | None = None, pace: float = 1.0) -> Iterator[Labs]:
    """Serve estates, each in its own process.

    :param estates: text of the estate and address base (``127.1.2``; empty: the addresses of the text).
    :param prepare: called in the process, before the lab is used; a function of a module.
    :param pace: lab seconds per second; at pace 1 an emulated server does as little work of its own as a real one.
    :raises RuntimeError: a lab did not start.
    """
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        connections = []
        for text, base in estates:
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, text, base, prepare, pace), daemon=True)
            process.start()
            stack.callback(process.join, 30)
            stack.callback(ours.send, "stop")
            connections.append(ours)
        for connection in connections:
            if not connection.poll(_START_SECONDS):
                raise RuntimeError(f"a lab did not start within {_START_SECONDS:.0f} s")
            told = connection.recv()
            if told != "ready":
                raise RuntimeError(f"a lab did not start: {told}")
        yield Labs(connections)


def _serve(connection: Connection[Any, Any], text: str, base: str, prepare: Callable[[Estate], None] | None, pace: float) -> None:
    try:
        with Estate(parse(text, "the benchmark's estate").at(base or None, pace)) as estate:
            if prepare is not None:
                prepare(estate)
            connection.send("ready")
            before = _cpu_seconds()
            while connection.recv() == "look":
                records = estate.request_log.records()
                estate.request_log.clear()
                now = _cpu_seconds()
                connection.send(
                    Seen(
                        sum(record.kind == "handshake" for record in records),
                        sum(record.kind == "cim" for record in records),
                        sum(record.kind == "shell" for record in records),
                        sum(record.bytes_in for record in records),
                        sum(record.bytes_out for record in records),
                        now - before,
                        Counter(record.machine for record in records if record.kind != "handshake"),
                    )
                )
                before = now
    except OSError as error:
        connection.send(str(error))


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
