# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ids that checks of a report can have, so that a misspelt id is refused; and those of a preflight. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.judging import TITLES

_SERVER = (
    "operating_system",
    "operating_system_support",
    "server_core",
    "domain_member",
    "server_name",
    "dotnet_release",
    "dotnet_35",
    "vc_runtime",
    "odbc_driver",
    "native_client",
    "tls_dotnet_64",
    "tls_dotnet_32",
    "pending_restart",
    "no_sms_on_drive",
    "free_space",
    "clock_difference",
    "sms_executive",
    "root_certificates",
    "administrator_rights",
)
_PARTS = ("site", "server", "database", "endpoints", "ports")
_NUMBERED = re.compile(r"_\d+$")


@dataclass(frozen=True)
class CheckIds:
    """The ids of one kind of report.

    :param kind: ``preflight`` or ``verify``.
    :param named: returns the ids that are known in advance; called only when they are needed, since some come from tables.
    :param patterns: ids that depend on what was checked, such as the addresses that were tried: a regular expression for each
        text by which messages name them.
    :param families: prefixes of ids that messages do not list one by one.
    :param numbered: ids of these families may end with a number.
    """

    kind: str
    named: Callable[[], frozenset[str]]
    patterns: Mapping[str, str] = field(default_factory=dict)
    families: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()

    def is_known(self, id: str) -> bool:
        """Whether a check of such a report can have this id."""
        if id in self.named() or any(re.fullmatch(pattern, id) for pattern in self.patterns.values()):
            return True
        return id.startswith(self.numbered) and _NUMBERED.sub("", id) in self.named()

    def unknown(self, accept: Iterable[object], option: str) -> list[str]:
        """A sentence for each accepted id that no check has, with the id that was probably meant.

        :param option: the name of the option, for the message.
        """
        return [self._refusal(name, option) for name in accept if not (isinstance(name, str) and self.is_known(name))]

    def _refusal(self, name: object, option: str) -> str:
        near = difflib.get_close_matches(str(name), sorted(self.named()), n=1)
        meant = "".join(f" Did you mean {id}?" for id in near)
        return f"{option}: no check is called {str(name)[:60]!r}.{meant} The checks are {self._listed()}."

    def _listed(self) -> str:
        single = sorted(id for id in self.named() if not id.startswith(self.families))
        return ", ".join([*single, *(f"{family}*" for family in self.families), *self.patterns])


def whole_parts(parts: Iterable[str]) -> frozenset[str]:
    """The ids of the checks that represent complete parts which were not carried out."""
    return frozenset(f"{part}_checked" for part in parts)


@cache
def _named() -> frozenset[str]:
    return frozenset({*TITLES, *_SERVER, *whole_parts(_PARTS)})


PREFLIGHT = CheckIds(
    kind="preflight", named=_named, patterns={"endpoint_*": r"endpoint_[a-z0-9_]+", "port_*": r"port_[a-z0-9_]+"}
)
