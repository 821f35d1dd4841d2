# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What can be asked of a directory about groups in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Member


@dataclass(frozen=True)
class Chain:
    r"""What a directory says of an account and groups.

    :param through: the group, of those asked for, that the account belongs to, directly or through other groups; empty for none.
    :param unknown: what the directory could not decide, each as a clause that follows "it is not known".
    """

    through: str = ""
    unknown: tuple[str, ...] = ()


class Lookup(Protocol):
    """A directory that is asked about nested groups."""

    def same_domain(self, one: str, other: str) -> bool | None:
        """Whether two names, NetBIOS or DNS, are of one domain; None when the directory does not know."""

    def chain(self, account: Member, groups: Sequence[Member]) -> Chain:
        """Whether the account belongs to one of the groups. What goes wrong is told in the answer, not raised."""
