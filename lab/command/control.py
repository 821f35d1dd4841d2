"""Communication with a running lab: one JSON line each way over a Unix socket in its state folder (mode 0700)."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

LONGEST_LINE_BYTES = 256 * 1024
PATIENCE_SECONDS = 30.0
_LONGEST_SOCKET_PATH = 100
_SOCKET = "control.sock"

Answer = Mapping[str, Any]
Command = Callable[[Mapping[str, Any]], Answer]


class ControlError(Exception):
    """The lab is not running, or reports that it cannot do what was requested: one sentence for the user."""


class ControlServer:
    """Answers commands in its own thread, one client at a time.

    :param folder: the state folder; created, private, if it is missing.
    :param commands: what each command does; the text of an exception of type ``expected`` becomes the answer's error.
    """

    def __init__(self, folder: Path, commands: Mapping[str, Command], expected: tuple[type[Exception], ...]) -> None:
        self._path = socket_path(folder)
        self._commands = commands
        self._expected = expected
        self._thread = threading.Thread(target=self._serve, name="lab-control", daemon=True)
        self._stopping = threading.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def start(self) -> None:
        """Start to answer. The caller holds the folder's lock, so a socket that exists already is a leftover."""
        self._path.unlink(missing_ok=True)
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen(8)
        self._socket.settimeout(0.2)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and remove the socket."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._socket.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(PATIENCE_SECONDS)
                try:
                    client.sendall(_encoded(self._answer(_read_line(client))))
                except (OSError, ControlError):
                    continue

    def _answer(self, line: bytes) -> Answer:
        try:
            asked = json.loads(line)
        except (ValueError, RecursionError):
            return {"error": "the command is not JSON"}
        command = asked.get("command") if isinstance(asked, dict) else None
        if not isinstance(command, str) or command not in self._commands:
            return {"error": f"this command does not exist; allowed: {', '.join(sorted(self._commands))}"}
        try:
            return self._commands[command](asked)
        except self._expected as error:
            return {"error": str(error)}
        except Exception as error:  # noqa: BLE001 - the lab continues, and the client gets the error
            return {"error": f"the lab failed while running {command}: {type(error).__name__}: {error}"}


def ask(folder: Path, command: str, **params: Any) -> Answer:
    """Send a command to the lab of this state folder. Raises :class:`ControlError`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(PATIENCE_SECONDS)
        try:
            client.connect(str(socket_path(folder)))
            client.sendall(_encoded({"command": command, **params}))
            answer = json.loads(_read_line(client))
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            raise ControlError(f"the lab is not running (state folder {folder}); start it with `python -m lab up`") from None
        except (OSError, ValueError) as error:
            raise ControlError(f"the lab in {folder} did not answer: {error}") from None
    if not isinstance(answer, dict):
        raise ControlError(f"the lab in {folder} sent an unexpected answer")
    if "error" in answer:
        raise ControlError(str(answer["error"]))
    return answer


def make_private(folder: Path) -> None:
    """Create the state folder, accessible only to its owner. Raises :class:`ControlError`."""
    socket_path(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise ControlError(f"the state folder {folder} belongs to another user; choose another folder with --state")
        folder.chmod(0o700)
    except OSError as error:
        raise ControlError(
            f"the state folder {folder} cannot be created: {error.strerror}; choose another folder with --state"
        ) from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the state folder for this process. Raises BlockingIOError when another lab has locked it.

    At the end the lock file is removed, and also the folder if nothing else is in it.
    """
    path = folder / "lock"
    with ExitStack() as held:
        while not _took(path, held):
            continue  # its previous holder has just removed it
        held.callback(_remove_lock, path)
        yield


def _took(path: Path, held: ExitStack) -> bool:
    """Lock the file at this path; False when it was removed in the meantime."""
    make_private(path.parent)
    with suppress(FileNotFoundError):
        file = held.enter_context(path.open("w", encoding="utf-8"))
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def _remove_lock(path: Path) -> None:
    path.unlink(missing_ok=True)
    remove_empty(path.parent)


def remove_empty(folder: Path) -> None:
    """Remove the state folder when nothing is in it."""
    with suppress(OSError):
        folder.rmdir()


def is_locked(folder: Path) -> bool:
    """Whether a lab has locked this state folder."""
    try:
        with (folder / "lock").open("r", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def socket_path(folder: Path) -> Path:
    """The path of the socket; ControlError when it is longer than the system allows."""
    path = folder / _SOCKET
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        raise ControlError(f"the path of the state folder {folder} is too long for a socket; choose a shorter one with --state")
    return path


def _read_line(client: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        part = client.recv(65536)
        if not part or len(line) + len(part) > LONGEST_LINE_BYTES:
            raise ControlError("the line ended early or is too long")
        line += part
    return bytes(line)


def _encoded(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"
