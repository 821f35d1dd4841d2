"""One trial: an operation with a fault at one request, then again without it, and the problems that were found."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.clock import HandClock
from lab.running.estate import Estate
from tests.proof.controller import LATE_SECONDS, SHELL, Asked, Controller, PlayEnded, Told
from tests.proof.operations import Operation


@dataclass(frozen=True)
class Fault:
    """A fault of the network or of the server: its parameters in the lab. ``late``: it lasts longer than the client waits."""

    name: str
    order: Mapping[str, Any]
    late: bool = False

    @property
    def of_provider(self) -> bool:
        """Whether only requests to a provider of WMI meet it, and not those of remote shells."""
        return str(self.order["kind"]).startswith("provider_")


FAULTS: tuple[Fault, ...] = (
    Fault("dropped before the effect", {"kind": "drop_before"}),
    Fault("dropped after the effect", {"kind": "drop_after"}),
    Fault("effect at once, answer too late", {"kind": "delay_after", "seconds": LATE_SECONDS}, late=True),
    Fault("effect and answer too late", {"kind": "delay", "seconds": LATE_SECONDS}, late=True),
    Fault("HTTP 401", {"kind": "http_status", "status": 401}),
    Fault("HTTP 503", {"kind": "http_status", "status": 503}),
    Fault("quota fault", {"kind": "quota"}),
    Fault("0x80041001, no effect", {"kind": "provider_fault"}),
    Fault("0x80041001 after the effect", {"kind": "provider_fault_after"}),
    Fault("garbage for XML", {"kind": "garbage"}),
    Fault("XML that ends early", {"kind": "truncate"}),
    Fault("encrypted message that ends early", {"kind": "truncate_sealed"}),
)
FAULTS_BY_NAME = {fault.name: fault for fault in FAULTS}

# Lab time between the two runs: almost none, until the site has processed the change, until a stopped thread has started again.
PAUSES_SECONDS = (1.0, 60.0, 600.0)
_SETTLED_SECONDS = 120.0
# The text of a message when it is not known whether the request had an effect.
_DOUBT = "may have had its effect"
_DRAIN_SECONDS = 10.0
_NOT_FOR_USERS = re.compile(
    r"Traceback|File \"|\.py\b|defect of the module|</|/>|<\?xml|<\w+:|xmlns|0x[0-9a-f]{12}|b'", re.IGNORECASE
)


@dataclass
class Trial:
    """The result of a trial.

    :param struck: false when the play ended before the request at which the fault was to occur.
    :param message: the message with which the first run failed; empty when it succeeded.
    """

    operation: str
    fault: str
    at: int
    struck: bool = False
    asked: Asked | None = None
    message: str = ""
    problems: list[str] = field(default_factory=list)


def attempt(estate: Estate, operation: Operation, fault: Fault, at: int) -> Trial:
    """Run one trial in an estate of the operation, which is reset first."""
    estate.reset()
    operation.prepare(Controller(estate))
    estate.request_log.clear()
    trial = Trial(operation.name, fault.name, at)
    estate.faults.order(at=at, **fault.order)
    first = Controller(estate, patient_for_answers=not fault.late)
    trial.message = _play(first, operation)
    trial.struck = estate.faults.listing() == []
    if trial.struck:
        # A fault of a provider counts only the requests that reach one.
        met = [asked for asked in first.asked if not fault.of_provider or asked.what != SHELL]
        trial.asked = met[at - 1] if at <= len(met) else None
        _judge_first(trial, first)
        _advance(estate, PAUSES_SECONDS[at % len(PAUSES_SECONDS)])
        later = _judge_rest(trial, estate, operation, fault.late)
        if fault.late:
            _drain(estate, len(first.asked) + later)
    return trial


def _play(controller: Controller, operation: Operation) -> str:
    """The message with which the play failed; empty when it succeeded."""
    try:
        operation.play(controller)
    except PlayEnded as ended:
        return str(ended)
    return ""


def _judge_first(trial: Trial, first: Controller) -> None:
    last = first.told[-1]
    if last.failed:
        trial.problems += wording(last, trial.asked)
    trial.problems += [f"first run: {text}" for text in claims(first)]


def _judge_rest(trial: Trial, estate: Estate, operation: Operation, late: bool) -> int:
    """Run it a second and a third time; returns how many requests that took."""
    second = Controller(estate)
    ended = _play(second, operation)
    if ended:
        trial.problems.append(f"the second run failed: {ended}")
    trial.problems += [f"second run: {text}" for text in claims(second, disturbed=late)]
    trial.problems += [f"after the second run: {text}" for text in operation.unmet(estate)]
    _advance(estate, _SETTLED_SECONDS)
    trial.problems += [f"later: {text}" for text in operation.unmet(estate)]
    third = Controller(estate)
    since = estate.request_log.next_index()
    ended = _play(third, operation)
    changed = [told.module for told in third.told if told.result.get("changed") and not told.check]
    if ended or ((changed or third.writes(since)) and not operation.writes_again):
        trial.problems.append(f"the third run is not idle: {ended or changed or third.writes(since)}")
    trial.problems += [f"broken rule: {violation.text}" for violation in estate.violations]
    trial.problems += [f"the lab itself: {error!r}" for error in estate.errors]
    return len(second.asked) + len(third.asked)


def wording(told: Told, asked: Asked | None) -> list[str]:
    """Problems of the message of a failed task: it must name the step and the server, and be readable for users."""
    problems = []
    text = told.message
    if _NOT_FOR_USERS.search(text):
        problems.append(f"not for users: {text}")
    if not text.strip() or any(not (char.isprintable() or char in "\r\n") for char in text):
        problems.append(f"not printable: {text!r}")
    if "exception" in told.result:
        problems.append("a traceback is shown")
    if asked is not None:
        if asked.what not in text:
            problems.append(f"does not name what was asked ({asked.action} of {asked.what}): {text}")
        if asked.machine not in text and asked.address not in text:
            problems.append(f"does not name the server {asked.machine}: {text}")
    return problems


def claims(controller: Controller, disturbed: bool = False) -> list[str]:
    """Problems of the changes that the tasks reported.

    :param disturbed: whether another change may occur at the same time: the late effect of an earlier run.
    """
    return [problem for told in controller.told if (problem := misclaimed(told, disturbed))]


def misclaimed(told: Told, disturbed: bool) -> str:
    """A reported change that is none, or a change that was not reported. Empty for neither."""
    changed = bool(told.result.get("changed"))
    if changed and not told.differs and not told.check:
        return f"{told.module} reports a change that did not happen"
    if told.failed and told.differs and not (changed or told.module == "component" or disturbed or _DOUBT in told.message):
        return f"{told.module} failed and does not say what it had changed: {told.message}"
    # A thread changes by itself as well.
    if told.differs and not (changed or told.failed or told.check or told.module == "component" or disturbed):
        return f"{told.module} does not report its change"
    return ""


def _advance(estate: Estate, seconds: float) -> None:
    assert isinstance(estate.clock, HandClock)
    estate.clock.advance(seconds)


def _drain(estate: Estate, requests: int) -> None:
    """Wait until as many requests have ended as were sent, so that a late effect does not affect the next trial."""
    limit = time.monotonic() + _DRAIN_SECONDS
    while sum(record.kind in ("cim", "shell") for record in estate.request_log.records()) < requests:
        assert time.monotonic() < limit, "a late request has not ended"
        time.sleep(0.01)
