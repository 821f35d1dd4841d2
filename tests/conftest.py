"""What every test process does."""

from __future__ import annotations

import gc

import pytest

# The tests keep many objects, few of them in circles. With Python's default thresholds, a fifth of the processor time of the
# tests goes into the search for garbage.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exclude the objects that exist before the first test, such as the tests themselves, from every search."""
    gc.collect()
    gc.freeze()
