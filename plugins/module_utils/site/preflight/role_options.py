# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with the options of the role preflight, reported with their own names before anything is sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import PREFLIGHT, CheckIds
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import endpoints

# A file name that is valid on every system, and does not leave its folder.
_FILE_NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f\x7f]{1,200}")


def impossible(options: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each option value of the role preflight that is not possible.

    :param options: its options by their short names.
    """
    yield from impossible_of_report(PREFLIGHT, options)
    features = endpoints.features()
    for feature in options["features"] or ():
        if feature not in features:
            yield f"preflight_features: {feature[:60]!r} is not a feature. Choose from {', '.join(features)}."
    try:
        endpoints.named(options["endpoints"] or (), "preflight_endpoints")
    except naming.BadName as error:
        yield str(error)


def impossible_of_report(ids: CheckIds, options: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each value that is not possible, of the options that every role with a report has.

    :param ids: of the checks in the role's report; the report has the name of the role.
    """
    yield from ids.unknown(options["accept"], f"{ids.kind}_accept")
    named = options["report_name"]
    if not _FILE_NAME.fullmatch(named) or named in (".", ".."):
        yield f"{ids.kind}_report_name: {named[:60]!r} is not a file name. Give a name without folders, such as {ids.kind}."
