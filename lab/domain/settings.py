"""The smb.conf of a domain controller (pure functions)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HOST = "dc01"
FOLDERS = ("run", "cache", "winbindd", "ncalrpc")
"""What must exist in the folder of the domain controller."""


def smb_conf(tree: Path, dns: str, netbios: str, address: str, shares: Mapping[str, Path]) -> str:
    """Settings that keep the controller inside its folder and on its address, with only the services that are used."""
    services = ["rpc", "ldap", "cldap", "kdc", *(["s3fs", "winbindd"] if shares else [])]
    settings = {
        "netbios name": HOST.upper(),
        "realm": dns.upper(),
        "workgroup": netbios,
        "server role": "active directory domain controller",
        "server services": ", ".join(services),
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
        # Of the file server.
        "smb ports": 445,
        "disable netbios": "yes",
        "server min protocol": "SMB3",
        "server smb encrypt": "required",
        "server signing": "mandatory",
    }
    sections = {"sysvol": tree / "state" / "sysvol", "netlogon": tree / "state" / "sysvol" / dns / "scripts"}
    text = "[global]\n" + "".join(f"\t{name} = {value}\n" for name, value in settings.items())
    text += "".join(f"[{name}]\n\tpath = {path}\n" for name, path in sections.items())
    return text + "".join(f"[{name}]\n\tpath = {path}\n\tread only = no\n\tforce user = root\n" for name, path in shares.items())
