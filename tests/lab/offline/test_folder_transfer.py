"""folder_transfer against a real file server: Samba's smbd with signing and encryption, on the addresses of emulated servers."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import ShareError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import copying
from ansible_collections.configmgr.scp.plugins.plugin_utils import smb_share
from lab.running.estate import Estate
from tests.lab.conftest import OpenShares
from tests.lab.modules.conftest import Play
from tests.lab.shares.smbd import Shares

PACKS = r"D:\USB\UpdatePacks"
LARGE = os.urandom(3 * 2**20 + 17)


class Carried(Play):
    """A server whose drives are served, a folder of the controller, and the module between them."""

    server: Shares
    local: Path

    def carry(self, action: str, **given: Any) -> dict[str, Any]:
        options = {"path": PACKS, "local": str(self.local), **given}
        return self.run("folder_transfer", "scp01", action=action, **options)

    def carry_refused(self, action: str, **given: Any) -> str:
        options = {"path": PACKS, "local": str(self.local), **given}
        return self.refused("folder_transfer", "scp01", action=action, **options)

    def there(self, path: str) -> Path:
        return self.server.path(path)


@pytest.fixture
def carried(estate: Estate, smb_shares: OpenShares, tmp_path: Path) -> Iterator[Carried]:
    carried = Carried(estate)
    carried.server = smb_shares(estate, "scp01")
    carried.local = tmp_path / "UpdatePacks"
    files = estate.machine("scp01").files
    files.write(PACKS + r"\ConfigMgr.Update.Manifest.ENC", b"manifest")
    files.write(PACKS + r"\Guid One\payload ü.cab", LARGE)
    files.write(PACKS + r"\empty", b"")
    yield carried
    for share in carried.opened:
        share.close()


def test_there_and_back_and_nothing_twice(carried: Carried) -> None:
    assert carried.carry("fetch", check=True)["changed"]
    assert not carried.local.exists()
    fetched = carried.carry("fetch")
    assert fetched["moved_bytes"] == fetched["size_bytes"] == len(LARGE) + 8
    assert (carried.local / "Guid One" / "payload ü.cab").read_bytes() == LARGE
    assert not carried.carry("fetch")["changed"]
    pushed = carried.carry("push", path=r"C:\USB\UpdatePacks")
    assert pushed["sha256"] == fetched["sha256"]
    assert carried.estate.machine("scp01").files.read(r"C:\USB\UpdatePacks\Guid One\payload ü.cab") == LARGE
    assert not carried.carry("push", path=r"C:\USB\UpdatePacks")["changed"]
    listed = carried.there(r"C:\USB\UpdatePacks.sha256").read_text()
    assert listed == (carried.local.parent / "UpdatePacks.sha256").read_text()
    assert f"{hashlib.sha256(LARGE).hexdigest()}  UpdatePacks/Guid One/payload ü.cab\n" in listed
    carried.there(PACKS + r"\empty").unlink()
    assert carried.carry("fetch", purge=True)["purged"] == ["empty"]
    assert not (carried.local / "empty").exists()


def test_cut_off_and_continued(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = smb_share.SmbShare.read, smb_share._Writer.write
    left = [2]

    def breaking_read(self: Any, path: str, offset: int = 0) -> Iterator[bytes]:
        for piece in read(self, path, offset):
            if "payload" in path and not left[0]:
                raise ShareError("the connection broke")
            left[0] -= "payload" in path
            yield piece

    def breaking_write(self: Any, data: bytes) -> None:
        if not left[0]:
            raise ShareError("the connection broke")
        left[0] -= 1
        write(self, data)

    with monkeypatch.context() as broken:
        broken.setattr(smb_share.SmbShare, "read", breaking_read)
        assert "the connection broke" in carried.carry_refused("fetch")
    fetched = carried.carry("fetch")
    assert fetched["resumed_bytes"] == 2 * 2**20
    assert (carried.local / "Guid One" / "payload ü.cab").read_bytes() == LARGE
    left[0] = 3
    with monkeypatch.context() as broken:
        broken.setattr(smb_share._Writer, "write", breaking_write)
        assert "the connection broke" in carried.carry_refused("push", path=r"D:\Other")
    assert not carried.there(r"D:\Other.sha256").exists()
    pushed = carried.carry("push", path=r"D:\Other")
    assert pushed["resumed_bytes"] >= 2**20
    assert carried.there(r"D:\Other\Guid One\payload ü.cab").read_bytes() == LARGE


class Wire:
    """Forwards data between client and file server up to a number of bytes from one of them; then it disconnects or is silent."""

    def __init__(self, host: str, *, most: int, side: str, silent: bool) -> None:
        self._left, self._side, self._silent, self._host = most, side, silent, host
        self._server = socket.create_server((host, 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self._server:
            for _ in range(4):
                client = self._server.accept()[0]
                onward = socket.create_connection((self._host, 445))
                for source, target, side in ((client, onward, "client"), (onward, client, "server")):
                    threading.Thread(target=self._pass, args=(source, target, side), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, side: str) -> None:
        try:
            while data := source.recv(65536):
                if side == self._side:
                    self._left -= len(data)
                if self._left <= 0:
                    if self._silent:
                        time.sleep(20)
                    break
                target.sendall(data)
        except OSError:
            return
        finally:
            for end in (source, target):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("silent", [False, True], ids=["cut", "silent"])
def test_a_wire_that_is_cut_or_falls_silent(carried: Carried, monkeypatch: pytest.MonkeyPatch, silent: bool) -> None:
    monkeypatch.setattr(smb_share, "_SILENCE_SECONDS", 1.5)
    monkeypatch.setattr(smb_share, "_GOODBYE_SECONDS", 0.5)
    host = carried.server.host
    wire = Wire(host, most=2 * 2**20 + 2**19, side="server", silent=silent)
    assert "the connection failed" in carried.carry_refused("fetch", port=wire.port)
    fetched = carried.carry("fetch")
    assert fetched["resumed_bytes"] >= 2**20
    wire = Wire(host, most=2 * 2**20 + 2**19, side="client", silent=silent)
    assert "the connection failed" in carried.carry_refused("push", path=r"D:\Other", port=wire.port)
    pushed = carried.carry("push", path=r"D:\Other")
    assert pushed["resumed_bytes"] >= 2**20
    assert carried.there(r"D:\Other\Guid One\payload ü.cab").read_bytes() == LARGE


def test_a_changed_and_a_truncated_pack(carried: Carried) -> None:
    carried.carry("fetch")
    payload = carried.local / "Guid One" / "payload ü.cab"
    payload.write_bytes(LARGE[:-1] + bytes([LARGE[-1] ^ 1]))
    said = carried.carry_refused("push", path=r"D:\Other")
    assert hashlib.sha256(LARGE).hexdigest() in said
    assert hashlib.sha256(payload.read_bytes()).hexdigest() in said
    payload.write_bytes(LARGE[:1000])
    assert "changed or truncated" in carried.carry_refused("push", path=r"D:\Other")
    assert not carried.there(r"D:\Other").exists()
    # In the other direction: the list is beside the folder on the server.
    payload.write_bytes(LARGE)
    carried.carry("push")
    carried.there(PACKS + r"\ConfigMgr.Update.Manifest.ENC").write_bytes(b"MANIFEST")
    said = carried.carry_refused("fetch", local=str(carried.local.parent / "second" / "UpdatePacks"))
    assert hashlib.sha256(b"manifest").hexdigest() in said
    assert hashlib.sha256(b"MANIFEST").hexdigest() in said


def test_links_are_not_followed(carried: Carried, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    carried.there(PACKS).joinpath("link").symlink_to(tmp_path)
    # Samba hides links that it does not follow; Windows shows a reparse point, which is rejected (test_carrying.py).
    fetched = carried.carry("fetch")
    assert fetched["files"] == 3
    (carried.local / "out").symlink_to(tmp_path)
    assert "is a link" in carried.carry_refused("push")


def test_who_is_let_in_and_where_nothing_listens(carried: Carried) -> None:
    assert carried.carry("probe")["reachable"]
    assert carried.carry("probe", port=446)["reason"].endswith("Connection refused.")
    assert "Open this port" in carried.carry_refused("fetch", port=446)
    assert "copy the folder manually" in carried.carry_refused("push", port=446)
    carried.password = "wrong"
    said = carried.carry_refused("fetch")
    assert r"CORP\scpadmin" in said
    assert "wrong user or password" in said
    assert "wrong" not in said.replace("wrong user or password", "")
    assert carried.carry("probe")["reachable"] is False
    carried.password = ""
    assert "access is denied" in carried.carry_refused("fetch", user=r"CORP\noaccess")


def test_bad_options(carried: Carried) -> None:
    for path in (r"\\server\share", "D:", r"D:\a\..\b", "USB", r"D:\a:stream"):
        assert "path:" in carried.carry_refused("fetch", path=path)
    assert "local:" in carried.carry_refused("fetch", local="relative/path")
    assert "port:" in carried.carry_refused("fetch", port=0)
    assert "no file or folder" in carried.carry_refused("fetch", path=r"D:\None")
    assert "no file in" in carried.carry_refused("push", local=str(carried.local.parent / "none"))


def test_a_part_with_a_false_beginning(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_COMPARED_BYTES", 16)
    part = carried.local / "Guid One" / "payload ü.cab.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1000 + LARGE[1000:2000])
    carried.carry("fetch")
    assert part.with_name("payload ü.cab").read_bytes() == LARGE
