# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an answer belongs to its request: its ``a:RelatesTo`` repeats the request's ``a:MessageID``.

Nothing may be concluded from an answer that does not, above all nothing about a write: so such a fault is an ``AnswerError``,
which has no kind, and never a ``CimFault``. Windows repeats the MessageID in nearly all recorded faults, also about headers.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import child
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import A

# In place of a MessageID that is not known (WS-Addressing 2004/08, section 3, on [relationship]).
UNSPECIFIED = f"{A}/id/unspecified"


@dataclass(frozen=True)
class Unread:
    """A fault that a service sends when it could not read the request's headers, and so perhaps not its MessageID.

    :param code: of ``s:Code`` or ``s:Subcode``, by local name and in lower case.
    :param source: where the fault is defined.
    :param certainty: that RelatesTo may then be missing: documented, inferred or recalled.
    """

    code: str
    source: str
    certainty: str


# Every other fault must have RelatesTo: a fault is a reply, and a reply has the MessageID of its request (WS-Addressing 2004/08,
# sections 3 and 4, documented; DSP0226 1.2, clause 14, recalled). Identify has no MessageID, so no answer to it can repeat one.
UNREAD = (
    Unread("messageinformationheaderrequired", "WS-Addressing 2004/08, 4.2: To, MessageID or Action is missing", "documented"),
    Unread("invalidmessageinformationheader", "WS-Addressing 2004/08, 4.1: a header cannot be processed", "inferred"),
    Unread("versionmismatch", "SOAP 1.2 part 1, 5.4.7: the envelope has another version", "inferred"),
    Unread("mustunderstand", "SOAP 1.2 part 1, 5.4.8: a header is not supported, perhaps all of WS-Addressing", "inferred"),
    Unread("schemavalidationerror", "DSP0226 1.2, clause 14: the request is not well-formed or not valid", "recalled"),
)
_UNREAD = frozenset(row.code for row in UNREAD)


def check_related(message_id: str, relates_to: str, body: ET.Element, fault: CimFault | None) -> None:
    """Check that an answer belongs to its request.

    :param message_id: of the request; empty for Identify.
    :param relates_to: of the answer; empty when it has none.
    :param body: of the answer.
    :param fault: the fault in it, if there is one.
    :raises AnswerError: it belongs to another request, or does not name its request.
    """
    if not message_id or relates_to.lower() == message_id.lower():
        return
    if relates_to and relates_to != UNSPECIFIED:
        raise AnswerError("the answer belongs to another request")
    if fault is None:
        raise AnswerError("the answer does not name its request (it has no RelatesTo), so it is not accepted")
    # A server that reaches its limit rejects the request before it reads it: of the recorded faults of Windows, one about the
    # quota of operations has no RelatesTo (diyan/pywinrm, winrm/tests/test_exceptions.py, form B; captured).
    if _codes(body) & _UNREAD or fault.kind is FaultKind.QUOTA:
        raise AnswerError(
            "the server reports that it did not read the request. Its fault does not name the request (it has no RelatesTo), "
            f"so it does not show whether the request had an effect{_quoted(fault)}"
        )
    raise AnswerError(
        "the answer is a fault that does not name its request (it has no RelatesTo), so it is not accepted; check whether "
        f"another program answers in place of WinRM{_quoted(fault)}"
    )


def _codes(body: ET.Element) -> set[str]:
    """The code and subcode of the fault in a body, by local name and in lower case."""
    code = child(child(body, "Fault"), "Code")
    values = (child(code, "Value"), child(child(code, "Subcode"), "Value"))
    return {(value.text or "").strip().rpartition(":")[2].lower() for value in values if value is not None}


def _quoted(fault: CimFault) -> str:
    number = fault.hresult if fault.hresult is not None else fault.outer_code
    code = f"0x{number:08X}" if number is not None else ""
    said = " ".join(part for part in (code, fault.provider_text or fault.reason) if part)
    return f". The fault says: {said}" if said else ""
