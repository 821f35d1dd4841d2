from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.facts import Database, database_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SQL01.corp.example", Database("sql01.corp.example", "", "CM_CAS", None)),
        ("sql01", Database("sql01", "", "CM_CAS", None)),
        ("sql01.corp.example\\INST1", Database("sql01.corp.example", "INST1", "CM_CAS", None)),
        ("sql01.corp.example,1450", Database("sql01.corp.example", "", "CM_CAS", 1450)),
        ("sql01\\INST1,50123", Database("sql01", "INST1", "CM_CAS", 50123)),
        ("sql01,70000", Database("sql01", "", "CM_CAS", None)),
        ("", Database("", "", "CM_CAS", None)),
        ("a\\b\\c", Database("", "", "CM_CAS", None)),
    ],
)
def test_where_the_database_is(text: str, expected: Database) -> None:
    assert database_of(text, "CM_CAS") == expected
