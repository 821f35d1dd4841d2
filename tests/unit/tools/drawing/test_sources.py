"""What the drawing reads out of the sources."""

from __future__ import annotations

import pytest

from tools.drawing.sources import COLLECTION, imports_of

A, B, C = "plugins/modules/a.py", "plugins/module_utils/b.py", "plugins/module_utils/site/c.py"
P = f"{COLLECTION}plugins."


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (A, f"from {P}module_utils.b import x", {B}),
        (A, f"from {P}module_utils import b", {B}),
        (A, f"import {P}module_utils.site.c", {C}),
        (A, f"def f():\n    from {P}module_utils.site import b, c", {C}),
        (A, f"importlib.import_module('{P}module_utils.b')", {B}),
        (C, "from ..b import x", {B}),
        (C, "from .. import b", {B}),
        (B, "import json\nfrom ansible.errors import AnsibleError", set()),
        (B, f"from {P}module_utils.gone import x", set()),
        (B, f"from {P}module_utils.b import itself", set()),
    ],
)
def test_imports_of_files_of_the_project_are_found(path: str, text: str, found: set[str]) -> None:
    assert imports_of({A: "", B: "", C: "", path: text})[path] == found


def test_imports_of_the_lab_are_found() -> None:
    files = {"lab/cim/wql.py": "from lab import clock\nfrom lab.cim import mof", "lab/clock.py": "", "lab/cim/mof.py": ""}
    assert imports_of(files)["lab/cim/wql.py"] == {"lab/clock.py", "lab/cim/mof.py"}
