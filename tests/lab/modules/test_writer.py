"""The two writers over the lab: each change with the cmdlets, and with `auto` under each kind of refusal."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from tests.lab.modules.conftest import Play

HOLDER, OTHER = "scp01.corp.example", "scp02.corp.example"
ACCOUNT, PASSWORD = r"CORP\scpinstall", "Lab-Sëcret-2026"


def cmdlets(play: Play) -> list[str]:
    """The cmdlets of the module that ran, in order."""
    return [name for run in play.estate.script_runs for name in run.commands if "-CM" in name]


def test_the_level_is_set_with_the_cmdlet(play: Play) -> None:
    result = play.run("usage_data", level="basic", writer="cmdlets")
    assert (result["changed"], result["level"], result["writer"]) == (True, "basic", "cmdlets")
    assert result["writer_reason"] == "The option writer is cmdlets."
    assert cmdlets(play) == ["Set-CMHierarchySetting"]
