"""The pictures begin at a task of the role preflight, by its name."""

from __future__ import annotations

import yaml

from tools.pictures.__main__ import CHECKOUT, FAILED_CHECKS


def test_the_task_that_shows_the_checks_has_this_name() -> None:
    tasks = yaml.safe_load((CHECKOUT / "roles/preflight/tasks/report.yml").read_text(encoding="utf-8"))
    assert FAILED_CHECKS[0] in [task["name"] for task in tasks]
