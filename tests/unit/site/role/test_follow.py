from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import follow
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState, StatusMessage

SERVER = "scp01.corp.example"


def summary(state: str) -> ComponentState:
    return ComponentState("SMS_DMP_DOWNLOADER", SERVER, state, None)


def message(record: int, number: int) -> StatusMessage:
    return StatusMessage(record, number, "SMS_DMP_DOWNLOADER", SERVER, None)


BEGUN = message(1, status.INSTALL_BEGUN)
DONE = message(2, status.INSTALLED)
FAILED = message(3, status.INSTALL_FAILED)


@pytest.mark.parametrize(
    ("seen", "messages", "after_write", "done", "failed"),
    [
        (None, [], True, False, False),
        ("started", [], True, False, False),
        ("started", [DONE], True, True, False),
        ("installing", [BEGUN, DONE], True, False, False),
        ("installing", [BEGUN, FAILED], True, False, True),
        ("started", [FAILED, message(4, status.INSTALLED)], True, True, False),
        ("started", [DONE, FAILED], True, False, True),
        ("started", [], False, True, False),
        ("stopped", [], False, False, False),
        (None, [], False, False, False),
    ],
)
def test_installation(seen: str | None, messages: list[StatusMessage], after_write: bool, done: bool, failed: bool) -> None:
    verdict = follow.judge_installation(summary(seen) if seen else None, messages, after_write)
    assert verdict.done is done
    assert (verdict.failure is not None) is failed


@pytest.mark.parametrize(
    ("seen", "messages", "done", "failed"),
    [
        (None, [], True, False),
        ("stopped", [], True, False),
        ("started", [], False, False),
        ("de-installing", [message(1, status.DEINSTALL_BEGUN)], False, False),
        ("de-installing", [message(1, status.DEINSTALL_FAILED)], False, True),
        # It is tried again: that is no new outcome.
        ("de-installing", [message(1, status.DEINSTALL_FAILED), message(2, status.DEINSTALL_BEGUN)], False, True),
        ("started", [message(1, status.DEINSTALLED)], False, False),
        ("de-installing", [message(1, status.DEINSTALL_FAILED), message(2, status.DEINSTALLED)], False, False),
    ],
)
def test_removal(seen: str | None, messages: list[StatusMessage], done: bool, failed: bool) -> None:
    verdict = follow.judge_removal(summary(seen) if seen else None, messages)
    assert verdict.done is done
    assert (verdict.failure is not None) is failed


@pytest.mark.parametrize(
    ("seen", "messages", "done"),
    [
        ("stopped", [], False),
        ("stopped", [message(1, status.DEINSTALL_BEGUN)], False),
        ("stopped", [message(1, status.DEINSTALL_FAILED)], False),
        ("stopped", [message(1, status.DEINSTALLED)], True),
        ("stopped", [message(1, status.DEINSTALLED), message(2, status.INSTALL_BEGUN)], True),
        (None, [], True),
    ],
)
def test_a_thread_that_stood_still_before_its_removal_proves_nothing(
    seen: str | None, messages: list[StatusMessage], done: bool
) -> None:
    verdict = follow.judge_removal(summary(seen) if seen else None, messages, stopped_before=True)
    assert verdict.done is done


@pytest.mark.parametrize(
    ("seen", "messages", "stopped"),
    [
        ("stopped", [], True),
        ("stopped", [DONE], True),
        ("stopped", [DONE, message(4, status.SERVER_CONFIGURED)], True),
        ("stopped", [DONE, message(4, status.DEINSTALLED)], False),
        ("stopped", [message(1, status.DEINSTALLED), BEGUN], False),
        ("started", [DONE], False),
        ("installing", [BEGUN], False),
        (None, [], False),
    ],
)
def test_a_role_may_be_installed_and_only_stopped(seen: str | None, messages: list[StatusMessage], stopped: bool) -> None:
    assert follow.judge_stopped(summary(seen) if seen else None, messages) is stopped


def test_a_stopped_component_is_not_said_to_be_so_since_its_start() -> None:
    stopped = ComponentState("SMS_DMP_DOWNLOADER", SERVER, "stopped", "2026-11-22T10:00:00Z")
    verdict = follow.judge_installation(stopped, (), after_write=False)
    assert follow.evidence(verdict)[0]["text"].endswith("is stopped")


@pytest.mark.parametrize(
    ("named", "same"),
    [("SCP01", True), ("scp01.CORP.example", True), (r"\\SCP01", True), ("scp010", False), ("", False), ("scp01.other", False)],
)
def test_servers_are_named_in_several_ways(named: str, same: bool) -> None:
    assert naming.same_computer(named, SERVER) is same
