"""Which literals of a page lead to the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.docsite import extension

ROOT = Path(__file__).resolve().parents[4]
DOCUMENTS = {
    *(f"reference/{path.stem}_module" for path in ROOT.glob("plugins/modules/*.py")),
    *(f"reference/{path.name}_role" for path in (ROOT / "roles").iterdir()),
}


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("site_update_check", "reference/site_update_check_module"),
        ("configmgr.scp.site_update_check", "reference/site_update_check_module"),
        ("configmgr.scp.component", "reference/component_module"),
        ("component", None),
        ("configmgr.scp.move", "reference/move_role"),
        ("move", None),
        ("configmgr.scp.recover", None),
        ("scp_to", None),
        ("site_update_check: x", None),
        ("configmgr.scp.", None),
    ],
)
def test_document_of(text: str, document: str | None) -> None:
    assert extension.document_of(text, DOCUMENTS) == document


@pytest.mark.parametrize(
    ("kind", "target", "page"),
    [
        ("ref", "common_return_values", "reference_appendices/common_return_values.html"),
        ("envvar", "ANSIBLE_CACHE_PLUGIN", "reference_appendices/config.html#envvar-ANSIBLE_CACHE_PLUGIN"),
        ("ref", "callback_plugins", "plugins/callback.html"),
        ("envvar", "SCP_USER", None),
        ("ref", "a_label_that_is_unknown", None),
    ],
)
def test_page_of(kind: str, target: str, page: str | None) -> None:
    assert extension.page_of(kind, target) == page
