"""What exists before a run: whether the run is due, and whether it may begin."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import traces
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import Request
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.standing import (
    NotReady,
    Standing,
    check_hashes,
    read_standing,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File
from tests.unit.site.servicing.connection_tool.machine import NOW, Machine, cab

CAB = r"D:\USB\Usage.cab"
PACKS = r"D:\Packs"
LOGS = r"C:\SMS\Logs"
MANIFEST = rf"{PACKS}\ConfigMgr.Update.Manifest.ENC"
PREPARE = Request("prepare", "", CAB, ())
CONNECT = Request("connect", r"D:\USB", PACKS, ())
IMPORT = Request("import", PACKS, "", ())
DROPPED = b"Successfully Dropped the state message 4"


def standing(machine: Machine, request: Request, days: float = 7) -> Standing:
    return read_standing(machine.session, request, NOW, days, LOGS)


def missing(machine: Machine, request: Request) -> tuple[str, str]:
    with pytest.raises(NotReady) as refused:
        standing(machine, request)
    return refused.value.missing, str(refused.value)


def test_bytes_of_what_is_there() -> None:
    assert Standing(files=[File("a", 3, None), File("b", 4, None)]).bytes == 7
    assert Standing().bytes == 0


@pytest.mark.parametrize(
    ("days", "size", "unfinished", "done"),
    [(6.9, 100, False, True), (7.1, 100, False, False), (1, 0, False, False), (1, 100, True, False)],
)
def test_a_young_cabinet_is_not_made_again(machine: Machine, days: float, size: int, unfinished: bool, done: bool) -> None:
    machine.write(CAB, bytes(size), NOW - timedelta(days=days))
    if unfinished:
        machine.make(f"{CAB}.unfinished")
    found = standing(machine, PREPARE)
    assert bool(found.done) is done
    assert [file.path for file in found.files] == [CAB.lower()]
    assert found.unfinished is unfinished
    assert not found.occupied


def test_nothing_to_begin_with(machine: Machine) -> None:
    assert standing(machine, PREPARE) == Standing(files=[])


def downloaded(machine: Machine, hours: float = 0) -> None:
    machine.write(MANIFEST, b"manifest", NOW - timedelta(hours=hours))


@pytest.mark.parametrize(
    ("download_hours", "cab_hours", "unfinished", "done"),
    [
        (1, 2, False, True),
        (2, 1, False, False),
        (1, 2, True, False),
        (24 * 8, 24 * 9, False, False),
    ],
)
def test_a_download_is_newer_than_its_usage_data(
    machine: Machine, download_hours: float, cab_hours: float, unfinished: bool, done: bool
) -> None:
    machine.write(CAB, cab(), NOW - timedelta(hours=cab_hours))
    downloaded(machine, download_hours)
    if unfinished:
        machine.make(f"{PACKS}.unfinished")
    found = standing(machine, CONNECT)
    assert (bool(found.done), found.occupied, found.unfinished) == (done, True, unfinished)
    assert len(found.files) == 1


def test_a_fault_alone_does_not_make_an_unfinished_download_a_finished_one(machine: Machine) -> None:
    machine.write(CAB, cab(), NOW - timedelta(hours=2))
    downloaded(machine, 1)
    machine.make(f"{PACKS}.unfinished")
    machine.denies.add(f"{PACKS}.unfinished".lower())
    assert (standing(machine, CONNECT).done, standing(machine, CONNECT).unfinished) == ("", True)


@pytest.mark.parametrize(
    ("folders", "files", "occupied"),
    [
        ([], [], False),
        ([PACKS], [], False),
        ([rf"{PACKS}\empty"], [], True),
        ([], [rf"{PACKS}\x.txt"], True),
    ],
)
def test_a_destination_with_anything_in_it_is_occupied(
    machine: Machine, folders: list[str], files: list[str], occupied: bool
) -> None:
    machine.write(CAB, cab())
    for path in folders:
        machine.make(path)
    for path in files:
        machine.write(path)
    found = standing(machine, CONNECT)
    assert (found.occupied, found.done) == (occupied, "")
    assert len(found.files) == len(files)


def test_usage_data_is_a_file_or_every_cabinet_of_a_folder(machine: Machine) -> None:
    named = Request("connect", CAB, PACKS, ())
    assert missing(machine, CONNECT)[0] == "usage_data"
    assert missing(machine, named)[0] == "usage_data"
    machine.write(r"D:\USB\readme.txt")
    machine.write(r"D:\USB\Other.cab", cab())
    assert not standing(machine, CONNECT).done
    assert missing(machine, named)[0] == "usage_data"
    machine.write(CAB, b"")
    option, told = missing(machine, CONNECT)
    assert option == ""
    assert CAB.lower() in told
    assert missing(machine, named)[0] == ""
    machine.write(CAB, cab())
    assert not standing(machine, named).done


# Packs for the import.


def hashes(machine: Machine, name: str = "Packs", **other: str) -> dict[str, str]:
    """Write the list of hashes of the unchanged pack."""
    found = {
        path[len(PACKS) + 1 :].replace("\\", "/"): hashlib.sha256(data).hexdigest()
        for path, (data, _time) in machine.files.items()
        if path.startswith(f"{PACKS.lower()}\\")
    }
    found.update(other)
    machine.write(f"{PACKS}.sha256", "".join(f"{digest.upper()}  {name}/{path}\n" for path, digest in found.items()).encode())
    return found


def proof(machine: Machine, identity: str, text: bytes = DROPPED) -> None:
    machine.write(rf"{LOGS}\ServiceConnectionTool-import-20261101T120000Z-{identity[:16]}.log", text)


def test_a_pack_without_a_list_is_known_by_its_manifest_and_the_sizes_of_its_files(machine: Machine) -> None:
    downloaded(machine)
    machine.write(rf"{PACKS}\Sub\a.cab", b"abc")
    found = standing(machine, IMPORT)
    manifest = hashlib.sha256(b"manifest").hexdigest()
    assert found.identity == traces.identity_of({"configmgr.update.manifest.enc": manifest, r"sub\a.cab": "3 bytes"})
    assert found.hashes is None
    assert (found.done, found.bytes, found.occupied) == ("", 11, False)


def test_a_pack_with_a_list_is_known_by_it(machine: Machine) -> None:
    downloaded(machine)
    machine.write(rf"{PACKS}\Sub\a.cab", b"abc")
    listed = hashes(machine)
    found = standing(machine, IMPORT)
    assert found.hashes == listed
    assert found.identity == traces.identity_of(listed)


@pytest.mark.parametrize("with_list", [True, False])
def test_a_kept_log_with_the_state_message_proves_an_import(machine: Machine, with_list: bool) -> None:
    downloaded(machine)
    if with_list:
        hashes(machine)
    identity = standing(machine, IMPORT).identity
    proof(machine, identity, b"INFO: half")
    assert not standing(machine, IMPORT).done
    proof(machine, identity)
    found = standing(machine, IMPORT)
    assert identity[:16] in found.done
    assert (found.identity, found.hashes is not None, len(found.files)) == (identity, with_list, 1)


@pytest.mark.parametrize(("files", "option"), [([], "update_packs"), ([rf"{PACKS}\x.cab"], "")])
def test_a_folder_that_is_no_complete_download(machine: Machine, files: list[str], option: str) -> None:
    for path in files:
        machine.write(path)
    assert missing(machine, IMPORT)[0] == option


def test_a_pack_has_the_files_of_its_list_and_no_others(machine: Machine) -> None:
    downloaded(machine)
    hashes(machine, **{"Lost.cab": "0" * 64})
    assert "lost.cab" in missing(machine, IMPORT)[1]
    hashes(machine)
    machine.write(rf"{PACKS}\Sub\More.cab")
    assert "sub/more.cab" in missing(machine, IMPORT)[1]
    hashes(machine)
    assert standing(machine, IMPORT).hashes is not None


def test_a_fault_alone_does_not_make_a_list_of_hashes_missing(machine: Machine) -> None:
    downloaded(machine)
    hashes(machine)
    machine.denies.add(f"{PACKS}.sha256".lower())
    assert missing(machine, IMPORT) == (
        "",
        f"WMI reports that {PACKS}.sha256 does not exist, but lists it in its folder; run this again",
    )


def test_a_list_that_is_none_is_told(machine: Machine) -> None:
    downloaded(machine)
    hashes(machine, "Other")
    option, told = missing(machine, IMPORT)
    assert option == ""
    assert f"{PACKS}.sha256" in told


def test_the_hash_of_each_file_is_compared(machine: Machine) -> None:
    downloaded(machine)
    machine.write(rf"{PACKS}\Sub\a.cab", b"abc")
    hashes(machine)
    lines: list[str] = []
    check_hashes(machine.session, PACKS, standing(machine, IMPORT), lines.append)
    assert sum("1 of 2" in line for line in lines) == sum("2 of 2" in line for line in lines) == 1
    assert sum(" 1 s" in line for line in lines) == 2
    machine.write(rf"{PACKS}\Sub\a.cab", b"abd")
    with pytest.raises(NotReady) as refused:
        check_hashes(machine.session, PACKS, standing(machine, IMPORT), lines.append)
    for data in (b"abc", b"abd"):
        assert hashlib.sha256(data).hexdigest() in str(refused.value)
    assert rf"{PACKS}\sub\a.cab" in str(refused.value)
    assert refused.value.missing == ""


def test_a_pack_without_a_list_has_nothing_to_compare(machine: Machine) -> None:
    check_hashes(machine.session, PACKS, Standing(), pytest.fail)
