"""Files over a share, with replaced functions of the library: the calls, and the messages."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from smbprotocol import Dialects
from smbprotocol.exceptions import SMBException, SMBOSError

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import Entry, ShareError, ShareRefused
from ansible_collections.configmgr.scp.plugins.plugin_utils import smb_reasons, smb_share
from ansible_collections.configmgr.scp.plugins.plugin_utils.smb_share import ShareAccount, SmbShare, open_share

ACCOUNT = ShareAccount("scp01", r"CORP\x", "secret")
ROOT = r"\\scp01\E$"
FOLDER, READ_ONLY, LINK = 0x10, 0x1, 0x400
NO_FILE, NO_FOLDER, DENIED = 0xC0000034, 0xC000003A, 0xC0000022


class File(io.BytesIO):
    """A file of the library: writes less than it is given, and records whether it was closed."""

    def write(self, data: Any) -> int:
        return super().write(bytes(data[:3]))

    def close(self) -> None:
        self.content = self.getvalue()
        super().close()


class Library:
    """Replaces smbclient."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.options: dict[str, Any] = {}
        self.all_options: list[dict[str, Any]] = []
        self.error: Exception | None = None
        self.attributes = FOLDER
        self.file = File(b"0123456789")
        self.dialect = Dialects.SMB_3_1_1
        self.dfs = False

    def _note(self, *call: Any, **options: Any) -> None:
        self.calls.append(call)
        self.options = options
        self.all_options.append(options)
        if self.error:
            raise self.error

    def register_session(self, host: str, **options: Any) -> Any:
        self._note("register_session", host, **options)
        trees = {"1": SimpleNamespace(is_dfs_share=False), "2": SimpleNamespace(is_dfs_share=self.dfs)}
        return SimpleNamespace(connection=SimpleNamespace(dialect=self.dialect), tree_connect_table=trees)

    def reset_connection_cache(self, **options: Any) -> None:
        self._note("reset_connection_cache", **options)

    def lstat(self, path: str, **options: Any) -> Any:
        self._note("lstat", path, **options)
        return SimpleNamespace(st_file_attributes=self.attributes, st_size=7, st_mtime_ns=1_234_567_890_123_456_789)

    def stat(self, path: str, **options: Any) -> Any:
        self._note("stat", path, **options)
        return SimpleNamespace(st_file_attributes=self.attributes)

    def scandir(self, path: str, **options: Any) -> Any:
        self._note("scandir", path, **options)
        return self

    def __enter__(self) -> Iterator[Any]:
        when = datetime(2026, 11, 25, 22, 18, 56, 123457, UTC)
        for name, attributes in (("a.cab", READ_ONLY), ("sub", FOLDER), ("link", FOLDER | LINK)):
            yield SimpleNamespace(
                smb_info=SimpleNamespace(file_name=name, file_attributes=attributes, end_of_file=5, last_write_time=when)
            )

    def __exit__(self, *_: object) -> None:
        self.calls.append(("scandir closed",))

    def open_file(self, path: str, mode: str, **options: Any) -> File:
        self._note("open_file", path, mode, **options)
        return self.file

    def makedirs(self, path: str, **options: Any) -> None:
        self._note("makedirs", path, **options)

    def replace(self, old: str, new: str, **options: Any) -> None:
        self._note("replace", old, new, **options)

    def remove(self, path: str, **options: Any) -> None:
        self._note("remove", path, **options)

    def utime(self, path: str, ns: tuple[int, int], **options: Any) -> None:
        self._note("utime", path, ns, **options)

    def stat_volume(self, path: str, **options: Any) -> Any:
        self._note("stat_volume", path, **options)
        return SimpleNamespace(caller_available_size=99)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    made = Library()
    monkeypatch.setitem(sys.modules, "smbclient", made)
    monkeypatch.setattr(smb_share, "_knock", lambda _host, _port: None)
    return made


@pytest.fixture
def share(library: Library) -> SmbShare:
    return SmbShare(ROOT, {"connection_cache": {}, "port": 445}, ACCOUNT)


def test_a_share_is_opened_signed_and_encrypted(library: Library) -> None:
    opened = open_share(ACCOUNT, "E$", 4450)
    (register, stat) = library.calls
    assert (register, stat) == (("register_session", "scp01"), ("stat", ROOT))
    own = {"username": r"CORP\x", "password": "secret", "port": 4450, "connection_cache": {}}
    assert library.options == own
    library.calls.clear()
    opened.close()
    assert library.calls == [("reset_connection_cache",)]
    assert library.options == {"fail_on_error": False, "connection_cache": {}}


def test_the_session_requires_protection(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(library, "register_session", lambda _host, **options: asked.update(options) or _raise(SMBException("no")))
    with pytest.raises(ShareError, match="the connection failed: no"):
        open_share(ACCOUNT, "E$", 445)
    assert (asked["encrypt"], asked["require_signing"], asked["connection_timeout"]) == (True, True, 15.0)
    assert library.calls == [("reset_connection_cache",)]


def _raise(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    ("dialect", "dfs", "said"),
    [
        (Dialects.SMB_2_1_0, False, "scp01 does not support SMB 3; update it"),
        (Dialects.SMB_3_0_0, True, "is a DFS share; a drive of the server itself is needed"),
    ],
)
def test_a_server_that_offers_less_is_refused_and_left(library: Library, dialect: int, dfs: bool, said: str) -> None:
    library.dialect, library.dfs = dialect, dfs
    with pytest.raises(ShareRefused, match=said):
        open_share(ACCOUNT, "E$", 445)
    assert library.calls[-1] == ("reset_connection_cache",)


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smbclient", None)
    with pytest.raises(ShareRefused, match="pip install smbprotocol"):
        open_share(ACCOUNT, "E$", 445)


def test_smb_3_0_is_enough(library: Library) -> None:
    library.dialect = Dialects.SMB_3_0_0
    assert open_share(ACCOUNT, "E$", 445).root == ROOT


def test_closing_never_fails(library: Library, share: SmbShare) -> None:
    library.error = OSError("gone")
    share.close()
    assert library.calls == [("reset_connection_cache",)]


@pytest.mark.parametrize(
    ("attributes", "entry"),
    [
        (READ_ONLY, Entry("b.cab", False, 7, 1_234_567_890_123_456_000, False)),
        (FOLDER, Entry("b.cab", True, 0, 1_234_567_890_123_456_000, False)),
        (LINK, Entry("b.cab", False, 7, 1_234_567_890_123_456_000, True)),
    ],
)
def test_one_file_or_folder(library: Library, share: SmbShare, attributes: int, entry: Entry) -> None:
    library.attributes = attributes
    assert share.find(r"a\b.cab") == entry
    assert library.calls == [("lstat", ROOT + r"\a\b.cab")]
    assert library.options["port"] == 445


@pytest.mark.parametrize("status", [NO_FILE, NO_FOLDER])
def test_what_is_not_there(library: Library, share: SmbShare, status: int) -> None:
    library.error = SMBOSError(status, "f")
    assert share.find("a") is None


def test_what_can_not_be_looked_at_is_not_missing(library: Library, share: SmbShare) -> None:
    library.error = SMBOSError(DENIED, "f")
    with pytest.raises(ShareError, match="access is denied"):
        share.find("a")


def test_what_is_in_a_folder(library: Library, share: SmbShare) -> None:
    when = 1795645136123457000
    assert list(share.entries("")) == [
        Entry("a.cab", False, 5, when, False),
        Entry("sub", True, 0, when, False),
        Entry("link", True, 0, when, True),
    ]
    assert library.calls == [("scandir", ROOT), ("scandir closed",)]


def test_a_file_is_read_from_a_place_on_and_closed(library: Library, share: SmbShare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smb_share, "CHUNK_BYTES", 4)
    assert list(share.read("a", 3)) == [b"3456", b"789"]
    assert library.calls == [("open_file", ROOT + r"\a", "rb")]
    assert (library.options["share_access"], library.options["buffering"]) == ("rwd", 0)
    assert library.file.closed


def test_a_read_that_is_given_up_closes_the_file(library: Library, share: SmbShare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smb_share, "CHUNK_BYTES", 4)
    reading = share.read("a")
    assert next(reading) == b"0123"
    reading.close()  # type: ignore[attr-defined]
    assert library.file.closed


@pytest.mark.parametrize(("offset", "mode", "content"), [(0, "wb", b"abcdefgh89"), (2, "r+b", b"01abcdefgh")])
def test_a_file_is_written_whole(library: Library, share: SmbShare, offset: int, mode: str, content: bytes) -> None:
    writer = share.writer("a", offset)
    writer.write(b"abcdefgh")
    writer.close()
    assert library.calls == [("open_file", ROOT + r"\a", mode)]
    assert (library.options["share_access"], library.options["buffering"]) == ("rwd", 0)
    assert library.file.content == content


def test_a_file_is_made_anew_when_nothing_is_said(library: Library, share: SmbShare) -> None:
    share.writer("a").close()
    assert library.calls == [("open_file", ROOT + r"\a", "wb")]


def test_folders_are_made_where_they_are_missing(library: Library, share: SmbShare) -> None:
    share.make_folders(r"a\b")
    assert library.calls == [("makedirs", ROOT + r"\a\b"), ("stat", ROOT + r"\a\b")]
    assert library.all_options[0]["exist_ok"] is True


def test_a_file_in_the_way_of_a_folder(library: Library, share: SmbShare) -> None:
    library.attributes = READ_ONLY
    with pytest.raises(ShareError, match="a file exists where a folder is needed"):
        share.make_folders(r"a\b")
    library.error = SMBOSError(NO_FOLDER, "f")
    with pytest.raises(ShareError, match="a file exists where a folder is needed"):
        share.make_folders(r"a\b")
    library.error = SMBOSError(DENIED, "f")
    with pytest.raises(ShareError, match="access is denied"):
        share.make_folders(r"a\b")


def test_the_rest_goes_to_the_library_with_full_paths(library: Library, share: SmbShare) -> None:
    share.replace("a.part", "a")
    share.remove("b")
    share.set_modified("c", 123)
    assert share.free_bytes() == 99
    assert library.calls == [
        ("replace", ROOT + r"\a.part", ROOT + r"\a"),
        ("remove", ROOT + r"\b"),
        ("utime", ROOT + r"\c", (123, 123)),
        ("stat_volume", ROOT),
    ]
    library.error = SMBOSError(0xC0000121, "f")
    with pytest.raises(ShareError, match=r"^b \(CORP\\x on scp01\): it cannot be deleted; it is read-only, or in use"):
        share.remove("b")


def test_a_server_that_falls_silent_is_given_up(library: Library, share: SmbShare, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()
    broken = SimpleNamespace(transport=SimpleNamespace(close=lambda: _raise(OSError("gone already"))))
    share._options["connection_cache"] |= {"1": broken, "2": SimpleNamespace(transport=SimpleNamespace(close=closed.set))}
    monkeypatch.setattr(smb_share, "_SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(library, "stat_volume", lambda *_, **__: closed.wait(10) and _raise(OSError("closed")))
    with pytest.raises(ShareError, match="closed"):
        share.free_bytes()


def test_a_server_that_answers_is_not(share: SmbShare, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()
    share._options["connection_cache"]["1"] = SimpleNamespace(transport=SimpleNamespace(close=closed.set))
    monkeypatch.setattr(smb_share, "_SILENCE_SECONDS", 0.05)
    assert share.free_bytes() == 99
    assert not closed.wait(0.2)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SMBException("lost"), r"a \(CORP\\x on scp01\): the connection failed: lost"),
        (SMBException(), "the connection failed: SMBException"),
        (BrokenPipeError(32, "Broken pipe"), "the connection failed: Broken pipe"),
        (OSError("broken pipe"), "broken pipe"),
        (ValueError("not a path"), "not a path"),
    ],
)
def test_every_error_is_told_with_the_path(share: SmbShare, error: Exception, said: str) -> None:
    with pytest.raises(ShareError, match=said), share.told("a"):
        raise error


def test_no_share_without_the_drive_letter() -> None:
    assert smb_reasons.no_share("h", "E$").startswith("h has no share E$: it has no drive E:")
    assert [smb_reasons.no_share("h", name) for name in ("ADMIN$", "E", "EE")] == [
        "h has no share ADMIN$",
        "h has no share E",
        "h has no share EE",
    ]
