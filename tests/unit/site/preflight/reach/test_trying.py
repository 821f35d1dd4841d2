"""One run of curl on a server."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.curl import CurlRun
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.trying import try_all
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from tests.unit.wsman import wire
from tests.unit.wsman.shell_wire import CREATED, DELETED, RSP, SENT, STARTED, TIMED_OUT, received


def make(tokens: list[str]) -> Callable[[str], CurlRun]:
    def run(token: str) -> CurlRun:
        tokens.append(token)
        return CurlRun(("-q",), f'write-out = "{token}"\n')

    return run


def test_the_answer_is_found_by_a_word_that_is_new_each_time() -> None:
    tokens: list[str] = []
    for _ in range(2):

        def answer(_request: object) -> str:
            line = f"{tokens[-1]}\t0\t0\t200\t000\t0.1\t0.1\t\r\n"
            return received(("stdout", line.encode()))

        cim, script = wire.session(CREATED, STARTED, SENT, answer, DELETED)
        tried = try_all(Task({}, cim, "scp01"), make(tokens), 1, 60)
        assert tried.transfers[0].http_status == 200
        command = script.body(1).findtext(f".//{{{RSP}}}Command")
        assert command == r"%SystemRoot%\System32\curl.exe -q"
    assert len(set(tokens)) == 2
    assert all(len(token) >= 16 for token in tokens)


def test_waiting_is_shown() -> None:
    lines: list[str] = []
    cim, _ = wire.session(CREATED, STARTED, SENT, TIMED_OUT, received(exit_code="1"), DELETED)
    tried = try_all(Task({}, cim, "scp01", progress=lines.append), make([]), 7, 60)
    assert not tried.possible
    assert len(lines) == 1
    assert "waiting for scp01 to try 7 addresses" in lines[0]
    assert "at most 60 s" in lines[0]


def test_a_refused_shell_cannot_tell_and_fails_nothing() -> None:
    cim, _ = wire.session(wire.fault_a(5, None, "Access is denied.", subcode="w:AccessDenied"))
    check = try_all(Task({}, cim, "scp01"), make([]), 1, 60).without_answer("x", "X", True)
    assert check.status is Status.WARNING
    assert check.detail.startswith("Cannot tell: no program could be started on scp01: Create of the command shell was refused")


def test_a_run_is_limited_by_the_clock_of_the_task() -> None:
    times = iter([0.0, 0.0])
    cim, _ = wire.session(CREATED, STARTED, SENT, TIMED_OUT, DELETED)
    tried = try_all(Task({}, cim, "scp01", monotonic=lambda: next(times, 31.0)), make([]), 7, 30)
    assert "30 s" in tried.reason
    assert tried.possible
