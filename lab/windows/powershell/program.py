"""``powershell.exe`` as a program of a remote shell: it reads its script, runs it in lab time and ends with an exit code.

Values reach a script through standard input. The record of a run has the command line and the names of commands, never a value.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass

from lab.cim.model import NameMap
from lab.estate.powershell import PowerShellSettings
from lab.windows.command_line import program_words
from lab.windows.powershell.core_commands import register_core
from lab.windows.powershell.errors import NOWHERE, ParseError, Place, PowerShellError, Unsupported
from lab.windows.powershell.interpreter import Exit, Interpreter
from lab.windows.powershell.options import OptionError, Options, parse_options
from lab.windows.powershell.policy import is_signed, refusal, security_error
from lab.windows.powershell.reader import read_script
from lab.windows.powershell.session import NEED_INPUT, NeedInput, Session, Wait
from lab.windows.powershell.syntax import Script
from lab.windows.powershell.typed import unfinished
from lab.windows.powershell.values import PsObject, PsValue, text_of
from lab.windows.shell import Invocation, ProgramMaker
from lab.winrm.programs import CONTROL_C_EXIT, ProgramOutput, Signal

# How long powershell.exe takes from its start until the script begins, in seconds of lab time.
START_SECONDS = 0.5
NO_SUCH_FILE_EXIT = -196608
FAILED_EXIT = 1
# A construct that the lab does not run: an exit code that no script of the project uses.
UNSUPPORTED_EXIT = 254
VERSION = "5.1.20348.2227"


@dataclass(frozen=True)
class ScriptRun:
    """The record of one run. ``commands`` are the commands of modules that it ran, in order."""

    machine: str
    caller: str
    command_line: str
    commands: tuple[str, ...]
    exit_code: int


Prepare = Callable[[Session], None]
"""Gives a new session the modules and variables of its machine."""


def powershell(settings: PowerShellSettings, prepare: Prepare, runs: list[ScriptRun]) -> ProgramMaker:
    """The program, for the shell of one machine. ``runs`` receives a record of each run that has ended."""
    return lambda invocation: PowerShell(invocation, settings, prepare, runs)


class PowerShell:
    """One run of powershell.exe."""

    def __init__(self, invocation: Invocation, settings: PowerShellSettings, prepare: Prepare, runs: list[ScriptRun]) -> None:
        self._invocation = invocation
        self._settings = settings
        self._prepare = prepare
        self._runs = runs
        self._output: ProgramOutput | None = None
        self._session: Session | None = None
        self._work: Generator[Wait, None, int] | None = None
        self._lock = threading.Lock()
        self._received = bytearray()
        self._input_ended = False
        self._waits_for_input = False
        self._recorded = False

    def start(self, output: ProgramOutput) -> None:
        """Start: the script begins a moment later."""
        self._output = output
        try:
            options = parse_options(program_words(self._invocation.raw)[1:])
        except OptionError as error:
            self._error(str(error))
            self._end(FAILED_EXIT)
            return
        self._work = self._main(options)
        self._invocation.machine.clock.later(START_SECONDS, self._step)

    def stdin(self, data: bytes, end: bool) -> None:
        """Collect standard input; a script that waits for it goes on at its end."""
        with self._lock:
            self._received += data
            self._input_ended = self._input_ended or end
            resume = self._waits_for_input and self._input_ended
            self._waits_for_input = self._waits_for_input and not resume
        if resume:
            self._invocation.machine.clock.later(0.0, self._step)

    def signal(self, signal: Signal) -> None:
        """Every signal ends it at once: no ``finally`` runs, and what was written stays."""
        self._end(CONTROL_C_EXIT)

    def _step(self) -> None:
        """Continue until the script waits or ends. The caller holds the estate's lock."""
        work = self._work
        if work is None or self._output is None or self._output.ended:
            self._work = None
            return
        try:
            wait = next(work)
        except StopIteration as ended:
            self._end(ended.value)
            return
        if not isinstance(wait, NeedInput):
            self._invocation.machine.clock.later(wait, self._step)
            return
        with self._lock:
            self._waits_for_input = not self._input_ended
            ready = self._input_ended
        if ready:
            self._step()

    def _main(self, options: Options) -> Generator[Wait, None, int]:
        """The complete run; returns the exit code."""
        try:
            script = yield from self._script(options)
            if isinstance(script, int):
                return script
            session = self._session = self._new_session(options)
            interpreter = Interpreter(session)
            yield from interpreter.run(script, self._show)
        except Exit as ended:
            return ended.code
        except PowerShellError as error:
            self._error(error.record.shown())
            return FAILED_EXIT
        except ParseError as error:
            self._error(error.shown())
            return FAILED_EXIT
        except Unsupported as error:
            self._error(error.shown())
            return UNSUPPORTED_EXIT
        except RecursionError:
            self._error(Unsupported("a script that is nested so deeply", NOWHERE).shown())
            return UNSUPPORTED_EXIT
        # With -Command the exit code says whether the last command succeeded (about_PowerShell_exe).
        return FAILED_EXIT if interpreter.failed and options.command else 0

    def _script(self, options: Options) -> Generator[Wait, None, Script | int]:
        """The script that the command line names, or the exit code when there is none."""
        name = ""
        if options.from_input:
            text = yield from self._read_input()
            row = unfinished(text)
            if row:
                place = Place(line=row, text=text.split("\n")[row - 1])
                raise Unsupported(
                    "a statement of several lines in a script from standard input without an empty line after it", place
                )
        elif options.command:
            text = options.command
        else:
            name = self._invocation.path(options.file)
            content = self._invocation.machine.files.read(name)
            if content is None or not name.lower().endswith(".ps1"):
                self._error(
                    f"The argument '{options.file}' to the -File parameter does not exist. Provide the path to "
                    "an existing '.ps1' file as "
                    "an argument to the -File parameter.\n"
                )
                return NO_SUCH_FILE_EXIT
            text = _decoded(content)
            refused = refusal(
                self._policy(options), name, signed=is_signed(text), publisher_trusted=self._settings.publisher_trusted
            )
            if refused:
                raise security_error(refused)
        script = read_script(text, name)
        if script.requires and float(script.requires) > 5.1:
            message = (
                f"The script '{name.rpartition(chr(92))[2]}' cannot be run because it contained a \"#requires\" "
                "statement for Windows "
                f"PowerShell {script.requires}. The version of Windows PowerShell that is required by the "
                "script does not match the "
                f"currently running version of Windows PowerShell {VERSION}.\n"
            )
            self._error(message)
            return FAILED_EXIT
        return script

    def _new_session(self, options: Options) -> Session:
        line = self._invocation.line
        session = Session(
            self._invocation.machine,
            line.caller,
            self._invocation.folder,
            NameMap({**dict(line.environment), "COMPUTERNAME": self._invocation.machine.name.upper(), "SystemDrive": "C:"}),
            language_mode=self._settings.language_mode,
            policy=self._policy(options),
            publisher_trusted=self._settings.publisher_trusted,
            read_input=None if options.from_input else self._read_input,
            write_out=self._write,
            write_error=self._error,
        )
        state = PsObject("System.Management.Automation.SessionState", NameMap({"LanguageMode": session.language_mode}))
        session.variables.update(
            {
                "ErrorActionPreference": "Continue",
                "PSVersionTable": PsObject(
                    "System.Collections.Hashtable", NameMap({"PSVersion": _version(), "PSEdition": "Desktop"})
                ),
                "ExecutionContext": PsObject("System.Management.Automation.EngineIntrinsics", NameMap({"SessionState": state})),
            }
        )
        register_core(session)
        self._prepare(session)
        return session

    def _policy(self, options: Options) -> str:
        machine = self._settings.execution_policy
        return machine if self._settings.enforced or options.execution_policy in ("", "Undefined") else options.execution_policy

    def _read_input(self) -> Generator[Wait, None, str]:
        """Standard input up to its end; a second read finds nothing."""
        yield NEED_INPUT
        with self._lock:
            received = bytes(self._received)
            self._received.clear()
        code_page = self._invocation.line.code_page
        utf8 = code_page == 65001 or (self._session is not None and "inputencoding" in self._session.encodings)
        return received.decode("utf-8" if utf8 else f"cp{code_page}", errors="replace")

    def _show(self, value: PsValue) -> None:
        """Print an object that reaches the end of the script: only texts, numbers and truth values."""
        if value is None:
            return
        if not isinstance(value, (str, int, float)):
            raise Unsupported("the output of an object that is not text; use ConvertTo-Json -Compress", NOWHERE)
        self._write(f"{text_of(value)}\r\n")

    def _write(self, text: str) -> None:
        if self._output is not None:
            self._output.stdout(self._encoded(text))

    def _error(self, text: str) -> None:
        if self._output is not None:
            self._output.stderr(self._encoded(text.replace("\r\n", "\n").replace("\n", "\r\n")))

    def _encoded(self, text: str) -> bytes:
        if self._session is not None and "outputencoding" in self._session.encodings:
            return text.encode("utf-8", errors="replace")
        return self._invocation.encoded(text)

    def _end(self, code: int) -> None:
        self._work = None
        if self._output is None or self._recorded:
            return
        self._recorded = True
        commands = tuple(self._session.ran) if self._session is not None else ()
        line = self._invocation.line
        self._runs.append(ScriptRun(self._invocation.machine.fqdn, str(line.caller), line.text, commands, code))
        self._output.exit(code)


def _version() -> PsObject:
    major, minor, build, revision = (int(part) for part in VERSION.split("."))
    values = {"Major": major, "Minor": minor, "Build": build, "Revision": revision}
    return PsObject("System.Version", NameMap(dict(values)), text=VERSION)


def _decoded(content: bytes) -> str:
    """A script file: UTF-8 or UTF-16 with a byte order mark, otherwise the ANSI code page, as Windows PowerShell reads it."""
    if content.startswith(b"\xef\xbb\xbf"):
        return content[3:].decode("utf-8", errors="replace")
    if content.startswith(b"\xff\xfe"):
        return content[2:].decode("utf-16-le", errors="replace")
    return content.decode("cp1252", errors="replace")
