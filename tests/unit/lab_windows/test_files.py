"""Files of a server: in memory, and below a mounted real folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.windows.executable import file_version, program_file
from lab.windows.files import LARGEST_IN_MEMORY, FileStore

MARK = b"mark"


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    files = FileStore()
    files.make_folder("D:")
    if request.param == "folder":
        files.mount("D:", tmp_path)
    return files


def test_files_are_written_read_and_removed(store: FileStore) -> None:
    store.write(r"D:\Packs\One.cab", b"abc")
    store.append(r"d:\packs\ONE.CAB", b"def")
    assert store.read(r"D:\PACKS\one.cab") == b"abcdef"
    assert (store.size(r"D:\Packs\one.cab"), store.read_part(r"D:\Packs\one.cab", 2, 3)) == (6, b"cde")
    assert (store.is_folder(r"D:\packs"), store.exists(r"D:\packs")) == (True, False)
    assert list(store.files()) == [(r"D:\Packs\One.cab", 6)]
    assert store.names("D:") == ["Packs"]
    assert (store.delete(r"D:\packs"), store.delete(r"D:\packs")) == (True, False)
    assert (store.read(r"D:\Packs\One.cab"), store.names("D:")) == (None, [])


def test_parts_are_written_with_zeros_between(store: FileStore) -> None:
    store.write_at(r"D:\x", 3, MARK)
    store.extend(r"D:\x", 9)
    store.extend(r"D:\x", 2)
    assert store.read(r"D:\x") == b"\0\0\0mark\0\0"


def test_what_is_not_there(store: FileStore) -> None:
    assert (store.read(r"D:\no"), store.read_part(r"D:\no", 0, 9), store.names(r"D:\no")) == (None, b"", [])
    assert not store.is_folder(r"D:\no")


def test_what_stood_there_moves_into_the_folder(tmp_path: Path) -> None:
    files = FileStore()
    files.write(r"D:\SMS\Logs\a.log", b"one")
    files.make_folder(r"D:\Empty")
    files.write(r"C:\x", b"")
    files.mount("D:", tmp_path)
    assert (tmp_path / "SMS" / "Logs" / "a.log").read_bytes() == b"one"
    assert (tmp_path / "Empty").is_dir()
    assert files.read(r"D:\SMS\Logs\A.LOG") == b"one"
    assert [path for path, _ in files.files()] == [r"C:\x", r"D:\SMS\Logs\a.log"]
    (tmp_path / "SMS" / "Logs" / "from-outside.log").write_bytes(b"two")
    assert files.read(r"D:\SMS\logs\From-Outside.log") == b"two"


def test_a_folder_that_is_taken_away_leaves_an_empty_drive(tmp_path: Path) -> None:
    files = FileStore()
    files.mount("D:", tmp_path)
    files.write(r"D:\x", b"1")
    files.unmount("d:\\")
    assert (files.read(r"D:\x"), files.is_folder("D:"), (tmp_path / "x").read_bytes()) == (None, True, b"1")


def test_nothing_outside_the_folder_is_reached(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    outside.mkdir()
    (outside / "secret").write_bytes(b"s")
    files = FileStore()
    files.mount("D:", inside)
    (inside / "link").symlink_to(outside)
    assert files.read(r"D:\link\secret") is files.read(r"D:\..\out\secret") is None
    for path in (r"D:\link\new", r"D:\..\out\new", r"D:\a/../../out/new"):
        with pytest.raises(OSError, match=r"contains a symbolic link|not a valid file name"):
            files.write(path, b"x")
    assert sorted(entry.name for entry in outside.iterdir()) == ["secret"]
    assert list(files.files()) == []


def test_large_files_need_a_mounted_folder(tmp_path: Path) -> None:
    files = FileStore()
    with pytest.raises(OSError, match="mount a folder"):
        files.extend(r"D:\big", LARGEST_IN_MEMORY + 1)
    with pytest.raises(OSError, match="mount a folder"):
        files.write_at(r"D:\big", LARGEST_IN_MEMORY, MARK)
    files.mount("D:", tmp_path)
    files.extend(r"D:\big", 2 * 2**30)
    assert files.size(r"D:\big") == 2 * 2**30
    assert (tmp_path / "big").stat().st_blocks * 512 < 2**20


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    files = FileStore()
    files.mount("D:", tmp_path / "drive")
    files.mount(r"D:\Packs", tmp_path / "packs")
    files.write(r"D:\Packs\a", b"1")
    files.write(r"D:\PacksToo\a", b"2")
    assert (tmp_path / "packs" / "a").read_bytes() == b"1"
    assert (tmp_path / "drive" / "PacksToo" / "a").read_bytes() == b"2"


def test_the_version_of_a_program() -> None:
    assert file_version(program_file("5.00.9152.1000", 100)) == "5.0.9152.1000"
    assert file_version(b"MZ" + bytes(200)) is None
    assert file_version(program_file("5.00.9152.1000")[:60]) is None
    assert file_version(b"no program" + program_file("5.00.9152.1000")) is None
