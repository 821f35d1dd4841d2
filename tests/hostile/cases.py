"""All cases, by the name that the command takes and the page shows. A new module adds its own to the sum."""

from __future__ import annotations

from tests.hostile import answers, outputs, pages, transports
from tests.hostile.measuring import Case

CASES: dict[str, Case] = {**answers.CASES, **pages.CASES, **outputs.CASES, **transports.CASES}
