"""Status messages, and the component summarizer's entry for each component (facts/site-model.md, section 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lab.cim.index import Index
from lab.cim.wql import And, Comparison, Condition

INFORMATION = 0x40000000
WARNING = 0x80000000
ERROR = 0xC0000000

MODULE_SERVER = "SMS Server"

# Message numbers. 1016 to 1022 are from memory, not established: clients must not depend on the exact numbers.
STARTED = 500
STOPPED = 501
PREPARING = 1013
INSTALLING = 1014
INSTALLED = 1015
INSTALL_FAILED = 1016
DEINSTALLING = 1020
DEINSTALLED = 1021
DEINSTALL_FAILED = 1022
SERVER_CONFIGURED = 1027
CHANGE_PROCESSED = 3306
BACKUP_DONE = 5035
# The endpoint check of the service connection point.
ENDPOINTS_REACHED = 11410
ENDPOINTS_NOT_CRITICAL = 11411
ENDPOINTS_CRITICAL = 11412
ENDPOINT_UNREACHABLE = 11488

# Record numbers are as large as on real sites: more than 32 bits.
_RECORDS_BEFORE = 72057594037927936

# States and conditions of SMS_ComponentSummarizer.
STATE_STOPPED = 0
STATE_STARTED = 1
STATE_INSTALLING = 3
STATE_DEINSTALLING = 5
OK = 0
CONDITION_WARNING = 1
CRITICAL = 2


@dataclass(frozen=True)
class StatusMessage:
    """One message. ``site_code`` is the site that created it; ``time`` is UTC; ``machine`` the FQDN as components spell it."""

    record_id: int
    time: datetime
    site_code: str
    machine: str
    component: str
    message_id: int
    severity: int
    strings: tuple[str, ...]
    process_id: int
    thread_id: int


@dataclass
class ComponentState:
    """What the component summarizer knows about one component on one machine."""

    site_code: str
    machine: str
    component: str
    state: int
    status: int = OK
    last_started: datetime | None = None
    last_contacted: datetime | None = None
    last_heartbeat: datetime | None = None


class StatusSystem:
    """Status messages and component states of a hierarchy. The hierarchy decides which site shows which of them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._messages: list[StatusMessage] = []
        self._by_component: defaultdict[tuple[str, str, str], list[StatusMessage]] = defaultdict(list)
        self._index = Index[int]({"Component": str, "MessageID": int, "RecordID": int})
        self._components: dict[tuple[str, str, str], ComponentState] = {}

    @property
    def messages(self) -> Sequence[StatusMessage]:
        """All messages, oldest first."""
        return self._messages

    def matching(self, where: Condition | None) -> list[StatusMessage]:
        """All messages that may fulfil the condition, and possibly more, oldest first."""
        places = self._index.candidates(where)
        first = _first_place(where)
        if places is None:
            return self._messages[first:]
        return [self._messages[place] for place in sorted(places) if place >= first]

    def report(
        self,
        site_code: str,
        machine: str,
        component: str,
        message_id: int,
        *strings: str,
        severity: int = INFORMATION,
        time: datetime | None = None,
    ) -> StatusMessage:
        """Record a message with the current time or ``time``; record numbers ascend."""
        number = len(self._messages) + 1
        message = StatusMessage(
            record_id=_RECORDS_BEFORE + number,
            time=time or self._now(),
            site_code=site_code,
            machine=machine,
            component=component,
            message_id=message_id,
            severity=severity,
            strings=strings,
            process_id=4200,
            thread_id=5000 + 4 * (sum(component.encode()) % 1000),
        )
        self._messages.append(message)
        self._index.add(number - 1, {"Component": component, "MessageID": message_id, "RecordID": message.record_id})
        key = _key(site_code, machine, component)
        self._by_component[key].append(message)
        known = self._components.get(key)
        if known is not None:
            known.last_contacted = message.time
        return message

    def set_state(self, site_code: str, machine: str, component: str, state: int, status: int = OK) -> None:
        """Set the state of a component in the summarizer."""
        key = _key(site_code, machine, component)
        known = self._components.setdefault(key, ComponentState(site_code, machine, component, state))
        known.state, known.status = state, status
        if state == STATE_STARTED:
            known.last_started = known.last_heartbeat = self._now()

    def set_condition(self, site_code: str, machine: str, component: str, status: int) -> None:
        """Set the condition of a component that the summarizer already has."""
        known = self.state_of(site_code, machine, component)
        if known is not None:
            known.status = status

    def state_of(self, site_code: str, machine: str, component: str) -> ComponentState | None:
        """The component's entry, or None."""
        return self._components.get(_key(site_code, machine, component))

    def forget(self, site_code: str, machine: str, component: str) -> None:
        """Remove a component that no longer exists."""
        self._components.pop(_key(site_code, machine, component), None)

    def components(self) -> list[ComponentState]:
        """All entries, in a stable order."""
        return [self._components[key] for key in sorted(self._components)]

    def counts(self, entry: ComponentState, since: datetime) -> dict[int, int]:
        """How many messages of each severity the component has sent since a given time."""
        found = {INFORMATION: 0, WARNING: 0, ERROR: 0}
        for message in self._by_component[_key(entry.site_code, entry.machine, entry.component)]:
            if message.time >= since:
                found[message.severity] += 1
        return found


def _first_place(where: Condition | None) -> int:
    """The position of the first message that a condition on a higher RecordID admits."""
    match where:
        case Comparison(name, ">", int(record)) if name.casefold() == "recordid":
            return max(0, record - _RECORDS_BEFORE)
        case And(parts):
            return max(map(_first_place, parts))
    return 0


def _key(site_code: str, machine: str, component: str) -> tuple[str, str, str]:
    return site_code.upper(), machine.lower(), component.upper()
