"""The tool's command line, which updates it chooses, and its manifest."""

from __future__ import annotations

import pytest

from lab.configmgr.connection_tool import pack
from lab.configmgr.connection_tool.command_line import Request, UsageError, parse
from lab.configmgr.connection_tool.selection import chosen
from lab.estate.offline import InternetUpdate


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (r"-prepare -usagedatadest D:\a.cab", Request("prepare", {"usagedatadest": r"D:\a.cab"})),
        (r"-USAGEDATADEST D:\a.cab -Prepare", Request("prepare", {"usagedatadest": r"D:\a.cab"})),
        ("-connect -usagedatasrc a -updatepackdest b", Request("connect", {"usagedatasrc": "a", "updatepackdest": "b"})),
        (
            "-connect -downloadall -usagedatasrc a -updatepackdest b -proxyserveruri p:8080 -proxyusername u",
            Request(
                "connect",
                {"usagedatasrc": "a", "updatepackdest": "b", "proxyserveruri": "p:8080", "proxyusername": "u"},
                "downloadall",
            ),
        ),
        ("-import -updatepacksrc a", Request("import", {"updatepacksrc": "a"})),
        ("-export -dest a.csv", Request("export", {"dest": "a.csv"})),
    ],
)
def test_command_lines(line: str, request_: Request) -> None:
    assert parse(tuple(line.split())) == request_


@pytest.mark.parametrize(
    "line",
    [
        "",
        "-help",
        "prepare -usagedatadest a",
        "-prepare",
        "-prepare -usagedatadest",
        "-prepare -usagedatadest a -dest b",
        "-prepare -import -usagedatadest a",
        "-prepare -usagedatadest a -usagedatadest b",
        "-connect -usagedatasrc a",
        "-connect -usagedatasrc a -updatepackdest b -downloadall -downloadhotfix",
        "-import -updatepacksrc a -downloadall",
        "-import -updatepacksrc a -proxyserveruri p",
        "-connect -usagedatasrc -updatepackdest b",
    ],
)
def test_anything_else_is_answered_with_the_usage(line: str) -> None:
    with pytest.raises(UsageError):
        parse(tuple(line.split()))


def _update(name: str, version: str, least: str = "5.00.8913.1000", type_: str = "regular") -> InternetUpdate:
    return InternetUpdate(name, name, version, type_, least)


OFFERED = [
    _update("2409", "5.00.9132.1000"),
    _update("2603", "5.00.9146.1000"),
    _update("2603-fix", "5.00.9146.1015", "5.00.9146.1000", "qfe"),
    _update("2609", "5.00.9152.1000", "5.00.9135.1000"),
    _update("2609-fix", "5.00.9152.1012", "5.00.9152.1000", "qfe"),
]


@pytest.mark.parametrize(
    ("download", "site", "names"),
    [
        ("", "5.00.9146.1000", ["2609"]),
        ("", "5.00.9132.1000", ["2603"]),
        ("", "5.00.9152.1000", []),
        ("", "5.00.8968.1000", []),
        ("downloadsiteversion", "5.00.8968.1000", ["2409", "2603", "2603-fix", "2609", "2609-fix"]),
        ("downloadsiteversion", "5.00.9146.1000", ["2603-fix", "2609", "2609-fix"]),
        ("downloadhotfix", "5.00.9152.1000", ["2603-fix", "2609-fix"]),
        ("downloadall", "5.00.9152.1000", ["2409", "2603", "2603-fix", "2609", "2609-fix"]),
    ],
)
def test_what_is_downloaded(download: str, site: str, names: list[str]) -> None:
    assert [update.name for update in chosen(OFFERED, download, site)] == names


GUID = "5E0C1B7A-93D4-4A6F-8C21-7B9D3F5A6E10"


def test_the_manifest_gives_back_what_was_put_in() -> None:
    update = pack.Packed(
        GUID, "N", "5.00.9152.1000", "qfe", "5.00.9146.1000", pack.FileFacts(5, "AB"), {"a.msi": pack.FileFacts(1, "CD")}
    )
    packs = {"one": [update], "two": []}
    assert pack.read_manifest(pack.manifest_of(packs)) == packs


def test_a_manifest_names_updates_by_guid_only() -> None:
    update = pack.Packed(r"..\x", "N", "5.00.9152.1000", "qfe", "5.00.9146.1000", pack.FileFacts(5, "AB"))
    assert pack.read_manifest(pack.manifest_of({"one": [update]})) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"hierarchies": {"a": [{}]}}', b'{"hierarchies": [1]}', b"\xff"])
def test_what_is_no_manifest(content: bytes) -> None:
    assert pack.read_manifest(content) is None


def test_a_half_manifest_is_none() -> None:
    whole = pack.manifest_of({"one": []})
    assert pack.read_manifest(whole[: len(whole) // 2]) is None


@pytest.mark.parametrize("size", [1, 10, pack.MARK_EVERY_BYTES, pack.MARK_EVERY_BYTES + 1, 3 * pack.MARK_EVERY_BYTES])
def test_the_parts_of_a_payload_are_all_of_it(size: int) -> None:
    parts = list(pack.payload_parts("GUID", size))
    assert sum(length for _, _, length in parts) == size
    assert all(len(mark) <= length for _, mark, length in parts)
    assert [offset for offset, _, _ in parts] == list(range(0, size, pack.MARK_EVERY_BYTES))
