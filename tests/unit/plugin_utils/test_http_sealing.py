"""Which Content-Type means an encrypted message."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.http_sealing import sealing_protocol

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"


@pytest.mark.parametrize("media", ["multipart/encrypted", "multipart/x-multi-encrypted"])
@pytest.mark.parametrize("name", ["SPNEGO", "Kerberos", "CredSSP"])
def test_the_three_protocols(media: str, name: str) -> None:
    protocol = f"application/HTTP-{name}-session-encrypted"
    assert sealing_protocol(f'{media};protocol="{protocol}";boundary="Encrypted Boundary"') == protocol


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/soap+xml;charset=UTF-8",
        # Neither library would decrypt these.
        f'multipart/encrypted; boundary="Encrypted Boundary", protocol={SPNEGO}',
        f'text/plain;multipart/encrypted;protocol="{SPNEGO}"',
        f'multipart/encryptedx;protocol="{SPNEGO}"',
        'multipart/encrypted;protocol="application/HTTP-Other-session-encrypted"',
        # Two that contradict each other.
        f'multipart/encrypted;protocol="{SPNEGO}";protocol="application/HTTP-Kerberos-session-encrypted"',
    ],
)
def test_what_is_not_encrypted(content_type: str) -> None:
    assert sealing_protocol(content_type) == ""
