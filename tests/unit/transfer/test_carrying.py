"""Transfers with a share in memory: what remains, resuming, hashes, and what is rejected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import ShareError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import carrying, copying, manifest
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.local_files import LocalError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import HostileName

from .memory_share import MemoryShare

REMOTE = r"USB\Packs"
CONTENT = bytes(range(64))


class Bench:
    """A share, a folder of the controller, and the messages."""

    def __init__(self, folder: Path) -> None:
        self.share = MemoryShare()
        self.local = folder / "Packs"
        self.warnings: list[str] = []
        self.hashed: list[str] = []

    def carry(self, action: Callable[[carrying.Carriage], carrying.Outcome], **changes: Any) -> carrying.Outcome:
        def hashing(path: str) -> str:
            self.hashed.append(path)
            return hashlib.sha256(self.share.content(path)).hexdigest()

        values: dict[str, Any] = {
            "share": self.share,
            "remote": REMOTE,
            "local": self.local,
            "purge": False,
            "again": False,
            "check_mode": False,
            "hashing": hashing,
            "show": lambda _line: None,
            "say": lambda _line: None,
            "warn": self.warnings.append,
        }
        return action(carrying.Carriage(**values | changes))

    def fetch(self, **changes: Any) -> carrying.Outcome:
        return self.carry(carrying.fetch, **changes)

    def push(self, **changes: Any) -> carrying.Outcome:
        return self.carry(carrying.push, **changes)

    def listed(self) -> str:
        return self.local.with_name("Packs.sha256").read_text()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.share.put(REMOTE + r"\a.cab", CONTENT)
    bench.share.put(REMOTE + r"\sub\b.cab", b"second")
    bench.share.put(REMOTE + r"\empty", b"")
    return bench


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_folder_comes_whole_with_its_list_and_not_twice(bench: Bench) -> None:
    done = bench.fetch()
    assert done.changed
    assert done.moved_bytes == 70
    assert (bench.local / "a.cab").read_bytes() == CONTENT
    assert (bench.local / "sub" / "b.cab").read_bytes() == b"second"
    assert bench.listed() == (
        f"{digest(CONTENT)}  Packs/a.cab\n{digest(b'')}  Packs/empty\n{digest(b'second')}  Packs/sub/b.cab\n"
    )
    again = bench.fetch()
    assert not again.changed
    assert again.hashes == done.hashes
    assert not bench.hashed


def test_check_mode_writes_nothing(bench: Bench) -> None:
    assert bench.fetch(check_mode=True).changed
    assert not bench.local.exists()
    bench.fetch()
    assert bench.push(check_mode=True, remote=r"USB\Other").changed
    assert not any("Other" in path for path in bench.share.files)


def test_a_fetch_that_was_cut_off_goes_on(bench: Bench) -> None:
    bench.share.left = 40
    with pytest.raises(ShareError, match="broke"):
        bench.fetch()
    assert not (bench.local / "a.cab").exists()
    assert (bench.local / "a.cab.part").stat().st_size == 40
    bench.share.left = None
    done = bench.fetch()
    assert done.resumed_bytes == 40
    assert done.moved_bytes == 30
    assert bench.hashed == [REMOTE + r"\a.cab"]
    assert (bench.local / "a.cab").read_bytes() == CONTENT
    assert not (bench.local / "a.cab.part").exists()


def test_a_part_whose_end_is_other_is_begun_again(bench: Bench) -> None:
    bench.local.mkdir()
    (bench.local / "a.cab.part").write_bytes(b"x" * 40)
    assert bench.fetch().resumed_bytes == 0
    assert (bench.local / "a.cab").read_bytes() == CONTENT


def test_a_part_that_only_its_hash_gives_away_is_begun_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_COMPARED_BYTES", 4)
    bench.local.mkdir()
    (bench.local / "a.cab.part").write_bytes(b"x" * 36 + CONTENT[36:40])
    bench.fetch()
    assert (bench.local / "a.cab").read_bytes() == CONTENT


def test_a_file_that_changes_meanwhile_is_told(bench: Bench) -> None:
    read = bench.share.read

    def growing(path: str, offset: int = 0) -> Any:
        yield from read(path, offset)
        bench.share.files[path].modified_ns += 10**10

    bench.share.read = growing  # type: ignore[method-assign]
    with pytest.raises(copying.Changed, match="changed while it was copied"):
        bench.fetch()


def test_a_list_beside_the_source_has_to_agree(bench: Bench) -> None:
    bench.share.put(REMOTE + ".sha256", f"{'0' * 64}  Packs/a.cab\n".encode())
    with pytest.raises(ShareError) as refusal:
        bench.fetch()
    assert "0" * 64 in str(refusal.value)
    assert digest(CONTENT) in str(refusal.value)
    assert not bench.local.with_name("Packs.sha256").exists()


@pytest.mark.parametrize("name", ["..", "C:evil", "NUL", "a/../../b", "x\x1b"])
def test_hostile_names_of_the_share_are_refused(bench: Bench, name: str) -> None:
    bench.share.put(f"{REMOTE}\\{name}", b"x")
    with pytest.raises(HostileName):
        bench.fetch()
    assert not bench.local.exists()


def test_links_are_refused_on_both_sides(bench: Bench, tmp_path: Path) -> None:
    bench.fetch()
    (bench.local / "link").symlink_to(tmp_path)
    with pytest.raises(LocalError, match="link"):
        bench.push()
    bench.share.files[REMOTE + r"\a.cab"].is_link = True
    (bench.local / "link").unlink()
    with pytest.raises(ShareError, match="link"):
        bench.fetch()


def test_a_push_is_proved_by_the_hash_of_what_arrived(bench: Bench) -> None:
    bench.fetch()
    done = bench.push(remote=r"USB\New")
    assert done.changed
    assert bench.share.content(r"USB\New\sub\b.cab") == b"second"
    assert bench.share.content(r"USB\New.sha256").decode() == bench.listed().replace("Packs/", "New/")
    assert sorted(bench.hashed) == [r"USB\New\a.cab.part", r"USB\New\empty.part", r"USB\New\sub\b.cab.part"]
    assert not bench.push(remote=r"USB\New").changed


def test_a_push_that_was_cut_off_goes_on(bench: Bench) -> None:
    bench.fetch()
    bench.share.left = 24
    with pytest.raises(ShareError, match="broke"):
        bench.push(remote=r"USB\New")
    assert r"USB\New.sha256" not in bench.share.files
    bench.share.left = None
    done = bench.push(remote=r"USB\New")
    assert done.resumed_bytes == 24
    assert bench.share.content(r"USB\New\a.cab") == CONTENT


def test_what_arrives_spoiled_is_not_put_in_place(bench: Bench) -> None:
    bench.fetch()
    bench.share.spoil = True
    with pytest.raises(copying.Changed) as refusal:
        bench.push(remote=r"USB\New")
    assert digest(CONTENT) in str(refusal.value)
    assert digest(b"?" * 64) in str(refusal.value)
    assert r"USB\New\a.cab" not in bench.share.files


def test_a_changed_pack_is_refused_with_both_hashes(bench: Bench) -> None:
    bench.fetch()
    (bench.local / "a.cab").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(LocalError) as refusal:
        bench.push(remote=r"USB\New")
    assert digest(CONTENT) in str(refusal.value)
    assert digest(CONTENT[:-1] + b"!") in str(refusal.value)
    assert not any("New" in path for path in bench.share.files)


def test_a_truncated_or_missing_file_is_refused(bench: Bench) -> None:
    bench.fetch()
    (bench.local / "a.cab").write_bytes(CONTENT[:10])
    with pytest.raises(LocalError, match="changed or truncated"):
        bench.push()
    (bench.local / "a.cab").unlink()
    with pytest.raises(LocalError, match="is missing"):
        bench.push()


def test_a_file_too_many_is_refused(bench: Bench) -> None:
    bench.fetch()
    (bench.local / "extra").write_bytes(b"x")
    with pytest.raises(LocalError, match=r"is not in Packs\.sha256"):
        bench.push()


def test_without_a_list_it_is_taken_with_a_warning(bench: Bench) -> None:
    bench.fetch()
    bench.local.with_name("Packs.sha256").unlink()
    bench.push(remote=r"USB\New")
    assert "it is unknown whether" in bench.warnings[0]
    assert bench.listed()


def test_purge_takes_away_what_only_the_target_has(bench: Bench) -> None:
    bench.fetch()
    bench.share.put(r"USB\New\old.cab", b"old")
    bench.push(remote=r"USB\New")
    assert r"USB\New\old.cab" in bench.share.files
    bench.push(remote=r"USB\New", purge=True)
    assert r"USB\New\old.cab" not in bench.share.files
    bench.share.remove(REMOTE + r"\empty")
    bench.fetch(purge=True)
    assert not (bench.local / "empty").exists()


def test_what_looks_alike_but_is_not_proved_is_hashed(bench: Bench) -> None:
    bench.fetch()
    bench.push(remote=r"USB\New")
    bench.share.remove(r"USB\New.sha256")
    bench.share.files[r"USB\New\a.cab"].content[0] ^= 1
    bench.hashed.clear()
    with pytest.raises(ShareError, match=r"^USB\\New\\a\.cab has the same size and time .* set force of folder_transfer"):
        bench.push(remote=r"USB\New")
    bench.share.files[r"USB\New\a.cab"].content[0] ^= 1
    bench.push(remote=r"USB\New")
    assert sorted(bench.hashed) == [r"USB\New\a.cab", r"USB\New\a.cab", r"USB\New\empty", r"USB\New\sub\b.cab"]
    # With the list in place nothing is read again.
    (bench.local / "c.cab").write_bytes(b"more")
    bench.local.with_name("Packs.sha256").unlink()
    bench.hashed.clear()
    bench.share.files[r"USB\New\a.cab"].content[0] ^= 1
    bench.push(remote=r"USB\New", again=True)
    assert bench.share.content(r"USB\New\a.cab") == CONTENT


def test_no_room_is_told_before_anything_is_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "_free_locally", lambda _path: 10)
    with pytest.raises(ShareError, match="10 bytes free"):
        bench.fetch()
    assert not bench.local.exists()
    monkeypatch.undo()
    bench.fetch()
    bench.share.free = 10
    with pytest.raises(ShareError, match="10 bytes free"):
        bench.push(remote=r"USB\New")
    assert not any("New" in path for path in bench.share.files)


def test_a_single_file_goes_with_its_own_list(bench: Bench, tmp_path: Path) -> None:
    cab = tmp_path / "a.cab"
    bench.fetch(remote=REMOTE + r"\a.cab", local=cab)
    assert cab.with_name("a.cab.sha256").read_text() == f"{digest(CONTENT)}  a.cab\n"
    bench.push(remote=r"E\b.cab", local=cab)
    assert bench.share.content(r"E\b.cab.sha256").decode() == f"{digest(CONTENT)}  b.cab\n"


def test_nothing_there_is_told(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(ShareError, match="no file or folder"):
        bench.fetch(remote=r"USB\None")
    with pytest.raises(LocalError, match="no file in"):
        bench.push(local=tmp_path / "none")


def test_a_list_of_the_share_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "MOST_BYTES", 100)
    bench.share.put(REMOTE + ".sha256", b"x" * 101)
    with pytest.raises(ShareError, match="too large"):
        bench.fetch()
