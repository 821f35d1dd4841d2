"""Status messages of the role: which are read, in which order, and with which texts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import site_status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.site_status import Message
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import BEGAN, FakeSite, instance, message

INFORMATION, WARNING, ERROR = 0x40000000, 0x80000000, 0xC0000000


def said(record: int, number: int = 11488, severity: int | None = ERROR, name: str = "SMS_DMP_DOWNLOADER") -> CimInstance:
    return message(record, number, "SCP01", name, BEGAN).with_values({"Severity": severity})


def word(record: int, index: int, text: str | None) -> CimInstance:
    return instance(classes.SMS_STAT_MSG_INS_STRINGS, RecordID=record, InsStrIndex=index, InsStrValue=text)


def read(*found: CimInstance, since: timedelta = timedelta(0)) -> tuple[list[Message], bool]:
    return site_status.read_messages(FakeSite(*found).session, "CAS", BEGAN + since)


@pytest.mark.parametrize(
    ("row", "fetched"),
    [
        # Known by its number, whichever component wrote it and whatever its severity.
        (said(1, 11488, INFORMATION, "OTHER"), True),
        # From the role, and an error.
        (said(1, 77, WARNING), True),
        (said(1, 77, ERROR, "SMS_SERVICE_CONNECTOR"), True),
        (said(1, 77, INFORMATION), False),
        (said(1, 77, ERROR, "OTHER"), False),
    ],
)
def test_which_messages_are_fetched(row: CimInstance, fetched: bool) -> None:
    assert bool(read(row)[0]) is fetched
    assert read(row, since=timedelta(seconds=1)) == ([], False)


def test_messages_come_newest_first_with_their_words_in_order() -> None:
    found, more = read(said(5), said(9), said(7), word(9, 1, "b"), word(9, 0, "a"), word(7, 0, None), word(99, 0, "other"))
    assert [(one.record, one.words) for one in found] == [(9, ("a", "b")), (7, ("",)), (5, ())]
    assert more is False


def test_a_message_has_ten_words_at_most() -> None:
    found, _more = read(said(5), *(word(5, index, str(index)) for index in range(12)))
    assert found[0].words == tuple("0123456789")


def test_only_the_newest_twenty_get_their_words() -> None:
    found, more = read(*(said(record) for record in range(1, 26)), *(word(record, 0, "w") for record in range(1, 26)))
    assert [bool(one.words) for one in found] == [True] * 20 + [False] * 5
    assert [one.record for one in found] == list(range(25, 0, -1))
    assert more is False


@pytest.mark.parametrize(("count", "more"), [(2000, False), (2001, True)])
def test_a_site_that_is_full_of_messages_is_not_read_to_its_end(count: int, more: bool) -> None:
    row = said(1)
    found, missing = read(*[row] * count)
    assert (len(found), missing) == (2000, more)


def test_without_messages_no_words_are_asked_for() -> None:
    site = FakeSite()
    assert site_status.read_messages(site.session, "CAS", BEGAN) == ([], False)
    assert len(site.queries) == 1


@pytest.mark.parametrize(
    ("severity", "name"),
    [(INFORMATION, "information"), (WARNING, "warning"), (ERROR, "error"), (7, "severity 7"), (None, "unknown")],
)
def test_severities(severity: int | None, name: str) -> None:
    assert site_status.message_from(said(1, severity=severity)).severity == name


def test_a_row_of_a_message() -> None:
    assert site_status.message_from(said(3)) == Message(3, 11488, "SMS_DMP_DOWNLOADER", "SCP01", "error", BEGAN)
    bare = said(3).with_values({"Component": None, "MachineName": None, "Time": None})
    assert site_status.message_from(bare) == Message(3, 11488, "", "", "error", None)


def test_a_message_as_data() -> None:
    data = Message(3, 77, "A", "B", "error", None, ("w",)).as_data()
    assert data == {
        "record_id": 3,
        "message_id": 77,
        "component": "A",
        "server": "B",
        "severity": "error",
        "time": None,
        "words": ["w"],
        **dict.fromkeys(("title", "subject", "lasting", "verdict", "remedy", "source", "certainty")),
    }
    known = Message(3, 11412, "A", "B", "error", None).as_data()
    meaning = site_status.meanings()[11412]
    for name in ("title", "subject", "lasting", "verdict", "remedy", "source", "certainty"):
        assert known[name] == getattr(meaning, name)
        assert known[name] is not None
