"""Files of emulated servers through a real file server, with Samba's own client."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from lab.running.estate import Estate
from tests.lab.conftest import OpenShares, StartEstate
from tests.lab.offline.test_tool_over_winrs import ON_SCP02, ON_WEB01, offline_estate, run
from tests.lab.shares.smbd import Shares


def smbclient(estate: Estate, server: Shares, share: str, account: str, command: str, *more: str, password: str = "") -> str:
    """The client's output for commands (separated by semicolons), including errors, which begin with NT_STATUS."""
    known = estate.account(account)
    options = ["-p", str(server.port), "--configfile=/dev/null", "-U", account, *more]
    done = subprocess.run(
        ["smbclient", f"//{server.host}/{share}", *options],
        input="".join(f"{line}\n" for line in command.split("; ")),
        env={**os.environ, "PASSWD": password or known.password},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_both_sides_see_the_same_files(estate: Estate, smb_shares: OpenShares, tmp_path: Path) -> None:
    server = smb_shares(estate, "scp01")
    files = estate.machine("scp01").files
    assert files.exists(r"D:\Media\SMSSETUP\TOOLS\ServiceConnectionTool\ServiceConnectionTool.exe")
    (tmp_path / "up").write_bytes(b"from the client")
    said = smbclient(estate, server, "D$", "CORP\\scpadmin", f"mkdir Packs; put {tmp_path}/up Packs\\One.cab; ls Packs\\*")
    assert "NT_STATUS" not in said
    assert files.read(r"d:\PACKS\one.CAB") == b"from the client"
    with estate.lock:
        files.append(r"D:\packs\ONE.cab", b", and from the lab")
    smbclient(estate, server, "D$", "CORP\\scpadmin", f"get packs\\one.cab {tmp_path}/down")
    assert (tmp_path / "down").read_bytes() == b"from the client, and from the lab"
    assert sorted(server.folders) == ["C", "D"]
    assert server.path(r"D:\Packs\One.cab").is_file()


@pytest.mark.parametrize(
    ("account", "password", "said"),
    [
        ("CORP\\scpadmin", "wrong", "NT_STATUS_LOGON_FAILURE"),
        ("CORP\\scpreader", "", "NT_STATUS_ACCESS_DENIED"),
        ("CORP\\noaccess", "", "NT_STATUS_ACCESS_DENIED"),
        ("labadmin", "", "D        0"),
    ],
)
def test_who_gets_in(estate: Estate, smb_shares: OpenShares, account: str, password: str, said: str) -> None:
    assert said in smbclient(estate, smb_shares(estate, "scp01"), "D$", account, "ls", password=password)


def test_who_may_only_read(estate: Estate, smb_shares: OpenShares, tmp_path: Path) -> None:
    server = smb_shares(estate, "scp01", readers=["CORP\\scpreader"])
    estate.machine("scp01").files.write(r"D:\x", b"x")
    (tmp_path / "up").write_bytes(b"y")
    assert "NT_STATUS" not in smbclient(estate, server, "D$", "CORP\\scpreader", f"get x {tmp_path}/x")
    assert "NT_STATUS_ACCESS_DENIED" in smbclient(estate, server, "D$", "CORP\\scpreader", f"put {tmp_path}/up x")
    assert estate.machine("scp01").files.read(r"D:\x") == b"x"


def test_nothing_but_sealed_smb_3(estate: Estate, smb_shares: OpenShares) -> None:
    server = smb_shares(estate, "scp01")
    for older in (("-m", "SMB2_10"), ("-m", "SMB3_02"), ("-m", "NT1", "--option=client min protocol=NT1")):
        assert "NT_STATUS" in smbclient(estate, server, "D$", "CORP\\scpadmin", "ls", *older)
    # How smbd lists a client that requests no protection, while it is connected.
    status = f"!smbstatus -b -s {server.folders['D'].parent}/smb.conf"
    said = smbclient(estate, server, "D$", "CORP\\scpadmin", status, "--client-protection=off")
    assert re.search(r"SMB3_11 +AES-128-(GCM|CCM)\b", said), said


def test_it_listens_on_the_addresses_of_its_servers_only(estate: Estate, smb_shares: OpenShares) -> None:
    first, second = smb_shares(estate, "scp01"), smb_shares(estate, "scp02")
    assert first.host != second.host
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((estate.machine("scp03").address, 445), timeout=5)


def test_the_tool_writes_what_the_share_serves(start_estate: StartEstate, smb_shares: OpenShares, tmp_path: Path) -> None:
    """A pack of 2 GB: it takes no memory, and on the disk only the space of its marks."""
    text = offline_estate().replace("- guid: C8E5A1F3", "- size_mb: 2048\n  guid: C8E5A1F3")
    assert "2048" in text
    estate = start_estate(text, pace=6000.0)
    role, web = smb_shares(estate, "scp02"), smb_shares(estate, "web01")
    run(estate, "scp02", ON_SCP02, "-prepare", "-usagedatadest", r"C:\Usage.cab")
    admin = "CORP\\scpadmin"
    smbclient(estate, role, "C$", admin, f"get Usage.cab {tmp_path}/Usage.cab")
    smbclient(estate, web, "D$", admin, f"mkdir USB; put {tmp_path}/Usage.cab USB\\Usage.cab")
    run(estate, "web01", ON_WEB01, "-connect", "-usagedatasrc", r"D:\USB", "-updatepackdest", r"D:\Packs")
    listing = smbclient(estate, web, "D$", admin, "recurse; ls Packs\\*")
    assert "ConfigMgr.Update.Manifest.ENC" in listing
    assert str(2 * 2**30) in listing
    guid = "C8E5A1F3-46D9-4D27-B3F0-5A7E9C2B8D53"
    payload = web.path(rf"D:\Packs\{guid}\{guid}.cab")
    assert payload.stat().st_blocks * 512 < 64 * 2**20
    with payload.open("rb") as file:
        file.seek(2**30)
        assert file.read(48) == f"{guid} {2**30}\n".encode()


def _remove(folder: Path) -> None:
    """Remove what the killed process could not remove itself; smbd may still write there while it ends."""
    deadline = time.monotonic() + 20
    while folder.is_dir() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)
    assert not folder.is_dir(), f"{folder} is still written to"


def test_it_ends_with_the_process_that_started_it(start_estate: StartEstate, tmp_path: Path) -> None:
    """The process that started it is killed: after that, nothing listens."""
    estate = start_estate()
    base = estate.machine("scp01").address.rpartition(".")[0]
    program = textwrap.dedent(f"""
        import os, sys
        from lab.estate_file.reader import load
        from lab.running.estate import Estate
        from tests.lab.shares.smbd import CannotRun, shares
        try:
            with shares(Estate(load().at("{base}")), "scp01") as served:
                print(served.folders["C"].parent, flush=True)
                sys.stdin.read()
        except CannotRun as error:
            print(error, flush=True)
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = child.stdout.readline().strip()
    address = (estate.machine("scp01").address, 445)
    try:
        assert said, "the process ended without output"
        if not Path(said).is_dir():
            pytest.skip(f"no file shares on this machine: {said}")
        socket.create_connection(address, timeout=5).close()
    finally:
        child.kill()
        child.wait()
        if Path(said).is_absolute():
            _remove(Path(said))
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(address, timeout=1).close()
        except ConnectionRefusedError:
            break
        assert time.monotonic() < deadline
        time.sleep(0.05)
