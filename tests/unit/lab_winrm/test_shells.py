"""Shells without a network."""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from lab.winrm.message import Caller, Option, Reply, Request, SoapFault
from lab.winrm.names import CMD_RESOURCE, SHELL, TRANSFER
from lab.winrm.programs import CommandLine, Finished, Program, ProgramOutput, Signal
from lab.winrm.shells import ShellLimits, ShellService

ME = Caller("scpadmin", "CORP")
R = f"{{{SHELL}}}"


class Waiting:
    """A program that only records what happens to it."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.input = b""

    def start(self, output: ProgramOutput) -> None:
        self.output = output

    def stdin(self, data: bytes, end: bool) -> None:
        self.input += data

    def signal(self, signal: Signal) -> None:
        self.signals.append(signal)


class Bench:
    """A shell service, a clock that the tests advance, and short methods for requests."""

    def __init__(self, limits: ShellLimits | None = None) -> None:
        self.time = 0.0
        self.waiting: list[Waiting] = []
        self.service = ShellService(self.run, "SCP01", limits, lambda: self.time)

    def run(self, line: CommandLine) -> Program:
        if line.command != "wait":
            return Finished(b"done")
        self.waiting.append(Waiting())
        return self.waiting[-1]

    def ask(
        self,
        action: str,
        body: str = "",
        shell: str = "",
        caller: Caller = ME,
        options: tuple[Option, ...] = (),
        seconds: float = 0.0,
    ) -> Reply:
        element = ET.fromstring(f'<Body xmlns:r="{SHELL}">{body}</Body>')
        selectors: dict[str, str | ET.Element] = {"ShellId": shell} if shell else {}
        request = Request(action, CMD_RESOURCE, "uuid:1", caller, element, selectors, options, operation_timeout_seconds=seconds)
        return self.service(request)

    def open(self, body: str = "<r:Shell/>", caller: Caller = ME) -> str:
        reply = self.ask(f"{TRANSFER}/Create", body, caller=caller)
        return reply.body[1].findtext(f"{R}ShellId") or ""

    def start(self, shell: str, command: str, attribute: str = "") -> str:
        body = f"<r:CommandLine {attribute}><r:Command>{command}</r:Command></r:CommandLine>"
        return self.ask(f"{SHELL}/Command", body, shell).body[0].findtext(f"{R}CommandId") or ""

    def receive(self, shell: str, command: str, seconds: float = 0.0) -> ET.Element:
        body = f'<r:Receive><r:DesiredStream CommandId="{command}">stdout stderr</r:DesiredStream></r:Receive>'
        return self.ask(f"{SHELL}/Receive", body, shell, seconds=seconds).body[0]


def code(act: Callable[[], object]) -> str | None:
    with pytest.raises(SoapFault) as caught:
        act()
    element = next(part for part in caught.value.detail if part.tag.endswith("}WSManFault"))
    return element.get("Code")


def test_given_identifiers_are_kept() -> None:
    bench = Bench()
    shell = bench.open('<r:Shell ShellId="aaaaaaaa-0000-0000-0000-000000000001"/>')
    assert shell == "AAAAAAAA-0000-0000-0000-000000000001"
    command = bench.start(shell.lower(), "wait", 'CommandId="bbbbbbbb-0000-0000-0000-000000000001"')
    assert command == "BBBBBBBB-0000-0000-0000-000000000001"
    assert code(lambda: bench.open(f'<r:Shell ShellId="{shell}"/>')) == "87"
    assert code(lambda: bench.start(shell, "wait", f'CommandId="{command}"')) == "87"


def test_the_end_can_be_asked_for_again() -> None:
    bench = Bench()
    shell = bench.open()
    command = bench.start(shell, "anything")
    for expected in ("ZG9uZQ==", ""):
        response = bench.receive(shell, command)
        assert response.findtext(f"{R}Stream") == expected
        state = response.find(f"{R}CommandState")
        assert state is not None
        assert (state.get("State"), state.findtext(f"{R}ExitCode")) == (f"{SHELL}/CommandState/Done", "0")


def test_quotas() -> None:
    bench = Bench(ShellLimits(shells_per_user=2, commands_per_shell=1))
    shell = bench.open()
    bench.open()
    assert code(bench.open) == "2150859173"
    bench.open(caller=Caller("other"))
    bench.start(shell, "wait")
    assert code(lambda: bench.start(shell, "wait")) == "2150859241"
    bench.ask(f"{TRANSFER}/Delete", shell=shell)
    assert bench.open()


def test_idle_shells_end() -> None:
    bench = Bench(ShellLimits(idle_seconds=10))
    short = bench.open("<r:Shell><r:IdleTimeOut>PT5S</r:IdleTimeOut></r:Shell>")
    long = bench.open()
    command = bench.start(short, "wait")
    bench.time = 5.0
    assert code(lambda: bench.receive(short, command)) == "2150858793"
    bench.time = 10.5
    assert code(lambda: bench.receive(short, command)) == "2150858843"
    assert bench.waiting[0].signals == [Signal.TERMINATE]
    assert code(lambda: bench.receive(long, command)) == "2150858843"
    assert bench.service.open_shells() == 0


def test_closing_wakes_whoever_waits() -> None:
    bench = Bench()
    shell = bench.open()
    command = bench.start(shell, "wait")
    threading.Timer(0.05, bench.service.close).start()
    assert code(lambda: bench.receive(shell, command, 30)) == "995"
    assert bench.waiting[0].signals == [Signal.TERMINATE]


def test_input() -> None:
    bench = Bench()
    shell = bench.open()
    command = bench.start(shell, "wait")

    def send(text: str, attributes: str = 'Name="stdin"', target: str = command) -> Reply:
        body = f'<r:Send><r:Stream CommandId="{target}" {attributes}>{text}</r:Stream></r:Send>'
        return bench.ask(f"{SHELL}/Send", body, shell)

    assert send(" YWJj\n").action == f"{SHELL}/SendResponse"
    assert bench.waiting[0].input == b"abc"
    assert code(lambda: send("!")) == "87"
    assert code(lambda: send("", 'Name="stdout"')) == "87"
    assert code(lambda: send("", target="none")) == "2150858843"
    send("ZA==", 'Name="stdin" End="True"')
    assert code(lambda: send("ZA==")) == "87"
    assert bench.waiting[0].input == b"abcd"


@pytest.mark.parametrize(
    ("action", "body"),
    [
        (f"{TRANSFER}/Create", ""),
        (f"{TRANSFER}/Create", "<r:Shell><r:IdleTimeOut>soon</r:IdleTimeOut></r:Shell>"),
        (f"{SHELL}/Command", ""),
        (f"{SHELL}/Command", "<r:CommandLine/>"),
        (f"{SHELL}/Receive", ""),
        (f"{SHELL}/Receive", "<r:Receive><r:DesiredStream>stdout</r:DesiredStream></r:Receive>"),
        (f"{SHELL}/Signal", ""),
        (f"{SHELL}/Signal", "<r:Signal CommandId='x'><r:Code>explode</r:Code></r:Signal>"),
    ],
)
def test_bodies_that_make_no_sense(action: str, body: str) -> None:
    bench = Bench()
    shell = bench.open()
    assert code(lambda: bench.ask(action, body, shell)) == "87"


def test_unknown_actions_and_code_pages() -> None:
    bench = Bench()
    assert code(lambda: bench.ask(f"{SHELL}/Connect", shell=bench.open())) == "2150858771"
    options = (Option("WINRS_CODEPAGE", "utf-8"),)
    assert code(lambda: bench.ask(f"{TRANSFER}/Create", "<r:Shell/>", options=options)) == "87"


def test_a_shell_belongs_to_its_owner() -> None:
    bench = Bench()
    shell = bench.open()
    assert code(lambda: bench.ask(f"{TRANSFER}/Delete", shell=shell, caller=Caller("other"))) == "2150858843"
    assert code(lambda: bench.ask(f"{TRANSFER}/Delete")) == "2150858843"
    assert bench.ask(f"{TRANSFER}/Delete", shell=shell).body == ()


def test_the_answer_to_create_as_windows_writes_it() -> None:
    element = ET.fromstring(
        f'<Body xmlns:r="{SHELL}"><r:Shell><r:Environment><r:Variable Name="A">b</r:Variable></r:Environment>'
        "<r:WorkingDirectory>C:\\Windows</r:WorkingDirectory><r:IdleTimeOut>PT60S</r:IdleTimeOut></r:Shell></Body>"
    )
    request = Request(
        f"{TRANSFER}/Create", CMD_RESOURCE, "uuid:1", ME, element, to="http://scp01:5985/wsman", client_address="127.0.0.9"
    )
    created, shell = Bench().service(request).body
    assert created[0].text == "http://scp01:5985/wsman"
    shown = [(part.tag.removeprefix(R), part.text) for part in shell]
    assert [name for name, _ in shown] == [
        "ShellId", "ResourceUri", "Owner", "ClientIP", "Environment", "WorkingDirectory", "IdleTimeOut", "InputStreams",
        "OutputStreams", "ShellRunTime", "ShellInactivity",
    ]  # fmt: skip
    assert {("ClientIP", "127.0.0.9"), ("WorkingDirectory", "C:\\Windows"), ("IdleTimeOut", "PT60.000S")} <= set(shown)
    variables = shell.findall(f"{R}Environment/{R}Variable")
    assert [(variable.get("Name"), variable.text) for variable in variables] == [("A", "b")]


def test_a_shell_without_them_shows_neither_environment_nor_folder() -> None:
    shell = Bench().ask(f"{TRANSFER}/Create", "<r:Shell/>").body[1]
    assert shell.find(f"{R}Environment") is None
    assert shell.find(f"{R}WorkingDirectory") is None
