"""The files that a run leaves, and what they show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import traces
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MANIFEST = r"d:\packs\configmgr.update.manifest.enc"
DENIED = "System.UnauthorizedAccessException: Access to the path 'C:\\Temp\\95F8A562.sql' is denied."
HARMLESS = f"Unhandled Exception: {DENIED}"


def file(path: str, size: int = 1, hours: float = 0) -> File:
    return File(path, size, NOW - timedelta(hours=hours))


def test_the_largest_manifest_proves_a_download() -> None:
    small, large = file(MANIFEST, 3), file(r"d:\packs\x\configmgr.update.manifest.enc", 5)
    assert traces.manifest_in([file(r"d:\packs\x.cab"), small, large, file(MANIFEST, 4)]) is large
    assert traces.manifest_in([file(r"d:\packs\x.cab", 9)]) is None
    assert traces.manifest_in([file(MANIFEST, 0)]) is None
    assert traces.manifest_in([]) is None


def test_packages_by_their_folders() -> None:
    one, other = "c8e5a1f3-46d9-4d27-b3f0-5a7e9c2b8d53", "a8e5a1f3-46d9-4d27-b3f0-5a7e9c2b8d53"
    found = [
        file(rf"d:\packs\{one}\{one}.cab"),
        file(MANIFEST),
        file(rf"d:\packs\{other}.cab"),
        file(rf"d:\packs\{one[:-1]}.cab"),
    ]
    assert traces.packages_in(found) == [other.upper(), one.upper()]


@pytest.mark.parametrize(
    ("found", "now", "young"),
    [
        (file(MANIFEST, hours=23.9), NOW, True),
        (file(MANIFEST, hours=24), NOW, False),
        (file(MANIFEST, 0), NOW, False),
        (file(MANIFEST), None, False),
        (File(MANIFEST, 1, None), NOW, False),
        (None, NOW, False),
    ],
)
def test_what_is_young(found: File | None, now: datetime | None, young: bool) -> None:
    assert traces.is_young(found, now, 1) is young


@pytest.mark.parametrize(
    ("hours", "others", "newer"),
    [
        (0, [1.0], True),
        (1, [1.0], True),
        (2, [1.0, 3.0], False),
        (2, [3.0, None], True),
        (2, [], True),
        (None, [1.0], False),
    ],
)
def test_what_was_written_after_all_others(hours: float | None, others: list[float | None], newer: bool) -> None:
    def made(age: float | None) -> File:
        return File("x.cab", 1, None if age is None else NOW - timedelta(hours=age))

    assert traces.is_newer(made(hours), [made(age) for age in others]) is newer


@pytest.mark.parametrize(
    ("texts", "imported"),
    [
        (["INFO: x", "successfully dropped the state message 4~~"], True),
        (["INFO: Successfully Dropped the state message 4"], True),
        (["Successfully Dropped the state message 40~~", "Successfully Dropped the state message 3"], False),
        ([], False),
    ],
)
def test_what_proves_an_import(texts: list[str], imported: bool) -> None:
    assert traces.has_imported(texts) is imported


def test_a_pack_is_known_by_its_content_whatever_the_case() -> None:
    identity = traces.identity_of({"A.cab": "0F", "b.cab": "0E"})
    assert identity == traces.identity_of({"B.cab": "0e", "a.CAB": "0f"})
    assert len({identity, traces.identity_of({"a.cab": "0F"}), traces.identity_of({"a.cab": "0E", "b.cab": "0F"})}) == 3


IDENTITY = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("action", "succeeded", "identity", "name"),
    [
        ("import", True, IDENTITY, "ServiceConnectionTool-import-20261125T120000Z-0123456789abcdef.log"),
        ("import", False, IDENTITY, "ServiceConnectionTool-import-20261125T120000Z-failed.log"),
        ("import", True, "", "ServiceConnectionTool-import-20261125T120000Z.log"),
        ("connect", True, IDENTITY, "ServiceConnectionTool-connect-20261125T120000Z.log"),
        ("prepare", False, "", "ServiceConnectionTool-prepare-20261125T120000Z-failed.log"),
    ],
)
def test_the_name_of_a_kept_log(action: str, succeeded: bool, identity: str, name: str) -> None:
    assert traces.saved_log_name(action, NOW, succeeded=succeeded, identity=identity) == name


def test_the_proofs_of_a_pack_are_its_kept_logs_the_latest_first() -> None:
    def kept(stamp: str, end: str) -> File:
        return file(rf"c:\logs\serviceconnectiontool-import-{stamp}-{end}.log")

    old, new = kept("20261101t120000z", IDENTITY[:16]), kept("20261125t120000z", IDENTITY[:16])
    others = [kept("20261125t120000z", "f" * 16), kept("20261125t120000z", "failed"), file(r"c:\logs\hman.log")]
    assert traces.proofs_of_import([old, *others, new], IDENTITY) == [new, old]
    assert traces.proofs_of_import(others, "") == []


@pytest.mark.parametrize(
    ("says", "length", "cabinet"),
    [(100, 100, True), (100, 150, True), (100, 99, False), (0, 100, False), (1, 100, True), (1 << 31, (1 << 31) - 1, False)],
    ids=["as long as it says", "with a signature behind", "cut off", "of no length", "of little length", "large and cut off"],
)
def test_a_cabinet_has_the_length_that_it_says(says: int, length: int, cabinet: bool) -> None:
    head = b"MSCF" + bytes(4) + says.to_bytes(4, "little")
    assert traces.is_whole_cab(head, length) is cabinet
    assert traces.is_whole_cab(head + b"more", length) is cabinet


def test_what_is_no_head_of_a_cabinet() -> None:
    head = b"MSCF" + bytes(4) + (100).to_bytes(4, "little")
    assert not traces.is_whole_cab(head[:11], 100)
    assert not traces.is_whole_cab(b"MZ" + head[2:], 100)


@pytest.mark.parametrize(
    ("code", "text", "abnormal"),
    [
        (0, "", False),
        (1, "ERROR: anything", False),
        (-532462766, HARMLESS, False),
        (-532462766, "Unhandled Exception: System.IO.IOException: disk", True),
        (0, "Unhandled Exception: System.IO.IOException: disk", True),
        (-1073741819, "", True),
        (0xC0000000, "", True),
        (0xCFFFFFFF, "", True),
        (0xBFFFFFFF, "", False),
        (0xD0000000, "", False),
        (None, "", True),
    ],
)
def test_which_ends_leave_half_a_thing(code: int | None, text: str, abnormal: bool) -> None:
    assert traces.is_abnormal_end(code, text) is abnormal


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        (HARMLESS, True),
        ("unhandled exception: Access is denied", True),
        (DENIED, False),
        ("Unhandled Exception: disk", False),
        ("", False),
    ],
)
def test_the_documented_end_of_some_downloads(text: str, harmless: bool) -> None:
    assert traces.is_harmless_crash(text) is harmless


@pytest.mark.parametrize(
    ("text", "proxy", "hidden"),
    [
        ("The usage data is not valid", "proxy:8080", True),
        ("ERROR: UsageData", "proxy:8080", True),
        ("The usage data is not valid", "", False),
        ("The disk is full", "proxy:8080", False),
    ],
)
def test_a_complaint_that_may_be_about_the_proxy(text: str, proxy: str, hidden: bool) -> None:
    assert traces.hides_proxy_failure(text, proxy) is hidden
