"""The faults of the WMI plug-in in both forms, in the shape of recorded ones."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from lab.cim import fault_table as wmi
from lab.cim import faults
from lab.cim.errors import CimError, Wbem
from lab.winrm import fault_table as table
from lab.winrm.fault_table import Source
from lab.winrm.message import SoapFault
from lab.winrm.names import ADDRESSING, ENUMERATION, WSMAN
from tests.unit.lab_cim.kit import SMS, Lab, enumerate_body, wql_filter, written

WORDS = CimError(Wbem.INVALID_PARAMETER, "Invalid parameter", "the site said no")
CODES = {value for name, value in vars(Wbem).items() if name.isupper()}


def b_field(fault: SoapFault, name: str) -> str | None:
    return fault.detail[-1].findtext(f"{{{faults.WMI_ERROR}}}{name}")


def test_a_missing_instance_in_form_a_is_as_recorded() -> None:
    """OMI, test_wsmanparser.cpp (Server 2012 R2): the inner code repeats the outer one, StatusCode and Description are null."""
    error = CimError(Wbem.NOT_FOUND, "Not found")
    fault = faults.from_cim_error(
        error, machine="srv", namespace="root/cimv2", style="A", operation="GetObject", parameter='Win32_Process.Handle="29"'
    )
    assert (fault.code, fault.subcode) == ("Sender", (ADDRESSING, "DestinationUnreachable"))
    assert fault.detail[0].text == "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI"
    assert written(fault.detail[1]) == (
        '<f:WSManFault Code="2150858752" Machine="srv"><f:Message>'
        '<f:ProviderFault provider="WMI Provider" path="%systemroot%\\system32\\WsmWmiPl.dll">'
        '<f:WSManFault Code="2150858752" Machine="srv"><f:Message>Not found</f:Message></f:WSManFault>'
        '<f:ExtendedError><__ExtendedStatus:__ExtendedStatus xsi:type="__ExtendedStatus:__ExtendedStatus_Type">'
        '<__ExtendedStatus:Description xsi:nil="true"/><__ExtendedStatus:Operation>GetObject</__ExtendedStatus:Operation>'
        '<__ExtendedStatus:ParameterInfo>Win32_Process.Handle="29"</__ExtendedStatus:ParameterInfo>'
        "<__ExtendedStatus:ProviderName>CIMWin32</__ExtendedStatus:ProviderName>"
        '<__ExtendedStatus:StatusCode xsi:nil="true"/></__ExtendedStatus:__ExtendedStatus>'
        "</f:ExtendedError></f:ProviderFault></f:Message></f:WSManFault>"
    )


def test_a_query_of_a_class_that_does_not_exist_is_as_recorded() -> None:
    """WinRM for Ruby, soap_fault_v2.xml (Server 2008 R2)."""
    query = "select * from T_Gone"
    fault = Lab(style="A").refused("Enumerate", "*", enumerate_body(wql_filter(query)))
    assert (fault.code, fault.subcode) == ("Sender", (ENUMERATION, "CannotProcessFilter"))
    assert fault.action == f"{ENUMERATION}/fault"
    (detail,) = fault.detail
    assert [element.get("Code") for element in detail.iter() if element.get("Code")] == ["2150858778", "2150858778"]
    status = {element.tag.rpartition("}")[2]: element.text for element in detail.iter() if "__ExtendedStatus" in element.tag}
    assert status == {
        "__ExtendedStatus": None,
        "Description": None,
        "Operation": "ExecQuery",
        "ParameterInfo": query,
        "ProviderName": "WinMgmt",
        "StatusCode": None,
    }


def test_an_operations_quota_in_form_b_is_as_recorded() -> None:
    """pywinrm, test_exceptions.py; winrm-fs, issue 15: all properties, w:InternalError, a WS-Management code."""
    fault = faults.too_many_operations(1500, machine="srv", style="B")
    assert (fault.code, fault.subcode) == ("Receiver", (WSMAN, "InternalError"))
    (detail,) = fault.detail
    assert written(detail).startswith(
        '<MSFT_WmiError:MSFT_WmiError xsi:type="MSFT_WmiError:MSFT_WmiError_Type" cimbinding.xsd:IsCIM_Error="true">'
        '<MSFT_WmiError:CIMStatusCode xsi:type="cim:cimUnsignedInt">27</MSFT_WmiError:CIMStatusCode>'
        '<MSFT_WmiError:CIMStatusCodeDescription xsi:type="cim:cimString" xsi:nil="true"/>'
    )
    assert [element.tag.rpartition("}")[2] for element in detail] == [
        "CIMStatusCode",
        "CIMStatusCodeDescription",
        "ErrorSource",
        "ErrorSourceFormat",
        "ErrorType",
        "Message",
        "MessageID",
        "OtherErrorSourceFormat",
        "OtherErrorType",
        "OwningEntity",
        "PerceivedSeverity",
        "ProbableCause",
        "ProbableCauseDescription",
        "error_Category",
        "error_Code",
        "error_Type",
        "error_WindowsErrorMessage",
    ]
    fields = ("MessageID", "error_Category", "error_Code", "error_Type")
    assert [b_field(fault, name) for name in fields] == ["HRESULT 0x803381a6", "30", "2150859174", "HRESULT"]


def test_an_operations_quota_in_form_a_has_no_provider() -> None:
    fault = faults.too_many_operations(15, machine="srv", style="A")
    (detail,) = fault.detail
    assert written(detail) == (
        '<f:WSManFault Code="2150859174" Machine="srv"><f:Message>The user has 15 operations open, which is the limit.'
        "</f:Message></f:WSManFault>"
    )
    assert fault.subcode == (WSMAN, "InternalError")


def test_the_sms_provider_fills_its_own_status() -> None:
    denied = CimError(Wbem.ACCESS_DENIED, "Access denied", "no right")
    for error, code in ((denied, "2147942405"), (WORDS, "0")):
        status = faults.extended_status(error, SMS, "ExecMethod", "SMS_Site")
        values = {element.tag.rpartition("}")[2]: element.text for element in status}
        assert list(values) == sorted(values)
        assert (values["Description"], values["ErrorCode"]) == (error.description, code)
        assert (values["StatusCode"], values["ProviderName"]) == (str(error.code), "ExtnProv")
    assert faults.extended_status(denied, "root/cimv2", "ExecMethod", "").tag.endswith("__ExtendedStatus")


@pytest.mark.parametrize("code", sorted(CODES))
def test_both_forms_of_each_error(code: int) -> None:
    row = wmi.WMI_ERRORS.get(code, wmi.OTHER)
    error = CimError(code, "words")
    form_a = faults.from_cim_error(error, machine="m", namespace="root/x", style="A", operation="GetObject")
    form_b = faults.from_cim_error(error, machine="m", namespace="root/x", style="B", operation="GetObject")
    assert form_a.subcode == form_b.subcode == row.row.subcode
    assert form_a.code == form_b.code == row.row.party
    codes = [element.get("Code") for element in form_a.detail[-1].iter() if element.get("Code")]
    assert codes == [str(row.row.code)] * 2
    assert ("ExtendedError" in written(form_a.detail[-1])) is row.extended
    shown = row.row.code if row.wsman_code else code
    assert b_field(form_b, "error_Code") == str(shown)
    assert b_field(form_b, "MessageID") == f"HRESULT 0x{shown:08x}"
    assert b_field(form_b, "CIMStatusCode") == str(row.cim_status)


def test_every_row_has_a_source_and_a_fault_of_the_table() -> None:
    others = (wmi.OTHER, wmi.QUERY_OF_NO_CLASS, wmi.NAMESPACE_DENIED, wmi.OPERATIONS, wmi.KEYS)
    for row in (*wmi.WMI_ERRORS.values(), *others):
        assert row.row in table.ROWS
        assert isinstance(row.source, Source)
        assert row.origin
    assert wmi.WMI_ERRORS.keys() <= CODES


@pytest.mark.parametrize("style", ["A", "B"])
@pytest.mark.parametrize(
    ("query", "namespace"),
    [("select * from T_Gone", "root/test"), ("nonsense", "root/test"), ("select * from T_Many", "root/gone")],
)
def test_a_bad_query_a_missing_class_and_a_missing_namespace_are_one_fault(style: str, query: str, namespace: str) -> None:
    fault = Lab(style=style).refused("Enumerate", "*", enumerate_body(wql_filter(query)), namespace=namespace)
    assert fault.subcode == (ENUMERATION, "CannotProcessFilter")
    text = ET.tostring(fault.detail[-1], encoding="unicode")
    assert "2150858778" in text
    assert "2147749" not in text


@pytest.mark.parametrize(
    ("selectors", "name", "parameter"),
    [
        ({"Name": 'a"b\\c'}, "T_Thing", 'T_Thing.Name="a\\"b\\\\c"'),
        ({"Id": "7"}, "T_Many", "T_Many.Id=7"),
        ({}, "T_Thing", None),
    ],
)
def test_the_parameter_is_the_path_of_the_instance(selectors: dict[str, str], name: str, parameter: str | None) -> None:
    fault = Lab(style="A").refused("Get", name, selectors=selectors)
    found = [element.text for element in fault.detail[-1].iter() if element.tag.endswith("}ParameterInfo")]
    assert found == ([parameter] if parameter else [])


def test_no_remote_enable_on_a_namespace() -> None:
    for style in ("A", "B"):
        lab = Lab(style=style)
        lab.allowed = False
        fault = lab.refused("Get", "T_Thing", selectors={"Name": "One"})
        assert fault.subcode == (WSMAN, "InternalError")
        assert "2150859012" in ET.tostring(fault.detail[0], encoding="unicode")


@pytest.mark.parametrize(
    ("fault", "code", "subcode"),
    [
        (faults.schema_error("x", "m"), 0x80338041, (WSMAN, "SchemaValidationError")),
        (faults.keys_needed(["a"], "C", machine="m", style="A"), 0x803380FA, (WSMAN, "InvalidSelectors")),
        (faults.cannot_process_filter("x", machine="m", style="A"), 0x8033801A, (ENUMERATION, "CannotProcessFilter")),
        (faults.invalid_context("m"), 0x8033801B, (ENUMERATION, "InvalidEnumerationContext")),
        (faults.encoding_limit(9, 8, "m"), 0x80338048, (WSMAN, "EncodingLimit")),
        (faults.unexpected_selectors("x", "m"), 0x8033805B, (WSMAN, "InvalidSelectors")),
        (faults.selector_type("x", "m"), 0x8033805C, (WSMAN, "InvalidSelectors")),
        (faults.action_not_supported("x", "m"), 0x80338013, (ADDRESSING, "ActionNotSupported")),
        (faults.invalid_fragment("x", "m"), 0x80338093, (ENUMERATION, "CannotProcessFilter")),
    ],
)
def test_service_faults(fault: SoapFault, code: int, subcode: tuple[str, str]) -> None:
    assert fault.subcode == subcode
    assert fault.detail[-1].get("Code") == str(code)
