from __future__ import annotations

from typing import cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SC_PROPERTY
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import CimWriter, SiteWriter, changed_values, shows
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing import usage
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.site.support import CAS, PR1, ST1


def level_row(value: int, code: str = "CAS") -> CimInstance:
    return CimInstance.new(
        f"root/sms/site_{code}",
        SMS_SCI_SC_PROPERTY,
        {
            "FileType": 2,
            "ItemName": "TelemetryLevel",
            "ItemType": "Property",
            "SiteCode": code,
            "PropertyName": "TelemetryLevel",
            "Value": value,
            "Value1": "kept",
            "Value2": "",
        },
    )


@pytest.mark.parametrize(("value", "level"), [(1, "basic"), (2, "enhanced"), (3, "full"), (0, None), (4, None)])
def test_levels(value: int, level: str | None) -> None:
    assert usage.level_of(level_row(value)) == level


def test_only_the_number_changes() -> None:
    step = usage.change_to(level_row(2), "basic", "CAS")
    assert step is not None
    assert changed_values(step) == {"Value": 1}
    assert step.row["Value1"] == "kept"


def test_a_level_that_is_set_needs_no_change() -> None:
    assert usage.change_to(level_row(3), "full", "CAS") is None


def test_a_number_that_is_not_known_is_replaced_by_the_wish() -> None:
    assert usage.change_to(level_row(7), "enhanced", "CAS") is not None


def test_the_second_read_must_show_the_number() -> None:
    step = usage.change_to(level_row(2), "basic", "CAS")
    assert step is not None
    assert shows(step, level_row(1))
    assert not shows(step, level_row(2))
    assert not shows(step, None)


def test_a_level_that_somebody_else_set_meanwhile_is_left_alone() -> None:
    class Provider:
        puts = 0

        def get(self, namespace: str, cls: object, keys: dict[str, str]) -> CimInstance:
            return level_row(3)

        def put(self, row: CimInstance) -> None:
            self.puts += 1

    provider = Provider()
    step = usage.change_to(level_row(2), "basic", "CAS")
    assert step is not None
    session = cast(CimSession, provider)
    with pytest.raises(TaskFailure, match="Another user or program changed the usage data level of site CAS"):
        SiteWriter(session, "cas01.corp.example", [CimWriter(session)]).write(step)
    assert provider.puts == 0


def test_the_site_is_chosen_by_its_code() -> None:
    found = [level_row(1, "PR1"), level_row(3)]
    chosen = usage.row_of(found, "CAS")
    assert chosen is not None
    assert usage.level_of(chosen) == "full"
    assert usage.row_of(found, "PR2") is None


def test_only_the_levels_are_read() -> None:
    class Provider:
        asked: tuple[str, ...] = ()

        def query(self, namespace: str, cls: object, query: str) -> list[CimInstance]:
            self.asked = (namespace, query)
            return [level_row(1)]

    provider = Provider()
    assert [usage.level_of(found) for found in usage.read_rows(cast(CimSession, provider), "CAS")] == ["basic"]
    assert provider.asked[0].lower() == "root/sms/site_cas"
    assert "PropertyName = 'TelemetryLevel'" in provider.asked[1]


def test_only_the_top_level_site_sets_it() -> None:
    assert usage.place_refusal(CAS) is None
    assert usage.place_refusal(ST1) is None
    assert "below site CAS" in (usage.place_refusal(PR1) or "")


def test_a_site_without_a_level_is_told_where_it_stands() -> None:
    assert "is set at site CAS" in usage.missing("PR1", [level_row(1)])
    assert "stands at" not in usage.missing("PR1", [])
