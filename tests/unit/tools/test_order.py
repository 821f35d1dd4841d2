"""The order in which tests begin."""

from __future__ import annotations

import pytest

from tests.tools.order import long_first


def test_each_worker_begins_with_its_share_of_the_long_ones() -> None:
    assert long_first("abCdefGhI", str.isupper, 3) == [*"Cab", *"Gde", *"Ifh"]


def test_one_worker_begins_with_all_of_them() -> None:
    assert long_first("aBcD", str.isupper, 1) == [*"BDac"]


@pytest.mark.parametrize("workers", range(1, 9))
@pytest.mark.parametrize("tests", ["", "a", "A", "AB", "abcde", "ABCDE", "aBcDeFgHiJk", "abcABCDEFGH"])
def test_no_test_is_lost_and_none_comes_twice(tests: str, workers: int) -> None:
    assert sorted(long_first(tests, str.isupper, workers)) == sorted(tests)
