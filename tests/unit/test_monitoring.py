"""docs/monitoring.md has each metric of the code, and the examples of alerts and of a dashboard use only metrics that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import metric_families as names

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples" / "monitoring"
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((EXAMPLES / "dashboard.json").read_text(encoding="utf-8"))
# Of the exporter itself.
FOREIGN = {"node_textfile_scrape_error"}
VALUES = {
    "verdict": names.VERDICTS,
    "outcome": names.OUTCOMES,
    "stage": names.download_stages(),
    "state": names.THREAD_STATES,
    "phase": names.update_phases(),
    "mode": ("online", "offline"),
}
STATUSES = {
    "configmgr_scp_checks": names.CHECK_STATUSES,
    "configmgr_scp_check_status": names.CHECK_STATUSES,
    "configmgr_scp_component_status": names.COMPONENT_STATUSES,
}


def expressions(dashboard: dict[str, Any]) -> list[str]:
    """The expressions of its panels."""
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def alerts() -> list[str]:
    """The expressions of the alerts."""
    rules = yaml.safe_load((EXAMPLES / "alerts.yml").read_text(encoding="utf-8"))
    return [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def problems(expression: str) -> Iterator[str]:
    """What an expression names that no report has: a metric, a label of it, a value of a label."""
    for name, matchers in re.findall(r"\b((?:configmgr|node)_\w+)(?:\{([^}]*)\})?", expression):
        if name not in names.DEFINITIONS:
            if name not in FOREIGN:
                yield name
            continue
        allowed = (*names.COMMON_LABELS, *names.DEFINITIONS[name].labels)
        for label, value in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
            if label not in allowed:
                yield f"{name} {label}"
                continue
            known = STATUSES.get(name, ()) if label == "status" else VALUES.get(label, ())
            if known and not set(value.split("|")) <= set(known):
                yield f"{name} {label} {value}"


@pytest.mark.parametrize("expression", [*expressions(DASHBOARD), *alerts()])
def test_an_expression_names_only_what_exists(expression: str) -> None:
    assert list(problems(expression)) == []
    assert "configmgr_scp_" in expression or expression.startswith("node_textfile_")


@pytest.mark.parametrize(
    "bad",
    ["configmgr_scp_nothing > 1", 'configmgr_scp_checks{state="failed"}', 'configmgr_scp_checks{status=~"failed|bad"} == 1'],
)
def test_a_wrong_expression_is_found(bad: str) -> None:
    assert len(list(problems(bad))) == 1


def table() -> dict[str, list[str]]:
    """The rows of the page's table of metrics, by name: labels, unit, meaning."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if line.startswith("| `configmgr_scp_")
    ]
    assert all(len(row) == 4 for row in rows)
    return {row[0].strip("`"): row[1:] for row in rows}


def test_the_page_has_each_metric_in_order() -> None:
    assert list(table()) == list(names.DEFINITIONS)


@pytest.mark.parametrize("name", names.DEFINITIONS)
def test_the_page_says_what_the_code_says(name: str) -> None:
    labels, unit, meaning = table()[name]
    definition = names.DEFINITIONS[name]
    assert re.findall(r"`(\w+)`", labels) == list(definition.labels)
    assert unit == (definition.unit or "-")
    assert meaning == definition.help.removesuffix(".")


@pytest.mark.parametrize("values", [*VALUES.values(), names.CHECK_STATUSES, names.COMPONENT_STATUSES])
def test_the_page_lists_the_values_of_each_label(values: tuple[str, ...]) -> None:
    assert ", ".join(f"`{value}`" for value in values) in PAGE.replace("\n", " ")


# The dashboard.


def differences(given: Any, kept: Any, path: str = "") -> Iterator[str]:
    """What Grafana's own types do not keep of a dashboard: unknown keys, values of another type."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for name in given:
            yield from differences(given[name], kept.get(name), f"{path}/{name}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for at, (one, other) in enumerate(zip(given, kept, strict=True)):
            yield from differences(one, other, f"{path}/{at}")
    elif given != kept:
        yield path


def unknown(dashboard: dict[str, Any]) -> list[str]:
    plugins.register_default_plugins()
    return list(differences(dashboard, json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))))


def test_grafana_knows_everything_in_the_dashboard() -> None:
    assert unknown(DASHBOARD) == []
    spoiled = json.loads(json.dumps(DASHBOARD))
    spoiled["panels"][0]["options"]["colourMode"] = "background"
    spoiled["panels"][0]["gridPosition"] = {}
    spoiled["panels"][0]["targets"][0]["expression"] = "up"
    assert unknown(spoiled) == ["/panels/0/targets/0/expression", "/panels/0/options/colourMode", "/panels/0/gridPosition"]


def test_the_panels_of_the_dashboard() -> None:
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & places, panel["title"]
        assert max(x for x, _ in cells) < 24
        places |= cells
        assert panel["description"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
