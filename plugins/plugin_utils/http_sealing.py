# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which HTTP messages are encrypted: the Content-Type says so ([MS-WSMV] 2.2.9.1; facts: wsman.md, section 3)."""

from __future__ import annotations

import re

# Exactly these beginnings make pypsrp decrypt a message; pywinrm decrypts by the protocol alone.
_MEDIA_TYPES = ("multipart/encrypted;", "multipart/x-multi-encrypted;")
_PROTOCOL = re.compile(r'protocol="(application/HTTP-(?:SPNEGO|Kerberos|CredSSP)-session-encrypted)"')


def sealing_protocol(content_type: str) -> str:
    """The protocol with which a message of this Content-Type is encrypted; empty for a message that is not encrypted."""
    found = _PROTOCOL.findall(content_type) if content_type.startswith(_MEDIA_TYPES) else []
    return str(found[0]) if len(found) == 1 else ""
