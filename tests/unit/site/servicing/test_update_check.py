from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing import update_check
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AnswerError,
    CimError,
    Refused,
    RequestInfo,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.site.support import Clock, task

BEFORE = 1_700_000_000
MADE = 1_700_003_600


class Downloader:
    """A registry in which the downloader writes ``becomes`` after a few reads. ``trouble`` is raised after the write."""

    def __init__(
        self, synced: int | None = BEFORE, becomes: int = 0, trouble: Exception | None = None, refusal: Exception | None = None
    ) -> None:
        self.values: dict[str, int | None] = {"LastSyncedTime": synced, "LastSyncRequestTime": BEFORE}
        self.becomes = becomes
        self.trouble = trouble
        self.refusal = refusal
        self.written: list[str] = []
        self.looks = 0
        self.state = "Running"

    def get_dword(self, key: str, name: str) -> int | None:
        if isinstance(self.refusal, KeyMissing):
            raise self.refusal
        self.looks += 1
        if self.written and self.becomes and self.looks > 2:
            self.values["LastSyncedTime"] = self.becomes
        return self.values[name]

    def set_dword(self, key: str, name: str, value: int) -> None:
        if self.refusal:
            raise self.refusal
        self.values[name] = value
        self.written.append(name)
        if self.trouble and name == "LastSyncedTime":
            raise self.trouble

    def get_string(self, key: str, name: str) -> str:
        return self.state


def registry(downloader: Downloader) -> Registry:
    return cast(Registry, downloader)


def test_the_value_that_is_acted_on_is_written_last() -> None:
    downloader = Downloader()
    update_check.ask(task()[0], registry(downloader), BEFORE)
    assert downloader.written == ["LastSyncRequestTime", "LastSyncedTime"]
    assert downloader.values == {"LastSyncedTime": 0, "LastSyncRequestTime": 0}


def test_an_answer_that_was_lost_after_the_write_is_no_failure() -> None:
    update_check.ask(task()[0], registry(Downloader(trouble=TransportTimeout("no answer"))), BEFORE)


def test_a_lost_request_without_effect_is_raised() -> None:
    class Deaf(Downloader):
        def set_dword(self, key: str, name: str, value: int) -> None:
            raise TransportTimeout("no answer")

    with pytest.raises(TransportTimeout):
        update_check.ask(task()[0], registry(Deaf()), BEFORE)


@pytest.mark.parametrize("lost", [Refused(503, after_send=True), AnswerError("a fault that does not name its request")])
@pytest.mark.parametrize("before", [0, BEFORE])
def test_a_request_that_was_lost_before_the_value_that_is_acted_on_is_raised(lost: CimError, before: int) -> None:
    downloader = Downloader(synced=before, refusal=lost)
    with pytest.raises(type(lost)):
        update_check.ask(task()[0], registry(downloader), before)
    assert downloader.looks == 0


def test_a_lost_request_whose_effect_cannot_be_read_is_raised_with_both_reasons() -> None:
    class Closed(Downloader):
        def get_dword(self, key: str, name: str) -> int | None:
            raise Refused(503, "HTTP 503 again")

    downloader = Closed(trouble=Refused(503, "HTTP 503", after_send=True, request=RequestInfo("Invoke")))
    with pytest.raises(Refused) as caught:
        update_check.ask(task()[0], registry(downloader), BEFORE)
    assert str(caught.value) == (
        "Invoke: HTTP 503. Whether the request for a check on cas01.corp.example had its effect could not be read: "
        "HTTP 503 again."
    )
    assert caught.value.after_send


def test_a_lost_request_whose_effect_cannot_be_seen_is_waited_for() -> None:
    # It never synchronised, so the value is 0 with or without the write.
    update_check.ask(task()[0], registry(Downloader(synced=None, trouble=TransportTimeout("no answer"))), 0)


@pytest.mark.parametrize(
    "error", [Unreachable("refused"), CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Invoke"), hresult=0x80041003)]
)
def test_what_was_certainly_not_done_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)):
        update_check.ask(task()[0], registry(Downloader(refusal=error)), BEFORE)


def test_no_right_to_write_is_a_sentence() -> None:
    with pytest.raises(TaskFailure, match=r"check for updates cannot be requested.*local administrator"):
        update_check.ask(task()[0], registry(Downloader(refusal=RegistryError("no right"))), BEFORE)


def test_the_proof_is_a_new_time() -> None:
    downloader = Downloader(becomes=MADE)
    made, clock = _asked(downloader)
    assert made == datetime.fromtimestamp(MADE, UTC)
    assert clock.slept


def test_the_wait_ends_at_its_limit_and_says_how_the_thread_is() -> None:
    downloader = Downloader()
    downloader.state = "Stopped"
    with pytest.raises(TaskFailure, match=r"within 60 s; the thread is stopped.*dmpdownloader\.log") as failure:
        _asked(downloader)
    assert failure.value.result == {"changed": True}


def _asked(downloader: Downloader) -> tuple[datetime, Clock]:
    made, clock = task()
    update_check.ask(made, registry(downloader), BEFORE)
    return update_check.wait_for_proof(made, registry(downloader), 60), clock


def test_progress_names_what_is_awaited() -> None:
    lines: list[str] = []
    made, _clock = task(progress=lines.append)
    downloader = Downloader(becomes=MADE)
    update_check.ask(made, registry(downloader), BEFORE)
    update_check.wait_for_proof(made, registry(downloader), 60)
    assert "SMS_DMP_DOWNLOADER on cas01.corp.example to check for updates" in lines[0]
    assert "at most 60 s" in lines[0]


@pytest.mark.parametrize(("number", "when"), [(0, None), (None, None), (BEFORE, datetime.fromtimestamp(BEFORE, UTC))])
def test_times(number: int | None, when: datetime | None) -> None:
    assert update_check.time_of(number) == when


@pytest.mark.parametrize("synced", [None, 0])
def test_a_downloader_that_never_synchronised(synced: int | None) -> None:
    assert update_check.last_synced(task()[0], registry(Downloader(synced))) == 0
    assert "has not synchronised" in update_check.read_last(registry(Downloader(synced)), "scp01.corp.example").text


def test_a_server_without_the_role() -> None:
    elsewhere = registry(Downloader(refusal=KeyMissing("the registry key is not there")))
    with pytest.raises(TaskFailure, match="run this on the server of the service connection point"):
        update_check.last_synced(task()[0], elsewhere)
    last = update_check.read_last(elsewhere, "scp01.corp.example")
    assert (last.time, last.text) == (None, "Unknown: the registry key is not there.")


def test_refusals() -> None:
    assert update_check.mode_refusal("online", "scp01.corp.example") is None
    assert "is offline" in (update_check.mode_refusal("offline", "scp01.corp.example") or "")
    assert update_check.thread_refusal("running", "scp01.corp.example") is None
    for state in ("stopped", "stopping", "starting", "unknown"):
        assert f"is {state}" in (update_check.thread_refusal(state, "scp01.corp.example") or "")


def test_the_last_synchronisation() -> None:
    last = update_check.read_last(registry(Downloader()), "scp01.corp.example")
    assert last.time == datetime.fromtimestamp(BEFORE, UTC)
    assert "scp01.corp.example" in last.text
    assert update_check.last_synced(task()[0], registry(Downloader())) == BEFORE


def test_a_time_that_cannot_be_read_is_a_failure_with_its_reason() -> None:
    class Refusing(Downloader):
        def get_dword(self, key: str, name: str) -> int | None:
            raise RegistryError("no right")

    with pytest.raises(TaskFailure, match="no right"):
        update_check.last_synced(task()[0], registry(Refusing()))
