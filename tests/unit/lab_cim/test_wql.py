from __future__ import annotations

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.wql import (
    And,
    Associators,
    Comparison,
    Condition,
    IsNull,
    Membership,
    Not,
    Or,
    Query,
    Select,
    equalities,
    parse,
)


def where(text: str, *, extended: bool = False) -> Condition | None:
    query = parse(f"select * from X where {text}", extended=extended)
    assert isinstance(query, Select)
    return query.where


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("SELECT * FROM X", Select(None, "X")),
        ("select a,B , c from X", Select(("a", "B", "c"), "X")),
        ('associators of {A.X="}"}', Associators('A.X="}"')),
        (
            "ASSOCIATORS OF {A='b'} where AssocClass=L ResultClass = R Role= x ResultRole =y",
            Associators("A='b'", False, "L", "R", "x", "y"),
        ),
        ("references of {A=@} where resultclass=L role=x", Associators("A=@", True, None, "L", "x")),
    ],
)
def test_queries(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("a = 1", Comparison("a", "=", 1)),
        ("a != -0x10", Comparison("a", "<>", -16)),
        ("a <> 1.5e1", Comparison("a", "<>", 15.0)),
        ("5 < a", Comparison("a", ">", 5)),
        ("a = TRUE", Comparison("a", "=", True)),
        (r"a = 'it\'s \\x'", Comparison("a", "=", "it's \\x")),
        (r'a = "say \"x\" 1"', Comparison("a", "=", 'say "x" 1')),
        ("a like '%x_'", Comparison("a", "like", "%x_")),
        ("a is null", IsNull("a")),
        ("a is not null", Not(IsNull("a"))),
        ("a = null", IsNull("a")),
        ("null <> a", Not(IsNull("a"))),
        (
            "a=1 or b=2 and not c=3",
            Or((Comparison("a", "=", 1), And((Comparison("b", "=", 2), Not(Comparison("c", "=", 3)))))),
        ),
        ("(a=1 or b=2) and c=3", And((Or((Comparison("a", "=", 1), Comparison("b", "=", 2))), Comparison("c", "=", 3)))),
    ],
)
def test_conditions(text: str, condition: Condition) -> None:
    assert where(text) == condition


def test_extended_wql_is_a_choice() -> None:
    assert where("a in ('1', 2)", extended=True) == Membership("a", ("1", 2))
    assert where("a not in (1)", extended=True) == Not(Membership("a", (1,)))
    assert where("a not like 'x'", extended=True) == Not(Comparison("a", "like", "x"))
    for text in ("a in (1)", "a not in (1)", "a not like 'x'"):
        with pytest.raises(CimError):
            where(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select",
        "select from X",
        "select * from",
        "select a, from X",
        "select * from X where",
        "select * from X where a",
        "select * from X where a =",
        "select * from X where a = 'open",
        r"select * from X where a = 'one\two'",
        "select * from X where a = b",
        "select * from X where a < null",
        "select * from X where (a = 1",
        "select * from X where a = 1)",
        "select * from X where a = 1 and",
        "select * from X where a like 5",
        "select * from X where a is 5",
        "select * from X;",
        "select * from X where a = 1 b = 2",
        "select * from select",
        "delete from X",
        "associators of A",
        "associators of {A} where",
        "associators of {A} where Rolle=x",
        "associators of {A} where Role=x Role=y",
        "references of {A} where AssocClass=L",
        "select * from X where " + "(" * 70 + "a=1" + ")" * 70,
        "select * from X where " + "not " * 70 + "a=1",
        "select * from X where " + " or ".join(["a=1"] * 2001),
        "select * from X where a = '" + "x" * 70000 + "'",
    ],
)
def test_bad_queries(text: str) -> None:
    with pytest.raises(CimError) as caught:
        parse(text)
    assert caught.value.code == Wbem.INVALID_QUERY


def test_equalities_are_those_that_hold_for_certain() -> None:
    assert dict(equalities(where("a=1 and (b='x' and c > 2) and (d=1 or e=2) and not f=3"))) == {"a": 1, "b": "x"}
    assert equalities(where("TallyInterval='0001'"))["tallyinterval"] == "0001"
    assert not equalities(None)
