"""Files, folders and rights of a server as the collection reads and changes them."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_commands, folders
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import read_head
from ansible_collections.configmgr.scp.plugins.module_utils.windows.token import is_administrator
from lab.running.estate import Estate
from tests.lab.conftest import OpenSession


def test_files_and_folders(estate: Estate, cim_session: OpenSession) -> None:
    session = cim_session("scp01")
    files = estate.machine("scp01").files
    files.write(r"D:\USB\Packs\a.cab", b"MSCFcontent")
    files.write(r"D:\USB\Packs\Sub One\b.cab", b"b")
    files.write(r"D:\USB\PacksOther\c.cab", b"c")
    assert [file.path for file in folders.files_in(session, r"D:\USB\Packs")] == [r"d:\usb\packs\a.cab"]
    assert folders.folders_in(session, r"D:\USB") == [r"d:\usb\packs", r"d:\usb\packsother"]
    found = folders.tree(session, "D:\\USB\\Packs")
    assert [(file.name, file.size_bytes) for file in found] == [("a.cab", 11), ("b.cab", 1)]
    assert all(file.modified is not None for file in found)
    assert folders.find_file(session, r"D:\USB\none") is None
    assert folders.folder_exists(session, r"D:\usb")
    assert not folders.folder_exists(session, r"D:\usb\packs\a.cab")
    assert folders.files_in(session, r"D:\None") == []
    assert read_head(session, r"D:\USB\Packs\a.cab", 4) == b"MSCF"
    tool = folders.find_file(session, r"D:\Media\SMSSETUP\TOOLS\ServiceConnectionTool\ServiceConnectionTool.exe")
    assert tool is not None
    assert tool.version == "5.0.9152.1000"
    assert (folders.free_bytes(session, "D:") or 0) > 10**11
    assert folders.free_bytes(session, "E:") is None


def test_commands_on_files(estate: Estate, cim_session: OpenSession) -> None:
    session = cim_session("scp01")
    files = estate.machine("scp01").files
    file_commands.make_folder(session, r"D:\New One\Below")
    with pytest.raises(file_commands.CommandFailed, match="mkdir"):
        file_commands.make_folder(session, r"D:\New One\Below")
    files.write(r"D:\New One\a.log", b"log")
    file_commands.copy_file(session, r"D:\New One\a.log", r"D:\New One\Below\b.log")
    assert files.read(r"D:\New One\Below\b.log") == b"log"
    assert file_commands.sha256_of(session, r"D:\New One\a.log") == hashlib.sha256(b"log").hexdigest()
    with pytest.raises(file_commands.CommandFailed, match="could not compute the hash"):
        file_commands.sha256_of(session, r"D:\New One\none")
    file_commands.remove_folder(session, r"D:\New One")
    assert not files.is_folder(r"D:\New One")
    for bad in (r"\\server\x", "D:\\a\\..\\b", "relative"):
        with pytest.raises(ValueError, match="not a path of a local file"):
            file_commands.remove_folder(session, bad)


def test_who_is_administrator(cim_session: OpenSession) -> None:
    assert is_administrator(cim_session("scp01"))
    assert not is_administrator(cim_session("scp01", "CORP\\scpreader"))
