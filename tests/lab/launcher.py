"""Runs of ansible-playbook that save the import of the libraries: a process that has imported them forks for each run.

Of the processor time of a short run a third goes into that import, and the tests have hundreds of runs. Nothing of the collection
is imported beforehand, and of Ansible only the finder of collections, which has no configuration: a run reads its configuration,
loads its plugins and ends as the program does, in a process of its own, with its own environment, folder and output. Tests that
look at processes start the program itself.

The finder keeps no bytecode and has a long table of names: in each run it compiles each file of a collection and parses that
table, together a quarter of the time of a run's first process. The process that forks has done both once, and a run whose files
have the same bytes gets the result.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import CodeType

# What every supported ansible-core imports with the connection plugins winrm and psrp.
LIBRARIES = (
    "concurrent.futures",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.ciphers",
    "cryptography.hazmat.primitives.serialization",
    "http.client",
    "importlib.metadata",
    "jinja2.nativetypes",
    "jinja2.sandbox",
    "multiprocessing.queues",
    "packaging.requirements",
    "pypsrp.powershell",
    "requests",
    "spnego",
    "winrm",
    "yaml",
)
FINDER = "ansible.utils.collection_loader._collection_finder"
# By the path at which runs find it.
PLUGINS = Path(__file__).parents[2] / "collections" / "ansible_collections" / "configmgr" / "scp" / "plugins"
_PACKET = 1 << 20


class Launcher:
    """Starts runs; the process that forks is started with the first one and ended by :meth:`close`."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float) -> tuple[int, str]:
        """Run a program that is written in Python. Returns its exit code, and its output with that on standard error behind it.

        :param timeout: seconds after which it is killed.
        :raises subprocess.TimeoutExpired: it was killed.
        """
        link = self._link()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            job = json.dumps({"command": list(command), "environment": dict(environment), "folder": str(folder)})
            socket.send_fds(link, [job.encode()], [output.fileno(), errors.fileno()])
            process = int(link.recv(_PACKET))
            link.settimeout(timeout)
            try:
                code = int(link.recv(_PACKET))
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                link.settimeout(None)
                link.recv(_PACKET)
                raise subprocess.TimeoutExpired(list(command), timeout) from None
            link.settimeout(None)
            output.seek(0)
            errors.seek(0)
            return code, (output.read() + errors.read()).decode()

    def close(self) -> None:
        """End the process that forks."""
        if self._socket is not None:
            self._socket.close()
        if self._server is not None:
            self._server.wait()
        self._socket = self._server = None

    def _link(self) -> socket.socket:
        if self._socket is None:
            self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with other:
                # -P: the folder of this file is no place to import from.
                line = [sys.executable, "-P", __file__, str(other.fileno())]
                self._server = subprocess.Popen(line, stdin=subprocess.DEVNULL, pass_fds=[other.fileno()])
        return self._socket


def serve(link: socket.socket) -> list[str]:
    """Fork for each job that comes. Returns in each forked process, prepared for its job, the command that it is to run.

    In the process that forks it returns nothing, and only when nobody is there any more to send a job.
    """
    while True:
        message, descriptors, _, _ = socket.recv_fds(link, _PACKET, 2)
        if not message:
            return []
        process = os.fork()
        if not process:
            link.close()
            return _prepared(json.loads(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        link.send(str(process).encode())
        _, status = os.waitpid(process, 0)
        link.send(str(os.waitstatus_to_exitcode(status)).encode())


def share_code(folder: Path) -> None:
    """Compile the files below a folder. The finder of collections then compiles only what has other bytes or another path."""
    known: dict[str, tuple[bytes, CodeType]] = {}
    for file in folder.rglob("*.py"):
        source = file.read_bytes()
        known[str(file)] = (source, _compiled(source, str(file), "exec", 0, True))

    def code(source: bytes, filename: str, mode: str, flags: int, dont_inherit: bool) -> CodeType:
        """What ``compile`` returns for these arguments, with which the finder calls it."""
        before = known.get(filename)
        if before is not None and (source, mode, flags, dont_inherit) == (before[0], "exec", 0, True):
            return before[1]
        return _compiled(source, filename, mode, flags, dont_inherit)

    vars(import_module(FINDER))["compile"] = code


def share_names() -> None:
    """Parse the table of the names of Ansible's own plugins; the finder, which reads it once in a run, gets the result."""
    table = Path(import_module("ansible").__path__[0], "config", "ansible_builtin_runtime.yml").read_bytes()
    finder = import_module(FINDER)
    parse: Callable[[bytes, object], object] = vars(finder)["_meta_yml_to_dict"]
    # Handed out once: a run may change what it gets.
    known = {table: parse(table, None)}

    def parsed(data: bytes, content_id: object) -> object:
        return known.pop(data) if data in known else parse(data, content_id)

    vars(finder)["_meta_yml_to_dict"] = parsed


def _compiled(source: bytes, filename: str, mode: str, flags: int, dont_inherit: bool) -> CodeType:
    made = compile(source=source, filename=filename, mode=mode, flags=flags, dont_inherit=dont_inherit)
    assert isinstance(made, CodeType)
    return made


def _prepared(job: Mapping[str, object], descriptors: Sequence[int]) -> list[str]:
    """Take over the output, the environment and the folder of a job."""
    for standard, descriptor in zip((1, 2), descriptors, strict=True):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    environment, command = job["environment"], job["command"]
    assert isinstance(environment, dict)
    assert isinstance(command, list)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(str(job["folder"]))
    return command


if __name__ == "__main__":
    for name in LIBRARIES:
        import_module(name)
    share_code(PLUGINS)
    share_names()
    # A search for garbage in a forked process would copy every page that contains one of these objects, and a run ends before it
    # needs the memory.
    gc.freeze()
    gc.disable()
    if words := serve(socket.socket(fileno=int(sys.argv[1]))):
        sys.argv = words
        sys.path.insert(0, str(Path(words[0]).parent))
        runpy.run_path(words[0], run_name="__main__")
