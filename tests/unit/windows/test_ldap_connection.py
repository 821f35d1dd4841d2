"""How a directory is connected to: encrypted, its certificate checked, read only, and never a password in clear."""

from __future__ import annotations

import ssl
from typing import Any

import ldap3
import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows.ldap import DirectoryError, DirectorySettings, LdapConnection

# ldap3 only looks whether it is there.
CA_FILE = __file__


class Library:
    """Stands for ldap3's Server and Connection."""

    def __init__(self) -> None:
        self.server: dict[str, Any] = {}
        self.connection: dict[str, Any] = {}
        self.searched: dict[str, Any] = {}
        self.events: list[str] = []
        self.starts_tls = True
        self.bind_error: Exception | None = None
        self.response: list[dict[str, Any]] | None = [{"type": "searchResEntry", "dn": "x"}, {"type": "searchResRef"}]

    def make_server(self, name: str, **options: Any) -> Any:
        self.server = {"name": name, **options}
        return self

    def make_connection(self, server: Any, **options: Any) -> Any:
        assert server is self
        self.connection = options
        return self

    def open(self) -> None:
        self.events.append("open")

    def start_tls(self) -> bool:
        self.events.append("start_tls")
        return self.starts_tls

    def bind(self) -> None:
        self.events.append("bind")
        if self.bind_error:
            raise self.bind_error

    def unbind(self) -> None:
        self.events.append("unbind")

    def search(self, base: str, condition: str, **options: Any) -> None:
        self.searched = options


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    made = Library()
    monkeypatch.setattr(ldap3, "Server", made.make_server)
    monkeypatch.setattr(ldap3, "Connection", made.make_connection)
    return made


def asked(start_tls: bool = False) -> LdapConnection:
    settings = DirectorySettings("dc01", 636, start_tls, CA_FILE, "reader", "Not-Shown", timeout_seconds=7)
    return LdapConnection(settings)


def test_a_search_is_bounded_and_gives_entries_only(library: Library) -> None:
    found = asked().search("DC=x", "(a=b)", ("objectSid",), "BASE")
    assert found == [{"type": "searchResEntry", "dn": "x"}]
    assert library.searched == {"search_scope": "BASE", "attributes": ["objectSid"], "size_limit": 1000, "time_limit": 7}
    library.response = None
    assert asked().search("DC=x", "(a=b)", ()) == []
    assert library.searched["search_scope"] == "SUBTREE"


def test_the_connection_is_encrypted_checked_and_read_only(library: Library) -> None:
    asked().search("DC=x", "(a=b)", ())
    assert library.events == ["open", "bind"]
    tls = library.server.pop("tls")
    assert (tls.validate, tls.ca_certs_file) == (ssl.CERT_REQUIRED, CA_FILE)
    assert library.server == {"name": "dc01", "port": 636, "use_ssl": True, "get_info": ldap3.NONE, "connect_timeout": 7}
    assert library.connection == {
        "user": "reader",
        "password": "Not-Shown",
        "authentication": ldap3.SIMPLE,
        "client_strategy": ldap3.SYNC,
        "read_only": True,
        "auto_referrals": False,
        "check_names": False,
        "raise_exceptions": True,
        "receive_timeout": 7,
    }


def test_the_password_goes_out_only_after_tls_has_started(library: Library) -> None:
    asked(start_tls=True).search("DC=x", "(a=b)", ())
    assert library.server["use_ssl"] is False
    assert library.events == ["open", "start_tls", "bind"]
    library.events.clear()
    library.starts_tls = False
    with pytest.raises(DirectoryError, match="TLS"):
        asked(start_tls=True).search("DC=x", "(a=b)", ())
    assert library.events == ["open", "start_tls", "unbind"]


def test_a_failed_connection_is_closed_and_not_tried_again(library: Library) -> None:
    library.bind_error = OSError("refused")
    connection = asked()
    for _again in range(2):
        with pytest.raises(DirectoryError, match="refused"):
            connection.search("DC=x", "(a=b)", ())
    assert library.events == ["open", "bind", "unbind"]


def test_one_connection_serves_many_searches_and_is_closed_once(library: Library) -> None:
    connection = asked()
    connection.close()
    for _again in range(2):
        connection.search("DC=x", "(a=b)", ())
    connection.close()
    connection.close()
    assert library.events == ["open", "bind", "unbind"]


@pytest.mark.parametrize("handshake", [True, False])
def test_the_certificate_is_checked_with_the_server_s_name(
    library: Library, monkeypatch: pytest.MonkeyPatch, handshake: bool
) -> None:
    wrapped: list[Any] = []

    class Context:
        """Stands for a context of ssl."""

        def wrap_socket(self, plain: Any, **options: Any) -> str:
            wrapped.append((plain, options))
            return "sealed"

    def context(cafile: str) -> Context:
        wrapped.append(cafile)
        return Context()

    monkeypatch.setattr(ssl, "create_default_context", context)
    asked().search("DC=x", "(a=b)", ())

    class Wire:
        """A connection of ldap3."""

        socket: Any = "plain"

    wire = Wire()
    library.server["tls"].wrap_socket(wire, handshake)
    assert wire.socket == "sealed"
    assert wrapped == [CA_FILE, ("plain", {"do_handshake_on_connect": handshake, "server_hostname": "dc01"})]
