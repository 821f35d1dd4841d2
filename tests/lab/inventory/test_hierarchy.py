"""The inventory plugin over the real protocol, as ansible-inventory runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, run_inventory
from tests.lab.conftest import StartEstate, WriteHierarchy
from tests.lab.estates import with_role

PASSWORD = "Lab-Admin-2026"
PRI1 = "pri1.corp.example"


def listed(sources: list[Path], folder: Path, *arguments: str, **variables: str) -> tuple[dict[str, Any], str]:
    """What `--list` returns as data, and the complete output."""
    code, output = run_inventory(sources, folder, "--list", *arguments, **variables)
    assert code == 0, output
    found: dict[str, Any] = json.JSONDecoder().raw_decode(output)[0]
    return found, output


def hosts(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    variables: dict[str, dict[str, Any]] = found["_meta"]["hostvars"]
    return variables


def over_https(estate: Estate) -> dict[str, Any]:
    return {"ansible_port": estate.description.https_port, "ansible_winrm_scheme": "https"}


def test_the_page_shows_what_the_command_beside_it_prints(
    start_estate: StartEstate, write_hierarchy: WriteHierarchy, tmp_path: Path
) -> None:
    page = (CHECKOUT / "docs" / "inventory.md").read_text(encoding="utf-8")
    shown = re.search(r"^\$ ansible-inventory -i inventories/lab-hierarchy (.*)\n([^`]*)```", page, re.MULTILINE)
    assert shown is not None
    estate = start_estate(with_role("scp01"))
    code, output = run_inventory([write_hierarchy(estate)], tmp_path, *shown[1].split())
    assert (code, output) == (0, shown[2])


# File to the changes of the lab's file (``connection`` for its variables), and the reason that is printed.
FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "password": (
        {"connection": {"ansible_password": "Wr0ng-S3cret"}},
        r"The credentials of CORP\scpadmin were rejected by http://",
    ),
    "dead_port": ({"connection": {"ansible_port": 9}}, "connection refused; no service listens on this port"),
    "name": ({"provider": "cas99.corp.invalid"}, "the name cannot be resolved"),
    "no_provider": ({"provider": "scp01.corp.example"}, "scp01.corp.example has no SMS Provider"),
    "another_site": ({"site_code": "XYZ"}, "There is no site XYZ at the SMS Provider on cas01.corp.example; it serves CAS."),
    "no_rights": (
        {"connection": {"ansible_user": r"CORP\noaccess", "ansible_password": "Lab-Nobody-2026"}},
        "was refused: access denied",
    ),
    "no_password": (
        {"connection": {"ansible_password": None}},
        "ansible_password must be set for ansible_winrm_transport ntlm; set it",
    ),
    "ssh": ({"connection": {"ansible_connection": "ssh"}}, "ansible_connection is ssh, but the SMS Provider is read over WinRM"),
    "undefined": (
        {"connection": {"ansible_password": "{{ nowhere }}"}},
        "ansible_password cannot be resolved: 'nowhere' is undefined",
    ),
    "option": ({"candidate": ["x"]}, "The option candidate is not known; did you mean candidates?"),
    "variable": ({"connection": {"ansible_winrm_transprt": "ntlm"}}, "did you mean ansible_winrm_transport?"),
    "misspelt": ({"connection": {"ansible_usr": "x"}}, "connection: ansible_usr is not known; did you mean ansible_user?"),
    "no_name": ({"provider": None}, "The option provider is not set; give the name of the host of an SMS Provider."),
    "group": ({"group": "sms_provider"}, "group: 'sms_provider' already has a meaning"),
    "candidate": ({"candidates": ["new01"]}, "candidates: 'new01' is a short name, and no site system of the hierarchy"),
    # Of the second host only: the first one must not stay behind.
    "strict": (
        {"strict": True, "compose": {"x": "{} if site_code == 'CAS' else nowhere.y"}},
        "Could not set x for host pri1.corp.example",
    ),
}


def test_each_failure_is_told_and_leaves_nothing_behind(estate: Estate, write_hierarchy: WriteHierarchy, tmp_path: Path) -> None:
    kept = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "kept")}
    files = [write_hierarchy(estate, name, **{**kept, **changes}) for name, (changes, _) in FAILURES.items()]
    files.append(write_hierarchy(estate, "certificate", over_https(estate)))
    files.append(write_hierarchy(estate).rename(tmp_path / "hosts.yml"))
    found, output = listed(files, tmp_path)
    told = " ".join(output.split())
    assert f"The certificate of https://{estate.machine('cas01').address}:{estate.description.https_port}/wsman is not" in told
    assert "is for configmgr.scp.hierarchy, so its name must end with scp_hierarchy.yml or scp_hierarchy.yaml; rename the" in told
    for name, (_, sentence) in FAILURES.items():
        assert sentence in told, (name, output)
    for unwanted in ("Traceback", "Wr0ng-S3cret", PASSWORD, "Lab-Nobody-2026"):
        assert unwanted not in output
    assert (hosts(found), found["all"]["children"]) == ({}, ["ungrouped"])
    assert list((tmp_path / "kept").glob("*")) == []


def test_a_cached_hierarchy_needs_no_provider(estate: Estate, write_hierarchy: WriteHierarchy, tmp_path: Path) -> None:
    kept = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "kept")}
    first, _ = listed([write_hierarchy(estate, **kept)], tmp_path)
    (file,) = (tmp_path / "kept").glob("*")
    content, written = file.read_text(encoding="utf-8"), file.stat().st_mtime_ns
    assert "Central administration site" in content
    assert not any(text in content for text in (PASSWORD, "scpadmin", "ansible_"))
    estate.request_log.clear()
    dead = {"ansible_port": 9}
    again, _ = listed([write_hierarchy(estate, connection=dead, **kept)], tmp_path)
    assert {name: given | dead for name, given in hosts(first).items()} == hosts(again)
    assert estate.request_log.records() == ()
    # A hit is not written again, which would extend its time.
    assert file.stat().st_mtime_ns == written
    # Options about names and groups need no new reading; another provider does, and so does the user who asks for it.
    short, _ = listed([write_hierarchy(estate, connection=dead, hostnames="short", **kept)], tmp_path)
    assert sorted(hosts(short)) == ["cas01", "pri1", "pri2", "scp01", "sec1"]
    for changes, arguments in (({"provider": PRI1}, ()), ({}, ("--flush-cache",))):
        none, output = listed([write_hierarchy(estate, connection=dead, **kept, **changes)], tmp_path, *arguments)
        assert hosts(none) == {}
        assert "connection refused" in output


def test_credentials_from_a_vault_templates_and_group_vars(
    estate: Estate, write_hierarchy: WriteHierarchy, tmp_path: Path
) -> None:
    """The passwords reach the server, and never the output."""
    secret = VaultSecret(b"open")
    vaulted = VaultLib([("default", secret)]).encrypt(PASSWORD, secret).decode()
    (tmp_path / "secret.txt").write_text("open", encoding="utf-8")
    in_file = write_hierarchy(estate, "vaulted", {"ansible_password": "HERE"}, pass_plain_secrets=False, group="vaulted")
    indented = "\n".join(f"    {line}" for line in vaulted.splitlines())
    in_file.write_text(in_file.read_text(encoding="utf-8").replace("HERE", f"!vault |\n{indented}"), encoding="utf-8")
    by_environment = write_hierarchy(
        estate,
        "template",
        {
            "ansible_user": "{{ domain }}\\scpadmin",
            "ansible_password": "{{ lookup('ansible.builtin.env', 'SECRET_OF_THE_LAB') }}",
        },
        pass_plain_secrets=False,
        provider="{{ 'cas01' ~ suffix }}",
        group="templated",
    )
    in_group = write_hierarchy(
        estate,
        "of_group",
        dict.fromkeys(("ansible_user", "ansible_password")),
        provider=PRI1,
        group="of_group",
        hostnames="short",
    )
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.yml").write_text("domain: CORP\nsuffix: .corp.example\n", encoding="utf-8")
    (tmp_path / "group_vars" / "of_group.yml").write_text(
        yaml.safe_dump({"ansible_user": "{{ domain }}\\{{ account }}", "ansible_password": "{{ secret }}"}), encoding="utf-8"
    )
    plain = write_hierarchy(estate, "plain", pass_plain_secrets=False, group="plain")
    found, output = listed(
        [in_file, by_environment, in_group, plain],
        tmp_path,
        *("--vault-password-file", "secret.txt", "-e", "account=scpadmin", "-e", f"secret={PASSWORD}", "--export"),
        SECRET_OF_THE_LAB=PASSWORD,
    )
    assert {"vaulted", "templated", "of_group", "plain"} <= found.keys(), output
    assert PASSWORD not in output
    of = {name: found[name]["vars"] for name in ("vaulted", "templated", "of_group", "plain")}
    assert of["vaulted"]["ansible_password"] == {"__ansible_vault": vaulted}
    assert of["templated"]["ansible_password"] == "{{ lookup('ansible.builtin.env', 'SECRET_OF_THE_LAB') }}"
    assert of["of_group"]["ansible_user"] == "{{ domain }}\\{{ account }}"
    assert "ansible_password" not in of["plain"]
    assert "ansible_password in connection is in plain text, so the hosts do not get it" in " ".join(output.split())
    # A provider of a child site shows the same hierarchy; the playbooks run at the top.
    assert found["sms_provider"]["hosts"] == ["cas01.corp.example", "cas01"]


def test_groups_of_the_user_and_texts_of_the_site(
    start_estate: StartEstate, write_hierarchy: WriteHierarchy, tmp_path: Path
) -> None:
    text = yaml.safe_load(with_role("scp01", "offline"))
    text["hierarchies"][0]["sites"][0]["name"] = "{{ 7 * 7 }}"
    estate = start_estate(yaml.safe_dump(text))
    one = write_hierarchy(
        estate,
        "one",
        {
            "ansible_connection": "psrp",
            "ansible_psrp_auth": "ntlm",
            "ansible_psrp_protocol": "http",
            **dict.fromkeys(("ansible_winrm_transport", "ansible_winrm_scheme")),
        },
        strict=True,
        compose={"shown": "site_name", "service_connection_point_site_code": "site_code"},
        groups={"offline": "scp_mode == 'offline'", "points of pr1": "site_code == 'PR1' and 'SMS Management Point' in roles"},
        keyed_groups=[
            {"key": "site_version", "prefix": "version"},
            {"key": "site_roles", "prefix": "with", "parent_group": "mine"},
        ],
    )
    two = write_hierarchy(
        estate,
        "two",
        over_https(estate) | {"ansible_winrm_ca_trust_path": str(estate.ca_file)},
        candidates=["scp02.corp.example"],
        provider="sta03",
        addresses={name: str(estate.machine(name).address) for name in ("sta01", "sta02", "sta03", "scp02")},
        group="second",
    )
    found, output = listed([one, two], tmp_path)
    cas01 = hosts(found)["cas01.corp.example"]
    assert cas01["site_name"] == cas01["shown"] == {"__ansible_unsafe": "{{ 7 * 7 }}"}
    assert cas01["service_connection_point_site_code"] == "CAS"
    assert found["offline"]["hosts"] == found["service_connection_point"]["hosts"] == ["scp01.corp.example"]
    assert found["points_of_pr1"]["hosts"] == [PRI1]
    assert sorted(found["version_5_00_9152_1000"]["hosts"]) == sorted(
        name for name in hosts(found) if not name.startswith(("sta", "scp02"))
    )
    assert "with_SMS_Dmp_Connector" in found["mine"]["children"]
    assert sorted(found["sms_provider"]["hosts"]) == ["cas01.corp.example", "sta03.corp.example"]
    assert hosts(found)["scp02.corp.example"]["site_code"] is None
    assert {hosts(found)[name]["site_version"] for name in ("sta01.corp.example", "sta02.corp.example")} == {"5.00.9146.1000"}
    assert output.count("[WARNING]") == output.count("[WARNING]: Invalid characters were found in group names") <= 1
    # Two files with different variables for one group cannot both be right.
    both, output = listed([one, write_hierarchy(estate, "three", {"ansible_user": r"CORP\scpreader"})], tmp_path)
    assert "The group configmgr already has another value of ansible_connection" in " ".join(output.split())
    assert hosts(both)["cas01.corp.example"]["ansible_user"] == r"CORP\scpadmin"
