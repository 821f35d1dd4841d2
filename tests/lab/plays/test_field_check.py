"""playbooks/field_check.yml: verdicts, a recording without names, and hosts that do not answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.scenarios import words, writes
from tests.lab.plays.several import play_each
from tests.recorded.replay import Recording

NAMES = ("cas01", "scp01", "pri1", "corp.example", "scpadmin", "127.", "CORP\\", "site_CAS", '"CAS"')


def recording(folder: Path) -> Recording:
    (found,) = (folder / "field-check").iterdir()
    return Recording.of(found)


def test_a_recording_is_written_without_a_name_of_the_site(
    start_estate: StartEstate, lab_inventory: Callable[..., Path], tmp_path: Path
) -> None:
    estate = start_estate(with_role("scp01"))
    arguments = ("--limit", "cas01.corp.example,localhost", "-e", "field_check_record=true", "-vvv")
    run: Run = run_playbook(CHECKOUT / "playbooks" / "field_check.yml", lab_inventory(estate), tmp_path, *arguments)
    assert run.code == 0, run.output
    assert writes(estate) == []
    found = recording(tmp_path)
    whole = "\n".join(found.texts.values())
    assert [name for name in NAMES if name.casefold() in whole.casefold()] == []
    assert {"site-001-answer.xml", "server-001-answer.xml"} <= set(found.texts)
    # The raw answers are not shown, whatever the verbosity.
    assert "<s:Envelope" not in run.output
    assert "Nothing was sent" in words(run)
    judged = {**found.judged("site"), **found.judged("server")}
    assert {name: probe["verdict"] for name, probe in judged.items()} == {
        probe["id"]: probe["verdict"] for probe in found.verdicts
    }


def test_hosts_that_do_not_answer_are_reasons(
    start_estate: StartEstate, lab_inventory: Callable[..., Path], tmp_path: Path
) -> None:
    estate = start_estate(with_role("scp01"))
    sets: dict[str, dict[str, Any]] = {
        "wrong_password": {"ansible_password": "wrong"},
        "no_listener": {"ansible_host": "127.0.0.1", "ansible_port": 9},
        "no_host_for_the_server": {"field_check_server": "unknown.corp.example"},
        "sound": {},
    }
    run = play_each("field_check", estate, lab_inventory, tmp_path, sets, "-e", "field_check_record=true")
    assert run.code == 0, run.output
    assert all(run.recap(name)["failed"] == 0 for name in sets)
    folders = sorted((tmp_path / "field-check").iterdir(), key=lambda path: int(path.name.rpartition("-")[2]))
    found = {name: Recording.of(folder).verdicts for name, folder in zip(sets, folders, strict=True)}
    for name in ("wrong_password", "no_listener"):
        assert {probe["verdict"] for probe in found[name] if probe["part"] == "site"} == {"cannot tell"}
    assert "no_host_for_the_server" in found
    assert any("unknown" not in probe["seen"] and probe["verdict"] == "cannot tell" for probe in found["no_host_for_the_server"])
    assert "as assumed" in {probe["verdict"] for probe in found["no_host_for_the_server"] if probe["part"] == "site"}
    assert {probe["verdict"] for probe in found["sound"] if probe["part"] == "server"} >= {"as assumed"}
