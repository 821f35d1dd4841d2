# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the options of the roles preflight and verify, told by their own names before anything is sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site import check_ids, naming, ranges
from ansible_collections.configmgr.scp.plugins.module_utils.site.reach import endpoints

_RANGES = {check_ids.PREFLIGHT: ranges.PREFLIGHT, check_ids.VERIFY: ranges.VERIFY}
# A file name that is one on every system, and stays in its folder.
_FILE_NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f\x7f]{1,200}")


def problems(role: str, options: Mapping[str, Any]) -> list[str]:
    """A sentence for each option that is not possible.

    :param role: ``preflight`` or ``verify``.
    :param options: values by the full name of the option; those that are left out, or null, are not looked at.
    :raises KeyError: no such role.
    """
    return list(_problems(role, {name: value for name, value in options.items() if value is not None}))


def _problems(role: str, options: Mapping[str, Any]) -> Iterator[str]:
    for name, allowed in _RANGES[role].items():
        refusal = allowed.refusal(name, _number(options[name])) if name in options else None
        if refusal:
            yield refusal
    yield from check_ids.unknown(role, _list(options, f"{role}_accept"), f"{role}_accept")
    named = str(options.get(f"{role}_report_name", "report"))
    if not _FILE_NAME.fullmatch(named) or named in (".", ".."):
        yield f"{role}_report_name: {named[:60]!r} is no name of a file; give one without folders, such as {role}."
    features = endpoints.features()
    for feature in _list(options, f"{role}_features"):
        if feature not in features:
            yield f"{role}_features: {str(feature)[:60]!r} is no feature; choose from {', '.join(features)}."
    try:
        endpoints.named([str(text) for text in _list(options, f"{role}_endpoints")], f"{role}_endpoints")
    except naming.BadName as error:
        yield str(error)


def _list(options: Mapping[str, Any], name: str) -> Sequence[object]:
    found = options.get(name, ())
    return found if isinstance(found, (list, tuple)) else [found]


def _number(value: object) -> object:
    """A number that came as text, as variables of a command line and of INI inventories do."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value
