"""SMS_StatusMessage, SMS_StatMsgInsStrings, SMS_ComponentSummarizer and SMS_SiteSystemSummarizer.

Messages and component states roll up: a site shows its own and those of the sites below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance
from lab.cim.provider import Call
from lab.cim.wql import Comparison, Condition, equalities
from lab.configmgr import names, status, timing
from lab.configmgr.provider.base import Place, SmsProvider
from lab.configmgr.status import ComponentState, StatusMessage

# Tally intervals of a site: since midnight UTC, and since the site was installed.
SINCE_MIDNIGHT = "0001128000100008"
SINCE_INSTALLATION = "0001128000080008"
_HEARTBEAT = timedelta(seconds=timing.HEARTBEAT)


class StatusMessageProvider(SmsProvider):
    """SMS_StatusMessage, oldest first."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """The messages of this site and of those below it."""
        return self.search(call, cls, None)

    def search(self, call: Call, cls: ClassDef, where: Condition | None) -> Iterable[Instance]:
        """The messages that may fulfil the condition."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(
                cls.name,
                Component=message.component,
                MachineName=message.machine,
                MessageID=message.message_id,
                MessageType=256 if message.severity != status.INFORMATION or message.message_id == status.INSTALLED else 512,
                ModuleName=status.MODULE_SERVER,
                PerClient=0,
                ProcessID=message.process_id,
                RecordID=message.record_id,
                ReportFunction=0,
                Severity=message.severity,
                SiteCode=message.site_code,
                SuccessfulTransaction=0,
                ThreadID=message.thread_id,
                Time=message.time,
                TopLevelSiteCode=self.hierarchy.top.code,
                Transaction=0,
                Win32Error=0,
            )
            for message in self.visible(where)
        ]

    def visible(self, where: Condition | None) -> list[StatusMessage]:
        """The messages that this site has and that may fulfil the condition."""
        below = self.hierarchy.below(self.place.site.code)
        return [message for message in self.hierarchy.status.matching(where) if message.site_code.upper() in below]


class InsertionStringProvider(StatusMessageProvider):
    """SMS_StatMsgInsStrings: the insertion strings of the same messages."""

    def search(self, call: Call, cls: ClassDef, where: Condition | None) -> Iterable[Instance]:
        """One instance for each string of each message."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(cls.name, InsStrIndex=index, InsStrValue=text, RecordID=message.record_id)
            for message in self.visible(where)
            for index, text in enumerate(message.strings)
        ]


class ComponentSummarizerProvider(SmsProvider):
    """SMS_ComponentSummarizer: needs TallyInterval in WHERE."""

    def restrict(self, call: Call, cls: ClassDef, where: Condition | None) -> None:
        """Reject a query that does not name a tally interval.

        It is documented as required, but not what a provider answers without it: the lab answers that the query is invalid.
        """
        if "TallyInterval" not in equalities(where):
            raise CimError(Wbem.INVALID_QUERY, "Invalid query", "A query of SMS_ComponentSummarizer must name a TallyInterval.")

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """Each component once for each tally interval."""
        return self.search(call, cls, None)

    def search(self, call: Call, cls: ClassDef, where: Condition | None) -> Iterable[Instance]:
        """The instances of the interval and of the component that the condition names."""
        self.reading(call, cls.name, "enumerate")
        named = equalities(where)
        below = self.hierarchy.below(self.place.site.code)
        now = self.hierarchy.clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        rows = []
        for entry in self.hierarchy.status.components():
            if entry.site_code.upper() not in below or not _may_be(named, "ComponentName", entry.component):
                continue
            for interval, since in ((SINCE_MIDNIGHT, midnight), (SINCE_INSTALLATION, now - timedelta(days=36500))):
                if not _may_be(named, "TallyInterval", interval):
                    continue
                counts = self.hierarchy.status.counts(entry, since)
                rows.append(
                    self.place.new(
                        cls.name,
                        AvailabilityState=0,
                        ComponentName=entry.component,
                        ComponentType="Monitored Thread Component",
                        Errors=counts[status.ERROR],
                        HeartbeatInterval=60,
                        Infos=counts[status.INFORMATION],
                        LastContacted=entry.last_contacted,
                        LastHeartbeat=self._heartbeat(entry, now),
                        LastStarted=entry.last_started,
                        MachineName=entry.machine,
                        SiteCode=entry.site_code,
                        State=entry.state,
                        Status=entry.status,
                        TallyInterval=interval,
                        Type=0,
                        Warnings=counts[status.WARNING],
                    )
                )
        return rows

    def _heartbeat(self, entry: ComponentState, now: datetime) -> datetime | None:
        """A running component sends a heartbeat each hour, as long as its machine is alive."""
        machine = self.hierarchy.machine(entry.machine)
        alive = machine is not None and machine.alive and not self.hierarchy.faults.flag("dead_machine", machine.name)
        if entry.last_heartbeat is None or entry.state != status.STATE_STARTED or not alive:
            return entry.last_heartbeat
        entry.last_heartbeat += (now - entry.last_heartbeat) // _HEARTBEAT * _HEARTBEAT
        return entry.last_heartbeat


def _may_be(named: Mapping[str, object], name: str, value: str) -> bool:
    """Whether the values that a condition requires do not exclude this one; each instance is compared exactly later."""
    wanted = named.get(name)
    return not isinstance(wanted, str) or wanted.casefold() == value.casefold()


class SiteSystemSummarizerProvider(SmsProvider):
    """SMS_SiteSystemSummarizer: each role of each server; one whose machine does not answer is critical."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._down_since: dict[str, datetime] = {}

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each role row of this site and of those below it."""
        return self.search(call, cls, None)

    def search(self, call: Call, cls: ClassDef, where: Condition | None) -> Iterable[Instance]:
        """The instances of one server if the condition names it, otherwise of all."""
        self.reading(call, cls.name, "enumerate")
        below = self.hierarchy.below(self.place.site.code)
        server = equalities(where).get("SiteSystem")
        wanted = Comparison("NALPath", "=", server) if isinstance(server, str) else None
        rows = []
        for row in self.hierarchy.control.matching("SMS_SCI_SysResUse", wanted):
            if row.site_code.upper() not in below or row.role == names.SITE_SYSTEM:
                continue
            machine = self.hierarchy.machine(row.server)
            up = machine is not None and machine.alive and not self.hierarchy.faults.flag("dead_machine", machine.name)
            if up:
                self._down_since.pop(row.server, None)
            else:
                self._down_since.setdefault(row.server, self.hierarchy.clock.now())
            rows.append(
                self.place.new(
                    cls.name,
                    AvailabilityState=0 if up else 1,
                    BytesFree=62914560 if up else -1,
                    BytesTotal=104857600 if up else -1,
                    DownSince=self._down_since.get(row.server),
                    ObjectType=0,
                    PercentFree=60 if up else -1,
                    Role=row.role,
                    SiteCode=row.site_code,
                    SiteObject=row.text("NALPath"),
                    SiteSystem=row.text("NALPath"),
                    Status=status.OK if up else status.CRITICAL,
                )
            )
        return rows
