# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The metrics of a report. What the report does not know has no sample: no value is invented, and no number stands for unknown.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import metric_families as names
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import ONLINE, Data, moment

_PREFIX = "configmgr_scp_"
# Names come from the site: this limits the length of each, and the number of series of one metric.
_LABEL = 120
_MOST = 200
# How the modules write a state that the site or server does not show.
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sample:
    """One value, with the values of the labels of its family."""

    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Family:
    """A metric with its samples. ``labels`` are the names for the values in each sample; no two samples have the same."""

    name: str
    help: str
    unit: str
    labels: tuple[str, ...]
    samples: tuple[Sample, ...]


# The values of a metric's own labels, and the value.
_Rows = Iterable["tuple[tuple[object, ...], float | None]"]


def families(report: Data) -> list[Family]:
    """The metrics of a report that have a value, in the order of DEFINITIONS.

    :param report: as ``verify`` returns it, or read from its JSON file.
    :raises ValueError: it is not such a report, or it has no list of what was read (an earlier release created it).
    """
    if "checks" not in report or "read" not in report:
        raise ValueError("the entries checks and read are missing; create the report again with this release of the collection")
    common = (_label(report.get("provider")), _label(report.get("site_code")))
    found = []
    for name, definition in names.DEFINITIONS.items():
        samples = _samples(common, _ROWS[name.removeprefix(_PREFIX)](report))
        if samples:
            labels = (*names.COMMON_LABELS, *definition.labels)
            found.append(Family(name, definition.help, definition.unit, labels, samples))
    return found


def _samples(common: tuple[str, ...], rows: _Rows) -> tuple[Sample, ...]:
    """The first row of each set of labels: a collector rejects everything it read when two samples have the same labels."""
    found: dict[tuple[str, ...], float] = {}
    for labels, value in rows:
        if value is not None:
            found.setdefault((*common, *map(_label, labels)), value)
    return tuple(Sample(labels, value) for labels, value in found.items())


def _label(value: object) -> str:
    return "" if value is None else shown(str(value), _LABEL)


def _report_time(report: Data) -> _Rows:
    yield (), _seconds(report.get("generated"))


def _verdict(report: Data) -> _Rows:
    return _state((), names.VERDICTS, report.get("verdict"))


def _checks(report: Data) -> _Rows:
    counted = Counter(status for _labels, status in _judged(report))
    return (((status,), counted[status]) for status in names.CHECK_STATUSES)


def _check_status(report: Data) -> _Rows:
    for labels, status in _judged(report):
        yield from _state(labels, names.CHECK_STATUSES, status)


def _judged(report: Data) -> Sequence[tuple[tuple[str, str, str], str]]:
    """Part, host and id of each check, with its status; the most urgent one where the labels are the same."""
    found: dict[tuple[str, ...], tuple[tuple[str, str, str], str]] = {}
    for row in sorted(_mappings(report.get("checks")), key=lambda row: names.CHECK_STATUSES.index(_status(row))):
        texts = (str(row.get("part")), str(row.get("host")), str(row.get("id")))
        found.setdefault(tuple(map(_label, texts)), (texts, _status(row)))
    return list(found.values())


def _status(check: Data) -> str:
    status = str(check.get("status"))
    return names.ADVICE if status == names.FAILED and check.get("required") is False else status


def _holders(report: Data) -> _Rows:
    if _read(report, "hierarchy"):
        yield (), float(len(_mappings(report.get("service_connection_points"))))


def _role(report: Data) -> _Rows:
    support = report.get("support")
    version = support.get("version") if isinstance(support, Mapping) else None
    if report.get("server"):
        yield (report["server"], report.get("mode"), version), 1.0


def _contact(report: Data) -> _Rows:
    yield (report.get("mode"),), _seconds(report.get("last_contact"))


def _thread(report: Data) -> _Rows:
    return _state((report.get("server"),), names.THREAD_STATES, report.get("thread_state"))


def _outcome(report: Data) -> _Rows:
    return _state((), names.OUTCOMES, _synchronisation(report).get("outcome"))


def _stage(report: Data) -> _Rows:
    return _state((), names.download_stages(), _synchronisation(report).get("stage"))


def _flow_time(name: str) -> Callable[[Data], _Rows]:
    return lambda report: [((), _seconds(_synchronisation(report).get(name)))]


def _synchronisation(report: Data) -> Data:
    """The last check for updates; an offline role makes none, and its log shows one of earlier days."""
    return _flow(report, "log", "download") if report.get("mode") == ONLINE else {}


def _flow(report: Data, log: str, name: str) -> Data:
    read = report.get(log)
    flow = read.get(name) if isinstance(read, Mapping) else None
    return flow if isinstance(flow, Mapping) else {}


def _manifest(report: Data) -> _Rows:
    yield (), _seconds(_flow(report, "site_log", "manifest").get("last_success"))


def _components(report: Data) -> _Rows:
    order = {"critical": 0, "warning": 1}
    rows = sorted(_mappings(report.get("components")), key=lambda row: order.get(str(row.get("status")), 2))
    for row in rows[:_MOST]:
        yield from _state(_component(row), names.COMPONENT_STATUSES, row.get("status"))


def _heartbeats(report: Data) -> _Rows:
    for row in _mappings(report.get("components"))[:_MOST]:
        yield _component(row), _seconds(row.get("last_heartbeat"))


def _component(row: Data) -> tuple[str, str]:
    return str(row.get("component") or ""), str(row.get("server") or "").lower()


def _secrets(report: Data) -> _Rows:
    """The earliest one first: it counts where two applications have the same name."""
    rows = [
        ((row.get("tenant"), row.get("name")), when)
        for row in _mappings(report.get("applications"))
        if isinstance(row.get("secret"), Mapping) and (when := _seconds(row["secret"].get("expires"))) is not None
    ]
    return sorted(rows, key=lambda row: row[1])[:_MOST]


def _support(report: Data) -> _Rows:
    support = report.get("support")
    if isinstance(support, Mapping):
        yield (support.get("name"),), _end_of_day(support.get("ends"))


def _phases(report: Data) -> _Rows:
    if _read(report, "updates"):
        known = names.update_phases()
        counted = Counter(_one_of(known, row.get("phase"), _UNKNOWN) for row in _mappings(report.get("packages")))
        yield from (((phase,), float(counted[phase])) for phase in known)


def _hanging(report: Data) -> _Rows:
    """Not known when nothing is known to hang and something may."""
    states = [row.get("hangs") for row in _mappings(report.get("packages"))]
    number = sum(state is True for state in states)
    if _read(report, "updates") and (number or None not in states):
        yield (), float(number)


def _changes(report: Data) -> _Rows:
    for row in _mappings(report.get("packages"))[:_MOST]:
        yield (row.get("name"), row.get("version"), row.get("phase")), _seconds(row.get("last_updated"))


def _state(labels: tuple[object, ...], values: Sequence[str], present: object) -> _Rows:
    """A row for each possible value, 1 for the present one; none when it is not known."""
    if present is None or present == _UNKNOWN:
        return
    chosen = _one_of(values, present, names.OTHER)
    if chosen in values:
        yield from (((*labels, value), 1.0 if value == chosen else 0.0) for value in values)


def _one_of(values: Sequence[str], value: object, otherwise: str) -> str:
    return str(value) if str(value) in values else otherwise


def _read(report: Data, name: str) -> bool:
    return name in report["read"]


def _mappings(rows: Any) -> list[Data]:
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, Sequence) else []


def _seconds(text: object) -> float | None:
    when = moment(text)
    return when.timestamp() if when else None


def _end_of_day(text: object) -> float | None:
    """The first moment after a day, in UTC; None for a text that is no date."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return None
    return (datetime.combine(day, time(), UTC) + timedelta(days=1)).timestamp()


_ROWS: Mapping[str, Callable[[Data], _Rows]] = {
    "report_timestamp_seconds": _report_time,
    "report_verdict": _verdict,
    "checks": _checks,
    "check_status": _check_status,
    "service_connection_points": _holders,
    "role_info": _role,
    "last_contact_timestamp_seconds": _contact,
    "thread_state": _thread,
    "synchronisation_outcome": _outcome,
    "synchronisation_stage": _stage,
    "synchronisation_start_timestamp_seconds": _flow_time("started"),
    "synchronisation_stage_timestamp_seconds": _flow_time("time"),
    "synchronisation_success_timestamp_seconds": _flow_time("last_success"),
    "manifest_accepted_timestamp_seconds": _manifest,
    "component_status": _components,
    "component_heartbeat_timestamp_seconds": _heartbeats,
    "secret_expiry_timestamp_seconds": _secrets,
    "support_end_timestamp_seconds": _support,
    "updates": _phases,
    "updates_hanging": _hanging,
    "update_change_timestamp_seconds": _changes,
}
