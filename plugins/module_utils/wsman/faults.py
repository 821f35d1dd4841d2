# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults: the server understood the request and refuses it. Both of Windows' forms, the part that says most first.

Facts: wsman-faults-and-peers.md sections A and C6, wsman.md section 8. Form A wraps the answer of a plug-in in ``f:WSManFault``;
in every recorded fault of the WMI plug-in the inner code repeats the outer one, and what happened is in the number itself
(wsmerror.h) or in the extended status. Form B (WinRM 3 and later) contains an ``MSFT_WmiError``. Which form is used depends on
the server, so both are read in the same way.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import child, descendant
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.fault_codes import (
    CANNOT_PROCESS_FILTER,
    CIM_STATUS,
    CODES,
    FILTER_OF_ANY_KIND,
    SUBCODES,
    WMI_PLUGIN,
    FaultKind,
    Meaning,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import local
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line

__all__ = ["CimFault", "FaultKind", "fault_in"]

_REFUSALS = frozenset(
    {FaultKind.ACCESS_DENIED, FaultKind.QUOTA, FaultKind.ALREADY_EXISTS, FaultKind.INVALID_PARAMETER, FaultKind.NOT_SUPPORTED}
)
# What CannotProcessFilter means for a query that is valid.
_NO_CLASS = "the class, its namespace or a property in the query does not exist"
_MAX_TEXT = 1000
_PASSES_ON = frozenset({"winmgmt", "windows management", "wmi provider", "wmiv1 plugin for windows remote management"})
_HRESULT = re.compile(r"0x([0-9A-Fa-f]{1,8})\b")
_WIN32 = re.compile(r"(?:WIN32|Windows System Error)\s+(\d{1,10})\b", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"-?\d{1,10}", re.ASCII)


class CimFault(CimError):
    """The server's refusal.

    ``after_send`` stays true: a provider may fail to report an instance that it did write (facts: site-model.md 5.3).

    :param kind: what it means.
    :param outer_code: of WS-Management, None when not given.
    :param hresult: of WMI, the provider or the plug-in: the number that decided, else the innermost that was given, else None.
    :param provider_code: ErrorCode of the SMS Provider, a number of its own; None when it has none.
    :param reason: the text of ``s:Reason``.
    :param provider_text: the provider's own message, the most specific text that there is; may be empty.
    :param missing: for NOT_FOUND ``instance``, ``class`` or ``namespace``, empty when the answer does not say which.
    :param provider: who reports it, if it is not WMI itself: the provider, or the plug-in of WinRM; empty if it is not known.
    :param phrase: what it means in words, instead of the words of ``kind``.
    """

    def __init__(
        self,
        kind: FaultKind,
        request: RequestInfo,
        *,
        outer_code: int | None = None,
        hresult: int | None = None,
        provider_code: int | None = None,
        reason: str = "",
        provider_text: str = "",
        missing: str = "",
        provider: str = "",
        phrase: str = "",
    ) -> None:
        self.kind = kind
        self.outer_code = outer_code
        self.hresult = hresult
        self.provider_code = provider_code
        self.reason = reason
        self.provider_text = provider_text
        self.missing = missing
        self.provider = provider
        super().__init__(self._sentence(request, phrase), request=request)

    @property
    def code(self) -> int | None:
        """The number closest to the cause: ``hresult``, else ``outer_code``."""
        return self.hresult if self.hresult is not None else self.outer_code

    @property
    def code_name(self) -> str:
        """The name of ``code`` in the Windows SDK, such as ``WBEM_E_ACCESS_DENIED``; empty if the tables do not have it."""
        return _name(self.code)

    def __str__(self) -> str:
        return self.message

    def _sentence(self, request: RequestInfo, phrase: str) -> str:
        verb = "was refused" if self.kind in _REFUSALS else "failed"
        meaning = phrase or (f"{self.missing} not found" if self.missing else self.kind.value)
        numbers = [_shown(code) for code in dict.fromkeys((self.code, self.outer_code)) if code is not None]
        if self.code_name:
            numbers = numbers[:1]
        if self.provider_code is not None and self.provider_code != self.code:
            numbers.append(f"ErrorCode {_shown(self.provider_code)}")
        if self.provider and self.kind is FaultKind.OTHER:
            numbers.append(f"provider {self.provider}")
        text = self.provider_text or self.reason
        shown = f" ({', '.join(numbers)})" if numbers else ""
        return f"{request} {verb}: {meaning}{shown}{': ' + text if text else ''}"


@dataclass(frozen=True)
class _Parts:
    """What a fault carries, as numbers and words. Numbers that are missing, null or 0 are None.

    :param inner: codes of the provider, the most specific first: ErrorCode and StatusCode of the extended status, the code of
        MSFT_WmiError, the innermost WSManFault.
    """

    outer: int | None
    inner: tuple[int, ...]
    cim_status: int | None
    subcode: str
    operation: str
    parameter: str

    def meanings(self) -> Iterator[tuple[Meaning, int | None]]:
        """Everything that is known, the most specific first, each with its number if it is a code."""
        codes = [*self.inner, *([self.outer] if self.outer is not None else [])]
        for code in codes:
            if code in CODES:
                yield CODES[code], code
        if self.cim_status in CIM_STATUS:
            yield CIM_STATUS[self.cim_status], None
        if self.subcode in SUBCODES:
            yield SUBCODES[self.subcode], None


def fault_in(body: ET.Element, request: RequestInfo) -> CimFault | None:
    """The fault in a SOAP body, or None."""
    fault = child(body, "Fault")
    if fault is None:
        return None
    detail = child(fault, "Detail")
    wmi_error = descendant(detail, "MSFT_WmiError")
    outer = descendant(detail, "WSManFault")
    status = _extended_status(detail)
    error_code = _number(_words(child(status, "ErrorCode")))
    parts = _Parts(
        outer=_number(outer.attrib.get("Code", "")) if outer is not None else None,
        inner=_inner_codes(error_code, status, wmi_error, outer),
        cim_status=_number(_words(child(wmi_error, "CIMStatusCode"))),
        subcode=_subcode(fault).lower(),
        operation=_words(child(status, "Operation")).lower(),
        parameter=_words(child(status, "ParameterInfo")),
    )
    meaning, decided_by = _decided(parts)
    no_class = _is_query_of_no_class(meaning, parts, request)
    kind = FaultKind.INVALID_CLASS if no_class else meaning.kind
    return CimFault(
        kind,
        request,
        outer_code=parts.outer,
        hresult=_hresult(parts, decided_by),
        provider_code=error_code,
        reason=_words(descendant(child(fault, "Reason"), "Text")),
        provider_text=_provider_text(wmi_error, outer, status),
        missing=_missing(parts) if kind is FaultKind.NOT_FOUND else "",
        provider=_provider(outer, status),
        phrase=_NO_CLASS if no_class else "",
    )


def _decided(parts: _Parts) -> tuple[Meaning, int | None]:
    """The most specific meaning that is without doubt, else the first that says anything; with its number."""
    known = list(parts.meanings())
    for wanted in (lambda found: found.decides, lambda found: found.kind is not FaultKind.OTHER):
        for meaning, code in known:
            if wanted(meaning):
                return meaning, code
    return Meaning(FaultKind.OTHER), None


def _is_query_of_no_class(meaning: Meaning, parts: _Parts, request: RequestInfo) -> bool:
    """Whether "cannot process the filter" is about the class: the SELECT is the collection's own, so it is valid."""
    said = FILTER_OF_ANY_KIND.intersection((parts.outer, *parts.inner)) or parts.subcode == CANNOT_PROCESS_FILTER
    return meaning.kind is FaultKind.BAD_QUERY and meaning.vague and bool(said) and request.is_own_select


def _hresult(parts: _Parts, decided_by: int | None) -> int | None:
    if decided_by in parts.inner:
        return decided_by
    named = next((code for code in parts.inner if code in CODES), None)
    if parts.inner:
        return named if named is not None else parts.inner[0]
    return parts.outer if parts.outer in WMI_PLUGIN else None


def _missing(parts: _Parts) -> str:
    """Which thing does not exist: the parameter of the extended status is the path of an instance, or the name of a class."""
    parameter = parts.parameter
    if not parameter or parts.operation == "execmethod":
        # A method's object may exist, and the method reports that something else does not.
        return ""
    if parts.operation == "execquery" or " " in parameter.partition("=")[0]:
        # The parameter is the query. A SELECT that finds no instance returns no rows.
        return "class" if parameter[:6].lower() == "select" else ""
    if "=" in parameter:
        return "instance"
    # A class may be given with its namespace, as in root/cimv2:Win32_Process.
    last = parameter.rpartition(":")[2]
    return "namespace" if "\\" in last or "/" in last else "class"


def _inner_codes(
    error_code: int | None, status: ET.Element | None, wmi_error: ET.Element | None, outer: ET.Element | None
) -> tuple[int, ...]:
    found = [error_code, _number(_words(child(status, "StatusCode")))]
    if wmi_error is not None:
        found.append(_form_b_code(wmi_error))
    nested = [_number(element.attrib.get("Code", "")) for element in _below(outer, "wsmanfault")]
    found += reversed(nested)
    return tuple(dict.fromkeys(code for code in found if code is not None))


def _form_b_code(wmi_error: ET.Element) -> int | None:
    message_id = _words(child(wmi_error, "MessageID"))
    match = _HRESULT.search(message_id)
    if match:
        return int(match[1], 16) or None
    match = _WIN32.search(message_id)
    if match:
        return _number(match[1])
    code = _number(_words(child(wmi_error, "error_Code")))
    # A small number is a CIM status in another field (see error_Type), not an HRESULT.
    return code if code is not None and code >= 0x80000000 else None


def _extended_status(detail: ET.Element | None) -> ET.Element | None:
    """The provider's error object: ``__ExtendedStatus``, or a class derived from it such as SMS_ExtendedStatus."""
    extended = descendant(detail, "ExtendedError")
    if extended is not None and len(extended):
        return extended[0]
    return descendant(detail, "__ExtendedStatus", "SMS_ExtendedStatus")


def _provider(outer: ET.Element | None, status: ET.Element | None) -> str:
    """Who reports the fault; empty for WMI itself and for WinRM's own WMI plug-in, which only pass it on."""
    plugin = descendant(outer, "ProviderFault")
    names = (
        _words(child(status, "ProviderName")),
        one_line(plugin.attrib.get("provider", ""), _MAX_TEXT) if plugin is not None else "",
    )
    return next((name for name in names if name and name.lower() not in _PASSES_ON), "")


def _provider_text(wmi_error: ET.Element | None, outer: ET.Element | None, status: ET.Element | None) -> str:
    """The most specific message: the provider's description, then the inner message, then Windows' own."""
    candidates = [_words(child(status, "Description")), _words(child(wmi_error, "Message"))]
    inner_messages = [_words(child(element, "Message")) for element in _below(outer, "wsmanfault")]
    candidates += reversed(inner_messages)
    candidates.append(_words(descendant(outer, "ProviderFault")))
    candidates.append(_words(child(outer, "Message")))
    candidates.append(_words(child(wmi_error, "error_WindowsErrorMessage")))
    return next((text for text in candidates if text), "")


def _subcode(fault: ET.Element) -> str:
    value = child(child(child(fault, "Code"), "Subcode"), "Value")
    return _words(value).rpartition(":")[2]


def _below(parent: ET.Element | None, lower_name: str) -> Iterator[ET.Element]:
    for element in parent.iter() if parent is not None else ():
        if element is not parent and local(element.tag).lower() == lower_name:
            yield element


def _words(element: ET.Element | None) -> str:
    """The element's own text on one line, shortened; without the text of its children."""
    return "" if element is None or not element.text else one_line(element.text, _MAX_TEXT)


def _number(text: str) -> int | None:
    """A code; None for 0, which means success, and for text that is no 32-bit number."""
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        return None
    number = int(text)
    return number & 0xFFFFFFFF or None if -(2**31) <= number < 2**32 else None


def _name(code: int | None) -> str:
    return CODES[code].name if code in CODES else ""


def _shown(code: int) -> str:
    return f"0x{code:08X} {_name(code)}".rstrip()
