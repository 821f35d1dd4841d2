"""The tables of facts have exactly the columns that their readers use, with valid values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import problem_tables
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.patterns import USUAL_FILES

FOLDER = Path(__file__).resolve().parents[2] / "plugins" / "module_utils" / "data"
KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "number": (int,), "flag": (bool,), "list": (list,), "map": (dict,)}
KINDS["list_or_text"] = (list, str)

_SOURCE = "source:text read:text"
_PROBLEM = f"title:text cause:text remedy:text certainty:text {_SOURCE}"
# For each list of rows (or mapping of rows) its columns; a question mark where one may be left out.
COLUMNS = {
    "cloud_states/gateway_states": f"number:number name:text {_SOURCE}",
    "cloud_states/application_sources": f"number:number imported:flag {_SOURCE}",
    "cloud_states/gateway_changes": "what:text how:text since:text fixed_in:text kb?:text contained_in:list due:text then:text "
    f"{_SOURCE}",
    "endpoints/endpoints": "host:text features:list required:flag examples?:list note?:text scheme?:text path?:text cloud?:text "
    f"proxy?:text no_inspection?:flag since?:text until?:text retired?:text then?:text {_SOURCE}",
    "logs/codes/hresults": f"code:text name:text meaning:text problem?:text {_SOURCE}",
    "logs/codes/sql_errors": f"state:text number?:number name?:text meaning:text problem?:text {_SOURCE}",
    "logs/computed/computed": f"title:text cause?:text remedy?:text certainty:text {_SOURCE}",
    "logs/flows/flows": "id:text title:text patience_minutes?:number by_package?:flag stages:list",
    "logs/flows/flows/*/stages": "id:text title:text logs:list texts:list regex?:text begins?:flag waits?:flag goal?:flag "
    f"within?:flag easy_setup?:text versions:text certainty:text {_SOURCE}",
    "logs/flows/package_states": f"state:text flow:text stage?:text {_SOURCE}",
    "logs/flows/state_messages": f"number:number name:text flow:text stage:text {_SOURCE}",
    "logs/flows/substage_groups": f"high_word:number title:text flow:text log:text {_SOURCE}",
    "logs/flows/substages": f"number:text title:text flow:text log:text {_SOURCE}",
    "logs/flows/subjects": f"texts:list logs:list flow:text title:text certainty:text {_SOURCE}",
    "logs/http/otherwise": f"problem:text {_PROBLEM}",
    "logs/http/places": f"id:text title:text logs:list hosts:list failures?:list {_SOURCE}",
    "logs/http/statuses": f"status:number places?:list problem:text {_PROBLEM}",
    "logs/known_logs/logs": f"name:text names:list components:list server:text title:text certainty:text {_SOURCE}",
    **{
        f"logs/problems_{name}/problems": "id:text texts:list regex?:text logs?:list severity?:text fails?:text general?:flag "
        f"waits?:flag resolved_by?:text versions:text {_PROBLEM}"
        for name in problem_tables.FILES
    },
    **{f"logs/usual_{name}/usual": f"texts:list logs:list regex?:text why:text certainty:text {_SOURCE}" for name in USUAL_FILES},
    **{f"logs/usual_{name}/follow": f"texts:list logs?:list regex?:text certainty:text {_SOURCE}" for name in USUAL_FILES},
    "operating_systems/servers": "name:text build:number since?:text notice?:text refused?:text support_ends:text conflict?:text "
    f"{_SOURCE}",
    "roots/roots": f"name:text thumbprint:text expires:text required:flag then?:text {_SOURCE}",
    "security_updates/versions": "version:text security?:text contained?:text rollup?:text month:text replaces:list cves:list "
    f"{_SOURCE}",
    "server_requirements/dotnet": "since:text release:number shown:text below:text failed_below?:number conflict?:text "
    + _SOURCE,
    "server_requirements/tool_dotnet": f"since:text release:number shown:text certainty?:text conflict?:text {_SOURCE}",
    "server_requirements/vc_runtime": f"since:text minimum:text conflict?:text {_SOURCE}",
    "server_requirements/tool_vc_runtime": f"since:text minimum:text conflict?:text {_SOURCE}",
    "server_requirements/odbc_driver": f"since:text minimum:text below:text conflict?:text {_SOURCE}",
    "server_requirements/odbc_driver_refused": f"version:text since?:text {_SOURCE}",
    "server_requirements/native_client": f"since:text until:text minimum:text missing:text conflict?:text {_SOURCE}",
    "setup_script/types": f"action:text title:text {_SOURCE}",
    "setup_script/keys": "section:text key:text use:list kind:text option?:text values?:map default?:text fixed?:map "
    f"condition?:text secret?:flag when?:map otherwise?:list_or_text needed?:map {_SOURCE}",
    "site_versions/versions": f"name:text build:number released:text available?:text baseline:flag support_ends:text {_SOURCE}",
    "status_messages/messages": "number:number title:text subject:text lasting:flag verdict:text remedy:text certainty:text "
    f"{_SOURCE}",
    "update_states/states": f"number:number name:text phase:text installing:flag moves:flag stage:text standing:text {_SOURCE}",
    "update_states/logs": f"stage:text logs:list {_SOURCE}",
    "update_states/advice": f"state?:text phase?:text text:text {_SOURCE}",
}
# Files that are not a list of rows.
PLAIN = {"operating_systems/then", "site_versions/then", "endpoints/features", "endpoints/known_issuers"}
# Columns with a fixed set of values, or with one form.
FORMS = {
    "certainty": "documented|seen|inferred|recalled",
    "verdict": "passed|warning|failed",
    "below": "warning|failed",
    "missing": "warning|skipped",
    "cloud": "public|us_government",
    "scheme": "http|https",
    "proxy": "system",
    "month": r"20\d\d-(0[1-9]|1[0-2])",
    **dict.fromkeys(("security", "contained", "rollup", "kb"), r"KB\d{6,8}"),
    "read": r"20\d\d-(0[1-9]|1[0-2])",
    "thumbprint": "[0-9A-F]{40}",
    "code": "0x[0-9A-F]{8}",
    "minimum": r"\d+(\.\d+){1,3}",
    "id": "[a-z0-9_]+",
    "severity": "error|warning",
    "server": "role|site|tool|any",
    "easy_setup": "names|known",
    **dict.fromkeys(("since", "until", "notice", "refused", "fixed_in"), r"\d\d(0[1-9]|1[0-2])"),
}
DATES = ("expires", "support_ends", "released", "available", "retired", "due")


def _file_and_steps(path: str) -> list[str]:
    """The name of the file, which may be in a folder, and the steps inside it."""
    first, *others = path.split("/")
    return [f"{first}/{others[0]}", *others[1:]] if (FOLDER / first).is_dir() else [first, *others]


def rows(path: str) -> list[dict[str, Any]]:
    """The rows at a path; a star means every row at that place."""
    name, *steps = _file_and_steps(path)
    nodes = [table(name)]
    for step in steps:
        nodes = [node for each in nodes for node in (each if step == "*" else [each[step]])]
    found: list[dict[str, Any]] = [
        row for node in nodes for row in (node.values() if isinstance(node, dict) else node) if isinstance(row, dict)
    ]
    return found


@pytest.mark.parametrize("path", COLUMNS)
def test_rows_have_their_columns(path: str) -> None:
    kinds = {name.rstrip("?"): KINDS[kind] for name, kind in (part.split(":") for part in COLUMNS[path].split())}
    needed = {part.split(":")[0] for part in COLUMNS[path].split() if "?" not in part}
    for row in rows(path):
        assert needed <= set(row) <= set(kinds), row
        for name, value in row.items():
            assert type(value) in kinds[name], (name, row)
            if isinstance(value, str):
                check_text(name, value)


def check_text(name: str, value: str) -> None:
    assert value.isprintable(), value
    assert value == value.strip(), value
    assert value or name in ("remedy", "resolved_by", "why", "default", "flow"), name
    if name in FORMS:
        assert re.fullmatch(FORMS[name], value), (name, value)
    if name in DATES:
        date.fromisoformat(value)


def test_every_table_is_described() -> None:
    described = {"/".join(_file_and_steps(path)[:2]) for path in COLUMNS} | PLAIN
    names = [file.relative_to(FOLDER).with_suffix("").as_posix() for file in FOLDER.rglob("*.yml")]
    assert described == {f"{name}/{part}" for name in names for part in table(name)}


@pytest.mark.parametrize("path", [path for path, columns in COLUMNS.items() if columns.startswith(("number:", "id:", "code:"))])
def test_numbers_and_names_stand_once(path: str) -> None:
    first = COLUMNS[path].partition(":")[0]
    if path != "logs/flows/flows/*/stages":
        found = [row[first] for row in rows(path)]
        assert len(found) == len(set(found))


def repeated_keys(node: yaml.Node) -> Iterator[str]:
    """Keys that occur twice in one mapping: YAML's parser uses the last one without an error."""
    children = node.value if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) else []
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _value in children]
        yield from {key for key in keys if keys.count(key) > 1}
        children = [value for _key, value in children]
    for child in children:
        yield from repeated_keys(child)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: file.stem)
def test_no_key_stands_twice(file: Path) -> None:
    document = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert document is not None
    assert list(repeated_keys(document)) == []
