"""Headless Chromium from Debian's packages, controlled by Selenium: pages as users see them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.lab.debian import why_not_installed


class CannotRun(Exception):
    """This machine cannot run the browser; the text says why."""


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """A browser without network access. Raises :class:`CannotRun`."""
    if not sys.platform.startswith("linux"):
        raise CannotRun("the browser is installed from Debian's packages, so only on Linux")
    _install()
    with tempfile.TemporaryDirectory(prefix="browser-") as profile:
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
            f"--user-data-dir={profile}",
        ):
            options.add_argument(argument)
        # No name is resolved, so a page that loads something from the network fails.
        options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost")
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        try:
            driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        except WebDriverException as error:
            raise CannotRun(f"Chromium did not start: {str(error.msg).splitlines()[0]}") from error
        try:
            driver.set_page_load_timeout(60)
            yield driver
        finally:
            driver.quit()


def _install() -> None:
    reason = why_not_installed("chromium")
    if reason:
        raise CannotRun(reason)
