"""Paging: contexts, end markers, early exits, endless answers."""

from __future__ import annotations

import gc
import weakref

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import exchange
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, RequestInfo, Unreachable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.wsman import wire

SELECT_ALL = "select * from Win32_Service"


def actions(script: wire.Script) -> list[str]:
    return [script.action(index).rpartition("/")[2] for index in range(len(script.sent))]


@pytest.mark.parametrize("end", [wire.W_END, wire.N_END])
@pytest.mark.parametrize(
    "body", [wire.first_page(end="END"), "<n:EnumerateResponse><n:EnumerationContext/><w:Items/>END</n:EnumerateResponse>"]
)
def test_no_rows(body: str, end: str) -> None:
    cim, script = wire.session(body.replace("END", end))
    assert cim.query("root/cimv2", wire.SERVICE, SELECT_ALL) == []
    assert actions(script) == ["Enumerate"]


def test_pages_follow_the_newest_context() -> None:
    cim, script = wire.session(
        wire.first_page(wire.service_xml("a"), context="c1"),
        wire.next_page(wire.service_xml("b"), wire.service_xml("c"), context="c2"),
        wire.next_page(wire.service_xml("d")),  # no new context: the old one remains valid
        wire.next_page(wire.service_xml("e"), context="", end=wire.N_END),
    )
    rows = cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)
    assert [row["Name"] for row in rows] == list("abcde")
    assert actions(script) == ["Enumerate", "Pull", "Pull", "Pull"]
    pulls = [script.body(index)[0] for index in (1, 2, 3)]
    assert [pull.findtext("{*}EnumerationContext") for pull in pulls] == ["c1", "c2", "c2"]
    assert {pull.findtext("{*}MaxElements") for pull in pulls} == {"32000"}
    assert script.header(1, "ResourceURI").endswith("/root/cimv2/*")


def test_early_exit_releases_the_newest_context() -> None:
    cim, script = wire.session(
        wire.first_page(wire.service_xml("a"), context="c1"),
        wire.next_page(wire.service_xml("b"), wire.service_xml("c"), context="c2"),
        "",
    )
    with cim.rows("root/cimv2", wire.SERVICE, SELECT_ALL) as rows:
        assert [next(rows)["Name"], next(rows)["Name"]] == ["a", "b"]
    assert actions(script) == ["Enumerate", "Pull", "Release"]
    assert script.body(2)[0].findtext("{*}EnumerationContext") == "c2"


def test_consumer_that_raises_releases_and_its_error_survives_a_failing_release() -> None:
    cim, script = wire.session(wire.first_page(wire.service_xml("a"), context="c1"), Unreachable("gone"))
    with pytest.raises(ZeroDivisionError), cim.rows("root/cimv2", wire.SERVICE, SELECT_ALL) as rows:  # noqa: PT012
        next(rows)
        raise ZeroDivisionError
    assert actions(script) == ["Enumerate", "Release"]


def test_rows_not_asked_for_are_not_requested() -> None:
    cim, script = wire.session()
    with cim.rows("root/cimv2", wire.SERVICE, SELECT_ALL):
        pass
    assert script.sent == []


def test_all_rows_read_but_not_ended_is_released_too() -> None:
    cim, script = wire.session(wire.first_page(wire.service_xml("a"), context="c1"), "")
    with cim.rows("root/cimv2", wire.SERVICE, SELECT_ALL) as rows:
        next(rows)
    assert actions(script) == ["Enumerate", "Release"]


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Unreachable("gone"), ["Enumerate", "Pull"]),
        (wire.fault_a(2150859010, 2147749889, "Generic failure"), ["Enumerate", "Pull"]),
        (wire.fault_a(2150858793, None, "timed out", subcode="w:TimedOut"), ["Enumerate", "Pull", "Release"]),
    ],
)
def test_failing_pull(failure: wire.Answer, expected: list[str]) -> None:
    cim, script = wire.session(wire.first_page(context="c1"), failure, "")
    with pytest.raises((CimFault, Unreachable)):
        cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)
    assert actions(script) == expected


def test_options_go_with_the_first_request_only() -> None:
    cim, script = wire.session(wire.first_page(wire.service_xml("a"), context="c"), wire.next_page(end=wire.N_END))
    cim.query("root/cimv2", wire.SERVICE, SELECT_ALL, options={"A": "b"})
    assert [script.header(index, "OptionSet/{*}Option") for index in (0, 1)] == ["b", ""]


def test_a_put_that_is_read_again_is_read_with_its_options() -> None:
    cim, script = wire.session(wire.service_xml("a"), "", wire.service_xml("a"))
    found = cim.get("root/cimv2", wire.SERVICE, {"Name": "a"})
    cim.put(found.with_values({"State": "Stopped"}), options={"A": "b"})
    assert actions(script) == ["Get", "Put", "Get"]
    assert [script.header(index, "OptionSet/{*}Option") for index in (0, 1, 2)] == ["", "b", "b"]


def test_empty_pages_between_others_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_EMPTY_PULLS", 2)
    row, nothing = wire.next_page(wire.service_xml("a"), context="c"), wire.next_page(context="c")
    pages = [nothing, row, nothing, row, nothing, wire.next_page(end=wire.N_END)]
    cim, _script = wire.session(wire.first_page(context="c"), *pages)
    assert len(cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)) == 2
    cim, _script = wire.session(wire.first_page(context="c"), row, nothing, nothing, "")
    with pytest.raises(AnswerError, match="does not end: 3 pages"):
        cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)


def test_as_many_pages_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "MAX_PULLS", 2)
    row = wire.next_page(wire.service_xml("b"), context="c")
    cim, _script = wire.session(wire.first_page(context="c"), row, wire.next_page(end=wire.N_END))
    assert len(cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)) == 1
    cim, script = wire.session(wire.first_page(context="c"), row, row, "")
    with pytest.raises(AnswerError, match="does not end: 2 pages"):
        cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)
    assert actions(script) == ["Enumerate", "Pull", "Pull", "Release"]


def test_as_many_bytes_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    row, end = wire.next_page(wire.service_xml("b"), context="c"), wire.next_page(end=wire.N_END)
    cim, script = wire.session(wire.first_page(context="c"), row, end)
    cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)
    last = wire.HEAD.format(action="urn:answer", message_id=script.header(0, "MessageID")) + end + wire.TAIL
    before_the_end = cim.received_bytes - len(last)
    for most, fits in ((before_the_end, True), (before_the_end - 1, False)):
        monkeypatch.setattr(exchange, "MAX_TOTAL_BYTES", most)
        cim, _script = wire.session(wire.first_page(context="c"), row, end if fits else "")
        if fits:
            assert len(cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)) == 1
        else:
            with pytest.raises(AnswerError, match="does not end: 1 pages"):
                cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)


def test_answer_with_neither_end_nor_context() -> None:
    cim, _ = wire.session(wire.first_page(wire.service_xml("a")))
    with pytest.raises(
        AnswerError, match=r"^Query in root/cimv2 .* neither an end of the enumeration nor a context to continue it"
    ):
        cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)


def test_empty_pages_without_end_are_bounded() -> None:
    pages = [wire.next_page(context="c")] * exchange.MAX_EMPTY_PULLS
    cim, script = wire.session(wire.first_page(context="c"), *pages, "")
    with pytest.raises(AnswerError, match=rf"^Query in root/cimv2 .* does not end: {exchange.MAX_EMPTY_PULLS} pages"):
        cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)
    assert actions(script)[-1] == "Release"


def test_the_sentence_gives_the_limits() -> None:
    pages = [wire.next_page(context="c")] * exchange.MAX_EMPTY_PULLS
    cim, _script = wire.session(wire.first_page(context="c"), *pages, "")
    with pytest.raises(
        AnswerError, match=r": 20 pages, \d+ bytes; at most 10000 pages, 20 empty pages in sequence and 128 MiB are read;"
    ):
        cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)


def test_a_fault_does_not_keep_its_answer_until_the_search_for_garbage() -> None:
    cim, _script = wire.session(wire.fault_a(2150859010, 2147749889, "Generic failure"))
    gc.disable()
    try:
        seen = None
        try:
            cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)
        except CimFault as fault:
            seen = weakref.ref(fault)
        assert seen is not None
        assert seen() is None
    finally:
        gc.enable()


def test_a_row_is_released_as_soon_as_it_is_not_used() -> None:
    cim, _script = wire.session(wire.first_page(wire.service_xml("a"), wire.service_xml("b"), end=wire.N_END))
    with cim.exchange.items(exchange.EnumerateRequest(wire.SERVICE_URI, RequestInfo("Enumerate"))) as items:
        first = weakref.ref(next(items))
        next(items)
        assert first() is None


@pytest.mark.parametrize(("asked", "sent"), [(512_000, 512_000), (4_194_304, 4_194_304), (4_194_305, 4_194_304)])
def test_no_larger_answer_is_requested_than_can_be_read(asked: int, sent: int) -> None:
    script = wire.Script(wire.service_xml("a"))
    CimSession(script, max_envelope_bytes=asked).get("root/cimv2", wire.SERVICE, {"Name": "a"})
    assert script.header(0, "MaxEnvelopeSize") == str(sent)


@pytest.mark.parametrize(("limit", "value"), [("MAX_PULLS", 3), ("MAX_TOTAL_BYTES", 4000)])
def test_endless_answers_are_bounded(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(exchange, limit, value)
    pages = [wire.next_page(wire.service_xml("b"), context="c")] * 10
    cim, script = wire.session(wire.first_page(context="c"), *pages)
    with pytest.raises(AnswerError, match="does not end"):
        cim.query("root/cimv2", wire.SERVICE, SELECT_ALL)
    assert 2 < len(script.sent) < 8
    assert actions(script)[-1] == "Release"
