"""Root certificates in the registry."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable

from lab.estate.description import RootCertificates
from lab.windows.certificates import ROOTS, certificate, thumbprint, write_certificates
from lab.windows.machine import Machine
from lab.windows.registry import Registry

KEYS = r"HKLM\SOFTWARE\Microsoft\SystemCertificates"
BALTIMORE = "D4DE20D05E66FC53FE1A50882C78DB2852CAE474"
DIGICERT = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4"
AZURE = (
    "7E04DE896A3E666D00E687D33FFAD93BE83D349E",
    "999A64C37FF47D9FAB95F14769891460EEC4C3C5",
    "73A5E64A3BFF8316FF0EDCCC618A906E4EAE4D74",
)
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates\AuthRoot"


def _names(registry: Registry, store: str) -> set[str]:
    key = registry.find(rf"{KEYS}\{store}\Certificates")
    assert key is not None
    return set(key.subkeys)


def test_the_roots_are_the_real_ones() -> None:
    assert {name: thumbprint(name) for name in ROOTS} == {
        "Baltimore CyberTrust Root": BALTIMORE,
        "DigiCert Global Root G2": DIGICERT,
        "DigiCert Global Root G3": AZURE[0],
        "Microsoft ECC Root Certificate Authority 2017": AZURE[1],
        "Microsoft RSA Root Certificate Authority 2017": AZURE[2],
    }


def test_where_they_stand(build: Callable[[str], Machine]) -> None:
    found = {
        name: (_names(build(name).registry, "AuthRoot"), _names(build(name).registry, "ROOT")) for name in ("scp01", "scp02")
    }
    every = {BALTIMORE, DIGICERT, *AZURE}
    assert found == {"scp01": (every, set()), "scp02": (set(), every)}
    assert _names(build("scp04").registry, "AuthRoot") == {*AZURE}
    assert _names(build("scp07").registry, "AuthRoot") == {BALTIMORE, *AZURE}
    assert build("scp04").registry.get(POLICY, "DisableRootAutoUpdate") is not None
    assert build("scp01").registry.get(POLICY, "DisableRootAutoUpdate") is None


def test_the_blob_holds_hash_name_and_certificate() -> None:
    registry = Registry()
    write_certificates(registry, RootCertificates(missing=("Baltimore CyberTrust Root",)))
    value = registry.get(rf"{KEYS}\AuthRoot\Certificates\{DIGICERT}", "Blob")
    assert value is not None
    assert isinstance(value.data, bytes)
    properties: dict[int, bytes] = {}
    rest = value.data
    while rest:
        number, one, length = struct.unpack_from("<III", rest)
        assert one == 1
        properties[number], rest = rest[12 : 12 + length], rest[12 + length :]
    assert properties[32] == certificate("DigiCert Global Root G2")
    assert properties[3] == hashlib.sha1(properties[32], usedforsecurity=False).digest()
    assert properties[11].decode("utf-16-le") == "DigiCert Global Root G2\0"
