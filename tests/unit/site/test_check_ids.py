"""Names of checks that may be accepted: every check has one of them, and a misspelt one is refused with the right one."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.check_ids import PREFLIGHT, VERIFY, is_known, known, unknown
from tests.unit.site.verify.support import WELL, report


def test_the_checks_of_a_report_are_known() -> None:
    assert [check["id"] for check in report(WELL)["checks"] if not is_known(VERIFY, check["id"])] == []


@pytest.mark.parametrize(
    ("kind", "id"),
    [
        (PREFLIGHT, "endpoint_go_microsoft_com_443"),
        (PREFLIGHT, "port_smb"),
        (PREFLIGHT, "other_roles"),
        (PREFLIGHT, "server_checked"),
        (VERIFY, "problem_tls"),
        (VERIFY, "problem_unrecognised_2"),
        (VERIFY, "log_sms_dmp_downloader_read"),
        (VERIFY, "reported_update_report"),
        (VERIFY, "duty_proxy"),
    ],
)
def test_what_depends_on_what_was_found_is_known_too(kind: str, id: str) -> None:
    assert is_known(kind, id)


@pytest.mark.parametrize(
    ("kind", "id"),
    [(PREFLIGHT, "thread_running"), (VERIFY, "other_roles"), (VERIFY, "problem_tsl"), (VERIFY, ""), (VERIFY, "a check")],
)
def test_another_word_is_not(kind: str, id: str) -> None:
    assert not is_known(kind, id)


def test_a_refusal_names_the_option_the_nearest_and_all() -> None:
    (text,) = unknown(PREFLIGHT, ["other_role", "other_roles"], "preflight_accept")
    assert text.startswith("preflight_accept: no check is called 'other_role'. Did you mean other_roles? The checks are ")
    assert all(id in text for id in known(PREFLIGHT))
    (text,) = unknown(VERIFY, [7], "verify_accept")
    assert "problem_*" in text
    assert "problem_tls" not in text
