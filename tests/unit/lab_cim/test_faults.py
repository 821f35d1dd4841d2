from __future__ import annotations

import pytest

from lab.cim import faults
from lab.cim.errors import CimError, Wbem
from lab.winrm.message import SoapFault
from lab.winrm.names import ADDRESSING, ENUMERATION, WSMAN
from tests.unit.lab_cim.kit import written

WORDS = CimError(Wbem.INVALID_PARAMETER, "Invalid parameter", "the site said no")


def test_form_a() -> None:
    fault = faults.from_cim_error(WORDS, machine="cas01", namespace="root/x", style="A", operation="PutInstance")
    assert written(fault.detail[0]) == (
        '<f:WSManFault Code="2150859010" Machine="cas01"><f:Message><f:ProviderFault provider="WMI Provider">'
        '<f:WSManFault Code="2147749896" Machine="cas01"><f:Message>Invalid parameter</f:Message></f:WSManFault>'
        '<f:ExtendedError><__ExtendedStatus:__ExtendedStatus xsi:type="__ExtendedStatus:__ExtendedStatus_Type">'
        "<__ExtendedStatus:Description>the site said no</__ExtendedStatus:Description>"
        "<__ExtendedStatus:Operation>PutInstance</__ExtendedStatus:Operation><__ExtendedStatus:ParameterInfo/>"
        "<__ExtendedStatus:ProviderName>WinMgmt</__ExtendedStatus:ProviderName>"
        "<__ExtendedStatus:StatusCode>2147749896</__ExtendedStatus:StatusCode></__ExtendedStatus:__ExtendedStatus>"
        "</f:ExtendedError></f:ProviderFault></f:Message></f:WSManFault>"
    )


def test_form_a_of_the_sms_provider_carries_its_own_class() -> None:
    fault = faults.from_cim_error(WORDS, machine="m", namespace="root/sms/site_CAS", style="A")
    text = written(fault.detail[0])
    assert "SMS_ExtendedStatus:ErrorCode>2147749896<" in text
    assert "the site said no" in text


def test_form_b() -> None:
    fault = faults.from_cim_error(WORDS, machine="cas01", namespace="root/x", style="B")
    assert written(fault.detail[0]) == (
        '<MSFT_WmiError:MSFT_WmiError><MSFT_WmiError:CIMStatusCode xsi:type="cim:cimUnsignedInt">4</MSFT_WmiError:CIMStatusCode>'
        '<MSFT_WmiError:Message xsi:type="cim:cimString">the site said no</MSFT_WmiError:Message>'
        '<MSFT_WmiError:MessageID xsi:type="cim:cimString">HRESULT 0x80041008</MSFT_WmiError:MessageID>'
        '<MSFT_WmiError:error_Code xsi:type="cim:cimUnsignedInt">2147749896</MSFT_WmiError:error_Code>'
        '<MSFT_WmiError:error_Type xsi:type="cim:cimString">HRESULT</MSFT_WmiError:error_Type>'
        '<MSFT_WmiError:error_WindowsErrorMessage xsi:type="cim:cimString">Invalid parameter'
        "</MSFT_WmiError:error_WindowsErrorMessage></MSFT_WmiError:MSFT_WmiError>"
    )


@pytest.mark.parametrize(
    ("code", "outer", "subcode", "cim_status"),
    [
        (Wbem.NOT_FOUND, 2150858752, (ADDRESSING, "DestinationUnreachable"), "6"),
        (Wbem.INVALID_CLASS, 2150858752, (ADDRESSING, "DestinationUnreachable"), "5"),
        (Wbem.INVALID_NAMESPACE, 2150858752, (ADDRESSING, "DestinationUnreachable"), "3"),
        (Wbem.ACCESS_DENIED, 5, (WSMAN, "AccessDenied"), "2"),
        (Wbem.ALREADY_EXISTS, 2150859010, (WSMAN, "AlreadyExists"), "11"),
        (Wbem.PROVIDER_FAILURE, 2150859010, (WSMAN, "InternalError"), "1"),
    ],
)
def test_codes(code: int, outer: int, subcode: tuple[str, str], cim_status: str) -> None:
    error = CimError(code, "words")
    form_a = faults.from_cim_error(error, machine="m", namespace="root/x", style="A")
    form_b = faults.from_cim_error(error, machine="m", namespace="root/x", style="B")
    assert form_a.subcode == form_b.subcode == subcode
    assert form_a.detail[0].get("Code") == str(outer)
    assert f'Code="{code}"' in written(form_a.detail[0])
    assert form_b.detail[0].findtext(f"{{{faults.WMI_ERROR}}}error_Code") == str(code)
    assert form_b.detail[0].findtext(f"{{{faults.WMI_ERROR}}}CIMStatusCode") == cim_status


@pytest.mark.parametrize(
    ("fault", "code", "subcode"),
    [
        (faults.schema_error("x", "m"), 2150858817, (WSMAN, "SchemaValidationError")),
        (faults.keys_needed(["a"], "C", "m"), 2150859002, (WSMAN, "InvalidSelectors")),
        (faults.cannot_process_filter("x", machine="m", namespace="n"), 2150858778, (ENUMERATION, "CannotProcessFilter")),
    ],
)
def test_service_faults(fault: SoapFault, code: int, subcode: tuple[str, str]) -> None:
    assert fault.subcode == subcode
    assert any(detail.get("Code") == str(code) for detail in fault.detail)


def test_filter_faults_have_the_enumeration_action_and_the_inner_code() -> None:
    error = CimError(Wbem.INVALID_CLASS, "Invalid class")
    fault = faults.cannot_process_filter("x", machine="m", namespace="root/x", error=error)
    assert fault.action == f"{ENUMERATION}/fault"
    assert 'Code="2147749904"' in written(fault.detail[0])
