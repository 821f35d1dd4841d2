from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils import controller_paths
from ansible_collections.configmgr.scp.plugins.plugin_utils.controller_paths import ControllerPathError


def test_a_relative_path_begins_where_the_user_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert controller_paths.full_path("ps1.ini") == tmp_path.resolve() / "ps1.ini"
    assert controller_paths.full_path("~/ps1.ini") == tmp_path.resolve() / "home" / "ps1.ini"


@pytest.mark.parametrize("text", ["", " ", "a\0b"])
def test_no_path(text: str) -> None:
    with pytest.raises(ControllerPathError, match="is not a path"):
        controller_paths.full_path(text)


def test_what_is_at_a_path(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    for name in ("x", "a/x", "a/b/x", "a/b/c/x"):
        (tmp_path / name).write_text("x")
    found = controller_paths.look(str(tmp_path), depth=3)
    assert (found.kind, found.readable) == ("folder", True)
    assert found.files == ("a/b/c/x", "a/b/x", "a/x", "x")
    assert controller_paths.look(str(tmp_path), depth=2).files == ("a/b/x", "a/x", "x")
    assert controller_paths.look(str(tmp_path)).files == ()
    assert controller_paths.look(str(tmp_path / "x")).kind == "file"
    assert controller_paths.look(str(tmp_path / "y")) == controller_paths.Looked(str(tmp_path / "y"), "", False)


def test_a_file_is_whole_or_not_there_and_never_open_to_others(tmp_path: Path) -> None:
    target = tmp_path / "secret.ini"
    controller_paths.write_whole(target, b"one", 0o600)
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"one", 0o600)
    controller_paths.write_whole(target, b"two", 0o640)
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"two", 0o640)
    assert list(tmp_path.iterdir()) == [target]


def test_what_can_not_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(ControllerPathError, match="cannot be written on the controller"):
        controller_paths.write_whole(target, b"x", 0o600)
    assert list(tmp_path.iterdir()) == [target]
    (tmp_path / "file").write_text("x")
    with pytest.raises(ControllerPathError, match="cannot be created on the controller"):
        controller_paths.make_folder(tmp_path / "file" / "below")


def test_a_part_that_somebody_else_took_away_hides_no_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(part: str, _path: Path) -> None:
        Path(part).unlink()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", taken)
    with pytest.raises(ControllerPathError, match="Input/output error"):
        controller_paths.write_whole(tmp_path / "a", b"x", 0o600)


def test_folders_are_made_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert controller_paths.make_folder(tmp_path / "a" / "b") is True
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o750
    assert controller_paths.make_folder(tmp_path / "a" / "b") is False
    before = os.umask(0o022)
    try:
        controller_paths.make_folder(tmp_path / "a" / "open", 0o755)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "open").stat().st_mode) == 0o755


def test_a_folder_with_too_many_files_is_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller_paths, "_MOST_FILES", 2)
    (tmp_path / "a").mkdir()
    for name in ("x", "a/x"):
        (tmp_path / name).write_text("x")
    assert len(controller_paths.look(str(tmp_path), depth=2).files) == 2
    (tmp_path / "a" / "y").write_text("x")
    with pytest.raises(ControllerPathError, match="more than 2 files"):
        controller_paths.look(str(tmp_path), depth=2)


def test_other_things_than_files_and_folders(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert controller_paths.look(str(tmp_path / "pipe")).kind == "other"


def test_what_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_text("x")
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.R_OK)
    found = controller_paths.look(str(tmp_path / "x"))
    assert (found.kind, found.readable) == ("file", False)


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK | os.X_OK)
    problem = controller_paths.unwritable(str(tmp_path / "a"))
    assert problem is not None
    assert f"the user who runs Ansible may not write to {tmp_path}" in problem


def test_reading(tmp_path: Path) -> None:
    assert controller_paths.read_whole(tmp_path / "none") is None
    (tmp_path / "a").write_bytes(b"12345")
    assert controller_paths.read_whole(tmp_path / "a", 5) == b"12345"
    with pytest.raises(ControllerPathError, match="more than 4 bytes"):
        controller_paths.read_whole(tmp_path / "a", 4)
    with pytest.raises(ControllerPathError, match="exists on the controller but cannot be read as a file"):
        controller_paths.read_whole(tmp_path)


def test_whether_a_folder_can_be_written_to_is_told_without_making_it(tmp_path: Path) -> None:
    assert controller_paths.unwritable(str(tmp_path / "a" / "b")) is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0o777)
    problem = controller_paths.unwritable(str(tmp_path / "file" / "b"))
    assert problem is not None
    assert f"{tmp_path / 'file'} is not a folder" in problem
