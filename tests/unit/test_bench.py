"""The parts of the benchmark, without measurements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.estate_file.reader import parse
from tests.bench import page
from tests.bench.many_hierarchies import IN_ONE_PROCESS, estates, places
from tests.bench.powershell_stand_in import UnknownShape, script_of
from tests.bench.relays import Hub
from tests.bench.trials import Taken, in_turns

MODULE = "ansible_collections.ansible.windows.plugins.modules.win_powershell.ps1"


def sent(name: str = "exec_wrapper", *scripts: str) -> str:
    actions = [{"name": "module_wrapper.ps1", "params": {"Script": script}} for script in scripts]
    return json.dumps({"name": name, "script": "", "params": {}}) + "\n\0\0\0\0\n" + json.dumps({"actions": actions})


def test_the_stand_in_reads_which_script_is_to_run() -> None:
    assert script_of(sent("exec_wrapper", MODULE)) == MODULE


@pytest.mark.parametrize(
    "text",
    ["", "{}", sent("other", MODULE), sent("exec_wrapper"), sent("exec_wrapper", MODULE, MODULE), sent().partition("\n")[0]],
)
def test_the_stand_in_answers_nothing_that_it_does_not_know(text: str) -> None:
    with pytest.raises(UnknownShape):
        script_of(text)


def test_things_are_run_in_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def thing(name: str) -> Taken:
        order.append(name)
        return Taken(float(len(order)), 0.0, 0.0)

    found = in_turns(2, {"a": lambda: thing("a"), "b": lambda: thing("b")})
    assert "".join(order) == "ababab"
    assert (found["a"].wall, found["b"].wall) == (4.0, 5.0)


def test_the_line_counts_a_moment_once_however_many_connections_use_it() -> None:
    hub = Hub()
    hub.under_way(0.0, 0.1)
    hub.under_way(0.05, 0.15)
    hub.under_way(0.05, 0.1)
    hub.under_way(1.0, 1.1)
    assert round(hub.used().seconds, 6) == 0.25
    hub.under_way(1.05, 1.2)
    assert round(hub.used().seconds, 6) == 0.1


def test_many_hierarchies_are_estates_that_the_lab_takes() -> None:
    count = IN_ONE_PROCESS + 2
    read = [parse(text) for text in estates(count)]
    assert [len(estate.hierarchies) for estate in read] == [IN_ONE_PROCESS, 2]
    addresses = {str(machine.address) for estate in read for machine in estate.machines}
    assert addresses == {place.address for place in places(count)}
    assert len({place.code for place in places(1000)}) == 1000


def test_a_part_is_written_between_its_own_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "performance.md"
    monkeypatch.setattr(page, "PAGE", file)
    monkeypatch.setattr(page, "CHECKOUT", tmp_path)
    file.write_text("before\n<!-- a: begin -->\nold\n<!-- a: end -->\nafter\n", encoding="utf-8")
    page.write("a", "new")
    assert file.read_text(encoding="utf-8") == "before\n<!-- a: begin -->\n\nnew\n\n<!-- a: end -->\nafter\n"
    with pytest.raises(ValueError, match="must have"):
        page.write("b", "new")


def test_the_page_has_a_place_for_every_part() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for part in ("requests", "speed", "scale", "rows"):
        assert text.count(f"<!-- {part}: begin -->") == text.count(f"<!-- {part}: end -->") == 1
