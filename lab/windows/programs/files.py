"""Commands of cmd.exe and programs of Windows that work on files: mkdir, rmdir, copy, and certutil's hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from lab.windows.files import FileStore
from lab.windows.shell import Invocation, ProgramMaker
from lab.winrm.programs import Finished

_PIECE_BYTES = 2**20
_HASHES = ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")
_SYNTAX = "The syntax of the command is incorrect.\r\n"
_NO_PATH = "The system cannot find the path specified.\r\n"
_NO_FILE = "The system cannot find the file specified.\r\n"


def mkdir(run: Invocation) -> Finished:
    """Create a folder and its parents; an existing folder is an error, as in cmd.exe."""
    names = [run.path(word) for word in run.arguments if not word.startswith("/")]
    if not names:
        return run.complained(_SYNTAX)
    for name in names:
        if not _drive_is_there(run, name):
            return run.complained(_NO_PATH)
        if run.machine.files.is_folder(name) or run.machine.files.exists(name):
            return run.complained(f"A subdirectory or file {name} already exists.\r\n")
        run.machine.files.make_folder(name)
    return Finished()


def rmdir(run: Invocation) -> Finished:
    """Remove a folder, with ``/s`` also its contents, otherwise only if it is empty. ``/q`` because no prompt can be answered."""
    switches = {word.lower() for word in run.arguments if word.startswith("/")}
    names = [run.path(word) for word in run.arguments if not word.startswith("/")]
    files = run.machine.files
    if len(names) != 1 or not switches <= {"/s", "/q"}:
        return run.complained(_SYNTAX)
    if not files.is_folder(names[0]):
        return run.complained(_NO_FILE, 2)
    if "/s" not in switches and files.names(names[0]):
        return run.complained("The directory is not empty.\r\n", 145)
    files.delete(names[0])
    return Finished()


def copy(run: Invocation) -> Finished:
    """Copy one file to another name or into a folder."""
    words = [word for word in run.arguments if word.lower() not in ("/b", "/y")]
    if len(words) != 2:
        return run.complained(_SYNTAX)
    files, (source, target) = run.machine.files, map(run.path, words)
    content = files.read(source)
    if content is None:
        return run.complained(_NO_FILE)
    if files.is_folder(target):
        target = f"{target}\\{source.rpartition(chr(92))[2]}"
    elif not files.is_folder(target.rpartition("\\")[0]):
        return run.complained(_NO_PATH)
    files.write(target, content)
    return run.said("        1 file(s) copied.\r\n")


def certutil(run: Invocation) -> Finished:
    """``certutil -hashfile FILE [ALGORITHM]``, in the three lines of Windows 10 and later."""
    words = run.arguments
    name = words[2].upper() if len(words) == 3 else "SHA1"
    if len(words) not in (2, 3) or words[0].lower() not in ("-hashfile", "/hashfile") or name not in _HASHES:
        return run.said("Unknown arg\r\n", 0x80070057 - 2**32)
    path = run.path(words[1])
    if not run.machine.files.exists(path) or path in run.machine.files.unreadable:
        return run.said(
            "CertUtil: -hashfile command FAILED: 0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)\r\n"
            "CertUtil: The system cannot find the file specified.\r\n",
            0x80070002 - 2**32,
        )
    digest = _hash(run.machine.files, path, name.lower())
    return run.said(f"{name} hash of {path}:\r\n{digest}\r\nCertUtil: -hashfile command completed successfully.\r\n")


def _hash(files: FileStore, path: str, name: str) -> str:
    digest = hashlib.new(name)
    at = 0
    while piece := files.read_part(path, at, _PIECE_BYTES):
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()


def _drive_is_there(run: Invocation, path: str) -> bool:
    return path[:1].upper() in (drive.letter for drive in run.machine.drives)


FILE_PROGRAMS: Mapping[str, ProgramMaker] = {
    "mkdir": mkdir,
    "md": mkdir,
    "rmdir": rmdir,
    "rd": rmdir,
    "copy": copy,
    "certutil": certutil,
}
