"""The password for the directory is sent only to a domain controller with the right certificate."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from ansible_collections.configmgr.scp.plugins.module_utils.windows.directory import Directory
from ansible_collections.configmgr.scp.plugins.module_utils.windows.ldap import DirectorySettings
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Kind, Member

PASSWORD = "Not-Shown-2026"
ACCOUNT = Member("CORP", "CAS01$", Kind.USER)
GROUP = Member("CORP", "SCP-Admins", Kind.GROUP)
ADDRESS = "127.0.0.1"
PAST = datetime.now(UTC) - timedelta(days=1)

# Starts a silent listener, with or without TLS; returns its port, and what it received after the handshake.
Listen = Callable[..., tuple[int, list[bytes]]]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


@pytest.fixture
def listen() -> Iterator[Listen]:
    with ExitStack() as running:

        def start(certificate: trustme.LeafCert | None = None) -> tuple[int, list[bytes]]:
            listener = running.enter_context(socket.create_server((ADDRESS, 0)))
            heard: list[bytes] = []
            thread = threading.Thread(target=_serve, args=(listener, certificate, heard), daemon=True)
            thread.start()
            running.callback(thread.join, 10)
            running.callback(listener.shutdown, socket.SHUT_RDWR)
            return listener.getsockname()[1], heard

        yield start


def _serve(listener: socket.socket, certificate: trustme.LeafCert | None, heard: list[bytes]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        certificate.configure_cert(context)
    while True:
        try:
            connection, _address = listener.accept()
        except OSError:
            return  # the test is over
        with connection:
            connection.settimeout(10)
            try:
                secured = context.wrap_socket(connection, server_side=True) if certificate is not None else connection
                heard.append(secured.recv(4096))
                # Silent until the client times out.
                secured.recv(1)
            except OSError as error:
                heard.append(f"{type(error).__name__}".encode())


def why(port: int, ca_file: str | None, timeout: int = 5) -> str:
    settings = DirectorySettings(ADDRESS, port, False, ca_file, "reader@corp.example", PASSWORD, timeout_seconds=timeout)
    with Directory(settings) as directory:
        found = directory.chain(ACCOUNT, [GROUP])
    assert found.through == ""
    (clause,) = found.unknown
    assert PASSWORD not in clause
    return clause


def test_an_authority_that_is_not_trusted(listen: Listen, ca_file: str) -> None:
    port, heard = listen(trustme.CA().issue_cert(ADDRESS))
    assert "its certificate is not accepted: unable to get local issuer certificate" in why(port, ca_file)
    assert PASSWORD.encode() not in b"".join(heard)


def test_an_expired_certificate(listen: Listen, authority: trustme.CA, ca_file: str) -> None:
    port, heard = listen(authority.issue_cert(ADDRESS, not_before=PAST - timedelta(days=1), not_after=PAST))
    assert "its certificate is not accepted: certificate has expired" in why(port, ca_file)
    assert PASSWORD.encode() not in b"".join(heard)


def test_a_certificate_for_another_name(listen: Listen, authority: trustme.CA, ca_file: str) -> None:
    port, heard = listen(authority.issue_cert("dc99.corp.example"))
    assert "its certificate is not accepted: IP address mismatch, certificate is not valid for '127.0.0.1')" in why(port, ca_file)
    assert PASSWORD.encode() not in b"".join(heard)


def test_a_server_without_tls(listen: Listen, ca_file: str) -> None:
    port, heard = listen()
    assert "cannot be asked" in why(port, ca_file, timeout=1)
    assert PASSWORD.encode() not in b"".join(heard)


def test_a_server_that_is_silent_after_the_handshake(listen: Listen, authority: trustme.CA, ca_file: str) -> None:
    port, heard = listen(authority.issue_cert(ADDRESS))
    assert "cannot be asked" in why(port, ca_file, timeout=1)
    # The right server does get it: the other tests prove something.
    assert PASSWORD.encode() in b"".join(heard)
