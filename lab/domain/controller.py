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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import trustme

from lab.domain.content import WEAK_PASSWORDS, base_dn
from lab.domain.keytab import by_principal
from lab.domain.settings import FOLDERS, HOST, smb_conf

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "samba"
KERBEROS, LDAP, LDAPS, SMB = 88, 389, 636, 445
PROGRAMS = ("samba", "samba-tool", "ldbmodify")
PACKAGES = "samba-ad-dc samba-dsdb-modules samba-vfs-modules winbind samba-ad-provision ldb-tools"
_PROVISION_SECONDS, _START_SECONDS, _STOP_SECONDS = 180.0, 60.0, 10.0


class CannotRun(Exception):
    """This machine cannot run the domain controller; the text says why."""


@dataclass(frozen=True)
class Content:
    """What the domain contains.

    :ivar ldif: a list of changes, see :mod:`lab.domain.content`.
    :ivar shares: folders that the domain controller shares, by name (``D$``); it is a file server only if there are any, and then
        needs Debian's package libnss-wrapper.
    """

    dns: str
    netbios: str
    ldif: str = field(repr=False)
    shares: Mapping[str, Path] = field(default_factory=dict)


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
        with _running(settings, folder / "samba.log", address, shares=bool(content.shares)):
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
        source = "".join(inspect.getsource(sys.modules[module]) for module in (__name__, smb_conf.__module__))
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
    """The smb.conf of the tree, with the folders that it names."""
    for name in FOLDERS:
        (tree / name).mkdir(exist_ok=True)
    file = tree / "smb.conf"
    file.write_text(smb_conf(tree, content.dns, content.netbios, address, content.shares), encoding="utf-8")
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


def _write_system_users(tree: Path) -> dict[str, str]:
    """The variables with which the file server finds its winbindd: without nss_wrapper it would look for the computer's own."""
    (tree / "passwd").write_text("root:x:0:0:root:/root:/bin/false\nnobody:x:65534:65534::/:/bin/false\n", encoding="utf-8")
    (tree / "group").write_text("root:x:0:\nnogroup:x:65534:\n", encoding="utf-8")
    return {
        "LD_PRELOAD": "libnss_wrapper.so",
        "NSS_WRAPPER_PASSWD": str(tree / "passwd"),
        "NSS_WRAPPER_GROUP": str(tree / "group"),
        "SELFTEST_WINBINDD_SOCKET_DIR": str(tree / "winbindd"),
    }


@contextmanager
def _running(settings: Path, log: Path, address: str, *, shares: bool) -> Iterator[None]:
    # An interactive samba stops when its standard input ends, so also when this process is killed.
    command = ["samba", "--interactive", "--no-process-group", "--debug-stdout", "-M", "single", "-d1", "-s", str(settings)]
    with log.open("wb") as output:
        environment = {**os.environ, **(_write_system_users(settings.parent) if shares else {})}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        ready = [partial(_listens, address, port) for port in (LDAP, LDAPS, KERBEROS, *((SMB,) if shares else ()))]
        # The file server asks it for the groups of each user.
        _wait(process, log, address, [*ready, *([(settings.parent / "winbindd" / "pipe").exists] if shares else [])])
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, address: str, conditions: list[Callable[[], bool]]) -> None:
    """Wait until each of the conditions has been true."""
    deadline = time.monotonic() + _START_SECONDS
    waiting = [*conditions]
    while waiting:
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise CannotRun(f"samba did not start on {address}: {' | '.join(said)}")
        if waiting[0]():
            waiting.pop(0)
        else:
            time.sleep(0.05)


def _listens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1.0).close()
    except OSError:
        return False
    return True


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
