"""The messages when a real file server rejects a request: no such drive, a file with that name, no right to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import ShareError, ShareRefused
from ansible_collections.configmgr.scp.plugins.plugin_utils.smb_share import ShareAccount, SmbShare, open_share
from lab.running.estate import Estate
from tests.lab.conftest import OpenShares

Opened = Callable[[str, str], SmbShare]


@pytest.fixture
def opened(estate: Estate, smb_shares: OpenShares) -> Iterator[Opened]:
    """Open a drive of scp01 as an account; CORP\\scpreader may only read there."""
    server = smb_shares(estate, "scp01", readers=["CORP\\scpreader"])
    estate.machine("scp01").files.write(r"D:\Packs\One.cab", b"x")
    shares: list[SmbShare] = []

    def share(drive: str, account: str) -> SmbShare:
        shares.append(open_share(ShareAccount(server.host, account, estate.account(account).password), drive, server.port))
        return shares[-1]

    yield share
    for each in shares:
        each.close()


def test_a_drive_that_is_not_there(opened: Opened) -> None:
    with pytest.raises(ShareRefused, match=r"has no share E\$: it has no drive E:, or .* disabled") as refusal:
        opened("E$", "CORP\\scpadmin")
    assert "No such file" not in str(refusal.value)


@pytest.mark.parametrize("path", [r"Packs\One.cab", r"Packs\One.cab\Below"])
def test_a_file_where_a_folder_is_needed(opened: Opened, path: str) -> None:
    with pytest.raises(ShareError, match="a file exists where a folder is needed") as refusal:
        opened("D$", "CORP\\scpadmin").make_folders(path)
    assert path in str(refusal.value)


def test_a_folder_where_a_file_is_needed(opened: Opened) -> None:
    share = opened("D$", "CORP\\scpadmin")
    with pytest.raises(ShareError, match="it is a folder, but a file is needed"):
        share.writer("Packs")


def test_folders_that_are_there_already(opened: Opened) -> None:
    share = opened("D$", "CORP\\scpadmin")
    for _ in range(2):
        share.make_folders(r"Packs\New\Newer")
    found = share.find(r"Packs\New\Newer")
    assert found is not None
    assert found.is_folder


def test_who_may_only_read(opened: Opened) -> None:
    share = opened("D$", "CORP\\scpreader")
    for write in (share.make_folders, share.writer):
        with pytest.raises(ShareError, match=r"access is denied; .* or the file, the folder or the share is read-only"):
            write("New")


def test_who_may_nothing(opened: Opened) -> None:
    with pytest.raises(ShareError, match="only members of the server's Administrators group"):
        opened("D$", "CORP\\noaccess")


def test_a_name_that_windows_does_not_allow(opened: Opened) -> None:
    with pytest.raises(ShareError, match="Windows does not allow a name in this path"):
        opened("D$", "CORP\\scpadmin").make_folders("a?b")
