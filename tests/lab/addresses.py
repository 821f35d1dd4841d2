"""Separate loopback addresses for estates that run at the same time, in any process of this machine."""

from __future__ import annotations

import itertools
import os
import socket
from contextlib import ExitStack

_CLAIM_PORT = 59999
_numbers = itertools.count()


def claim(claims: ExitStack) -> str:
    """Addresses 127.x.y.*: the process that has bound 127.x.y.254 on an agreed port may use them."""
    for _ in range(1000):
        number = (os.getpid() * 31 + next(_numbers)) % (120 * 250)
        base = f"127.{100 + number // 250}.{1 + number % 250}"
        claim = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            claim.bind((f"{base}.254", _CLAIM_PORT))
        except OSError:
            claim.close()
            continue
        claims.enter_context(claim)
        return base
    raise RuntimeError("no free loopback addresses; are other tests still running?")
