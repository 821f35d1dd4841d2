"""curl.exe as a program of a shell: parses its command line, does the transfers in lab time, writes output like curl."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.windows.command_line import program_words
from lab.windows.curl import words
from lab.windows.curl.options import USAGE_EXIT, CommandLine, CurlError, Operation, parse, version_of
from lab.windows.curl.transfer import Outcome, Site, transfer
from lab.windows.curl.write_out import write_out
from lab.windows.network import Network
from lab.windows.shell import Invocation, ProgramMaker
from lab.winrm.programs import CONTROL_C_EXIT, Finished, Program, ProgramOutput, Signal

LARGEST_CONFIG_BYTES = 1_000_000
_NULL_DEVICE = ("nul", "nul:", "\\\\.\\nul")
_METER = (
    "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
    "                                 Dload  Upload   Total   Spent    Left  Speed\n"
)


def curl(version: str, network: Network) -> ProgramMaker:
    """The program ``curl`` in this version, for a machine's shell."""

    def make(run: Invocation) -> Program:
        return Curl(run, version, network)

    return make


class _InputMissing(Exception):
    """The command line needs standard input, which has not ended yet."""


@dataclass(frozen=True)
class _Job:
    number: int
    url: str
    operation: Operation
    file: str | None


class Curl:
    """One run of curl.exe."""

    def __init__(self, run: Invocation, version: str, network: Network) -> None:
        self._run = run
        self._version = version
        self._site = Site(run.machine, network, version_of(version), run.machine.os.language)
        self._input = bytearray()
        self._input_ended = False
        self._output: ProgramOutput | None = None

    def start(self, output: ProgramOutput) -> None:
        """Start, unless a config file must first be read from standard input."""
        self._output = output
        self._try()

    def stdin(self, data: bytes, end: bool) -> None:
        """Accept input; at its end, the run that waits for it starts."""
        if self._input_ended or self._output is None:
            return
        self._input += data
        if len(self._input) > LARGEST_CONFIG_BYTES:
            self._fail(CurlError(26, f"the lab's curl reads at most {LARGEST_CONFIG_BYTES} bytes from standard input"))
        elif end:
            self._input_ended = True
            self._try()

    def signal(self, signal: Signal) -> None:
        """Every signal ends it."""
        if self._output is not None:
            self._output.exit(CONTROL_C_EXIT)

    def _try(self) -> None:
        output = self._output
        if output is None:
            return
        try:
            asked = parse(program_words(self._run.raw)[1:], self._site.version, self._config)
        except _InputMissing:
            return
        except CurlError as error:
            self._fail(error)
            return
        if "version" in asked.options:
            Finished(self._run.encoded(words.version_text(self._version))).start(output)
            return
        if "silent" not in asked.options:
            output.stderr(self._text("".join(f"Warning: {warning}\n" for warning in asked.warnings)))
        self._schedule(asked, output)

    def _config(self, name: str) -> str:
        if name == "-":
            if not self._input_ended:
                raise _InputMissing
            return self._input.decode("utf-8", errors="replace")
        found = self._run.machine.files.read(self._run.path(name))
        if found is None or len(found) > LARGEST_CONFIG_BYTES:
            raise FileNotFoundError(name)
        return found.decode("utf-8", errors="replace")

    def _fail(self, error: CurlError) -> None:
        if self._output is not None:
            hint = "curl: try 'curl --help' for more information\n" if error.hint else ""
            self._output.stderr(self._text(f"curl: {error.message}\n{hint}"))
            self._output.exit(error.exit_code)

    def _schedule(self, asked: CommandLine, output: ProgramOutput) -> None:
        """Schedule the end of every transfer; the last one ends the program."""
        if "silent" not in asked.options and not asked.parallel:
            output.stderr(self._text(_METER))
        jobs = list(_jobs(asked))
        if asked.parallel and sum(job.url.lower().startswith("telnet:") for job in jobs) > 1:
            # curl handles one telnet connection at a time, also with --parallel; the others wait.
            self._fail(CurlError(USAGE_EXIT, "the lab's curl accepts only one telnet URL at a time"))
            return
        outcomes = [(job, transfer(job.url, job.operation, self._site)) for job in jobs]
        exit_code = 0
        end = 0.0
        for end, job, outcome in _in_time(outcomes, asked.parallel):
            if outcome.exit_code or not asked.parallel:
                exit_code = outcome.exit_code
            self._later(end, self._ending(job, outcome, asked, output))
            if outcome.exit_code and "fail-early" in asked.options:
                break
        else:
            if any(outcome.seconds is None for _, outcome in outcomes):
                return  # a transfer without an end: the program runs until it is stopped
        self._later(end, lambda: output.exit(exit_code))

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._run.machine.clock.later(seconds, action)

    def _ending(self, job: _Job, outcome: Outcome, asked: CommandLine, output: ProgramOutput) -> Callable[[], None]:
        """What is written when a transfer ends: body, error message, write-out."""

        def write() -> None:
            self._store(job, outcome, output)
            if outcome.error and asked.complains:
                output.stderr(self._text(f"curl: ({outcome.exit_code}) {outcome.error}\n"))
                if outcome.exit_code == words.UNTRUSTED:
                    output.stderr(self._text("More details here: https://curl.se/docs/sslcerts.html\n"))
            template = job.operation.options.get("write-out")
            if template is not None:
                library = f"libcurl/{self._version} Schannel"
                written = write_out(template, outcome, job.number, job.file, self._site.version, library)
                output.stderr(self._text("".join(written.stderr)))
                output.stdout(self._text("".join(written.stdout)))

        return write

    def _store(self, job: _Job, outcome: Outcome, output: ProgramOutput) -> None:
        content = outcome.body
        if outcome.method == "HEAD" or "include" in job.operation.options:
            content = outcome.headers + outcome.body
        if job.file is None or job.file == "-":
            output.stdout(content)
        elif job.file.lower() not in _NULL_DEVICE and outcome.status:
            self._run.machine.files.write(self._run.path(job.file), content)

    def _text(self, text: str) -> bytes:
        """Text as the C runtime writes it: every line ends with CR LF."""
        return self._run.encoded(text.replace("\r\n", "\n").replace("\n", "\r\n"))


def _jobs(asked: CommandLine) -> Iterator[_Job]:
    number = 0
    for operation in asked.operations:
        for place, url in enumerate(operation.urls):
            file = operation.outputs[place] if place < len(operation.outputs) else None
            yield _Job(number, url, operation, file)
            number += 1


def _in_time(outcomes: list[tuple[_Job, Outcome]], parallel: int) -> Iterator[tuple[float, _Job, Outcome]]:
    """Each transfer that ends, in the order in which they end, with the seconds from the start of the program."""
    places = [0.0] * (parallel or 1)
    ended: list[tuple[float, int]] = []
    for place, (_, outcome) in enumerate(outcomes):
        if outcome.seconds is None:
            heapq.heappop(places)
            if not places:
                break
            continue
        end = heapq.heappop(places) + outcome.seconds
        heapq.heappush(places, end)
        ended.append((end, place))
    for end, place in sorted(ended):
        yield (end, *outcomes[place])
