# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files and folders on the controller, where Ansible itself runs: no connection is used, so no connection variable has an
effect."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

_MOST_FILES = 100_000


class ControllerPathError(Exception):
    """A path on the controller cannot be used; the text is a sentence with the path and what to do."""


@dataclass(frozen=True)
class Looked:
    """What a path is: its full ``path``, the ``kind`` (``file``, ``folder``, ``other``, or empty when it does not exist),
    whether it can be read, and the relative paths of the ``files`` below a folder, sorted."""

    path: str
    kind: str
    readable: bool
    files: tuple[str, ...] = ()


def full_path(text: str) -> Path:
    """The full path of a user's text: ``~`` is the home folder, a relative path is relative to the folder where Ansible was
    started.

    :raises ControllerPathError: an empty text, or one with a NUL character.
    """
    if not text.strip() or "\0" in text:
        raise ControllerPathError(f"{text!r} is not a path. Give the path of a file or folder on the controller.")
    return Path(os.path.realpath(Path(text).expanduser()))


def look(text: str, depth: int = 0) -> Looked:
    """Read what a path is, and which files are below a folder, down to ``depth`` folders (0: no files are listed).

    :raises ControllerPathError: not a path; a folder with too many files.
    """
    path = full_path(text)
    try:
        kind = "folder" if path.is_dir() else "file" if path.is_file() else "other" if path.exists() else ""
    except OSError as error:
        raise ControllerPathError(f"{path} cannot be accessed on the controller: {_reason(error)}.") from error
    readable = bool(kind) and os.access(path, os.R_OK)
    return Looked(str(path), kind, readable, tuple(_files(path, depth)) if kind == "folder" and depth else ())


def unwritable(text: str) -> str | None:
    """Why files cannot be written to a folder, which need not exist yet; None when they can. Nothing is created.

    Call it before long work whose result is written there.

    :raises ControllerPathError: not a path.
    """
    path = full_path(text)
    nearest = next(folder for folder in (path, *path.parents) if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return None
    why = f"{_user()} may not write to {nearest}" if nearest.is_dir() else f"{nearest} is not a folder"
    return f"Files cannot be written to the folder {path} on the controller: {why}. Give another folder."


def make_folder(path: Path, mode: int = 0o750) -> bool:
    """Create a folder and its parent folders; False when it exists.

    :param mode: permissions of the folder, which the umask of the process can reduce.
    :raises ControllerPathError: it cannot be created.
    """
    if path.is_dir():
        return False
    try:
        path.mkdir(mode=mode, parents=True)
    except OSError as error:
        raise ControllerPathError(
            f"The folder {path} cannot be created on the controller: {_reason(error)}. Give a folder that {_user()} may create."
        ) from error
    return True


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Write a file completely or not at all, with its permissions from the first byte on.

    :raises ControllerPathError: it cannot be written.
    """
    part = None
    try:
        handle, part = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
        os.replace(part, path)  # noqa: PTH105 (a text from mkstemp)
        part = None
    except OSError as error:
        raise ControllerPathError(
            f"{path} cannot be written on the controller: {_reason(error)}. Give a path where {_user()} may write."
        ) from error
    finally:
        if part is not None:
            Path(part).unlink(missing_ok=True)


def read_whole(path: Path, most_bytes: int | None = None) -> bytes | None:
    """The content of a file; None when it does not exist.

    :raises ControllerPathError: it exists but cannot be read, or has more than ``most_bytes``.
    """
    try:
        if most_bytes is not None and path.stat().st_size > most_bytes:
            raise ControllerPathError(f"{path} has more than {most_bytes} bytes, which is too large for this kind of file.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ControllerPathError(
            f"{path} exists on the controller but cannot be read as a file: {_reason(error)}. Give another path."
        ) from error


def _files(folder: Path, depth: int) -> list[str]:
    found: list[str] = []
    for name, folders, files in os.walk(folder):
        here = Path(name).relative_to(folder)
        if len(here.parts) >= depth:
            folders.clear()
        found += [(here / file).as_posix() for file in files]
        if len(found) > _MOST_FILES:
            raise ControllerPathError(f"{folder} has more than {_MOST_FILES} files. Give a folder that is used only for this.")
    return sorted(found)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _user() -> str:
    return "the user who runs Ansible"
