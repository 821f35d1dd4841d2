"""The lab reads back what it writes: values, instances and MOF."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab.cim.model import INTEGER_RANGES, Instance, Path
from lab.cim.names import class_uri
from lab.cim.parse_values import ValueParser, parse_datetime, parse_duration
from lab.cim.render import Renderer, format_datetime, format_duration
from lab.cim.repository import Repository

NAMESPACE = "root/sms/site_PR1"
MOF = (
    "class P { [key] string K; uint32 V; string L[]; };"
    "class T { [key] string Name; "
    + " ".join(f"{kind} S_{kind}; {kind} A_{kind}[];" for kind in [*INTEGER_RANGES, "boolean", "string", "datetime", "real64"])
    + " P Part; P Parts[]; T ref Other; T ref Others[]; };"
)
REPOSITORY = Repository()
REPOSITORY.compile(MOF, NAMESPACE)
PARSER = ValueParser(NAMESPACE, REPOSITORY.find_class)

# ElementTree writes CR unchanged and every XML parser converts it to LF, so it cannot be read back.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n"), max_size=20
)
MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.datetimes(
    min_value=datetime(1, 1, 3),
    max_value=datetime(9999, 12, 29),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
INTERVALS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=99_999_999))
PATHS = TEXTS.map(lambda name: Path(NAMESPACE.lower(), "T", (("Name", name),)))


def part(values: tuple[str, int | None, list[str] | None]) -> Instance:
    return REPOSITORY.new(NAMESPACE, "P", K=values[0], V=values[1], L=values[2])


PARTS = st.tuples(TEXTS, st.none() | st.integers(0, 2**32 - 1), st.none() | st.lists(TEXTS, min_size=1, max_size=3)).map(part)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    **{kind: st.integers(low, high) for kind, (low, high) in INTEGER_RANGES.items()},
    "boolean": st.booleans(),
    "string": TEXTS,
    "datetime": MOMENTS | INTERVALS,
    "real64": st.floats(allow_nan=False, allow_infinity=False),
}
PROPERTIES: dict[str, st.SearchStrategy[Any]] = {
    "Name": TEXTS,
    **{f"S_{kind}": st.none() | values for kind, values in SCALARS.items()},
    **{f"A_{kind}": st.none() | st.lists(values, min_size=1, max_size=3) for kind, values in SCALARS.items()},
    "Part": st.none() | PARTS,
    "Parts": st.none() | st.lists(PARTS, min_size=1, max_size=3),
    "Other": st.none() | PATHS,
    "Others": st.none() | st.lists(PATHS, min_size=1, max_size=2),
}


def plain(value: Any) -> Any:
    """A comparable form: embedded instances by class and values."""
    if isinstance(value, Instance):
        return value.cls.name, {name: plain(item) for name, item in value.values.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


@given(st.fixed_dictionaries(PROPERTIES))
def test_an_instance_comes_back_from_its_xml(values: dict[str, Any]) -> None:
    instance = REPOSITORY.new(NAMESPACE, "T", **values)
    sent = ET.fromstring(ET.tostring(Renderer(NAMESPACE).instance(instance)))
    assert plain(Instance(instance.cls, PARSER.instance(sent, instance.cls))) == plain(instance)


@given(st.text(max_size=30))
def test_any_text_becomes_readable_xml(text: str) -> None:
    instance = REPOSITORY.new(NAMESPACE, "P", K=text)
    sent = ET.fromstring(ET.tostring(Renderer(NAMESPACE).instance(instance)))
    came = sent.findtext(f"{{{class_uri(NAMESPACE, 'P')}}}K") or ""
    expected = "".join(
        "?" if (c < " " and c not in "\t\r\n") or "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff" else c for c in text
    )
    assert came == expected.replace("\r\n", "\n").replace("\r", "\n")


@given(MOMENTS)
def test_datetime_texts(value: datetime) -> None:
    came = parse_datetime(format_datetime(value))
    assert (came, came.utcoffset()) == (value, value.utcoffset())


@given(INTERVALS)
def test_interval_texts(value: timedelta) -> None:
    assert parse_duration(format_duration(value)) == value
