"""Prometheus' own promtool: the metrics by its naming rules, and the examples of alerts and of a dashboard."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.metrics import families
from ansible_collections.configmgr.scp.plugins.plugin_utils.metrics_text import openmetrics
from tests.lab.ansible_runs import CHECKOUT
from tests.unit.site.verify.support import WELL, report
from tests.unit.test_monitoring import expressions

EXAMPLES = CHECKOUT / "docs" / "examples" / "monitoring"


def promtool(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], input=given, capture_output=True, text=True, timeout=60, check=False)


def test_the_names_are_in_order() -> None:
    checked = promtool("check", "metrics", given=openmetrics(families(report(WELL))))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    # It would have found one that is not.
    bad = promtool("check", "metrics", given="# TYPE waited_minutes gauge\nwaited_minutes 1\n")
    assert bad.returncode == 3
    assert "waited_minutes" in bad.stderr


def test_the_alerts_fire_when_they_should() -> None:
    checked = promtool("check", "rules", str(EXAMPLES / "alerts.yml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = promtool("test", "rules", str(EXAMPLES / "alerts_test.yml"))
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_each_alert_has_a_test_in_which_it_fires() -> None:
    rules = yaml.safe_load((EXAMPLES / "alerts.yml").read_text(encoding="utf-8"))
    tests = yaml.safe_load((EXAMPLES / "alerts_test.yml").read_text(encoding="utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    fired = {case["alertname"] for test in tests["tests"] for case in test.get("alert_rule_test", ()) if case["exp_alerts"]}
    assert alerts == fired


def test_the_expressions_of_the_dashboard(tmp_path: Path) -> None:
    found = expressions(json.loads((EXAMPLES / "dashboard.json").read_text(encoding="utf-8")))
    rules = [
        {"record": f"panel:number:{at}", "expr": expression.replace("$provider", ".*")} for at, expression in enumerate(found)
    ]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")
    checked = promtool("check", "rules", str(tmp_path / "rules.yml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(found)} rules found" in checked.stdout
