"""Which folder may import which: action -> modules -> site -> windows -> wsman, and separately the lab.

The imports are read from the sources, so imports inside functions and under TYPE_CHECKING also count.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.drawing.sources import imported

ROOT = Path(__file__).resolve().parents[2]
OURS = "ansible_collections.configmgr.scp."
ANYTHING = frozenset({"*"})
# Neither side may import the other, whatever else a room may import; and only tests may import the tests.
NEVER_OUTSIDE = frozenset({"ansible", "ansible_collections", "lab", "plugins", "tests"})


@dataclass(frozen=True)
class Room:
    """What the files of one room may import in addition to the standard library.

    ``ours`` are path prefixes of this project, ``ansible`` module names of ansible-core with all below them,
    ``outside`` other libraries (ANYTHING for all).
    """

    ours: frozenset[str] = frozenset()
    ansible: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()


def room(*ours: str, ansible: tuple[str, ...] = (), outside: frozenset[str] = frozenset()) -> Room:
    return Room(frozenset(ours), frozenset(ansible), outside)


WSMAN = "plugins/module_utils/wsman/"
WINDOWS = "plugins/module_utils/windows/"
SITE = "plugins/module_utils/site/"
TASK = "plugins/module_utils/task.py"
FILE_SHARE = "plugins/module_utils/file_share.py"
TRANSFER = "plugins/module_utils/transfer/"
SHOWN = "plugins/module_utils/shown.py"
JUNIT = "plugins/module_utils/junit.py"
FACT_TABLES = "plugins/module_utils/fact_tables.py"
OPTION_RULES = "plugins/module_utils/option_rules.py"
LDAP = "plugins/module_utils/windows/ldap.py"
WAITING = "plugins/module_utils/waiting.py"
PLUGIN_UTILS = "plugins/plugin_utils/"

ROOMS = {
    WSMAN: room(WSMAN),
    TASK: room(WSMAN, FILE_SHARE),
    FILE_SHARE: room(),
    SHOWN: room(),
    JUNIT: room(),
    TRANSFER: room(TRANSFER, FILE_SHARE, SHOWN),
    WAITING: room(TASK),
    OPTION_RULES: room(),
    FACT_TABLES: room(outside=frozenset({"yaml"})),
    WINDOWS: room(WINDOWS, WSMAN, TASK, WAITING, FACT_TABLES),
    # LDAP needs a library; it is loaded at the first query.
    LDAP: room(WSMAN, outside=frozenset({"ldap3"})),
    SITE: room(SITE, WINDOWS, WSMAN, TASK, WAITING, FACT_TABLES, SHOWN, JUNIT, TRANSFER, OPTION_RULES),
    "plugins/modules/": room("plugins/module_utils/", ansible=("ansible.module_utils.basic",)),
    PLUGIN_UTILS: room(PLUGIN_UTILS, WSMAN, TASK, FILE_SHARE, OPTION_RULES, SHOWN, JUNIT, ansible=("ansible",), outside=ANYTHING),
    # The page is built from what the site's rules define.
    "plugins/plugin_utils/page/": room(SITE + "verify/", outside=ANYTHING),
    "plugins/action/": room("plugins/action/", "plugins/modules/", PLUGIN_UTILS, "plugins/module_utils/", ansible=("ansible",)),
    # An inventory plugin must inherit from ansible.plugins.inventory. It reads what the module hierarchy_info returns.
    "plugins/inventory/": room(
        PLUGIN_UTILS,
        "plugins/module_utils/",
        "plugins/modules/hierarchy_info.py",
        ansible=("ansible.errors", "ansible.inventory", "ansible.plugins.inventory", "ansible.plugins.loader"),
    ),
    "plugins/callback/": room(PLUGIN_UTILS, ansible=("ansible.errors", "ansible.plugins.callback")),
    "plugins/lookup/": room(PLUGIN_UTILS, "plugins/module_utils/", ansible=("ansible.errors", "ansible.plugins.lookup")),
    "plugins/filter/": room(
        PLUGIN_UTILS, "plugins/module_utils/", ansible=("ansible.errors", "ansible.module_utils", "ansible.utils")
    ),
    "plugins/doc_fragments/": room(),
    "lab/": room("lab/", outside=ANYTHING),
}


def room_of(path: str) -> str | None:
    """The longest prefix in ROOMS that covers ``path`` (relative to the root), or None."""
    return max((prefix for prefix in ROOMS if path.startswith(prefix)), key=len, default=None)


def imports_of(source: str, path: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of every import of the file; ``path`` resolves relative imports."""
    package = path.removesuffix(".py").split("/")[:-1]
    if package[:1] == ["plugins"]:
        package = [*OURS.strip(".").split("."), *package]
    return imported(source, package)


def allowed(rule: Room, name: str) -> bool:
    """Whether ``rule`` lets a file import the dotted ``name``."""
    top = name.split(".")[0]
    if top in sys.stdlib_module_names:
        return True
    if name.startswith(OURS) or top == "lab":
        path = name.removeprefix(OURS).replace(".", "/")
        # The name may be a module or a name in it, so the path is tried with and without its last part.
        return any(path.startswith(prefix) or f"{path}/".startswith(prefix.removesuffix(".py") + "/") for prefix in rule.ours)
    if top == "ansible":
        return any(f"{name}.".startswith(f"{prefix}.") for prefix in rule.ansible)
    return top not in NEVER_OUTSIDE and (rule.outside is ANYTHING or top in rule.outside)


def violations(source: str, path: str) -> list[str]:
    """One sentence for each import of the file that its room does not allow."""
    prefix = room_of(path)
    if prefix is None:
        return [f"{path}: no rule in tests/unit/test_imports.py covers this file; add its room."]
    return [
        f"{path}:{line}: {prefix} must not import {name}"
        for line, name in imports_of(source, path)
        if not allowed(ROOMS[prefix], name)
    ]


def sources() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for folder in ("plugins", "lab") for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources())
def test_imports_follow_the_arrows(path: str) -> None:
    assert violations((ROOT / path).read_text(encoding="utf-8"), path) == []


def test_the_sources_are_found() -> None:
    found = {room_of(path) for path in sources()}
    assert {WSMAN, SITE, WINDOWS, "lab/"} <= found


P = OURS + "plugins."
BAD = [
    ("plugins/module_utils/wsman/session.py", f"from {P}module_utils.site.model.rows import Row"),
    ("plugins/module_utils/wsman/session.py", f"from {P}module_utils.task import Task"),
    ("plugins/module_utils/wsman/session.py", "import requests"),
    ("plugins/module_utils/wsman/session.py", "from ..site.model import rows"),
    ("plugins/module_utils/wsman/session.py", "from .. import task"),
    ("plugins/module_utils/windows/registry.py", f"def f():\n    import {P}module_utils.site.model.rows"),
    ("plugins/module_utils/site/model/rows.py", "from ansible.module_utils.basic import AnsibleModule"),
    ("plugins/module_utils/site/model/rows.py", f"import {P}modules.cim"),
    ("plugins/module_utils/site/model/rows.py", f"if TYPE_CHECKING:\n    from {P}plugin_utils.connection import send"),
    ("plugins/module_utils/site/model/rows.py", "import yaml"),
    ("plugins/module_utils/task.py", f"from {P}module_utils.site.model import rows"),
    ("plugins/module_utils/brand_new.py", "import os"),
    ("plugins/modules/cim.py", "from ansible.plugins.action import ActionBase"),
    ("plugins/modules/cim.py", "from ansible.errors import AnsibleError"),
    ("plugins/modules/cim.py", f"from {P}plugin_utils.connection import send"),
    ("plugins/modules/cim.py", "from winrm.protocol import Protocol"),
    ("plugins/modules/cim.py", "importlib.import_module('pypsrp.wsman')"),
    ("plugins/action/cim.py", "import winrm"),
    ("plugins/action/cim.py", "import lab.clock"),
    ("plugins/plugin_utils/connection.py", "from lab.winrm import message"),
    ("plugins/plugin_utils/connection.py", f"from {P}module_utils.site.model import rows"),
    ("plugins/filter/times.py", "from ansible.plugins.filter.core import to_bool"),
    ("plugins/doc_fragments/common.py", f"from {P}module_utils.task import Task"),
    ("lab/cim/mof.py", f"from {P}module_utils.wsman import values"),
    ("lab/cim/mof.py", "import ansible.errors"),
    ("lab/cim/mof.py", "from plugins.module_utils.wsman import values"),
    ("lab/cim/mof.py", "from tests.lab import conftest"),
]


@pytest.mark.parametrize(("path", "source"), BAD)
def test_a_forbidden_import_is_found(path: str, source: str) -> None:
    assert len(violations(source, path)) == 1


GOOD = [
    (
        "plugins/module_utils/wsman/session.py",
        f"from {P}module_utils.wsman.values import x\nfrom .names import y\nfrom . import z",
    ),
    (
        "plugins/module_utils/site/model/rows.py",
        f"from {P}module_utils.windows import registry\nfrom {P}module_utils import fact_tables",
    ),
    ("plugins/modules/cim.py", f"from ansible.module_utils.basic import AnsibleModule\nfrom {P}module_utils.task import Task"),
    ("plugins/plugin_utils/connection.py", "import winrm\nfrom pypsrp.wsman import WSMan\nfrom ansible.plugins import loader"),
    ("plugins/inventory/hierarchy.py", "from ansible.plugins.inventory import BaseInventoryPlugin"),
    ("lab/cim/mof.py", "import spnego\nfrom lab.clock import Clock\nfrom . import model"),
]


@pytest.mark.parametrize(("path", "source"), GOOD)
def test_an_allowed_import_passes(path: str, source: str) -> None:
    assert violations(source, path) == []
