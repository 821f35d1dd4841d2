"""What `make test` reports at its end about what took longest."""

from __future__ import annotations

from pathlib import Path

from tests.tools import longest
from tests.tools.longest import Slow

REPORT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" tests="3" time="9.250">
<testcase classname="tests.lab.plays.test_move" name="test_moves[a &amp; b]" time="7.251" />
<testcase classname="tests.lab.curl.test_curl" name="test_left_out" time="0.000"><skipped type="pytest.skip" /></testcase>
<testcase classname="tests.lab.test_failing" name="test_fails" time="1.999"><failure message="no">text</failure></testcase>
</testsuite></testsuites>
"""


def test_a_report_has_each_test_with_its_seconds() -> None:
    assert longest.tests_of(REPORT, "lab") == [
        Slow(7.251, "lab", "tests.lab.plays.test_move::test_moves[a & b]"),
        Slow(0.0, "lab", "tests.lab.curl.test_curl::test_left_out"),
        Slow(1.999, "lab", "tests.lab.test_failing::test_fails"),
    ]


def test_a_folder_has_reports_and_seconds_by_target(tmp_path: Path) -> None:
    (tmp_path / "lab.xml").write_text(REPORT, encoding="utf-8")
    (tmp_path / "core-2.18.xml").write_text(REPORT, encoding="utf-8")
    (tmp_path / "core-2.18.seconds").write_text("61\n", encoding="ascii")
    (tmp_path / "lab.seconds").write_text("400\n", encoding="ascii")
    (tmp_path / "molecule.txt").write_text("the scenario x: only root can run it\n", encoding="utf-8")
    assert longest.targets(tmp_path) == {"lab": 400, "core-2.18": 61}
    assert sorted((slow.target, slow.seconds) for slow in longest.tests(tmp_path)) == [
        ("core-2.18", 0.0),
        ("core-2.18", 1.999),
        ("core-2.18", 7.251),
        ("lab", 0.0),
        ("lab", 1.999),
        ("lab", 7.251),
    ]


def test_the_longest_come_first_and_ten_tests_are_told() -> None:
    ran = [Slow(float(number), "units", f"tests.unit.test_x::test_{number}") for number in range(1, 13)]
    lines = longest.told({"lint": 42, "lab": 400, "units": 42}, ran)
    assert lines[:4] == ["   400 s  lab", "    42 s  lint", "    42 s  units", "the slowest tests:"]
    assert lines[4] == "  12.0 s  units: tests.unit.test_x::test_12"
    assert lines[-1] == "   3.0 s  units: tests.unit.test_x::test_3"
    assert len(lines) == 4 + longest.TOLD


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    assert longest.told(longest.targets(tmp_path), longest.tests(tmp_path)) == []


def test_targets_without_reports_are_told_alone() -> None:
    assert longest.told({"types": 7}, []) == ["     7 s  types"]
