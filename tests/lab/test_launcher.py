"""The launcher runs a program as it would run if it were started: only sooner."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.ansible_runs import environment, started
from tests.lab.launcher import Launcher

REPORT = """
import atexit, json, os, sys
atexit.register(print, "the last words")
print("a warning", file=sys.stderr)
known = sorted({name.partition(".")[0] for name in sys.modules} & {"ansible", "ansible_collections", "tests", "lab", "yaml"})
print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ), __name__, known, sys.path[0], sys.stdin.read()]))
"""


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    launcher = Launcher()
    yield launcher
    launcher.close()


def program(folder: Path, text: str) -> str:
    written = folder / "program"
    written.write_text(text, encoding="utf-8")
    return str(written)


def test_arguments_environment_folder_and_output_are_the_run_s_own(launcher: Launcher, tmp_path: Path) -> None:
    line = program(tmp_path, REPORT)
    folder = tmp_path / "folder"
    folder.mkdir()
    for word in ("first", "second"):
        code, output = launcher.run([line, word, "ü"], {"WORD": word}, folder, 30)
        expected = f'[["{word}", "\\u00fc"], "{folder}", {{"WORD": "{word}"}}, "__main__", ["yaml"], "{tmp_path}", ""]'
        assert (code, output.splitlines()) == (0, [expected, "the last words", "a warning"])


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("raise SystemExit(4)", 4, ""),
        ("raise SystemExit('no')", 1, "no\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15, ""),
    ],
)
def test_the_way_a_run_ends_is_told(launcher: Launcher, tmp_path: Path, text: str, code: int, said: str) -> None:
    line = program(tmp_path, text)
    assert launcher.run([line], {}, tmp_path, 30) == (code, said)
    assert started([sys.executable, line], {}, tmp_path, 30) == (code, said)


def test_an_error_ends_with_its_traceback(launcher: Launcher, tmp_path: Path) -> None:
    code, output = launcher.run([program(tmp_path, "1 / 0")], {}, tmp_path, 30)
    assert code == 1
    assert output.endswith("ZeroDivisionError: division by zero\n")


def test_a_run_that_does_not_end_is_killed_and_the_next_one_is_run(launcher: Launcher, tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        launcher.run([program(tmp_path, "import time; time.sleep(60)")], {}, tmp_path, 0.5)
    assert launcher.run([program(tmp_path, "raise SystemExit(3)")], {}, tmp_path, 30) == (3, "")


def test_ansible_playbook_says_the_same(launcher: Launcher, tmp_path: Path) -> None:
    line = [os.environ.get("ANSIBLE_PLAYBOOK", str(Path(sys.executable).parent / "ansible-playbook")), "--version"]
    as_program = started([sys.executable, *line], environment(tmp_path), tmp_path, 60)
    assert launcher.run(line, environment(tmp_path), tmp_path, 60) == as_program
