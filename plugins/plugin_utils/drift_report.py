# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run in check mode would change, as data for programs and as JUnit XML. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.junit import Case, Failure, Suite, junit
from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain

# Version of the format of the data: increased when a name changes its meaning.
SCHEMA = 1
# Longest difference of one task that is kept.
MOST_CHARACTERS = 20_000


@dataclass(frozen=True)
class Change:
    """A task that changed something on a host, or would in check mode, with the difference as lines."""

    host: str
    task: str
    module: str
    difference: str


def difference(result: Mapping[str, Any]) -> str:
    """The differences in the result of a task and of its loop items, as lines with ``-`` and ``+``."""
    items = result.get("results")
    results = [item for item in items if isinstance(item, Mapping)] if isinstance(items, (list, tuple)) else [result]
    found = [_of(diff) for item in results if item.get("changed") for diff in _listed(item.get("diff"))]
    return shown("\n".join(filter(None, found)), MOST_CHARACTERS)


def drift(changes: Sequence[Change], stats: Mapping[str, Mapping[str, int]], check_mode: bool) -> dict[str, Any]:
    """The data of the report.

    :param stats: for each host, the counts of its line in the recap. A host with failures was not checked completely.
    """
    incomplete = sorted(host for host, counts in stats.items() if counts.get("failures") or counts.get("unreachable"))
    return {
        "schema": SCHEMA,
        "check_mode": check_mode,
        "changed": bool(changes),
        "complete": bool(stats) and not incomplete,
        "hosts": sorted(stats),
        "incomplete_hosts": incomplete,
        "changes": [asdict(change) for change in changes],
    }


def drift_junit(changes: Sequence[Change], stats: Mapping[str, Mapping[str, int]], check_mode: bool, title: str) -> str:
    """JUnit XML: for each host a case that fails if it was not checked completely, and a failed case for each change."""
    suites = []
    for host in sorted({*stats, *(change.host for change in changes)}):
        own = [change for change in changes if change.host == host]
        suites.append(
            Suite(f"drift of {host}", host, [_whole(host, own, stats.get(host, {})), *(_case(c, check_mode) for c in own)])
        )
    return junit(title, suites)


def _whole(host: str, changes: Sequence[Change], counts: Mapping[str, int]) -> Case:
    case = f"checked on {host}"
    if counts.get("failures") or counts.get("unreachable"):
        text = (
            "The run failed on this host or could not reach it, so changes can be missing here. The output of the run says why."
        )
        return Case("drift", case, failure=Failure(text, text))
    said = f"{len(changes)} {'task differs' if len(changes) == 1 else 'tasks differ'} from the desired state."
    return Case("drift", case, output=said if changes else "Everything is as requested.")


def _case(change: Change, check_mode: bool) -> Case:
    message = f"This task {'would change' if check_mode else 'changed'} {change.host}."
    text = "\n".join(filter(None, [message, change.difference]))
    return Case("drift", f"{change.task} on {change.host}", failure=Failure(message, text, "changed"))


def _listed(diff: Any) -> list[Mapping[str, Any]]:
    listed = diff if isinstance(diff, (list, tuple)) else [diff]
    return [item for item in listed if isinstance(item, Mapping)]


def _of(diff: Mapping[str, Any]) -> str:
    """The lines of one difference; a module may return two states, a text that it prepared, or both."""
    before, after = _lines(diff.get("before")), _lines(diff.get("after"))
    old, new = (str(plain(diff.get(f"{side}_header") or side)) for side in ("before", "after"))
    return "\n".join([*difflib.unified_diff(before, after, old, new, lineterm=""), *_lines(diff.get("prepared"))])


def _lines(value: Any) -> list[str]:
    value = plain(value)
    if value is None:
        return []
    return (value if isinstance(value, str) else json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)).splitlines()
