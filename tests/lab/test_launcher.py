"""The launcher runs a program as it would run if it were started: only sooner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.ansible_runs import CHECKOUT, Start, environment, started
from tests.lab.launcher import Launcher

REPORT = """
import atexit, json, os, sys
atexit.register(print, "the last words")
print("a warning", file=sys.stderr)
known = sorted({"ansible.constants", "ansible.plugins", "ansible_collections", "tests", "lab", "yaml"} & set(sys.modules))
print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ), __name__, known, sys.path[0], sys.stdin.read()]))
"""


# Imports a module of a collection. Prints what it and Ansible's own collection have, which files of the collection were compiled
# for it, and how many documents of YAML were parsed.
IMPORT = """
import hashlib, importlib, json, pathlib, sys, yaml
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
compiled, parsed, construct = [], [], yaml.constructor.BaseConstructor.get_single_data
sys.addaudithook(lambda event, given: compiled.append(str(given[1])) if event == "compile" else None)
yaml.constructor.BaseConstructor.get_single_data = lambda loader: (parsed.append(loader), construct(loader))[1]
_AnsibleCollectionFinder(paths=[sys.argv[1]], scan_sys_paths=False)._install()
names = importlib.import_module("ansible_collections.ansible.builtin")._collection_meta
documents = len(parsed)
loaded = importlib.import_module("ansible_collections.configmgr.scp.plugins.modules.cim")
own = sorted({pathlib.Path(name).name for name in compiled if "configmgr" in name})
digest = hashlib.sha256(json.dumps(names, sort_keys=True).encode()).hexdigest()
print(json.dumps([loaded.__file__, loaded.main.__module__, len(loaded.DOCUMENTATION), len(names), digest, own, documents]))
"""


@pytest.fixture(scope="module")
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


def imported(start: Start, folder: Path, collections: Path) -> list[Any]:
    """What IMPORT prints."""
    line = [str(Path(sys.executable)), program(folder, IMPORT), str(collections)]
    code, output = start(line if start == started else line[1:], environment(folder), folder, 60)
    assert code == 0, output
    found: list[Any] = json.loads(output)
    return found


def test_the_collection_is_compiled_and_the_names_are_parsed_once_for_all_runs(launcher: Launcher, tmp_path: Path) -> None:
    alone, run = imported(started, tmp_path, CHECKOUT / "collections"), imported(launcher.run, tmp_path, CHECKOUT / "collections")
    assert run[:-2] == alone[:-2]
    assert {"cim.py", "task.py"} <= set(alone[-2])
    assert (run[-2], run[-1], alone[-1]) == ([], 0, 1)


def test_a_file_of_another_text_or_in_another_place_is_compiled(launcher: Launcher, tmp_path: Path) -> None:
    # So the process that forks exists.
    launcher.run([program(tmp_path, "")], {}, tmp_path, 30)
    module = Path("ansible_collections", "configmgr", "scp", "plugins", "modules", "cim.py")
    other = tmp_path / module
    other.parent.mkdir(parents=True)
    other.write_text("DOCUMENTATION = 'other'\n\ndef main(): pass\n", encoding="utf-8")
    found = imported(launcher.run, tmp_path, tmp_path)
    assert (found[2], found[-2]) == (len("other"), ["cim.py"])
    code = "from ansible.utils.collection_loader import _collection_finder as finder\n"
    code += f"code = finder.compile(source=b'print(6 * 7)', filename={str(CHECKOUT / 'collections' / module)!r}, "
    code += "mode='exec', flags=0, dont_inherit=True)\nexec(code)\n"
    assert launcher.run([program(tmp_path, code)], {}, tmp_path, 30) == (0, "42\n")


def test_ansible_playbook_says_the_same(launcher: Launcher, tmp_path: Path) -> None:
    line = [os.environ.get("ANSIBLE_PLAYBOOK", str(Path(sys.executable).parent / "ansible-playbook")), "--version"]
    as_program = started([sys.executable, *line], environment(tmp_path), tmp_path, 60)
    assert launcher.run(line, environment(tmp_path), tmp_path, 60) == as_program
