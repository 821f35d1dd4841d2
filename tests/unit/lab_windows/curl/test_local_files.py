"""``file:`` addresses as curl answers them; the exit codes were measured with curl 7.88."""

from __future__ import annotations

import pytest

from lab.windows.curl.local_files import is_file_url, read_file_url
from lab.windows.files import FileStore

URL = "file:///C:/SMS/Logs/a%20b.log"


@pytest.fixture
def files() -> FileStore:
    store = FileStore()
    store.write(r"C:\SMS\Logs\a b.log", b"abcdefghij")
    store.write(r"C:\SMS\Logs\empty.log", b"")
    store.write(r"C:\SMS\Logs\closed.log", b"x")
    store.unreadable[r"C:\SMS\Logs\closed.log"] = None
    return store


@pytest.mark.parametrize(
    ("url", "part", "data", "exit_code"),
    [
        (URL, None, b"abcdefghij", 0),
        (URL, "-4", b"ghij", 0),
        (URL, "-10", b"abcdefghij", 0),
        (URL, "-11", b"abcdefghij", 0),
        (URL, "-12", b"", 36),
        (URL, "0-3", b"abcd", 0),
        (URL, "0-99", b"abcdefghij", 0),
        (URL, "4-", b"efghij", 0),
        (URL, "99-", b"", 36),
        (URL, "x", b"", 33),
        ("file:///c:/sms/logs/EMPTY.log", "0-99", b"", 0),
        ("file:///C:/SMS/Logs/empty.log", "-4", b"", 36),
        ("file:///C:/SMS/Logs/none.log", "-4", b"", 37),
        ("file:///C:/SMS/Logs/closed.log", None, b"", 37),
        ("file:///no/drive.log", None, b"", 3),
    ],
)
def test_parts_of_a_file(files: FileStore, url: str, part: str | None, data: bytes, exit_code: int) -> None:
    found = read_file_url(url, part, files)
    assert (found.data, found.exit_code) == (data, exit_code)
    assert bool(found.error) == bool(exit_code)


def test_which_addresses_are_files() -> None:
    assert is_file_url("FILE:///C:/x")
    assert not is_file_url("https://file.example/")
