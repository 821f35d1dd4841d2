"""Writes each task's outcome as one JSON line, for the tests to read. The file is named by RECORD_FILE."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: aggregate
short_description: Outcomes as JSON lines
description: For tests.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Records outcomes, including those of loop items."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"

    def _record(self, status: str, result: Any) -> None:
        line = {
            "status": status,
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "result": json.loads(json.dumps(result._result, default=str)),
        }
        with Path(os.environ["RECORD_FILE"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._record("unreachable", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._record("skipped", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._record("item ok", result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._record("item failed", result)
