"""The site's list of accounts: what is read, what is written, and that no password is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, classes
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.site.fake_site import FakeSite, instance
from tests.unit.site.support import site_system_row

A, B, C = r"CORP\a", r"CORP\b", r"CORP\c"
LISTED = (
    accounts.new_account("CAS", B).with_values({"Reserved2": "secret", "AccountUsage": ["Site System", "Proxy"]}),
    accounts.new_account("CAS", A).with_values({"Reserved2": "secret"}),
    accounts.new_account("PR1", C),
    instance(classes.SMS_SCI_RESERVED, FileType=2, ItemName="x", ItemType="User", SiteCode="CAS"),
)


@pytest.mark.parametrize(("names", "found"), [([A], [A]), ([B.upper(), A, r"CORP\nobody"], [B, A]), ([C], []), ([], [])])
def test_the_rows_of_accounts_of_this_site(names: list[str], found: list[str]) -> None:
    site = FakeSite(*LISTED)
    read = accounts.read_accounts(site.session, "CAS", names)
    assert accounts.listed_names(read) == found
    # Whole, because they may be written again; and nothing is asked for nothing.
    assert all(row["Reserved2"] == "secret" for row in read)
    assert len(site.queries) == (1 if names else 0)


def test_a_row_of_another_case_of_the_site_code_is_of_this_site() -> None:
    row = accounts.new_account("CAS", A).with_values({"SiteCode": "cas"})
    assert accounts.listed_names(accounts.read_accounts(FakeSite(row).session, "CAS", [A])) == [A]
    assert accounts.read_usage(FakeSite(row).session, "CAS", None) == {A: []}
    nowhere = row.with_values({"SiteCode": None})
    assert accounts.read_accounts(FakeSite(nowhere).session, "CAS", [A]) == []
    assert accounts.listed_names(LISTED[3:]) == [""]


@pytest.mark.parametrize(
    ("names", "found"),
    [(None, {B: ["Site System", "Proxy"], A: []}), ([B], {B: ["Site System", "Proxy"]}), ([C], {}), ([], {})],
)
def test_the_uses_that_the_site_tells(names: list[str] | None, found: dict[str, list[str]]) -> None:
    site = FakeSite(*LISTED)
    assert accounts.read_usage(site.session, "CAS", names) == found
    assert not [query for query in site.queries if "Reserved2" in query or "*" in query]
    assert len(site.queries) == (0 if names == [] else 1)


def test_a_new_account() -> None:
    row = accounts.new_account("CAS", A)
    assert (row.namespace, row.as_data()) == (
        "root/sms/site_CAS",
        {
            "FileType": 2,
            "ItemName": rf"{A}| 0",
            "ItemType": "User",
            "SiteCode": "CAS",
            "UserName": A,
            "Availability": 0,
        },
    )


class Encrypting:
    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def invoke(self, namespace: str, cls: CimClass, method: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append((namespace, cls.name, method, dict(inputs)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def encrypted(answer: dict[str, Any] | Exception) -> tuple[str, list[Any]]:
    session = Encrypting(answer)
    return accounts.encrypted(cast(CimSession, session), "CAS", "clear", "cas01.corp.example"), session.asked


def test_a_password_is_encrypted_by_the_site() -> None:
    assert encrypted({"EncryptedData": "0C01", "ReturnValue": None}) == (
        "0C01",
        [("root/sms/site_CAS", "SMS_Site", "EncryptDataEx", {"Data": "clear", "SiteCode": "CAS"})],
    )


@pytest.mark.parametrize("answer", [{"EncryptedData": None}, {"EncryptedData": ""}, {}])
def test_a_site_that_returns_nothing_did_not_encrypt(answer: dict[str, Any]) -> None:
    with pytest.raises(TaskFailure, match="CAS") as failure:
        encrypted(answer)
    assert "clear" not in failure.value.message


def test_no_right_to_encrypt_is_told_and_other_faults_stay() -> None:
    with pytest.raises(TaskFailure, match=r"cas01\.corp\.example"):
        encrypted(CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Invoke")))
    with pytest.raises(CimFault):
        encrypted(CimFault(FaultKind.OTHER, RequestInfo("Invoke")))


def test_an_account_is_used_by_what_is_in_use_only() -> None:
    def system(server: str, *, proxy: int = 0, machine: int = 1) -> Any:
        return site_system_row(
            server,
            UseMachineAccount=Setting(machine),
            UserName=Setting(0, "", A),
            UseProxy=Setting(proxy),
            AnonymousProxyAccess=Setting(0),
            ProxyUserName=Setting(0, "", B),
        )

    off, proxied, installed = system("s1.x"), system("s3.x", proxy=1), system("s2.x", machine=0)
    assert accounts.use_refusal(A, [off]) is None
    assert accounts.use_refusal(B, [off]) is None
    assert "s3.x" in (accounts.use_refusal(B.upper(), [off, proxied]) or "")
    assert "s2.x, s3.x" in (accounts.use_refusal(A, [system("s3.x", machine=0), off, installed]) or "")
    assert accounts.use_refusal("", [off, proxied, installed]) is None


def test_accounts_come_in_order_each_with_its_uses_in_order() -> None:
    def system(server: str, code: str) -> Any:
        return site_system_row(
            server,
            code,
            UseMachineAccount=Setting(0),
            UserName=Setting(0, "", C),
            UseProxy=Setting(1),
            ProxyUserName=Setting(0, "", C),
        )

    found = accounts.account_list(
        "CAS", {r"corp\Z": [], A: []}, [system("s2.x", "PR1"), system("s2.x", "CAS"), system("s1.x", "CAS")], None
    )
    assert [entry["name"] for entry in found] == [A, C, r"corp\Z"]
    assert [(use["site_code"], use["server"], use["use"]) for use in found[1]["site_systems"]] == [
        ("CAS", "s1.x", "installation_account"),
        ("CAS", "s1.x", "proxy_account"),
        ("CAS", "s2.x", "installation_account"),
        ("CAS", "s2.x", "proxy_account"),
        ("PR1", "s2.x", "installation_account"),
        ("PR1", "s2.x", "proxy_account"),
    ]
