"""All cases, by the name that the command takes and the page shows. Another module adds its own to the sum below."""

from __future__ import annotations

from tests.hostile import answers
from tests.hostile.measuring import Case

CASES: dict[str, Case] = {**answers.CASES}
