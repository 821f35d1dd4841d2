"""The faults of Windows that the lab sends: one row each, with its number, name, subcode, and where it is known from.

Numbers and names are those of the Windows SDK (wsmerror.h, winerror.h). Windows sends all of them with HTTP 500, also those of
the Sender (captured). The texts are the lab's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lab.winrm.names import ADDRESSING, ENUMERATION, WSMAN


class Source(Enum):
    """How a row is known."""

    CAPTURED = "bytes of a real Windows in a public place"
    SDK = "number and subcode from the comments of wsmerror.h; no recorded answer was found"
    INFERRED = "number from the SDK, subcode or use concluded from similar faults"


@dataclass(frozen=True)
class FaultRow:
    """One fault.

    :param name: the name in Windows' headers.
    :param party: ``Sender``, ``Receiver`` or ``MustUnderstand``.
    :param subcode: (namespace, local name); two empty texts for none.
    :param detail: the last part of the ``faultDetail`` URI (DSP0226, section 14), empty for no ``w:FaultDetail``.
    :param origin: the recording, or what the row was concluded from.
    """

    code: int
    name: str
    party: str
    subcode: tuple[str, str]
    source: Source
    origin: str
    detail: str = ""


def _sender(code: int, name: str, subcode: tuple[str, str], source: Source, origin: str, detail: str = "") -> FaultRow:
    return FaultRow(code, name, "Sender", subcode, source, origin, detail)


def _receiver(code: int, name: str, subcode: tuple[str, str], source: Source, origin: str) -> FaultRow:
    return FaultRow(code, name, "Receiver", subcode, source, origin)


def _a(name: str) -> tuple[str, str]:
    return (ADDRESSING, name)


def _n(name: str) -> tuple[str, str]:
    return (ENUMERATION, name)


def _w(name: str) -> tuple[str, str]:
    return (WSMAN, name)


_HEADER = "comment in wsmerror.h"
_OWN_CODE = "Windows uses w:InternalError for its own codes (captured: operations quota)"

# The service: headers, resources, access.
INVALID_HEADER = _sender(
    0x8033800F,
    "ERROR_WSMAN_INVALID_MESSAGE_INFORMATION_HEADER",
    _a("InvalidMessageInformationHeader"),
    Source.CAPTURED,
    "an OperationTimeout that is no duration: pypsrp, test_psrp_is_alive_other_wsman_error.yml",
)
HEADER_REQUIRED = _sender(
    0x80338011,
    "ERROR_WSMAN_MESSAGE_INFORMATION_HEADER_REQUIRED",
    _a("MessageInformationHeaderRequired"),
    Source.SDK,
    _HEADER,
)
MUST_UNDERSTAND = FaultRow(
    0x80338010,
    "ERROR_WSMAN_SOAP_FAULT_MUST_UNDERSTAND",
    "MustUnderstand",
    ("", ""),
    Source.CAPTURED,
    "without subcode and detail, with a NotUnderstood header: pypsrp, tests/test_wsman.py",
)
ACTION_NOT_SUPPORTED = _sender(0x80338013, "ERROR_WSMAN_ACTION_NOT_SUPPORTED", _a("ActionNotSupported"), Source.SDK, _HEADER)
RESOURCE_NOT_FOUND = _sender(
    0x80338000,
    "ERROR_WSMAN_RESOURCE_NOT_FOUND",
    _a("DestinationUnreachable"),
    Source.CAPTURED,
    "an instance that does not exist (Server 2012 R2): OMI, test_wsmanparser.cpp; a class: OpenNMS, get-response-fault.xml",
    "InvalidResourceURI",
)
INVALID_RESOURCE_URI = _sender(
    0x8033803B,
    "ERROR_WSMAN_INVALID_RESOURCE_URI",
    _a("DestinationUnreachable"),
    Source.INFERRED,
    "the number was seen for a URI that is not in the catalog (StackExchange/wmi issue 32); the subcode as RESOURCE_NOT_FOUND",
    "InvalidResourceURI",
)
ACCESS_DENIED = _sender(
    5,
    "ERROR_ACCESS_DENIED",
    _w("AccessDenied"),
    Source.INFERRED,
    "[MS-WSMV]; a recorded denial of a shell has 0x80070005 with w:InternalError (wazuh-ansible issue 581)",
)
TIMED_OUT = _receiver(
    0x80338029,
    "ERROR_WSMAN_OPERATION_TIMEDOUT",
    _w("TimedOut"),
    Source.CAPTURED,
    "pywinrm, test_exceptions.py; OMI, test_wsmanparser.cpp",
)
INTERNAL_ERROR = _receiver(
    1359, "ERROR_INTERNAL_ERROR", _w("InternalError"), Source.CAPTURED, "reason and subcode: virt-who pull request 153"
)
ADDRESSING_MODE = _sender(
    0x80338076,
    "ERROR_WSMAN_UNSUPPORTED_ADDRESSING_MODE",
    _w("UnsupportedFeature"),
    Source.INFERRED,
    "DSP0226 has the detail",
    "AddressingMode",
)
LOCALE = _sender(
    0x80338087,
    "ERROR_WSMAN_MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED",
    _w("UnsupportedFeature"),
    Source.INFERRED,
    "[MS-WSMV] has the subcode, DSP0226 the detail",
    "Locale",
)
FRAGMENT_TRANSFER = _sender(
    0x80338077,
    "ERROR_WSMAN_FRAGMENT_TRANSFER_NOT_SUPPORTED",
    _w("UnsupportedFeature"),
    Source.INFERRED,
    "DSP0226 has the detail",
    "FragmentLevelAccess",
)
FRAGMENT_PATH = _sender(
    0x80338093, "ERROR_WSMAN_INVALID_FRAGMENT_PATH", _n("CannotProcessFilter"), Source.INFERRED, "DSP0226 has the subcode"
)

# XML, selectors, options, sizes.
SCHEMA_VALIDATION = _sender(
    0x80338041,
    "ERROR_WSMAN_SCHEMA_VALIDATION_ERROR",
    _w("SchemaValidationError"),
    Source.CAPTURED,
    "of the shell (Server 2008): pypsrp, tests/test_wsman.py",
)
INVALID_XML = _sender(
    0x80338043, "ERROR_WSMAN_INVALID_XML", _w("SchemaValidationError"), Source.INFERRED, "subcode as SCHEMA_VALIDATION"
)
UNEXPECTED_SELECTORS = _sender(
    0x8033805B,
    "ERROR_WSMAN_UNEXPECTED_SELECTORS",
    _w("InvalidSelectors"),
    Source.CAPTURED,
    "pypsrp, test_winrs_bad_cmd_id.yml",
    "UnexpectedSelectors",
)
SELECTOR_TYPE = _sender(
    0x8033805C,
    "ERROR_WSMAN_SELECTOR_TYPEMISMATCH",
    _w("InvalidSelectors"),
    Source.INFERRED,
    "as UNEXPECTED_SELECTORS, detail of DSP0226",
    "TypeMismatch",
)
DUPLICATE_SELECTORS = _sender(
    0x8033805F,
    "ERROR_WSMAN_DUPLICATE_SELECTORS",
    _w("InvalidSelectors"),
    Source.INFERRED,
    "as UNEXPECTED_SELECTORS, detail of DSP0226",
    "DuplicateSelectors",
)
KEYS_NEEDED = _sender(
    0x803380FA,
    "ERROR_WSMAN_INVALID_URI_WMI_SINGLETON",
    _w("InvalidSelectors"),
    Source.INFERRED,
    "number and ProviderFault: Microsoft's page of the scripting error; the subcode is concluded",
)
INVALID_OPTIONS = _sender(
    0x80338052,
    "ERROR_WSMAN_OPTIONS_INVALID_NAME",
    _w("InvalidOptions"),
    Source.INFERRED,
    "subcode of 0x80338039 in wsmerror.h, detail of DSP0226",
    "InvalidName",
)
ENVELOPE_TOO_SMALL = _sender(
    0x8033807E,
    "ERROR_WSMAN_MIN_ENVELOPE_SIZE",
    _w("EncodingLimit"),
    Source.INFERRED,
    "DSP0226 has subcode and detail",
    "MinimumEnvelopeLimit",
)
ANSWER_TOO_LARGE = _sender(
    0x80338048,
    "ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED",
    _w("EncodingLimit"),
    Source.INFERRED,
    "DSP0226 has subcode and detail",
    "MaxEnvelopeSizeExceeded",
)

# Enumerations.
CANNOT_PROCESS_FILTER = _sender(
    0x8033801A,
    "ERROR_WSMAN_ENUMERATE_CANNOT_PROCESS_FILTER",
    _n("CannotProcessFilter"),
    Source.CAPTURED,
    "a query of a class that does not exist: WinRM for Ruby, soap_fault_v1.xml and soap_fault_v2.xml",
)
INVALID_CONTEXT = _receiver(
    0x8033801B,
    "ERROR_WSMAN_ENUMERATE_INVALID_ENUMERATION_CONTEXT",
    _n("InvalidEnumerationContext"),
    Source.SDK,
    _HEADER,
)
ENUMERATION_MODE = _sender(
    0x80338086,
    "ERROR_WSMAN_ENUMERATION_MODE_UNSUPPORTED",
    _w("UnsupportedFeature"),
    Source.INFERRED,
    "DSP0226 has the subcode",
)

# Quotas.
QUOTA_OPERATIONS = _receiver(
    0x803381A6,
    "ERROR_WSMAN_QUOTA_MAX_OPERATIONS",
    _w("InternalError"),
    Source.CAPTURED,
    "form A: txwinrm, data_error; form B (Server 2012): winrm-fs issue 15, pywinrm test_exceptions.py",
)
QUOTA_SHELLS = _receiver(
    0x803381A5,
    "ERROR_WSMAN_QUOTA_MAX_SHELLS",
    _w("InternalError"),
    Source.INFERRED,
    "number and WSManFault: test-kitchen issue 656; the subcode as QUOTA_OPERATIONS",
)
QUOTA_COMMANDS = _receiver(
    0x803381E9, "ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ", _w("InternalError"), Source.INFERRED, _OWN_CODE
)

# Shells (provider "Shell cmd plugin").
SHELL_PARAMETER = _sender(
    87,
    "ERROR_INVALID_PARAMETER",
    _w("InvalidParameter"),
    Source.CAPTURED,
    "Server 2016: pypsrp, tests/test_wsman.py",
    "InvalidValue",
)
OPERATION_ABORTED = _receiver(
    995, "ERROR_OPERATION_ABORTED", _w("InternalError"), Source.INFERRED, "subcode as other Win32 codes of the shell"
)

# WMI (provider "WMI Provider"): what the plug-in makes of a WBEM error.
WMI_SERVICE_DENIED = _receiver(0x80338104, "ERROR_WSMAN_WMI_SVC_ACCESS_DENIED", _w("InternalError"), Source.INFERRED, _OWN_CODE)
WMI_PROVIDER_DENIED = _receiver(
    0x80338105, "ERROR_WSMAN_WMI_PROVIDER_ACCESS_DENIED", _w("InternalError"), Source.INFERRED, _OWN_CODE
)
WMI_INVALID_PARAMETER = _receiver(
    0x8033811E, "ERROR_WSMAN_WMI_PROVIDER_INVALID_PARAMETER", _w("InternalError"), Source.INFERRED, _OWN_CODE
)
ALREADY_EXISTS = _sender(0x80338033, "ERROR_WSMAN_ALREADY_EXISTS", _w("AlreadyExists"), Source.SDK, _HEADER)
WMI_PROVIDER_FAILED = _receiver(
    0x80338102,
    "ERROR_WSMAN_WMI_PROVIDER_NOT_CAPABLE",
    _w("InternalError"),
    Source.INFERRED,
    "number and detail of a failed query: Microsoft KB 2679685; the subcode is concluded",
)

ROWS: tuple[FaultRow, ...] = tuple(value for value in list(globals().values()) if isinstance(value, FaultRow))
"""Every row above."""
