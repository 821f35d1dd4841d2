"""One command line from beginning to end, whatever happens during its run."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, TransportTimeout
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from tests.unit.wsman import wire
from tests.unit.wsman.shell_wire import CREATED, DELETED, RSP, SENT, STARTED, TIMED_OUT, received

GONE = wire.fault_a(109, None, "The pipe has been ended.")


def actions(script: wire.Script) -> list[str]:
    return [script.action(index).rpartition("/")[2] for index in range(len(script.sent))]


def clock(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def test_without_input_four_requests() -> None:
    cim, script = wire.session(CREATED, STARTED, received(("stdout", b"hello\r\n")), DELETED)
    assert shell.run(cim, "hostname") == shell.Finished(0, "hello\r\n", "")
    assert actions(script) == ["Create", "Command", "Receive", "Delete"]
    assert cim.requests == 4


def test_output_in_pieces_with_input() -> None:
    more = received(("stdout", "grö".encode()[:3]), state="Running", exit_code=None)
    last = received(("stdout", "grö".encode()[3:]), ("stderr", b"\xff"), exit_code="6")
    cim, script = wire.session(CREATED, STARTED, SENT, more, last, DELETED)
    assert shell.run(cim, "curl.exe", stdin="url") == shell.Finished(6, "grö", "\ufffd")
    assert actions(script) == ["Create", "Command", "Send", "Receive", "Receive", "Delete"]
    assert base64.b64decode(script.body(2).findtext(f".//{{{RSP}}}Stream") or "") == b"url"


def test_a_program_that_takes_no_input_is_still_heard() -> None:
    cim, _ = wire.session(CREATED, STARTED, GONE, received(("stderr", b"not found"), exit_code="1"), DELETED)
    assert shell.run(cim, "curl.exe", stdin="url") == shell.Finished(1, "", "not found")


def test_a_program_whose_input_was_refused_is_not_waited_for_long() -> None:
    times = clock(15.0)
    cim, script = wire.session(CREATED, STARTED, GONE, TIMED_OUT, DELETED)
    finished = shell.run(cim, "x", stdin="url", limit_seconds=600, monotonic=lambda: next(times))
    assert finished.stopped == "time"
    assert actions(script) == ["Create", "Command", "Send", "Receive", "Delete"]


def test_input_for_which_a_quota_is_exhausted_ends_the_program() -> None:
    cim, script = wire.session(CREATED, STARTED, wire.fault_a(0x803381A6, None, "The user has too many operations."), DELETED)
    with pytest.raises(CimFault, match="quota"):
        shell.run(cim, "x", stdin="url")
    assert actions(script) == ["Create", "Command", "Send", "Delete"]


def test_silence_is_reported_and_ends_at_the_limit() -> None:
    waited: list[float] = []
    times = clock(4.0)
    cim, script = wire.session(CREATED, STARTED, TIMED_OUT, TIMED_OUT, DELETED)
    finished = shell.run(cim, "x", limit_seconds=13, waiting=waited.append, monotonic=lambda: next(times))
    assert (finished.exit_code, finished.stopped) == (None, "time")
    assert waited == [8.0, 16.0]
    assert [script.header(index, "OperationTimeout") for index in (2, 3)] == ["PT9.000S", "PT1.000S"]
    assert actions(script)[-2:] == ["Receive", "Delete"]


@pytest.mark.parametrize(("limit", "stopped"), [(9, ""), (8, "time")])
def test_a_command_has_the_whole_of_its_limit(limit: float, stopped: str) -> None:
    began = 1000.0
    # Begun, two looks at the clock for the first silence, one before the second look.
    times = iter([began, began, began + 8, began + 8, began + 8])
    waited: list[float] = []
    cim, _ = wire.session(CREATED, STARTED, TIMED_OUT, received(("stdout", b"x")), DELETED)
    found = shell.run(cim, "x", limit_seconds=limit, waiting=waited.append, monotonic=lambda: next(times))
    assert (found.stopped, waited) == (stopped, [8.0])


def test_output_as_long_as_allowed_is_whole() -> None:
    cim, _ = wire.session(CREATED, STARTED, received(("stdout", b"x" * 60), ("stderr", b"y" * 40)), DELETED)
    assert shell.run(cim, "x", limit_bytes=100) == shell.Finished(0, "x" * 60, "y" * 40)


def test_output_without_measure_is_cut() -> None:
    much = received(("stdout", b"x" * 60), state="Running", exit_code=None)
    cim, script = wire.session(CREATED, STARTED, much, much, DELETED)
    finished = shell.run(cim, "x", limit_bytes=100)
    assert (len(finished.stdout), finished.stopped) == (100, "output")
    assert actions(script)[-2:] == ["Receive", "Delete"]


def test_answers_without_end_or_output_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "_MAX_LOOKS", 3)
    empty = received(state="Running", exit_code=None)
    cim, script = wire.session(CREATED, STARTED, empty, empty, empty, DELETED)
    with pytest.raises(AnswerError, match="does not end"):
        shell.run(cim, "x")
    assert actions(script)[-1] == "Delete"


def test_the_shell_is_deleted_when_the_command_is_refused() -> None:
    cim, script = wire.session(CREATED, wire.fault_a(5, None, "Access is denied.", subcode="w:AccessDenied"), DELETED)
    with pytest.raises(CimFault):
        shell.run(cim, "x")
    assert actions(script) == ["Create", "Command", "Delete"]


def test_the_shell_is_deleted_when_the_connection_breaks_and_the_first_error_counts() -> None:
    cim, script = wire.session(CREATED, STARTED, TransportTimeout("no answer"), TransportTimeout("again no answer"))
    with pytest.raises(TransportTimeout, match="no answer") as error:
        shell.run(cim, "x")
    assert str(error.value) == "Receive of the command shell: no answer"
    assert actions(script)[-1] == "Delete"


def test_the_shell_is_deleted_when_the_task_is_interrupted() -> None:
    cim, script = wire.session(CREATED, STARTED, TIMED_OUT, DELETED)

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shell.run(cim, "x", waiting=interrupt)
    assert actions(script)[-1] == "Delete"


def test_a_shell_that_cannot_be_deleted_spoils_nothing() -> None:
    cim, _ = wire.session(CREATED, STARTED, received(("stdout", b"ok")), GONE, GONE)
    assert shell.run(cim, "x") == shell.Finished(0, "ok", "")


def test_the_server_forgets_the_shell_of_a_client_that_is_gone() -> None:
    cim, script = wire.session(CREATED, STARTED, received(), DELETED)
    shell.run(cim, "x", limit_seconds=60)
    assert script.body(0).findtext(f".//{{{RSP}}}IdleTimeOut") == "PT180.000S"
