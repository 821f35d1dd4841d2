"""Secrets stay where they belong: not in output, result files, temporary files, process arguments or the lab's request log."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import FileVaultSecret, VaultLib

from lab.server import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook

LOGON, INSTALL, PROXY = "Lab-Admin-2026", "Lab-Install-2026", "Pr0xy-Marked-Secret"
SECRETS = (LOGON, INSTALL, PROXY)


@contextmanager
def watched_arguments() -> Iterator[set[str]]:
    """The command lines of all processes, looked at again and again while the block runs."""
    seen: set[str] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    seen.add((process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue  # it has ended meanwhile

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield seen
    stop.set()
    watcher.join(5)


@pytest.fixture
def run(
    estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Run]:
    """Provisions with three marked secrets at the highest verbosity; secrets come from files, as from a vault."""
    wish = {
        "service_connection_point_server": "scp05.corp.example",
        "service_connection_point_accounts": [
            {"name": r"CORP\scpinstall", "password": INSTALL, "update_password": "always"},
            {"name": r"CORP\proxy", "password": PROXY},
        ],
        "service_connection_point_installation_account": r"CORP\scpinstall",
        "service_connection_point_proxy": {"server": "proxy01.corp.example", "port": 8080, "account": r"CORP\proxy"},
    }
    variables = tmp_path / "secrets.json"
    variables.write_text(json.dumps(wish), encoding="utf-8")
    inventory = lab_inventory(estate)
    folder = tmp_path / "run"
    (folder / "tmp").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))

    def provision(*arguments: str) -> Run:
        playbook = CHECKOUT / "playbooks" / "provision.yml"
        return run_playbook(playbook, inventory, folder, "-e", f"@{variables}", "-vvvv", "--diff", *arguments)

    return provision


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def assert_nothing_leaked(run: Run, arguments: set[str], folder: Path, estate: Estate) -> None:
    assert leaks(run.output) == []
    assert leaks(json.dumps(run.outcomes)) == []
    assert leaks("\n".join(arguments)) == []
    assert leaks(str(estate.request_log.records())) == []
    for found in folder.rglob("*"):
        if found.is_file():
            assert leaks(found.read_bytes().decode("utf-8", "replace")) == [], found


def test_a_successful_run(run: Callable[..., Run], estate: Estate, tmp_path: Path) -> None:
    with watched_arguments() as arguments:
        done = run()
    assert done.code == 0, done.output
    assert any("provision.yml" in line for line in arguments)
    assert_nothing_leaked(done, arguments, tmp_path / "run", estate)


def test_a_failing_site(run: Callable[..., Run], estate: Estate, tmp_path: Path) -> None:
    estate.faults.order("install_failure", target="scp05")
    with watched_arguments() as arguments:
        done = run()
    assert done.code == 2
    assert_nothing_leaked(done, arguments, tmp_path / "run", estate)


@pytest.mark.parametrize("kind", ["drop_after", "garbage", "http_status"])
def test_a_request_with_a_secret_that_goes_wrong(run: Callable[..., Run], estate: Estate, tmp_path: Path, kind: str) -> None:
    estate.faults.order(kind, machine="cas01", action="EncryptDataEx", count=1)
    with watched_arguments() as arguments:
        done = run()
    assert done.code != 0
    assert_nothing_leaked(done, arguments, tmp_path / "run", estate)


def test_a_provider_that_repeats_the_secret(run: Callable[..., Run], estate: Estate, tmp_path: Path) -> None:
    # Once: the next account of the loop does not know the first one's password, so it could not scrub it.
    estate.faults.order("provider_error", target="CAS", message=f"cannot encrypt {INSTALL}", operation="invoke", count=1)
    with watched_arguments() as arguments:
        done = run()
    assert done.code == 2
    assert "cannot encrypt" in done.output
    assert_nothing_leaked(done, arguments, tmp_path / "run", estate)


def test_the_watch_would_see_a_secret() -> None:
    # A text of its own: other tests may be watching the same machine.
    marked = f"marked-{os.getpid()}"
    with watched_arguments() as arguments:
        assert os.system(f"sh -c 'sleep 0.3; : {marked}'") == 0
    assert any(marked in line for line in arguments)


@pytest.mark.core
def test_a_password_out_of_a_vault_within_its_list(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    """As ansible-vault encrypt_string writes it: the value alone is encrypted, where it stands."""
    key = tmp_path / "key"
    key.write_text("Vault-Key-2026\n", encoding="utf-8")
    vault = VaultLib([("default", FileVaultSecret(filename=str(key), loader=DataLoader()))])
    vault.secrets[0][1].load()
    sealed = "\n".join(f"      {line}" for line in vault.encrypt(INSTALL).decode().splitlines())
    accounts = f"service_connection_point_accounts:\n  - name: CORP\\scpinstall\n    password: !vault |\n{sealed}\n"
    variables = tmp_path / "accounts.yml"
    variables.write_text(accounts, encoding="utf-8")
    playbook = CHECKOUT / "playbooks" / "provision.yml"
    done = run_playbook(
        playbook, lab_inventory(estate), tmp_path, "-e", f"@{variables}", "--vault-password-file", str(key), "-vvvv"
    )
    assert done.code == 0, done.output
    assert leaks(done.output) == []
    assert leaks(json.dumps(done.outcomes)) == []
    rows = estate.hierarchy("one").state.control.of_class("SMS_SCI_Reserved")
    assert [row.text("UserName") for row in rows] == [r"CORP\scpinstall"]
