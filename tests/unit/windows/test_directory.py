from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ldap3
import pytest
from ldap3.core.exceptions import (
    LDAPInvalidCredentialsResult,
    LDAPNoSuchObjectResult,
    LDAPSocketOpenError,
    LDAPSocketReceiveError,
)

from ansible_collections.configmgr.scp.plugins.module_utils.windows import directory, ldap
from ansible_collections.configmgr.scp.plugins.module_utils.windows.directory import IN_CHAIN, MOST_GROUPS, Directory, Domain
from ansible_collections.configmgr.scp.plugins.module_utils.windows.ldap import DirectoryError, DirectorySettings
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Kind, Member

PASSWORD = "Not-Shown-2026"
SETTINGS = DirectorySettings("dc01.corp.example", 636, False, None, "reader@corp.example", PASSWORD)
BASE = "DC=corp,DC=example"
CAS = Member("CORP", "CAS01$", Kind.USER)
ADMINS = Member("CORP", "SCP-Admins", Kind.GROUP)
COMPUTERS = Member("CORP", "Domain Computers", Kind.GROUP)
CAS_DN, ADMINS_DN, COMPUTERS_DN = f"CN=CAS01,{BASE}", f"CN=SCP-Admins,{BASE}", f"CN=Domain Computers,{BASE}"


def sid(rid: int) -> bytes:
    numbers = (21, 1, 2, 3, rid)
    return bytes([1, len(numbers), 0, 0, 0, 0, 0, 5]) + b"".join(number.to_bytes(4, "little") for number in numbers)


def entry(dn: str, **attributes: bytes) -> dict[str, Any]:
    return {"type": "searchResEntry", "dn": dn, "raw_attributes": {name: [value] for name, value in attributes.items()}}


class FakeConnection:
    """Answers searches from ``known``, by base and a part of the filter."""

    def __init__(self, known: Mapping[tuple[str, str], list[dict[str, Any]] | Exception]) -> None:
        self.known = known
        self.response: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, str]] = []
        self.ended = False

    def search(self, base: str, condition: str, *, search_scope: str, **_limits: Any) -> None:
        self.asked.append((base, condition, search_scope))
        answers = [answer for (at, part), answer in self.known.items() if at == base and part in condition]
        found = answers[0] if answers else []
        if isinstance(found, Exception):
            raise found
        self.response = [*found, {"type": "searchResRef", "uri": ["ldap://elsewhere"]}]

    def unbind(self) -> None:
        self.ended = True


ROOT = {
    ("", "objectClass=*"): [
        entry("", defaultNamingContext=BASE.encode(), configurationNamingContext=f"CN=Configuration,{BASE}".encode())
    ],
    (f"CN=Partitions,CN=Configuration,{BASE}", "crossRef"): [
        entry("CN=OTHER", nCName=b"DC=other,DC=example", nETBIOSName=b"OTHER", dnsRoot=b"other.example"),
        entry("CN=CORP", nCName=b"dc=corp,dc=example", nETBIOSName=b"CORP", dnsRoot=b"corp.example"),
    ],
}
PEOPLE = {
    (BASE, "sAMAccountName=CAS01$"): [entry(CAS_DN, objectSid=sid(1104), primaryGroupID=b"515")],
    (BASE, "objectSid=S-1-5-21-1-2-3-515"): [entry(COMPUTERS_DN, objectSid=sid(515))],
    (BASE, "sAMAccountName=SCP-Admins"): [entry(ADMINS_DN, objectSid=sid(1200))],
    (BASE, "sAMAccountName=Domain Computers"): [entry(COMPUTERS_DN, objectSid=sid(515))],
}
NESTED = {(CAS_DN, f"memberOf:{IN_CHAIN}:={ADMINS_DN}"): [entry(CAS_DN)]}
BY_PRIMARY_GROUP = {(COMPUTERS_DN, f"memberOf:{IN_CHAIN}:={ADMINS_DN}"): [entry(COMPUTERS_DN)]}


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Any:
    def with_answers(*known: Mapping[Any, Any]) -> FakeConnection:
        merged: dict[Any, Any] = {}
        for answers in known:
            merged.update(answers)
        connection = FakeConnection(merged)
        monkeypatch.setattr(ldap, "_bound", lambda _settings: connection)
        return connection

    return with_answers


def test_through_a_nested_group(connect: Any) -> None:
    connection = connect(ROOT, PEOPLE, NESTED)
    with Directory(SETTINGS) as asked:
        found = asked.chain(CAS, [ADMINS])
    assert (found.through, found.unknown) == (r"CORP\SCP-Admins", ())
    assert connection.asked[-1][2] == ldap3.BASE
    assert connection.ended


@pytest.mark.parametrize("more", [{}, NESTED])
def test_through_the_primary_group(connect: Any, more: Any) -> None:
    connect(ROOT, PEOPLE, more)
    assert Directory(SETTINGS).chain(CAS, [COMPUTERS]).through == r"CORP\Domain Computers"


def test_through_a_group_that_holds_the_primary_group(connect: Any) -> None:
    connect(ROOT, PEOPLE, BY_PRIMARY_GROUP)
    assert Directory(SETTINGS).chain(CAS, [ADMINS]).through == r"CORP\SCP-Admins"


def test_in_no_group(connect: Any) -> None:
    connect(ROOT, PEOPLE)
    found = Directory(SETTINGS).chain(CAS, [ADMINS])
    assert (found.through, found.unknown) == ("", ())


def test_what_the_directory_does_not_have_is_not_decided(connect: Any) -> None:
    connect(ROOT, PEOPLE)
    asked = Directory(SETTINGS)
    (no_group,) = asked.chain(CAS, [Member("CORP", "None", Kind.GROUP)]).unknown
    (no_account,) = asked.chain(Member("CORP", "None$", Kind.USER), [ADMINS]).unknown
    assert "has no such group" in no_group
    assert "has no such account" in no_account


def test_only_its_own_domain_is_decided() -> None:
    domain = Domain(BASE, ("corp", "corp.example"))
    foreign = Member("OTHER", "SCP-Admins", Kind.GROUP)
    everyone = Member("", "Everyone", Kind.SYSTEM)
    own, unknown = directory.split_groups(domain, CAS, [ADMINS, foreign, everyone])
    assert own == [ADMINS]
    assert r"OTHER\SCP-Admins, a group of a domain other than the directory's" in unknown[0]
    assert "Everyone, which is not a domain group" in unknown[1]
    own, unknown = directory.split_groups(domain, Member("OTHER", "CAS01$", Kind.USER), [ADMINS])
    assert own == []
    assert "account is in a domain other than the directory's" in unknown[0]


def test_the_number_of_groups_is_limited() -> None:
    groups = [Member("CORP", f"G{number}", Kind.GROUP) for number in range(MOST_GROUPS + 2)]
    own, unknown = directory.split_groups(Domain(BASE, ("corp",)), CAS, groups)
    assert (len(own), len(unknown)) == (MOST_GROUPS, 2)


def test_both_names_of_a_domain(connect: Any) -> None:
    connect(ROOT)
    asked = Directory(SETTINGS)
    assert asked.same_domain("CORP", "Corp.Example") is True
    assert asked.same_domain("OTHER", "corp.example") is False
    assert asked.same_domain("OTHER", "other.example") is None


def test_values_are_escaped(connect: Any) -> None:
    connection = connect(ROOT, PEOPLE)
    Directory(SETTINGS).chain(Member("CORP", "a*)(cn=\\", Kind.USER), [ADMINS])
    assert r"(sAMAccountName=a\2a\29\28cn=\5c)" in connection.asked[-1][1]


@pytest.mark.parametrize("known", [{}, {("", "objectClass=*"): [entry("", namingContexts=b"o=x")]}])
def test_a_server_that_is_no_domain_controller(connect: Any, known: Any) -> None:
    connect(known)
    (why,) = Directory(SETTINGS).chain(CAS, [ADMINS]).unknown
    assert "is not a domain controller" in why


def test_an_answer_that_is_lost_is_told(connect: Any) -> None:
    connect(ROOT, {(BASE, "sAMAccountName=CAS01$"): LDAPSocketReceiveError("time ran out")})
    (why,) = Directory(SETTINGS).chain(CAS, [ADMINS]).unknown
    assert (
        why == r"whether it belongs to CORP\SCP-Admins, because the directory dc01.corp.example cannot be queried (time ran out)"
    )


def test_a_base_that_is_not_there_is_named(connect: Any) -> None:
    connect(ROOT, {("OU=None", "sAMAccountName"): LDAPNoSuchObjectResult()})
    (why,) = Directory(replace(SETTINGS, base_dn="OU=None")).chain(CAS, [ADMINS]).unknown
    assert why.endswith("because the directory dc01.corp.example has no OU=None")


def test_a_failed_connection_is_not_tried_twice_and_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[DirectorySettings] = []

    def refuse(settings: DirectorySettings) -> None:
        tried.append(settings)
        raise DirectoryError("the directory dc01.corp.example refused the user or the password")

    monkeypatch.setattr(ldap, "_bound", refuse)
    with Directory(SETTINGS) as asked:
        assert asked.same_domain("CORP", "corp.example") is None
        found = asked.chain(CAS, [ADMINS])
    assert "refused the user or the password" in found.unknown[0]
    assert len(tried) == 1
    assert PASSWORD not in repr(tried[0])
    assert PASSWORD not in repr(found)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LDAPInvalidCredentialsResult(), "refused the user or the password"),
        (LDAPSocketOpenError("no route"), r"cannot be queried \(no route\)"),
        (TimeoutError("late"), r"cannot be queried \(late\)"),
        (LDAPSocketOpenError(), r"cannot be queried \(LDAPSocketOpenError\)"),
    ],
)
def test_errors_of_the_library_become_one_clause(error: Exception, words: str) -> None:
    with pytest.raises(DirectoryError, match=words), ldap._told("dc01"):
        raise error


def test_nothing_is_sent_before_the_first_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldap, "_bound", lambda _settings: pytest.fail("connected"))
    with Directory(SETTINGS):
        pass


def test_a_port_where_nobody_listens_and_a_file_that_is_not_there() -> None:
    nobody = DirectorySettings("127.0.0.1", 1, True, None, "x", PASSWORD, timeout_seconds=2)
    (why,) = Directory(nobody).chain(CAS, [ADMINS]).unknown
    assert "the directory 127.0.0.1 cannot be queried" in why
    no_file = DirectorySettings("127.0.0.1", 1, False, "/none/ca.pem", "x", PASSWORD, timeout_seconds=2)
    (why,) = Directory(no_file).chain(CAS, [ADMINS]).unknown
    assert "cannot be queried" in why
    assert PASSWORD not in why


def test_without_the_library_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "ldap3"]:
        monkeypatch.setitem(sys.modules, name, None)
    with Directory(SETTINGS) as asked:
        assert asked.same_domain("CORP", "corp.example") is None
        (why,) = asked.chain(CAS, [ADMINS]).unknown
    assert "the Python library ldap3 is not installed on the controller" in why
