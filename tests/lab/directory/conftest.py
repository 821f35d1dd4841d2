"""A directory: one domain controller for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.directory.samba import CannotRun, DomainController, domain_controller


@pytest.fixture(scope="session")
def directory(_session_base: str) -> Iterator[DomainController]:
    """A Samba domain controller with nested groups. If it cannot run, the test is skipped and says why."""
    try:
        running = domain_controller(f"{_session_base}.100")
        controller = running.__enter__()
    except CannotRun as error:
        pytest.skip(f"no directory on this machine: {error}")
    try:
        yield controller
    finally:
        running.__exit__(None, None, None)
