r"""Root certificates of a server, as Windows keeps them in the registry.

LocalMachine\Root consists of several stores: ``ROOT`` has imported certificates, ``AuthRoot`` those that Windows downloaded.
Each certificate is a key named by its SHA-1 thumbprint with a value ``Blob`` of serialized properties
([MS-GPEF] 2.2.2.1 and 2.2.2.2).
"""

from __future__ import annotations

import hashlib
import ssl
import struct
from collections.abc import Mapping
from functools import cache
from importlib import resources

from lab.estate.description import RootCertificates
from lab.windows.registry import Registry

STORES = ("AuthRoot", "ROOT")
_KEYS = r"HKLM\SOFTWARE\Microsoft\SystemCertificates"
_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates\AuthRoot"

# Friendly names of the root certificates that the service needs (internet-and-offline.md, section 4), and their files.
ROOTS: Mapping[str, str] = {
    "Baltimore CyberTrust Root": "baltimore_cybertrust_root.pem",
    "DigiCert Global Root G2": "digicert_global_root_g2.pem",
    "DigiCert Global Root G3": "digicert_global_root_g3.pem",
    "Microsoft ECC Root Certificate Authority 2017": "microsoft_ecc_root_2017.pem",
    "Microsoft RSA Root Certificate Authority 2017": "microsoft_rsa_root_2017.pem",
}

_HASH, _FRIENDLY_NAME, _CERTIFICATE = 3, 11, 32


@cache
def certificate(name: str) -> bytes:
    """The root certificate with this friendly name, DER. Raises KeyError."""
    text = resources.files("lab.windows").joinpath("roots", ROOTS[name]).read_text(encoding="ascii")
    return ssl.PEM_cert_to_DER_cert(text)


def thumbprint(name: str) -> str:
    """The name of the certificate's registry key: its SHA-1 hash in capital hexadecimal digits."""
    return hashlib.sha1(certificate(name), usedforsecurity=False).hexdigest().upper()


def write_certificates(registry: Registry, description: RootCertificates) -> None:
    """Write to the registry the root certificates that the server has, and whether Windows may download the others."""
    for store in STORES:
        registry.create(rf"{_KEYS}\{store}\Certificates")
    for name in ROOTS:
        if name not in description.missing:
            registry.set(rf"{_KEYS}\{description.store}\Certificates\{thumbprint(name)}", "Blob", _blob(name))
    if not description.auto_update:
        registry.set(_POLICY, "DisableRootAutoUpdate", 1)


def _blob(name: str) -> bytes:
    der = certificate(name)
    return (
        _property(_HASH, hashlib.sha1(der, usedforsecurity=False).digest())
        + _property(_FRIENDLY_NAME, f"{name}\0".encode("utf-16-le"))
        + _property(_CERTIFICATE, der)
    )


def _property(number: int, value: bytes) -> bytes:
    return struct.pack("<III", number, 1, len(value)) + value
