"""A real Active Directory domain controller: Samba, in the foreground, on one loopback address.

It needs root, for ports below 1024 and for the owners of its files. An empty domain is created once and kept in the project's
cache; each run works on a copy, to which its content is added.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from lab.domain.content import WEAK_PASSWORDS, base_dn
from lab.domain.keytab import by_principal

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "samba"
KERBEROS, LDAP, LDAPS = 88, 389, 636
HOST = "dc01"
PROGRAMS = ("samba", "samba-tool", "ldbmodify")
PACKAGES = "samba-ad-dc samba-dsdb-modules samba-vfs-modules winbind samba-ad-provision ldb-tools"
_PROVISION_SECONDS, _START_SECONDS, _STOP_SECONDS = 180.0, 60.0, 10.0


class CannotRun(Exception):
    """This machine cannot run the domain controller; the text says why."""


@dataclass(frozen=True)
class Content:
    """What the domain contains; ``ldif`` is a list of changes, see :mod:`lab.domain.content`."""

    dns: str
    netbios: str
    ldif: str = field(repr=False)


@dataclass(frozen=True)
class DomainController:
    """A domain controller that answers.

    :ivar ca_file: the certification authority (PEM) of its certificate, for LDAPS and StartTLS.
    :ivar keytabs: the keys of each account of the domain that has a password, by its name (``CAS01$``).
    """

    address: str
    dns: str
    netbios: str
    ca_file: Path
    keytabs: Mapping[str, Path]
    folder: Path

    @property
    def realm(self) -> str:
        """The Kerberos realm: the domain's name in capitals."""
        return self.dns.upper()


@contextmanager
def domain_controller(content: Content, address: str) -> Iterator[DomainController]:
    """Run the domain controller on a loopback address. Raises :class:`CannotRun`."""
    # Paths of Unix sockets must be short, so this is neither a folder of pytest nor in the state folder.
    folder = Path(tempfile.mkdtemp(prefix="dc-"))
    try:
        tree = folder / "t"
        _copy_domain(content, tree)
        ca_file = _write_certificates(tree / "tls", content.dns, address)
        settings = _write_settings(tree, content, address)
        _ldbmodify(tree, settings, content.ldif)
        keytabs = _keytabs(folder, settings)
        with _running(settings, folder / "samba.log", address):
            yield DomainController(address, content.dns, content.netbios, ca_file, keytabs, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_privileges() -> None:
    """Raises :class:`CannotRun` if this user cannot run the domain controller."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise CannotRun("only root can run a domain controller, and only on Linux")


def check_programs() -> None:
    """Raises :class:`CannotRun` if Samba is not installed."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise CannotRun(f"{missing[0]} is not installed (apt-get install {PACKAGES})")


def _copy_domain(content: Content, tree: Path) -> None:
    """Copy the empty domain; one process creates it if this machine has none of this kind, the others wait."""
    check_privileges()
    check_programs()
    CACHE.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        version = _output(["samba", "--version"], 30.0)
        source = inspect.getsource(sys.modules[__name__])
        key = hashlib.sha256(f"{version}{content.dns}{content.netbios}{source}".encode()).hexdigest()[:16]
        kept = CACHE / key
        if not kept.is_dir():
            for other in CACHE.iterdir():
                if other.is_dir():
                    shutil.rmtree(other)
            _provision(content, kept)
        shutil.copytree(kept, tree, symlinks=True)


def _provision(content: Content, kept: Path) -> None:
    work = kept.with_name(f"{kept.name}.new")
    shutil.rmtree(work, ignore_errors=True)
    try:
        # The administrator's password is random and is not stored.
        _output(
            [
                "samba-tool", "domain", "provision", f"--targetdir={work}", f"--realm={content.dns.upper()}",
                f"--domain={content.netbios}", f"--host-name={HOST}", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL",
                "--host-ip=127.0.0.1", "--use-rfc2307", "--option=interfaces=lo", "--option=bind interfaces only=yes",
                "--option=vfs objects=",
            ],
            _PROVISION_SECONDS,
        )  # fmt: skip
        settings = _write_settings(work, content, "127.0.0.1")
        _ldbmodify(work, settings, f"dn: {base_dn(content.dns)}\n{WEAK_PASSWORDS}")
        work.rename(kept)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _ldbmodify(tree: Path, settings: Path, ldif: str) -> None:
    _output(["ldbmodify", "-H", str(tree / "private" / "sam.ldb")], 60.0, ldif, {"SMB_CONF_PATH": str(settings)})


def _keytabs(folder: Path, settings: Path) -> dict[str, Path]:
    """Write a keytab for each account with keys."""
    everything = folder / "all.keytab"
    _output(["samba-tool", "domain", "exportkeytab", str(everything), "-s", str(settings)], 60.0)
    files: dict[str, Path] = {}
    (folder / "keytabs").mkdir(mode=0o700)
    for number, (principal, data) in enumerate(by_principal(everything.read_bytes()).items()):
        files[principal] = folder / "keytabs" / str(number)
        files[principal].touch(mode=0o600)
        files[principal].write_bytes(data)
    everything.unlink()
    return files


def _write_settings(tree: Path, content: Content, address: str) -> Path:
    """The smb.conf that keeps the controller inside the tree and on the address, with only the services that are used."""
    for name in ("run", "cache", "winbindd", "ncalrpc"):
        (tree / name).mkdir(exist_ok=True)
    settings = {
        "netbios name": HOST.upper(),
        "realm": content.dns.upper(),
        "workgroup": content.netbios,
        "server role": "active directory domain controller",
        "server services": "rpc, ldap, cldap, kdc",
        "dcerpc endpoint servers": "-winreg -srvsvc",
        "bind interfaces only": "yes",
        "interfaces": f"{address}/8",
        "ldap server require strong auth": "no",
        "idmap_ldb:use rfc2307": "yes",
        "vfs objects": "",
        "pid directory": tree / "run",
        "lock directory": tree,
        "state directory": tree / "state",
        "cache directory": tree / "cache",
        "private dir": tree / "private",
        "binddns dir": tree / "bind-dns",
        "winbindd socket directory": tree / "winbindd",
        "ncalrpc dir": tree / "ncalrpc",
        "tls enabled": "yes",
        "tls keyfile": tree / "tls" / "key.pem",
        "tls certfile": tree / "tls" / "cert.pem",
        "tls cafile": tree / "tls" / "ca.pem",
        "log file": tree / "log.%m",
        "max log size": 1000,
    }
    shares = f"[sysvol]\n\tpath = {tree}/state/sysvol\n[netlogon]\n\tpath = {tree}/state/sysvol/{content.dns}/scripts\n"
    file = tree / "smb.conf"
    file.write_text("[global]\n" + "".join(f"\t{name} = {value}\n" for name, value in settings.items()) + shares)
    return file


def _write_certificates(folder: Path, dns: str, address: str) -> Path:
    folder.mkdir()
    authority = trustme.CA(organization_name="configmgr.scp lab, directory")
    leaf = authority.issue_cert(f"{HOST}.{dns}", address)
    key = folder / "key.pem"
    key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(str(key))
    (folder / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder / "ca.pem"


@contextmanager
def _running(settings: Path, log: Path, address: str) -> Iterator[None]:
    # An interactive samba stops when its standard input ends, so also when this process is killed.
    command = ["samba", "--interactive", "--no-process-group", "--debug-stdout", "-M", "single", "-d1", "-s", str(settings)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, log, address)
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, address: str) -> None:
    """Wait until the ports of LDAP and Kerberos accept connections."""
    deadline = time.monotonic() + _START_SECONDS
    waiting = [LDAP, LDAPS, KERBEROS]
    while waiting:
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise CannotRun(f"samba did not start on {address}: {' | '.join(said)}")
        try:
            socket.create_connection((address, waiting[0]), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            waiting.pop(0)


def _output(command: list[str], seconds: float, text: str = "", variables: Mapping[str, str] | None = None) -> str:
    """The output of a program. Raises :class:`CannotRun` when it fails."""
    try:
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, **(variables or {})},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"{command[0]}: {error}") from None
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise CannotRun(f"{' '.join(command[:3])} failed: {''.join(last)}")
    return done.stdout
