from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server import rights
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Kind, LocalGroup, Member
from ansible_collections.configmgr.scp.plugins.module_utils.windows.nested_groups import Chain, Lookup
from ansible_collections.configmgr.scp.plugins.module_utils.windows.operating_system import Computer
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

COMPUTER = Computer("SCP01", "scp01.corp.example", "corp.example", True)
CAS, STA1, STA2, INSTALLER = r"CORP\CAS01$", r"CORP\STA01$", r"CORP\STA02$", r"CORP\svc-install"
BUILT_IN = Member("SCP01", "Administrator", Kind.USER)
DOMAIN_ADMINS = Member("CORP", "Domain Admins", Kind.GROUP)
ORPHAN = Member("", "S-1-5-21-1-2-3-1234", Kind.ORPHAN)


class Answers:
    """A directory: which account is in which group, and the only domain for which it has both names."""

    def __init__(self, **through: str) -> None:
        self.through = through
        self.asked: list[tuple[str, list[str]]] = []

    def same_domain(self, one: str, other: str) -> bool | None:
        known = [name.casefold() in ("corp", "corp.example") for name in (one, other)]
        return all(known) if any(known) else None

    def chain(self, account: Member, groups: Sequence[Member]) -> Chain:
        self.asked.append((str(account), [str(group) for group in groups]))
        return Chain(through=self.through.get(account.name.strip("$"), ""))


class Silent:
    """A directory that cannot be reached."""

    def same_domain(self, one: str, other: str) -> bool | None:
        return None

    def chain(self, account: Member, groups: Sequence[Member]) -> Chain:
        return Chain(unknown=("whether it belongs to a group, for the directory dc01 refused the user",))


def member(text: str, kind: Kind = Kind.USER) -> Member:
    domain, _, name = text.rpartition("\\")
    return Member(domain, name, kind)


def group(*members: Member) -> LocalGroup:
    return LocalGroup("SCP01", "Administratoren", (BUILT_IN, *members))


def judged(
    members: LocalGroup | Unread,
    servers: Sequence[str] = (CAS,),
    installer: str = "",
    directory: Lookup | None = None,
    site_servers: Sequence[str] = ("cas01.corp.example",),
    computer: Computer | Unread = COMPUTER,
) -> Check:
    return rights.administrator_rights(members, computer, site_servers, servers, installer, directory)


def cannot_tell(check: Check) -> bool:
    return check.status is Status.WARNING and check.detail.startswith("Cannot tell: ")


@pytest.mark.parametrize("written", [CAS, r"corp\cas01$"])
def test_a_direct_member_passes_in_any_case(written: str) -> None:
    check = judged(group(member(written)))
    assert check.status is Status.PASSED
    assert check.detail == r"CORP\CAS01$ is a member of Administratoren."


def test_nobody_fails_and_the_remedy_names_both_ways() -> None:
    check = judged(group())
    assert (check.status, check.required) == (Status.FAILED, True)
    assert r"Add CORP\CAS01$ to Administratoren" in check.remedy
    assert "installation account" in check.remedy


def test_the_same_name_in_another_domain_or_as_a_group_is_another_account() -> None:
    assert judged(group(member(r"OTHER\CAS01$"))).status is Status.FAILED
    assert judged(group(member(r"CORP\CAS01$", Kind.GROUP))).status is not Status.PASSED


@pytest.mark.parametrize(
    ("members", "installer", "status"),
    [
        ([CAS], INSTALLER, Status.PASSED),
        ([INSTALLER], INSTALLER, Status.PASSED),
        ([CAS, INSTALLER], INSTALLER, Status.PASSED),
        ([], INSTALLER, Status.FAILED),
        ([INSTALLER], "", Status.FAILED),
    ],
)
def test_either_account_is_enough(members: list[str], installer: str, status: Status) -> None:
    assert judged(group(*(member(text) for text in members)), installer=installer).status is status


def test_a_local_installation_account() -> None:
    local = Member("SCP01", "setup", Kind.USER)
    for written in (r".\setup", r"SCP01\setup"):
        assert judged(group(local), servers=(), installer=written).status is Status.PASSED
    # A domain group cannot contain it, so the result is certain.
    assert judged(group(DOMAIN_ADMINS), servers=(), installer=r".\other").status is Status.FAILED


def test_both_servers_of_a_pair_are_needed() -> None:
    pair = (STA1, STA2)
    assert judged(group(member(STA1), member(STA2)), pair).status is Status.PASSED
    one = judged(group(member(STA1)), pair)
    assert one.status is Status.FAILED
    assert one.remedy.startswith(rf"Add {STA2} to")
    by_account = judged(group(member(STA1), member(INSTALLER)), pair, INSTALLER)
    assert by_account.status is Status.WARNING
    assert not cannot_tell(by_account)
    assert "site server pair" in by_account.detail


def test_a_domain_group_cannot_be_told_without_a_directory() -> None:
    check = judged(group(DOMAIN_ADMINS))
    assert cannot_tell(check)
    assert r"CORP\Domain Admins" in check.detail
    assert "directory" in check.remedy


def test_a_direct_member_passes_without_asking_the_directory() -> None:
    directory = Answers()
    assert judged(group(DOMAIN_ADMINS, member(CAS)), directory=directory).status is Status.PASSED
    assert directory.asked == []


def test_through_a_domain_group() -> None:
    directory = Answers(CAS01=r"CORP\Domain Admins")
    check = judged(group(DOMAIN_ADMINS), directory=directory)
    assert check.status is Status.PASSED
    assert r"through CORP\Domain Admins" in check.detail
    assert directory.asked == [(CAS, [r"CORP\Domain Admins"])]


def test_not_in_the_domain_group_fails() -> None:
    assert judged(group(DOMAIN_ADMINS), directory=Answers()).status is Status.FAILED


def test_a_directory_that_cannot_be_asked_is_not_a_pass_and_says_why() -> None:
    check = judged(group(DOMAIN_ADMINS), directory=Silent())
    assert cannot_tell(check)
    assert "dc01 refused the user" in check.detail


def test_one_server_of_a_pair_that_surely_fails_decides() -> None:
    class OneUnknown(Answers):
        def chain(self, account: Member, groups: Sequence[Member]) -> Chain:
            return Chain(unknown=("whether it is there",)) if account.name == "STA02$" else Chain()

    assert judged(group(DOMAIN_ADMINS), (STA1, STA2), directory=OneUnknown()).status is Status.FAILED


def test_an_open_installation_account_keeps_it_open() -> None:
    class OnlyServer(Answers):
        def chain(self, account: Member, groups: Sequence[Member]) -> Chain:
            return Chain() if account.name == "CAS01$" else Chain(unknown=("whether it is there",))

    assert cannot_tell(judged(group(DOMAIN_ADMINS), installer=INSTALLER, directory=OnlyServer()))


def test_orphans_are_left_out_but_named() -> None:
    check = judged(group(ORPHAN))
    assert check.status is Status.FAILED
    assert "no longer resolve are left out: S-1-5-21-1-2-3-1234." in check.detail
    assert "S-1-5-21-1-2-3-1234" in judged(group(ORPHAN, member(CAS))).detail


def test_single_accounts_of_windows_hold_nobody_but_everyone_might() -> None:
    system = Member("NT AUTHORITY", "SYSTEM", Kind.SYSTEM)
    users = Member("NT AUTHORITY", "Authenticated Users", Kind.SYSTEM)
    assert judged(group(system)).status is Status.FAILED
    assert cannot_tell(judged(group(users)))


def test_a_dns_name_of_the_domain_needs_the_directory() -> None:
    account = r"corp.example\svc-install"
    members = group(member(INSTALLER))
    assert cannot_tell(judged(members, servers=(), installer=account))
    assert judged(members, servers=(), installer=account, directory=Answers()).status is Status.PASSED
    assert judged(group(member(r"OTHER\svc-install")), servers=(), installer=account, directory=Answers()).status is Status.FAILED


def test_the_site_server_itself_needs_nothing() -> None:
    check = judged(group(), servers=(), site_servers=("SCP01.corp.example",))
    assert check.status is Status.PASSED
    assert "is the site server itself" in check.detail


def test_without_any_account_it_cannot_be_told() -> None:
    assert cannot_tell(judged(group(), servers=()))


def test_what_the_server_does_not_show_cannot_be_told() -> None:
    assert cannot_tell(judged(Unread("no"), directory=Answers()))
    assert cannot_tell(judged(group(member(CAS)), computer=Unread("no")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"CORP\user", Member("CORP", "user", Kind.USER)),
        (r" CORP\user ", Member("CORP", "user", Kind.USER)),
        (r".\user", Member("SCP01", "user", Kind.USER)),
        ("user", Member("SCP01", "user", Kind.USER)),
    ],
)
def test_an_account_by_its_parts(text: str, expected: Member) -> None:
    assert rights.parse_account(text, "SCP01") == expected


class Counted(Answers):
    """A directory without accounts that records the domains which it had to compare."""

    def __init__(self) -> None:
        super().__init__()
        self.compared: list[tuple[str, str]] = []

    def same_domain(self, one: str, other: str) -> bool | None:
        self.compared.append((one, other))
        return super().same_domain(one, other)


@pytest.mark.parametrize(
    ("account", "in_group", "asked"),
    [
        (r"CORP\x", r"OTHER\x", 0),
        (r"corp.example\x", r"other.example\x", 0),
        (r"CORP\x", r"corp\X", 0),
        (r"corp.example\x", r"CORP\x", 1),
        (r"CORP\x", r"corp.example\x", 1),
        (r"CORP\x", r"CORP\y", 0),
    ],
)
def test_only_names_of_two_forms_are_compared_by_the_directory(account: str, in_group: str, asked: int) -> None:
    directory = Counted()
    judged(group(member(in_group)), servers=(), installer=account, directory=directory)
    assert len(directory.compared) == asked


@pytest.mark.parametrize(
    ("held", "outer"),
    [
        (Member("CORP", "Admins", Kind.GROUP), True),
        (Member("SCP01", "Admins", Kind.GROUP), False),
        (Member("scp01", "Admins", Kind.GROUP), False),
        (Member("CORP", "Admins", Kind.USER), False),
        (Member("NT AUTHORITY", "Local Service", Kind.SYSTEM), False),
        (Member("NT AUTHORITY", "NETWORK SERVICE", Kind.SYSTEM), False),
        (Member("", "Everyone", Kind.SYSTEM), True),
        (ORPHAN, False),
    ],
)
def test_which_members_may_hold_others(held: Member, outer: bool) -> None:
    directory = Answers()
    judged(group(held), directory=directory)
    assert bool(directory.asked) is outer


def test_a_doubt_is_told_beside_what_the_directory_does_not_know() -> None:
    members = group(member(r"corp.example\CAS01$"), DOMAIN_ADMINS)
    check = judged(members, directory=Silent())
    assert r"corp.example\CAS01$" in check.detail
    assert "dc01 refused the user" in check.detail


@pytest.mark.parametrize(
    ("servers", "installer", "named"),
    [((), INSTALLER, "the account"), ((STA1, STA2), INSTALLER, f"{STA1} and {STA2}"), ((CAS,), "", CAS)],
)
def test_whom_to_add(servers: tuple[str, ...], installer: str, named: str) -> None:
    check = judged(group(), servers, installer)
    assert check.status is Status.FAILED
    assert named in check.remedy
    assert ("installation account" in check.remedy) is (installer == "")


def test_both_verdicts_name_every_account() -> None:
    check = judged(group(member(INSTALLER)), (CAS,), INSTALLER)
    assert check.status is Status.PASSED
    assert CAS in check.detail
    assert INSTALLER in check.detail
    assert (check.id, check.required) == ("administrator_rights", True)


def test_who_is_in_the_group_alone_of_a_pair_is_not_to_be_added() -> None:
    check = judged(group(member(STA1), member(INSTALLER)), (STA1, STA2), INSTALLER)
    assert STA2 in check.remedy
    assert STA1 not in check.remedy
    assert cannot_tell(judged(group(DOMAIN_ADMINS), (STA1, STA2)))
