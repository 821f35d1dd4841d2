"""A run of the tool, what is read from it, and how its log is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import running
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.installed import Tool
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import Request
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.running import Run
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_commands import CommandFailed
from ansible_collections.configmgr.scp.plugins.module_utils.windows.shell import Finished
from tests.unit.site.servicing.connection_tool.machine import LOG, NOW, TOOL, TRACING, Machine
from tests.unit.site.support import task

REQUEST = Request("prepare", "", r"D:\My USB\x.cab", ("-prepare", "-usagedatadest", r"D:\My USB\x.cab"))
OWN = Tool(TOOL, "5.0.9152.1000")
FULL = "There is not enough space on the disk"
DOWNLOADER_LOG = r"C:\SMS\Logs\dmpdownloader.log"


def ran(machine: Machine) -> Run:
    return running.run_tool(task(machine)[0], OWN, REQUEST, 600)


def test_the_tool_runs_in_its_own_folder_within_its_limit(machine: Machine) -> None:
    machine.tool = lambda: Finished(3, "out", "err", "time")
    lines: list[str] = []
    made, clock = task(machine, progress=lines.append)
    run = running.run_tool(made, OWN, REQUEST, 600)
    assert (run.exit_code, run.stopped, run.output) == (3, "time", "out\nerr")
    assert machine.ran == [r'ServiceConnectionTool.exe -prepare -usagedatadest "D:\My USB\x.cab"']
    assert (machine.limit_seconds, machine.limit_bytes) == (600, 4 * 1024**2)
    clock.sleep(7)
    assert machine.monotonic() == 7, "it is measured by the task's own clock"
    assert len(lines) == 2
    assert all("600 s" in line for line in lines)
    assert "1 s of" in lines[1]


@pytest.mark.parametrize(
    ("before", "after", "log"),
    [
        (None, ("new", NOW), "new"),
        (None, None, ""),
        (("old", NOW), ("old", NOW), ""),
        (("old", NOW), ("new", NOW + timedelta(seconds=1)), "new"),
        (("old", NOW), ("longer", NOW), "longer"),
        (("old", None), ("old", None), "old"),
        (("old", NOW), None, ""),
    ],
)
def test_only_a_log_that_the_run_wrote_is_of_the_run(
    machine: Machine, before: tuple[str, datetime | None] | None, after: tuple[str, datetime | None] | None, log: str
) -> None:
    def put(state: tuple[str, datetime | None] | None) -> None:
        machine.files.pop(LOG.lower(), None)
        if state is not None:
            machine.write(LOG, state[0].encode(), state[1])

    def tool() -> Finished:
        put(after)
        return Finished(0, "", "")

    put(before)
    machine.tool = tool
    assert ran(machine).log == log


def test_a_log_that_cannot_be_read_is_empty(machine: Machine) -> None:
    assert running.read_text(machine.session, r"D:\missing.log") == ""
    machine.write(r"D:\x.log", "Grün".encode("utf-16"))
    assert running.read_text(machine.session, r"D:\x.log") == "Grün"


def problems(run: Run, setup_log: str = "") -> list[str]:
    found = running.problems_of_run(run, OWN, setup_log, NOW, NOW + timedelta(minutes=5))
    return [problem["id"] for problem in found]


def test_problems_of_log_and_output() -> None:
    assert problems(Run(1, "", FULL, "")) == ["tool_disk_full"]
    assert problems(Run(1, "", "", FULL)) == ["tool_disk_full"]
    assert problems(Run(1, "", "all is well", "")) == []


@pytest.mark.parametrize(("time", "found"), [("12:00:01", ["tool_disk_full"]), ("11:59:59", [])])
def test_problems_of_setups_log_are_of_the_run_only(time: str, found: list[str]) -> None:
    line = f"{FULL} $$<Configuration Manager Setup><11-25-2026 {time}.000+000><thread=1 (0x1)>"
    assert problems(Run(0, "", "", ""), line) == found


@pytest.mark.parametrize(
    ("given", "trace", "folder"),
    [
        (" D:\\Kept\\ ", DOWNLOADER_LOG, r"D:\Kept"),
        ("", DOWNLOADER_LOG, r"C:\SMS\Logs"),
        ("", "no path", TOOL),
        ("", 5, TOOL),
        ("", None, TOOL),
    ],
)
def test_where_logs_are_kept(machine: Machine, given: str, trace: object, folder: str) -> None:
    machine.keys = {} if trace is None else {TRACING.lower(): {"tracefilename": trace}}
    assert running.log_folder(machine.session, given, TOOL) == folder


def test_a_folder_for_logs_that_is_none(machine: Machine) -> None:
    with pytest.raises(ValueError, match="server"):
        running.log_folder(machine.session, r"\\server\share", TOOL)


def test_a_log_is_copied_into_a_folder_that_is_made_when_needed(machine: Machine) -> None:
    machine.write(LOG, b"text")
    assert running.keep_log(machine.session, OWN, r"D:\Kept", "x.log") == r"D:\Kept\x.log"
    assert machine.files[r"d:\kept\x.log"][0] == b"text"
    assert running.keep_log(machine.session, OWN, r"D:\Kept", "y.log") == r"D:\Kept\y.log"
    assert [line.split()[0] for line in machine.ran] == ["mkdir", "copy", "copy"]
    machine.refused = {"copy"}
    with pytest.raises(CommandFailed):
        running.keep_log(machine.session, OWN, r"D:\Kept", "z.log")


def state(number: int, dropped: int, time: str = "12:00:01") -> str:
    texts = (f"Generating state message: {number} for package x~~", f"Successfully Dropped the state message {dropped}~~")
    guid = "00000000-0000-0000-0000-000000000000"
    return "\r\n".join(
        f"{text.replace(' x~', f' {guid}~')} $$<SMS_DMP_DOWNLOADER><11-25-2026 {time}.000+000><thread=47 (0x2F)>"
        for text in texts
    )


@pytest.mark.parametrize(
    ("log", "handed_over"),
    [
        (state(4, 4), True),
        (state(2, 2), False),
        (state(4, 2), False),
        (state(4, 4, "11:00:00"), False),
        ("", False),
    ],
)
def test_whether_the_downloader_handed_an_import_over(machine: Machine, log: str, handed_over: bool) -> None:
    machine.write(DOWNLOADER_LOG, log.encode())
    assert running.downloader_handed_over(machine.session, NOW) is handed_over


@pytest.mark.parametrize("trace", [None, 5, "no path"])
def test_a_server_without_a_downloader_hands_nothing_over(machine: Machine, trace: object) -> None:
    machine.keys = {} if trace is None else {TRACING.lower(): {"tracefilename": trace}}
    assert running.downloader_handed_over(machine.session, NOW) is False


@pytest.mark.parametrize(
    ("log", "output", "words"),
    [
        ("one\n two \n\n", "", "two"),
        ("one", "\nthree\n \n", "three"),
        ("", "", ""),
        ("", "x" * 20, "xxxxxxxxxx [... 10 more characters]"),
    ],
)
def test_the_last_words(log: str, output: str, words: str) -> None:
    assert running.last_words(Run(0, "", output, log), 10) == words


def test_the_last_words_are_bounded() -> None:
    assert running.last_words(Run(0, "", "x" * 301, "")).startswith("x" * 300 + " ")
    assert running.last_words(Run(0, "", "x" * 300, "")) == "x" * 300
