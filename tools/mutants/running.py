# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs a room's tests over a mutant, in a forked process that has the libraries loaded and the mutated source in memory."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.machinery
import importlib.util
import multiprocessing
import multiprocessing.connection
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

from tools.mutants.places import Mutant, applied
from tools.mutants.rooms import ROOT, room_of, room_tests

PACKAGE = "ansible_collections.configmgr.scp."
# A mutant that never ends may also take memory without end.
MOST_MEMORY_BYTES = 4 * 1024**3
_PASSED, _NO_TESTS = 0, 5
# Nobody reads which part of an assertion failed, and to rewrite the assertions takes longer than the tests.
_OPTIONS = ("-x", "-q", "--tb=short", "--assert=plain", "-p", "no:cacheprovider")
_forked = multiprocessing.get_context("fork")


class MutantsError(Exception):
    """Nothing can be said of the mutants: a room's tests do not pass as they are."""


@dataclass(frozen=True)
class _Baseline:
    seconds: float
    libraries: tuple[str, ...]


@dataclass(frozen=True)
class _Run:
    """:param limit: when, on the monotonic clock, the tests have taken too long."""

    process: multiprocessing.process.BaseProcess
    mutant: Mutant
    folder: Path
    limit: float


class _Finder:
    """Finds one module, with a source that is not that of its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=_Loader(name, self._path, self._source))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, _name: str) -> CodeType:
        """The code of the given source, past all caches."""
        return compile(self._source, self.path, "exec", dont_inherit=True)


def module_name(path: str) -> str:
    """The name under which a file of the collection is imported."""
    return PACKAGE + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def load(path: str, source: str) -> ModuleType:
    """Import a file of the collection with this source in place of its own; whoever imports it later gets the same.

    :raises Exception: what the import raises.
    """
    name = module_name(path)
    sys.meta_path.insert(0, _Finder(name, str(ROOT / path), source))
    return importlib.import_module(name)


def prepared(rooms: Iterable[str]) -> dict[str, float]:
    """Run the tests of each room as they are, and load the libraries that they use. Returns the seconds that each took.

    :raises MutantsError: tests fail, or there are none.
    """
    sys.path[:0] = [str(ROOT / "collections"), str(ROOT)]
    os.chdir(ROOT)
    seconds = {}
    for room in rooms:
        baseline = _baseline(room)
        seconds[room] = baseline.seconds
        for name in baseline.libraries:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    # The collector of each child would look through all libraries, and so copy them.
    gc.freeze()
    return seconds


def _baseline(room: str) -> _Baseline:
    receiver, sender = _forked.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "output.txt")

        def run() -> None:
            near, far = room_tests(room, room)
            code = _tests([*near, *far], Path(folder, "tests"), output)
            sender.send((code, tuple(name for name, module in list(sys.modules.items()) if _is_library(module))))

        began = time.monotonic()
        process = _forked.Process(target=run)
        process.start()
        sender.close()
        try:
            code, libraries = receiver.recv()
        except EOFError:
            code, libraries = -1, ()
        process.join()
        if code != _PASSED:
            text = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
            raise MutantsError(f"{text}\nThe tests of {room} do not pass without a mutation; mend them first.")
    return _Baseline(time.monotonic() - began, libraries)


def _is_library(module: ModuleType) -> bool:
    """Whether a module is none of the checkout: those must be loaded anew for each mutant. pytest loads its plug-ins itself."""
    file = getattr(module, "__file__", None)
    if file is None or "pytestplugin" in module.__name__:
        return False
    path = Path(file)
    return not path.is_relative_to(ROOT) or ".venv" in path.relative_to(ROOT).parts[0]


def _tests(files: Sequence[str], folder: Path, output: Path) -> int:
    """Run pytest in this process, with ``folder`` for the files of the tests; its exit status."""
    import pytest  # The parent loads it with the other libraries.

    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    return int(pytest.main([*_OPTIONS, f"--basetemp={folder}", *files]))


def _child(mutant: Mutant, folder: Path) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    source = (ROOT / mutant.path).read_text(encoding="utf-8")
    code = -1
    try:
        load(mutant.path, applied(source, mutant))
        for number, files in enumerate(room_tests(room_of(mutant.path) or "", mutant.path)):
            if files and code in (-1, _PASSED):
                code = _tests(files, folder / str(number), Path(os.devnull))
    finally:
        # Not sys.exit: threads that a mutant left behind would keep the process.
        os._exit(code if code >= 0 else 1)


def noticed(
    chosen: Sequence[Mutant], seconds: dict[str, float], workers: int, tell: Callable[[Mutant, bool], None]
) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with whether the tests of its room noticed it, as they end. A mutant that takes too long was noticed.

    :param seconds: of each room's tests without a mutation, from ``prepared``.
    :raises MutantsError: pytest found no tests.
    """
    waiting = list(reversed(chosen))
    running: dict[int, _Run] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            run = _started(waiting.pop(), seconds)
            running[run.process.sentinel] = run
        multiprocessing.connection.wait(list(running), timeout=0.5)
        for key, run in list(running.items()):
            late = run.process.is_alive() and time.monotonic() > run.limit
            if late or not run.process.is_alive():
                del running[key]
                _end(run)
                if run.process.exitcode == _NO_TESTS:
                    raise MutantsError(f"pytest found no tests for {run.mutant.path}.")
                result = late or run.process.exitcode != _PASSED
                tell(run.mutant, result)
                yield run.mutant, result


def _started(mutant: Mutant, seconds: dict[str, float]) -> _Run:
    folder = Path(tempfile.mkdtemp())
    process = _forked.Process(target=_child, args=(mutant, folder))
    process.start()
    return _Run(process, mutant, folder, time.monotonic() + max(20.0, 6 * seconds[room_of(mutant.path) or ""]))


def _end(run: _Run) -> None:
    """End what is left of a run, also the programs that its tests started."""
    if run.process.pid is not None:
        # The child's own group: it leads one since setsid.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGKILL)
        run.process.kill()
    run.process.join()
    shutil.rmtree(run.folder, ignore_errors=True)
