"""What the client makes of every fault of the lab, in each form that the lab sends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind, fault_in
from lab.cim import fault_table as wmi
from lab.cim import faults as cim_faults
from lab.cim.errors import CimError, Wbem
from lab.winrm import fault_table as table
from lab.winrm import faults
from lab.winrm.fault_table import FaultRow
from lab.winrm.message import SoapFault
from lab.winrm.soap_reply import fault_envelope

GET = RequestInfo("Get", "root/sms/site_CAS", "SMS_Site")
OWN = RequestInfo("Query", "root/sms/site_CAS", "SMS_Site", query="SELECT * FROM SMS_Site")
USERS = RequestInfo("Query", "root/sms/site_CAS", "SMS_Site", query=OWN.query, users_query=True)

ROWS: dict[str, FaultKind] = {
    "INVALID_HEADER": FaultKind.OTHER,
    "HEADER_REQUIRED": FaultKind.OTHER,
    "MUST_UNDERSTAND": FaultKind.OTHER,
    "ACTION_NOT_SUPPORTED": FaultKind.NOT_SUPPORTED,
    "RESOURCE_NOT_FOUND": FaultKind.NOT_FOUND,
    "INVALID_RESOURCE_URI": FaultKind.INVALID_PARAMETER,
    "ACCESS_DENIED": FaultKind.ACCESS_DENIED,
    "TIMED_OUT": FaultKind.TIMED_OUT,
    "INTERNAL_ERROR": FaultKind.OTHER,
    "ADDRESSING_MODE": FaultKind.NOT_SUPPORTED,
    "LOCALE": FaultKind.NOT_SUPPORTED,
    "FRAGMENT_TRANSFER": FaultKind.NOT_SUPPORTED,
    "FRAGMENT_PATH": FaultKind.INVALID_PARAMETER,
    "SCHEMA_VALIDATION": FaultKind.INVALID_PARAMETER,
    "INVALID_XML": FaultKind.INVALID_PARAMETER,
    "UNEXPECTED_SELECTORS": FaultKind.INVALID_PARAMETER,
    "SELECTOR_TYPE": FaultKind.INVALID_PARAMETER,
    "DUPLICATE_SELECTORS": FaultKind.INVALID_PARAMETER,
    "KEYS_NEEDED": FaultKind.INVALID_PARAMETER,
    "INVALID_OPTIONS": FaultKind.INVALID_PARAMETER,
    "ENVELOPE_TOO_SMALL": FaultKind.INVALID_PARAMETER,
    "ANSWER_TOO_LARGE": FaultKind.OTHER,
    "CANNOT_PROCESS_FILTER": FaultKind.BAD_QUERY,
    "INVALID_CONTEXT": FaultKind.OTHER,
    "ENUMERATION_MODE": FaultKind.NOT_SUPPORTED,
    "QUOTA_OPERATIONS": FaultKind.QUOTA,
    "QUOTA_SHELLS": FaultKind.QUOTA,
    "QUOTA_COMMANDS": FaultKind.QUOTA,
    "SHELL_PARAMETER": FaultKind.INVALID_PARAMETER,
    "OPERATION_ABORTED": FaultKind.OTHER,
    "WMI_SERVICE_DENIED": FaultKind.ACCESS_DENIED,
    "WMI_PROVIDER_DENIED": FaultKind.ACCESS_DENIED,
    "WMI_INVALID_PARAMETER": FaultKind.INVALID_PARAMETER,
    "ALREADY_EXISTS": FaultKind.ALREADY_EXISTS,
    "WMI_PROVIDER_FAILED": FaultKind.OTHER,
}
# Form A of an error of the provider has no more than "could not perform the operation".
WMI: dict[int, tuple[FaultKind, FaultKind]] = {
    Wbem.NOT_FOUND: (FaultKind.NOT_FOUND, FaultKind.NOT_FOUND),
    Wbem.INVALID_CLASS: (FaultKind.NOT_FOUND, FaultKind.INVALID_CLASS),
    Wbem.INVALID_NAMESPACE: (FaultKind.NOT_FOUND, FaultKind.INVALID_NAMESPACE),
    Wbem.ACCESS_DENIED: (FaultKind.ACCESS_DENIED, FaultKind.ACCESS_DENIED),
    Wbem.INVALID_PARAMETER: (FaultKind.INVALID_PARAMETER, FaultKind.INVALID_PARAMETER),
    Wbem.ALREADY_EXISTS: (FaultKind.ALREADY_EXISTS, FaultKind.ALREADY_EXISTS),
    Wbem.NOT_SUPPORTED: (FaultKind.OTHER, FaultKind.NOT_SUPPORTED),
    Wbem.PROVIDER_NOT_CAPABLE: (FaultKind.OTHER, FaultKind.NOT_SUPPORTED),
    Wbem.TYPE_MISMATCH: (FaultKind.OTHER, FaultKind.INVALID_PARAMETER),
    Wbem.INVALID_QUERY: (FaultKind.BAD_QUERY, FaultKind.BAD_QUERY),
    Wbem.FAILED: (FaultKind.OTHER, FaultKind.OTHER),
}


def understood(fault: SoapFault, request: RequestInfo = GET) -> CimFault:
    found = fault_in(parse_answer(fault_envelope(fault, "uuid:1")).body, request)
    assert found is not None
    return found


def forms(row: FaultRow) -> Iterator[SoapFault]:
    """As the service, a shell and WMI would send it; MustUnderstand has no number."""
    if row is table.MUST_UNDERSTAND:
        yield faults.not_understood("urn:u", "Unknown")
        return
    yield faults.fault(row, "srv", "It failed.")
    yield faults.shell_fault(row, "srv", "It failed.")


def test_the_tables_are_complete() -> None:
    assert ROWS.keys() == {name for name, value in vars(table).items() if isinstance(value, FaultRow)}
    assert WMI.keys() == wmi.WMI_ERRORS.keys()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_fault_of_the_service(name: str) -> None:
    row: FaultRow = getattr(table, name)
    for fault in forms(row):
        found = understood(fault)
        assert found.kind is ROWS[name]
        if row is not table.MUST_UNDERSTAND:
            assert (found.code, found.code_name, found.provider_text) == (row.code, row.name, "It failed.")


@pytest.mark.parametrize("code", sorted(WMI))
def test_every_error_of_wmi_in_both_forms(code: int) -> None:
    error = CimError(code, "It failed.")
    styles: tuple[cim_faults.Style, cim_faults.Style] = ("A", "B")
    for style, kind in zip(styles, WMI[code], strict=True):
        fault = cim_faults.from_cim_error(
            error, machine="srv", namespace="root/sms/site_CAS", style=style, operation="PutInstance", parameter='X.Name="a"'
        )
        found = understood(fault)
        assert found.kind is kind
        row = wmi.WMI_ERRORS[code]
        assert found.code_name == (row.row.name if style == "A" or row.wsman_code else found.code_name)
        assert found.code_name
        assert found.missing == ("instance" if code == Wbem.NOT_FOUND and style == "A" else "")


@pytest.mark.parametrize("code", sorted(WMI))
def test_an_error_that_the_sms_provider_describes_says_more(code: int) -> None:
    error = CimError(code, "It failed.", "The site says no.")
    fault = cim_faults.from_cim_error(
        error, machine="srv", namespace="root/sms/site_CAS", style="A", operation="ExecMethod", parameter="SMS_Site"
    )
    found = understood(fault)
    extended = wmi.WMI_ERRORS[code].extended
    assert found.kind is (WMI[code][1] if extended else WMI[code][0])
    assert found.provider_text == ("The site says no." if extended else "It failed.")


@pytest.mark.parametrize("style", ["A", "B"])
@pytest.mark.parametrize("code", [Wbem.INVALID_CLASS, Wbem.INVALID_NAMESPACE])
def test_a_query_of_a_class_that_does_not_exist(style: cim_faults.Style, code: int) -> None:
    error = CimError(code, "Invalid class")
    fault = cim_faults.from_cim_error(
        error, machine="srv", namespace="root/sms/site_CAS", style=style, operation="ExecQuery", parameter=OWN.query
    )
    assert understood(fault, OWN).kind is FaultKind.INVALID_CLASS
    assert understood(fault, USERS).kind is FaultKind.BAD_QUERY


@pytest.mark.parametrize("style", ["A", "B"])
def test_faults_without_an_error_of_wmi(style: cim_faults.Style) -> None:
    for fault, kind in (
        (cim_faults.access_denied(machine="srv", style=style), FaultKind.ACCESS_DENIED),
        (cim_faults.too_many_operations(15, machine="srv", style=style), FaultKind.QUOTA),
        (cim_faults.keys_needed(["A"], "X", machine="srv", style=style), FaultKind.INVALID_PARAMETER),
    ):
        assert understood(fault).kind is kind
