"""What the pages contain: every variable that a playbook reads, every playbook and every module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.role_options import PLAYBOOK_VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
TABLES = "\n".join(line for line in PAGES.splitlines() if line.startswith("|"))
OF_THE_PAGE = [name for name in PLAYBOOK_VARIABLES if name.startswith(("expand_", "ha_", "recover_", "scp_"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def named(variable: str, text: str) -> bool:
    """As a separate name, not as a part of a longer one."""
    return re.search(rf"(?<!\w){variable}(?!\w)", text) is not None


@pytest.mark.parametrize("variable", PLAYBOOK_VARIABLES)
def test_a_page_tells_each_variable_of_a_playbook(variable: str) -> None:
    assert named(variable, PAGES)


# The folder of reports is in a command on the page about the report.
@pytest.mark.parametrize("variable", [name for name in OF_THE_PAGE if name != "scp_report_dir"])
def test_a_table_tells_each_variable_of_the_role_s_life(variable: str) -> None:
    assert named(variable, TABLES)


@pytest.mark.parametrize("playbook", sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml")))
def test_the_front_page_lists_each_playbook(playbook: str) -> None:
    listed = [line for line in README.splitlines() if line.startswith("| `configmgr.scp.")]
    assert any(re.search(rf"`(?:configmgr\.scp)?\.{playbook}`", line) for line in listed)


@pytest.mark.parametrize("module", sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")))
def test_the_page_of_modules_lists_each_module(module: str) -> None:
    page = (ROOT / "docs" / "modules.md").read_text(encoding="utf-8")
    listed = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert any(f"`{module}`" in names for names in listed)
