"""The command line of the tool (facts/internet-and-offline.md, section 5.2): an action, its paths, what to download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "prepare": ("usagedatadest",),
    "connect": ("usagedatasrc", "updatepackdest"),
    "import": ("updatepacksrc",),
    "export": ("dest",),
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {"connect": ("proxyserveruri", "proxyusername")}
DOWNLOADS = ("downloadall", "downloadhotfix", "downloadsiteversion")

USAGE = """\
Usage: ServiceConnectionTool.exe
  -prepare -usagedatadest <path and name of a .cab file>
  -connect -usagedatasrc <folder or .cab file> -updatepackdest <folder>
           [-proxyserveruri <FQDN of the proxy>] [-proxyusername <user name>]
           [-downloadall | -downloadhotfix | -downloadsiteversion]
  -import  -updatepacksrc <folder>
  -export  -dest <path and name of a .csv file>
"""


class UsageError(ValueError):
    """The command line is not valid for the tool."""


@dataclass(frozen=True)
class Request:
    """The requested action. ``paths`` by parameter name; ``download`` is empty for the newest update that applies."""

    action: str
    paths: Mapping[str, str] = field(default_factory=dict)
    download: str = ""


def parse(arguments: tuple[str, ...]) -> Request:
    """Read the arguments: case-insensitive names, in any order. Raises :class:`UsageError` for anything else."""
    actions: list[str] = []
    downloads: list[str] = []
    values: dict[str, str] = {}
    known = {name for table in (_NEEDED, _OPTIONAL) for names in table.values() for name in names}
    words = iter(arguments)
    for word in words:
        name = word[1:].lower() if word.startswith("-") else ""
        if name in _NEEDED:
            actions.append(name)
        elif name in DOWNLOADS:
            downloads.append(name)
        elif name in known and name not in values:
            value = next(words, "")
            if not value or value.startswith("-"):
                raise UsageError(word)
            values[name] = value
        else:
            raise UsageError(word)
    if len(actions) != 1 or len(downloads) > 1 or (downloads and actions != ["connect"]):
        raise UsageError(" ".join(arguments))
    needed, optional = _NEEDED[actions[0]], _OPTIONAL.get(actions[0], ())
    if not set(needed) <= set(values) <= {*needed, *optional}:
        raise UsageError(" ".join(arguments))
    return Request(actions[0], values, downloads[0] if downloads else "")
