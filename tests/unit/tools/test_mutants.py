"""Mutations of deciding code: where they are found, what they make, which are drawn, and that tests run over them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutants import places, rooms, running

ROOT = Path(__file__).resolve().parents[3]


def mutated(body: str) -> list[str]:
    """The bodies that a function's body is mutated to."""
    source = f"def function():\n    {body}\n"
    made = [places.applied(source, mutant) for mutant in places.mutants("file.py", source)]
    return [text.removeprefix("def function():\n").strip() for text in made]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a = b < c", ["a = (b <= c)"]),
        ("a = b >= c", ["a = (b > c)"]),
        ("a = b is None", ["a = (b is not None)"]),
        ("a = b not in c", ["a = (b in c)"]),
        ("a = b <= c < d", ["a = (b < c < d)", "a = (b <= c <= d)"]),
        ("a = b == 'x'", ["a = (b != 'x')", "a = b == 'x~'"]),
        ("a = b in ('x', 'y')", ["a = (b not in ('x', 'y'))", "a = b in ('x~', 'y')", "a = b in ('x', 'y~')"]),
        ("a = b and c", ["a = (b or c)"]),
        ("a = not b", ["a = b"]),
        ("a = 3", ["a = 2", "a = 4"]),
        ("a = True", ["a = False"]),
        ("a = b + c", ["a = (b - c)"]),
        ("a = b + 'text'", []),
        ("a = min(b, c)", ["a = max(b, c)"]),
        ("a = any(b)", ["a = all(b)"]),
        ("a = b[c:d]", ["a = b[:d]", "a = b[c:]"]),
        ("a = b(c, d=e)", ["a = b(c)"]),
        ("a = b.get('x')", ["a = b.get('x~')"]),
        ("a = b if c else d", ["a = b if (not c) else d"]),
        ("a = [b for b in c if d]", ["a = [b for b in c if (not d)]"]),
        ("return a", ["return None"]),
        ("raise A", ["pass"]),
        ("a(b)", ["pass"]),
        ("a.b = c", ["pass"]),
        ("a += b", ["a -= b", "pass"]),
        ("for a in b: continue", ["for a in b: pass"]),
        ("for a in b: break", ["for a in b: pass"]),
    ],
)
def test_what_decides_is_mutated(body: str, expected: list[str]) -> None:
    assert sorted(mutated(body)) == sorted(expected)


def test_a_condition_is_negated_unless_its_operator_says_the_contrary_already() -> None:
    assert mutated("if a: b = c") == ["if (not a): b = c"]
    assert mutated("if not a: b = c") == ["if a: b = c"]
    assert mutated("if a == d: b = c") == ["if (a != d): b = c"]
    assert mutated("if a < d: b = c") == ["if (a <= d): b = c", "if (not a < d): b = c"]


@pytest.mark.parametrize(
    "body",
    [
        '"""Of 2 parts, if any."""',
        "a: Annotated[int, 3] = b",
        "a = f'{b if c else 3}'",
        "return None",
        "return",
        "progress(1, a=2)",
        "a = zip(b, c, strict=d)",
    ],
)
def test_what_decides_nothing_is_left_alone(body: str) -> None:
    assert mutated(body) == []


@pytest.mark.parametrize(
    "source",
    [
        "LIMIT = 3 + 4\n",
        "class A:\n    b: int = 3\n",
        "class A(Protocol):\n    def b(self, c: int = 3) -> int: ...\n",
        "@cache(size=3)\ndef a(b: Literal[3]) -> Literal[4]:\n    pass\n",
    ],
)
def test_only_functions_are_mutated(source: str) -> None:
    assert places.mutants("file.py", source) == []


def test_defaults_of_a_function_decide() -> None:
    source = "class A:\n    def b(self, c=True, *, d=1): ...\n"
    assert [(mutant.line, mutant.new) for mutant in places.mutants("file.py", source)] == [(2, "False"), (2, "0"), (2, "2")]


def test_a_mutant_is_shown_with_its_whole_lines_and_letters_of_any_width() -> None:
    source = "def a():\n    b = 'größer'; return (\n        c\n    )\n"
    found = next(mutant for mutant in places.mutants("file.py", source) if mutant.kind == "return")
    assert found.line == 2
    assert places.shown(source, found) == ("b = 'größer'; return ( c )", "b = 'größer'; return None")


def test_a_seed_draws_the_same_mutants_from_all_places() -> None:
    found = [places.Mutant("file.py", start, start + 1, 1, "constant", "1") for start in range(100)]
    once = places.drawn(found, 7, 10)
    assert once == places.drawn(reversed(found), 7, 10)
    assert once != places.drawn(found, 8, 10)
    assert len({mutant.start for mutant in once}) == 10
    assert {mutant.start for seed in range(100) for mutant in places.drawn(found, seed, 10)} == set(range(100))
    assert places.drawn(found, 7, 0) == found


def test_each_file_that_is_drawn_from_has_a_room_with_tests() -> None:
    for room in rooms.ROOMS:
        assert (ROOT / room).exists(), f"{room} of ROOMS in tools/mutants/rooms.py is not there"
        assert any(rooms.room_tests(room, room))
    assert rooms.room_of("plugins/modules/cim.py") is None
    drawn_from = [str(path.relative_to(ROOT)) for prefix in rooms.DECIDING for path in (ROOT / prefix).rglob("*.py")]
    assert [path for path in drawn_from if not rooms.room_of(path)] == []


def test_tests_that_name_the_module_come_first() -> None:
    near, far = rooms.room_tests("plugins/module_utils/wsman/", "plugins/module_utils/wsman/wql.py")
    assert str(ROOT / "tests/unit/wsman/test_wql.py") in near
    assert str(ROOT / "tests/unit/wsman/test_datetimes.py") in far


def test_a_mutated_source_is_what_everybody_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    path = "plugins/module_utils/wsman/in_memory_only.py"
    module = running.load(path, "MUTATED = 3\n")
    assert vars(module)["MUTATED"] == 3
    assert sys.modules[running.module_name(path)] is module
    del sys.modules[running.module_name(path)]


def test_the_command_counts_what_was_noticed() -> None:
    # A part whose tests take less than a second.
    part = "plugins/module_utils/windows/command_line.py"
    program = [sys.executable, "-m", "tools.mutants", "--only", part, "--seed", "2", "--count", "1", "--at-least", "101"]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 of    1  100.0 %  plugins/module_utils/windows/" in done.stdout
