"""Estate files: the default one, and every error with file, line and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.estate.description import CloudApplication, ServiceConnectionPoint
from lab.estate.errors import EstateError
from lab.estate_file.reader import DEFAULT_FILE, load, parse

GOOD = r"""domain: {dns: corp.example, netbios: CORP}
accounts:
  - {name: CORP\admin, password: Secret-1, sms: full, administrator_of: all}
  - {name: local, machine: scp01, password: Secret-2, administrator_of: scp01}
machines:
  - {name: cas01, address: 127.0.10.1}
  - {name: pri1, address: 127.0.10.2}
  - {name: sec1, address: 127.0.10.3}
  - {name: sql1, address: 127.0.10.4}
  - {name: scp01, address: 127.0.10.5, administrators: ['CORP\CAS01$', 'local']}
hierarchies:
  - name: one
    sites:
      - {code: CAS, name: Central, type: cas, server: cas01}
      - {code: PR1, name: Primary, type: primary, parent: CAS, server: pri1}
      - {code: SE1, name: Secondary, type: secondary, parent: PR1, server: sec1}
    service_connection_point: {server: scp01, mode: offline}
"""


def test_the_default_file_is_as_the_documentation_says() -> None:
    estate = load()
    assert [(site.code, site.kind, site.parent) for site in estate.hierarchies[0].sites] == [
        ("CAS", "cas", None),
        ("PR1", "primary", "CAS"),
        ("PR2", "primary", "CAS"),
        ("SE1", "secondary", "PR1"),
    ]
    two = estate.hierarchies[1].top_site
    assert (two.code, two.server, two.passive_server, two.sql_server) == ("ST1", "sta01", "sta02", "sta03")
    assert two.providers == ("sta03",)
    assert {str(machine.address).rpartition(".")[0] for machine in estate.machines} == {"127.0.10"}
    assert [name for name in ("scp01", "scp02", "scp03") if "CORP\\CAS01$" not in estate.machine(name).administrators] == []
    assert estate.machine("scp05").administrators == ()
    assert estate.hierarchies[0].cloud_tenants[0].applications[1] == CloudApplication(
        "ConfigMgr client app", "c41f2e8b-0d57-4a36-b7e9-6f8a3d5c1e72", client=True
    )


def test_a_good_file() -> None:
    estate = parse(GOOD)
    assert estate.accounts[0].full_name == "CORP\\admin"
    assert estate.accounts[0].administrator_of == ("cas01", "pri1", "sec1", "sql1", "scp01")
    assert (estate.accounts[1].full_name, estate.accounts[1].machine) == ("local", "scp01")
    assert (estate.pace, estate.http_port, estate.https_port) == (1, 5985, 5986)
    assert estate.hierarchies[0].service_connection_point == ServiceConnectionPoint("scp01", "offline")
    site = estate.hierarchy_of("pr1").site("pr1")
    assert (site.providers, site.sql_server, site.build) == (("pri1",), "pri1", 9152)
    assert estate.hierarchies[0].site("SE1").providers == ()
    assert estate.fqdn("scp01") == "scp01.corp.example"
    assert "Secret" not in repr(estate)


# The replaced text, its replacement, and the error message without the name of the file.
MISTAKES = [
    ("pace", "domain: {", "pace: 0\ndomain: {", r"1: the estate: pace '0' is not a number from 0.01 to 100000"),
    (
        "unknown key",
        "  - name: one\n",
        "  - name: one\n    colour: red\n",
        "13: hierarchy one: colour is not a known key; allowed: ",
    ),
    ("no domain", "domain: {dns: corp.example, netbios: CORP}", "", "2: the estate: domain is missing"),
    ("key twice", "netbios: CORP", "dns: b.example", "1: domain has dns twice; the first is in line 1"),
    ("not YAML", "machines:", "machines: [", "this is not YAML"),
    ("dns", "corp.example", "Corp", "1: domain: dns 'Corp' is not valid; allowed: a DNS name"),
    (
        "account without domain",
        r"CORP\admin",
        "admin",
        r"3: account admin: name 'admin' needs its domain (CORP\admin), or the key `machine`",
    ),
    ("foreign domain", r"CORP\admin", r"OTHER\admin", r"3: account OTHER\admin: the domain of 'OTHER\\admin' is not CORP"),
    ("bad account name", r"CORP\admin", r"CORP\a*b", r"3: account CORP\a*b: name 'a*b' is not valid"),
    ("no password", ", password: Secret-1", "", r"3: account CORP\admin: password is missing"),
    ("password with colon", "Secret-1", "'a:b'", r"3: account CORP\admin: password must have at most 127 characters"),
    ("sms", "sms: full", "sms: some", r"3: account CORP\admin: sms 'some' is not a known value; allowed: full, read, none"),
    ("rights nowhere", "administrator_of: all", "administrator_of: [none]", "there is no machine 'none'; allowed: all, or names"),
    (
        "local rights elsewhere",
        "administrator_of: scp01",
        "administrator_of: cas01",
        "a local account of scp01 cannot have rights on",
    ),
    ("machine name", "name: cas01", "name: CAS_01", "6: machine number 1: name 'CAS_01' is not valid"),
    ("machine twice", "name: pri1,", "name: cas01,", "7: machine cas01: name cas01 is already used in line 6"),
    ("address twice", "127.0.10.2", "127.0.10.1", "7: machine pri1: address 127.0.10.1 is already used in line 6"),
    (
        "address outside",
        "127.0.10.2",
        "10.0.0.2",
        "7: machine pri1: address 10.0.0.2 is outside 127.0.0.0/8; the lab listens on loopback only",
    ),
    ("no address", "127.0.10.2", "here", "7: machine pri1: address 'here' is not an IPv4 address; allowed: one of 127.0.0.0/8"),
    ("os", "127.0.10.1}", "127.0.10.1, os: 2008}", "6: machine cas01: os '2008' is not a known value; allowed: 2025, 2022,"),
    ("flag", "127.0.10.1}", "127.0.10.1, alive: maybe}", "6: machine cas01: alive must be true or false"),
    ("drive", "127.0.10.1}", "127.0.10.1, drives: [{letter: D}]}", "6: machine cas01: the first drive must be C"),
    (
        "software",
        "127.0.10.1}",
        "127.0.10.1, software: {vc_runtime: new}}",
        "software of cas01: vc_runtime 'new' is not valid; allowed: none,",
    ),
    (
        "member",
        "'local']",
        r"'CORP\nobody']",
        r"10: machine scp01: administrators: 'CORP\\nobody' is not an account of the estate",
    ),
    ("code", "code: PR1", "code: P1", "15: site of one number 2: code 'P1' is not valid; allowed: three capital letters"),
    ("reserved code", "code: PR1", "code: AUX", "15: site AUX: code AUX is reserved by Windows"),
    ("code twice", "code: PR1", "code: CAS", "15: site CAS: code CAS is already used in line 14"),
    ("site server twice", "server: pri1", "server: cas01", "15: site PR1: cas01 is already the site server in line 14"),
    ("no such server", "server: pri1", "server: pri9", "15: site PR1: there is no machine 'pri9'; allowed: cas01,"),
    ("no parent", "parent: CAS, ", "", "15: site PR1: parent is missing; only the top-level site CAS has no parent"),
    (
        "wrong parent",
        "parent: CAS",
        "parent: XXX",
        "15: site PR1: there is no site 'XXX' in this hierarchy; allowed: CAS, PR1, SE1",
    ),
    (
        "secondary below CAS",
        "parent: PR1",
        "parent: CAS",
        "16: site SE1: the parent of a secondary site must be a primary site, and CAS is a cas site",
    ),
    ("cas below something", "type: primary", "type: cas", "15: site PR1: a cas site has no parent"),
    (
        "top with parent",
        "type: cas",
        "type: cas, parent: PR1",
        "14: site CAS: the first site of a hierarchy is its top-level site",
    ),
    ("top secondary", "type: cas", "type: secondary", "14: site CAS: a secondary site cannot be the top-level site"),
    ("versions differ", "server: pri1", "server: pri1, version: 5.00.9146.1000", "15: site PR1: version 5.00.9146.1000 differs"),
    (
        "provider of secondary",
        "server: sec1}",
        "server: sec1, provider: sec1}",
        "16: site SE1: a secondary site has no SMS Provider",
    ),
    (
        "passive with local SQL",
        "server: cas01}",
        "server: cas01, passive_server: sql1}",
        "14: site CAS: with a passive site server, SQL",
    ),
    (
        "role",
        "server: pri1",
        "server: pri1, site_systems: [{server: sql1, roles: X}]",
        "site system sql1: there is no role 'X'; allowed:",
    ),
    (
        "role at the wrong place",
        "server: pri1",
        "server: pri1, site_systems: [{server: sql1, roles: SMS Dmp Connector}]",
        "list the service connection point under service_connection_point",
    ),
    (
        "mode",
        "mode: offline",
        "mode: off",
        "17: service connection point of one: mode 'off' is not a known value; allowed: online, offline",
    ),
    ("list expected", "    sites:\n", "    sites: no\n    x:\n", "13: hierarchy one: sites must be a list"),
    ("no accounts", "accounts:", "accounts: []\nothers:", "2: the estate: accounts must list at least one account"),
]


@pytest.mark.parametrize(("old", "new", "complaint"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes(old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    with pytest.raises(EstateError) as caught:
        parse(GOOD.replace(old, new, 1), "lab.yml")
    text = str(caught.value)
    assert text.startswith("lab.yml:")
    assert complaint in text
    assert "\n" not in text


def test_the_pair_of_site_servers_cannot_hold_the_role() -> None:
    text = GOOD.replace("server: cas01}", "server: cas01, passive_server: scp01, sql_server: sql1}")
    with pytest.raises(EstateError, match="scp01 is one of a pair of site servers and cannot have the role"):
        parse(text)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(EstateError, match=r"none\.yml: cannot be read: No such file"):
        load(tmp_path / "none.yml")
    large = tmp_path / "large.yml"
    large.write_bytes(b"#" * 1_000_001)
    with pytest.raises(EstateError, match="is larger than 1000000 bytes"):
        load(large)
    large.write_bytes(b"[" * 600)
    with pytest.raises(EstateError, match="nested too deeply"):
        load(large)
    large.write_bytes(b"")
    with pytest.raises(EstateError, match="the file is empty"):
        load(large)
    large.write_bytes(b"a: \x00\xff")
    with pytest.raises(EstateError, match="not YAML"):
        load(large)


def test_moving_addresses() -> None:
    moved = load().at("127.20.30", pace=500, ports=(15985, 15986))
    assert str(moved.machine("scp01").address) == "127.20.30.31"
    assert (moved.pace, moved.http_port, moved.https_port) == (500, 15985, 15986)
    assert load().at() == load()


@pytest.mark.parametrize(
    ("base", "complaint"),
    [
        ("10.1.1", "outside 127.0.0.0/8; the lab listens on loopback only"),
        ("127.1", "must be three numbers"),
        ("127.1.999", "must be three numbers"),
    ],
)
def test_bad_address_bases(base: str, complaint: str) -> None:
    with pytest.raises(EstateError, match=complaint):
        load().at(base)


def test_an_address_base_must_keep_machines_apart() -> None:
    estate = parse(GOOD.replace("127.0.10.2", "127.0.11.1"))
    with pytest.raises(EstateError, match="two machines would have the same address"):
        estate.at("127.1.1")


def test_the_default_file_is_in_the_project() -> None:
    assert DEFAULT_FILE.is_file()
