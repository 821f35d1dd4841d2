"""Options of the role verify that are not possible."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.role_options import impossible


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"accept": [], "report_name": "verify"}, []),
        ({"accept": ["thread_running", "problem_tls"], "report_name": "verify"}, []),
        ({"accept": ["operating_system"], "report_name": "a/b"}, ["verify_accept", "verify_report_name"]),
    ],
)
def test_what_is_not_possible_is_told_by_its_name(options: dict[str, Any], names: list[str]) -> None:
    assert [sentence.partition(":")[0] for sentence in impossible(options)] == names
