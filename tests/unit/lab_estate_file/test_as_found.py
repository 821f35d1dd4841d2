"""States that break the product's rules in an estate file, and names as administrators really write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.estate.description import FoundRole
from lab.estate.errors import EstateError
from lab.estate_file.reader import parse

ESTATE = r"""domain: {dns: corp.example, netbios: CORP, groups: [{name: Domänen-Admins, members: ['CORP\Müller']}]}
accounts:
  - {name: CORP\Müller, password: Lab-1, administrator_of: all}
  - {name: CORP\Админ, password: Lab-2}
  - {name: CORP\svc sccm, password: Lab-3}
machines:
  - {name: cas01, address: 127.0.10.1}
  - {name: pri1, address: 127.0.10.2}
  - {name: scp01, address: 127.0.10.3}
  - {name: alone, address: 127.0.10.4, workgroup: HOME}
hierarchies:
  - name: one
    sites:
      - {code: CAS, name: Central, type: cas, server: cas01, provider: [cas01, PRI1]}
      - {code: PR1, name: Primary, type: primary, parent: CAS, server: pri1}
    service_connection_point: {server: scp01}
    updates:
      - {name: U, guid: 3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90, version: 5.00.9152.1000, state: 196630, state_hours: 3}
"""
FOUND = ESTATE + "    as_found:\n      roles:\n"


def found(row: str) -> FoundRole:
    """The one row that a file with this item has."""
    return parse(f"{FOUND}        - {row}\n").hierarchies[0].found_roles[0]


def test_names_in_any_language() -> None:
    estate = parse(ESTATE)
    assert [account.full_name for account in estate.accounts] == ["CORP\\Müller", "CORP\\Админ", "CORP\\svc sccm"]
    assert estate.domain.groups[0].name == "Domänen-Admins"


@pytest.mark.parametrize("name", ["a/b", "a*b", "a@b", "'a[b'", ".a", "a.", "'a '", "CAS01$", "a" * 21])
def test_names_that_windows_does_not_take(name: str) -> None:
    with pytest.raises(EstateError, match="is not valid; allowed: up to 20 characters"):
        parse(ESTATE.replace(r"CORP\Админ", f"'CORP\\{name.strip(chr(39))}'"))


def test_several_providers_and_any_state_of_an_update() -> None:
    hierarchy = parse(ESTATE).hierarchies[0]
    assert [site.providers for site in hierarchy.sites] == [("cas01", "pri1"), ("pri1",)]
    assert (hierarchy.updates[0].state, hierarchy.updates[0].state_hours) == (196630, 3)
    assert hierarchy.found_roles == ()


def test_a_row_with_what_is_usual() -> None:
    assert found("{site: PR1, server: pri1.corp.example}") == FoundRole(
        site="PR1",
        site_gone=False,
        server="pri1.corp.example",
        machine="pri1",
        role="SMS Dmp Connector",
        mode="online",
        remote_name="pri1.corp.example",
        site_system=True,
        installed=True,
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("{site: CAS, server: SCP01}", ("SCP01", "scp01", "scp01.corp.example", True)),
        ("{site: CAS, server: PRI1.CORP.EXAMPLE, remote_name: none}", ("PRI1.CORP.EXAMPLE", "pri1", "", True)),
        ("{site: CAS, server: pri1, remote_name: other.example}", ("pri1", "pri1", "other.example", True)),
        ("{site: OLD, site_gone: true, server: scp01}", ("scp01", "scp01", "scp01.corp.example", False)),
        ("{site: CAS, server: gone.corp.example, server_gone: true}", ("gone.corp.example", None, "gone.corp.example", False)),
        ("{site: CAS, server: scp01, installed: false}", ("scp01", "scp01", "scp01.corp.example", False)),
        ("{site: CAS, server: SCP01, role: SMS Component Server}", ("SCP01", "scp01", "scp01.corp.example", False)),
    ],
)
def test_names_as_written(row: str, expected: tuple[str, str | None, str, bool]) -> None:
    role = found(row)
    assert (role.server, role.machine, role.remote_name, role.installed) == expected


def test_modes() -> None:
    modes = [found(f"{{site: PR1, server: pri1, mode: {mode}}}").mode for mode in ("online", "offline", "none")]
    assert modes == ["online", "offline", "none"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{server: scp01}", "21: role found in one number 1: site is missing"),
        ("{site: OLD, server: scp01}", "there is no site OLD; allowed: CAS, PR1, or any other with `site_gone: true`"),
        ("{site: CAS, site_gone: true, server: pri1}", "site CAS exists: it is listed under sites"),
        (
            "{site: CAS, server: scp09}",
            "role found on scp09: there is no machine scp09 in corp.example; with `server_gone: true`",
        ),
        ("{site: CAS, server: scp01.other.example}", "there is no machine scp01.other.example"),
        ("{site: CAS, server: alone}", "there is no machine alone in corp.example"),
        ("{site: CAS, server: pri1, server_gone: true}", "pri1 exists: it is listed under machines"),
        ("{site: CAS, server: 'a b'}", "server 'a b' is not valid; allowed: a host name, short or full"),
        (
            "{site: CAS, server: pri1, role: Nonsense}",
            "role 'Nonsense' is not a known value; allowed: SMS Dmp Connector, SMS Site System,",
        ),
        ("{site: CAS, server: pri1, mode: both}", "mode 'both' is not a known value; allowed: online, offline, none"),
        ("{site: CAS, server: pri1, role: SMS Provider, mode: online}", "only SMS Dmp Connector has a mode"),
        ("{site: CAS, server: pri1, role: SMS Provider, installed: true}", "on an existing machine and at an existing site"),
        ("{site: OLD, site_gone: true, server: pri1, installed: true}", "can be installed"),
        ("{site: CAS, server: pri1, role: SMS Site System, site_system: false}", "this row is itself the SMS Site System row"),
        ("{site: CAS, server: SCP01.corp.example}", "SCP01.corp.example already has the role, under service_connection_point"),
        ("{site: CAS, server: pri1, colour: red}", "colour is not a known key; allowed: installed, mode, remote_name"),
        (
            "{site: PR1, server: pri1}\n        - {site: PR1, server: PRI1}",
            "22: role found on PRI1: site PR1 already has this role on PRI1, in line 21",
        ),
    ],
)
def test_mistakes(row: str, complaint: str) -> None:
    with pytest.raises(EstateError) as error:
        found(row)
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[cas01, PRI1]", "[cas01, pri9]", "there is no machine 'pri9'; allowed: cas01, pri1, scp01"),
        ("[cas01, PRI1]", "[cas01, CAS01]", "cas01 is listed twice"),
        ("state_hours: 3", "state_hours: -1", "state_hours '-1' is not a number from 0"),
        ("state: 196630", "state: broken", "state 'broken' is not a number from 0"),
    ],
)
def test_other_mistakes(old: str, new: str, complaint: str) -> None:
    with pytest.raises(EstateError) as error:
        parse(ESTATE.replace(old, new))
    assert complaint in str(error.value)


def test_nothing_else_stands_under_as_found() -> None:
    with pytest.raises(EstateError, match="what was found in one: rows is not a known key; allowed: roles"):
        parse(f"{ESTATE}    as_found: {{rows: []}}\n")


def test_the_example_of_the_page_is_read() -> None:
    page = (Path(__file__).parents[3] / "docs" / "lab.md").read_text(encoding="utf-8")
    example = page.partition("## States that exist before the first run")[2].partition("```yaml\n")[2].partition("```")[0]
    machines = ("cas01", "pri1", "scp01", "scp02", "scp03")
    listed = "".join(f"  - {{name: {name}, address: 127.0.10.{number}}}\n" for number, name in enumerate(machines, 1))
    estate = parse(
        "domain: {dns: corp.example, netbios: CORP}\n"
        f"accounts:\n  - {{name: 'CORP\\admin', password: Lab-1}}\nmachines:\n{listed}{example}"
    )
    hierarchy = estate.hierarchies[0]
    assert [role.installed for role in hierarchy.found_roles] == [True, True, False, False]
    assert (hierarchy.top_site.providers, hierarchy.updates[0].state) == (("cas01", "pri1"), 327679)
