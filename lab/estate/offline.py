"""Sites without internet: the updates that Microsoft offers, and the folders with the service connection tool."""

from __future__ import annotations

from dataclasses import dataclass

UPDATE_TYPES = ("regular", "weave", "qfe")
GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


@dataclass(frozen=True)
class InternetUpdate:
    """An update that Microsoft's servers offer: ``qfe`` is a hotfix, ``min_version`` the oldest site version that can install it.

    ``redists`` are the names of its redistributable files.
    """

    name: str
    guid: str
    version: str
    type: str = "regular"
    min_version: str = "5.00.8913.1000"
    size_bytes: int = 2**18
    redists: tuple[str, ...] = ("SQLSysClrTypes.msi",)


@dataclass(frozen=True)
class ToolFolder:
    """A folder of a server with the service connection tool of a ``version``: on media, or a copy."""

    folder: str
    version: str
