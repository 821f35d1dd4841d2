"""A server on which the commands of the collection run."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from tests.unit.site.servicing.connection_tool.machine import Machine


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(shell, "run", made.run)
    return made
