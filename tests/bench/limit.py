"""The limit: a minimal program that sends recorded requests over one authenticated connection to each host and parses nothing.

usage: limit.py CONVERSATIONS, a JSON file: a list of {"endpoint", "user", "password", "envelopes": [...]}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from winrm.protocol import Protocol


def main() -> None:
    """Send everything, one request after the other."""
    for conversation in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        protocol = Protocol(
            conversation["endpoint"],
            transport="ntlm",
            username=conversation["user"],
            password=conversation["password"],
            ca_trust_path="legacy_requests",
        )
        protocol.transport.build_session()
        for envelope in conversation["envelopes"]:
            protocol.transport.send_message(envelope.encode())
        protocol.transport.close_session()


if __name__ == "__main__":
    main()
