from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end, shell
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import FileEnd, FileError, FileMissing, read_end
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

PATH = r"D:\Program Files\SMS\Logs\hman.log"


class Server:
    """A server with one file: its size in WMI, and a curl that reads it like the real one."""

    def __init__(self, content: bytes, size: int | None = None) -> None:
        self.content = content
        self.size = len(content) if size is None else size
        self.asked: list[str] = []
        self.lines: list[str] = []
        self.answer: shell.Finished | None = None

    def get(self, namespace: str, cls: Any, keys: Mapping[str, Any]) -> Mapping[str, Any]:
        assert keys == {"Name": PATH.lower()}
        if self.size < 0:
            raise CimFault(FaultKind.NOT_FOUND, RequestInfo("Get"))
        return {"FileSize": self.size}

    def run(self, session: object, line: str, *, stdin: str, limit_bytes: int, **_more: Any) -> shell.Finished:
        self.lines.append(line)
        self.asked.append(stdin)
        if self.answer is not None:
            return self.answer
        first, _, last = stdin.partition('range = "')[2].partition('"')[0].partition("-")
        if first:
            data = self.content[int(first) : int(last) + 1]
        elif int(last) > len(self.content):
            return shell.Finished(36, "", "curl: (36) Couldn't resume download\r\n")
        else:
            data = self.content[-int(last) :]
        assert len(data) <= limit_bytes
        return shell.Finished(0, "", "", stdout_bytes=data)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Any:
    def read(server: Server, limit: int = 10) -> FileEnd:
        monkeypatch.setattr(shell, "run", server.run)
        return read_end(cast(CimSession, server), PATH, limit)

    return read


@pytest.mark.parametrize(
    ("content", "size", "end", "commands"),
    [
        (b"short", None, FileEnd(b"short", False), 1),
        (b"", None, FileEnd(b"", False), 1),
        (b"0123456789abcdef", None, FileEnd(b"6789abcdef", True), 1),
        # The size in WMI is out of date while a file is open.
        (b"0123456789abcdef", 3, FileEnd(b"6789abcdef", True), 2),
        (b"0123456789", 3, FileEnd(b"0123456789", False), 2),
        # Rolled over between the two reads.
        (b"new", 5000, FileEnd(b"new", False), 2),
    ],
)
def test_the_end_of_a_file(reading: Any, content: bytes, size: int | None, end: FileEnd, commands: int) -> None:
    server = Server(content, size)
    assert reading(server) == end
    assert len(server.asked) == commands


def test_the_path_goes_to_standard_input_and_never_into_the_command_line(reading: Any) -> None:
    server = Server(b"x")
    reading(server)
    assert server.lines == [r"%SystemRoot%\System32\curl.exe -q --silent --show-error --globoff --config -"]
    assert server.asked == ['url = "file:///D:/Program%20Files/SMS/Logs/hman.log"\nrange = "0-9"\n']


def test_bytes_stay_as_they_are(reading: Any) -> None:
    content = bytes(range(256))
    assert reading(Server(content), 256).data == content


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (shell.Finished(37, "", "curl: (37) Couldn't open file D:\\x"), FileError, "this account may not read it"),
        (shell.Finished(1, "", 'curl: (1) Protocol "file" not supported'), FileError, "not supported"),
        (shell.Finished(None, "", "", "time"), FileError, "ran longer than its time limit and was stopped"),
        (shell.Finished(None, "", "", "output"), FileError, "wrote too much output and was stopped"),
        (shell.Finished(36, "", "curl: (36) failed to resume"), FileError, "try again"),
    ],
)
def test_what_can_go_wrong(reading: Any, answer: shell.Finished, error: type[Exception], words: str) -> None:
    server = Server(b"x")
    server.answer = answer
    with pytest.raises(error, match=words) as failure:
        reading(server)
    assert type(failure.value) is error


NO_CURL = [shell.Finished(1, "", "The system cannot find the path specified.\r\n"), shell.Finished(9009, "", "")]


class OldServer(Server):
    """A server without curl.exe, whose cmd.exe prints complete files."""

    def __init__(self, content: bytes, lack: shell.Finished, printed: shell.Finished | None = None) -> None:
        super().__init__(content)
        self.lack = lack
        self.printed = printed or shell.Finished(0, "", "", stdout_bytes=content)

    def run(self, session: object, line: str, **_more: Any) -> shell.Finished:
        self.lines.append(line)
        return self.printed if line.startswith("type ") else self.lack


@pytest.mark.parametrize("lack", NO_CURL)
def test_without_curl_the_whole_file_is_printed(reading: Any, lack: shell.Finished) -> None:
    server = OldServer(b"0123456789abcdef", lack)
    assert reading(server) == FileEnd(b"6789abcdef", True)
    assert server.lines[1:] == [f'type "{PATH}"']
    assert reading(OldServer(b"short", lack)) == FileEnd(b"short", False)


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        (shell.Finished(1, "", "Access is denied.\r\n"), "was not read: Access is denied."),
        (shell.Finished(1, "", ""), "type ended with exit code 1"),
        (shell.Finished(None, "", "", "time"), "ran longer than its time limit and was stopped"),
    ],
)
def test_what_can_go_wrong_without_curl(reading: Any, printed: shell.Finished, words: str) -> None:
    with pytest.raises(FileError, match=words):
        reading(OldServer(b"x", NO_CURL[1], printed))


def test_a_large_file_is_not_printed_whole(reading: Any) -> None:
    server = OldServer(b"x", NO_CURL[1])
    server.size = 20 * 1024 * 1024
    with pytest.raises(
        FileError,
        match=r"20971520 bytes, which is too large to read completely, and its end cannot be read: there is no curl\.exe",
    ):
        reading(server)


def test_a_missing_file_is_told_without_a_command(reading: Any) -> None:
    server = Server(b"", -1)
    with pytest.raises(FileMissing, match="there is no file"):
        reading(server)
    assert server.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "C:\\" + "\\".join(["a" * 127] * 2) + "b",
        "C:\\" + "d\\" * 30 + "x",
        PATH,
        r"C:\x.log",
        r"d:\a b\c-d_(1).lo_",
        "C:\\ConfigMgrSetup.log",
    ],
)
def test_local_paths(path: str) -> None:
    assert file_end.checked_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x.log",
        r"\\server\share\x.log",
        r"\\?\C:\x.log",
        "C:x.log",
        "C:/x.log",
        "C:\\",
        "C:\\a\\",
        r"C:\a\*.log",
        r"C:\a?.log",
        r"C:\a\..\b.log",
        r"C:\x.log:stream",
        'C:\\a".log',
        "C:\\a\n.log",
        "C:\\gr\u00fc\u00df.log",
        "C:\\" + "a" * 300,
        "C:\\" + "\\".join(["a" * 127] * 2) + "bb",
        "C:\\" + "d\\" * 31 + "x",
        "C:\\a\\.",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path of a local file"):
        file_end.checked_path(path)


@pytest.mark.parametrize(("length", "shown"), [(80, "x" * 80), (81, "x" * 77 + "...")])
def test_a_long_path_is_shown_cut(length: int, shown: str) -> None:
    with pytest.raises(ValueError, match=rf"^'{shown}' is not a path"):
        file_end.checked_path("x" * length)


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Any:
    def read(server: Server, count: int = 4) -> bytes:
        monkeypatch.setattr(shell, "run", server.run)
        return file_end.read_head(cast(CimSession, server), PATH, count)

    return read


def test_the_first_bytes_of_a_file(head: Any) -> None:
    server = Server(b"0123456789")
    assert head(server) == b"0123"
    assert server.asked == ['url = "file:///D:/Program%20Files/SMS/Logs/hman.log"\nrange = "0-3"\n']
    assert head(Server(b"01")) == b"01"
    assert head(Server(b"")) == b""
    assert head(OldServer(b"0123456789", NO_CURL[0])) == b"0123"


def test_only_local_paths_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(b"x")
    monkeypatch.setattr(shell, "run", server.run)
    for read in (file_end.read_head, file_end.read_end):
        with pytest.raises(ValueError, match="is not a path of a local file"):
            read(cast(CimSession, server), r"\\server\x.log", 4)
    assert server.lines == []


def test_a_size_that_is_not_told_is_none_at_all() -> None:
    server = Server(b"")
    server.size = None  # type: ignore[assignment]
    server.get = lambda *_: {"FileSize": None}  # type: ignore[method-assign]
    assert file_end.size_of(cast(CimSession, server), PATH) == 0


@pytest.mark.parametrize(("size", "read"), [(16 * 1024 * 1024, True), (16 * 1024 * 1024 + 1, False)])
def test_no_large_file_is_printed_whole(reading: Any, size: int, read: bool) -> None:
    server = OldServer(b"0123456789abcdef", NO_CURL[0])
    server.size = size
    if read:
        assert reading(server) == FileEnd(b"6789abcdef", True)
    else:
        with pytest.raises(FileError, match=r"and its end cannot be read: there is no curl\.exe on this server"):
            reading(server)


def test_a_file_that_was_cut_between_two_looks(reading: Any) -> None:
    class Shrinking(Server):
        """Longer at the first look than at the second."""

        def run(self, session: object, line: str, **more: Any) -> shell.Finished:
            found = super().run(session, line, **more)
            self.content = b"new"
            return found

    assert reading(Shrinking(b"0123456789", 3)) == FileEnd(b"0123456789", False)
