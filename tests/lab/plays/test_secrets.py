"""Secrets do not leak: not to output, results, reports, temporary files, processes or the lab's request log.

Every module and every role runs with every secret, at the highest verbosity and with diffs: to its end, with failing requests
and a failing site, and interrupted in the middle.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import FileVaultSecret, VaultLib

from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, command, environment, run_playbook, started
from tests.lab.conftest import StartEstate
from tests.lab.plays.secret_marks import leaking_files, leaks, marked, spellings, watched_processes
from tests.lab.plays.test_cut_off import descendants
from tests.unit.site.setup_script.support import PRODUCT_KEY, wish

PLAYBOOK = Path(__file__).parent / "every_module.yml"
MARKS = {name: f"M4rked{name}S3cret" for name in ("Logon", "Install", "Proxy", "Directory", "App")}
LOGON, INSTALL, PROXY, DIRECTORY, APP = (marked(mark) for mark in MARKS.values())
LOOKED_FOR = (*MARKS.values(), PRODUCT_KEY)
SERVER = "scp05.corp.example"
ENCRYPT = "EncryptDataEx"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Scene:
    """A run with every secret: its arguments, and the folder for all its files."""

    estate: Estate
    inventory: Path
    folder: Path
    arguments: tuple[str, ...]

    def run(self) -> Run:
        """The program itself: what a process was started with is what is looked at."""
        return run_playbook(PLAYBOOK, self.inventory, self.folder, *self.arguments, start=started)

    def start(self, output: Path) -> subprocess.Popen[bytes]:
        with output.open("wb") as file:
            line = command(PLAYBOOK, self.inventory, self.arguments)
            return subprocess.Popen(line, env=environment(self.folder), cwd=self.folder, stdout=file, stderr=file)

    def nothing_leaked(self, run: Run, processes: set[bytes]) -> None:
        assert leaks(run.output, LOOKED_FOR) == []
        assert leaks(json.dumps(run.outcomes), LOOKED_FOR) == []
        self.nothing_left(processes)

    def nothing_left(self, processes: set[bytes]) -> None:
        assert leaks(b"\n".join(processes), LOOKED_FOR) == []
        assert leaks(str(self.estate.request_log.records()), LOOKED_FOR) == []
        assert leaking_files(self.folder, LOOKED_FOR) == {}


@pytest.fixture
def scene(
    start_estate: StartEstate, lab_inventory: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Scene:
    """The default estate with passwords that contain marks, and an application with a secret in the site."""
    described = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    passwords = {r"CORP\scpadmin": LOGON, r"CORP\scpinstall": INSTALL}
    for account in described["accounts"]:
        account["password"] = passwords.get(account["name"], account["password"])
    estate = start_estate(yaml.safe_dump(described, allow_unicode=True), pace=200)
    for application in estate.hierarchy("one").state.cloud.rows["SMS_AAD_Application_Ex"]:
        application["SecretKey"] = APP
    accounts = [{"name": r"CORP\scpinstall", "password": INSTALL}, {"name": r"CORP\proxy", "password": PROXY}]
    variables = tmp_path / "secrets.json"
    setup = wish("primary", product_key=PRODUCT_KEY, service_connection_point={"server": SERVER})
    variables.write_text(
        json.dumps(
            {
                "secret_accounts": accounts,
                "secret_directory": {
                    "server": str(estate.machine("cas01").address),
                    "user": "reader@corp.example",
                    "password": DIRECTORY,
                },
                "secret_server": SERVER,
                "secret_reports": str(tmp_path / "run" / "reports"),
                "secret_times": 5,
                "service_connection_point_server": SERVER,
                "service_connection_point_accounts": accounts,
                "service_connection_point_installation_account": r"CORP\scpinstall",
                "service_connection_point_proxy": {"server": "proxy01.corp.example", "port": 8080, "account": r"CORP\proxy"},
                **{f"unattended_setup_{name}": value for name, value in setup.items()},
                # The only place where the key may be.
                "unattended_setup_dest": str(tmp_path / "setup.ini"),
                "unattended_setup_after_setup_dest": str(tmp_path / "run" / "after_setup.json"),
            }
        ),
        encoding="utf-8",
    )
    folder = tmp_path / "run"
    (folder / "tmp").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(folder / "tmp"))
    monkeypatch.setenv("ANSIBLE_REMOTE_TEMP", str(folder / "remote"))
    inventory = lab_inventory(estate, ansible_password=LOGON)
    return Scene(estate, inventory, folder, ("-e", f"@{variables}", "-vvvv", "--diff"))


def test_the_playbook_has_every_module_and_every_role() -> None:
    text = PLAYBOOK.read_text(encoding="utf-8")
    modules = {file.stem for file in (CHECKOUT / "plugins" / "modules").glob("*.py")}
    # The roles run these.
    modules -= {"controller_files", "read_together", "role_options", "run_scope"}
    assert {name for name in modules if f"configmgr.scp.{name}:\n" not in text} == set()
    roles = {folder.name for folder in (CHECKOUT / "roles").iterdir()}
    # test_offline_updates.py searches for the password in all output of the first; the other has no secret.
    assert {name for name in roles if f": configmgr.scp.{name}\n" not in text} == {"offline_updates", "remove"}


@pytest.mark.long
def test_a_run_to_its_end(scene: Scene, tmp_path: Path) -> None:
    with watched_processes() as processes:
        done = scene.run()
    wrong = ("failed", "item failed", "unreachable")
    assert [(item["task"], item["result"].get("msg")) for item in done.outcomes if item["status"] in wrong] == [], done.output
    assert done.code == 0, done.output
    assert any(b"every_module.yml" in line for line in processes)
    assert (tmp_path / "run" / "reports").is_dir()
    assert PRODUCT_KEY in (tmp_path / "setup.ini").read_text(encoding="ascii")
    scene.nothing_leaked(done, processes)
    # The secrets were really used: the site has the passwords, and an application has its secret.
    assert len(scene.estate.hierarchy("one").state.control.of_class("SMS_SCI_Reserved")) == 2


@pytest.mark.long
def test_requests_and_a_site_that_fail(scene: Scene) -> None:
    faults = scene.estate.faults
    # One fault for each time the installation account is sent: the site repeats what it received, then the network fails.
    faults.order("provider_error", target="CAS", message=f"cannot encrypt {INSTALL} for {LOGON}", operation="invoke", count=1)
    for at, kind in enumerate(("drop_after", "garbage", "truncate", "http_status"), 2):
        faults.order(kind, machine="cas01", action=ENCRYPT, at=at, count=1)
    faults.order("install_failure", target="scp05")
    with watched_processes() as processes:
        done = scene.run()
    told = [outcome["result"].get("msg", "") for outcome in done.outcomes if outcome["status"] == "item failed"]
    assert len(told) == 5, told
    assert "cannot encrypt" in told[0]
    assert [outcome for outcome in done.outcomes if outcome["status"] == "failed"]
    scene.nothing_leaked(done, processes)


@pytest.mark.parametrize("cut", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_cut_off_while_a_secret_travels(scene: Scene, tmp_path: Path, cut: signal.Signals) -> None:
    scene.estate.faults.order("delay", machine="cas01", action=ENCRYPT, seconds=6, count=1)
    output = tmp_path / "output"
    with watched_processes() as processes, scene.start(output) as running:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while scene.estate.faults.listing():
            assert running.poll() is None, output.read_text(encoding="utf-8")
            assert time.monotonic() < give_up
            time.sleep(0.02)
        for process in [running.pid] if cut is signal.SIGINT else descendants(running.pid):
            os.kill(process, cut)
        running.wait(PATIENCE_SECONDS)
    assert running.returncode != 0
    assert b"installation account" in output.read_bytes()
    assert leaks(output.read_bytes(), LOOKED_FOR) == []
    scene.nothing_left(processes)


def test_the_watch_and_the_search_would_find_a_secret(tmp_path: Path) -> None:
    # A separate text: other tests may be searching on the same machine.
    mark = f"M4rked{os.getpid()}S3cret"
    with watched_processes() as processes:
        assert os.system(f"sh -c 'sleep 0.3; : {mark}'") == 0
        assert os.system(f"SECRET={mark}Too sh -c 'sleep 0.3; :'") == 0
    assert leaks(b"\n".join(processes), [mark, f"{mark}Too"]) == [mark, f"{mark}Too"]
    for number, spelling in enumerate(spellings(mark)):
        (tmp_path / str(number)).write_bytes(b"before" + spelling + b"behind")
    assert len(leaking_files(tmp_path, [mark])) == len(spellings(mark)) > 10
    assert leaking_files(tmp_path, ["M4rkedElsewhere"]) == {}


@pytest.mark.core
def test_a_password_out_of_a_vault_within_its_list(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    """As ansible-vault encrypt_string writes it: only the value is encrypted, in its place."""
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
    assert leaks(done.output, LOOKED_FOR) == []
    assert leaks(json.dumps(done.outcomes), LOOKED_FOR) == []
    rows = estate.hierarchy("one").state.control.of_class("SMS_SCI_Reserved")
    assert [row.text("UserName") for row in rows] == [r"CORP\scpinstall"]
