"""A real Active Directory domain controller: Samba from Debian's packages, in the foreground, on one loopback address.

It needs root, for ports below 1024 and for the owners of its files. The domain is created once and kept in the project's cache;
each run works on a copy.
"""

from __future__ import annotations

import base64
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.lab.debian import why_not_installed
from tests.lab.processes import stop

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / ".cache" / "samba"
LDAP, LDAPS = 389, 636
_PROVISION_SECONDS, _START_SECONDS = 180.0, 60.0

DNS, NETBIOS, HOST = "corp.example", "CORP", "dc01"
BASE_DN = "DC=corp,DC=example"
COMPUTERS, USERS = f"CN=Computers,{BASE_DN}", f"CN=Users,{BASE_DN}"
# Gives access only to a domain on a loopback address during a test run.
PASSWORD = "Lab-Query-2026"
BIND_USER = "scpquery"

# The domain of the lab's estate file, with additions: a circle, a name that LDAP filters must quote, empty groups.
GROUPS: dict[str, tuple[str, ...]] = {
    "SCP-Servers": (f"CN=CAS01,{COMPUTERS}", f"CN=STA01,{COMPUTERS}", f"CN=STA02,{COMPUTERS}"),
    "SCP-Admins": (f"CN=SCP-Servers,{USERS}", f"CN=scpadmin,{USERS}"),
    "SCP-Owners": (f"CN=SCP-Admins,{USERS}",),
    "Help Desk": (f"CN=scpreader,{USERS}",),
    "Berlin (EMEA)": (f"CN=PRI1,{COMPUTERS}",),
    "Circle-One": (f"CN=SCP-Servers,{USERS}",),
    "Circle-Two": (f"CN=Circle-One,{USERS}",),
    "Empty": (),
}
_COMPUTERS = ("CAS01", "PRI1", "PRI2", "STA01", "STA02", "STA03")
_ACCOUNTS = (BIND_USER, "scpadmin", "scpreader")


class CannotRun(Exception):
    """This machine cannot run the domain controller; the text says why."""


@dataclass(frozen=True)
class DomainController:
    """A domain controller that answers.

    :param host: its name, which its certificate contains in addition to the address.
    :param bind_dn: with ``user`` (user principal name) and ``password``, an ordinary user for a simple bind.
    :param ca_file: the certification authority (PEM) of its certificate, for LDAPS and StartTLS.
    """

    address: str
    ca_file: Path
    ldap_port: int = LDAP
    ldaps_port: int = LDAPS
    host: str = f"{HOST}.{DNS}"
    dns: str = DNS
    netbios: str = NETBIOS
    base_dn: str = BASE_DN
    bind_dn: str = f"CN={BIND_USER},{USERS}"
    user: str = f"{BIND_USER}@{DNS}"
    password: str = field(default=PASSWORD, repr=False)


@contextmanager
def domain_controller(address: str) -> Iterator[DomainController]:
    """Run the domain controller on a loopback address. Raises :class:`CannotRun`."""
    provisioned = _provisioned()
    # Paths of Unix sockets must be short, so this is not a folder of pytest.
    folder = Path(tempfile.mkdtemp(prefix="dc-"))
    try:
        tree = folder / "t"
        shutil.copytree(provisioned, tree, symlinks=True)
        ca_file = _write_certificates(tree / "tls", address)
        settings = _write_settings(tree, address)
        with _running(settings, folder / "samba.log", address):
            yield DomainController(address, ca_file)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _provisioned() -> Path:
    """The files of the domain, created if this machine has none with this content; one process creates them, the others wait."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise CannotRun("only root can run a domain controller, and only on Linux")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install()
        version = _output(["samba", "--version"], 30.0)
        key = hashlib.sha256(f"{version}{inspect.getsource(sys.modules[__name__])}".encode()).hexdigest()[:16]
        tree = CACHE / key
        if not tree.is_dir():
            for other in CACHE.iterdir():
                if other.is_dir():
                    shutil.rmtree(other)
            _provision(tree)
        return tree


def _install() -> None:
    reason = why_not_installed("samba")
    if reason:
        raise CannotRun(reason)


def _provision(tree: Path) -> None:
    work = tree.with_name(f"{tree.name}.new")
    shutil.rmtree(work, ignore_errors=True)
    try:
        # The administrator's password is random and is not stored.
        _output(
            [
                "samba-tool", "domain", "provision", f"--targetdir={work}", f"--realm={DNS.upper()}", f"--domain={NETBIOS}",
                f"--host-name={HOST}", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL", "--host-ip=127.0.0.1", "--use-rfc2307",
                "--option=interfaces=lo", "--option=bind interfaces only=yes", "--option=vfs objects=",
            ],
            _PROVISION_SECONDS,
        )  # fmt: skip
        settings = _write_settings(work, "127.0.0.1")
        environment = {**os.environ, "SMB_CONF_PATH": str(settings)}
        _output(["ldbadd", "-H", str(work / "private" / "sam.ldb")], 60.0, _population(), environment)
        # A circle can only be closed when both groups exist.
        circle = f"dn: CN=Circle-One,{USERS}\nchangetype: modify\nadd: member\nmember: CN=Circle-Two,{USERS}\n"
        _output(["ldbmodify", "-H", str(work / "private" / "sam.ldb")], 60.0, circle, environment)
        work.rename(tree)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _population() -> str:
    """Computers, users and groups as LDIF, members before the groups they are in."""
    password = base64.b64encode(f'"{PASSWORD}"'.encode("utf-16-le")).decode("ascii")
    entries = [
        f"dn: CN={name},{COMPUTERS}\nobjectClass: computer\nsAMAccountName: {name}$\nuserAccountControl: 4096\n"
        f"dNSHostName: {name.lower()}.{DNS}\n"
        for name in _COMPUTERS
    ]
    entries += [
        f"dn: CN={name},{USERS}\nobjectClass: user\nsAMAccountName: {name}\nuserPrincipalName: {name}@{DNS}\n"
        f"userAccountControl: 512\nunicodePwd:: {password}\n"
        for name in _ACCOUNTS
    ]
    entries += [
        f"dn: CN={name},{USERS}\nobjectClass: group\nsAMAccountName: {name}\n" + "".join(f"member: {m}\n" for m in members)
        for name, members in GROUPS.items()
    ]
    return "\n".join(entries)


def _write_settings(tree: Path, address: str) -> Path:
    """The smb.conf that keeps the controller inside the tree and on the address, with only the services that the tests use."""
    for name in ("run", "cache", "winbindd", "ncalrpc"):
        (tree / name).mkdir(exist_ok=True)
    settings = {
        "netbios name": HOST.upper(),
        "realm": DNS.upper(),
        "workgroup": NETBIOS,
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
    shares = f"[sysvol]\n\tpath = {tree}/state/sysvol\n[netlogon]\n\tpath = {tree}/state/sysvol/{DNS}/scripts\n"
    file = tree / "smb.conf"
    file.write_text("[global]\n" + "".join(f"\t{name} = {value}\n" for name, value in settings.items()) + shares)
    return file


def _write_certificates(folder: Path, address: str) -> Path:
    folder.mkdir()
    authority = trustme.CA(organization_name="directory of the tests")
    leaf = authority.issue_cert(f"{HOST}.{DNS}", address)
    key = folder / "key.pem"
    key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(str(key))
    (folder / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return folder / "ca.pem"


@contextmanager
def _running(settings: Path, log: Path, address: str) -> Iterator[None]:
    command = ["samba", "-F", "--no-process-group", "--debug-stdout", "-M", "single", "-d1", "-s", str(settings)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, log, address)
        yield
    finally:
        stop(process)


def _wait(process: subprocess.Popen[bytes], log: Path, address: str) -> None:
    """Wait until both LDAP ports accept connections."""
    deadline = time.monotonic() + _START_SECONDS
    waiting = [LDAP, LDAPS]
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


def _output(command: list[str], seconds: float, text: str = "", environment: dict[str, str] | None = None) -> str:
    """The output of a program. Raises :class:`CannotRun` when it fails."""
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=seconds, check=False, env=environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"{command[0]}: {error}") from None
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise CannotRun(f"{' '.join(command[:3])} failed: {''.join(last)}")
    return done.stdout
