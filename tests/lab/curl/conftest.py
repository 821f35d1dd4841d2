"""The real curl, and servers on loopback, each with one behaviour."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from tests.lab.debian import why_not_installed

ADDRESS = "127.0.0.1"
PUBLIC, CORPORATE = "DigiCert Inc", "Contoso Inspection"


@pytest.fixture(scope="session")
def curl_program() -> str:
    missing = why_not_installed("curl")
    if missing:
        pytest.skip(f"the real curl: {missing}")
    found = shutil.which("curl")
    assert found is not None
    return found


@dataclass(frozen=True)
class Servers:
    """Ports on loopback, and the file of certificates that curl trusts."""

    ca_file: Path
    ports: dict[str, int]

    def address(self, name: str) -> str:
        return f"{ADDRESS}:{self.ports[name]}"


class _Page(BaseHTTPRequestHandler):
    """A web server or proxy that answers everything with the status of its server."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        status: int = self.server.status  # type: ignore[attr-defined]
        self.send_response(status, "As told")
        if status == 407:
            self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_CONNECT(self) -> None:
        self.do_HEAD()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, status: int, context: ssl.SSLContext | None) -> None:
        super().__init__((ADDRESS, 0), _Page)
        self.status = status
        self._context = context

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        if self._context is not None:
            # The thread of the connection does the handshake, at its first read.
            connection = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that disconnect during the handshake are part of the tests."""


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    public, corporate, foreign = (trustme.CA(organization_name=name) for name in (PUBLIC, CORPORATE, "Somebody"))
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca_file.write_bytes(public.cert_pem.bytes() + corporate.cert_pem.bytes())
    good = _context(public.issue_cert(ADDRESS))
    old = _context(public.issue_cert(ADDRESS))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    expired = public.issue_cert(ADDRESS, not_before=datetime(2001, 1, 1, tzinfo=UTC), not_after=datetime(2002, 1, 1, tzinfo=UTC))
    with ExitStack() as running:

        def web(status: int, context: ssl.SSLContext | None = None) -> int:
            server = _Server(status, context)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            running.callback(server.server_close)
            running.callback(server.shutdown)
            return server.server_port

        ports = {
            "good": web(200, good),
            "not_found": web(404, good),
            "forbidden": web(403, good),
            "blocked": web(451, good),
            "portal": web(511, good),
            "upgrade": web(426, good),
            "expired": web(200, _context(expired)),
            "untrusted": web(200, _context(foreign.issue_cert(ADDRESS))),
            "wrong_name": web(200, _context(public.issue_cert("other.example"))),
            "intercepted": web(200, _context(corporate.issue_cert(ADDRESS))),
            "tls_1_0": web(200, old),
            "plain": web(200),
            "proxy_407": web(407),
            "proxy_403": web(403),
            "refused": _closed(running),
            "black_hole": _black_hole(running),
            "silent": _listening(running, lambda _connection: None),
            "closing": _listening(running, socket.socket.close),
        }
        yield Servers(ca_file, ports)


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _closed(running: ExitStack) -> int:
    """A port that is bound but not listening."""
    taken = running.enter_context(socket.socket())
    taken.bind((ADDRESS, 0))
    return int(taken.getsockname()[1])


def _black_hole(running: ExitStack) -> int:
    """A listener whose queue is full: the system drops further connection attempts."""
    listener = running.enter_context(socket.socket())
    listener.bind((ADDRESS, 0))
    listener.listen(0)
    for _ in range(8):
        client = running.enter_context(socket.socket())
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
    return int(listener.getsockname()[1])


def _listening(running: ExitStack, handle: Callable[[socket.socket], None]) -> int:
    listener = running.enter_context(socket.socket())
    listener.bind((ADDRESS, 0))
    listener.listen(16)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            running.enter_context(connection)
            handle(connection)

    threading.Thread(target=serve, daemon=True).start()
    running.callback(listener.shutdown, socket.SHUT_RDWR)
    return int(listener.getsockname()[1])
