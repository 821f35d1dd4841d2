# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The order in which tests begin: a long test must not be the last one, while the other workers have nothing left to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def long_first(tests: Sequence[T], is_long: Callable[[T], bool], workers: int) -> list[T]:
    """The same tests in as many equal parts as there are workers; each part begins with its share of the long tests.

    ``--dist worksteal`` of pytest-xdist gives each worker such a part, in this order, and moves tests from the end of a part.
    """
    long = [test for test in tests if is_long(test)]
    short = iter([test for test in tests if not is_long(test)])
    ordered: list[T] = []
    for worker in range(workers):
        end = len(tests) * (worker + 1) // workers
        ordered += long[worker::workers]
        ordered += islice(short, max(0, end - len(ordered)))
    return [*ordered, *short]
