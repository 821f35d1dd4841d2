# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the site reports about its components: the component summarizer and status messages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    SMS_COMPONENT_SUMMARIZER,
    SMS_STAT_MSG_INS_STRINGS,
    SMS_STATUS_MESSAGE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.role_health import UNKNOWN, condition
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import at_least, equals, one_of, select

# The summarizer answers only with an interval in the query. This one, used in most public scripts, counts since midnight; the
# states that are read here do not depend on it.
TALLY_INTERVAL = "0001128000100008"

# The columns that are read of a row.
_COMPONENT_COLUMNS = ("ComponentName", "MachineName", "SiteCode", "State", "Status", "LastStarted", "LastHeartbeat")
_MESSAGE_COLUMNS = ("RecordID", "MessageID", "Component", "MachineName", "Time")

# SMS_ComponentSummarizer.State (SDK page).
COMPONENT_STATES = {0: "stopped", 1: "started", 2: "paused", 3: "installing", 4: "re-installing", 5: "de-installing"}

# Status message IDs of the site component manager. 1015 is documented; 1016 to 1022 are recalled, so they are only here.
INSTALL_PREPARING, INSTALL_BEGUN, INSTALLED, INSTALL_FAILED = 1013, 1014, 1015, 1016
DEINSTALL_BEGUN, DEINSTALLED, DEINSTALL_FAILED = 1020, 1021, 1022
SERVER_CONFIGURED = 1027
SITE_CONTROL_CHANGED = 3306

# No message has this RecordID, and each has a higher one.
BEFORE_ALL = 0

HIERARCHY_MANAGER = "SMS_HIERARCHY_MANAGER"
COMPONENT_MANAGER = "SMS_SITE_COMPONENT_MANAGER"


@dataclass(frozen=True)
class ComponentState:
    """One component on one server, as the site summarises it. ``status`` is ok, warning, critical, ``status N`` or unknown."""

    component: str
    server: str
    state: str
    last_started: str | None
    status: str = UNKNOWN
    last_heartbeat: str | None = None
    site_code: str = ""

    @property
    def started(self) -> bool:
        return self.state == "started"

    def as_data(self) -> dict[str, Any]:
        return {
            "component": self.component,
            "server": self.server,
            "site_code": self.site_code,
            "state": self.state,
            "status": self.status,
            "last_started": self.last_started,
            "last_heartbeat": self.last_heartbeat,
        }


@dataclass(frozen=True)
class StatusMessage:
    """One status message; ``time`` is ISO 8601 UTC, ``words`` are its insertion strings where they were read."""

    record: int
    id: int
    component: str
    server: str
    time: str | None
    words: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {
            "record_id": self.record,
            "message_id": self.id,
            "component": self.component,
            "server": self.server,
            "time": self.time,
            "words": list(self.words),
        }


def component_states(session: CimSession, code: str, components: Collection[str]) -> list[ComponentState]:
    """The states of these components on every server for which the site lists them, sorted by component and server."""
    conditions = (equals("TallyInterval", TALLY_INTERVAL), one_of("ComponentName", components))
    query = select(SMS_COMPONENT_SUMMARIZER, *conditions, columns=_COMPONENT_COLUMNS)
    found = session.query(naming.site_namespace(code), SMS_COMPONENT_SUMMARIZER, query)
    return sorted((_component(row) for row in found), key=lambda state: (state.component, state.server))


def component_state(session: CimSession, code: str, server: str, component: str) -> ComponentState | None:
    """The state of one component on a server; None when the site lists none there. One request if it ran on one server only.

    The server is matched here, not in the query: whether MachineName is the FQDN or the short name is not established.
    """
    found = [state for state in component_states(session, code, (component,)) if naming.same_computer(state.server, server)]
    return found[0] if found else None


def newest_record(session: CimSession, code: str, component: str, ids: Collection[int], since: datetime | None) -> int:
    """The highest RecordID among the messages of a component with these IDs: messages with a higher one came after this moment.

    This uses the site's own numbering, not a clock: the clocks of controller, site server and role server may differ.

    :param since: read no older message than this; None for all that the site has, which may be very many.
    """
    found = messages_since(session, code, BEFORE_ALL, component, ids, since)
    return found[-1].record if found else BEFORE_ALL


def messages_since(
    session: CimSession, code: str, record: int, component: str, ids: Collection[int], since: datetime | None = None
) -> list[StatusMessage]:
    """Messages of a component with these IDs and a higher RecordID, oldest first, without their insertion strings.

    :param since: only messages that are not older than this.
    """
    conditions = [f"RecordID > {record}", equals("Component", component), one_of("MessageID", ids)]
    if since is not None:
        conditions.append(at_least("Time", since))
    query = select(SMS_STATUS_MESSAGE, *conditions, columns=_MESSAGE_COLUMNS)
    found = session.query(naming.site_namespace(code), SMS_STATUS_MESSAGE, query)
    return sorted((_message(row) for row in found), key=lambda message: message.record)


def with_words(session: CimSession, code: str, message: StatusMessage) -> StatusMessage:
    """The message with its insertion strings, in their order: the site's own text."""
    query = select(SMS_STAT_MSG_INS_STRINGS, equals("RecordID", message.record))
    found = session.query(naming.site_namespace(code), SMS_STAT_MSG_INS_STRINGS, query)
    ordered = sorted(found, key=lambda row: int(row["InsStrIndex"]))
    words = tuple(str(row.get("InsStrValue") or "") for row in ordered)
    return StatusMessage(message.record, message.id, message.component, message.server, message.time, words)


def _component(row: CimInstance) -> ComponentState:
    number = row.get("State")
    return ComponentState(
        component=str(row["ComponentName"]),
        server=str(row.get("MachineName") or ""),
        state=COMPONENT_STATES.get(number, f"state {number}") if isinstance(number, int) else "unknown",
        last_started=iso(row.get("LastStarted")),
        status=condition(row.get("Status")),
        last_heartbeat=iso(row.get("LastHeartbeat")),
        site_code=str(row.get("SiteCode") or "").upper(),
    )


def _message(row: CimInstance) -> StatusMessage:
    return StatusMessage(
        record=int(row["RecordID"]),
        id=int(row["MessageID"]),
        component=str(row["Component"]),
        server=str(row.get("MachineName") or ""),
        time=iso(row.get("Time")),
    )
