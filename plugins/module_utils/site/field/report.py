# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdicts of all hosts of a field check in one list; a host that did not answer becomes `cannot tell`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import (
    AS_ASSUMED,
    CANNOT_TELL,
    OTHERWISE,
    cannot_tell,
    result,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probes import probes_of

# What needs attention first.
_ORDER = (OTHERWISE, CANNOT_TELL, AS_ASSUMED)


def report_of(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The verdicts.

    :param parts: for each host ``part``, ``host`` and ``result``, the registered result of the module; without a result ``why``.
    :returns: ``probes``, ``counts`` by verdict, ``table`` as lines to display, and a sentence, ``summary``.
    :raises KeyError: a part without ``part``.
    """
    probes = [probe for part in parts for probe in _probes(part)]
    counts = {word: sum(probe["verdict"] == word for probe in probes) for word in (AS_ASSUMED, OTHERWISE, CANNOT_TELL)}
    ordered = sorted(probes, key=lambda probe: _ORDER.index(probe["verdict"]))
    return {
        "probes": probes,
        "counts": counts,
        "table": [line for probe in ordered for line in _lines(probe)],
        "summary": ", ".join(f"{count} {word}" for word, count in counts.items()),
    }


def _probes(part: Mapping[str, Any]) -> list[dict[str, str]]:
    found: Mapping[str, Any] = part.get("result") or {}
    if found.get("probes") is not None:
        return [dict(probe) for probe in found["probes"]]
    why = str(found.get("msg") or part.get("why") or "the host did not answer")
    return [result(probe, cannot_tell(why)) for probe in probes_of(part["part"])]


def _lines(probe: Mapping[str, str]) -> list[str]:
    lines = [f"{probe['verdict']}: {probe['id']}: {probe['seen']}"]
    return [*lines, f"    assumed: {probe['assumed']}"] if probe["verdict"] == OTHERWISE else lines


def parts_of(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a recording has of each host: ``part``, ``probes``, ``versions``, ``exchanges`` and ``readings``.

    :raises KeyError: a part without ``part``.
    """
    found = []
    for part in parts:
        known: Mapping[str, Any] = part.get("result") or {}
        recorded: Mapping[str, Any] = known.get("recorded") or {}
        found.append(
            {
                "part": part["part"],
                "probes": _probes(part),
                "versions": known.get("versions") or (),
                "exchanges": recorded.get("exchanges") or (),
                "readings": recorded.get("readings") or {},
            }
        )
    return found
