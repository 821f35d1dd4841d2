"""The HTTP/1.1 front of an emulated WinRM service: one thread for each TCP connection, loopback only."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any

from lab.winrm.connection import HttpReply, WinrmConnection
from lab.winrm.sealing import OVERHEAD_BYTES
from lab.winrm.service import WinrmService
from lab.winrm.soap import MAX_ENVELOPE_BYTES

MAX_BODY_BYTES = MAX_ENVELOPE_BYTES + OVERHEAD_BYTES
DRAINED_BYTES = 8 * 1024 * 1024
"""A body that is too large is still read up to this size, so that the client receives the 413 and not a closed connection."""

BACKLOG = 1024
MAX_CONNECTIONS = 1000
HANDSHAKE_SECONDS = 10.0
IDLE_SECONDS = 120.0
_JOIN_SECONDS = 0.8
_SINGLE_HEADERS = ("authorization", "content-length", "content-type", "transfer-encoding", "wsmanidentify")


class Listener:
    """A TCP port of an emulated server.

    :param address: an address in 127.0.0.0/8; for any other address a ValueError is raised.
    :param port: 0 for a free port, see :attr:`port`.
    :param tls_context: the server side's context for HTTPS, None for plain HTTP.
    :param certificate_der: the TLS certificate, for the channel bindings of NTLM clients.
    :param idle_seconds: a connection is closed when nothing arrives for this time.
    """

    def __init__(
        self,
        address: str,
        port: int,
        service: WinrmService,
        tls_context: ssl.SSLContext | None = None,
        *,
        certificate_der: bytes | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.address = _loopback(address)
        self.port = port
        self.service = service
        self.tls_context = tls_context
        self.idle_seconds = idle_seconds
        self.bindings = service.channel_bindings(certificate_der if tls_context is not None else None)
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._open: dict[threading.Thread, socket.socket] = {}

    @property
    def url(self) -> str:
        """The URL for clients."""
        return f"{'https' if self.tls_context else 'http'}://{self.address}:{self.port}/wsman"

    @property
    def listening(self) -> bool:
        """Whether connections are accepted."""
        return self._socket is not None

    def start(self) -> None:
        """Listen. If that is not possible, raises OSError with one sentence that names the address and the port."""
        if self._socket is not None:
            raise RuntimeError(f"{self.address}:{self.port} is already listening")
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((self.address, self.port))
            server.listen(BACKLOG)
        except OSError as error:
            server.close()
            raise OSError(error.errno, _refusal(self.address, self.port, error)) from error
        self.port = server.getsockname()[1]
        self._socket = server
        name = f"winrm-{self.service.machine}-{self.port}"
        self._acceptor = threading.Thread(target=self._accept, args=(server,), name=name, daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Close the port and every connection. Waits for the threads, but no longer than a second."""
        server, self._socket = self._socket, None
        if server is None:
            return
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        with self._lock:
            connections = dict(self._open)
        for connection in connections.values():
            with suppress(OSError):
                # Not the TLS socket's own method: that would remove its state while the thread is still reading.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        deadline = time.monotonic() + _JOIN_SECONDS
        for thread in (self._acceptor, *connections):
            if thread is not None and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    def pause(self) -> None:
        """The machine is dead: the port is closed and so are all connections."""
        self.stop()

    def resume(self) -> None:
        """The machine is alive again, on the same port."""
        if not self.listening:
            self.start()

    def __enter__(self) -> Listener:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _accept(self, server: socket.socket) -> None:
        while self._socket is server:
            try:
                client, peer = server.accept()
            except OSError as error:
                if self._socket is server and error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    time.sleep(0.05)
                continue
            thread = threading.Thread(target=self._serve, args=(client, peer), name=f"{self.address}:{peer[1]}", daemon=True)
            with self._lock:
                if len(self._open) >= MAX_CONNECTIONS or self._socket is not server:
                    client.close()
                    continue
                self._open[thread] = client
                thread.start()

    def _serve(self, client: socket.socket, peer: tuple[str, int]) -> None:
        """Serve one connection, in its own thread."""
        try:
            # The client may disconnect at any moment, or not use TLS: nothing is left to answer (ssl.SSLError is an OSError).
            with suppress(OSError):
                client.settimeout(HANDSHAKE_SECONDS)
                if self.tls_context is not None:
                    client = self._secured(client, self.tls_context)
                client.settimeout(self.idle_seconds)
                _Handler(client, peer, self)
        except Exception as error:  # noqa: BLE001 - one connection must not end the lab; its tests read the list
            self.service.errors.append(error)
        finally:
            with self._lock:
                self._open.pop(threading.current_thread(), None)
            client.close()

    def _secured(self, client: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        try:
            secured = context.wrap_socket(client, server_side=True)
        except OSError:
            client.close()
            raise
        with self._lock:
            self._open[threading.current_thread()] = secured
        return secured


class _Handler(BaseHTTPRequestHandler):
    """Reads requests and writes answers; the WinRM connection interprets them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    request: socket.socket

    def __init__(self, client: socket.socket, peer: tuple[str, int], listener: Listener) -> None:
        self._connection = WinrmConnection(listener.service, listener.tls_context is not None, listener.bindings, peer[0])
        super().__init__(client, peer, listener)  # type: ignore[arg-type]  # only the attribute `server`, which nothing here uses

    def handle_one_request(self) -> None:
        """One request, whatever its method."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or len(self.raw_requestline) > 65536 or not self.parse_request():
                self.close_connection = True
                return
            self._answer()
            self.wfile.flush()
        except TimeoutError:
            self.close_connection = True

    def handle_expect_100(self) -> bool:
        """Request the body at once; the base class would leave the answer in the buffer."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def _answer(self) -> None:
        if any(len(self.headers.get_all(name, [])) > 1 for name in _SINGLE_HEADERS):
            self._refuse(400)
            return
        length_text = self.headers.get("Content-Length", "0" if self.command in ("GET", "HEAD", "OPTIONS") else "")
        if "Transfer-Encoding" in self.headers or not length_text:
            self._refuse(411)
            return
        if not re.fullmatch(r"[0-9]{1,15}", length_text.strip()):
            self._refuse(400)
            return
        length = int(length_text)
        if length > MAX_BODY_BYTES:
            self._too_large(length)
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self._connection.handle(self.command, self.path, headers, body))

    def _too_large(self, length: int) -> None:
        """Answer with only 413; a body of moderate size is read first, so that the connection can be used again."""
        if length > DRAINED_BYTES:
            self._refuse(413, length)
            return
        left = length
        while left > 0:
            part = self.rfile.read(min(left, 65536))
            if not part:
                self.close_connection = True
                return
            left -= len(part)
        self._send(self._connection.refuse(413, length))

    def _refuse(self, status: int, length: int = 0) -> None:
        """Answer with only a status; what the client sends next cannot be interpreted, so the connection ends."""
        self.close_connection = True
        self._send(self._connection.refuse(status, length))

    def _send(self, reply: HttpReply | None) -> None:
        if reply is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that the base class cannot parse with only a status, in place of its HTML page."""
        self.requestline = ""
        self.command = ""
        self.request_version = self.protocol_version
        self._refuse(int(code))
        self.wfile.flush()

    def version_string(self) -> str:
        """The Server header, as http.sys writes it."""
        return "Microsoft-HTTPAPI/2.0"

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing to standard error: the service has its own record."""


def _loopback(address: str) -> str:
    try:
        parsed = ipaddress.IPv4Address(address)
    except ipaddress.AddressValueError as error:
        raise ValueError(f"{address!r} is not an IPv4 address; the lab listens on 127.0.0.0/8 only") from error
    if not parsed.is_loopback:
        raise ValueError(f"the lab listens on 127.0.0.0/8 only, not on {address}")
    return str(parsed)


def _refusal(address: str, port: int, error: OSError) -> str:
    reasons = {
        errno.EADDRINUSE: "another program already listens there",
        errno.EACCES: "this user may not use that port",
        errno.EADDRNOTAVAIL: "this computer does not have that address",
    }
    return f"cannot listen on {address} port {port}: {reasons.get(error.errno or 0, error.strerror)}"
