# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The queries to a directory about nested groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Member


@dataclass(frozen=True)
class Chain:
    r"""What a directory shows about an account and groups.

    :param through: the requested group to which the account belongs, directly or through other groups; empty for none.
    :param unknown: what could not be determined, each as a clause that follows "it is not known".
    """

    through: str = ""
    unknown: tuple[str, ...] = ()


class Lookup(Protocol):
    """A directory that can be queried about nested groups."""

    def same_domain(self, one: str, other: str) -> bool | None:
        """Whether two names, NetBIOS or DNS, belong to one domain; None when the directory cannot tell."""

    def chain(self, account: Member, groups: Sequence[Member]) -> Chain:
        """Whether the account belongs to one of the groups. Errors are part of the answer, they are not raised."""
