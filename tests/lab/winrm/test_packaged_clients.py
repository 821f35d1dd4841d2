"""Clients of others, from their packages and unmodified, doing ordinary work: what Windows answers them, the lab does too."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab.winrm.message import Caller
from tests.lab.debian import why_not_installed
from tests.lab.npm import CannotInstall, packages

PASSWORD = "Pa:ss wörd 1"
_SECONDS = 60.0

# The user and the password are in the environment, so that no list of processes shows them.
RUN = """
const { runCommand } = require('winrm-client');
const [host, port] = process.argv.slice(1);
runCommand('hostname', host, process.env.LAB_USER, process.env.LAB_PASSWORD, Number(port), false, true).then(
  (output) => process.stdout.write(output),
  (error) => { process.stderr.write(error.message); process.exitCode = 1; },
);
"""


@pytest.fixture(scope="module")
def winrm_client() -> Path:
    """The folder with winrm-client, a client for Node.js."""
    try:
        return packages()
    except CannotInstall as error:
        pytest.skip(f"winrm-client for Node.js: {error}")


@pytest.fixture(scope="module")
def winrmcp() -> str:
    """A program that copies files with the Go library masterzen/winrm."""
    missing = why_not_installed("winrmcp")
    if missing:
        pytest.skip(f"winrmcp, a client in Go: {missing}")
    found = shutil.which("winrmcp")
    assert found is not None
    return found


def node(server: Any, folder: Path, scheme: str, user: str) -> subprocess.CompletedProcess[str]:
    """Run a command. This client has no channel bindings, does not encrypt messages, and looks for ``s:Envelope``."""
    listener = getattr(server, scheme)
    settings = {"NODE_PATH": str(folder), "NODE_EXTRA_CA_CERTS": server.ca_pem, "LAB_USER": user, "LAB_PASSWORD": PASSWORD}
    command = ["node", "-e", RUN, listener.address, str(listener.port)]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=_SECONDS, check=False)


@pytest.mark.parametrize(
    ("user", "caller"), [("CORP\\scpadmin", Caller("scpadmin", "CORP")), ("localadmin", Caller("localadmin"))]
)
def test_winrm_client_runs_a_command(server: Any, winrm_client: Path, user: str, caller: Caller) -> None:
    ran = node(server, winrm_client, "https", user)
    assert (ran.returncode, ran.stdout) == (0, "hostname"), ran.stderr
    assert [(line.command, line.caller) for line in server.commands] == [("hostname", caller)]
    assert server.shells.open_shells() == 0


def test_winrm_client_cannot_log_on_to_a_hardened_server(server: Any, winrm_client: Path) -> None:
    ran = node(server, winrm_client, "strict", "CORP\\scpadmin")
    assert ran.returncode == 1
    assert "401" in ran.stderr
    assert not server.commands


def test_winrmcp_copies_a_file(server: Any, winrmcp: str, tmp_path: Path) -> None:
    server.ending["code"] = 0
    source = tmp_path / "notes.txt"
    source.write_bytes(os.urandom(20_000))
    listener = server.https
    options = ["-https", f"-cacert={server.ca_pem}", f"-addr={listener.address}:{listener.port}", "-user=localadmin"]
    command = [winrmcp, *options, f"-pass={PASSWORD}", str(source), "C:/Temp/notes.txt"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = [line.text for line in server.commands]
    sent = "".join(found[1] for line in lines if (found := re.fullmatch(r"echo (\S+) >> \S+", line)))
    assert base64.b64decode(sent) == source.read_bytes()
    assert {line.caller for line in server.commands} == {Caller("localadmin")}
    assert any("powershell" in line.lower() for line in lines)
    assert server.shells.open_shells() == 0
