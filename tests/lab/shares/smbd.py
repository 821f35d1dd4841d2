"""The drives of an emulated server as real file shares: Samba's smbd from Debian's packages, on the server's own address.

SMB 3 with signing and encryption, NTLMv2, the estate's accounts and passwords. It needs root: for port 445, and because smbd
acts as the account that has logged on. Only smbd has these accounts, through nss_wrapper; those of the computer are not changed.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lab.estate.description import Account
from lab.running.estate import Estate
from lab.windows.machine import Machine
from tests.lab.debian import why_not_installed
from tests.lab.processes import stop

PORT = 445
_START_SECONDS = 30.0
_FIRST_ID = 71001
_WRAPPER = "libnss_wrapper.so"


class CannotRun(Exception):
    """This machine cannot run the file server; the text says why."""


@dataclass(frozen=True)
class Shares:
    r"""The shares of one server: ``D$`` is ``folders["D"]``, the same files as ``D:\`` in the lab.

    :param host: the server's address, on which ``port`` listens.
    """

    host: str
    port: int
    folders: Mapping[str, Path]

    def path(self, lab_path: str) -> Path:
        r"""The real file for a path of the server (``D:\Packs\x``), spelled as given."""
        return self.folders[lab_path[0].upper()].joinpath(*lab_path[3:].split("\\"))


@contextmanager
def shares(estate: Estate, name: str, readers: Collection[str] = ()) -> Iterator[Shares]:
    r"""Serve every drive of a server as ``C$``, ``D$``, ... to its administrators. Raises :class:`CannotRun`.

    :param readers: accounts (``CORP\scpreader``) that have read-only access; all others are rejected.

    The estate must not be reset meanwhile: a reset creates new files, which are in no share.
    """
    _need()
    machine = estate.machine(name)
    # Paths of Unix sockets must be short, so this is not a folder of pytest.
    base = Path(tempfile.mkdtemp(prefix="smb-"))
    try:
        folders = {drive.letter: base / drive.letter for drive in machine.drives}
        with estate.lock:
            for letter, folder in folders.items():
                machine.files.mount(f"{letter}:", folder)
        try:
            known = _accounts(estate, machine)
            settings = _write_settings(base, machine, folders, known, readers)
            environment = _write_accounts(base, settings, known)
            with _running(settings, base, machine.address, environment):
                yield Shares(machine.address, PORT, folders)
        finally:
            with estate.lock:
                for letter in folders:
                    machine.files.unmount(f"{letter}:")
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _need() -> None:
    """Install missing packages; one process does it, the others wait."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise CannotRun("only root can run a file server, and only on Linux")
    reason = why_not_installed("smbd")
    if reason:
        raise CannotRun(reason)


def _accounts(estate: Estate, machine: Machine) -> list[Account]:
    """The accounts that can log on to the server: its own and those of its domain; without the domain, names must be unique."""
    own = [account for account in estate.accounts if account.machine == machine.name]
    domain = [account for account in estate.accounts if account.machine is None and not machine.workgroup]
    names = [account.name.casefold() for account in (*own, *domain)]
    if len(set(names)) < len(names):
        raise ValueError(f"{machine.name} has two accounts with the same name, which smbd cannot distinguish")
    return [*own, *domain]


def _write_settings(
    base: Path, machine: Machine, folders: Mapping[str, Path], known: Collection[Account], readers: Collection[str]
) -> Path:
    for name in ("private", "run", "lock", "state", "cache", "rpc"):
        (base / name).mkdir(mode=0o700)
    reading = {reader.casefold() for reader in readers}
    writers = [account.name for account in known if machine.is_administrator(account.full_name)]
    only_readers = [account.name for account in known if account.full_name.casefold() in reading]
    settings = {
        "server role": "standalone server",
        "workgroup": machine.workgroup or machine.netbios_domain,
        "netbios name": machine.name.upper(),
        "interfaces": f"{machine.address}/8",
        "bind interfaces only": "yes",
        "smb ports": PORT,
        "disable netbios": "yes",
        "server min protocol": "SMB3",
        "server smb encrypt": "required",
        "server signing": "mandatory",
        "ntlm auth": "ntlmv2-only",
        "map to guest": "never",
        "restrict anonymous": 2,
        "passdb backend": f"tdbsam:{base}/private/passdb.tdb",
        "private dir": base / "private",
        "pid directory": base / "run",
        "lock directory": base / "lock",
        "state directory": base / "state",
        "cache directory": base / "cache",
        "ncalrpc dir": base / "rpc",
        "load printers": "no",
        "disable spoolss": "yes",
        "printcap name": "/dev/null",
        "log file": base / "log",
        "max log size": 1000,
        "follow symlinks": "no",
        "force user": "root",
        # An empty list would give access to every account.
        "valid users": " ".join([*writers, *only_readers]) or "nobody",
        "read list": " ".join(only_readers),
        "write list": " ".join(writers),
        "read only": "yes",
    }
    text = "[global]\n" + "".join(f"\t{name} = {value}\n" for name, value in settings.items())
    text += "".join(f"[{letter}$]\n\tpath = {folder}\n" for letter, folder in folders.items())
    file = base / "smb.conf"
    file.write_text(text, encoding="utf-8")
    return file


def _write_accounts(base: Path, settings: Path, known: Collection[Account]) -> dict[str, str]:
    """Write the accounts with their passwords. Returns the environment in which Samba's programs find them."""
    users = ["root:x:0:0:root:/root:/bin/false", "nobody:x:65534:65534::/:/bin/false"]
    users += [f"{account.name}:x:{_FIRST_ID + place}:{_FIRST_ID}::/:/bin/false" for place, account in enumerate(known)]
    (base / "passwd").write_text("".join(f"{line}\n" for line in users), encoding="utf-8")
    (base / "group").write_text(f"root:x:0:\nnogroup:x:65534:\nlab:x:{_FIRST_ID}:\n", encoding="utf-8")
    environment = {
        **os.environ,
        "LD_PRELOAD": _WRAPPER,
        "NSS_WRAPPER_PASSWD": str(base / "passwd"),
        "NSS_WRAPPER_GROUP": str(base / "group"),
    }
    for account in known:
        command = ["pdbedit", "-s", str(settings), "-a", "-t", "-u", account.name]
        twice = f"{account.password}\n{account.password}\n"
        done = subprocess.run(
            command, input=twice, capture_output=True, text=True, timeout=_START_SECONDS, check=False, env=environment
        )
        if done.returncode:
            raise CannotRun(f"pdbedit does not take {account.name}: {''.join(done.stderr.strip().splitlines()[-1:])}")
    return environment


@contextmanager
def _running(settings: Path, base: Path, address: str, environment: Mapping[str, str]) -> Iterator[None]:
    # In the foreground smbd ends when its standard input is closed, also when this process is killed.
    command = ["smbd", "-F", "--no-process-group", "-s", str(settings)]
    with (base / "smbd.out").open("wb") as output:
        # When smbd ends, it ends its complete process group, which must not be that of the tests.
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            process_group=0,
        )
    try:
        _wait(process, base, address)
        yield
    finally:
        stop(process)
        # Processes that serve a connection end a little later by themselves, and would write to their log until then.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdin is not None:
            process.stdin.close()


def _wait(process: subprocess.Popen[bytes], base: Path, address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            said = [*(base / "smbd.out").read_text(errors="replace").strip().splitlines()[-2:]]
            raise CannotRun(f"smbd did not start on {address}: {' | '.join(said)}")
        try:
            socket.create_connection((address, PORT), timeout=1.0).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
