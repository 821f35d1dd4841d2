"""A browser for the pages of reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from tests.lab.report.browser import CannotRun, browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chrome]:
    """Headless Chromium. If it cannot run, the test is skipped and says why."""
    running = browser()
    try:
        driver = running.__enter__()
    except CannotRun as error:
        pytest.skip(f"no browser on this machine: {error}")
    try:
        yield driver
    finally:
        running.__exit__(None, None, None)
