"""``python -m lab up --kerberos``: a user rehearses Kerberos with the inventory that the lab prints."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.ansible_runs import CHECKOUT, run_playbook, started
from tests.lab.kerberos.conftest import PASSWORD, Realm
from tests.lab.kerberos.test_kerberos_plays import PLAY

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        yield Path(folder) / "state"


@pytest.fixture
def run(state: Path) -> Iterator[Run]:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "lab", "--state", str(state), *arguments]
        return subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)

    yield call
    call("down")


# The domain of the other tests is here to show that this computer can run one: otherwise this test is skipped, too.
def test_a_rehearsal(
    realm: Realm, run: Run, state: Path, address_base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = run("up", "--detach", "--kerberos", "--address-base", address_base)
    assert up.returncode == 0, up.stderr
    status = json.loads(run("status", "--json").stdout)
    configuration = status["domain"]["krb5_conf"]
    assert f"domain CORP.EXAMPLE on {address_base}.100; for its clients: export KRB5_CONFIG={configuration}" in up.stdout
    inventory, play = tmp_path / "hosts.yml", tmp_path / "play.yml"
    inventory.write_text(run("inventory").stdout)
    play.write_text(PLAY)

    monkeypatch.setenv("KRB5_CONFIG", configuration)
    monkeypatch.delenv("KRB5CCNAME")
    limited = ("--limit", "cas01.corp.example:scp08.corp.example")
    managed = run_playbook(play, inventory, tmp_path, *limited, start=started)
    assert (managed.code, len(managed.outcomes)) == (0, 2), managed.output

    # A ticket of the lab does not replace one that the user has for a real domain.
    subprocess.run(["kinit", "scpadmin@CORP.EXAMPLE"], input=f"{PASSWORD}\n", text=True, check=True, timeout=30)
    assert (state / "tickets").exists()
    manual = ("-e", "ansible_winrm_kinit_mode=manual", "--limit", "cas01.corp.example")
    assert run_playbook(play, inventory, tmp_path, *manual, start=started).code == 0

    assert run("down").returncode == 0
    assert not state.exists()
