"""What role-based administration grants, as the SMS Provider shows it to the calling user."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cim.errors import CimError, Wbem

READ, MODIFY = 1, 2


def test_each_user_sees_his_own_operations(cas: Any) -> None:
    for user, expected in (("admin", READ | MODIFY), ("reader", READ)):
        granted = {row["ObjectTypeName"]: row["GrantedOperations"] for row in cas.all("SMS_RbacSecuredObject", user)}
        assert granted["SMS_Site"] & (READ | MODIFY) == expected


def test_who_has_no_rights_sees_nothing(cas: Any) -> None:
    with pytest.raises(CimError) as refusal:
        cas.all("SMS_RbacSecuredObject", "nobody")
    assert refusal.value.code == Wbem.ACCESS_DENIED


def test_a_site_server_knows_how_to_reach_its_database(estate: Any, st1: Any) -> None:
    key = r"HKLM\SOFTWARE\Microsoft\SMS\SQL Server\Site System SQL Account"
    assert estate.machine("sta01").registry.get(key, "Port").data == "1433"
    assert estate.machine("sta03").registry.get(key, "Port") is None
    assert [row["SiteServerDomain"] for row in st1.all("SMS_SCI_SiteDefinition")] == ["CORP"] * 1
