"""multipart/encrypted, written and read."""

from __future__ import annotations

import pytest

from lab.winrm.sealing import CREDSSP, PROTOCOLS, SealError, read_pieces, read_sealed, write_pieces, write_sealed

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
PYWINRM = (
    b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=5\r\n--Encrypted Boundary\r\n"
    b"\tContent-Type: application/octet-stream\r\n\x02\x00\x00\x00sigcipher--Encrypted Boundary--\r\n"
)
CONTENT_TYPE = f'multipart/encrypted;protocol="{SPNEGO}";boundary="Encrypted Boundary"'


def test_the_form_that_clients_send() -> None:
    message = read_sealed(CONTENT_TYPE, PYWINRM)
    assert (message.protocol, message.content_type, message.length) == (SPNEGO, "application/soap+xml;charset=UTF-8", 5)
    assert (message.signature, message.data) == (b"si", b"gcipher")


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
@pytest.mark.parametrize("data", [b"", b"x", b"--Encrypted Boundary\r\n", b"a--Encrypted Boundary--\r\n", bytes(range(256)) * 9])
def test_round_trip(protocol: str, data: bytes) -> None:
    content_type, body = write_sealed(protocol, 77, b"\r\n--sig", data)
    message = read_sealed(content_type, body)
    assert (message.protocol, message.length, message.signature, message.data) == (protocol, 77, b"\r\n--sig", data)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", PYWINRM),
        ("application/soap+xml", PYWINRM),
        (CONTENT_TYPE.replace("encrypted;", "x-multi-encrypted;"), PYWINRM),
        (CONTENT_TYPE.replace("SPNEGO", "CredSSP"), PYWINRM),
        (CONTENT_TYPE.replace("SPNEGO", "Kerberos"), PYWINRM),
        (CONTENT_TYPE.replace("Encrypted Boundary", "b"), PYWINRM),
        ('multipart/encrypted;boundary="Encrypted Boundary"', PYWINRM),
        (CONTENT_TYPE, b""),
        (CONTENT_TYPE, b"x" + PYWINRM),
        (CONTENT_TYPE, PYWINRM + b"x"),
        (CONTENT_TYPE, PYWINRM[:-25]),
        (CONTENT_TYPE, PYWINRM.replace(b"Length=5", b"Length=-5")),
        (CONTENT_TYPE, PYWINRM.replace(b"Length=5", b"Length=" + b"5" * 11)),
        (CONTENT_TYPE, PYWINRM.replace(b"\x02\x00\x00\x00", b"\xff\xff\xff\xff")),
        (CONTENT_TYPE, PYWINRM.replace(b"\x02\x00\x00\x00", b"\x0a\x00\x00\x00")),
        (CONTENT_TYPE, PYWINRM.replace(b"\x02\x00\x00\x00sigcipher", b"\x00\x00")),
        (CONTENT_TYPE, PYWINRM.replace(b"octet-stream", b"other")),
    ],
)
def test_malformed(content_type: str, body: bytes) -> None:
    with pytest.raises(SealError):
        read_sealed(content_type, body)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_message_in_pieces(count: int) -> None:
    pieces = [(number, b"s" * number, bytes([number]) * 900) for number in range(count)]
    content_type, body = write_pieces(CREDSSP, pieces)
    assert content_type.startswith("multipart/encrypted;" if count == 1 else "multipart/x-multi-encrypted;")
    assert [(piece.length, piece.signature, piece.data) for piece in read_pieces(content_type, body)] == pieces
    if count > 1:
        with pytest.raises(SealError):
            read_sealed(content_type, body)


def test_only_credssp_has_pieces() -> None:
    content_type, body = write_pieces(SPNEGO, [(1, b"s", b"d"), (1, b"s", b"d")])
    with pytest.raises(SealError, match="only application/HTTP-CredSSP"):
        read_pieces(content_type, body)
    content_type, body = write_pieces(CREDSSP, [(1, b"s", b"d"), (1, b"s", b"d")])
    with pytest.raises(SealError):
        read_pieces(content_type, body.replace(b"HTTP-CredSSP", b"HTTP-SPNEGO", 1))
