"""The playbooks around setup itself: one writes its script, the other sets in a site what setup cannot set."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.configmgr.scp.plugins.filter.setup_script import setup_script
from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.plays.conftest import holders
from tests.unit.site.setup_script.support import GOLDEN, PRODUCT_KEY, ROLE, wish

ROLE_NAME = "configmgr.scp.unattended_setup : "
JUDGE = ROLE_NAME + "The script can be written"
WRITE = ROLE_NAME + "The script is as wished"
DIFF = ROLE_NAME + "Show what changes, without secrets"
FORM = ROLE_NAME + "The options can be used"
MISTYPED, PASSWORD = PRODUCT_KEY[:-1], "Pr0xy-Marked-Secret"
SECRETS = (MISTYPED, PASSWORD)
MODE = 0o600
WRITTEN = ("primary", "recover_primary")
WRONG = ("wrong", "mistyped", "malformed", "nowhere")


class Vaulted(str):
    """A text that is in an inventory like one from a vault."""


class Writer(yaml.SafeDumper):
    """YAML with vaulted texts."""


def encrypted(writer: yaml.SafeDumper, text: Vaulted) -> yaml.Node:
    sealed = VaultLib([("default", VaultSecret(b"lab"))]).encrypt(str(text), VaultSecret(b"lab")).decode("ascii")
    return writer.represent_scalar("!vault", sealed, style="|")


Writer.add_representer(Vaulted, encrypted)


@dataclass(frozen=True)
class Runs:
    """The results of the runs: in check mode, for real, and again."""

    checked: Run
    first: Run
    second: Run
    folder: Path

    def script(self, host: str) -> Path:
        return self.folder / "scripts" / f"{host}.ini"


def variables(wished: Mapping[str, Any], dest: Path) -> dict[str, Any]:
    found = {f"unattended_setup_{name}": value for name, value in wished.items()}
    if wished.get("product_key") != "Eval":
        found["unattended_setup_product_key"] = Vaulted(wished["product_key"])
    accounts = [{"name": r"CONTOSO\svc-proxy", "password": Vaulted(PASSWORD)}]
    return {**found, "unattended_setup_dest": str(dest), "service_connection_point_accounts": accounts}


def all_runs(folder: Path) -> Runs:
    """Two hosts with correct variables, and some with wrong ones. Every type of script is compared in tests/unit."""
    scripts = folder / "scripts"
    scripts.mkdir()
    wishes = {
        **{kind: wish(kind, most=True) for kind in WRITTEN},
        "wrong": wish("child_primary", product_key=PRODUCT_KEY, site_code="CON", **ROLE),
        "mistyped": wish("primary", product_key=MISTYPED, branch=Vaulted(PRODUCT_KEY)),
        "malformed": wish("primary", product_key=PRODUCT_KEY, service_connection_point={"password": Vaulted(PASSWORD)}),
        "nowhere": wish("primary", product_key=PRODUCT_KEY),
    }
    hosts = {host: variables(wished, scripts / f"{host}.ini") for host, wished in wishes.items()}
    hosts["nowhere"]["unattended_setup_dest"] = str(folder / "vault" / "setup.ini")
    hosts["primary"]["unattended_setup_after_setup_dest"] = str(folder / "after_setup.json")
    inventory = folder / "hosts.yml"
    inventory.write_text(yaml.dump({"all": {"hosts": hosts}}, Dumper=Writer, sort_keys=False), encoding="utf-8")
    (folder / "vault").write_text("lab", encoding="utf-8")
    # An earlier script: for another site, with another key, readable by all users.
    (scripts / "primary.ini").write_bytes(f"[Options]\r\nProductID={MISTYPED}Z\r\nSiteCode=OLD\r\n".encode("utf-16"))

    def run(*arguments: str) -> Run:
        playbook = CHECKOUT / "playbooks" / "unattended_setup.yml"
        options = ("--vault-password-file", str(folder / "vault"), "-e", "unattended_setup_host=all", "--diff", *arguments)
        return run_playbook(playbook, inventory, folder, *options)

    before = (scripts / "primary.ini").read_bytes()
    checked = run("--check", "--limit", "primary")
    assert {path.name for path in scripts.iterdir()} == {"primary.ini"}
    assert (scripts / "primary.ini").read_bytes() == before
    return Runs(checked, run("-vvvv"), run("--limit", ",".join(WRITTEN)), folder)


def the_script_is_the_golden_file(runs: Runs) -> None:
    for kind in WRITTEN:
        script = runs.script(kind)
        assert script.read_bytes() == (GOLDEN / f"{kind}_with_everything.ini").read_bytes(), kind
        assert stat.S_IMODE(script.stat().st_mode) == MODE
        assert runs.first.result(WRITE, "ok", kind)["changed"] is True
        assert runs.first.recap(kind)["failed"] == 0


def wrong_wishes_are_told_and_nothing_is_written(runs: Runs) -> None:
    assert runs.first.code == 2
    assert {path.stem for path in (runs.folder / "scripts").iterdir()} == set(WRITTEN)
    lines = runs.first.result(JUDGE, "failed", "wrong")["msg"].splitlines()
    assert lines[0] == "2 mistakes; nothing was written."
    assert "SiteCode in [Options]" in lines[1]
    assert "CloudConnector in [CloudConnectorOptions]" in lines[2]
    assert len(runs.first.result(JUDGE, "failed", "mistyped")["msg"].splitlines()) == 3
    assert "password" in runs.first.result(FORM, "failed", "malformed")["msg"]
    assert (
        "vault/setup.ini exists on the controller but cannot be read as a file"
        in runs.first.result(WRITE, "failed", "nowhere")["msg"]
    )
    for host in WRONG:
        assert runs.first.recap(host)["changed"] == 0


def spellings(secret: str) -> set[str]:
    """The secret unchanged and in Base64 at each of the three possible offsets, in one of two encodings."""
    found = {secret}
    for encoding in ("ascii", "utf-16-le"):
        for before in range(3):
            coded = base64.b64encode(b"x" * before + secret.encode(encoding)).decode("ascii")
            # The characters at the ends depend on the text beside the secret.
            found.add(coded[4:-4])
    return found


def no_secret_is_anywhere_but_in_the_scripts(runs: Runs) -> None:
    for run in (runs.checked, runs.first, runs.second):
        for spelling in (spelling for secret in SECRETS for spelling in spellings(secret)):
            assert spelling not in run.output
            assert spelling not in json.dumps(run.outcomes)
    for file in runs.folder.rglob("*"):
        if file.is_file() and file.suffix != ".ini":
            assert not [secret for secret in SECRETS if secret.encode() in file.read_bytes()], file
    assert PRODUCT_KEY.encode() in runs.script("primary").read_bytes()


def a_second_run_changes_nothing(runs: Runs) -> None:
    assert runs.second.code == 0, runs.second.output
    for kind in WRITTEN:
        assert runs.second.recap(kind)["changed"] == 0
        assert runs.second.outcome(DIFF, kind)["status"] == "skipped"


def the_diff_is_the_same_in_check_mode_and_hides_the_key(runs: Runs) -> None:
    assert runs.checked.code == 0, runs.checked.output
    assert runs.checked.result(WRITE, "ok")["changed"] is True
    shown = runs.checked.result(DIFF, "ok")["msg"]
    assert shown == runs.first.result(DIFF, "ok", "primary")["msg"]
    assert {"-SiteCode=OLD", "-ProductID=(present value not shown)", "+SiteCode=PS1", "+ProductID=(new value not shown)"} <= set(
        shown
    )
    assert "+Action=RecoverPrimarySite" in runs.first.result(DIFF, "ok", "recover_primary")["msg"]


def what_setup_can_not_say_is_kept_and_told(runs: Runs) -> None:
    expected = setup_script(wish("primary", most=True))
    kept = runs.folder / "after_setup.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == expected["after_setup"]
    facts = runs.first.result(ROLE_NAME + "Keep the result for later plays", "ok", "primary")["ansible_facts"]
    result = facts["unattended_setup_result"]
    assert result["after_setup"] == expected["after_setup"]
    assert result["accounts"] == expected["accounts"]
    told = runs.first.result(ROLE_NAME + "Say what follows", "ok", "primary")["msg"]
    assert told[2:] == result["reasons"] == expected["reasons"]
    assert str(runs.script("primary")) in told[0]


@pytest.mark.long
@pytest.mark.core
def test_scripts_are_written_once_and_nothing_leaks(tmp_path: Path) -> None:
    # One test, because all checks share its three runs.
    runs = all_runs(tmp_path)
    the_script_is_the_golden_file(runs)
    wrong_wishes_are_told_and_nothing_is_written(runs)
    no_secret_is_anywhere_but_in_the_scripts(runs)
    a_second_run_changes_nothing(runs)
    the_diff_is_the_same_in_check_mode_and_hides_the_key(runs)
    what_setup_can_not_say_is_kept_and_told(runs)


def test_a_site_is_told_what_setup_could_not_say(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    plan = wish(
        "central_administration_site",
        site_code="CAS",
        service_connection_point={
            "server": "scp01.corp.example",
            "mode": "offline",
            "usage_data": "basic",
            "proxy": {"server": "proxy01.corp.example", "port": 8080, "account": r"CORP\proxy"},
        },
    )
    made = setup_script(plan)
    assert made["mistakes"] == []
    after = tmp_path / "after_setup.json"
    after.write_text(json.dumps(made["after_setup"]), encoding="utf-8")
    vault = tmp_path / "vault.json"
    accounts = [{"name": name, "password": PASSWORD} for name in made["accounts"]]
    vault.write_text(json.dumps({"service_connection_point_accounts": accounts}), encoding="utf-8")

    def run(*arguments: str) -> Run:
        playbook = CHECKOUT / "playbooks" / "after_setup.yml"
        return run_playbook(playbook, lab_inventory(estate), tmp_path, "-e", f"@{after}", "-e", f"@{vault}", *arguments)

    first = run()
    assert first.code == 0, first.output
    assert holders(estate) == ["scp01.corp.example"]
    assert estate.hierarchy("one").effective_mode("scp01.corp.example") == "offline"
    assert first.result("The level of usage data is as wished", "ok")["level"] == "basic"
    second = run()
    assert second.code == 0, second.output
    assert second.recap("cas01.corp.example")["changed"] == 0
