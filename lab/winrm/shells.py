"""WinRS: remote command shells ([MS-WSMV] 3.1.4.5.2, 3.1.4.11 to 3.1.4.14; facts/lab-building-blocks.md section 7)."""

from __future__ import annotations

import base64
import binascii
import re
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lab.winrm import fault_table as table
from lab.winrm import faults
from lab.winrm.bounded_xml import local_name
from lab.winrm.message import Caller, Reply, Request, SoapFault
from lab.winrm.names import SHELL, TRANSFER
from lab.winrm.programs import CONTROL_C_EXIT, Abandoned, CommandLine, Program, ProgramOutput, ProgramRunner, Signal
from lab.winrm.shell_messages import (
    ShellFacts,
    child,
    command_response,
    created,
    receive_response,
    same_uri,
    stream_names,
)
from lab.winrm.soap import parse_duration

INPUT_LIMIT_BYTES = 64 * 1024 * 1024
_REPLY_OVERHEAD_BYTES = 6144
"""Headers and elements around the output in a Receive reply; even the smallest MaxEnvelopeSize has space for some output."""

_SIGNALS = {f"{SHELL}/signal/{signal.value}": signal for signal in Signal}
_COMMAND_ID = re.compile(r"(?:uuid:)?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})")


@dataclass(frozen=True)
class ShellLimits:
    """WinRM's quotas (winrm/config/winrs of Server 2012 and later)."""

    shells_per_user: int = 30
    commands_per_shell: int = 25
    idle_seconds: float = 7200.0


@dataclass
class _Command:
    program: Program
    output: ProgramOutput
    input_bytes: int = 0
    input_closed: bool = False


@dataclass
class _Shell:
    id: str
    owner: Caller
    streams: tuple[str, ...]
    working_directory: str
    environment: Mapping[str, str]
    code_page: int
    idle_seconds: float
    last_used: float
    busy: int = 0
    commands: dict[str, _Command] = field(default_factory=dict)


class ShellService:
    """The shells of one emulated server: a handler for requests on ``.../windows/shell/cmd``. Safe to use from every thread.

    :param runner: returns the program of a command line; called while no lock of this service is held.
    :param machine: the name in faults.
    :param now: seconds of wall time, for the idle time-out.
    """

    def __init__(
        self,
        runner: ProgramRunner,
        machine: str,
        limits: ShellLimits | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runner = runner
        self._machine = machine
        self._limits = limits or ShellLimits()
        self._now = now
        self._lock = threading.Lock()
        self._shells: dict[str, _Shell] = {}

    def __call__(self, request: Request) -> Reply:
        """Answer one request. Raises SoapFault."""
        self._end_idle_shells()
        if same_uri(request.action, f"{TRANSFER}/Create"):
            return self._create(request)
        actions: dict[str, Callable[[Request, _Shell], Reply]] = {
            f"{TRANSFER}/Delete": self._delete,
            f"{SHELL}/Command": self._command,
            f"{SHELL}/Send": self._send,
            f"{SHELL}/Receive": self._receive,
            f"{SHELL}/Signal": self._signal,
        }
        action = next((handle for name, handle in actions.items() if same_uri(request.action, name)), None)
        if action is None:
            text = f"The action {request.action} is not supported by the command shell."
            raise faults.fault(table.ACTION_NOT_SUPPORTED, self._machine, text)
        shell = self._find(request)
        try:
            return action(request, shell)
        finally:
            with self._lock:
                shell.busy -= 1
                shell.last_used = self._now()

    def open_shells(self) -> int:
        """How many shells are open."""
        with self._lock:
            return len(self._shells)

    def close(self) -> None:
        """End every shell and wake the threads that wait for output."""
        with self._lock:
            shells = list(self._shells.values())
            self._shells.clear()
        for shell in shells:
            _end(shell)

    def _create(self, request: Request) -> Reply:
        body = child(request.body, "Shell")
        if body is None:
            raise self._invalid("The body of Create must hold a Shell.")
        options = {option.name.upper(): option.value for option in request.options}
        given_id = _COMMAND_ID.fullmatch(body.get("ShellId", ""))
        variables = child(body, "Environment")
        shell = _Shell(
            id=(given_id[1] if given_id else str(uuid.uuid4())).upper(),
            owner=request.caller,
            streams=stream_names(body, "OutputStreams", ("stdout", "stderr")),
            working_directory=_text(body, "WorkingDirectory"),
            environment={item.get("Name", ""): item.text or "" for item in (variables if variables is not None else ())},
            code_page=self._code_page(options.get("WINRS_CODEPAGE", "437")),
            idle_seconds=self._idle_seconds(_text(body, "IdleTimeOut")),
            last_used=self._now(),
        )
        with self._lock:
            if shell.id in self._shells:
                raise self._invalid(f"There is a shell with the ShellId {shell.id} already.")
            owned = sum(1 for other in self._shells.values() if other.owner == shell.owner)
            if owned >= self._limits.shells_per_user:
                text = f"This user is allowed at most {self._limits.shells_per_user} concurrent shells."
                raise faults.fault(table.QUOTA_SHELLS, self._machine, text)
            self._shells[shell.id] = shell
        facts = ShellFacts(
            shell.id, str(shell.owner), shell.idle_seconds, shell.streams, shell.environment, shell.working_directory
        )
        return created(request, facts)

    def _delete(self, _request: Request, shell: _Shell) -> Reply:
        with self._lock:
            self._shells.pop(shell.id, None)
        _end(shell)
        return Reply(f"{TRANSFER}/DeleteResponse")

    def _command(self, request: Request, shell: _Shell) -> Reply:
        body = child(request.body, "CommandLine")
        command = _text(body, "Command") if body is not None else ""
        if body is None or not command:
            raise self._invalid("The body of Command must hold a CommandLine with a Command.")
        options = {option.name.upper(): option.value.strip().upper() for option in request.options}
        given_id = _COMMAND_ID.fullmatch(body.get("CommandId", ""))
        command_id = (given_id[1] if given_id else str(uuid.uuid4())).upper()
        self._check_room(shell, command_id)
        program = self._runner(
            CommandLine(
                caller=request.caller,
                command=command,
                arguments=tuple(item.text or "" for item in body if local_name(item) == "Arguments"),
                working_directory=shell.working_directory,
                environment=shell.environment,
                code_page=shell.code_page,
                skip_shell=options.get("WINRS_SKIP_CMD_SHELL") == "TRUE",
                console_input=options.get("WINRS_CONSOLEMODE_STDIN", "TRUE") == "TRUE",
            )
        )
        output = ProgramOutput()
        with self._lock:
            if self._shells.get(shell.id) is not shell:
                raise self._not_found(f"The shell with the ShellId {shell.id} was closed.")
            shell.commands[command_id] = _Command(program, output)
        program.start(output)
        return command_response(command_id)

    def _check_room(self, shell: _Shell, command_id: str) -> None:
        with self._lock:
            if command_id in shell.commands:
                raise self._invalid(f"There is a command with the CommandId {command_id} already.")
            if len(shell.commands) >= self._limits.commands_per_shell:
                text = f"A shell is allowed at most {self._limits.commands_per_shell} concurrent commands."
                raise faults.fault(table.QUOTA_COMMANDS, self._machine, text)

    def _send(self, request: Request, shell: _Shell) -> Reply:
        body = child(request.body, "Send")
        for stream in body if body is not None else ():
            command = self._find_command(shell, stream.get("CommandId", ""))
            end = stream.get("End", "false").strip().lower() in ("true", "1")
            if stream.get("Name") != "stdin":
                raise self._invalid("Input can be sent to the stream stdin only.")
            try:
                data = base64.b64decode("".join((stream.text or "").split()), validate=True)
            except (binascii.Error, ValueError) as error:
                raise self._invalid("The stream is not base64.") from error
            command.input_bytes += len(data)
            if command.input_closed or command.input_bytes > INPUT_LIMIT_BYTES:
                raise self._invalid(f"The input of the command was closed, or is longer than {INPUT_LIMIT_BYTES} bytes.")
            command.input_closed = end
            command.program.stdin(data, end)
        return Reply(f"{SHELL}/SendResponse", (ET.Element(f"{{{SHELL}}}SendResponse"),))

    def _receive(self, request: Request, shell: _Shell) -> Reply:
        body = child(request.body, "Receive")
        desired = child(body, "DesiredStream") if body is not None else None
        if desired is None:
            raise self._invalid("The body of Receive must hold a DesiredStream.")
        command_id = desired.get("CommandId", "").upper()
        if not command_id:
            raise self._invalid("The DesiredStream of Receive must have a CommandId.")
        command = self._find_command(shell, command_id)
        room = (request.max_envelope_bytes - _REPLY_OVERHEAD_BYTES) * 3 // 4
        try:
            part = command.output.read(room, request.operation_timeout_seconds)
        except Abandoned as error:
            text = "The operation was aborted because the command or its shell was closed."
            raise faults.shell_fault(table.OPERATION_ABORTED, self._machine, text) from error
        if part is None:
            raise faults.timed_out(self._machine)
        wanted = (desired.text or "").split() or list(shell.streams)
        return receive_response(command_id, part, tuple(wanted))

    def _signal(self, request: Request, shell: _Shell) -> Reply:
        body = child(request.body, "Signal")
        code = _text(body, "Code").strip() if body is not None else ""
        signal = next((signal for name, signal in _SIGNALS.items() if same_uri(code, name)), None)
        if body is None or signal is None:
            raise self._invalid(f"The signal {code!r} is not known; known are {', '.join(_SIGNALS)}.")
        command_id = body.get("CommandId", "").upper()
        command = self._find_command(shell, command_id)
        command.program.signal(signal)
        if signal is Signal.TERMINATE:
            with self._lock:
                shell.commands.pop(command_id, None)
            command.output.abandon()
        else:
            command.output.exit(CONTROL_C_EXIT)
        return Reply(f"{SHELL}/SignalResponse", (ET.Element(f"{{{SHELL}}}SignalResponse"),))

    def _find(self, request: Request) -> _Shell:
        """The caller's own shell, marked as in use."""
        wanted = next((value for name, value in request.selectors.items() if name.casefold() == "shellid"), None)
        shell_id = wanted.strip().upper() if isinstance(wanted, str) else ""
        with self._lock:
            shell = self._shells.get(shell_id)
            if shell is not None and shell.owner == request.caller:
                shell.busy += 1
                shell.last_used = self._now()
                return shell
        raise self._not_found(f"The shell with the ShellId {shell_id} was not found on the server.")

    def _find_command(self, shell: _Shell, command_id: str) -> _Command:
        with self._lock:
            command = shell.commands.get(command_id.upper())
        if command is None:
            raise self._not_found(f"The command with the CommandId {command_id} was not found in the shell.")
        return command

    def _end_idle_shells(self) -> None:
        now = self._now()
        with self._lock:
            idle = [shell for shell in self._shells.values() if not shell.busy and now - shell.last_used > shell.idle_seconds]
            for shell in idle:
                del self._shells[shell.id]
        for shell in idle:
            _end(shell)

    def _idle_seconds(self, text: str) -> float:
        if not text:
            return self._limits.idle_seconds
        try:
            return parse_duration(text)
        except ValueError as error:
            raise self._invalid("IdleTimeOut must be a duration such as PT7200S.") from error

    def _code_page(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,5}", text.strip()):
            raise self._invalid("The option WINRS_CODEPAGE must be the number of a code page.")
        return int(text)

    def _not_found(self, text: str) -> SoapFault:
        return faults.fault(table.UNEXPECTED_SELECTORS, self._machine, text)

    def _invalid(self, text: str) -> SoapFault:
        return faults.shell_fault(table.SHELL_PARAMETER, self._machine, text)


def _end(shell: _Shell) -> None:
    """Stop all programs of a shell that is no longer registered. Called without the lock."""
    for command in list(shell.commands.values()):
        if not command.output.ended:
            command.program.signal(Signal.TERMINATE)
        command.output.abandon()


def _text(parent: ET.Element, name: str) -> str:
    element = child(parent, name)
    return (element.text or "") if element is not None else ""
