from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.model import Path
from lab.cim.repository import Repository
from lab.cim.wql import Select, parse
from lab.cim.wql_bind import bind, columns

MOF = """
class T { [key] string Name; uint32 N; sint64 Big; real64 R; boolean B; datetime D; string None; string L[]; T ref Ref; T Emb; };
class S : T {};
"""
REPOSITORY = Repository()
REPOSITORY.compile(MOF, "root/t")
ROW = REPOSITORY.new(
    "root/t",
    "S",
    Name="Äpfel\\1",
    N=5,
    Big=-(2**40),
    R=1.5,
    B=True,
    D=datetime(2026, 1, 31, 12, tzinfo=UTC),
    Ref=Path("root/t", "T", (("Name", "x"),)),
)


def holds(condition: str) -> bool:
    query = parse(f"select * from T where {condition}", extended=True)
    assert isinstance(query, Select)
    return bind(query.where, REPOSITORY.find_class("root/t", query.class_name))(ROW)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (r"NAME = 'ÄPFEL\\1'", True),
        ("Name <> 'x'", True),
        ("Name > 'z'", True),
        ("Name like '[äb]%1'", True),
        ("N = 5", True),
        ("N = 5.0", True),
        ("N = '5'", True),
        ("N < 5", False),
        ("5 >= N", True),
        ("N = 4294967296", False),
        ("Big < -1", True),
        ("R > 1", True),
        ("B = TRUE", True),
        ("B <> 'false'", True),
        ("B = 0", False),
        ("D = '20260131130000.000000+060'", True),
        ("D > '20260101000000.000000+000'", True),
        ("D > '00000001000000.000000:000'", False),
        ("D = '20260131120000.000000+***'", False),
        ("Ref = 'T.Name=\"X\"'", True),
        ("Ref = 'T.Name=\"y\"'", False),
        ("None is null", True),
        ("L is null", True),
        ("Name is not null", True),
        ("None = 'x'", False),
        ("None <> 'x'", False),
        ("not None = 'x'", False),
        ("not (None = 'x' or N = 6)", False),
        ("not (None = 'x' and N = 6)", True),
        ("None = 'x' or N = 5", True),
        ("__CLASS = 's'", True),
        ("__class = 'T'", False),
        ("N in (1, '5')", True),
        ("N not in (1, 2)", True),
        ("None not in ('x')", False),
        ("Name not like 'x%'", True),
    ],
)
def test_conditions(condition: str, expected: bool) -> None:
    assert holds(condition) is expected


@pytest.mark.parametrize(
    "condition",
    ["Gone = 1", "L = 'x'", "Emb = 'x'", "Name = 5", "N = 'x'", "N = TRUE", "B > TRUE", "B = 'x'", "D = 'x'", "N like '5'",
     "Ref < 'T.Name=\"x\"'", "Ref = '='", "__path = 'x'", "Name like '[x'"],
)  # fmt: skip
def test_unknown_names_and_wrong_types_are_invalid(condition: str) -> None:
    with pytest.raises(CimError) as caught:
        holds(condition)
    assert caught.value.code == Wbem.INVALID_QUERY


def test_columns_are_spelled_as_the_class_does() -> None:
    cls = REPOSITORY.find_class("root/t", "T")
    assert columns(Select(None, "T"), cls) is None
    assert columns(Select(("n", "NAME", "N", "__CLASS"), "T"), cls) == ("N", "Name")
    with pytest.raises(CimError):
        columns(Select(("Gone",), "T"), cls)


def test_interval_comparison() -> None:
    row = REPOSITORY.new("root/t", "T", Name="x", D=timedelta(hours=1))
    query = parse("select * from T where D >= '00000000010000.000000:000'")
    assert isinstance(query, Select)
    assert bind(query.where, row.cls)(row)
