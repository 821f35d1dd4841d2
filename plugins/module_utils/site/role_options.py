# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the choices of the roles preflight and verify, told by their own names before anything is sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site import check_ids, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.reach import endpoints

# A file name that is one on every system, and stays in its folder.
_FILE_NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f\x7f]{1,200}")


def impossible(role: str, options: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each choice that is not possible.

    :param role: name of a role; only preflight and verify have such choices.
    :param options: its options by their short names.
    """
    if role not in (check_ids.PREFLIGHT, check_ids.VERIFY) or not options:
        return
    yield from check_ids.unknown(role, options["accept"], f"{role}_accept")
    named = options["report_name"]
    if not _FILE_NAME.fullmatch(named) or named in (".", ".."):
        yield f"{role}_report_name: {named[:60]!r} is no name of a file. Give one without folders, such as {role}."
    features = endpoints.features()
    for feature in options.get("features") or ():
        if feature not in features:
            yield f"{role}_features: {feature[:60]!r} is no feature. Choose from {', '.join(features)}."
    try:
        endpoints.named(options.get("endpoints") or (), f"{role}_endpoints")
    except naming.BadName as error:
        yield str(error)
