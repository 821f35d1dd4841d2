"""Stand-in for the site's encryption of account passwords: it cannot be decrypted, but the site can check a password."""

from __future__ import annotations

import hashlib
import hmac
import os

_ROUNDS = 1000


def encrypt(data: str, site_code: str) -> str:
    """Text that differs each time and from which ``data`` cannot be read."""
    salt = os.urandom(16)
    return (salt + _digest(data, site_code, salt)).hex().upper()


def matches(encrypted: str, data: str, site_code: str) -> bool:
    """Whether ``encrypted`` was made from ``data`` for this site."""
    try:
        raw = bytes.fromhex(encrypted)
    except ValueError:
        return False
    return hmac.compare_digest(raw[16:], _digest(data, site_code, raw[:16]))


def is_encrypted(text: str) -> bool:
    """Whether a text has the form that :func:`encrypt` gives."""
    try:
        return len(bytes.fromhex(text)) == 48
    except ValueError:
        return False


def _digest(data: str, site_code: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", data.encode(), salt + site_code.upper().encode(), _ROUNDS)
