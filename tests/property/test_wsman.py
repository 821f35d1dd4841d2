"""Properties of the CIM client: round trips, quoting, and invalid answers."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import wql
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer, parse_xml
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import (
    format_date,
    format_dmtf,
    format_interval,
    parse_when,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, fault_in
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.scalars import INTEGER_RANGES
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimType, cim_class
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.values import decode_instance, encode_instance
from tests.unit.wsman import wire

# The same examples in every run, and no time limit for each: other tests share the processor.
STEADY = settings(derandomize=True, deadline=None)
URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Any"
PART = cim_class("Part", Id="uint32", Text="string", Tags="string[]")
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(lambda c: c >= " " or c in "\t\r\n")
)
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
DATES = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.timezones())
INTERVALS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=99_999_999))
KEYS = st.dictionaries(st.sampled_from(["A", "B", "C"]), TEXT, min_size=1)
PATHS = st.builds(CimPath, st.just("root/x"), st.just("Box"), KEYS)
PARTS = st.fixed_dictionaries(
    {}, optional={"Id": st.integers(0, 2**32 - 1), "Text": st.none() | TEXT, "Tags": st.lists(TEXT, min_size=1)}
).map(lambda values: CimInstance.new("root/x", PART, values))

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "boolean": st.booleans(),
    "real64": st.floats(allow_nan=False),
    "real32": st.floats(width=32, allow_nan=False),
    "datetime": DATES.map(lambda when: when.astimezone(UTC)) | INTERVALS,
    "ref": PATHS,
    "Part": PARTS,
    **{kind.value: st.integers(*limits) for kind, limits in INTEGER_RANGES.items()},
}
NAMES = {kind: f"P_{kind}" for kind in VALUES}
ANY = cim_class(
    "Any",
    embedded=(PART,),
    **{name: kind for kind, name in NAMES.items()},  # type: ignore[arg-type]
    **{f"{name}_list": f"{kind}[]" for kind, name in NAMES.items()},  # type: ignore[arg-type]
)
INSTANCES = st.fixed_dictionaries(
    {},
    optional={
        **{NAMES[kind]: st.none() | values for kind, values in VALUES.items()},
        **{f"{NAMES[kind]}_list": st.lists(values, max_size=3) for kind, values in VALUES.items()},
    },
)


def over_the_wire(instance: CimInstance) -> CimInstance:
    element = encode_instance(instance, URI)
    return decode_instance(parse_xml(ET.tostring(element, encoding="unicode").replace("\r", "&#13;").encode()), "root/x", ANY)


def test_every_type_takes_part() -> None:
    assert {kind.value for kind in CimType} - {"object"} == set(VALUES) - {"Part"}


@STEADY
@given(INSTANCES)
def test_values_survive_the_wire(values: dict[str, Any]) -> None:
    sent = CimInstance.new("root/x", ANY, values)
    received = over_the_wire(sent)
    assert received == sent
    for name, value in values.items():
        assert type(received[name]) is (type(value) if value != [] else type(None))


@STEADY
@given(INSTANCES, INSTANCES)
def test_changes_touch_nothing_else(values: dict[str, Any], changes: dict[str, Any]) -> None:
    received = over_the_wire(CimInstance.new("root/x", ANY, values))
    again = over_the_wire(received.with_values(changes))
    assert again == received.with_values(changes)
    before = {child.tag: ET.tostring(child) for child in encode_instance(received, URI)}
    after = {child.tag: ET.tostring(child) for child in encode_instance(received.with_values(changes), URI)}
    for name in set(received.names()) - set(changes):
        assert after[f"{{{URI}}}{name}"] == before[f"{{{URI}}}{name}"]


@STEADY
@given(st.floats())
def test_not_a_number_survives_too(value: float) -> None:
    received = over_the_wire(CimInstance.new("root/x", ANY, {NAMES["real64"]: value}))[NAMES["real64"]]
    assert received == value or (math.isnan(received) and math.isnan(value))


@STEADY
@given(DATES, INTERVALS)
def test_dates_and_intervals(when: datetime, interval: timedelta) -> None:
    # Compared in UTC: Python never treats times in different zones as equal where a clock changes to or from summer time.
    assert parse_when(format_date(when)) == when.astimezone(UTC)
    assert parse_when(format_dmtf(when)) == when.astimezone(UTC)
    assert parse_when(format_interval(interval)) == interval


@STEADY
@given(st.text())
def test_texts_that_are_no_date_are_refused_by_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(parse_when(text), (datetime, timedelta))


def read_literal(text: str, start: int) -> tuple[str, int]:
    """An independent parser for a quoted string: the value and the position after it."""
    quote, place, value = text[start], start + 1, ""
    assert quote in "'\""
    while text[place] != quote:
        if text[place] == "\\":
            place += 1
        value += text[place]
        place += 1
    return value, place + 1


@STEADY
@given(PLAIN_TEXT, PLAIN_TEXT)
def test_quoted_text_reads_back_and_nothing_leaks(first: str, second: str) -> None:
    query = wql.select("A", wql.equals("B", first), wql.equals("C", second))
    assert query.startswith("SELECT * FROM A WHERE B = '")
    value, behind = read_literal(query, len("SELECT * FROM A WHERE B = "))
    assert value == first
    assert query[behind:].startswith(" AND C = '")
    assert read_literal(query, behind + len(" AND C = ")) == (second, len(query))
    assert wql.projected_class(query) is None


@STEADY
@given(st.dictionaries(st.sampled_from(["A", "B"]), PLAIN_TEXT, min_size=1))
def test_object_paths_read_back(keys: dict[str, str]) -> None:
    text = wql.object_path(CimPath("root", "Box", keys))
    place = len("Box")
    for name, value in keys.items():
        assert text[place + 1 :].startswith(f"{name}=")
        read, place = read_literal(text, place + 1 + len(name) + 1)
        assert read == value
    assert place == len(text)


ANSWERS = [
    wire.HEAD.format(action="urn:x", message_id="uuid:1") + body + wire.TAIL
    for body in (
        wire.SYSRESUSE_XML,
        wire.first_page(wire.service_xml("a"), context="c"),
        wire.fault_a(2150859010, 2147749891, "Access denied"),
        wire.fault_b("<p:MessageID>HRESULT 0x80041003</p:MessageID><p:error_Code>5</p:error_Code>"),
    )
]


def read_as_far_as_possible(data: bytes) -> None:
    """Everything that a session does with an answer; only the two expected errors may be raised."""
    cim, script = wire.session()
    for call in (
        lambda: cim.get("root/x", wire.SYSRESUSE).as_data(),
        lambda: [row.as_data() for row in cim.query("root/x", wire.SYSRESUSE, "select * from X")],
        lambda: cim.references("root/x", wire.SYSRESUSE),
        lambda: cim.enumerate_with_references("root/x", wire.SYSRESUSE),
        lambda: cim.create(CimInstance.new("root/x", wire.SYSRESUSE, {})),
        lambda: cim.invoke("root/x", wire.SERVICE, "StopService"),
        cim.identify,
        lambda: fault_in(parse_answer(data).body, RequestInfo("Get")),
        lambda: decode_instance(parse_answer(data).body, "root/x", wire.SYSRESUSE).as_data(),
    ):
        script.answers = ["RAW" + data.decode("utf-8", "replace")] * 3
        error = expected_error(call)
        assert error is None or str(error).isprintable()


def expected_error(call: Callable[[], object]) -> Exception | None:
    try:
        call()
    except (AnswerError, CimFault) as error:
        return error
    return None


@STEADY
@given(st.binary(max_size=300))
def test_arbitrary_bytes(data: bytes) -> None:
    read_as_far_as_possible(data)


@STEADY
@given(st.sampled_from(ANSWERS), st.data())
def test_mutated_answers(answer: str, data: st.DataObject) -> None:
    text = answer
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 40))
        filler = data.draw(st.sampled_from(["", "<x/>", "<", "&#13;", ' xsi:type="q:No"', "\x00", "٣", "<p:Value>", "-1", "]]>"]))
        text = text[:start] + filler + text[start + length :]
    read_as_far_as_possible(text.encode())


def _leaves(element: ET.Element) -> list[ET.Element]:
    return [item for item in element.iter() if len(item) == 0]


@STEADY
@given(st.sampled_from(ANSWERS), st.data(), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_well_formed_answers_with_odd_values(answer: str, data: st.DataObject, odd: str) -> None:
    root = ET.fromstring(answer)
    place = data.draw(st.sampled_from(_leaves(root)))
    place.text = odd
    if data.draw(st.booleans()):
        ET.SubElement(
            place, data.draw(st.sampled_from(["Fault", "Detail", "Items", "Address", "ReferenceParameters", "Datetime"]))
        )
    read_as_far_as_possible(ET.tostring(root, encoding="utf-8", xml_declaration=False))
