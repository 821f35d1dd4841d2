"""ServiceConnectionTool.exe as a program of a shell.

It prints only its usage, a prompt, and .NET's text of an exception. Exit codes are not documented: here 0 also for an error in
its log, and not 0 after the harmless exception at the end of a successful download.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lab.configmgr.connection_tool import installed, requirements
from lab.configmgr.connection_tool.command_line import USAGE, UsageError, parse
from lab.configmgr.connection_tool.connect import connect
from lab.configmgr.connection_tool.importing import import_
from lab.configmgr.connection_tool.prepare import export, prepare
from lab.configmgr.connection_tool.run import Died, Failed, Run, Unhandled, World
from lab.windows.command_line import program_words
from lab.windows.shell import ProgramMaker
from lab.winrm.programs import CONTROL_C_EXIT, ProgramOutput, Signal

_ACTIONS: dict[str, Callable[[Run], Iterator[float]]] = {
    "prepare": prepare,
    "connect": connect,
    "import": import_,
    "export": export,
}
_START_SECONDS = 1.0
_LONGEST_LINE = 512
ACCESS_DENIED_EXIT = 5
USAGE_EXIT = 1
# An unhandled exception (0xE0434352), and an access violation (0xC0000005), as signed 32-bit numbers.
UNHANDLED_EXIT, DIED_EXIT = -532462766, -1073741819


def service_connection_tool(world: World) -> ProgramMaker:
    """The program, for the shells of all servers of an estate."""
    return lambda invocation: ServiceConnectionTool(Run(invocation, world))


class ServiceConnectionTool:
    """One run of the tool."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._output: ProgramOutput | None = None
        self._work: Iterator[float] | None = None
        self._input = bytearray()
        self._asks_password = False
        self._started = False

    def start(self, output: ProgramOutput) -> None:
        """Start, if Windows and the command line allow it."""
        self._output = output
        run = self._run
        if not run.machine.is_administrator(str(run.caller)):
            self._end(ACCESS_DENIED_EXIT, "Access is denied.\n")
            return
        complaint = requirements.complaint(run.machine, run.version)
        missing = installed.missing_file(run.files, run.folder)
        if missing and not complaint:
            complaint = f"\nUnhandled Exception: System.IO.FileNotFoundException: Could not load file or assembly '{missing}'.\n"
        if complaint:
            self._end(UNHANDLED_EXIT, complaint)
            return
        try:
            run.request = parse(program_words(run.invocation.raw)[1:])
        except UsageError:
            output.stdout(self._text(USAGE))
            self._end(USAGE_EXIT)
            return
        if "proxyusername" in run.request.paths:
            self._asks_password = True
            output.stdout(self._text(f"Password for {run.request.paths['proxyusername']}: "))
            return
        self._begin()

    def stdin(self, data: bytes, end: bool) -> None:
        """Read the password of the proxy user, if the tool prompts for it."""
        if not self._asks_password or self._started or self._output is None:
            return
        self._input += data[:_LONGEST_LINE]
        if end or b"\n" in self._input or len(self._input) > _LONGEST_LINE:
            self._run.proxy_password = self._input.decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
            self._begin()

    def signal(self, signal: Signal) -> None:
        """Every signal ends it at once."""
        self._end(CONTROL_C_EXIT)

    def _begin(self) -> None:
        self._started = True
        self._run.machine.clock.later(_START_SECONDS, self._open)

    def _open(self) -> None:
        """Open the log, which only one run at a time can do."""
        run = self._run
        if self._output is None or self._output.ended:
            return
        key = (run.machine.fqdn, run.folder.lower())
        if key in run.world.running:
            said = f"The process cannot access the file '{run.folder}\\{installed.LOG}'"
            self._throw(f"System.IO.IOException: {said} because it is being used by another process.")
            return
        try:
            run.begin_log()
        except OSError as error:
            self._throw(f"System.IO.IOException: {error}")
            return
        refused = requirements.driver_refused(run.machine, run.version)
        if refused:
            run.error(refused)
            self._end(0)
            return
        run.world.running.add(key)
        self._work = _ACTIONS[run.request.action](run)
        self._step()

    def _step(self) -> None:
        run, work = self._run, self._work
        if work is None or self._output is None or self._output.ended:
            self._leave()
            return
        try:
            wait = next(work)
        except StopIteration:
            self._end(0)
        except Failed as failure:
            run.error(str(failure))
            self._end(0)
        except Unhandled as exception:
            self._throw(str(exception))
        except Died:
            self._end(DIED_EXIT)
        except OSError as error:
            run.error(str(error))
            self._end(0)
        else:
            run.machine.clock.later(wait, self._step)

    def _throw(self, text: str) -> None:
        self._end(UNHANDLED_EXIT, f"\nUnhandled Exception: {text}\n")

    def _end(self, code: int, complaint: str = "") -> None:
        if self._output is None:
            return
        order = self._run.world.faults.take("tool_exit_code", self._run.machine.name)
        self._output.stderr(self._text(complaint))
        self._output.exit(int(order.params["code"]) if order is not None else code)
        self._leave()

    def _leave(self) -> None:
        if self._work is not None:
            self._work = None
            self._run.world.running.discard((self._run.machine.fqdn, self._run.folder.lower()))

    def _text(self, text: str) -> bytes:
        return self._run.invocation.encoded(text.replace("\n", "\r\n"))
