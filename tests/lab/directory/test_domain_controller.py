"""The domain controller for the tests of nested groups: its contents, and the protocols with which it is reached."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import ldap3
import pytest

from tests.lab.directory.samba import COMPUTERS, DNS, HOST, USERS, CannotRun, DomainController, domain_controller

IN_CHAIN = "1.2.840.113556.1.4.1941"


def _connection(directory: DomainController, *, secure: bool = True, password: str = "") -> Any:
    # By its name: ldap3's own check of the certificate does not support addresses with Python 3.12 and later.
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(directory.ca_file), valid_names=[f"{HOST}.{DNS}"])
    port = directory.ldaps_port if secure else directory.ldap_port
    server = ldap3.Server(directory.address, port, use_ssl=secure, tls=tls, get_info=ldap3.NONE, connect_timeout=10)
    return ldap3.Connection(server, directory.bind_dn, password or directory.password, receive_timeout=10)


def _groups_of(directory: DomainController, dn: str) -> set[str]:
    connection = _connection(directory)
    assert connection.bind()
    connection.search(directory.base_dn, f"(&(objectClass=group)(member:{IN_CHAIN}:={dn}))", attributes=["sAMAccountName"])
    found = [entry["attributes"]["sAMAccountName"] for entry in connection.response if entry["type"] == "searchResEntry"]
    names = {name for values in found for name in values}
    connection.unbind()
    return names


def test_groups_through_groups(directory: DomainController) -> None:
    through_servers = {"SCP-Servers", "SCP-Admins", "SCP-Owners", "Circle-One", "Circle-Two"}
    assert _groups_of(directory, f"CN=CAS01,{COMPUTERS}") == through_servers
    assert _groups_of(directory, f"CN=PRI1,{COMPUTERS}") == {"Berlin (EMEA)"}
    assert _groups_of(directory, f"CN=PRI2,{COMPUTERS}") == set()
    assert _groups_of(directory, f"CN=scpadmin,{USERS}") == {"SCP-Admins", "SCP-Owners"}


def test_ways_to_bind(directory: DomainController) -> None:
    assert _connection(directory).bind()
    plain = _connection(directory, secure=False)
    plain.open()
    assert plain.start_tls()
    assert plain.bind()
    assert not _connection(directory, password="wrong").bind()


def test_it_stands_on_its_loopback_address_only(directory: DomainController) -> None:
    other = directory.address.rpartition(".")[0] + ".101"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((other, directory.ldap_port), timeout=2)


def test_only_root_can_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(CannotRun, match="only root can run a domain controller"), domain_controller("127.0.0.1"):
        pytest.fail("it ran")
