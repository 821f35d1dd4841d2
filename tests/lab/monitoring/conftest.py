"""Prometheus' own programs, from Debian's packages."""

from __future__ import annotations

import pytest

from tests.lab.debian import why_not_installed


@pytest.fixture(scope="session", autouse=True)
def _programs() -> None:
    """promtool and the node exporter. Without them the tests are skipped, and say why."""
    missing = why_not_installed("prometheus")
    if missing:
        pytest.skip(f"Prometheus' own programs: {missing}")
