"""The control socket: its input is limited and can never stop the lab."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.command import control
from lab.command.control import ControlError, ControlServer, ask


def _refuse(asked: Any) -> dict[str, Any]:
    raise KeyError(asked["what"])


_COMMANDS = {
    "echo": lambda asked: {"said": asked.get("what")},
    "refuse": _refuse,
    "break": lambda _asked: {"never": 1 // 0},
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "s"
    control.make_private(made)
    server = ControlServer(made, _COMMANDS, (KeyError,))
    server.start()
    yield made
    server.stop()
    assert list(made.iterdir()) == []


def _raw(folder: Path, content: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(folder / "control.sock"))
        try:
            client.sendall(content)
            client.shutdown(socket.SHUT_WR)
            return client.recv(100_000)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def test_commands_and_their_refusals(folder: Path) -> None:
    assert ask(folder, "echo", what=["ä", 1]) == {"said": ["ä", 1]}
    with pytest.raises(ControlError, match="'x'"):
        ask(folder, "refuse", what="x")
    with pytest.raises(ControlError, match="this command does not exist; allowed: break, echo, refuse"):
        ask(folder, "rm")
    with pytest.raises(ControlError, match="the lab failed while running break: ZeroDivisionError"):
        ask(folder, "break")


@pytest.mark.parametrize("line", [b"{\n", b"[]\n", b"[" * 100_000 + b"\n", b"\xff\n", b'{"command": ["echo"]}\n', b"null\n"])
def test_nonsense_is_answered_and_the_next_client_served(folder: Path, line: bytes) -> None:
    assert "error" in json.loads(_raw(folder, line))
    assert ask(folder, "echo", what=1) == {"said": 1}


@pytest.mark.parametrize("content", [b"", b'{"command"', b"x" * (control.LONGEST_LINE_BYTES + 1)])
def test_unfinished_and_endless_lines_are_dropped(folder: Path, content: bytes) -> None:
    assert _raw(folder, content) == b""
    assert ask(folder, "echo", what=1) == {"said": 1}


def test_only_the_owner_gets_in(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "control.sock").stat().st_mode) == 0o600


def test_not_running(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="the lab is not running"):
        ask(tmp_path, "status")
    (tmp_path / "control.sock").write_bytes(b"")
    with pytest.raises(ControlError, match="the lab is not running"):
        ask(tmp_path, "status")


def test_bad_folders(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="too long for a socket; choose a shorter one with --state"):
        control.make_private(tmp_path / ("x" * 120))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ControlError, match="cannot be created"):
        control.make_private(tmp_path / "file" / "below")
