"""The board of injected faults, and how they are applied."""

from __future__ import annotations

import shlex
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from lab.command.main import read_param
from lab.fault_kinds import FLAGS, REQUEST_KINDS
from lab.faults import FaultBoard, FaultError, Flag, RequestFacts, usage
from lab.running.fault_injector import GARBAGE, TRUNCATED, FaultInjector
from lab.winrm.injection import PASS, Cut, Delay, Drop, Refuse, Replace, Status
from lab.winrm.log import RequestRecord

CAS = RequestFacts("cas01.corp.example", "http://x/Get", "http://x/wmi/root/sms/SMS_SCI_SysResUse")
PRI = RequestFacts("pri1.corp.example", "http://x/Put", "http://x/wmi/root/cimv2/Win32_Service")


@pytest.fixture
def board() -> FaultBoard:
    return FaultBoard(frozenset({"cas01", "pri1", "scp01"}), frozenset({"CAS", "PR1"}))


def test_a_flag_holds_for_its_machine_by_any_name(board: FaultBoard) -> None:
    board.order("install_failure", target="SCP01.corp.example", reason="no network path")
    flag = board.flag("install_failure", "scp01")
    assert flag is not None
    assert flag.text("reason") == "no network path"
    assert flag.text("other", "default") == "default"
    assert board.flag("install_failure", "pri1") is None
    assert board.flag("install_never", "scp01") is None


@pytest.mark.parametrize("name", ["machine", "target"])
def test_whom_an_order_strikes_has_one_name_or_the_other(board: FaultBoard, name: str) -> None:
    board.order("stuck_thread", **{name: "scp01"})
    board.order("delay", **{name: "cas01"})
    assert [(row["kind"], row["machine"]) for row in board.listing()] == [("stuck_thread", "scp01"), ("delay", "cas01")]


def test_the_usage_of_every_kind_can_be_ordered(board: FaultBoard) -> None:
    """An order accepts each parameter in the help, and those in brackets are optional."""
    values: dict[str, Any] = {"NAME": "scp01", "CODE": "CAS", "TEXT": "x", "NUMBER": 1, "true|false": True}
    for kind in (*FLAGS, *REQUEST_KINDS):
        name, *params = usage(kind).split(" ")
        assert name == kind
        written = [param.strip("[]").partition("=") for param in params]
        given = {param: 503 if param == "status" else values.get(word, word.partition("|")[0]) for param, _, word in written}
        board.order(kind, **given)
        needed = [param.partition("=")[0] for param in params if not param.startswith("[")]
        board.order(kind, **{param: given[param] for param in needed})
    assert len(board.listing()) == 2 * len({*FLAGS, *REQUEST_KINDS})


def test_what_is_typed_becomes_what_the_kind_wants(board: FaultBoard) -> None:
    typed = ("install_failure", ["reason=53", "count=2"]), ("tool_noise", ["shown=false"]), ("delay", ["seconds=0.5", "at=3"])
    for kind, params in typed:
        board.order(kind, **dict(map(read_param, params)))
    failure, noise, delay = board.listing()
    assert (failure["reason"], failure["count"], noise["shown"], delay["seconds"], delay["at"]) == ("53", 2, False, 0.5, 3)
    for wrong in ("count=two", "count=1.5", "count=true"):
        with pytest.raises(FaultError, match="count must be a whole number"):
            board.order("install_failure", **dict([read_param(wrong)]))


def test_the_orders_of_the_page_can_be_placed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lab.md").read_text(encoding="utf-8")
    start = "$ .venv/bin/python -m lab fault add "
    orders = [shlex.split(line.removeprefix(start)) for line in page.splitlines() if line.startswith(start)]
    assert len(orders) >= 3
    for kind, *params in orders:
        FaultBoard(frozenset({"cas01", "scp01"}), frozenset({"CAS"})).order(kind, **dict(map(read_param, params)))


def test_a_flag_without_target_holds_everywhere(board: FaultBoard) -> None:
    board.order("stuck_thread")
    assert board.flag("stuck_thread", "pri1") is not None
    assert board.flag("stuck_thread") is not None


def test_a_counted_flag_is_used_up_by_taking_not_by_asking(board: FaultBoard) -> None:
    board.order("install_failure", target="scp01", count=2)
    for _ in range(3):
        assert board.flag("install_failure", "scp01") is not None
    assert board.take("install_failure", "scp01") is not None
    assert board.take("install_failure", "scp01") is not None
    assert board.take("install_failure", "scp01") is None
    board.order("install_never", target="scp01")
    assert [board.take("install_never", "scp01") is not None for _ in range(3)] == [True] * 3


@pytest.mark.parametrize(
    ("order", "struck"),
    [
        ({"kind": "drop_before", "machine": "cas01", "at": 2}, [2]),
        ({"kind": "drop_before", "at": 2, "count": 2}, [2, 3]),
        ({"kind": "drop_before", "at": 3, "count": "always"}, [3, 4]),
        ({"kind": "drop_before", "machine": "pri1"}, []),
        ({"kind": "drop_before", "resource": "sms_sci_SYSRESUSE", "action": "get"}, [1]),
        ({"kind": "drop_before", "action": "Put"}, []),
    ],
)
def test_request_orders_strike_where_they_should(board: FaultBoard, order: dict[str, Any], struck: list[int]) -> None:
    board.order(**order)
    assert [n for n in range(1, 5) if board.strike(CAS) is not None] == struck


def test_requests_that_do_not_fit_are_not_counted(board: FaultBoard) -> None:
    board.order("drop_after", machine="cas01", at=2)
    assert [board.strike(facts) is not None for facts in (CAS, PRI, PRI, CAS, CAS)] == [False, False, False, True, False]


def test_one_request_is_struck_once_while_every_order_counts(board: FaultBoard) -> None:
    first = board.order("drop_before")
    second = board.order("http_status", status=401, at=2)
    hits = [board.strike(CAS) for _ in range(3)]
    assert [hit and hit.number for hit in hits] == [first, second, None]


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        (
            {"kind": "nonsense"},
            "there is no fault 'nonsense'; allowed: database_unreadable, dead_machine, delay, delay_after, drop_after",
        ),
        ({"kind": "drop_before", "machine": "xyz"}, "there is no machine 'xyz' in the estate; allowed: cas01, pri1, scp01"),
        ({"kind": "provider_error", "target": "XXX"}, "there is no site 'XXX' in the estate; allowed: CAS, PR1"),
        ({"kind": "second_controller", "target": "CAS", "server": "xyz"}, "there is no machine 'xyz'"),
        ({"kind": "second_controller", "target": "CAS"}, "second_controller needs server"),
        ({"kind": "dead_machine"}, "dead_machine needs machine; usage: `dead_machine machine=NAME`"),
        (
            {"kind": "garbage", "machine": "cas01", "target": "pri1"},
            "garbage: machine and target mean the same; use only one of them",
        ),
        ({"kind": "stuck_thread", "count": 2}, "stuck_thread has no parameter 'count'; allowed: component, machine"),
        (
            {"kind": "failing_download", "cause": "x"},
            "failing_download: cause 'x' is not a known value; allowed: untrusted, tls, proxy",
        ),
        (
            {"kind": "provider_error", "operation": "read"},
            "provider_error: operation 'read' is not a known value; allowed: enumerate,",
        ),
        ({"kind": "share_unreadable", "machine": "cas01"}, "share_unreadable has no parameter 'machine'; allowed: count, site"),
        ({"kind": "drop_before", "at": 0}, "drop_before: at must be 1 or more, not 0"),
        ({"kind": "drop_before", "at": "every"}, "drop_before: at must be a whole number, not 'every'"),
        ({"kind": "drop_before", "count": True}, "drop_before: count must be a whole number, not True"),
        (
            {"kind": "drop_before", "seconds": 3},
            "drop_before has no parameter 'seconds'; allowed: action, at, count, machine, resource",
        ),
        ({"kind": "delay", "seconds": 601}, "delay: seconds must be 0 to 600, not 601"),
        ({"kind": "delay", "seconds": float("nan")}, "delay: seconds must be 0 to 600, not nan"),
        ({"kind": "http_status", "status": 200}, "http_status: status must be 400 to 599, not 200"),
        ({"kind": "dead_machine", "reason": "x"}, "dead_machine has no parameter 'reason'; allowed: machine"),
    ],
)
def test_bad_orders(board: FaultBoard, order: dict[str, Any], complaint: str) -> None:
    with pytest.raises(FaultError) as caught:
        board.order(**order)
    assert str(caught.value).startswith(complaint)
    assert board.listing() == []


def test_asking_for_an_unknown_flag_is_a_mistake_in_the_code(board: FaultBoard) -> None:
    with pytest.raises(KeyError):
        board.flag("instal_failure", "scp01")


def test_listing_cancelling_and_watching(board: FaultBoard) -> None:
    changes: list[int] = []
    board.watch(lambda: changes.append(len(board.listing())))
    drop = board.order("drop_after", machine="cas01", resource="SysResUse")
    dead = board.order("dead_machine", target="scp01")
    assert board.listing() == [
        {"number": drop, "kind": "drop_after", "machine": "cas01", "at": 1, "count": 1, "resource": "SysResUse"},
        {"number": dead, "kind": "dead_machine", "machine": "scp01", "count": None},
    ]
    board.cancel(drop)
    with pytest.raises(FaultError, match=f"there is no fault number {drop}"):
        board.cancel(drop)
    board.clear()
    assert changes == [1, 2, 1, 0]


def _record(index: int, kind: Any = "cim") -> RequestRecord:
    return RequestRecord(index, "cas01.corp.example", kind, action=CAS.action, resource_uri=CAS.resource)


@pytest.mark.parametrize(
    ("order", "before", "after"),
    [
        ({"kind": "drop_before"}, Drop(), PASS),
        ({"kind": "drop_after"}, PASS, Drop()),
        ({"kind": "delay", "seconds": 0.5}, Delay(0.5), PASS),
        ({"kind": "http_status", "status": 401}, Status(401), PASS),
        ({"kind": "garbage"}, PASS, Replace(GARBAGE)),
        ({"kind": "truncate"}, PASS, Replace(TRUNCATED)),
        ({"kind": "truncate_sealed"}, PASS, Cut()),
        ({"kind": "delay_after", "seconds": 0.5}, PASS, Delay(0.5)),
    ],
)
def test_verdicts(board: FaultBoard, order: dict[str, Any], before: Any, after: Any) -> None:
    board.order(**order)
    injector = FaultInjector(board)
    assert injector.before(_record(1, "handshake")) == PASS
    assert injector.before(_record(2, "refused")) == PASS
    assert (injector.before(_record(3)), injector.after(_record(3))) == (before, after)
    assert (injector.before(_record(4)), injector.after(_record(4))) == (PASS, PASS)


@pytest.mark.parametrize(("kind", "early"), [("quota", True), ("provider_fault", True), ("provider_fault_after", False)])
@pytest.mark.parametrize("style", ["A", "B"])
def test_verdicts_that_are_faults(board: FaultBoard, kind: str, early: bool, style: Any) -> None:
    board.order(kind)
    injector = FaultInjector(board, style)
    verdicts = (injector.before(_record(1)), injector.after(_record(1)))
    refusal = verdicts[0 if early else 1]
    assert verdicts[1 if early else 0] == PASS
    assert isinstance(refusal, Refuse)
    (detail,) = refusal.fault.detail
    text = ET.tostring(detail, encoding="unicode")
    assert refusal.fault.subcode[1] == "InternalError"
    expected = "2150859174" if kind == "quota" else {"A": "2150859010", "B": "2147749889"}[style]
    assert expected in text
    assert ("MSFT_WmiError" in text) is (style == "B")


@pytest.mark.parametrize(("style", "code"), [("A", 0x80338000), ("B", 0x80041002)])
def test_a_row_that_exists_can_be_reported_as_not_found(board: FaultBoard, style: Any, code: int) -> None:
    board.order("provider_not_found")
    refusal = FaultInjector(board, style).before(_record(1))
    assert isinstance(refusal, Refuse)
    assert str(code) in "".join(ET.tostring(detail, encoding="unicode") for detail in refusal.fault.detail)


def test_a_shell_has_no_provider_that_could_fail(board: FaultBoard) -> None:
    board.order("provider_fault")
    shell = RequestFacts("cas01.corp.example", "http://x/Create", "http://x/windows/shell/cmd")
    assert (board.strike(shell), board.strike(CAS) is not None) == (None, True)


def test_flags_are_found_by_what_they_say(board: FaultBoard) -> None:
    board.order("update_failure", site="CAS", phase="replication", count=1)
    board.order("update_failure", phase="installation")
    assert [flag.text("phase") for flag in board.flags("update_failure", "CAS")] == ["replication", "installation"]
    assert [flag.text("phase") for flag in board.flags("update_failure", "PR1")] == ["installation"]

    def installs(flag: Flag) -> bool:
        return flag.text("phase") == "installation"

    found = board.take("update_failure", "CAS", installs)
    assert found is not None
    assert found.number == 2
    first = board.take("update_failure", "CAS")
    assert first is not None
    assert first.number == 1
    assert [flag.number for flag in board.flags("update_failure", "CAS")] == [2]
