from __future__ import annotations

import pytest

from lab.cim.operation import ProviderBug
from lab.winrm.message import Option
from lab.winrm.names import ADDRESSING, WSMAN
from tests.unit.lab_cim.kit import Lab, written, xml

ONE = {"Name": "One"}
PART = '<p:Parts xsi:type="q:T_Part_Type"><q:PartName>a</q:PartName><q:Value>1</q:Value><q:Values>v</q:Values></p:Parts>'


def test_instance_method() -> None:
    lab = Lab()
    echo = lab.with_echo()
    reply = lab.ask("change", "T_Thing", xml(f"<p:Change_INPUT><p:word>w</p:word>{PART}</p:Change_INPUT>"), selectors=ONE)
    assert reply.action == "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/Test/T_Thing/changeResponse"
    assert written(reply.body[0]) == (
        '<T_Thing:Change_OUTPUT><T_Thing:Echo>w</T_Thing:Echo><T_Thing:Back xsi:type="T_Part:T_Part_Type">'
        "<T_Part:PartName>a</T_Part:PartName><T_Part:Value>1</T_Part:Value><T_Part:Values>v</T_Part:Values></T_Thing:Back>"
        '<T_Thing:Count xsi:nil="true"/><T_Thing:ReturnValue>0</T_Thing:ReturnValue></T_Thing:Change_OUTPUT>'
    )
    ((method, name, inputs, _),) = echo.calls
    assert (method, name, inputs["Word"], inputs["Count"]) == ("Change", "One", "w", None)


def test_void_method_answers_with_an_empty_output() -> None:
    lab = Lab()
    lab.with_echo()
    reply = lab.ask("Touch", "T_Thing", xml("<p:Touch_INPUT/>"), selectors=ONE)
    assert written(reply.body[0]) == "<T_Thing:Touch_OUTPUT/>"


def test_static_method() -> None:
    lab = Lab()
    echo = lab.with_echo()
    reply = lab.ask("Check", "T_Thing", xml("<p:Check_INPUT><p:Bytes>1</p:Bytes><p:Bytes>255</p:Bytes></p:Check_INPUT>"))
    assert "<T_Thing:ReturnValue>true</T_Thing:ReturnValue>" in written(reply.body[0])
    assert echo.calls[0][1:3] == (None, {"Bytes": [1, 255]})
    fault = lab.refused("Check", "T_Thing", xml("<p:Check_INPUT/>"), selectors=ONE)
    assert fault.subcode == (WSMAN, "InvalidSelectors")


def test_context_options_reach_the_provider() -> None:
    lab = Lab()
    echo = lab.with_echo()
    options = (
        Option("wmi:SessionHandle", "{x}"),
        Option("wmiarray:List", "1"),
        Option("wmiarray:list", "2"),
        Option("Other", "y"),
        Option("wmi:", "z"),
    )
    lab.ask("Touch", "T_Thing", xml("<p:Touch_INPUT/>"), selectors=ONE, options=options)
    assert dict(echo.calls[0][3].options) == {"SessionHandle": "{x}", "List": ["1", "2"]}
    assert echo.calls[0][3].namespace == "root/Test"


@pytest.mark.parametrize(
    ("method", "body", "selectors", "subcode"),
    [
        ("Gone", "<p:Gone_INPUT/>", ONE, (WSMAN, "InternalError")),
        ("Change", "<p:Touch_INPUT/>", ONE, (WSMAN, "SchemaValidationError")),
        ("Change", "<q:Change_INPUT/>", ONE, (WSMAN, "SchemaValidationError")),
        ("Change", "<p:Change_INPUT><p:Echo>x</p:Echo></p:Change_INPUT>", ONE, (WSMAN, "SchemaValidationError")),
        ("Change", "<p:Change_INPUT><p:Count>x</p:Count></p:Change_INPUT>", ONE, (WSMAN, "InternalError")),
        ("Change", "<p:Change_INPUT/>", {}, (WSMAN, "InvalidSelectors")),
        ("Change", "<p:Change_INPUT/>", {"Name": "nobody"}, (ADDRESSING, "DestinationUnreachable")),
    ],
)
def test_refusals(method: str, body: str, selectors: dict[str, str], subcode: tuple[str, str]) -> None:
    lab = Lab()
    lab.with_echo()
    assert lab.refused(method, "T_Thing", xml(body), selectors=selectors).subcode == subcode


def test_a_method_without_provider_is_not_supported() -> None:
    fault = Lab().refused("Touch", "T_Thing", xml("<p:Touch_INPUT/>"), selectors=ONE)
    assert "2147749900" in written(fault.detail[0])


def test_the_action_must_be_one_of_the_resource() -> None:
    fault = Lab().refused("http://example.org/Do", "T_Thing", xml("<p:Do_INPUT/>"), selectors=ONE)
    assert fault.subcode == (ADDRESSING, "ActionNotSupported")


@pytest.mark.parametrize("outputs", [{}, {"ReturnValue": -1}, {"ReturnValue": 0, "Gone": 1}, {"ReturnValue": 0, "Echo": 5}])
def test_a_provider_that_breaks_its_contract_is_a_bug_not_a_fault(outputs: dict[str, object]) -> None:
    lab = Lab()
    lab.with_echo().outputs = outputs
    with pytest.raises(ProviderBug):
        lab.ask("Change", "T_Thing", xml("<p:Change_INPUT/>"), selectors=ONE)
