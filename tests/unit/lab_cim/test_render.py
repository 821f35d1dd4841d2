from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone

import pytest

from lab.cim.dmtf import PartialDatetime
from lab.cim.model import Instance, Path
from lab.cim.names import CIM, class_uri
from lab.cim.render import Renderer, Rendering, UnwritableValue, format_datetime, format_duration
from lab.winrm.names import ADDRESSING, WSMAN
from tests.unit.lab_cim.kit import NAMESPACE, Lab, written

REPOSITORY = Lab().repository
ZONE = timezone(timedelta(hours=5, minutes=30))


def thing(**values: object) -> Instance:
    return REPOSITORY.new(NAMESPACE, "T_Thing", Name="n", **values)


def shown(name: str, value: object, **settings: object) -> str:
    instance = thing(**{name: value})
    prop = instance.cls.properties[name]
    elements = Renderer(NAMESPACE, Rendering(**settings)).elements(  # type: ignore[arg-type]
        class_uri(NAMESPACE, "T_Thing"), prop, instance[name]
    )
    return "".join(written(element) for element in elements)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Number", None, '<T_Thing:Number xsi:nil="true"/>'),
        ("Words", None, '<T_Thing:Words xsi:nil="true"/>'),
        ("Words", [], ""),
        ("Words", [7], "<T_Thing:Words>7</T_Thing:Words>"),
        ("Words", [7, 8], "<T_Thing:Words>7</T_Thing:Words><T_Thing:Words>8</T_Thing:Words>"),
        ("Text", "", "<T_Thing:Text/>"),
        ("Text", "a\x00b\x01\x1f\t\n\rc\ufffe", "<T_Thing:Text>a?b??\t\n\rc?</T_Thing:Text>"),
        ("Huge", 2**64 - 1, "<T_Thing:Huge>18446744073709551615</T_Thing:Huge>"),
        ("Letter", 65, "<T_Thing:Letter>65</T_Thing:Letter>"),
        ("Flag", True, "<T_Thing:Flag>true</T_Thing:Flag>"),
        ("Flag", False, "<T_Thing:Flag>false</T_Thing:Flag>"),
        ("Ratio", 1.5, "<T_Thing:Ratio>1.5</T_Thing:Ratio>"),
        (
            "Moment",
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "<T_Thing:Moment><cim:Datetime>2026-01-02T03:04:05Z</cim:Datetime></T_Thing:Moment>",
        ),
        ("Moment", timedelta(seconds=100), "<T_Thing:Moment><cim:Interval>P0DT0H1M40S</cim:Interval></T_Thing:Moment>"),
    ],
)
def test_values(name: str, value: object, expected: str) -> None:
    assert shown(name, value) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 120000, tzinfo=UTC), "2026-01-02T03:04:05.12Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 1, tzinfo=ZONE), "2026-01-02T03:04:05.000001+05:30"),
        (datetime(2026, 1, 2, tzinfo=timezone(-timedelta(hours=8))), "2026-01-02T00:00:00-08:00"),
    ],
)
def test_datetime_shapes(value: datetime, text: str) -> None:
    assert format_datetime(value) == text


def test_duration_fraction_is_trimmed() -> None:
    assert format_duration(timedelta(days=2, hours=3, seconds=1, microseconds=500000)) == "P2DT3H0M1.5S"


def test_rendering_settings() -> None:
    local = datetime(2026, 1, 2, 3, tzinfo=ZONE)
    assert "2026-01-01T21:30:00Z" in shown("Moment", local, utc=True)
    partial = PartialDatetime("20260102030405.500000+***")
    assert ">2026-01-02T03:04:05.5Z<" in shown("Moment", partial)
    assert ">2026-01-02T03:04:05.5<" in shown("Moment", partial, unknown_zone="")


@pytest.mark.parametrize("text", ["**************.******+***", "20260102******.000000+000"])
def test_wildcard_datetime_cannot_be_written(text: str) -> None:
    with pytest.raises(UnwritableValue):
        shown("Moment", PartialDatetime(text))


def test_embedded_instances_carry_their_class_and_its_namespace() -> None:
    part = REPOSITORY.new(NAMESPACE, "T_Part", PartName="a", Value=1)
    named = REPOSITORY.new(NAMESPACE, "T_NamedPart", PartName="b", Title="t", Values=["x", "y"])
    assert shown("Parts", [part, named]) == (
        '<T_Thing:Parts xsi:type="T_Part:T_Part_Type"><T_Part:PartName>a</T_Part:PartName><T_Part:Value>1</T_Part:Value>'
        '<T_Part:Values xsi:nil="true"/></T_Thing:Parts>'
        '<T_Thing:Parts xsi:type="T_NamedPart:T_NamedPart_Type"><T_NamedPart:PartName>b</T_NamedPart:PartName>'
        '<T_NamedPart:Title>t</T_NamedPart:Title><T_NamedPart:Value xsi:nil="true"/>'
        "<T_NamedPart:Values>x</T_NamedPart:Values><T_NamedPart:Values>y</T_NamedPart:Values></T_Thing:Parts>"
    )
    nest = REPOSITORY.new(NAMESPACE, "T_Nest", Inner=part)
    assert shown("Nest", nest).startswith(
        '<T_Thing:Nest xsi:type="T_Nest:T_Nest_Type"><T_Nest:Inner xsi:type="T_Part:T_Part_Type">'
    )


def test_references_stand_bare_in_properties_and_wrapped_in_outputs() -> None:
    path = Path(NAMESPACE, "T_Thing", (("Name", "x"),))
    parts = (
        "<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address><a:ReferenceParameters>"
        "<w:ResourceURI>http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test/T_Thing</w:ResourceURI>"
        '<w:SelectorSet><w:Selector Name="Name">x</w:Selector></w:SelectorSet></a:ReferenceParameters>'
    )
    assert shown("Other", path) == f"<T_Thing:Other>{parts}</T_Thing:Other>"
    cls = REPOSITORY.find_class(NAMESPACE, "T_Thing")
    output = Renderer(NAMESPACE).method_output(cls, cls.methods["Check"], {"Found": path, "ReturnValue": True})
    assert written(output) == (
        f"<T_Thing:Check_OUTPUT><T_Thing:Found><a:EndpointReference>{parts}</a:EndpointReference></T_Thing:Found>"
        "<T_Thing:ReturnValue>true</T_Thing:ReturnValue></T_Thing:Check_OUTPUT>"
    )


def test_instance_bytes() -> None:
    root = Renderer(NAMESPACE).instance(REPOSITORY.new(NAMESPACE, "T_Many", Id=1, Payload="x"))
    assert ET.tostring(root) == (
        b'<ns0:T_Many xmlns:ns0="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test/T_Many" '
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="ns0:T_Many_Type">'
        b"<ns0:Id>1</ns0:Id><ns0:Payload>x</ns0:Payload></ns0:T_Many>"
    )


def test_instance_holds_every_property_in_alphabetical_order() -> None:
    instance = thing()
    names = [child.tag.rpartition("}")[2] for child in Renderer(NAMESPACE).instance(instance)]
    assert names == sorted((prop.name for prop in instance.cls.properties.values()), key=str.lower)


def test_projection_has_no_namespaces_and_is_alphabetical() -> None:
    instance = thing(Number=3, Moment=datetime(2026, 1, 2, tzinfo=UTC), Texts=["b", "a"], Words=[])
    fragment = Renderer(NAMESPACE).projection(instance, ["Texts", "Words", "Number", "Moment", "Flag"])
    assert written(fragment) == (
        '<w:XmlFragment><Flag xsi:nil="true"/><Moment><Datetime>2026-01-02T00:00:00Z</Datetime></Moment><Number>3</Number>'
        "<Texts>b</Texts><Texts>a</Texts></w:XmlFragment>"
    )


def test_void_method_output_is_empty() -> None:
    cls = REPOSITORY.find_class(NAMESPACE, "T_Thing")
    assert written(Renderer(NAMESPACE).method_output(cls, cls.methods["Touch"], {})) == "<T_Thing:Touch_OUTPUT/>"


def test_singleton_path_has_no_keys() -> None:
    row = REPOSITORY.new(NAMESPACE, "T_Single", Note="x")
    assert Renderer(NAMESPACE).key_path(row) == Path(NAMESPACE, "T_Single", ())


def test_reference_in_a_key_is_a_reference() -> None:
    link = REPOSITORY.new(
        NAMESPACE, "T_Link", Left=Path(NAMESPACE, "T_Thing", (("Name", "x"),)), Right=Path(NAMESPACE, "T_Many", (("Id", 1),))
    )
    renderer = Renderer(NAMESPACE)
    reference = renderer.reference(renderer.key_path(link))
    inner = reference.findall(f".//{{{WSMAN}}}Selector/{{{ADDRESSING}}}EndpointReference")
    assert len(inner) == 2
    assert CIM not in ET.tostring(reference).decode()
