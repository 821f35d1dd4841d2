"""The proxy of WinHTTP, from its registry value."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.windows import winhttp
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.windows.winhttp import WinHttp, parse, read_winhttp
from tests.unit.windows.support import FakeServer

# The value that Microsoft documents for a direct connection.
DIRECT = bytes.fromhex("1800000000000000010000000000000000000000")


def value(proxy: str = "", bypass: str = "", flags: int = 3, version: int = 0x18) -> bytes:
    texts = b"".join(struct.pack("<I", len(text)) + text.encode("latin-1") for text in (proxy, bypass))
    return struct.pack("<III", version, 5, flags) + texts


def test_the_documented_value_of_a_direct_connection() -> None:
    assert parse(DIRECT) == WinHttp()
    assert parse(DIRECT).proxy_for("http", "crl3.digicert.com") is None


def test_the_value_byte_by_byte() -> None:
    data = bytes.fromhex("18000000 00000000 03000000 0d000000") + b"proxy.lab:312" + bytes.fromhex("07000000") + b"<local>"
    assert parse(data) == WinHttp((("", ("proxy.lab", 312)),), ("<local>",))


@pytest.mark.parametrize(
    ("proxy", "scheme", "expected"),
    [
        ("proxy01.contoso.com:8080", "http", ("proxy01.contoso.com", 8080)),
        ("PROXY01:8080", "https", ("proxy01", 8080)),
        ("proxy01", "http", ("proxy01", 80)),
        ("http://proxy01:3128/", "http", ("proxy01", 3128)),
        ("http=proxy01:80;https=proxy02:443", "http", ("proxy01", 80)),
        ("http=proxy01:80;https=proxy02:443", "https", ("proxy02", 443)),
        ("http=proxy01:80 https=proxy02:443", "https", ("proxy02", 443)),
        ("https=proxy02:443", "http", None),
        ("proxy01:80;proxy02:80", "http", ("proxy01", 80)),
        ("[fd00::1]:8080", "http", ("fd00::1", 8080)),
        ("proxy01:1", "http", ("proxy01", 1)),
        ("proxy01:65535", "http", ("proxy01", 65535)),
    ],
)
def test_the_proxy_of_a_scheme(proxy: str, scheme: str, expected: tuple[str, int] | None) -> None:
    assert parse(value(proxy)).proxy_for(scheme, "crl3.digicert.com") == expected


@pytest.mark.parametrize(
    ("bypass", "host", "direct"),
    [
        ("", "crl3.digicert.com", False),
        ("*.digicert.com", "crl3.digicert.com", True),
        ("*.DigiCert.com;<local>", "CRL3.digicert.com", True),
        ("localhost;*.contoso.com", "crl3.digicert.com", False),
        ("<local>", "pki", True),
        ("<local>", "pki.contoso.com", False),
        ("crl3.digicert.com", "crl3.digicert.com", True),
        ("digicert.com", "crl3.digicert.com", False),
    ],
)
def test_the_bypass_list(bypass: str, host: str, direct: bool) -> None:
    assert (parse(value("proxy:80", bypass)).proxy_for("http", host) is None) is direct


def test_the_shortest_value_and_the_longest_text() -> None:
    assert parse(DIRECT[:12]) == WinHttp()
    assert parse(value("proxy:80", "a" * 4096)).bypass == ("a" * 4096,)
    with pytest.raises(NotReadable, match="ends within a text"):
        parse(value("proxy:80", "a" * 4097))


def test_a_proxy_that_is_switched_off_is_not_used() -> None:
    assert parse(value("proxy:80", flags=1)) == WinHttp()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "too short"),
        (DIRECT[:11], "too short"),
        (value("proxy:80")[:14], "ends within a number"),
        (value("proxy:80")[:20], "ends within a text"),
        (struct.pack("<IIII", 0x18, 0, 3, 0xFFFFFFFF), "ends within a text"),
        (value("pr\xf6xy:80"), "not ASCII"),
        (value("proxy:0"), "does not look like server:port"),
        (value("proxy:99999"), "does not look like server:port"),
        (value("a b&c"), "does not look like server:port"),
        (value(), "does not look like server:port"),
        (value("proxy:80", flags=5), "with a script or by itself"),
        (value("proxy:80", flags=9), "with a script or by itself"),
    ],
)
def test_what_cannot_be_evaluated_is_said(data: bytes, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        parse(data)


@given(st.binary(max_size=80))
def test_no_bytes_end_in_another_error(data: bytes) -> None:
    try:
        found = parse(data)
    except NotReadable:
        return
    assert all(1 <= port <= 65535 for _scheme, (_host, port) in found.proxies)


def test_reading() -> None:
    server = FakeServer({winhttp.KEY: {"WinHttpSettings": value("proxy:81")}})
    assert read_winhttp(server.registry).proxy_for("http", "a.example") == ("proxy", 81)
    assert server.asked == [f"GetBinaryValue {winhttp.KEY}"]


@pytest.mark.parametrize("keys", [{}, {winhttp.KEY: {"Other": 1}}])
def test_without_the_value_the_connection_is_direct(keys: dict[str, dict[str, object]]) -> None:
    assert read_winhttp(FakeServer(keys).registry) == WinHttp()


def test_a_value_of_another_type_is_not_readable() -> None:
    with pytest.raises(NotReadable, match="expected type"):
        read_winhttp(FakeServer({winhttp.KEY: {"WinHttpSettings": "text"}}).registry)
