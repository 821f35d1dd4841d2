"""Rules for every file: no host of a package registry, no path of a developer's machine, and short sources."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 450
# Files of a fuzzer are not text.
CORPUS = "tests/fuzz/corpus/"

# Written in parts, so that this file may contain them.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "galaxy.ansible" + ".com",
    "gh" + "cr.io",
    "qu" + "ay.io",
    "npm" + "js.org",
    "deb.deb" + "ian.org",
)
# A CIM namespace (.../wmi/root/cimv2) has a word before /root/, a machine path has none; tests name the ends of resource URIs.
MACHINE_PATH = re.compile(r"(?<![\w.}\])*/-])/(?:work|root(?!/(?:cimv2|default|sms|x)/)|home/\w+|Users/\w+)/(?=[\w.])")


def project_files() -> list[str]:
    """Paths of all files that are or could be committed, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = sorted(name for name in listed.stdout.split("\0") if name)
    return [name for name in names if (ROOT / name).is_file() and not (ROOT / name).is_symlink()]


def findings(text: str) -> list[str]:
    """Registry hosts and machine paths in ``text``, each with its line."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        found += [f"line {number}: names the registry host {host}" for host in REGISTRIES if host in line.lower()]
        found += [f"line {number}: names the machine path {match.group()}" for match in MACHINE_PATH.finditer(line)]
    return found


def test_no_registry_host_and_no_machine_path() -> None:
    found = {}
    for name in project_files():
        content = (ROOT / name).read_bytes()
        is_text = b"\0" not in content and not name.startswith(CORPUS)
        if is_text and name != "LICENSE" and (problems := findings(content.decode("utf-8"))):
            found[name] = problems
    assert found == {}


@pytest.mark.parametrize(
    "line",
    ["index-url = https://" + REGISTRIES[0] + "/simple", "see /wo" + "rk/main/x", "'/ro" + "ot/.ssh/id'", "=/ho" + "me/ann/x"],
)
def test_a_bad_line_is_found(line: str) -> None:
    assert len(findings(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*",
        "root/sms/site_S01",
        "'/root/cimv2/*'",
        "//host/root/cimv2",
        "wmi/root/x",
    ],
)
def test_a_cim_namespace_is_no_path(line: str) -> None:
    assert findings(line) == []


@pytest.mark.parametrize("folder", ["lab", "plugins"])
def test_sources_can_be_held_in_the_head(folder: str) -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / folder).rglob("*.py")
    }
    assert lines
    assert {path: count for path, count in lines.items() if count >= MOST_LINES} == {}


def test_there_is_no_ignore_file() -> None:
    assert [name for name in project_files() if name.startswith("tests/sanity/ignore")] == []


# Their action plugins do the work, which needs no connection.
ON_THE_CONTROLLER = {"controller_files", "role_options", "run_scope"}
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that the module assigns at its top level, with their values."""
    plain = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    typed = {
        node.target.id: node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    }
    return plain | typed


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_has_all_its_parts(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = constants(tree)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {"DOCUMENTATION", "EXAMPLES", "RETURN", "SPEC"} <= assigned.keys()
    assert ({"main"} if path.stem in (*ON_THE_CONTROLLER, "read_together") else {"run", "main"}) <= functions
    texts = {name: yaml.safe_load(ast.literal_eval(assigned[name])) for name in ("DOCUMENTATION", "EXAMPLES", "RETURN")}
    assert texts["DOCUMENTATION"]["module"] == path.stem
    named = {key for task in texts["EXAMPLES"] for key in task}
    assert f"configmgr.scp.{path.stem}" in named, "no example uses the module by its full name"


def test_every_module_has_its_action_plugin_and_is_in_the_action_group() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    names = {path.stem for path in MODULES}
    assert {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")} == names
    assert {entry.removeprefix("configmgr.scp.") for entry in runtime["action_groups"]["all"]} == names


def test_the_action_group_site_has_the_modules_that_take_site_code() -> None:
    """Otherwise module_defaults of the group would break the task of a module that does not have the option."""
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    taking = {name for name in (path.stem for path in MODULES) if "site_code" in spec_of(name)["argument_spec"]}
    assert "site_system" in taking
    assert "component" not in taking
    assert set(runtime["action_groups"]["site"]) == taking


def spec_of(module: str) -> dict[str, Any]:
    spec: dict[str, Any] = importlib.import_module(f"ansible_collections.configmgr.scp.plugins.modules.{module}").SPEC
    return spec


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_says_in_which_action_groups_it_is(path: Path) -> None:
    """It is stated in the documentation fragments; it depends on which of them a module uses."""
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    text = yaml.safe_load(ast.literal_eval(constants(ast.parse(path.read_text(encoding="utf-8")))["DOCUMENTATION"]))
    fragments = text["extends_documentation_fragment"]
    groups = sorted(group for group, members in runtime["action_groups"].items() if path.stem in members)
    # For each attribute, the first fragment that describes it is used.
    usual = "configmgr.scp.attributes.controller" if path.stem in ON_THE_CONTROLLER else "configmgr.scp.attributes"
    assert fragments[0] == ("configmgr.scp.attributes.site" if "site" in groups else usual)
