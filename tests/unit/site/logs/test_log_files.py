"""Where a component logs, and when the rolled-over file is also read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import files
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.files import Limits, Log, LogUnknown, log_path, read_log
from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import FileEnd, FileError, FileMissing
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.windows.support import FakeServer

PATH, ROLLED = r"D:\SMS\Logs\hman.log", r"D:\SMS\Logs\hman.lo_"
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def line(text: str, hour: int) -> str:
    return f"{text} $$<SMS_HIERARCHY_MANAGER><03-02-2026 {hour:02}:00:00.000+0><thread=7 (0x7)>\r\n"


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Log]:
    def read(
        content: Mapping[str, bytes | Exception], since: int | None = None, most_bytes: int = 100_000, path: str = PATH
    ) -> Log:
        def read_end(_session: object, path: str, limit_bytes: int, **_more: Any) -> FileEnd:
            found = content.get(path, FileMissing(f"there is no file {path}"))
            if isinstance(found, Exception):
                raise found
            return FileEnd(found[-limit_bytes:], len(found) > limit_bytes)

        monkeypatch.setattr(file_end, "read_end", read_end)
        log = Log("SMS_HIERARCHY_MANAGER", path)
        begin = None if since is None else DAY.replace(hour=since)
        limits = Limits(begin, most_bytes, "cp1252", lambda record: record.time.utc if record.time else None)
        read_log(cast(CimSession, None), log, limits, lambda _seconds: None)
        return log

    return read


def messages(log: Log) -> list[str]:
    return [record.message for record in log.records()]


def test_the_registry_tells_where_a_component_logs() -> None:
    key = f"{files.TRACING_KEY}\\SMS_HIERARCHY_MANAGER"
    assert log_path(FakeServer({key: {"TraceFilename": f" {PATH} "}}).registry, "SMS_HIERARCHY_MANAGER") == PATH


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "not installed here"),
        ({"OtherName": PATH}, "not installed here"),
        ({"TraceFilename": ""}, "not installed here"),
        ({"TraceFilename": r"\\server\logs\hman.log"}, "TraceFilename: .* is not a path of a local file"),
    ],
)
def test_a_registry_that_does_not_tell_it(keys: dict[str, str], said: str) -> None:
    content = {f"{files.TRACING_KEY}\\SMS_X": keys} if keys else {}
    with pytest.raises(LogUnknown, match=said):
        log_path(FakeServer(content).registry, "SMS_X")


@pytest.mark.parametrize(
    ("path", "rolled"),
    [(PATH, ROLLED), (r"D:\SMS\Logs\HMAN.LOG", r"D:\SMS\Logs\HMAN.LO_"), (ROLLED, None), (r"D:\SMS\Logs\hman.txt", None)],
)
def test_the_rolled_file_is_that_beside_a_log(path: str, rolled: str | None) -> None:
    assert files.rolled_path(path) == rolled


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        # The log begins at ten o'clock.
        (None, ["old", "new"]),
        (9, ["old", "new"]),
        (10, ["new"]),
        (11, ["new"]),
    ],
)
def test_the_rolled_file_is_read_when_the_range_begins_before_the_log(
    reading: Callable[..., Log], since: int | None, expected: list[str]
) -> None:
    content = {ROLLED: line("old", 8).encode(), PATH: line("new", 10).encode()}
    assert messages(reading(content, since)) == expected


def test_it_is_read_when_no_line_tells_a_time(reading: Callable[..., Log]) -> None:
    assert messages(reading({ROLLED: line("old", 8).encode(), PATH: b"no record\r\n"}, since=9)) == ["old", "no record"]


def test_a_line_without_a_time_does_not_tell_where_the_log_begins(reading: Callable[..., Log]) -> None:
    new = f"no record\r\n<![LOG[x]LOG]!>\r\n{line('new', 10)}"
    assert [part.path for part in reading({ROLLED: line("old", 8).encode(), PATH: new.encode()}, since=10).parts] == [PATH]


@pytest.mark.parametrize(("left", "expected"), [(1023, [PATH]), (1024, [ROLLED, PATH])])
def test_it_is_read_only_if_enough_of_the_limit_is_left(reading: Callable[..., Log], left: int, expected: list[str]) -> None:
    new = line("new", 10).encode()
    log = reading({ROLLED: line("old", 8).encode() * 100, PATH: new}, most_bytes=len(new) + left)
    assert [part.path for part in log.parts] == expected
    assert sum(part.bytes for part in log.parts) == len(new) + (left if len(expected) == 2 else 0)


def test_a_log_that_is_longer_than_the_limit_has_no_need_of_it(reading: Callable[..., Log]) -> None:
    log = reading({ROLLED: line("old", 8).encode(), PATH: line("new", 10).encode() * 100}, most_bytes=1990)
    assert [(part.path, part.bytes, part.cut) for part in log.parts] == [(PATH, 1990, True)]
    # The first line is the rest of a line, and is reported as such.
    first, second = list(log.records())[:2]
    assert (first.whole, second.whole) == (False, True)


def test_a_log_that_is_cut_inside_a_sign(reading: Callable[..., Log]) -> None:
    (part,) = reading({PATH: "日本語".encode()}, most_bytes=8).parts
    assert part.decoded == ("本語", "utf-8", 0)


def test_a_log_that_is_not_there(reading: Callable[..., Log]) -> None:
    log = reading({ROLLED: line("old", 8).encode()})
    assert (log.error, log.parts, log.rolled_error) == (f"there is no file {PATH}", [], "")


def test_a_rolled_file_may_be_missing_but_is_not_silently_unreadable(reading: Callable[..., Log]) -> None:
    new = line("new", 10).encode()
    assert reading({PATH: new}).rolled_error == ""
    log = reading({PATH: new, ROLLED: FileError("may not be read")})
    assert (messages(log), log.rolled_error, log.error) == (["new"], "may not be read", "")


def test_another_kind_of_file_has_no_rolled_file(reading: Callable[..., Log]) -> None:
    assert messages(reading({ROLLED: line("old", 8).encode()}, path=ROLLED)) == ["old"]


def test_a_log_in_the_result(reading: Callable[..., Log]) -> None:
    assert reading({PATH: "Größe \x81".encode("cp1252", "ignore") + b"\x81"}).as_data() == {
        "component": "SMS_HIERARCHY_MANAGER",
        "path": PATH,
        "readable": True,
        "error": None,
        "rolled_error": None,
        "files": [{"path": PATH, "bytes": 7, "cut": False, "encoding": "cp1252", "unreadable_characters": 1}],
    }


def test_a_log_that_could_not_be_read_in_the_result() -> None:
    assert Log("", "", error="no").as_data() == {
        "component": None,
        "path": None,
        "readable": False,
        "error": "no",
        "rolled_error": None,
        "files": [],
    }
    assert Log("X", PATH, rolled_error="no").as_data()["rolled_error"] == "no"


@pytest.mark.parametrize(
    ("name", "file"), [("CMUpdate", "CMUpdate.log"), ("hman.lo_", "hman.lo_"), ("EndpointConnectivityCheckWorker.log", None)]
)
def test_a_name_of_a_log_gets_its_extension(name: str, file: str | None) -> None:
    assert files.checked_name(name) == (file or name)


@pytest.mark.parametrize("name", ["", r"..\x", r"C:\x.log", "a/b.log", "a.b.c", "a b", "*.log", "x" * 101])
def test_what_is_no_name_of_a_log(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a log"):
        files.checked_name(name)


def test_a_log_beside_that_of_a_component() -> None:
    unknown, known = Log("A", "", error="not installed here"), Log("B", PATH)
    assert files.beside([unknown, known], "sitecomp.log").path == r"D:\SMS\Logs\sitecomp.log"
    assert files.beside([unknown], "sitecomp.log").error == "the folder of sitecomp.log is not known: not installed here"
    assert files.beside([Log("B", r"D:\x.log")], "y.log").path == r"D:\y.log"
