"""Runs of ansible-playbook that save the import of the libraries: a process that has imported them forks for each run.

Of the processor time of a short run a third goes into that import, and the tests have hundreds of runs. Nothing of Ansible and
nothing of the collection is imported beforehand: a run reads its configuration, loads its plugins and ends as the program does,
in a process of its own, with its own environment, folder and output. Tests that look at processes start the program itself.
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
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

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
    # A search for garbage in a forked process would copy every page that contains one of these objects, and a run ends before it
    # needs the memory.
    gc.freeze()
    gc.disable()
    if words := serve(socket.socket(fileno=int(sys.argv[1]))):
        sys.argv = words
        sys.path.insert(0, str(Path(words[0]).parent))
        runpy.run_path(words[0], run_name="__main__")
