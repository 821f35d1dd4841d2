"""Quoting for WQL and object paths."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import wql
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class

ROLE = cim_class("Role", keys=("FileType", "ItemName"), FileType="uint32", ItemName="string", Mode="uint32")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", "''"),
        ("SMS Dmp Connector", "'SMS Dmp Connector'"),
        ("\\\\srv.contoso.com", "'\\\\\\\\srv.contoso.com'"),
        ("it's", "'it\\'s'"),
        ('["Display=\\\\s\\"]', "'[\\\"Display=\\\\\\\\s\\\\\\\"]'"),
        ("x' OR 'a' = 'a", "'x\\' OR \\'a\\' = \\'a'"),
        ("ümläut €", "'ümläut €'"),
    ],
)
def test_quote(text: str, quoted: str) -> None:
    assert wql.quote_wql(text) == quoted


@pytest.mark.parametrize("text", ["a\x00", "\n", "\x1f", "\x7f", "\ud800"])
def test_quote_refuses_control_characters(text: str) -> None:
    with pytest.raises(ValueError, match=r"U\+.* at position"):
        wql.quote_wql(text)


def test_conditions() -> None:
    assert wql.equals("Name", "a") == "Name = 'a'"
    assert wql.equals("Id", 4) == "Id = 4"
    assert wql.equals("Flag", True) == "Flag = TRUE"
    assert wql.equals("Name", None) == "Name IS NULL"
    assert wql.equals("When", datetime(2026, 1, 1, tzinfo=UTC)) == "When = '20260101000000.000000+000'"
    assert wql.one_of("Id", [1, 2]) == "(Id = 1 OR Id = 2)"
    with pytest.raises(ValueError, match="at least one"):
        wql.one_of("Id", [])
    with pytest.raises(ValueError, match="time zone"):
        wql.equals("When", datetime(2026, 1, 1))


def test_select() -> None:
    assert wql.select(ROLE) == "SELECT * FROM Role"
    assert wql.select("Role", wql.equals("Id", 1), wql.equals("N", "x")) == "SELECT * FROM Role WHERE Id = 1 AND N = 'x'"
    assert wql.select(ROLE, columns=["Mode", "filetype"]) == "SELECT Mode, filetype, ItemName FROM Role"
    assert wql.select("Role", columns=["Mode"]) == "SELECT Mode FROM Role"


@pytest.mark.parametrize("name", ["", "a b", "1a", "a;b", "a'", "naïve", "a\n", "*"])
def test_names_are_names(name: str) -> None:
    makers: tuple[Callable[[], str], ...] = (
        lambda: wql.equals(name, 1),
        lambda: wql.select(name),
        lambda: wql.select("A", columns=[name]),
        lambda: wql.object_path(CimPath("root", name)),
        lambda: wql.object_path(CimPath("root", "A", {name: 1})),
        lambda: wql.associators_of(CimPath("root", "A"), Role=name),
    )
    for make in makers:
        with pytest.raises(ValueError, match="not a name of a class or property"):
            make()


def test_object_paths() -> None:
    path = CimPath(
        "root/x", "Role", {"FileType": 2, "ItemName": 'a\\"b', "Flag": False, "Box": CimPath("root/x", "Box", {"Id": "i"})}
    )
    assert wql.object_path(path) == r'Role.FileType=2,ItemName="a\\\"b",Flag=FALSE,Box="Box.Id=\"i\""'
    assert wql.object_path(CimPath("root/x", "One")) == "One=@"
    one = CimPath("root/x", "Role", {"ItemName": "a"})
    assert wql.associators_of(one, AssocClass="Link", ResultClass="Box") == (
        'ASSOCIATORS OF {Role.ItemName="a"} WHERE AssocClass = Link ResultClass = Box'
    )
    assert wql.references_of(one) == 'REFERENCES OF {Role.ItemName="a"}'
    with pytest.raises(ValueError, match="choose from ResultClass, Role"):
        wql.references_of(one, AssocClass="Link")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select * from Win32_Service", None),
        (" SELECT  *  FROM Win32_Service WHERE Name = 'select a from b'", None),
        ("select Name from Win32_Service", "Win32_Service"),
        ("SELECT\n Name,\tState\nFROM  Win32_Service where x", "Win32_Service"),
        ("select __CLASS from meta_class", "meta_class"),
        ("ASSOCIATORS OF {A.B='c'}", None),
        ("references of {A=@}", None),
    ],
)
def test_projected_class(query: str, expected: str | None) -> None:
    assert wql.projected_class(query) == expected


def test_at_least() -> None:
    assert wql.at_least("RecordID", 7) == "RecordID >= 7"
    assert wql.at_least("Time", datetime(2026, 11, 22, tzinfo=UTC)) == "Time >= '20261122000000.000000+000'"
    with pytest.raises(ValueError, match="time zone"):
        wql.at_least("Time", datetime(2026, 11, 22))
