"""Which inventory host a server is, in the spellings that inventories and sites really use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.inventory_hosts import find_host

SCP01 = "scp01.corp.example"


@pytest.mark.parametrize(
    ("server", "hosts", "expected"),
    [
        (SCP01, {SCP01: []}, SCP01),
        (SCP01, {"SCP01.corp.example": []}, "SCP01.corp.example"),
        ("SCP01.Corp.Example.", {SCP01: []}, SCP01),
        (" scp01.corp.example ", {SCP01: []}, SCP01),
        (SCP01, {"scp01": []}, "scp01"),
        (SCP01, {"SCP01": ["127.0.0.1"]}, "SCP01"),
        ("SCP01", {SCP01: []}, SCP01),
        (SCP01, {"vm-0815": [SCP01]}, "vm-0815"),
        (SCP01, {"vm-0815": ["SCP01.corp.example."]}, "vm-0815"),
        ("SCP01", {"vm-0815": [SCP01]}, "vm-0815"),
        # An exact name has priority over a similar one.
        (SCP01, {"scp01": [], "SCP01.CORP.EXAMPLE": []}, "SCP01.CORP.EXAMPLE"),
        (SCP01, {"scp01": [], "other": [SCP01]}, "other"),
        # A short name whose address is in another domain is another computer.
        (SCP01, {"scp01": ["scp01.other.example"]}, ""),
        (SCP01, {"scp01.other.example": []}, ""),
        (SCP01, {"scp010": [], "scp01x.corp.example": []}, ""),
        ("", {SCP01: []}, ""),
        (SCP01, {}, ""),
    ],
)
def test_spellings(server: str, hosts: dict[str, list[str]], expected: str) -> None:
    assert find_host(server, hosts, {}).host == expected


def test_what_the_user_says_comes_first() -> None:
    hosts: dict[str, list[str]] = {SCP01: [], "vm-1": [], "Vm-2": []}
    assert find_host("SCP01.corp.example", hosts, {"scp01.CORP.example": "vm-1"}).host == "vm-1"
    assert find_host(SCP01, hosts, {"scp01": "vm-2"}).host == "Vm-2"
    assert find_host(SCP01, hosts, {"scp02.corp.example": "vm-1"}).host == SCP01


def test_a_mapping_to_no_host_is_told_and_nothing_else_is_taken() -> None:
    found = find_host(SCP01, {SCP01: []}, {SCP01: "vm-9"})
    assert found.host == ""
    assert "'vm-9'" in found.detail
    assert "scp_hosts" in found.remedy


def test_more_than_one_host_is_ambiguous_and_the_variable_is_named() -> None:
    found = find_host("scp01", {"scp01.a.example": [], "SCP01.b.example": []}, {})
    assert found.host == ""
    assert found.candidates == ("SCP01.b.example", "scp01.a.example")
    assert "SCP01.b.example, scp01.a.example" in found.detail
    assert "scp_hosts: {scp01: SCP01.b.example}" in found.remedy


def test_a_host_that_is_nowhere_is_told_with_both_ways() -> None:
    found = find_host(SCP01, {"x": []}, {})
    assert found.detail == f"{SCP01} is not a host of the inventory."
    assert "Add it to the inventory" in found.remedy
    assert f"scp_hosts: {{{SCP01}: NAME}}" in found.remedy


def test_the_host_of_the_play_is_what_its_computer_says() -> None:
    hosts = {"provider-1": ["127.0.0.1"], "x": []}
    assert find_host("cas01.corp.example", hosts, {}, "provider-1", ["CAS01"]).host == "provider-1"
    assert find_host("cas02.corp.example", hosts, {}, "provider-1", ["CAS01"]).host == ""


LABELS = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)


@given(short=LABELS, domain=LABELS, capitals=st.booleans(), dot=st.booleans())
def test_any_spelling_of_a_name_finds_its_host_and_no_other(short: str, domain: str, capitals: bool, dot: bool) -> None:
    full = f"{short}.{domain}.example"
    spelled = (full.upper() if capitals else full) + ("." if dot else "")
    assert find_host(spelled, {full: [], f"x{full}": []}, {}).host == full
    assert find_host(full, {spelled: [], f"{short}.x{domain}.example": []}, {}).host == spelled


def test_names_that_differ_in_case_only_can_be_told_apart() -> None:
    hosts: dict[str, tuple[str, ...]] = {"scp01": (), "SCP01": ()}
    unsure = find_host("scp01.corp.example", hosts, {})
    assert unsure.candidates == ("SCP01", "scp01")
    for name in unsure.candidates:
        assert find_host("scp01.corp.example", hosts, {"scp01.corp.example": name}).host == name


def test_what_is_known_of_the_host_of_the_play_counts_for_that_host_only() -> None:
    hosts: dict[str, list[str]] = {"provider-1": [], SCP01: []}
    # One of several names is enough, and names without a host are of nobody.
    assert find_host("cas01.corp.example", hosts, {}, "provider-1", ["other", "CAS01"]).host == "provider-1"
    assert find_host(SCP01, hosts, {}, "", [SCP01]).host == SCP01


def test_of_several_hosts_that_of_the_play_is_meant() -> None:
    hosts: dict[str, list[str]] = {"scp01.a.example": [], "scp01.b.example": []}
    assert find_host("scp01", hosts, {}, "scp01.b.example").host == "scp01.b.example"
    found = find_host("scp01", hosts, {}, "scp02.b.example")
    assert (found.host, found.candidates) == ("", ("scp01.a.example", "scp01.b.example"))


def test_a_host_with_several_full_names_is_found_by_each() -> None:
    hosts = {"vm": ["scp01.other.example", "scp01.corp.example", "scp01"]}
    assert find_host(SCP01, hosts, {}).host == "vm"
    assert find_host("scp01.third.example", hosts, {}).host == ""
