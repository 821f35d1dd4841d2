"""Names, lists of hashes and plans of transfers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.transfer import manifest
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.meter import Meter, lasting, sized
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import HostileName, checked_name, checked_path
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.plan import Clash, Item, remaining

HOSTILE_SIGNS = ["a*", "a|b", "<a", 'a"', "\ud800", "x" * 256, "CONIN$", "COM\u00b9"]
HASH, OTHER = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "name", ["a.cab", "b ü.cab", "ConfigMgr.Update.Manifest.ENC", "console.txt", "com.log", "{1-2}", "x'y&z"]
)
def test_plain_names_pass(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *HOSTILE_SIGNS,
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "C:",
        "a:stream",
        "NUL",
        "nul.txt",
        "COM1",
        "lpt9.cab",
        "con",
        "a.",
        "a ",
        "a\nb",
        "a\x1b[2J",
        "a?b",
    ],
)
def test_hostile_names_are_refused_and_spelled_out(name: str) -> None:
    with pytest.raises(HostileName) as refusal:
        checked_name(name)
    assert str(refusal.value).isprintable()


def test_a_path_is_checked_part_by_part() -> None:
    assert checked_path("a/b/c.cab") == "a/b/c.cab"
    for path in ("/a", "a//b", "a/../b", "a/", "C:/x", "/".join("a" * 31), "a/" + "b" * 2000):
        with pytest.raises(HostileName):
            checked_path(path)


@given(st.text(max_size=40))
def test_a_checked_path_never_leaves_its_folder(path: str) -> None:
    try:
        checked = checked_path(path)
    except HostileName:
        return
    assert all(part not in ("", ".", "..") and not set(part) & set('\\:*?"<>|') for part in checked.split("/"))


@given(
    st.dictionaries(
        st.from_regex(r"f[0-9]{1,8}(/f[0-9]{1,8}){0,3}", fullmatch=True),
        st.from_regex("[0-9a-f]{64}", fullmatch=True),
        min_size=1,
    )
)
def test_a_list_reads_back(hashes: dict[str, str]) -> None:
    assert manifest.parsed(manifest.rendered("Packs", hashes), "packs") == hashes


def test_a_single_file_has_an_empty_path() -> None:
    assert manifest.rendered("u.cab", {"": HASH}) == f"{HASH}  u.cab\n"
    assert manifest.parsed(f"{HASH.upper()} *u.cab\r\n\r\n", "u.cab") == {"": HASH}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        f"{HASH}  Other/a",
        f"{HASH}  Packs/../a",
        f"{HASH}  Packs/a\n{OTHER}  Packs/a",
        f"{HASH[1:]}  Packs/a",
        f"{HASH}  Packs/",
    ],
)
def test_a_bad_list_is_refused(text: str) -> None:
    with pytest.raises(manifest.BadManifest):
        manifest.parsed(text, "Packs")


def test_the_identity_is_that_of_the_files() -> None:
    assert manifest.identity({"a": HASH, "b": OTHER}) == manifest.identity({"b": OTHER, "a": HASH})
    assert manifest.identity({"a": HASH}) != manifest.identity({"a": OTHER})


def items(**sizes: int) -> dict[str, Item]:
    return {name: Item(name, size, 10**18) for name, size in sizes.items()}


def test_only_what_differs_remains() -> None:
    plan = remaining(items(same=1, longer=2, missing=3), items(SAME=1, longer=1, extra=4))
    assert [item.path for item in plan.transfer] == ["longer", "missing"]
    assert plan.kept == ("same",)
    assert plan.extra == ("extra",)
    assert plan.transfer_bytes == 5
    assert len(remaining(items(same=1), items(same=1), again=True).transfer) == 1


def test_times_count_but_for_the_steps_of_fat() -> None:
    early, late = Item("a", 1, 10**18), Item("a", 1, 10**18 + 2 * 10**9)
    assert not remaining({"a": early}, {"a": late}).transfer
    assert remaining({"a": early}, {"a": Item("a", 1, late.modified_ns + 1)}).transfer


def test_names_that_are_one_to_windows_are_refused() -> None:
    with pytest.raises(Clash, match="the same file on Windows"):
        remaining(items(a=1, A=2), {})


class Watch:
    """The messages of a meter, with the clock of a test."""

    def __init__(self, total_bytes: int) -> None:
        self.now = 0.0
        self.shown: list[str] = []
        self.said: list[str] = []
        self.meter = Meter("fetching", "fetched", total_bytes, self.shown.append, self.said.append, lambda: self.now)

    def add(self, at: float, count: int) -> None:
        self.now = at
        self.meter.add(count)


def test_how_far_it_is_and_its_end() -> None:
    watch = Watch(40 * 2**20)
    watch.meter.skip(10 * 2**20)
    watch.add(4.0, 4 * 2**20)
    watch.add(10.0, 6 * 2**20)
    watch.add(30.0, 20 * 2**20)
    watch.meter.end()
    assert watch.shown == [
        "fetching: 14.0 MiB of 40.0 MiB (35 %), 1.0 MiB/s",
        "fetching: 20.0 MiB of 40.0 MiB (50 %), 1.0 MiB/s, about 20 s left",
    ]
    assert watch.said == ["fetched 30.0 MiB in 30 s, 1.0 MiB/s, 10.0 MiB from an earlier transfer"]


def test_small_files_at_the_beginning_tell_nothing_of_the_rest() -> None:
    watch = Watch(2**30)
    watch.add(6.0, 700)
    assert watch.shown == ["fetching: 700 bytes of 1.0 GiB (0 %), 117 bytes/s"]


def test_what_is_over_in_a_moment_needs_no_line() -> None:
    watch = Watch(60 * 2**20)
    for number in range(60):
        watch.add(number / 40, 2**20)
    watch.meter.end()
    assert (watch.shown, watch.said) == ([], [])


def test_what_is_sent_again_is_no_more_than_all() -> None:
    watch = Watch(8 * 2**20)
    watch.add(10.0, 8 * 2**20)
    watch.add(20.0, 8 * 2**20)
    assert watch.shown == ["fetching: 8.0 MiB of 8.0 MiB (100 %), 819.2 KiB/s"]
    nothing = Watch(0)
    nothing.add(9.0, 0)
    nothing.meter.end()
    assert (nothing.shown, nothing.said) == ([], [])


def test_sizes_and_times_for_people() -> None:
    assert [lasting(seconds) for seconds in (0.4, 99.4, 99.6, 5940, 12600)] == ["0 s", "99 s", "2 min", "99 min", "3.5 h"]
    assert sized(0) == "0 bytes"
    assert sized(2**41) == "2.0 TiB"
