# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the modules found on the hosts of a hierarchy, in the form that the checks of a verification use. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import CONTACT_HOURS, REPORT_DAYS

Data = Mapping[str, Any]

_PROOFS = {
    "hierarchy": "sites",
    "role": "configured",
    "status": "messages",
    "updates": "packages",
    "cloud": "applications",
    "thread": "state",
    "last": "asked",
    "log": "problems",
    "site_log": "problems",
}
# What is read, by the names of the answers.
PARTS = tuple(_PROOFS)

_LIMITS = {
    "contact_hours": CONTACT_HOURS,
    "import_days": REPORT_DAYS,
    "support_days": REPORT_DAYS,
    "secret_days": REPORT_DAYS,
}

ONLINE, OFFLINE = "online", "offline"
# Outcomes of a flow that did not complete and will not complete by itself.
BROKEN = ("failed", "stalled", "stopped")


class BadInput(ValueError):
    """The input does not have the documented form; the text says which part."""


@dataclass(frozen=True)
class Answer:
    """What a module returned on a host, as registered; empty when it was not run."""

    host: str = ""
    result: Data = field(default_factory=dict)
    # A return value that a failed module does not have: a role that continues after failures hides "failed".
    proof: str = ""

    @property
    def run(self) -> bool:
        return bool(self.result) and not self.result.get("skipped")

    @property
    def ok(self) -> bool:
        return self.run and self.proof in self.result and not self.result.get("failed")

    def get(self, name: str, default: Any = None) -> Any:
        """A return value; ``default`` where there is none, or the module did not answer."""
        found = self.result.get(name) if self.ok else None
        return default if found is None else found

    def rows(self, name: str) -> Sequence[Data]:
        """A return value that is a list of dictionaries."""
        found = self.get(name, ())
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, Sequence) else []


@dataclass(frozen=True)
class Limits:
    """The limits beyond which something is not right. The downloader synchronises once a day, which itself takes some time."""

    contact_hours: float = 25
    import_days: float = 30
    support_days: float = 60
    secret_days: float = 30

    def __post_init__(self) -> None:
        for name, allowed in _LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not allowed.least <= value <= allowed.most:
                raise BadInput(f"limits: {name} is {value!r}; give {allowed}")


@dataclass(frozen=True)
class Gathered:
    """Everything that was read.

    :param hierarchy: hierarchy_info; :param role: service_connection_point_info with duties; :param status: site_status_info;
    :param updates: site_update_info; :param cloud: cloud_service_info - all on the host of the SMS Provider.
    :param thread: component; :param last: site_update_check in check mode; :param log: log_info - on the role's server.
    :param site_log: log_info on the site server.
    :param missing: servers that should be checked but are not hosts of the inventory, by their part: ``server``, ``detail`` and
        ``remedy``.
    """

    hierarchy: Answer = field(default_factory=Answer)
    role: Answer = field(default_factory=Answer)
    status: Answer = field(default_factory=Answer)
    updates: Answer = field(default_factory=Answer)
    cloud: Answer = field(default_factory=Answer)
    thread: Answer = field(default_factory=Answer)
    last: Answer = field(default_factory=Answer)
    log: Answer = field(default_factory=Answer)
    site_log: Answer = field(default_factory=Answer)
    missing: Mapping[str, Data] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @property
    def holders(self) -> Sequence[Data]:
        """The rows of the role."""
        return self.role.rows("configured")

    @property
    def holder(self) -> Data:
        """The only row of the role; empty unless there is exactly one."""
        holders = self.holders
        if len(holders) != 1:
            return {}
        (only,) = holders
        return only

    @property
    def server(self) -> str:
        """The role's server; empty unless there is exactly one."""
        return str(self.holder.get("server") or "")

    @property
    def mode(self) -> str | None:
        """The role's mode; None unless there is exactly one row and it has a known mode."""
        mode = self.holder.get("mode")
        return mode if mode in (ONLINE, OFFLINE) else None

    @property
    def top_level_site(self) -> Data:
        found = self.hierarchy.get("top_level_site", {})
        return found if isinstance(found, Mapping) else {}

    @property
    def server_time(self) -> datetime | None:
        """The clock of the role's server, else of the provider's host; None when neither is known."""
        return moment(self.log.get("server_time")) or self.site_time

    @property
    def site_time(self) -> datetime | None:
        return moment(self.updates.get("site_time")) or moment(self.status.get("site_time"))


def moment(text: object) -> datetime | None:
    """An ISO 8601 time with a zone, as UTC; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if when.tzinfo is None else when.astimezone(UTC)


def gathered_from(found: Data) -> Gathered:
    """The answers from what the role passes on: ``{name: {host, result}}``, and ``missing``, ``limits``.

    :raises BadInput: not of this form.
    """
    names = {entry.name for entry in fields(Gathered)}
    unknown = sorted(str(name) for name in found if name not in names)
    if unknown:
        raise BadInput(f"{', '.join(unknown)}: unknown; choose from {', '.join(sorted(names))}.")
    try:
        limits = Limits(**{name: _number(value) for name, value in dict(found.get("limits") or {}).items()})
    except TypeError as error:
        raise BadInput(f"limits: {error}.") from error
    answers = {name: _answer(name, found[name]) for name in found if name not in ("limits", "missing")}
    return Gathered(**answers, missing=dict(found.get("missing") or {}), limits=limits)


def _number(value: Any) -> Any:
    """A number that a template has converted to text, as ansible-core before 2.19 does."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _answer(name: str, entry: object) -> Answer:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("result", {}), Mapping):
        raise BadInput(f"{name}: give a dictionary with host and result, the result as it was registered.")
    return Answer(str(entry.get("host") or ""), entry.get("result") or {}, _PROOFS[name])
