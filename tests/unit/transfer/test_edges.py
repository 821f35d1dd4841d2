"""Transfers at their edges: what may be kept of an earlier one, what is listed, and exact limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import ShareError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import (
    carrying,
    copying,
    local_files,
    manifest,
    remote_files,
)
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.local_files import LocalError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.meter import Meter, lasting, sized
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import HostileName, checked_name, checked_path
from tests.unit.transfer.test_carrying import CONTENT, REMOTE, Bench, digest

HASH, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.share.put(REMOTE + r"\a.cab", CONTENT)
    return made


@pytest.mark.parametrize("compared", [4, 40, 1024])
@pytest.mark.parametrize(("have", "resumed"), [(CONTENT[:40], 40), (CONTENT, 64), (CONTENT + b"x", 0), (b"", 0)])
def test_a_part_is_kept_whose_end_agrees(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, compared: int, have: bytes, resumed: int
) -> None:
    monkeypatch.setattr(copying, "_COMPARED_BYTES", compared)
    bench.local.mkdir()
    (bench.local / "a.cab.part").write_bytes(have)
    done = bench.fetch()
    assert (done.resumed_bytes, done.moved_bytes) == (resumed, 64 - resumed)
    assert (bench.local / "a.cab").read_bytes() == CONTENT
    bench.share.put(r"USB\New\a.cab.part", have)
    done = bench.push(remote=r"USB\New")
    assert (done.resumed_bytes, done.moved_bytes) == (resumed, 64 - resumed)
    assert bench.share.content(r"USB\New\a.cab") == CONTENT


def test_a_part_with_a_wrong_beginning_is_sent_again_whole(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_COMPARED_BYTES", 4)
    bench.fetch()
    bench.share.put(r"USB\New\a.cab.part", b"x" * 36 + CONTENT[36:40])
    done = bench.push(remote=r"USB\New")
    assert (done.resumed_bytes, done.moved_bytes) == (40, 24 + 64)
    assert bench.share.content(r"USB\New\a.cab") == CONTENT
    assert bench.hashed == [r"USB\New\a.cab.part"] * 2


def test_what_arrives_wrong_twice_is_taken_away(bench: Bench) -> None:
    bench.fetch()
    bench.share.spoil = True
    with pytest.raises(copying.Changed):
        bench.push(remote=r"USB\New")
    assert not [path for path in bench.share.files if "New" in path]


@pytest.mark.parametrize("change", ["time", "size", "gone"])
def test_a_file_that_changes_while_it_is_fetched_leaves_nothing(bench: Bench, change: str) -> None:
    read = bench.share.read
    path = REMOTE + r"\a.cab"

    def changing(asked: str, offset: int = 0) -> Any:
        yield from read(asked, offset)
        if change == "time":
            bench.share.files[path].modified_ns += 1
        elif change == "size":
            bench.share.files[path].content += b"x"
        else:
            bench.share.files.pop(path, None)

    bench.share.read = changing  # type: ignore[method-assign,assignment]
    with pytest.raises(copying.Changed, match="changed while it was copied"):
        bench.fetch()
    assert list(bench.local.iterdir()) == []


def test_times_and_folders_come_along(bench: Bench) -> None:
    bench.share.put(REMOTE + r"\sub\deep\b.cab", b"second", 1_234_567_000_000_000_000)
    bench.fetch()
    assert (bench.local / "sub" / "deep" / "b.cab").stat().st_mtime_ns == 1_234_567_000_000_000_000
    bench.push(remote=r"USB\New")
    found = bench.share.find(r"USB\New\sub\deep\b.cab")
    assert found is not None
    assert found.modified_ns == 1_234_567_000_000_000_000


def test_with_force_everything_is_carried_again(bench: Bench) -> None:
    bench.fetch()
    assert bench.fetch(again=True).moved_bytes == 64
    bench.push(remote=r"USB\New")
    assert bench.push(remote=r"USB\New", again=True).moved_bytes == 64


def test_excluded_files_are_none_of_it_on_either_side(bench: Bench) -> None:
    bench.share.put(REMOTE + r"\Sub\Note.TXT", b"note")
    done = bench.fetch(exclude=["*.txt"])
    assert sorted(done.files) == ["a.cab"]
    (bench.local / "own.txt").write_bytes(b"mine")
    assert not bench.fetch(exclude=["*.TXT"], purge=True).changed
    assert (bench.local / "own.txt").exists()


def test_check_mode_compares_with_the_list_beside_the_source(bench: Bench) -> None:
    bench.fetch()
    bench.share.put(REMOTE + ".sha256", f"{HASH}  Packs/a.cab\n".encode())
    with pytest.raises(ShareError, match="was changed or truncated"):
        bench.fetch(check_mode=True)
    bench.share.put(REMOTE + ".sha256", f"{digest(CONTENT)}  Packs/a.cab\n{HASH}  Packs/b.cab\n".encode())
    with pytest.raises(ShareError, match=r"b\.cab is missing"):
        bench.fetch()


def test_the_end_of_a_transfer_and_of_the_hashes_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.configmgr.scp.plugins.module_utils.transfer.meter._QUIET_SECONDS", 0.0)
    said: list[str] = []
    bench.fetch(say=said.append)
    bench.push(remote=r"USB\New", say=said.append)
    assert [line.partition(" 64 bytes")[0] for line in said] == ["fetched", "checked the hashes of", "pushed"]


def test_an_old_list_goes_before_new_files_come(bench: Bench) -> None:
    bench.fetch()
    bench.push(remote=r"USB\New")
    (bench.local / "a.cab").write_bytes(b"new")
    bench.local.with_name("Packs.sha256").unlink()
    bench.share.left = 0
    with pytest.raises(ShareError, match="broke"):
        bench.push(remote=r"USB\New")
    assert r"USB\New.sha256" not in bench.share.files


def test_an_unusable_list_on_the_server_is_replaced(bench: Bench) -> None:
    bench.fetch()
    bench.share.put(r"USB\New.sha256", b"nonsense")
    bench.push(remote=r"USB\New")
    assert bench.share.content(r"USB\New.sha256").decode() == f"{digest(CONTENT)}  New/a.cab\n"


@pytest.mark.parametrize(("free", "fits"), [(64, True), (63, False)])
def test_room_for_all_of_it_is_enough(bench: Bench, monkeypatch: pytest.MonkeyPatch, free: int, fits: bool) -> None:
    def tried(act: Any, **changes: Any) -> bool:
        try:
            return bool(act(**changes).changed)
        except ShareError:
            return False

    monkeypatch.setattr(carrying, "_free_locally", lambda _path: free)
    assert tried(bench.fetch) is fits
    monkeypatch.undo()
    bench.fetch()
    bench.share.free = free
    assert tried(bench.push, remote=r"USB\New") is fits


def test_a_file_and_a_folder_are_not_exchanged(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(LocalError, match="is a file, but a folder is to be copied there"):
        bench.fetch(local=tmp_path / "file")
    bench.fetch()
    with pytest.raises(LocalError, match="is a folder, but a file is to be copied there"):
        bench.fetch(remote=REMOTE + r"\a.cab")


# What is listed.


def test_unfinished_files_and_links_are_none(bench: Bench, tmp_path: Path) -> None:
    bench.share.put(REMOTE + r"\b.cab.PART", b"x")
    assert list(remote_files.listed(bench.share, REMOTE) or ()) == ["a.cab"]
    assert remote_files.listed(bench.share, r"USB\None") is None
    assert list(remote_files.listed(bench.share, REMOTE + r"\a.cab") or ()) == [""]
    bench.share.files[REMOTE + r"\a.cab"].is_link = True
    for path in (REMOTE, REMOTE + r"\a.cab"):
        with pytest.raises(ShareError, match="is a link"):
            remote_files.listed(bench.share, path)
    (tmp_path / "x" / "y").mkdir(parents=True)
    (tmp_path / "x" / "y" / "a.part").write_bytes(b"")
    (tmp_path / "x" / "b").write_bytes(b"123")
    assert {path: item.size_bytes for path, item in local_files.listed(tmp_path / "x").items()} == {"b": 3}
    assert local_files.listed(tmp_path / "none") == {}
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with pytest.raises(LocalError, match="is a symbolic link"):
        local_files.listed(tmp_path / "link")


def test_no_more_files_than_can_be_meant(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.share.put(REMOTE + r"\b.cab", b"x")
    bench.fetch()
    monkeypatch.setattr(manifest, "MOST_FILES", 2)
    assert len(remote_files.listed(bench.share, REMOTE) or ()) == len(local_files.listed(bench.local)) == 2
    monkeypatch.setattr(manifest, "MOST_FILES", 1)
    with pytest.raises(ShareError, match="more than 1 files"):
        remote_files.listed(bench.share, REMOTE)
    with pytest.raises(LocalError, match="more than 1 files"):
        local_files.listed(bench.local)


@pytest.mark.parametrize(("folders", "fits"), [(29, True), (30, False)])
def test_no_deeper_than_can_be_meant(bench: Bench, folders: int, fits: bool) -> None:
    bench.share.put("\\".join([REMOTE, *"d" * folders, "x"]), b"x")
    if fits:
        assert len(remote_files.listed(bench.share, REMOTE) or ()) == 2
    else:
        with pytest.raises((ShareError, HostileName)):
            remote_files.listed(bench.share, REMOTE)


def test_a_list_has_its_limits(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{digest(CONTENT)}  Packs/a.cab\n"
    bench.share.put(REMOTE + ".sha256", text.encode())
    (tmp_path / "Packs.sha256").write_text(text)
    monkeypatch.setattr(manifest, "MOST_BYTES", len(text))
    assert (remote_files.read_manifest(bench.share, REMOTE) or ("", {}))[1] == local_files.read_manifest(bench.local)
    monkeypatch.setattr(manifest, "MOST_BYTES", len(text) - 1)
    with pytest.raises(ShareError, match="too large"):
        remote_files.read_manifest(bench.share, REMOTE)
    with pytest.raises(LocalError, match="too large"):
        local_files.read_manifest(bench.local)


def test_a_list_that_is_none(bench: Bench, tmp_path: Path) -> None:
    bench.share.make_folders(REMOTE + ".sha256")
    assert remote_files.read_manifest(bench.share, REMOTE) is None
    bench.share.put(r"USB\X.sha256", b"\xff")
    with pytest.raises(ShareError, match="cannot be used as a list of hashes"):
        remote_files.read_manifest(bench.share, r"USB\X")
    bench.share.files[r"USB\X.sha256"].is_link = True
    with pytest.raises(ShareError, match="is a link"):
        remote_files.read_manifest(bench.share, r"USB\X")
    assert local_files.read_manifest(tmp_path / "none") is None
    for content, said in ((b"\xff", "cannot be read"), (b"nonsense", "cannot be used")):
        (tmp_path / "x.sha256").write_bytes(content)
        with pytest.raises(LocalError, match=said):
            local_files.read_manifest(tmp_path / "x")


def test_a_list_is_written_once(tmp_path: Path) -> None:
    assert local_files.write_manifest(tmp_path / "x", "text\n") is True
    assert local_files.write_manifest(tmp_path / "x", "text\n") is False
    assert local_files.write_manifest(tmp_path / "x", "other\n") is True
    assert [path.name for path in tmp_path.iterdir()] == ["x.sha256"]


def test_a_hash_by_reading_tells_how_far_it_is(bench: Bench) -> None:
    told: list[int] = []
    assert remote_files.hash_by_reading(bench.share, REMOTE + r"\a.cab", told.append) == digest(CONTENT)
    assert sum(told) == 64
    (bench.local.parent / "x").write_bytes(CONTENT)
    told.clear()
    assert local_files.hash_of(bench.local.parent / "x", told.append) == digest(CONTENT)
    assert told == [64]


# Lists of hashes and names.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"\n{HASH}  Packs/a\n{OTHER}  Packs/a", "line 3 lists a path a second time"),
        (f"{HASH}  Other/a", "line 1 is about a folder other than Packs"),
        (f"\n\n{HASH} Packs/a", "line 3 does not have the format of sha256sum"),
        ("\n \n", "it lists no file"),
    ],
)
def test_what_is_wrong_with_a_list(text: str, said: str) -> None:
    with pytest.raises(manifest.BadManifest, match=said):
        manifest.parsed(text, "Packs")


def test_a_list_of_another_program_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"\ufeff{HASH.upper()} *PACKS\\sub\\a b\r\n{OTHER}  Packs/c  \r\n"
    assert manifest.parsed(text, "packs") == {"sub/a b": HASH, "c": OTHER}
    monkeypatch.setattr(manifest, "MOST_FILES", 2)
    assert len(manifest.parsed(text, "packs")) == 2
    monkeypatch.setattr(manifest, "MOST_FILES", 1)
    with pytest.raises(manifest.BadManifest, match="more than 1 lines"):
        manifest.parsed(text, "packs")


def test_names_and_paths_at_their_limits() -> None:
    assert checked_name("x" * 255) == "x" * 255
    with pytest.raises(HostileName, match="more than 255 characters"):
        checked_name("x" * 256)
    assert checked_path("/".join("a" * 30)) == "/".join("a" * 30)
    with pytest.raises(HostileName, match="too many folders"):
        checked_path("/".join("a" * 31))
    long = "/".join(["a" * 199] * 10) + "b"
    assert len(long) == 2000
    assert checked_path(long) == long
    with pytest.raises(HostileName, match="too long"):
        checked_path(long + "b")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "is not a name"),
        ("a.", "ends in a space or a dot"),
        ("a?", r"has the character U\+003F"),
        ("NUL .txt", "is the name of a device"),
    ],
)
def test_why_a_name_is_refused(name: str, why: str) -> None:
    with pytest.raises(HostileName, match=why):
        checked_name(name)


# How far it is.


@pytest.mark.parametrize(
    ("count", "text"),
    [(1023, "1023 bytes"), (1024, "1.0 KiB"), (1024**2 - 1, "1024.0 KiB"), (1024**2, "1.0 MiB"), (1024**5, "1024.0 TiB")],
)
def test_sizes_at_the_edge_of_a_unit(count: int, text: str) -> None:
    assert sized(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(99.4, "99 s"), (99.5, "2 min"), (99.4 * 60, "99 min"), (99.5 * 60, "1.7 h"), (7200, "2.0 h")]
)
def test_times_at_the_edge_of_a_unit(seconds: float, text: str) -> None:
    assert lasting(seconds) == text


@pytest.mark.parametrize(
    ("at", "moved", "shown"),
    [
        (1.9, 2**20, []),
        (2.0, 2**20, ["fetching: 1.0 MiB of 8.0 MiB (12 %), 512.0 KiB/s"]),
        (4.9, 4 * 2**20, ["fetching: 4.0 MiB of 8.0 MiB (50 %), 835.9 KiB/s"]),
        (5.0, 4 * 2**20, ["fetching: 4.0 MiB of 8.0 MiB (50 %), 819.2 KiB/s, about 5 s left"]),
        (5.0, 4 * 2**20 - 1, ["fetching: 4.0 MiB of 8.0 MiB (49 %), 819.2 KiB/s"]),
        (5.0, 8 * 2**20, []),
    ],
)
def test_when_a_line_is_shown_and_what_it_knows(at: float, moved: int, shown: list[str]) -> None:
    now = [100.0]
    lines: list[str] = []
    meter = Meter("fetching", "fetched", 8 * 2**20, lines.append, lines.append, lambda: now[0])
    now[0] += at
    meter.add(moved)
    assert lines == shown


@pytest.mark.parametrize(("at", "said"), [(1.9, []), (2.0, ["fetched 4 bytes in 2 s, 2 bytes/s"])])
def test_the_end_is_told_of_what_took_its_time(at: float, said: list[str]) -> None:
    now = [100.0]
    lines: list[str] = []
    meter = Meter("fetching", "fetched", 4, lines.append, lines.append, lambda: now[0])
    now[0] += at
    meter.add(4)
    meter.end()
    assert lines == said
