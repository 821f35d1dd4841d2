"""The names of a verification's checks: every check has one of them, and a misspelt one is rejected."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.check_ids import VERIFY
from tests.unit.site.verify.support import WELL, report


def test_the_checks_of_a_report_are_known() -> None:
    assert [check["id"] for check in report(WELL)["checks"] if not VERIFY.is_known(check["id"])] == []


@pytest.mark.parametrize(
    "id", ["problem_tls", "problem_unrecognised_2", "log_sms_dmp_downloader_read", "reported_update_report", "duty_proxy"]
)
def test_what_depends_on_what_was_found_is_known_too(id: str) -> None:
    assert VERIFY.is_known(id)


@pytest.mark.parametrize("id", ["other_roles", "problem_tsl", "", "a check", "duty_proxy_2", "log_read", "problem_tls_"])
def test_another_word_is_not(id: str) -> None:
    assert not VERIFY.is_known(id)


def test_a_refusal_lists_families_in_short() -> None:
    (text,) = VERIFY.unknown([7], "verify_accept")
    assert text.startswith("verify_accept: no check is called '7'. The checks are app_secrets_valid, cloud_checked, ")
    assert text.endswith("updates_checked, problem_*, reported_*, log_*_read.")
    assert "problem_tls" not in text
