"""Options of a psrp connection, and certificate files as a user names them in an inventory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

# As Ansible gives them for a host with a user and a password.
PSRP_OPTIONS = {
    "remote_addr": "h",
    "remote_user": "u",
    "remote_password": "Pass-1",
    "port": 5986,
    "path": "wsman",
    "auth": "ntlm",
    "cert_validation": "validate",
    "message_encryption": "auto",
    "ignore_proxy": False,
    "max_envelope_size": 512000,
    "operation_timeout": 25,
    "read_timeout": 30,
    "connection_timeout": 30,
    "reconnection_retries": 0,
    "negotiate_send_cbt": True,
    "reconnection_backoff": 2,
}


@dataclass(frozen=True)
class PemFiles:
    """A CA, a client's certificate with its key, the same key with the password ``KeyPass-1``, and another key."""

    ca: str
    certificate: str
    key: str
    locked_key: str
    other_key: str
    no_pem: str


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> PemFiles:
    folder: Path = tmp_path_factory.mktemp("pem")
    authority = trustme.CA()
    leaf = authority.issue_cert("client.corp.example")
    written = {
        "ca": authority.cert_pem.bytes(),
        "certificate": leaf.cert_chain_pems[0].bytes(),
        "key": leaf.private_key_pem.bytes(),
        "other_key": authority.issue_cert("other.corp.example").private_key_pem.bytes(),
        "no_pem": b"\x30\x82 a certificate in DER form",
    }
    key = serialization.load_pem_private_key(written["key"], None)
    written["locked_key"] = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"KeyPass-1")
    )
    for name, data in written.items():
        (folder / f"{name}.pem").write_bytes(data)
    return PemFiles(**{name: str(folder / f"{name}.pem") for name in written})
