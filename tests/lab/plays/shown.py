"""What the pages of docs/ show of the output of plays."""

from __future__ import annotations

import re

from tests.lab.ansible_runs import CHECKOUT


def _blocks(page: str) -> list[str]:
    text = (CHECKOUT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def _plain(text: str) -> str:
    """Without line ends, quotation marks and list marks, which Ansible chooses by the length of a line; each number as 0."""
    return re.sub(r"\d+", "0", " ".join(re.sub(r"(?m)^\s*- |['\"]", " ", text).split()))


def not_shown(page: str, output: str, block: int | None = None) -> list[str]:
    """The lines of output that a page has and a run did not print. A line that ends with three dots is compared up to there.

    :param block: which of the page's blocks of text; left out, all of them.
    """
    blocks = _blocks(page)
    said = _plain(output)
    lines = [line for number, text in enumerate(blocks) if block in (None, number) for line in text.splitlines()]
    assert lines, f"docs/{page} shows no such output"
    return [line for line in lines if _plain(line.removesuffix("...")) not in said]
