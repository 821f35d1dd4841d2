"""What is read about components and status messages, and how it is interpreted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import site_status, status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.role_health import read_role_health
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import StatusMessage
from tests.unit.site.fake_site import BEGAN, FakeSite, component, instance, message
from tests.unit.site.support import site_system_row

SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
UPLOADER = "SMS_DMP_UPLOADER"


@pytest.mark.parametrize(
    ("number", "state", "started"),
    [
        (0, "stopped", False),
        (1, "started", True),
        (2, "paused", False),
        (3, "installing", False),
        (4, "re-installing", False),
        (5, "de-installing", False),
        (6, "state 6", False),
        (None, "unknown", False),
    ],
)
def test_the_state_of_a_component(number: int | None, state: str, started: bool) -> None:
    row = component(SCP01).with_values({"State": number})
    (found,) = status.component_states(FakeSite(row).session, "CAS", (naming.DOWNLOADER,))
    assert (found.state, found.started) == (state, started)


@pytest.mark.parametrize(("number", "word"), [(0, "ok"), (1, "warning"), (2, "critical"), (3, "status 3"), (None, "unknown")])
def test_the_condition_of_a_component(number: int | None, word: str) -> None:
    row = component(SCP01).with_values({"Status": number})
    (found,) = status.component_states(FakeSite(row).session, "CAS", (naming.DOWNLOADER,))
    assert found.status == word


def test_components_are_sorted_and_those_that_were_not_asked_for_are_not_there() -> None:
    site = FakeSite(
        component(SCP02),
        component(SCP01, name=UPLOADER),
        component(SCP01),
        component(SCP01, name="SMS_EN_ADSERVICE_MONITOR"),
        # The site has rows for each of its intervals; one of them is requested.
        component("scp09.corp.example", tally="0001128000080008"),
    )
    found = status.component_states(site.session, "CAS", (UPLOADER, naming.DOWNLOADER))
    assert [(one.component, one.server) for one in found] == [
        (naming.DOWNLOADER, SCP01),
        (naming.DOWNLOADER, SCP02),
        (UPLOADER, SCP01),
    ]


def test_a_component_as_data() -> None:
    row = component("SCP01", code="pr1", started=BEGAN).with_values({"LastHeartbeat": BEGAN + timedelta(minutes=1), "Status": 1})
    (found,) = status.component_states(FakeSite(row).session, "CAS", (naming.DOWNLOADER,))
    assert found.as_data() == {
        "component": "SMS_DMP_DOWNLOADER",
        "server": "SCP01",
        "site_code": "PR1",
        "state": "started",
        "status": "warning",
        "last_started": "2031-05-01T08:00:00Z",
        "last_heartbeat": "2031-05-01T08:01:00Z",
    }


def test_an_empty_row_of_a_component() -> None:
    row = component("").with_values({"MachineName": None, "SiteCode": None, "State": None, "Status": None})
    (found,) = status.component_states(FakeSite(row).session, "CAS", (naming.DOWNLOADER,))
    assert (found.server, found.site_code, found.last_started, found.last_heartbeat) == ("", "", None, None)


@pytest.mark.parametrize(("machine", "known"), [("SCP01", True), (SCP01, True), (SCP02, False)])
def test_a_component_on_a_server_however_that_is_written(machine: str, known: bool) -> None:
    site = FakeSite(component("scp00.corp.example", 0), component(machine))
    found = status.component_state(site.session, "CAS", SCP01, naming.DOWNLOADER)
    assert (found.state if found else None) == ("started" if known else None)


MESSAGES = (
    message(12, 1015, SCP01, when=BEGAN + timedelta(minutes=2)),
    message(10, 1014, "SCP01", when=BEGAN),
    message(11, 1016, SCP01, when=BEGAN + timedelta(minutes=1)),
    message(13, 1015, SCP01, UPLOADER),
    message(14, 4444, SCP01),
)


@pytest.mark.parametrize(
    ("record", "since", "records"),
    [(0, None, [10, 11, 12]), (10, None, [11, 12]), (12, None, []), (0, 60, [11, 12]), (11, 60, [12]), (0, 61, [12])],
)
def test_messages_of_a_component_after_a_moment_oldest_first(record: int, since: int | None, records: list[int]) -> None:
    when = None if since is None else BEGAN + timedelta(seconds=since)
    found = status.messages_since(FakeSite(*MESSAGES).session, "CAS", record, naming.DOWNLOADER, (1016, 1014, 1015), when)
    assert [one.record for one in found] == records


@pytest.mark.parametrize(("ids", "since", "record"), [((1014, 1016), None, 11), ((1014,), 60, 0), ((9,), None, 0)])
def test_the_newest_record(ids: tuple[int, ...], since: int | None, record: int) -> None:
    when = None if since is None else BEGAN + timedelta(seconds=since)
    assert status.newest_record(FakeSite(*MESSAGES).session, "CAS", naming.DOWNLOADER, ids, when) == record


def test_a_message_as_data() -> None:
    site = FakeSite(*MESSAGES)
    (found,) = status.messages_since(site.session, "CAS", 11, naming.DOWNLOADER, (1015,))
    assert found.as_data() == {
        "record_id": 12,
        "message_id": 1015,
        "component": "SMS_DMP_DOWNLOADER",
        "server": SCP01,
        "time": "2031-05-01T08:02:00Z",
        "words": [],
    }


def test_a_message_of_nobody_and_of_no_time() -> None:
    row = message(1, 1015, "").with_values({"MachineName": None, "Time": None})
    (found,) = status.messages_since(FakeSite(row).session, "CAS", 0, naming.DOWNLOADER, (1015,))
    assert (found.server, found.time) == ("", None)


def word(record: int, index: int, text: str | None) -> object:
    return instance(classes.SMS_STAT_MSG_INS_STRINGS, RecordID=record, InsStrIndex=index, InsStrValue=text)


def test_the_words_of_a_message_come_in_their_order() -> None:
    site = FakeSite(word(7, 2, "c"), word(8, 0, "other"), word(7, 1, None), word(7, 0, "a"))  # type: ignore[arg-type]
    bare = StatusMessage(7, 1016, naming.DOWNLOADER, SCP01, "2031-05-01T08:00:00Z")
    found = status.with_words(site.session, "CAS", bare)
    assert found == StatusMessage(7, 1016, naming.DOWNLOADER, SCP01, "2031-05-01T08:00:00Z", ("a", "", "c"))
    assert found.as_data()["words"] == ["a", "", "c"]


def test_the_first_message_of_a_site_is_the_newest_one() -> None:
    site = FakeSite(message(1, 1015, SCP01))
    assert status.newest_record(site.session, "CAS", naming.DOWNLOADER, (1015,), None) == 1


def test_of_two_names_of_a_server_the_first_one_counts() -> None:
    site = FakeSite(component(SCP01, 0), component("SCP01", 1))
    found = status.component_state(site.session, "CAS", SCP01, naming.DOWNLOADER)
    assert found is not None
    assert (found.server, found.state) == ("SCP01", "started")


def test_only_the_columns_that_are_used_are_asked_for() -> None:
    site = FakeSite()
    status.component_states(site.session, "CAS", (naming.DOWNLOADER,))
    status.messages_since(site.session, "CAS", 0, naming.DOWNLOADER, (1015,))
    read_role_health(site.session, "CAS", site_system_row(SCP01))
    site_status.read_messages(site.session, "CAS", BEGAN)
    assert len(site.queries) == 4
    assert not [query for query in site.queries if "*" in query]
