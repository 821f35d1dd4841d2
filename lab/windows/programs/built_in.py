"""The small programs that every emulated server has."""

from __future__ import annotations

from collections.abc import Mapping

from lab.windows.programs.files import FILE_PROGRAMS
from lab.windows.shell import Invocation, ProgramMaker
from lab.winrm.programs import Finished


def hostname(run: Invocation) -> Finished:
    """The computer's name."""
    return run.said(f"{run.machine.name}\r\n")


_MANDATORY = "Mandatory group, Enabled by default, Enabled group"
_GROUPS = (
    ("Everyone", "Well-known group", "S-1-1-0", _MANDATORY),
    ("BUILTIN\\Users", "Alias", "S-1-5-32-545", _MANDATORY),
    ("NT AUTHORITY\\NETWORK", "Well-known group", "S-1-5-2", _MANDATORY),
)
_ELEVATED = (
    ("BUILTIN\\Administrators", "Alias", "S-1-5-32-544", f"{_MANDATORY}, Group owner"),
    ("Mandatory Label\\High Mandatory Level", "Label", "S-1-16-12288", ""),
)
_PLAIN = (("Mandatory Label\\Medium Plus Mandatory Level", "Label", "S-1-16-8448", ""),)


def whoami(run: Invocation) -> Finished:
    """The caller, in lower case as Windows prints it; with ``/groups /fo csv /nh`` the groups of its token."""
    domain = run.line.caller.domain or run.machine.name
    if [word.lower() for word in run.arguments] == ["/groups", "/fo", "csv", "/nh"]:
        administrator = run.machine.is_administrator(str(run.line.caller))
        groups = [*_GROUPS, *(_ELEVATED if administrator else _PLAIN)]
        return run.said("".join(f'"{name}","{kind}","{sid}","{how}"\r\n' for name, kind, sid, how in groups))
    return run.said(f"{domain.lower()}\\{run.line.caller.name.lower()}\r\n")


def ver(run: Invocation) -> Finished:
    """The version of Windows."""
    return run.said(f"\r\nMicrosoft Windows [Version {run.machine.os.version}.0]\r\n")


def echo(run: Invocation) -> Finished:
    """The rest of the line."""
    return run.said(" ".join(run.arguments) + "\r\n")


def type_(run: Invocation) -> Finished:
    """The bytes of files."""
    if not run.arguments:
        return run.complained("The syntax of the command is incorrect.\r\n")
    content = b""
    for written in run.arguments:
        found = run.machine.files.read(run.path(written))
        if found is None:
            return run.complained("The system cannot find the file specified.\r\n")
        content += found
    return Finished(stdout=content)


def dir_(run: Invocation) -> Finished:
    """The names in a folder, one per line (``dir /b``); other switches are not supported."""
    switches = [word.lower() for word in run.arguments if word.startswith("/")]
    names = [word for word in run.arguments if not word.startswith("/")]
    if any(switch != "/b" for switch in switches) or len(names) > 1:
        return run.complained("The lab's dir supports only /b and one folder or file.\r\n")
    folder = run.path(names[0]).rstrip("\\") if names else run.folder
    files = run.machine.files
    if files.exists(folder):
        return run.said(folder.rpartition("\\")[2] + "\r\n")
    if not files.is_folder(folder):
        return run.complained("File Not Found\r\n")
    return run.said("".join(f"{name}\r\n" for name in files.names(folder)))


BUILT_IN: Mapping[str, ProgramMaker] = {
    "hostname": hostname,
    "whoami": whoami,
    "ver": ver,
    "echo": echo,
    "type": type_,
    "dir": dir_,
    **FILE_PROGRAMS,
}
