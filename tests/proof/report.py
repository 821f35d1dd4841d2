"""The results as tables for docs/reliability.md."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.lab.ansible_runs import CHECKOUT
from tests.proof.matrix import Column
from tests.proof.operations import OPERATIONS
from tests.proof.states import Walk
from tests.proof.trial import FAULTS

PAGE = CHECKOUT / "docs" / "reliability.md"
BEGIN, END = "<!-- proof: begin -->", "<!-- proof: end -->"


def matrix_table(columns: Sequence[Column]) -> str:
    """For each operation and fault how many requests had a fault, and how many of these trials succeeded."""
    by_cell = {(column.operation, column.fault): column for column in columns}
    names = [operation.name for operation in OPERATIONS]
    lines = ["| fault | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for fault in FAULTS:
        lines.append(f"| {fault.name} | " + " | ".join(_cell(by_cell.get((name, fault.name))) for name in names) + " |")
    return "\n".join(lines)


def totals(columns: Sequence[Column]) -> str:
    """One sentence about the complete matrix."""
    trials = sum(len(column.trials) for column in columns)
    bad = sum(len(column.bad) for column in columns)
    cut = sum(not column.whole for column in columns)
    told = sum(bool(trial.message) for column in columns for trial in column.trials)
    return (
        f"{trials} trials, {trials - bad} fine, {bad} not; {cut} columns cut short by the time limit. "
        f"In {told} trials the faulty run failed and said so; in {trials - told} it succeeded in spite of the fault."
    )


def _cell(column: Column | None) -> str:
    if column is None:
        return "not tried"
    tried, fine = len(column.trials), len(column.trials) - len(column.bad)
    return f"{tried} / {fine} / {tried - fine}{'' if column.whole else ' (cut short)'}"


def states_line(walks: Sequence[Walk], wanted: int) -> str:
    """One sentence about the state machine."""
    if not walks:
        return "Not run."
    steps, broken = sum(walk.steps for walk in walks), sum(bool(walk.failure) for walk in walks)
    short = f" The time limit came before the {wanted} steps that were requested." if steps < wanted else ""
    return (
        f"{steps} steps in {sum(walk.examples for walk in walks)} examples: "
        f"{'every rule held after every step' if not broken else f'{broken} examples broke a rule'}.{short}"
    )


def failures(columns: Sequence[Column], walks: Sequence[Walk]) -> list[str]:
    """All failures, one entry each."""
    found = [
        f"{trial.operation}, {trial.fault}, request {trial.at} "
        f"({trial.asked.action + ' of ' + trial.asked.what if trial.asked else 'of the handshake'}):\n  "
        + "\n  ".join(trial.problems)
        for column in columns
        for trial in column.bad
    ]
    return found + [walk.failure for walk in walks if walk.failure]


def commit() -> str:
    """The commit that is checked out, and whether there are other changes."""
    head = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--", "plugins", "lab", "roles", "tests", "playbooks")
    return f"`{head}`" + (" with changes that are not committed" if changed else "")


def write(text: str, page: Path = PAGE) -> None:
    """Write the text between the page's markers."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
