"""Resource URIs of the DMTF: the namespace is in the selector ``__cimnamespace`` (DSP0227, sections 6.1 and 6.3)."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from lab.cim.names import DMTF_CLASS, resource
from lab.winrm.names import ADDRESSING, TRANSFER, WSMAN
from tests.unit.lab_cim.kit import NAMESPACE, Lab, enumerate_body, items, wql_filter

THING = f"{DMTF_CLASS}T_Thing"
HERE = {"__cimnamespace": "root\\TEST"}


def test_get() -> None:
    body = Lab().ask("Get", "", uri=THING, selectors={**HERE, "Name": "One"}).body[0]
    assert body.tag == f"{{{THING}}}T_Thing"
    assert body.findtext(f"{{{THING}}}Text") == "first"


def test_put_reads_elements_of_the_same_namespace_only() -> None:
    lab = Lab()
    for uri, changed in ((THING, True), (f"http://schemas.microsoft.com/wbem/wsman/1/wmi/{NAMESPACE}/T_Thing", False)):
        row = ET.Element(f"{{{uri}}}T_Thing")
        ET.SubElement(row, f"{{{uri}}}Text").text = "new"
        if changed:
            answer = lab.ask("Put", "", row, uri=THING, selectors={**HERE, "Name": "One"}).body[0]
            assert answer.findtext(f"{{{THING}}}Text") == "new"
        else:
            refused = lab.refused("Put", "", row, uri=THING, selectors={**HERE, "Name": "One"})
            assert refused.subcode == (WSMAN, "SchemaValidationError")


def test_invoke() -> None:
    lab = Lab()
    lab.with_echo()
    given = ET.Element(f"{{{THING}}}Touch_INPUT")
    reply = lab.ask(f"{THING}/Touch", "", given, uri=THING, selectors={**HERE, "Name": "One"})
    assert (reply.action, reply.body[0].tag) == (f"{THING}/TouchResponse", f"{{{THING}}}Touch_OUTPUT")


@pytest.mark.parametrize("everything", ["http://schemas.dmtf.org/wbem/wscim/1/*", f"{DMTF_CLASS}*"])
def test_a_query(everything: str) -> None:
    reply = Lab().ask("Enumerate", "", enumerate_body(wql_filter("select * from T_Two")), uri=everything, selectors=HERE)
    assert [row.tag for row in items(reply.body[0])] == [f"{{{DMTF_CLASS}T_Two}}T_Two"]


def test_a_reference_names_its_namespace_and_can_be_used_again() -> None:
    lab = Lab()
    body = enumerate_body(mode="EnumerateEPR")
    row = items(lab.ask("Enumerate", "", body, uri=f"{DMTF_CLASS}T_Two", selectors=HERE).body[0])[0]
    parameters = row.find(f"{{{ADDRESSING}}}ReferenceParameters")
    assert parameters is not None
    selectors = {item.get("Name", ""): item.text or "" for item in parameters.iter(f"{{{WSMAN}}}Selector")}
    assert selectors == {"__cimnamespace": NAMESPACE, "Site": "CAS", "Id": "1", "On": "true"}
    uri = parameters.findtext(f"{{{WSMAN}}}ResourceURI") or ""
    assert lab.ask("Get", "", uri=uri, selectors=selectors).action == f"{TRANSFER}/GetResponse"


def test_without_the_selector_the_namespace_is_root_hardware() -> None:
    lab = Lab()
    fault = lab.refused("Get", "", uri=THING, selectors={"Name": "One"})
    assert "root/hardware" in fault.reason
    assert resource(THING, {}) == ("root/hardware", "T_Thing", True)


@pytest.mark.parametrize("uri", [DMTF_CLASS, f"{DMTF_CLASS}a/b", "http://schemas.dmtf.org/wbem/wscim/1/", "http://x.test/T"])
def test_other_uris_are_no_class(uri: str) -> None:
    assert resource(uri, HERE) is None
    assert resource(f"{THING.upper()}/?x=1", HERE) == ("root/TEST", "T_THING", True)
