"""Properties of faults: no combination of their parts raises anything, or means what none of the parts says."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.fault_codes import CIM_STATUS, CODES, SUBCODES, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import fault_in
from tests.unit.wsman import wire

STEADY = settings(derandomize=True, deadline=None)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12)
NUMBER = st.sampled_from(sorted(CODES)) | st.integers(-(2**33), 2**33)
# None: the element is missing. Otherwise its text, which need not be a number.
FIELD = st.none() | NUMBER.map(str) | TEXT
SUBCODE = st.none() | st.sampled_from([*SUBCODES, "InternalError"]).map(lambda name: f"w:{name}") | TEXT
PARAMETER = (
    st.none() | st.sampled_from(["SMS_Site", 'SMS_Site.SiteCode="A"', "select * from X where a=1", "\\\\.\\root\\x", "="]) | TEXT
)
OPERATION = st.none() | st.sampled_from(["GetObject", "ExecQuery", "ExecMethod", "PutInstance", "CreateInstanceEnum"]) | TEXT
REQUEST = st.builds(
    RequestInfo,
    st.sampled_from(["Get", "Query", "Invoke"]),
    query=st.sampled_from(["", "SELECT * FROM X", "ASSOCIATORS OF {X.Y='1'}"]),
    users_query=st.booleans(),
)


def field(name: str, text: str | None) -> str:
    return "" if text is None else f"<p:{name}>{escape(text)}</p:{name}>" if text else f'<p:{name} xsi:nil="true"/>'


def code(text: str | None) -> str:
    return "" if text is None else f" Code={quoteattr(text)}"


def numbers_of(*texts: str | None) -> set[int]:
    """The 32-bit numbers that are written in decimal, signed or not."""
    whole = [int(text) for text in texts if text and re.fullmatch(r"-?\d{1,10}", text.strip(), re.ASCII)]
    return {number & 0xFFFFFFFF for number in whole if -(2**31) <= number < 2**32}


@STEADY
@given(
    outer=FIELD,
    inner=st.lists(FIELD, max_size=2),
    status=st.tuples(FIELD, FIELD, OPERATION, PARAMETER),
    form_b=st.none() | st.tuples(FIELD, FIELD, st.none() | TEXT | NUMBER.map(lambda n: f"HRESULT 0x{n & 0xFFFFFFFF:08x}")),
    subcode=SUBCODE,
    provider=TEXT,
    request=REQUEST,
)
@example("2150858778", ["2150858778"], (None, None, None, None), None, None, "", RequestInfo("Query", query="SELECT * FROM X"))
def test_no_combination_of_parts_raises_or_invents_a_meaning(
    outer: str | None,
    inner: list[str | None],
    status: tuple[str | None, ...],
    form_b: tuple[str | None, ...] | None,
    subcode: str | None,
    provider: str,
    request: RequestInfo,
) -> None:
    error_code, status_code, operation, parameter = status
    extended = (
        '<f:ExtendedError><p:SMS_ExtendedStatus xmlns:p="urn:p">'
        f"{field('ErrorCode', error_code)}{field('StatusCode', status_code)}{field('Operation', operation)}"
        f"{field('ParameterInfo', parameter)}{field('ProviderName', provider)}</p:SMS_ExtendedStatus></f:ExtendedError>"
    )
    nested = "".join(f"<f:WSManFault{code(text)}/>" for text in inner)
    detail = (
        f"<f:WSManFault{code(outer)}><f:Message><f:ProviderFault provider={quoteattr(provider)}>{nested}{extended}"
        "</f:ProviderFault></f:Message></f:WSManFault>"
    )
    if form_b is not None:
        cim_status, error, message_id = form_b
        detail += (
            '<p:MSFT_WmiError xmlns:p="urn:p">'
            f"{field('CIMStatusCode', cim_status)}{field('error_Code', error)}{field('MessageID', message_id)}</p:MSFT_WmiError>"
        )
    value = "" if subcode is None else f"<s:Subcode><s:Value>{escape(subcode)}</s:Value></s:Subcode>"
    body = f"<s:Fault><s:Code>{value}</s:Code><s:Detail>{detail}</s:Detail></s:Fault>"
    text = wire.HEAD.format(action="urn:fault", message_id="x") + body + wire.TAIL
    found = fault_in(parse_answer(text.encode()).body, request)
    assert found is not None
    assert str(found).isprintable()
    assert found.missing == "" or found.kind is FaultKind.NOT_FOUND
    known = [CODES[number] for number in numbers_of(outer, *inner, error_code, status_code) & CODES.keys()]
    said = {meaning.kind for meaning in known}
    if form_b is not None:
        # The numbers of form B have several spellings, so that any code may be meant.
        said |= {meaning.kind for meaning in (*CODES.values(), *CIM_STATUS.values())}
    if subcode is not None:
        said |= {meaning.kind for name, meaning in SUBCODES.items() if subcode.lower().endswith(name)}
    if FaultKind.BAD_QUERY in said and request.is_own_select:
        said.add(FaultKind.INVALID_CLASS)
    assert found.kind in said | {FaultKind.OTHER}
    if any(meaning.kind is not FaultKind.OTHER for meaning in known):
        assert found.kind is not FaultKind.OTHER
    if not found.code_name:
        assert found.code is None or found.code not in CODES
