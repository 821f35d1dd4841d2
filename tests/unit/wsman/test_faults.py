"""Faults in both of Windows' forms."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind, fault_in
from tests.unit.wsman import wire

PUT = RequestInfo("Put", "root/sms/site_CAS", "SMS_SCI_SysResUse", (("SiteCode", "CAS"),))


def fault(body: str) -> CimFault:
    text = wire.HEAD.format(action="urn:fault", message_id="x") + body + wire.TAIL
    found = fault_in(parse_answer(text.encode()).body, PUT)
    assert found is not None
    return found


def extended(**fields: str) -> str:
    inner = "".join(f"<p:{name}>{value}</p:{name}>" for name, value in fields.items())
    return f'<f:ExtendedError><p:__ExtendedStatus xmlns:p="urn:status">{inner}</p:__ExtendedStatus></f:ExtendedError>'


def error_b(code: int, *, message_id: str = "", status: int = 1) -> str:
    return wire.fault_b(
        f"<p:CIMStatusCode>{status}</p:CIMStatusCode><p:Message>Text of MI. </p:Message><p:MessageID>{message_id}</p:MessageID>"
        f"<p:error_Code>{code}</p:error_Code><p:error_Type>HRESULT</p:error_Type>"
    )


@pytest.mark.parametrize(
    ("body", "kind", "hresult"),
    [
        (wire.fault_a(2150859010, 2147749891, "Access denied"), FaultKind.ACCESS_DENIED, 0x80041003),
        (wire.fault_a(5, None, "Access is denied."), FaultKind.ACCESS_DENIED, None),
        (wire.fault_a(2150858752, 2147749890, "Not found"), FaultKind.NOT_FOUND, 0x80041002),
        (wire.fault_a(2150858752, None, "x", subcode="a:DestinationUnreachable"), FaultKind.NOT_FOUND, None),
        (wire.fault_a(2150858752, 2147749904, "Invalid class"), FaultKind.INVALID_CLASS, 0x80041010),
        (wire.fault_a(2150858752, 2147749902, "Invalid namespace"), FaultKind.INVALID_NAMESPACE, 0x8004100E),
        (wire.fault_a(2150858778, None, "x"), FaultKind.BAD_QUERY, None),
        (wire.fault_a(2150858778, 2147749911, "Invalid query"), FaultKind.BAD_QUERY, 0x80041017),
        (wire.fault_a(2150858778, 2147749904, "Invalid class"), FaultKind.INVALID_CLASS, 0x80041010),
        (wire.fault_a(2150858793, None, "x"), FaultKind.TIMED_OUT, None),
        (wire.fault_a(2150859173, None, "x"), FaultKind.QUOTA, None),
        (wire.fault_a(2150859175, None, "x"), FaultKind.QUOTA, None),
        (wire.fault_a(2150858817, None, "x"), FaultKind.INVALID_PARAMETER, None),
        (wire.fault_a(2150859010, 2147749913, "x"), FaultKind.ALREADY_EXISTS, 0x80041019),
        (wire.fault_a(2150859010, 2147749889, "Generic failure"), FaultKind.OTHER, 0x80041001),
        (wire.fault_a(2150859010, 2147500037, "Unspecified"), FaultKind.OTHER, 0x80004005),
        (wire.fault_a(1, None, "x", subcode="w:AccessDenied"), FaultKind.ACCESS_DENIED, None),
        (wire.fault_a(1, None, "x", subcode="w:QuotaLimit"), FaultKind.QUOTA, None),
        (wire.fault_a(1, None, "x", subcode="no such"), FaultKind.OTHER, None),
        (error_b(2147749891, message_id="HRESULT 0x80041003"), FaultKind.ACCESS_DENIED, 0x80041003),
        (error_b(2147749890, status=6), FaultKind.NOT_FOUND, 0x80041002),
        (error_b(-2147217406, status=6), FaultKind.NOT_FOUND, 0x80041002),
        (error_b(5, message_id="MI RESULT 5", status=5), FaultKind.INVALID_CLASS, None),
        (error_b(0, status=4), FaultKind.INVALID_PARAMETER, None),
        (error_b(0, status=11), FaultKind.ALREADY_EXISTS, None),
        (error_b(2150859174), FaultKind.QUOTA, 0x803381A6),
        (error_b(2147749889, status=11), FaultKind.ALREADY_EXISTS, 0x80041001),
        (error_b(2147749889, status=1), FaultKind.OTHER, 0x80041001),
        # From 0x80000000 on, a number is an HRESULT that says that something failed.
        (error_b(0x80000000), FaultKind.OTHER, 0x80000000),
        (error_b(0x7FFFFFFF), FaultKind.OTHER, None),
        ("<s:Fault/>", FaultKind.OTHER, None),
        ("<s:Fault><s:Detail><f:WSManFault Code='x'/></s:Detail></s:Fault>", FaultKind.OTHER, None),
    ],
)
def test_kind(body: str, kind: FaultKind, hresult: int | None) -> None:
    found = fault(body)
    assert found.kind is kind
    assert found.hresult == hresult
    assert found.after_send


def test_sentence() -> None:
    found = fault(wire.fault_a(2150859010, 2147749891, "Access denied \n here", extended=extended(Description="No  right.")))
    assert str(found) == (
        "Put of SMS_SCI_SysResUse (SiteCode=CAS) in root/sms/site_CAS was refused: access denied "
        "(0x80041003 WBEM_E_ACCESS_DENIED): No right."
    )
    assert (found.outer_code, found.code_name, found.provider_text) == (2150859010, "WBEM_E_ACCESS_DENIED", "No right.")
    assert found.reason == "The reason."
    assert found.request == PUT


def test_words_come_from_the_most_specific_place() -> None:
    assert fault(wire.fault_a(1, 2147749889, "Inner.")).provider_text == "Inner."
    assert fault(wire.fault_a(1, None, "Outer.")).provider_text == "Outer."
    assert fault(error_b(2147749889)).provider_text == "Text of MI."
    assert str(fault("<s:Fault><s:Reason><s:Text>Only this.</s:Text></s:Reason></s:Fault>")).endswith(
        "failed: the server reports an error: Only this."
    )
    of_provider = "<f:Message><f:ProviderFault>It says.</f:ProviderFault></f:Message>"
    assert (
        fault(f"<s:Fault><s:Detail><f:WSManFault Code='1'>{of_provider}</f:WSManFault></s:Detail></s:Fault>").provider_text
        == "It says."
    )
    sms = extended(Description="Site says.").replace("__ExtendedStatus", "SMS_ExtendedStatus")
    assert fault(wire.fault_a(1, 2147749889, "Inner.", extended=sms)).provider_text == "Site says."


@pytest.mark.parametrize(
    ("parameter", "missing", "phrase"),
    [
        ('Win32_Service.Name="x"', "instance", "failed: instance not found (0x80041002 WBEM_E_NOT_FOUND)"),
        ("Win32_Nothing", "class", "failed: class not found"),
        ("", "", "failed: not found (0x"),
    ],
)
def test_what_is_missing(parameter: str, missing: str, phrase: str) -> None:
    found = fault(wire.fault_a(2150858752, 2147749890, "Not found", extended=extended(ParameterInfo=parameter)))
    assert found.missing == missing
    assert phrase in str(found)


def test_status_code_of_the_extended_error_counts_when_there_is_no_other() -> None:
    body = (
        '<s:Fault><s:Detail><f:WSManFault Code="2150859010"><f:Message><f:ProviderFault>'
        f"{extended(StatusCode='2147749896')}</f:ProviderFault></f:Message></f:WSManFault></s:Detail></s:Fault>"
    )
    assert fault(body).hresult == 0x80041008


def test_long_and_unprintable_text_is_tamed() -> None:
    text = str(fault(wire.fault_a(1, None, "a\u202e\tb" + "x" * 100_000)))
    assert "a b" in text
    assert len(text) < 1500
    assert text.isprintable()


def test_other_bodies_are_no_faults() -> None:
    text = wire.HEAD.format(action="urn:x", message_id="x") + "<Fine/>" + wire.TAIL
    assert fault_in(parse_answer(text.encode()).body, PUT) is None
