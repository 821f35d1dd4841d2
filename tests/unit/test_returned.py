"""No return value of a module has a name with a meaning in Ansible: a list called "failed" makes the task fail."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from tests.returned import ANSIBLES, WITH_THEIR_MEANING, bad_documentation, bad_values, documented, written_keys

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("[a-z]*.py"))
SOURCES = sorted(
    str(path.relative_to(PLUGINS)) for room in ("modules", "module_utils", "action") for path in PLUGINS.glob(f"{room}/**/*.py")
)


def module(name: str) -> ModuleType:
    return importlib.import_module(f"ansible_collections.configmgr.scp.plugins.modules.{name}")


@pytest.mark.parametrize("name", MODULES)
def test_no_documented_value_is_one_of_ansibles(name: str) -> None:
    assert documented(module(name))
    assert bad_documentation(documented(module(name))) == []


@pytest.mark.parametrize("source", SOURCES)
def test_no_written_value_is_one_of_ansibles(source: str) -> None:
    assert written_keys((PLUGINS / source).read_text(encoding="utf-8")) & ANSIBLES <= set(WITH_THEIR_MEANING)


def test_the_sources_of_results_are_found() -> None:
    keys = {name: written_keys((PLUGINS / "modules" / f"{name}.py").read_text(encoding="utf-8")) for name in MODULES}
    # The results of these two are built in module_utils, those of modules on the controller in their action plugins.
    elsewhere = {name for name in MODULES if not hasattr(module(name), "run")}
    assert {name for name, found in keys.items() if not found} == {"service_connection_tool", "site_update", *elsewhere}
    assert written_keys((PLUGINS / "module_utils/site/servicing/connection_tool/occasion.py").read_text(encoding="utf-8"))
    assert "reached" in written_keys((PLUGINS / "module_utils/site/servicing/updating/report.py").read_text(encoding="utf-8"))
    assert "packages" in keys["site_update_info"]


@pytest.mark.parametrize(
    ("result", "bad"),
    [
        ({"failed": []}, ["failed"]),
        ({"changed": 1}, ["changed"]),
        ({"msg": ["a"], "warnings": []}, ["msg", "warnings"]),
        ({"changed": True, "msg": "a", "diff": {"before": ""}, "failed_packages": ["b"]}, []),
    ],
)
def test_a_bad_value_is_found(result: dict[str, object], bad: list[str]) -> None:
    assert bad_values(result) == bad


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("def run(task) -> Result:\n    return {'failed': [], 'of': {'skipped': 1}}\n", {"failed", "of"}),
        ("_NOTHING: Result = {'results': None}\n", {"results"}),
        ("raise TaskFailure('Why.', rc=3)\n", {"rc"}),
    ],
)
def test_a_written_key_is_found(source: str, keys: set[str]) -> None:
    assert written_keys(source) == keys


@pytest.mark.parametrize("returned", [{"failed": {"type": "list"}}, {"changed": {"type": "list"}}, {"rc": {"type": "int"}}])
def test_a_bad_documented_value_is_found(returned: dict[str, dict[str, str]]) -> None:
    assert bad_documentation(returned) == list(returned)
