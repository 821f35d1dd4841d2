"""Which answers belong to a request, and that a fault that does not name its request decides nothing."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import related
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.wsman import wire

RELATES_TO = "<a:RelatesTo>{message_id}</a:RelatesTo>"
KEY = {"Name": "a"}
NOT_FOUND = wire.fault_a(2150858752, 2147749890, "Not found", subcode="a:DestinationUnreachable")
DENIED = wire.fault_a(5, None, "Access is denied.", subcode="w:AccessDenied")
# Recorded: the answer of Windows to a header that it cannot process still has RelatesTo.
BAD_HEADER = wire.fault_a(2150858767, None, "An invalid timeout field: PT-1S.", subcode="a:InvalidMessageInformationHeader")


def unrelated(body: str, relates_to: str | None = None) -> str:
    """A complete answer without RelatesTo, or with another one."""
    header = "" if relates_to is None else RELATES_TO.format(message_id=relates_to)
    return "RAW" + wire.HEAD.replace(RELATES_TO, header).format(action="urn:x") + body + wire.TAIL


def refused(answer: str) -> AnswerError:
    cim, _ = wire.session(answer)
    with pytest.raises(AnswerError) as caught:
        cim.get("root/cimv2", wire.SERVICE, KEY)
    # An error without a kind: nobody can take it for "not found" or "access denied".
    assert not hasattr(caught.value, "kind")
    assert caught.value.after_send
    assert str(caught.value).startswith("Get of Win32_Service (Name=a) in root/cimv2: the ")
    return caught.value


def test_a_fault_that_names_its_request_is_one_whatever_it_is_about() -> None:
    for body, kind in ((NOT_FOUND, FaultKind.NOT_FOUND), (DENIED, FaultKind.ACCESS_DENIED), (BAD_HEADER, FaultKind.OTHER)):
        cim, _ = wire.session(body)
        with pytest.raises(CimFault) as caught:
            cim.get("root/cimv2", wire.SERVICE, KEY)
        assert caught.value.kind is kind


def test_the_case_of_a_message_id_does_not_matter() -> None:
    cim, script = wire.session(lambda _request: unrelated(wire.service_xml("a"), script.header(-1, "MessageID").upper()))
    assert cim.get("root/cimv2", wire.SERVICE, KEY)["Name"] == "a"


@pytest.mark.parametrize("none", [None, "", " ", related.UNSPECIFIED])
@pytest.mark.parametrize(("body", "said"), [(NOT_FOUND, "0x80041002 Not found"), (DENIED, "0x00000005 Access is denied.")])
def test_a_fault_without_its_request_is_no_answer(body: str, said: str, none: str | None) -> None:
    message = refused(unrelated(body, none)).message
    assert "is a fault that does not name its request (it has no RelatesTo), so it is not accepted" in message
    assert message.endswith(f". The fault says: {said}")


@pytest.mark.parametrize("body", [NOT_FOUND, BAD_HEADER, wire.service_xml("a")])
def test_an_answer_to_another_request_is_no_answer(body: str) -> None:
    assert refused(unrelated(body, "uuid:other")).message == "the answer belongs to another request"


def test_an_instance_without_its_request_is_no_answer() -> None:
    assert "does not name its request (it has no RelatesTo)" in refused(unrelated(wire.service_xml("a"))).message


def coded(code: str) -> str:
    """A fault with this code or subcode, and with the WMI code of "not found" in it."""
    if code in ("VersionMismatch", "MustUnderstand"):
        return NOT_FOUND.replace("s:Sender", f"s:{code}")
    return NOT_FOUND.replace("a:DestinationUnreachable", f"a:{code}")


CODES = [
    "VersionMismatch",
    "MustUnderstand",
    "InvalidMessageInformationHeader",
    "MessageInformationHeaderRequired",
    "SchemaValidationError",
]


@pytest.mark.parametrize("code", CODES)
def test_a_service_that_could_not_read_the_request_is_quoted_and_decides_nothing(code: str) -> None:
    message = refused(unrelated(coded(code))).message
    assert message.startswith("the server reports that it did not read the request. ")
    assert message.endswith("does not show whether the request had an effect. The fault says: 0x80041002 Not found")


def test_a_quota_is_reported_before_the_request_is_read() -> None:
    """Recorded: a fault of form B about the quota of operations, without RelatesTo."""
    fault = wire.fault_a(2150859174, None, "The maximum number of concurrent operations is exceeded.", subcode="w:InternalError")
    message = refused(unrelated(fault)).message
    assert message.startswith("the server reports that it did not read the request. ")
    assert message.endswith("The fault says: 0x803381A6 The maximum number of concurrent operations is exceeded.")


def test_a_fault_without_code_and_text_is_refused_too() -> None:
    assert refused(unrelated("<s:Fault/>")).message.endswith("answers in place of WinRM")


def test_every_exemption_has_its_source_and_certainty() -> None:
    assert {row.code for row in related.UNREAD} == {code.lower() for code in CODES}
    for row in related.UNREAD:
        assert all(getattr(row, field.name) for field in fields(row))
        assert re.match(r"(WS-Addressing 2004/08|SOAP 1\.2 part 1|DSP0226 1\.2), ", row.source)
        assert row.certainty in ("documented", "inferred", "recalled")


def test_identify_has_no_message_id_to_repeat() -> None:
    cim, _ = wire.session(unrelated(DENIED))
    with pytest.raises(CimFault) as caught:
        cim.identify()
    assert caught.value.kind is FaultKind.ACCESS_DENIED
