"""The meaning of a fault from all that it carries: the part that says most decides."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.wsman import wire
from tests.unit.wsman.test_fault_codes import GET, read

OWN = RequestInfo("Query", "root/sms/site_PS1", "SMS_Site", query=" SELECT * FROM SMS_Site")
USERS = RequestInfo("Query", "root/sms/site_PS1", "SMS_Site", query=OWN.query, users_query=True)
SAYS_NOTHING = (0x80338102, 0x80338000)


def with_status(code: int, **fields: str | None) -> CimFault:
    fields = {"Description": None, "Operation": "GetObject", "ParameterInfo": None, "StatusCode": None, **fields}
    name = "SMS_ExtendedStatus" if "ErrorCode" in fields else "__ExtendedStatus"
    return read(wire.captured_a(code, status=wire.extended_status(name, **fields)))


@pytest.mark.parametrize("outer", SAYS_NOTHING)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (0x80041003, FaultKind.ACCESS_DENIED),
        (0x80041010, FaultKind.INVALID_CLASS),
        (0x8004100E, FaultKind.INVALID_NAMESPACE),
        (0x80041019, FaultKind.ALREADY_EXISTS),
        (0x80041008, FaultKind.INVALID_PARAMETER),
        (0x8004106C, FaultKind.QUOTA),
        (0x80041017, FaultKind.BAD_QUERY),
    ],
)
def test_a_known_status_beats_a_code_that_says_nothing(outer: int, status: int, kind: FaultKind) -> None:
    signed = str(status - 2**32)
    for fields in ({"StatusCode": str(status)}, {"StatusCode": signed}, {"ErrorCode": str(status)}):
        found = with_status(outer, **fields)
        assert (found.kind, found.hresult, found.outer_code) == (kind, status, outer)


def test_the_error_code_of_the_sms_provider() -> None:
    found = with_status(0x80338102, ErrorCode="2147942405")
    assert (found.kind, found.code, found.code_name) == (FaultKind.ACCESS_DENIED, 0x80070005, "E_ACCESSDENIED")
    # Recorded: StatusCode is WBEM_E_FAILED, ErrorCode a number of the SMS Provider.
    found = with_status(0x80338102, ErrorCode="1078462258", StatusCode="2147749889", Description="It is locked.")
    assert (found.kind, found.code, found.provider_code) == (FaultKind.OTHER, 0x80041001, 0x40480732)
    assert str(found).endswith("(0x80041001 WBEM_E_FAILED, ErrorCode 0x40480732): It is locked.")


def test_a_status_that_says_nothing_leaves_the_code() -> None:
    for number in ("2147749889", "4200", "0", "x", "99999999999", "-1"):
        assert with_status(0x80338105, StatusCode=number).kind is FaultKind.ACCESS_DENIED
        assert with_status(0x80338102, StatusCode=number).kind is FaultKind.OTHER


def test_zero_is_no_code() -> None:
    found = with_status(0x80338102, StatusCode="0", ErrorCode="0")
    assert (found.code, found.provider_code) == (0x80338102, None)


def test_any_class_of_status_is_read() -> None:
    status = wire.extended_status("MSFT_SomeStatus", StatusCode="2147749891")
    assert read(wire.captured_a(0x80338102, status=status)).kind is FaultKind.ACCESS_DENIED


def test_an_unknown_number_is_shown_with_the_known_one_around_it() -> None:
    body = wire.fault_a(0x80338102, 0x87D00231, "It failed.")
    assert "(0x87D00231, 0x80338102 ERROR_WSMAN_WMI_PROVIDER_NOT_CAPABLE)" in str(read(body))


@pytest.mark.parametrize(
    ("operation", "parameter", "missing"),
    [
        ("GetObject", 'Win32_Process.Handle="29"', "instance"),
        ("GetObject", 'Win32_Service.Name="a b"', "instance"),
        ("GetObject", "Win32_Nothing", "class"),
        ("CreateInstanceEnum", "SMS_Nothing", "class"),
        ("GetObject", "\\\\.\\root\\sms\\site_XYZ", "namespace"),
        ("GetObject", "root/sms/site_XYZ", "namespace"),
        ("GetObject", "\\\\SRV\\root\\cimv2:Win32_Nothing", "class"),
        ("GetObject", "root/cimv2:Win32_Nothing", "class"),
        ("GetObject", '\\\\SRV\\root\\cimv2:Win32_Process.Handle="29"', "instance"),
        ("ExecQuery", "select * from SMS_Nothing where SiteCode='PS1'", "class"),
        ("", "SELECT * FROM SMS_Nothing WHERE SiteCode='PS1'", "class"),
        ("ExecQuery", "ASSOCIATORS OF {SMS_Site.SiteCode='PS1'}", ""),
        ("ExecMethod", "SMS_Site", ""),
        ("ExecMethod", "SMS_Application.CI_ID=7", ""),
        ("GetObject", None, ""),
    ],
)
def test_what_is_missing(operation: str, parameter: str | None, missing: str) -> None:
    for code in (0x80338000, 0x80041002):
        escaped = parameter.replace('"', "&quot;") if parameter else parameter
        found = with_status(code, Operation=operation, ParameterInfo=escaped)
        assert (found.kind, found.missing) == (FaultKind.NOT_FOUND, missing)
    assert with_status(0x80338105, Operation=operation, ParameterInfo=None).missing == ""


NO_CLASS = [
    wire.captured_a(0x8033801A, subcode="n:CannotProcessFilter"),
    wire.captured_a(0x80338122, subcode="w:CannotProcessFilter"),
    wire.captured_a(0x8033801A, status=wire.extended_status(Operation="ExecQuery", ParameterInfo=OWN.query, StatusCode=None)),
    wire.fault_a(0x8033801A, None, "x"),
    wire.fault_a(1359, None, "x", subcode="n:CannotProcessFilter"),
    wire.captured_b(0x8033801A),
    wire.captured_b(0x8033801A, cim_status=15, subcode="n:CannotProcessFilter"),
]


@pytest.mark.parametrize("body", NO_CLASS)
def test_cannot_process_filter_means_the_class_when_the_query_is_valid(body: str) -> None:
    found = read(body, OWN)
    assert found.kind is FaultKind.INVALID_CLASS
    assert "failed: the class, its namespace or a property in the query does not exist (0x" in str(found)
    for request in (USERS, GET, RequestInfo("Query", query="ASSOCIATORS OF {X.Y='1'}")):
        found = read(body, request)
        assert found.kind is FaultKind.BAD_QUERY
        assert "the query is not valid, or its class does not exist" in str(found)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (wire.fault_a(0x8033801A, 0x80041017, "x"), FaultKind.BAD_QUERY),
        (wire.captured_a(0x8033801A, status=wire.extended_status(StatusCode="2147749911")), FaultKind.BAD_QUERY),
        (wire.captured_b(0x80041017, cim_status=15), FaultKind.BAD_QUERY),
        (wire.captured_a(0x8033801A, status=wire.extended_status(StatusCode="2147749891")), FaultKind.ACCESS_DENIED),
        (wire.captured_b(0x8033801A, cim_status=2), FaultKind.ACCESS_DENIED),
    ],
)
def test_a_fault_that_says_more_is_believed(body: str, kind: FaultKind) -> None:
    assert read(body, OWN).kind is kind


@pytest.mark.parametrize(
    ("name", "provider"), [("CIMWin32", "CIMWin32"), ("WinMgmt", ""), ("Windows Management", ""), (None, "")]
)
def test_the_provider_is_named_when_nothing_else_says_what_happened(name: str | None, provider: str) -> None:
    found = with_status(0x80338102, ProviderName=name)
    assert found.provider == provider
    assert f"ERROR_WSMAN_WMI_PROVIDER_NOT_CAPABLE{', provider CIMWin32' if provider else ''})" in str(found)
    assert "provider CIMWin32" not in str(with_status(0x80338105, ProviderName=name))


def test_the_plug_in_of_shells_is_named() -> None:
    body = wire.fault_a(995, 995, "It was aborted.").replace("WMI Provider", "Shell cmd plugin")
    assert "(0x000003E3 ERROR_OPERATION_ABORTED, provider Shell cmd plugin)" in str(read(body))


def test_who_denies_access() -> None:
    """``hresult`` is None only when WinRM itself denies it."""
    assert read(wire.fault_a(5, None, "x", subcode="w:AccessDenied")).hresult is None
    assert read(wire.fault_a(0x80338104, None, "x")).hresult == 0x80338104
    assert read(wire.captured_a(0x80338105)).hresult == 0x80338105
    assert read(wire.captured_b(0x80338104, cim_status=2)).hresult == 0x80338104
