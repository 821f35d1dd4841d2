# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``python -m tests.tools.walk``: follow the pages as a new user, from a clone to a play on a site; the lab is the site.

Every command is taken from README.md and docs/start.md. Only what the pages leave to the reader is added: names and passwords.
tests/lab/plays/test_first_steps.py walks the part of it that needs no new environment.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAULT_PASSWORD = "a-vault-password"
# Of the estate of the lab: an account that may do everything.
ACCOUNT, PASSWORD = "CORP\\scpadmin", "Lab-Admin-2026"
PROVIDER, SERVER, NOT_READY = "cas01.corp.example", "scp01.corp.example", "scp07.corp.example"
LAB = ".venv/bin/python -m lab"


def commands(page: str, section: str) -> list[str]:
    """The commands with a dollar sign in one section of a page, without the remarks behind them."""
    _, found, rest = page.partition(f"\n## {section}\n")
    if not found:
        raise ValueError(f"the page has no section {section}")
    lines = re.findall(r"^\$ (.*)$", rest.split("\n## ")[0], re.MULTILINE)
    return [re.sub(r"\s{3,}#.*", "", line) for line in lines]


def own_names(inventory: Path, addresses: Mapping[str, str]) -> None:
    """Turn the copy of the example inventory into one of the lab, as a user enters his own names.

    :param addresses: host name to address, of the provider and the role's server.
    """
    hosts = inventory / "hosts.yml"
    text = hosts.read_text(encoding="utf-8")
    for old, new in (("cas01.contoso.com", PROVIDER), ("scp01.contoso.com", SERVER)):
        text = text.replace(f"{old}:", f"{new}:\n          ansible_host: {addresses[new]}")
    text += f"        {NOT_READY}:\n          ansible_host: {addresses[NOT_READY]}\n"
    hosts.write_text(text, encoding="utf-8")
    connection = inventory / "group_vars" / "windows" / "connection.yml"
    text = connection.read_text(encoding="utf-8")
    for old, new in (
        ("ansible_port: 5986", "ansible_port: 5985"),
        ("ansible_winrm_scheme: https", "ansible_winrm_scheme: http"),
        ("ansible_winrm_transport: kerberos", "ansible_winrm_transport: ntlm"),
        ("ansible_user: svc-ansible@CONTOSO.COM", f"ansible_user: {ACCOUNT}"),
        ("ansible_winrm_ca_trust_path: /etc/ssl/certs/contoso-ca.pem\n", ""),
    ):
        if old not in text:
            raise ValueError(f"{connection.name} of the example has no {old!r}")
        text = text.replace(old, new)
    connection.write_text(text, encoding="utf-8")
    variables = inventory / "host_vars"
    wanted = (variables / "cas01.contoso.com.yml").read_text(encoding="utf-8").split("\n\n")[0]
    (variables / "cas01.contoso.com.yml").unlink()
    (variables / f"{PROVIDER}.yml").write_text(wanted.replace("scp01.contoso.com", SERVER) + "\n", encoding="utf-8")


def editor(folder: Path) -> Path:
    """A program for EDITOR that enters the password of the lab into a vault file."""
    path = folder / "editor"
    entry = f"s/^vault_ansible_password:.*/vault_ansible_password: {PASSWORD}/"
    path.write_text(f'#!/bin/sh\nexec sed -i {shlex.quote(entry)} "$1"\n', encoding="utf-8")
    path.chmod(0o700)
    return path


def run(script: Sequence[str], folder: Path, environment: Mapping[str, str], answers: str = "", limit: float = 1800) -> str:
    """Run commands one after the other in one shell, without a terminal, and return what they print.

    :param answers: what the user types, such as the password of the vault.
    :raises RuntimeError: if a command fails; the text has the output.
    """
    text = "set -eu\n" + "".join(f"printf '%s\\n' {shlex.quote('$ ' + line)}\n{line}\n" for line in script)
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=dict(environment),
        input=answers,
        capture_output=True,
        text=True,
        timeout=limit,
        start_new_session=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def _environment(home: Path) -> dict[str, str]:
    """That of a new user: without what this process has of its own virtual environment and of Ansible."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VIRTUAL_ENV", "PYTHON", "MAKE"))
    }
    own = str(Path(sys.executable).parent)
    path = os.pathsep.join(part for part in kept["PATH"].split(os.pathsep) if part != own)
    return {**kept, "PATH": path, "HOME": str(home), "EDITOR": str(editor(home))}


def _lab_addresses(clone: Path, environment: Mapping[str, str]) -> dict[str, str]:
    listed = run([f"{LAB} status"], clone, environment)
    return {name: address for address, name in re.findall(r"^\s+(127\.[\d.]+)\s+(\S+)", listed, re.MULTILINE)}


def main() -> int:
    """Walk, print every command with its output, and return 0, or 1 with the command that failed."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start = (ROOT / "docs" / "start.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="scp-walk-") as folder:
        home = Path(folder, "home")
        clone = Path(folder, "clone")
        home.mkdir()
        environment = _environment(home)
        try:
            print(run([f"git clone --quiet {shlex.quote(str(ROOT))} {clone}"], home, environment))
            for section in ("1. Start the estate and install the role", "2. See how the role is doing"):
                print(run(commands(start, section), clone, environment))
            _walk_readme(commands(readme, "Use it"), home, clone, environment)
        except RuntimeError as error:
            print(f"walk: a command of the pages failed, {error}", file=sys.stderr)
            return 1
        finally:
            if (clone / ".venv").exists():
                print(run([f"{LAB} down || true"], clone, environment))
    return 0


def _walk_readme(lines: Sequence[str], home: Path, clone: Path, environment: Mapping[str, str]) -> None:
    """From the archive to the plays. The reader enters names after the command that copies the example inventory."""
    copied = next(place for place, line in enumerate(lines) if line.startswith("cp -r"))
    leaves = lines.index("cd ~")
    print(run(lines[:leaves], clone, environment))
    wanted = [line for line in lines[leaves:copied] if "kerberos" not in line or shutil.which("krb5-config")]
    print(run([*wanted, lines[copied]], home, environment))
    own_names(home / "my-inventory", _lab_addresses(clone, environment))
    print(run([f"{LAB} reset"], clone, environment))
    for line in lines[copied + 1 :]:
        answers = f"{VAULT_PASSWORD}\n" * 2
        print(run([". ~/ansible/bin/activate", line], home, environment, answers))


if __name__ == "__main__":
    sys.exit(main())
