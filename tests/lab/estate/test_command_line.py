"""``python -m lab`` as users run it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from lab.command.control import is_locked

ROOT = Path(__file__).resolve().parents[3]
ESTATE = r"""
pace: 60
domain: {dns: corp.example, netbios: CORP}
accounts:
  - {name: CORP\scpadmin, password: Secret-1, sms: full, administrator_of: all}
machines:
  - {name: one, address: 127.0.10.1}
  - {name: two, address: 127.0.10.2}
hierarchies:
  - name: only
    sites: [{code: ONE, name: Site one, type: primary, server: one}]
    service_connection_point: {server: two}
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        yield Path(folder) / "state"


@pytest.fixture
def estate_file(tmp_path: Path) -> Path:
    file = tmp_path / "estate.yml"
    file.write_text(ESTATE, encoding="utf-8")
    return file


@pytest.fixture
def run(state: Path, estate_file: Path, address_base: str) -> Iterator[Run]:
    """Run a command of the lab; ``up`` gets the small estate on fresh addresses. A lab still running at the end is stopped."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            _command(state, estate_file, address_base, arguments), cwd=ROOT, capture_output=True, text=True, timeout=60
        )

    yield call
    call("down")


def _command(state: Path, estate_file: Path, base: str, arguments: tuple[str, ...]) -> list[str]:
    own = ["--estate", str(estate_file), "--address-base", base] if arguments[0] == "up" else []
    return [sys.executable, "-m", "lab", "--state", str(state), arguments[0], *own, *arguments[1:]]


def _ended(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence of a command that failed as expected."""
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"lab: [^\n]+\n", done.stderr), done.stderr
    return done.stderr


def test_a_whole_life(run: Run, state: Path, address_base: str) -> None:
    up = run("up", "--detach", "--pace", "600")
    assert up.returncode == 0, up.stderr
    for words in ("pace 600", f"{address_base}.1", "one.corp.example", "site ONE (primary, top-level site)"):
        assert words in up.stdout
    assert "Secret-1" not in up.stdout
    for again in (run("up", "--detach"), run("up")):
        assert (again.returncode, "already running" in again.stdout) == (0, True)

    assert run("fault", "add", "drop_after", "machine=one", "at=2", "count=always").stdout == "fault 1\n"
    assert run("fault", "add", "dead_machine", "target=two").stdout == "fault 2\n"
    assert run("fault", "list").stdout == "   1  drop_after  machine=one, at=2\n   2  dead_machine  machine=two\n"
    assert "two.corp.example         Microsoft Windows Server 2022 Standard  (dead)" in run("status").stdout
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((f"{address_base}.2", 5985), 5)
    assert run("fault", "cancel", "2").returncode == 0
    socket.create_connection((f"{address_base}.2", 5985), 5).close()
    assert run("fault", "clear").returncode == 0
    assert run("fault", "list").stdout == "no faults\n"

    hosts = yaml.safe_load(run("inventory").stdout)["all"]["children"]
    assert hosts["sms_provider"]["hosts"]["one.corp.example"]["ansible_host"] == f"{address_base}.1"

    run("fault", "add", "garbage")
    assert run("reset").returncode == 0
    status = json.loads(run("status", "--json").stdout)
    assert (status["faults"], status["errors"], status["violations"]) == ([], [], [])
    assert {"role": "SMS Dmp Connector", "server": "two.corp.example", "site": "ONE", "mode": "online"} in status["roles"]

    down = run("down")
    assert (down.returncode, down.stdout) == (0, "the lab has stopped\n")
    assert not state.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((f"{address_base}.1", 5985), 5)


@pytest.mark.parametrize(
    "command", [("down",), ("status",), ("inventory",), ("reset",), ("fault", "list"), ("fault", "add", "garbage")]
)
def test_commands_need_a_running_lab(run: Run, command: tuple[str, ...]) -> None:
    assert "the lab is not running" in _ended(run(*command))


def test_bad_orders_are_explained(run: Run) -> None:
    assert run("up", "--detach").returncode == 0
    assert "there is no machine 'nine' in the estate; allowed: one, two" in _ended(run("fault", "add", "garbage", "machine=nine"))
    assert "'at' is not of the form name=value" in _ended(run("fault", "add", "garbage", "at"))
    assert "there is no fault 'x'; allowed: " in _ended(run("fault", "add", "x"))
    assert "dead_machine needs machine" in _ended(run("fault", "add", "dead_machine"))
    assert "there is no fault number 7" in _ended(run("fault", "cancel", "7"))


@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["foreground", "detached"])
def test_a_taken_port_names_address_and_port(run: Run, state: Path, address_base: str, detach: tuple[str, ...]) -> None:
    with socket.socket() as taken:
        taken.bind((f"{address_base}.2", 5986))
        taken.listen()
        said = _ended(run("up", *detach))
    assert f"{address_base}.2" in said
    assert "5986: another program already listens there; stop that program, or give this lab other addresses" in said
    assert not state.exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("two, address: 127.0.10.2", "two, address: 10.0.0.2", r"\.yml:8: machine two: address 10\.0\.0\.2 is outside 127"),
        ("code: ONE", "code: O", r"estate\.yml:11: site of only number 1: code 'O' is not valid"),
        ("pace: 60", "pace: [", r"estate\.yml:\d+: this is not YAML"),
    ],
)
def test_a_bad_estate_file_names_the_line(run: Run, estate_file: Path, state: Path, old: str, new: str, said: str) -> None:
    estate_file.write_text(ESTATE.replace(old, new), encoding="utf-8")
    assert re.search(said, _ended(run("up", "--detach")))
    assert not state.exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--address-base", "10.0.0"), "outside 127.0.0.0/8"),
        (("--pace", "0"), "the pace 0 is not a number from 0.01 to 100000"),
        (("--stop-after", "-1"), "--stop-after must be 0 or more"),
        (("--stop-after", "nan"), "--stop-after must be 0 or more"),
        (("--estate", "none.yml"), "none.yml: cannot be read"),
    ],
)
def test_bad_options(run: Run, state: Path, option: tuple[str, ...], said: str) -> None:
    assert said in _ended(run("up", *option))
    assert not state.exists()


def test_a_state_folder_that_can_not_be_one(estate_file: Path) -> None:
    for detach in ((), ("--detach",)):
        done = subprocess.run(
            [sys.executable, "-m", "lab", "--state", str(estate_file), "up", *detach], cwd=ROOT, capture_output=True, text=True
        )
        assert f"the state folder {estate_file} cannot be created" in _ended(done)
        assert "choose another folder with --state" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(state: Path, estate_file: Path, address_base: str, number: signal.Signals) -> None:
    command = _command(state, estate_file, address_base, ("up",))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("lab of ")
        process.send_signal(number)
        out, error = process.communicate(timeout=20)
    assert (process.returncode, error) == (0, "")
    assert out.endswith(f"the lab has stopped: received {number.name}\n")
    assert not state.exists()


def test_nothing_outlives_a_kill_but_what_the_next_start_takes_over(
    run: Run, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    assert run("up", "--detach").returncode == 0
    os.kill(json.loads(run("status", "--json").stdout)["pid"], signal.SIGKILL)
    while is_locked(state):
        time.sleep(0.05)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert "the lab is not running" in _ended(run("status"))
    again = run("up", "--detach")
    assert again.returncode == 0, again.stderr
    assert run("down").returncode == 0
    assert not state.exists()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_lab_that_ended_by_itself_leaves_its_last_words(run: Run, state: Path) -> None:
    assert run("up", "--detach", "--stop-after", "1").returncode == 0
    while is_locked(state):
        time.sleep(0.05)
    assert [file.name for file in state.iterdir()] == ["lab.log"]
    assert (state / "lab.log").read_text(encoding="utf-8").endswith("no request and no command for 1 seconds\n")


def test_who_interrupts_a_detached_start_leaves_no_lab(run: Run, state: Path, estate_file: Path, address_base: str) -> None:
    # On a busy machine a start may have finished before the signal arrives; then there is nothing to interrupt.
    for _ in range(10):
        code, out, error = _interrupted_start(state, estate_file, address_base)
        if code != 0:
            break
        assert run("down").returncode == 0
    assert (code, out, error) == (130, "", "lab: interrupted\n")
    assert not state.exists()


def _heeds_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _interrupted_start(state: Path, estate_file: Path, address_base: str) -> tuple[int, str, str]:
    command = _command(state, estate_file, address_base, ("up", "--detach"))
    # A program that a shell starts in the background ignores the signal, and so do the programs that it starts.
    with subprocess.Popen(
        command, cwd=ROOT, text=True, preexec_fn=_heeds_interrupts, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while not (state / "lab.log").exists():
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    return process.returncode, out, error


def test_it_ends_by_itself_when_nobody_asks(run: Run) -> None:
    done = run("up", "--stop-after", "0.6")
    assert done.returncode == 0
    assert done.stdout.endswith("the lab has stopped: no request and no command for 0.6 seconds\n")
