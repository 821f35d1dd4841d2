"""Relays before the addresses of a lab that make every byte travel as long as over a slow line.

A round trip is what a distant server adds to each exchange: half of it passes in each direction. To open a connection takes one.
They also measure how long anything was under way: what the line adds to a run, whatever else the machine does. Divided
by the round trip, this is the number of exchanges that waited for each other.

The relays run in a process of their own, which ends with the benchmark and in any case after an hour.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

_START_SECONDS = 30.0
_LONGEST_SECONDS = 3600.0
_PIECE_BYTES = 64 * 1024
# Of one direction of a connection; a sender that is further ahead waits, as with a full TCP window.
_MOST_PIECES = 256
_MOST_CONNECTIONS = 200
PORT = 5985


@dataclass(frozen=True)
class Used:
    """Connections, and seconds in which at least one of them had something under way."""

    connections: int
    seconds: float


class Line:
    """The relays of a lab."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection

    def set_round_trip(self, seconds: float) -> None:
        """For connections that are opened from now on."""
        self._connection.send(("round trip", seconds))
        self._connection.recv()

    def used(self) -> Used:
        """What was done since the last call."""
        self._connection.send(("used", 0.0))
        used: Used = self._connection.recv()
        return used


@contextmanager
def relays(pairs: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """Listen on the first address of each pair and pass everything on to the second.

    :raises RuntimeError: an address is in use.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, tuple(pairs)), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(_START_SECONDS):
            raise RuntimeError(f"the relays did not start within {_START_SECONDS:.0f} s")
        told = ours.recv()
        if told != "ready":
            raise RuntimeError(f"the relays did not start: {told}")
        yield Line(ours)
    finally:
        ours.close()
        process.join(10)


def _serve(connection: Connection[Any, Any], pairs: Sequence[tuple[str, str]]) -> None:
    # Connections that are open at the end are cut off.
    with suppress(asyncio.CancelledError):
        asyncio.run(_run(connection, pairs))


async def _run(connection: Connection[Any, Any], pairs: Sequence[tuple[str, str]]) -> None:
    hub = Hub()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def asked() -> None:
        try:
            what, value = connection.recv()
        except (EOFError, OSError):
            ended.set()
            loop.remove_reader(connection.fileno())
            return
        connection.send(hub.asked(what, value))

    try:
        for front, behind in pairs:
            await asyncio.start_server(hub.at(behind), front, PORT)
    except OSError as error:
        connection.send(str(error))
        return
    loop.add_reader(connection.fileno(), asked)
    connection.send("ready")
    with suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), _LONGEST_SECONDS)


class Hub:
    """All connections of one process."""

    def __init__(self) -> None:
        self._round_trip = 0.0
        self._count = 0
        self._open = 0
        self._seconds = self._until = 0.0

    def asked(self, what: str, value: float) -> Used:
        """Do what the benchmark asks for."""
        if what == "round trip":
            self._round_trip = value
        return self.used()

    def used(self) -> Used:
        """What was done since the last call."""
        used = Used(self._count, self._seconds)
        self._count, self._seconds = 0, 0.0
        return used

    def under_way(self, since: float, until: float) -> None:
        """Something travels in this time. The beginnings are in order, so each moment counts once."""
        self._seconds += max(0.0, until - max(since, self._until))
        self._until = max(self._until, until)

    def at(self, behind: str) -> Any:
        """What serves a connection to the lab's address."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self._open >= _MOST_CONNECTIONS:
                writer.close()
                return
            self._count += 1
            self._open += 1
            try:
                await self._between(reader, writer, behind, self._round_trip)
            finally:
                self._open -= 1

        return serve

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: str, round_trip: float) -> None:
        try:
            their_reader, their_writer = await asyncio.open_connection(behind, PORT)
        except OSError:
            writer.close()
            return
        # The first byte cannot be sent before the handshake of TCP, which takes a round trip.
        now = asyncio.get_running_loop().time()
        opened = now + round_trip
        self.under_way(now, opened)
        await asyncio.gather(
            _carry(reader, their_writer, round_trip / 2, opened, self), _carry(their_reader, writer, round_trip / 2, 0.0, self)
        )


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, opened: float, hub: Hub) -> None:
    """One direction: each piece arrives ``delay`` after it was sent, and none before the connection was open."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_MOST_PIECES)

    async def arrive() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                return
            writer.write(piece)
            await writer.drain()

    arriving = asyncio.ensure_future(arrive())
    with suppress(OSError):
        while not arriving.done():
            piece = await reader.read(_PIECE_BYTES)
            now = loop.time()
            due = max(now, opened) + delay
            if piece:
                # The end of a connection is nothing that a client waits for.
                hub.under_way(now, due)
            await pieces.put((due, piece))
            if not piece:
                break
    with suppress(OSError):
        await arriving
    writer.close()
