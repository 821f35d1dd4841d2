# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs one command line on a server: limited in time and output, and nothing remains after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import shell
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.exchange import Exchange
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

# The server keeps a shell whose client no longer exists this much longer than the command may run.
_IDLE_MARGIN_SECONDS = 120.0
_LONGEST_WAIT_SECONDS = 10.0
# The smallest time limit that Windows accepts is half a second ([MS-WSMV] 2.2.4.10).
_SHORTEST_WAIT_SECONDS = 0.5
_MAX_LOOKS = 5_000
_WITHOUT_INPUT_SECONDS = 20.0


@dataclass(frozen=True)
class Finished:
    """The result of a command.

    :param exit_code: None when it was stopped before its own end, or the server did not report it.
    :param stopped: why it was stopped: ``time``, ``output``, or empty when it ended by itself.
    :param stdout_bytes: standard output unchanged, for output that may not be UTF-8 text.
    """

    exit_code: int | None
    stdout: str
    stderr: str
    stopped: str = ""
    stdout_bytes: bytes = field(default=b"", repr=False, compare=False)


def run(
    session: CimSession,
    line: str,
    *,
    stdin: str = "",
    folder: str = "",
    limit_seconds: float = 60.0,
    limit_bytes: int = 4 * 1024 * 1024,
    waiting: Callable[[float], None] = lambda _seconds: None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Finished:
    """Run ``line`` through cmd.exe with the rights of the connection's account, and wait for its end.

    Four requests (Create, Command, Receive, Delete), one more for input, and one more Receive for each further piece of output or
    ten seconds without output. The shell is always closed, which also ends its command, so that no Signal is needed for that.

    :param line: from ``command_line.command_line``.
    :param stdin: the command's input, as UTF-8.
    :param folder: where it runs; a program in that folder is found by its name.
    :param limit_seconds: a command that runs longer is stopped.
    :param limit_bytes: of standard output and standard error together; a command that writes more is stopped.
    :param waiting: called with the seconds so far whenever there is no output yet.
    :raises CimFault: the account may not use shells, or a quota is exhausted.
    :raises TransportError: as ``send`` of the session raises it.
    :raises ValueError: the line or input cannot be sent.
    """
    exchange = session.exchange
    shell_id = shell.create(exchange, limit_seconds + _IDLE_MARGIN_SECONDS, folder)
    try:
        command_id = shell.start(exchange, shell_id, line)
        if stdin:
            try:
                shell.send(exchange, shell_id, command_id, stdin.encode("utf-8"))
            except CimFault as fault:
                if fault.kind is FaultKind.QUOTA:
                    raise
                # A program that ended at once (or that does not exist) reads no input; its output shows why. Any other one waits
                # for its input in vain.
                limit_seconds = min(limit_seconds, _WITHOUT_INPUT_SECONDS)
        return _collect(exchange, shell_id, command_id, limit_seconds, limit_bytes, waiting, monotonic)
    finally:
        # This also ends what still runs in it.
        _try(shell.delete, exchange, shell_id)


def _collect(
    exchange: Exchange,
    shell_id: str,
    command_id: str,
    limit_seconds: float,
    limit_bytes: int,
    waiting: Callable[[float], None],
    monotonic: Callable[[], float],
) -> Finished:
    written = {"stdout": bytearray(), "stderr": bytearray()}
    began = monotonic()
    for _look in range(_MAX_LOOKS):
        left = limit_seconds - (monotonic() - began)
        if left <= 0:
            return _finished(None, written, "time")
        wait = max(min(left, _LONGEST_WAIT_SECONDS, exchange.operation_timeout_seconds), _SHORTEST_WAIT_SECONDS)
        output = shell.receive(exchange, shell_id, command_id, wait)
        if output is None:
            waiting(monotonic() - began)
            continue
        written["stdout"] += output.stdout
        written["stderr"] += output.stderr
        if sum(map(len, written.values())) > limit_bytes:
            return _finished(None, {name: data[:limit_bytes] for name, data in written.items()}, "output")
        if output.done:
            return _finished(output.exit_code, written)
    raise AnswerError(f"the command's output does not end: {_MAX_LOOKS} pieces")


def _finished(exit_code: int | None, written: dict[str, bytearray], stopped: str = "") -> Finished:
    return Finished(exit_code, _text(written["stdout"]), _text(written["stderr"]), stopped, bytes(written["stdout"]))


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")


def _try(end: Callable[..., None], *arguments: object) -> None:
    """A cleanup that may fail: the server ends idle shells by itself, and an earlier error is more important."""
    with suppress(CimError):
        end(*arguments)
