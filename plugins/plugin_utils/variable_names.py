# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Unknown connection variables, and the ones that were probably intended."""

from __future__ import annotations

import difflib
from collections.abc import Collection

_LIKENESS = 0.7


def unknown_variable(name: str, known: Collection[str], prefix: str, plugin: str) -> str:
    """A sentence about a variable without effect.

    :param known: the variables that have an effect; all of them begin with ``prefix``, which is not used for the comparison.
    :param plugin: the full name of the connection plugin.
    """
    names = sorted(variable.removeprefix(prefix) for variable in known)
    meant = difflib.get_close_matches(name.removeprefix(prefix), names, 1, _LIKENESS)
    all_of_them = ", ".join(prefix + known_name for known_name in names)
    instead = f"did you mean {prefix}{meant[0]}?" if meant else f"the variables of {plugin} are: {all_of_them}"
    return f"{name} is not known and would have no effect; {instead}"
