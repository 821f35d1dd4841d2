"""What the WMI plug-in of WinRM makes of each WBEM error: one row each, with where it is known from.

In every recorded fault of the plug-in the inner WSManFault repeats the outer code, and the WBEM code is nowhere
(facts/wsman-faults-and-peers.md, A3). StatusCode is null where WMI itself made the extended status, and set where the SMS
Provider made it (SMS_ExtendedStatus objects in Microsoft's troubleshooting pages).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.cim.errors import Wbem
from lab.winrm import fault_table as table
from lab.winrm.fault_table import FaultRow, Source


@dataclass(frozen=True)
class WmiRow:
    """One WBEM error.

    :param row: the fault in form A, and the subcode of form B.
    :param cim_status: CIMStatusCode of form B (DSP0223, 6.2).
    :param category: error_Category of form B (PowerShell's ErrorCategory; 30 was captured with a quota).
    :param wsman_code: error_Code of form B is the code of ``row``, not the WBEM code.
    :param extended: form A has an extended status.
    :param source: how the row is known; the row of the fault has its own source.
    """

    row: FaultRow
    cim_status: int
    category: int
    source: Source
    origin: str
    wsman_code: bool = False
    extended: bool = True


_CLIENT = "form B: client code that is used with Windows tests this CIMStatusCode (networkoptix)"
_ALIKE = "number from the text of the SDK; form B as other CIM status codes"

WMI_ERRORS: Mapping[int, WmiRow] = {
    Wbem.NOT_FOUND: WmiRow(
        table.RESOURCE_NOT_FOUND,
        6,
        13,
        Source.CAPTURED,
        f"with ParameterInfo of the instance: OMI test_wsmanparser.cpp; {_CLIENT}",
    ),
    Wbem.INVALID_CLASS: WmiRow(
        table.RESOURCE_NOT_FOUND,
        5,
        10,
        Source.INFERRED,
        "recorded without extended status for a class of another manufacturer: OpenNMS get-response-fault.xml",
        extended=False,
    ),
    Wbem.INVALID_NAMESPACE: WmiRow(
        table.RESOURCE_NOT_FOUND, 3, 10, Source.INFERRED, "as a class that does not exist", extended=False
    ),
    Wbem.ACCESS_DENIED: WmiRow(
        table.WMI_PROVIDER_DENIED,
        2,
        18,
        Source.INFERRED,
        "a CimException with PermissionDenied has such a code (0x80338104) as its HRESULT",
        wsman_code=True,
    ),
    Wbem.INVALID_PARAMETER: WmiRow(table.WMI_INVALID_PARAMETER, 4, 5, Source.INFERRED, f"{_ALIKE}; {_CLIENT}"),
    Wbem.ALREADY_EXISTS: WmiRow(table.ALREADY_EXISTS, 11, 20, Source.INFERRED, f"{_ALIKE}; {_CLIENT}"),
    Wbem.NOT_SUPPORTED: WmiRow(table.WMI_PROVIDER_FAILED, 7, 11, Source.INFERRED, _ALIKE),
    Wbem.PROVIDER_NOT_CAPABLE: WmiRow(table.WMI_PROVIDER_FAILED, 7, 11, Source.INFERRED, _ALIKE),
    Wbem.TYPE_MISMATCH: WmiRow(table.WMI_PROVIDER_FAILED, 13, 9, Source.INFERRED, _ALIKE),
    Wbem.INVALID_QUERY: WmiRow(
        table.CANNOT_PROCESS_FILTER,
        15,
        5,
        Source.INFERRED,
        "comment in wsmerror.h; error_Code of form B: virt-who tests 2150858778",
        wsman_code=True,
    ),
    Wbem.FAILED: WmiRow(
        table.WMI_PROVIDER_FAILED, 1, 0, Source.CAPTURED, "a query that the provider of root/wmi failed: Microsoft KB 2679685"
    ),
}

OTHER = WmiRow(table.WMI_PROVIDER_FAILED, 1, 0, Source.INFERRED, "as WBEM_E_FAILED")
"""All other WBEM errors."""

QUERY_OF_NO_CLASS = WmiRow(
    table.CANNOT_PROCESS_FILTER,
    15,
    5,
    Source.CAPTURED,
    "form A: WinRM for Ruby, soap_fault_v1.xml (no extended status) and soap_fault_v2.xml; error_Code of form B: virt-who, for a "
    "namespace that does not exist",
    wsman_code=True,
)
"""A query whose class or namespace does not exist: the same fault as for a query that is not valid."""

NAMESPACE_DENIED = WmiRow(
    table.WMI_SERVICE_DENIED,
    2,
    18,
    Source.INFERRED,
    "the number is reported by users without rights on a namespace; subcode concluded",
    wsman_code=True,
    extended=False,
)
"""The caller has no Remote Enable on the namespace."""

OPERATIONS = WmiRow(
    table.QUOTA_OPERATIONS, 27, 30, Source.CAPTURED, "form B: winrm-fs issue 15, pywinrm test_exceptions.py", wsman_code=True
)
KEYS = WmiRow(
    table.KEYS_NEEDED,
    4,
    5,
    Source.INFERRED,
    "form A: Microsoft's page of the scripting error; error_Code of form B is tested by a client",
    wsman_code=True,
    extended=False,
)
