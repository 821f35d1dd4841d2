# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Status messages about the service connection point: which to read, and what they mean, by ``data/status_messages.yml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_STAT_MSG_INS_STRINGS, SMS_STATUS_MESSAGE
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import at_least, one_of, select

INFORMATION, WARNING, ERROR = "information", "warning", "error"
# SMS_StatusMessage.Severity (SDK page); uint32 there.
SEVERITIES = {0x40000000: INFORMATION, 0x80000000: WARNING, 0xC0000000: ERROR}
# A component that fails every minute creates very many messages; more than this are not read.
MOST_MESSAGES = 2000
# For this many of the newest messages, the insertion strings are read.
MOST_WITH_WORDS = 20
_MOST_WORDS, _WORD_LENGTH, _NAME_LENGTH = 10, 500, 300

FAILED, PASSED = "failed", "passed"


@dataclass(frozen=True)
class Meaning:
    """What is known about a message number. ``verdict`` is failed, warning or passed; see the table for ``lasting``."""

    title: str
    subject: str
    lasting: bool
    verdict: str
    remedy: str
    source: str
    certainty: str


@dataclass(frozen=True)
class Message:
    """One status message; ``time`` is UTC; ``words`` are its insertion strings where they were read."""

    record: int
    number: int
    component: str
    server: str
    severity: str
    time: datetime | None
    words: tuple[str, ...] = ()

    @property
    def meaning(self) -> Meaning | None:
        return meanings().get(self.number)

    def as_data(self) -> dict[str, Any]:
        meaning = self.meaning
        return {
            "record_id": self.record,
            "message_id": self.number,
            "component": shown(self.component, _NAME_LENGTH),
            "server": shown(self.server, _NAME_LENGTH),
            "severity": self.severity,
            "time": iso(self.time),
            "words": [shown(word, _WORD_LENGTH) for word in self.words],
            "title": meaning.title if meaning else None,
            "subject": meaning.subject if meaning else None,
            "lasting": meaning.lasting if meaning else None,
            "verdict": meaning.verdict if meaning else None,
            "remedy": meaning.remedy if meaning else None,
            "source": meaning.source if meaning else None,
            "certainty": meaning.certainty if meaning else None,
        }


@cache
def meanings() -> Mapping[int, Meaning]:
    """The table by number."""
    rows = table("status_messages")["messages"]
    return {row["number"]: Meaning(**{column.name: row[column.name] for column in fields(Meaning)}) for row in rows}


def query_since(since: datetime) -> str:
    """The query for messages in the table, and for the role's components' warnings and errors, since ``since`` (with a zone)."""
    ill = [number for number, name in SEVERITIES.items() if name != INFORMATION]
    known = one_of("MessageID", meanings())
    own = f"({one_of('Component', naming.ROLE_COMPONENTS)} AND {one_of('Severity', ill)})"
    columns = ("RecordID", "Component", "MachineName", "MessageID", "Severity", "Time")
    return select(SMS_STATUS_MESSAGE, at_least("Time", since), f"({known} OR {own})", columns=columns)


def read_messages(session: CimSession, code: str, since: datetime) -> tuple[list[Message], bool]:
    """The messages, newest first, and whether there were more than MOST_MESSAGES, so that some are missing.

    Two requests if there are any, and one for the insertion strings of the newest.
    """
    with session.rows(naming.site_namespace(code), SMS_STATUS_MESSAGE, query_since(since)) as rows:
        found = [message_from(row) for row in islice(rows, MOST_MESSAGES)]
        more = next(rows, None) is not None
    newest = sorted(found, key=lambda message: -message.record)
    return list(_with_words(session, code, newest)), more


def message_from(row: CimInstance) -> Message:
    """A row of SMS_StatusMessage."""
    severity, time = row.get("Severity"), row.get("Time")
    return Message(
        record=int(row["RecordID"]),
        number=int(row["MessageID"]),
        component=str(row.get("Component") or ""),
        server=str(row.get("MachineName") or ""),
        severity=SEVERITIES.get(severity, f"severity {severity}") if isinstance(severity, int) else "unknown",
        time=time if isinstance(time, datetime) else None,
    )


def _with_words(session: CimSession, code: str, newest: Sequence[Message]) -> Iterator[Message]:
    some = newest[:MOST_WITH_WORDS]
    words = _words(session, code, [message.record for message in some]) if some else {}
    yield from (replace(message, words=words.get(message.record, ())) for message in some)
    yield from newest[MOST_WITH_WORDS:]


def _words(session: CimSession, code: str, records: Iterable[int]) -> dict[int, tuple[str, ...]]:
    query = select(SMS_STAT_MSG_INS_STRINGS, one_of("RecordID", records))
    texts: dict[int, dict[int, str]] = {}
    for row in session.query(naming.site_namespace(code), SMS_STAT_MSG_INS_STRINGS, query):
        found = texts.setdefault(int(row["RecordID"]), {})
        found[int(row["InsStrIndex"])] = str(row.get("InsStrValue") or "")
    return {record: tuple(found[index] for index in sorted(found)[:_MOST_WORDS]) for record, found in texts.items()}
