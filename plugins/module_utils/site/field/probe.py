# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A probe: one assumption of the collection, and the function that judges it by what a live site shows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

AS_ASSUMED, OTHERWISE, CANNOT_TELL = "as assumed", "otherwise", "cannot tell"
SITE, SERVER = "site", "server"
_SEEN_LENGTH = 600


@dataclass(frozen=True)
class Verdict:
    """What the readings say about an assumption. ``seen``: what was read, or why it does not decide."""

    word: str
    seen: str


def as_assumed(seen: str) -> Verdict:
    """The readings agree with the assumption."""
    return Verdict(AS_ASSUMED, seen)


def otherwise(seen: str) -> Verdict:
    """The readings contradict the assumption."""
    return Verdict(OTHERWISE, seen)


def cannot_tell(why: str) -> Verdict:
    """The readings do not decide."""
    return Verdict(CANNOT_TELL, why)


def decided(right: Iterable[str], wrong: Iterable[str], nothing: str) -> Verdict:
    """``otherwise`` if anything contradicts, else ``as assumed`` if anything agrees, else ``cannot tell``.

    :param right: what agrees with the assumption.
    :param wrong: what contradicts it.
    :param nothing: what is missing where there is neither.
    """
    contradictions, agreements = list(dict.fromkeys(wrong)), list(dict.fromkeys(right))
    if contradictions:
        return otherwise("; ".join(contradictions))
    return as_assumed("; ".join(agreements)) if agreements else cannot_tell(nothing)


@dataclass(frozen=True)
class Probe:
    """One assumption.

    :param id: the name in the results and in docs/limits.md.
    :param part: SITE for the host of the SMS Provider, SERVER for the server of the role.
    :param assumed: the assumption, as a sentence.
    :param needs: names of the readings, in the order of the arguments of ``judge``.
    :param judge: the verdict by these readings; none of them is Unread.
    """

    id: str
    part: str
    assumed: str
    needs: tuple[str, ...]
    judge: Callable[..., Verdict]


def judged(probe: Probe, readings: Mapping[str, Any]) -> dict[str, str]:
    """The result of one probe: ``id``, ``part``, ``assumed``, ``verdict`` and ``seen``."""
    found = [readings.get(name, Unread(f"{name} was not read")) for name in probe.needs]
    missing = [value.why for value in found if isinstance(value, Unread)]
    verdict = cannot_tell("; ".join(missing)) if missing else _judged(probe, found)
    return result(probe, verdict)


def result(probe: Probe, verdict: Verdict) -> dict[str, str]:
    """The result of one probe as data."""
    return {
        "id": probe.id,
        "part": probe.part,
        "assumed": probe.assumed,
        "verdict": verdict.word,
        "seen": shown(verdict.seen, _SEEN_LENGTH),
    }


def _judged(probe: Probe, found: list[Any]) -> Verdict:
    try:
        return probe.judge(*found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # A live site may show a value of another form than any that is known; the other probes must go on.
        return cannot_tell(f"what was read does not have a known form ({type(error).__name__}: {error})")
