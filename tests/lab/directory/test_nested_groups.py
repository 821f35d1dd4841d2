"""Rights through nested groups, read from a real domain controller."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows.directory import Directory
from ansible_collections.configmgr.scp.plugins.module_utils.windows.ldap import DirectorySettings
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Kind, Member
from ansible_collections.configmgr.scp.plugins.module_utils.windows.nested_groups import Chain
from lab.running.estate import Estate
from tests.lab.directory.samba import DomainController
from tests.lab.modules.conftest import Play

GIVEN: dict[str, Any] = {"site_version": "2609", "site_server": "cas01.corp.example", "site_server_account": r"CORP\CAS01$"}


def settings(directory: DomainController) -> DirectorySettings:
    return DirectorySettings(
        directory.address,
        directory.ldaps_port,
        False,
        str(directory.ca_file),
        directory.user,
        directory.password,
        timeout_seconds=10,
    )


def option(directory: DomainController, **more: Any) -> dict[str, Any]:
    """The module's option ``directory``."""
    return {
        "server": directory.address,
        "ca_file": str(directory.ca_file),
        "user": directory.user,
        "password": directory.password,
        **more,
    }


def asked(found: DirectorySettings, account: str, *groups: str, domain: str = "CORP") -> Chain:
    with Directory(found) as directory:
        return directory.chain(Member(domain, account, Kind.USER), [Member("CORP", name, Kind.GROUP) for name in groups])


@pytest.mark.parametrize(
    ("account", "group"),
    [
        ("CAS01$", "SCP-Servers"),
        ("CAS01$", "SCP-Admins"),
        ("CAS01$", "SCP-Owners"),
        ("cas01$", "scp-owners"),
        ("CAS01$", "Circle-Two"),
        ("PRI1$", "Berlin (EMEA)"),
        ("scpadmin", "SCP-Owners"),
        ("PRI2$", "Domain Computers"),
        ("scpreader", "Domain Users"),
        # Domain Users, the primary group, is in Users.
        ("scpreader", "Users"),
    ],
)
def test_a_member_through_any_number_of_groups(directory: DomainController, account: str, group: str) -> None:
    assert asked(settings(directory), account, group) == Chain(through=rf"CORP\{group}")


@pytest.mark.parametrize(
    ("account", "group"),
    [
        ("PRI2$", "SCP-Owners"),
        ("CAS01$", "Help Desk"),
        ("CAS01$", "Empty"),
        ("CAS01$", "Domain Users"),
        ("scpreader", "Circle-One"),
    ],
)
def test_no_member(directory: DomainController, account: str, group: str) -> None:
    assert asked(settings(directory), account, group) == Chain()


def test_the_first_group_that_fits_is_named(directory: DomainController) -> None:
    assert asked(settings(directory), "CAS01$", "Empty", "SCP-Admins", "SCP-Owners").through == r"CORP\SCP-Admins"


def test_accounts_and_groups_that_are_not_there(directory: DomainController) -> None:
    for account, group, words in (
        ("CAS99$", "SCP-Admins", "has no such account"),
        ("*", "SCP-Admins", "has no such account"),
        ("CAS01$", "*", "has no such group"),
        ("CAS01$", ")(objectClass=*", "has no such group"),
    ):
        found = asked(settings(directory), account, group)
        assert found.through == ""
        assert words in found.unknown[0]


def test_both_names_of_the_domain(directory: DomainController) -> None:
    with Directory(settings(directory)) as found:
        assert found.same_domain("corp", "Corp.Example") is True
        assert found.same_domain("OTHER", "corp.example") is False
    assert asked(settings(directory), "CAS01$", "SCP-Admins", domain="corp.example").through == r"CORP\SCP-Admins"


def test_ways_to_bind(directory: DomainController) -> None:
    usual = settings(directory)
    for way in (
        replace(usual, port=directory.ldap_port, start_tls=True),
        replace(usual, user=directory.bind_dn),
        replace(usual, user=rf"{directory.netbios}\scpquery"),
        replace(usual, base_dn=directory.base_dn),
    ):
        assert asked(way, "CAS01$", "SCP-Admins").through == r"CORP\SCP-Admins"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "refused the user or the password"),
        ({"ca_file": None}, "its certificate is not accepted"),
        ({"port": 389, "start_tls": True, "ca_file": None}, "its certificate is not accepted"),
        ({"base_dn": "OU=None,DC=corp,DC=example"}, "shows no OU=None,DC=corp,DC=example"),
    ],
)
def test_a_directory_that_cannot_be_asked(directory: DomainController, change: dict[str, Any], words: str) -> None:
    found = asked(replace(settings(directory), **change), "CAS01$", "SCP-Admins")
    assert found.through == ""
    assert words in found.unknown[0]
    assert directory.password not in found.unknown[0]


@pytest.mark.parametrize(
    ("server", "accounts", "installer", "status", "words"),
    [
        ("scp06", [r"CORP\CAS01$"], "", "passed", r"CORP\CAS01$ is in Administrators through CORP\SCP-Admins."),
        ("scp06", [r"CORP\STA01$", r"CORP\STA02$"], "", "passed", r"through CORP\SCP-Admins; CORP\STA02$ is in"),
        ("scp06", [r"CORP\PRI2$"], "", "failed", r"CORP\PRI2$ is not in Administrators."),
        ("scp06", [r"CORP\PRI2$"], r"corp.example\scpadmin", "passed", r"corp.example\scpadmin is a member of Administrators"),
        ("scp03", [r"CORP\PRI2$"], r"corp.example\scpreader", "passed", r"through CORP\Help Desk"),
        ("scp03", [r"CORP\PRI2$"], r"OTHER\scpreader", "warning", "account of another domain than the directory's"),
    ],
)
def test_the_check_with_a_directory(
    estate: Estate, directory: DomainController, server: str, accounts: list[str], installer: str, status: str, words: str
) -> None:
    given = {**GIVEN, "site_server_account": accounts, "installation_account": installer}
    result = Play(estate).run("server_prerequisites", server, directory=option(directory), **given)
    check = next(found for found in result["checks"] if found["id"] == "administrator_rights")
    assert (check["status"], words in check["detail"]) == (status, True), check
    assert directory.password not in str(result)


def test_the_check_with_starttls_and_with_a_wrong_password(estate: Estate, directory: DomainController) -> None:
    for given, status in ((option(directory, start_tls=True), "passed"), (option(directory, password="wrong"), "warning")):
        result = Play(estate).run("server_prerequisites", "scp06", directory=given, **GIVEN)
        check = next(found for found in result["checks"] if found["id"] == "administrator_rights")
        assert check["status"] == status
