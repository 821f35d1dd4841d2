"""What each number in a fault means, in both forms, with nothing else in the fault that says it."""

from __future__ import annotations

import re

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.fault_codes import CIM_STATUS, CODES, SUBCODES, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, fault_in
from tests.unit.wsman import wire

GET = RequestInfo("Get", "root/sms/site_PS1", "SMS_Site")
# What a caller depends on, written by hand from wsmerror.h and [MS-WMI]. All other numbers are tested against their row.
MEANINGS: dict[FaultKind, dict[int, str]] = {
    FaultKind.ACCESS_DENIED: {
        5: "ERROR_ACCESS_DENIED",
        0x80041003: "WBEM_E_ACCESS_DENIED",
        0x80041062: "WBEM_E_PRIVILEGE_NOT_HELD",
        0x80070005: "E_ACCESSDENIED",
        0x80338104: "ERROR_WSMAN_WMI_SVC_ACCESS_DENIED",
        0x80338105: "ERROR_WSMAN_WMI_PROVIDER_ACCESS_DENIED",
        0x80338106: "ERROR_WSMAN_WMI_CANNOT_CONNECT_ACCESS_DENIED",
    },
    FaultKind.QUOTA: {
        0x8004106C: "WBEM_E_QUOTA_VIOLATION",
        0x8033803F: "ERROR_WSMAN_QUOTA_LIMIT",
        0x803381A5: "ERROR_WSMAN_QUOTA_MAX_SHELLS",
        0x803381A6: "ERROR_WSMAN_QUOTA_MAX_OPERATIONS",
        0x803381A7: "ERROR_WSMAN_QUOTA_USER",
        0x803381A8: "ERROR_WSMAN_QUOTA_SYSTEM",
        0x803381AB: "ERROR_WSMAN_QUOTA_MAX_SHELLUSERS",
        0x803381E4: "ERROR_WSMAN_QUOTA_MAX_SHELLS_PPQ",
        0x803381E5: "ERROR_WSMAN_QUOTA_MAX_USERS_PPQ",
        0x803381E6: "ERROR_WSMAN_QUOTA_MAX_PLUGINSHELLS_PPQ",
        0x803381E7: "ERROR_WSMAN_QUOTA_MAX_PLUGINOPERATIONS_PPQ",
        0x803381E8: "ERROR_WSMAN_QUOTA_MAX_OPERATIONS_USER_PPQ",
        0x803381E9: "ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ",
        0x803381EA: "ERROR_WSMAN_QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ",
    },
    FaultKind.TIMED_OUT: {
        0x80041069: "WBEM_E_TIMED_OUT",
        0x8033801C: "ERROR_WSMAN_ENUMERATE_TIMED_OUT",
        0x80338029: "ERROR_WSMAN_OPERATION_TIMEDOUT",
        0x803381DC: "ERROR_WSMAN_SEMANTICCALLBACK_TIMEDOUT",
    },
    FaultKind.NOT_FOUND: {0x80041002: "WBEM_E_NOT_FOUND", 0x80338000: "ERROR_WSMAN_RESOURCE_NOT_FOUND"},
    FaultKind.INVALID_CLASS: {0x80041010: "WBEM_E_INVALID_CLASS"},
    FaultKind.INVALID_NAMESPACE: {0x8004100E: "WBEM_E_INVALID_NAMESPACE"},
    FaultKind.ALREADY_EXISTS: {
        0x80041019: "WBEM_E_ALREADY_EXISTS",
        0x80338033: "ERROR_WSMAN_ALREADY_EXISTS",
        0x80338063: "ERROR_WSMAN_TARGET_ALREADY_EXISTS",
        0x803381D7: "ERROR_WINRS_SHELL_CLIENTID_RESOURCE_CONFLICT",
    },
    FaultKind.BAD_QUERY: {
        0x80041017: "WBEM_E_INVALID_QUERY",
        0x80041018: "WBEM_E_INVALID_QUERY_TYPE",
        0x8033801A: "ERROR_WSMAN_ENUMERATE_CANNOT_PROCESS_FILTER",
        0x80338107: "ERROR_WSMAN_INVALID_FILTER_XML",
        0x80338122: "ERROR_WSMAN_CANNOT_PROCESS_FILTER",
    },
    FaultKind.INVALID_PARAMETER: {
        87: "ERROR_INVALID_PARAMETER",
        0x80041008: "WBEM_E_INVALID_PARAMETER",
        0x8033803A: "ERROR_WSMAN_INVALID_PARAMETER",
        0x80338041: "ERROR_WSMAN_SCHEMA_VALIDATION_ERROR",
        0x803380FA: "ERROR_WSMAN_INVALID_URI_WMI_SINGLETON",
        0x8033811E: "ERROR_WSMAN_WMI_PROVIDER_INVALID_PARAMETER",
    },
    FaultKind.NOT_SUPPORTED: {0x8004100C: "WBEM_E_NOT_SUPPORTED", 0x80338013: "ERROR_WSMAN_ACTION_NOT_SUPPORTED"},
    FaultKind.OTHER: {
        0x80041001: "WBEM_E_FAILED",
        0x80338003: "ERROR_WSMAN_PROVIDER_FAILURE",
        0x8033801B: "ERROR_WSMAN_ENUMERATE_INVALID_ENUMERATION_CONTEXT",
        0x80338048: "ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED",
        0x80338102: "ERROR_WSMAN_WMI_PROVIDER_NOT_CAPABLE",
        0x803381AC: "ERROR_WSMAN_REMOTESHELLS_NOT_ALLOWED",
    },
}
BY_HAND = [(code, kind, name) for kind, rows in MEANINGS.items() for code, name in rows.items()]


def read(body: str, request: RequestInfo = GET) -> CimFault:
    text = wire.HEAD.format(action="urn:fault", message_id="x") + body + wire.TAIL
    found = fault_in(parse_answer(text.encode()).body, request)
    assert found is not None
    return found


def in_both_forms(code: int) -> list[CimFault]:
    """In form B, a small number is an error_Code of Win32, with its own MessageID."""
    b = wire.captured_b(code)
    if code < 0x80000000:
        b = b.replace(f"HRESULT 0x{code:08x}", f"WIN32 {code}").replace(">HRESULT<", ">WIN32<")
    null = wire.extended_status(Description=None, Operation="PutInstance", ParameterInfo=None, StatusCode=None)
    return [read(wire.captured_a(code)), read(wire.captured_a(code, status=null)), read(b)]


@pytest.mark.parametrize(("code", "kind", "name"), BY_HAND)
def test_numbers_that_callers_depend_on(code: int, kind: FaultKind, name: str) -> None:
    for found in in_both_forms(code):
        assert (found.kind, found.code, found.code_name) == (kind, code, name)
        assert f"(0x{code:08X} {name})" in str(found)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_row_in_both_forms(code: int) -> None:
    for found in in_both_forms(code):
        assert (found.kind, found.code_name) == (CODES[code].kind, CODES[code].name)


def test_names_are_those_of_the_sdk() -> None:
    names = [meaning.name for meaning in CODES.values()]
    assert len(set(names)) == len(names)
    for code, meaning in CODES.items():
        assert re.fullmatch(r"(ERROR|WBEM_E|E)_[A-Z_]+", meaning.name)
        assert meaning.name.startswith(("ERROR_WSMAN_", "ERROR_WINRS_")) is (0x80338000 <= code <= 0x803381FF)
        assert meaning.name.startswith("WBEM_E_") is (0x80041000 <= code <= 0x800410FF)


@pytest.mark.parametrize("code", [0x80338FFF, 0x803381FF, 0x87D00231, 0x80041099, 0xC0000005])
def test_an_unknown_number_stays_unknown_and_is_shown_without_a_name(code: int) -> None:
    for found in in_both_forms(code):
        assert (found.kind, found.code, found.code_name) == (FaultKind.OTHER, code, "")
        assert f"(0x{code:08X})" in str(found)


@pytest.mark.parametrize("status", sorted(CIM_STATUS))
@pytest.mark.parametrize("code", [0x80041001, 0x80338102, 0x87D00231])
def test_the_cim_status_decides_when_the_number_says_nothing(status: int, code: int) -> None:
    assert read(wire.captured_b(code, cim_status=status)).kind is CIM_STATUS[status].kind


def test_the_number_decides_before_the_cim_status() -> None:
    assert read(wire.captured_b(0x80338105, cim_status=1)).kind is FaultKind.ACCESS_DENIED
    assert read(wire.captured_b(0x80041010, cim_status=6)).kind is FaultKind.INVALID_CLASS
    # ... unless it is one that Windows sends for several causes.
    assert read(wire.captured_b(0x80338000, cim_status=5)).kind is FaultKind.INVALID_CLASS
    assert read(wire.captured_b(0x80338000, cim_status=3)).kind is FaultKind.INVALID_NAMESPACE


@pytest.mark.parametrize("subcode", sorted(SUBCODES))
@pytest.mark.parametrize("code", [0x80338102, 0x87D00231, 1359])
def test_the_subcode_decides_when_nothing_else_does(subcode: str, code: int) -> None:
    for body in (
        wire.captured_a(code, subcode=f"w:{subcode}"),
        wire.captured_b(code, subcode=f"w:{subcode.upper()}"),
        wire.fault_a(code, None, "x", subcode=subcode),
    ):
        assert read(body).kind is SUBCODES[subcode].kind
