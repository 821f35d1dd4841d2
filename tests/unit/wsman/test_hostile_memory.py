"""The worst answers, in processes of their own: whatever a server sends, the controller's process needs little memory."""

from __future__ import annotations

import pytest

from tests.hostile.cases import CASES
from tests.hostile.measuring import LIMIT_MIB, Measured, measure

# Of each kind the one that needs most; `make hostile` measures all, and the time that each takes.
WORST = {
    "embedded instances in embedded instances": "more than 200000 elements and attributes",
    "pages of rows with a long text, then a long text": "need more than 64 MiB of memory",
    "wide output without end, a whole answer at a time": "",
    "the largest HTTP body to an encrypted request (winrm)": "cannot be decrypted",
}


@pytest.mark.parametrize("name", WORST)
def test_the_whole_process_stays_below_its_limit(name: str) -> None:
    found = measure(name)
    # So that a reader that refuses everything, or a process that imports nothing, is noticed.
    assert found.before_mib > 40
    assert found.size_bytes > 512 * 1024
    assert WORST[name] in found.refused
    assert found.peak_mib < LIMIT_MIB, found


def test_each_worst_case_is_one_that_the_command_measures() -> None:
    assert set(WORST) <= set(CASES)


def test_a_case_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"no such case failed:\n(?s:.*)there is no case 'no such case'"):
        measure("no such case")


def test_the_measured_figures_arrive() -> None:
    found = measure("many names")
    assert isinstance(found, Measured)
    assert (found.name, found.refused) == ("many names", "the answer has more than 20000 different names and was not read")
    assert 0 < found.read_bytes < found.size_bytes
    assert 0 < found.before_mib < found.peak_mib < LIMIT_MIB
