"""What an NTLM logon agreed to, read from real messages of pyspnego and from changed ones."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import pytest
import spnego
from hypothesis import given
from hypothesis import strategies as st
from spnego.channel_bindings import GssChannelBindings

from ansible_collections.configmgr.scp.plugins.plugin_utils.ntlm_logon import NtlmLogon, read_logon

STRONG = 0x20080030
FLAGS = {"signing": 0x10, "encryption": 0x20, "extended session security": 0x80000, "128-bit keys": 0x20000000}


def message(flags: int, pairs: bytes = b"") -> str:
    """An AUTHENTICATE_MESSAGE with these flags and AV pairs."""
    response = bytes(44) + pairs
    fixed = b"NTLMSSP\0\x03\0\0\0" + bytes(8) + struct.pack("<HHI", len(response), len(response), 88) + bytes(32)
    return "NTLM " + base64.b64encode(fixed + struct.pack("<I", flags) + bytes(24) + response).decode()


def long_message(pairs: bytes) -> str:
    """As above, but the response has more than 255 bytes and begins beyond the first 64 KiB, and other data follows it."""
    response = bytes(44) + pairs
    place = 0x10000 + 88
    fixed = b"NTLMSSP\0\x03\0\0\0" + bytes(8) + struct.pack("<HHI", len(response), 0xFFFF, place) + bytes(32)
    head = fixed + struct.pack("<I", STRONG)
    return "NTLM " + base64.b64encode(head + bytes(place - len(head)) + response + b"\x0a\0\x01\0\x01").decode()


def pair(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, len(value)) + value


@pytest.mark.parametrize(("protocol", "scheme"), [("ntlm", "NTLM"), ("negotiate", "Negotiate")])
@pytest.mark.parametrize("bound", [False, True])
def test_the_last_message_of_a_real_logon(
    protocol: str, scheme: str, bound: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = tmp_path / "users"
    users.write_text("CORP:scp:Pass-1\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")
    bindings = GssChannelBindings(application_data=b"tls-server-end-point:x") if bound else None
    options = spnego.NegotiateOptions.use_ntlm if protocol == "ntlm" else spnego.NegotiateOptions.use_negotiate
    client = spnego.client("CORP\\scp", "Pass-1", protocol=protocol, channel_bindings=bindings, options=options)
    server = spnego.server(protocol=protocol, options=options, channel_bindings=bindings)
    seen: list[NtlmLogon | None] = []
    token = client.step()
    for _ in range(5):
        if not token:
            break
        seen.append(read_logon(f"{scheme} {base64.b64encode(token).decode()}"))
        answer = server.step(token)
        token = client.step(answer) if answer else None
    assert [one for one in seen if one is not None] == [NtlmLogon((), bound)]


@pytest.mark.parametrize("name", FLAGS)
def test_each_missing_flag_is_named(name: str) -> None:
    assert read_logon(message(STRONG & ~FLAGS[name])) == NtlmLogon((name,), False)


def test_everything_missing() -> None:
    found = read_logon(message(0))
    assert found is not None
    assert found.lacking == tuple(FLAGS)


@pytest.mark.parametrize(
    ("pairs", "bound"),
    [
        (b"", False),
        (pair(10, b"\x01" * 16), True),
        (pair(2, b"C\0") + pair(10, b"\0" * 15 + b"\x01") + pair(0, b""), True),
        (pair(10, bytes(16)), False),
        (pair(0, b"") + pair(10, b"\x01" * 16), False),
        (pair(10, b""), False),
        (b"\x0a\0", False),
        (b"\x0a\0\x01", False),
        # Nothing follows the length of an empty value, so these four bytes are a pair.
        (pair(2, b"") + pair(10, b"\x01"), True),
        (pair(2, b"ab") + b"\x0a\0", False),
        # Only the first byte, and only the last byte of the value counts too.
        (pair(10, b"\x01" + bytes(15)), True),
        (pair(10, bytes(15) + b"\x01") + pair(0, b""), True),
        (pair(10, bytes(16)) + pair(10, b"\x01" * 16), False),
        (pair(10, bytes(16)) + b"\x01\x01\x01\x01", False),
    ],
)
def test_bindings(pairs: bytes, bound: bool) -> None:
    found = read_logon(message(STRONG, pairs))
    assert found == NtlmLogon((), bound)


def test_the_response_is_read_from_its_place_and_in_its_length() -> None:
    assert read_logon(long_message(pair(2, b"n" * 300) + pair(10, b"\x01" * 16))) == NtlmLogon((), True)
    # What follows the response is not part of it.
    assert read_logon(long_message(pair(2, b"n" * 300))) == NtlmLogon((), False)


@pytest.mark.parametrize("header", ["", "NTLM", "Basic YTpi", "NTLM !!!!", "Negotiate é", "NTLM TlRMTVNTUAABAAAA"])
def test_other_headers(header: str) -> None:
    assert read_logon(header) is None


@given(st.binary(max_size=200))
def test_any_end_of_a_message_is_read_without_an_error(rest: bytes) -> None:
    found = read_logon("NTLM " + base64.b64encode(b"NTLMSSP\0\x03\0\0\0" + rest).decode())
    assert isinstance(found, NtlmLogon)
