"""Every type, with the fewest and the most options, byte for byte; and each file checked without the collection's table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.site.setup_script.facts_table import ACTIONS, rows
from tests.unit.site.setup_script.support import GOLDEN, TYPES, read, rendered, values, wish

CASES = [(kind, most) for kind in TYPES for most in (False, True)]


def golden(kind: str, most: bool) -> Path:
    return GOLDEN / f"{kind}{'_with_everything' if most else ''}.ini"


@pytest.mark.parametrize(("kind", "most"), CASES)
def test_the_file_is_the_golden_one(kind: str, most: bool) -> None:
    assert rendered(wish(kind, most)) == golden(kind, most).read_bytes()


def test_there_is_no_other_golden_file() -> None:
    assert set(GOLDEN.iterdir()) == {golden(kind, most) for kind, most in CASES}


@pytest.mark.parametrize(("kind", "most"), CASES)
def test_the_file_keeps_to_the_documentation(kind: str, most: bool) -> None:
    column = TYPES.index(kind)
    found = read(golden(kind, most).read_bytes())
    use = {(section, key): columns[column] for section, key, columns in rows()}
    written = {(section, key) for section, keys in found.items() for key in keys}
    assert {place for place, letter in use.items() if letter == "R"} <= written
    assert written <= {place for place, letter in use.items() if letter != "-"}
    assert found["Identification"]["Action"] == ACTIONS[column]
    assert found["Options"]["JoinCEIP"] == "0"
    cloud = found["CloudConnectorOptions"]
    assert (
        set(cloud)
        == {
            "0": {"CloudConnector"},
            "1": {"CloudConnector", "CloudConnectorServer", "UseProxy", *(("ProxyName", "ProxyPort") if most else ())},
        }[cloud["CloudConnector"]]
    )
    assert cloud["CloudConnector"] == ("1" if most and kind != "child_primary" else "0")


@pytest.mark.parametrize("kind", TYPES)
def test_everything_is_said_that_the_type_can_say(kind: str) -> None:
    column = TYPES.index(kind)
    able = {key for _section, key, columns in rows() if columns[column] != "-"}
    # A newly created database has no backup.
    apart = {"BackupLocation"} if kind == "recover_central_administration_site" else set()
    assert able - set(values(wish(kind, most=True))) == apart


@pytest.mark.parametrize(("kind", "most"), CASES)
def test_line_ends_encoding_and_reading_back(kind: str, most: bool) -> None:
    content = golden(kind, most).read_bytes()
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
    assert {key: value for keys in read(content).values() for key, value in keys.items()} == values(wish(kind, most))
