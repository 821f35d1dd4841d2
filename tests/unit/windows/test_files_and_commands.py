"""Files of a server as WMI shows them, and what is done to them by commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_commands, folders, shell, token
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.windows.support import FakeServer, denied

WHEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NOBODY = cast(CimSession, None)


def test_one_file() -> None:
    row = {"Name": r"C:\X\A.EXE", "FileSize": 7, "LastModified": WHEN, "Version": "5.0"}
    server = FakeServer(rows={("CIM_DataFile", r"c:\x\a.exe"): [row], ("CIM_DataFile", r"c:\x\b"): [{"Name": r"C:\X\b"}]})
    found = folders.find_file(server.session, r"C:\X\A.exe")
    assert found == File(r"c:\x\a.exe", 7, WHEN, "5.0")
    assert found.name == "a.exe"
    assert folders.find_file(server.session, r"c:\x\b") == File(r"c:\x\b", 0, None, "")
    assert folders.find_file(server.session, r"c:\x\none") is None


def test_whether_a_folder_is_there() -> None:
    refused = FakeServer(rows={("Win32_Directory", r"c:\x"): [{"Name": r"c:\x"}], ("Win32_Directory", r"c:\y"): denied()})
    assert folders.folder_exists(refused.session, r"C:\X") is True
    assert folders.folder_exists(refused.session, r"C:\z") is False
    with pytest.raises(CimFault):
        folders.folder_exists(refused.session, r"C:\y")


def test_what_a_folder_lists() -> None:
    server = FakeServer(rows={"Win32_Directory": [{"Name": r"d:\x\it's"}]})
    assert folders.folder_listed(server.session, r"D:\X\It's") is True
    assert folders.file_listed(server.session, r"D:\X") is False
    assert server.asked == [
        r"SELECT Name FROM Win32_Directory WHERE Drive = 'd:' AND Path = '\\x\\' AND Name = 'd:\\x\\it\'s'",
        r"SELECT Name FROM CIM_DataFile WHERE Drive = 'd:' AND Path = '\\' AND Name = 'd:\\x'",
    ]


@pytest.mark.parametrize(("row", "free"), [({"DeviceID": "D:", "FreeSpace": 5}, 5), ({"DeviceID": "D:"}, None), (None, None)])
def test_what_is_free_on_a_drive(row: dict[str, Any] | None, free: int | None) -> None:
    server = FakeServer(rows={("Win32_LogicalDisk", "D:"): [row] if row else []})
    assert folders.free_bytes(server.session, "D:") == free


class Disk:
    """Answers queries about what is in a folder."""

    def __init__(self, files: Mapping[str, list[str]], below: Mapping[str, list[str]]) -> None:
        self.content = {"CIM_DataFile": files, "Win32_Directory": below}
        self.asked: list[str] = []

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        self.asked.append(query)
        folder = query.partition("Path = '")[2].rstrip("'").replace("\\\\", "\\")
        names = self.content[cls.name].get(folder, [])
        return [CimInstance.new("root/cimv2", cls, {"Name": name}) for name in names]


def test_what_is_in_a_folder() -> None:
    disk = Disk({"\\x y\\": [r"D:\X Y\b", r"D:\X Y\A"]}, {"\\x y\\": [r"D:\X Y\Sub", r"D:\X Y\Other"]})
    session = cast(CimSession, disk)
    assert [file.path for file in folders.files_in(session, "D:\\X Y\\")] == [r"d:\x y\a", r"d:\x y\b"]
    assert folders.folders_in(session, r"D:\X Y") == [r"d:\x y\other", r"d:\x y\sub"]
    assert "Drive = 'd:' AND Path = '\\\\x y\\\\'" in disk.asked[0]
    assert folders.files_in(session, "D:\\None") == []


def test_a_tree_has_the_files_of_all_folders_and_of_no_other() -> None:
    disk = Disk(
        {"\\x\\": [r"d:\x\b"], "\\x\\sub\\": [r"d:\x\sub\a"], "\\x\\sub\\deep\\": [r"d:\x\sub\deep\c"], "\\y\\": [r"d:\y\no"]},
        {"\\x\\": [r"d:\x\sub", r"d:\y"], "\\x\\sub\\": [r"d:\x\sub\deep"]},
    )
    found = folders.tree(cast(CimSession, disk), r"D:\X")
    assert [file.path for file in found] == [r"d:\x\b", r"d:\x\sub\a", r"d:\x\sub\deep\c"]


@pytest.mark.parametrize("limit", ["_MOST_FILES", "_MOST_FOLDERS"])
def test_a_tree_has_its_bounds(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    disk = Disk({"\\x\\": [r"d:\x\a"], "\\x\\sub\\": [r"d:\x\sub\a"]}, {"\\x\\": [r"d:\x\sub"]})
    monkeypatch.setattr(folders, limit, 2)
    assert len(folders.tree(cast(CimSession, disk), r"D:\X")) == 2
    monkeypatch.setattr(folders, limit, 1)
    with pytest.raises(NotReadable, match="has more than"):
        folders.tree(cast(CimSession, disk), r"D:\X")


Ends = Callable[..., list[str]]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    """Let every command end so; the lines that were run."""

    def end(code: int | None = 0, stdout: str = "", stderr: str = "", stopped: str = "") -> list[str]:
        lines: list[str] = []

        def run(_session: object, line: str, *, limit_bytes: int, limit_seconds: float = 0, **_more: Any) -> shell.Finished:
            # A hash may take half an hour, other commands five minutes; whoami.exe has nothing to wait for.
            limits = {"mkdir": 300, "rmdir": 300, "copy": 300, "%SystemRoot%\\System32\\certutil.exe": 1800}
            assert limit_seconds == limits.get(line.partition(" ")[0], 0)
            assert limit_bytes >= 64 * 1024
            lines.append(line)
            return shell.Finished(code, stdout, stderr, stopped)

        monkeypatch.setattr(shell, "run", run)
        return lines

    return end


HASH = "0123456789ABCDEF" * 4


@pytest.mark.parametrize("written", [HASH, " ".join(HASH[place : place + 2] for place in range(0, 64, 2))])
def test_a_hash_is_the_one_line_that_is_one(ends: Ends, written: str) -> None:
    lines = ends(stdout=f"SHA256-Hash von D:\\a b:\r\n{written}\r\nCertUtil: erfolgreich\r\n")
    assert file_commands.sha256_of(NOBODY, r"D:\a b") == HASH.lower()
    assert lines == [r'%SystemRoot%\System32\certutil.exe -hashfile "D:\a b" SHA256']


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ({"code": 2, "stdout": HASH}, HASH),
        ({"stdout": "nothing"}, "nothing"),
        ({"stdout": f"{HASH}\n{HASH}"}, HASH),
        ({"code": 1, "stderr": "no such\r\n file", "stdout": "x"}, "no such file"),
        ({"code": 1}, "exit code 1"),
        ({"code": None, "stopped": "time"}, "it ran longer than its time limit and was stopped"),
    ],
)
def test_no_hash(ends: Ends, ending: dict[str, Any], said: str) -> None:
    ends(**ending)
    with pytest.raises(file_commands.CommandFailed, match=rf"certutil.exe could not compute the hash of D:\\a: {said}"):
        file_commands.sha256_of(NOBODY, r"D:\a")


@pytest.mark.parametrize(
    ("act", "line", "named"),
    [
        (lambda: file_commands.make_folder(NOBODY, r"D:\a"), r"mkdir D:\a", r"mkdir D:\\a"),
        (lambda: file_commands.remove_folder(NOBODY, r"D:\a"), r"rmdir /s /q D:\a", r"rmdir D:\\a"),
        (lambda: file_commands.copy_file(NOBODY, r"D:\a", r"E:\b"), r"copy /b /y D:\a E:\b", r"copy E:\\b"),
    ],
)
def test_commands_and_their_failure(ends: Ends, act: Callable[[], None], line: str, named: str) -> None:
    lines = ends()
    act()
    assert lines == [line]
    ends(code=1, stderr="Access is denied.")
    with pytest.raises(file_commands.CommandFailed, match=f"^{named} failed: Access is denied."):
        act()


@pytest.mark.parametrize("path", [r"\\server\share\a", r"D:\..\a", "a"])
def test_only_local_paths(ends: Ends, path: str) -> None:
    lines = ends()
    for act in (file_commands.sha256_of, file_commands.make_folder, file_commands.remove_folder):
        with pytest.raises(ValueError, match="is not a path of a local file"):
            act(NOBODY, path)
    for pair in ((path, r"D:\a"), (r"D:\a", path)):
        with pytest.raises(ValueError, match="is not a path of a local file"):
            file_commands.copy_file(NOBODY, *pair)
    assert lines == []


def groups(*sids: str) -> str:
    return "".join(f'"Name of {sid}","Alias","{sid}","Mandatory group"\r\n' for sid in sids)


@pytest.mark.parametrize(
    ("sids", "elevated"),
    [
        (("S-1-5-32-544", "S-1-16-12288"), True),
        (("s-1-5-32-544", "s-1-16-16384"), True),
        (("S-1-5-32-544", "S-1-16-8192"), False),
        (("S-1-5-32-545", "S-1-16-12288"), False),
    ],
)
def test_whether_the_token_is_that_of_an_administrator(ends: Ends, sids: tuple[str, ...], elevated: bool) -> None:
    lines = ends(stdout=groups(*sids))
    assert token.is_administrator(NOBODY) is elevated
    assert lines == [r"%SystemRoot%\System32\whoami.exe /groups /fo csv /nh"]


@pytest.mark.parametrize("ending", [{"code": 1, "stdout": groups("S-1-5-32-544")}, {"stdout": "no groups"}])
def test_a_token_that_is_not_told(ends: Ends, ending: dict[str, Any]) -> None:
    ends(**ending)
    with pytest.raises(NotReadable, match="did not list the groups"):
        token.is_administrator(NOBODY)
