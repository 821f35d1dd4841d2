"""Faults that can be injected: faults of the network by request, faults of machines and sites by name.

An order for a fault is a small mapping, the same in Python, on the command line and in a command to a running lab::

    {"kind": "drop_after", "machine": "cas01", "at": 3, "count": 1, "resource": "SMS_SCI_SysResUse"}
    {"kind": "install_failure", "machine": "scp02", "count": 1, "reason": "the network path was not found"}

Request orders affect single requests and their answers (:data:`lab.fault_kinds.REQUEST_KINDS`). Flags change how a machine or a
site behaves (:data:`lab.fault_kinds.FLAGS`); the services read them with :meth:`FaultBoard.flag` and :meth:`FaultBoard.take`.
``machine`` or ``site`` selects what an order applies to; ``target`` can be used for either.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from lab.fault_kinds import FLAGS, REQUEST_KINDS, FlagKind, Kind

Param = str | int | float | bool

_DELAYS = ("delay", "delay_after")
# Only WMI has providers: requests to shells cannot get this answer.
_OF_PROVIDERS = ("provider_fault", "provider_not_found", "provider_fault_after")
_WMI = "/wmi/"


class FaultError(ValueError):
    """An order that is not valid: one sentence that says what is wrong and what is allowed."""


@dataclass(frozen=True)
class Flag:
    """A flag that is set: ``target`` is a machine (first label of its name) or a site code; None means every machine or site."""

    number: int
    name: str
    target: str | None
    params: Mapping[str, Param]
    left: int | None = None

    def text(self, name: str, default: str = "") -> str:
        """A text parameter."""
        return str(self.params.get(name, default))


@dataclass(frozen=True)
class RequestOrder:
    """An order for a fault of the network.

    It counts the requests that match (``machine``; ``action`` and ``resource`` as parts of the request's, in any letter case;
    handshakes are not counted). The fault occurs at the ``at``-th of them, then at each further one until it has occurred
    ``count`` times (None: no limit).
    """

    number: int
    kind: str
    machine: str | None = None
    at: int = 1
    count: int | None = 1
    action: str = ""
    resource: str = ""
    seconds: float = 0.0
    status: int = 503
    seen: int = 0
    struck: int = 0


@dataclass(frozen=True)
class RequestFacts:
    """What orders compare of a request."""

    machine: str
    action: str
    resource: str


def same_machine(left: str, right: str) -> bool:
    """Whether two machine names mean the same machine: the same first label, in any letter case."""
    return left.partition(".")[0].casefold() == right.partition(".")[0].casefold()


def fits(order: RequestOrder, facts: RequestFacts) -> bool:
    """Whether the order counts this request."""
    return (
        (order.machine is None or same_machine(order.machine, facts.machine))
        and (order.kind not in _OF_PROVIDERS or _WMI in facts.resource.casefold())
        and order.action.casefold() in facts.action.casefold()
        and order.resource.casefold() in facts.resource.casefold()
    )


class FaultBoard:
    """The orders of one estate. Safe to use from every thread.

    :param machines: names of the machines that exist; another name is rejected. Empty: any name is allowed.
    :param sites: codes of the sites that exist, likewise.
    """

    def __init__(self, machines: frozenset[str] = frozenset(), sites: frozenset[str] = frozenset()) -> None:
        self._machines = frozenset(_label(name) for name in machines)
        self._sites = frozenset(code.upper() for code in sites)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._flags: list[Flag] = []
        self._requests: list[RequestOrder] = []
        self._watchers: list[Callable[[], None]] = []

    def order(self, kind: str, **params: Param | None) -> int:
        """Place an order and return its number. Raises :class:`FaultError`. The module's docstring describes the parameters."""
        given = {name: value for name, value in params.items() if value is not None}
        if kind in FLAGS or kind in REQUEST_KINDS:
            given = _typed(kind, given)
        with self._lock:
            number = next(self._numbers)
            if kind in FLAGS:
                self._flags.append(self._read_flag(number, kind, given))
            elif kind in REQUEST_KINDS:
                self._requests.append(self._read_request(number, kind, given))
            else:
                raise FaultError(f"there is no fault {kind!r}; allowed: {', '.join(sorted((*FLAGS, *REQUEST_KINDS)))}")
        self._changed()
        return number

    def cancel(self, number: int) -> None:
        """Cancel one order; raises :class:`FaultError` when no order has this number."""
        with self._lock:
            flags = [flag for flag in self._flags if flag.number != number]
            requests = [order for order in self._requests if order.number != number]
            if len(flags) == len(self._flags) and len(requests) == len(self._requests):
                raise FaultError(f"there is no fault number {number}; `python -m lab fault list` shows the numbers")
            self._flags, self._requests = flags, requests
        self._changed()

    def clear(self) -> None:
        """Cancel every order."""
        with self._lock:
            self._flags, self._requests = [], []
        self._changed()

    def flag(self, name: str, target: str | None = None, fits: Callable[[Flag], bool] | None = None) -> Flag | None:
        """The first flag that is set on this machine or site and that ``fits``, or None. The call changes nothing."""
        if name not in FLAGS:
            raise KeyError(f"no flag is called {name!r}")
        with self._lock:
            return self._find(name, target, fits)

    def flags(self, name: str, target: str | None = None) -> list[Flag]:
        """Every flag of this name that is set on this machine or site, in the order in which they were placed."""
        with self._lock:
            return [flag for flag in self._flags if flag.name == name and _is_on(flag, target)]

    def take(self, name: str, target: str | None = None, fits: Callable[[Flag], bool] | None = None) -> Flag | None:
        """Like :meth:`flag`, but it also uses up one of the flag's ``count`` times."""
        with self._lock:
            found = self._find(name, target, fits)
            if found is not None and found.left is not None:
                place = self._flags.index(found)
                if found.left > 1:
                    self._flags[place] = replace(found, left=found.left - 1)
                else:
                    del self._flags[place]
        return found

    def strike(self, facts: RequestFacts) -> RequestOrder | None:
        """Count a request; return the first order whose fault occurs at it, or None."""
        with self._lock:
            hit: RequestOrder | None = None
            kept: list[RequestOrder] = []
            for order in self._requests:
                after = order
                if fits(order, facts):
                    seen = order.seen + 1
                    strikes = hit is None and seen >= order.at
                    after = replace(order, seen=seen, struck=order.struck + (1 if strikes else 0))
                    if strikes:
                        hit = after
                if after.count is None or after.struck < after.count:
                    kept.append(after)
            self._requests = kept
        return hit

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call ``watcher`` after each change of the orders, outside the board's lock."""
        self._watchers.append(watcher)

    def listing(self) -> list[dict[str, Param | None]]:
        """The orders as mappings, for users and for the control socket."""
        with self._lock:
            rows: list[dict[str, Param | None]] = [
                {"number": f.number, "kind": f.name, FLAGS[f.name].on: f.target, "count": f.left, **f.params} for f in self._flags
            ]
            for r in self._requests:
                row: dict[str, Param | None] = {"number": r.number, "kind": r.kind, "machine": r.machine, "at": r.at}
                row["count"] = None if r.count is None else r.count - r.struck
                row |= {name: value for name, value in (("action", r.action), ("resource", r.resource)) if value}
                row |= {"seconds": r.seconds} if r.kind in _DELAYS else {}
                row |= {"status": r.status} if r.kind == "http_status" else {}
                rows.append(row)
        return sorted(rows, key=lambda row: int(str(row["number"])))

    def __iter__(self) -> Iterator[Flag | RequestOrder]:
        with self._lock:
            return iter([*self._flags, *self._requests])

    def _find(self, name: str, target: str | None, fits: Callable[[Flag], bool] | None = None) -> Flag | None:
        for flag in self._flags:
            if flag.name == name and _is_on(flag, target) and (fits is None or fits(flag)):
                return flag
        return None

    def _changed(self) -> None:
        for watcher in list(self._watchers):
            watcher()

    def _read_flag(self, number: int, name: str, given: dict[str, Param]) -> Flag:
        kind = FLAGS[name]
        allowed = _flag_params(kind)
        given = _without_target(name, given, kind.on)
        _check_params(name, given, allowed)
        for param in kind.needs:
            if param not in given:
                raise FaultError(f"{name} needs {param}; usage: `{usage(name)}`")
        target = given.pop(kind.on, None)
        count = given.pop("count", None)
        if target is not None:
            target = self._machine(str(target)) if kind.on == "machine" else self._site(str(target))
        if "server" in given:
            given["server"] = self._machine(str(given["server"]))
        return Flag(number, name, target, given, _at_least_one(name, "count", count))

    def _read_request(self, number: int, kind: str, given: dict[str, Param]) -> RequestOrder:
        allowed = _request_params(kind)
        given = _without_target(kind, given, "machine")
        _check_params(kind, given, allowed, unlimited=("count",))
        count: int | None = None if given.get("count") == "always" else _at_least_one(kind, "count", given.get("count", 1))
        at = _at_least_one(kind, "at", given.get("at", 1)) or 1
        seconds = float(given.get("seconds", 1.0))
        if not 0 <= seconds <= 600:
            raise FaultError(f"{kind}: seconds must be 0 to 600, not {seconds:g}")
        status = int(given.get("status", 503))
        if not 400 <= status <= 599:
            raise FaultError(f"{kind}: status must be 400 to 599, not {status}")
        machine = self._machine(str(given["machine"])) if "machine" in given else None
        text = {name: str(given.get(name, "")) for name in ("action", "resource")}
        return RequestOrder(number, kind, machine, at, count, text["action"], text["resource"], seconds, status)

    def _machine(self, name: str) -> str:
        label = _label(name)
        if self._machines and label not in self._machines:
            raise FaultError(f"there is no machine {name!r} in the estate; allowed: {', '.join(sorted(self._machines))}")
        return label

    def _site(self, code: str) -> str:
        if self._sites and code.upper() not in self._sites:
            raise FaultError(f"there is no site {code!r} in the estate; allowed: {', '.join(sorted(self._sites))}")
        return code.upper()


def usage(kind: str) -> str:
    """How an order of this kind is written: ``install_failure [machine=NAME] [count=NUMBER] [reason=TEXT]``."""
    if kind in FLAGS:
        flag = FLAGS[kind]
        params, needs = _flag_params(flag), flag.needs
    else:
        params, needs = _request_params(kind), ()
    written = {name: f"{name}={_value_word(name, wanted)}" for name, wanted in params.items()}
    return " ".join([kind, *(text if name in needs else f"[{text}]" for name, text in written.items())])


def _flag_params(kind: FlagKind) -> dict[str, Kind]:
    """The parameters of a flag."""
    return {kind.on: str, **({"count": int} if kind.counted else {}), **kind.params}


def _value_word(name: str, wanted: Kind) -> str:
    if isinstance(wanted, tuple):
        return "|".join(wanted)
    words = {"machine": "NAME", "server": "NAME", "site": "CODE"}
    return words.get(name) or {str: "TEXT", int: "NUMBER", float: "NUMBER", bool: "true|false"}[wanted]


def _request_params(kind: str) -> dict[str, Kind]:
    """The parameters of a fault of the network."""
    allowed: dict[str, Kind] = {"machine": str, "action": str, "resource": str, "at": int, "count": int}
    if kind in _DELAYS:
        allowed["seconds"] = float
    if kind == "http_status":
        allowed["status"] = int
    return allowed


def _without_target(kind: str, given: dict[str, Param], on: str) -> dict[str, Param]:
    """The parameters with ``target`` under its own name, ``machine`` or ``site``."""
    if "target" not in given:
        return given
    if on in given:
        raise FaultError(f"{kind}: {on} and target mean the same; use only one of them")
    rest = {name: value for name, value in given.items() if name != "target"}
    return {on: given["target"], **rest}


def _typed(kind: str, given: dict[str, Param]) -> dict[str, Param]:
    """The parameters, with texts converted to numbers and to true or false where the kind requires those types."""
    wanted = _flag_params(FLAGS[kind]) if kind in FLAGS else _request_params(kind)
    return {name: _read(value, wanted.get(name, str)) if isinstance(value, str) else value for name, value in given.items()}


def _read(text: str, wanted: Kind) -> Param:
    """The text converted to the wanted type, or unchanged when it cannot be converted."""
    if wanted is bool and text in ("true", "false"):
        return text == "true"
    if wanted in (int, float):
        with suppress(ValueError):
            return int(text) if wanted is int else float(text)
    return text


def _is_on(flag: Flag, target: str | None) -> bool:
    """Whether a flag is set on this machine or site."""
    return flag.target is None or (target is not None and same_machine(flag.target, target))


def _label(name: str) -> str:
    return name.partition(".")[0].lower()


def _check_params(kind: str, given: Mapping[str, Param], allowed: Mapping[str, Kind], unlimited: tuple[str, ...] = ()) -> None:
    for name, value in given.items():
        if name not in allowed:
            raise FaultError(f"{kind} has no parameter {name!r}; allowed: {', '.join(sorted(allowed))}")
        wanted = allowed[name]
        if isinstance(wanted, tuple):
            if value not in wanted:
                raise FaultError(f"{kind}: {name} {value!r} is not a known value; allowed: {', '.join(wanted)}")
            continue
        fits_type = isinstance(value, (int, float)) if wanted is float else isinstance(value, wanted)
        if name in unlimited and value == "always":
            continue
        if not fits_type or (isinstance(value, bool) and wanted is not bool):
            words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[wanted]
            raise FaultError(f"{kind}: {name} must be {words}, not {value!r}")


def _at_least_one(kind: str, name: str, value: Param | None) -> int | None:
    if value is None:
        return None
    if int(value) < 1:
        raise FaultError(f"{kind}: {name} must be 1 or more, not {value}")
    return int(value)
