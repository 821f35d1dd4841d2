# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds request envelopes ([MS-WSMV] 3.1.4.1; facts: wsman.md section 2). From elements, never by joining text."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any, Union

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import scalars
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import ANONYMOUS, IDENTITY, TO, XML, A, P, S, W
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.values import encode_selectors

# Values of the provider's context object by name; a sequence becomes an array there.
Options = Mapping[str, Union[str, Sequence[str]]]  # noqa: UP007 - an alias, which the sanity tests read by older rules

MIN_ENVELOPE_BYTES = 8192
_MUST = f"{{{S}}}mustUnderstand"


def build_request(
    action: str,
    resource_uri: str,
    body: ET.Element | None,
    *,
    selectors: Mapping[str, Any] | None = None,
    options: Options | None = None,
    fragment: str = "",
    headers: Sequence[ET.Element] = (),
    operation_timeout_seconds: float = 30.0,
    max_envelope_bytes: int = 4 * 1024 * 1024,
) -> tuple[bytes, str]:
    """The envelope as bytes, and its MessageID.

    :param selectors: key values by name, see ``values.encode_selectors``.
    :param options: become ``wmi:NAME`` or, for a sequence, ``wmiarray:NAME`` ([MS-WSMV] 3.1.4.1.10).
    :param fragment: name of the one property to transfer ([MS-WSMV] 3.1.4.1.18).
    :param headers: further headers, sent unchanged.
    :raises ValueError: a selector or option that cannot be sent.
    """
    message_id = f"uuid:{uuid.uuid4()}"
    envelope = ET.Element(f"{{{S}}}Envelope")
    header = ET.SubElement(envelope, f"{{{S}}}Header")
    ET.SubElement(header, f"{{{A}}}To").text = TO
    ET.SubElement(header, f"{{{W}}}ResourceURI", {_MUST: "true"}).text = resource_uri
    reply_to = ET.SubElement(header, f"{{{A}}}ReplyTo")
    ET.SubElement(reply_to, f"{{{A}}}Address", {_MUST: "true"}).text = ANONYMOUS
    ET.SubElement(header, f"{{{A}}}Action", {_MUST: "true"}).text = action
    ET.SubElement(header, f"{{{A}}}MessageID").text = message_id
    ET.SubElement(header, f"{{{W}}}MaxEnvelopeSize", {_MUST: "true"}).text = str(max_envelope_bytes)
    ET.SubElement(header, f"{{{W}}}OperationTimeout").text = f"PT{operation_timeout_seconds:.3f}S"
    language = {f"{{{XML}}}lang": "en-US", _MUST: "false"}
    ET.SubElement(header, f"{{{W}}}Locale", language)
    ET.SubElement(header, f"{{{P}}}DataLocale", language)
    if fragment:
        ET.SubElement(header, f"{{{W}}}FragmentTransfer", {_MUST: "true"}).text = fragment
    if selectors:
        header.append(encode_selectors(selectors))
    if options:
        header.append(_option_set(options))
    header.extend(headers)
    _body(envelope, body)
    return to_bytes(envelope), message_id


def build_identify() -> bytes:
    """The Identify request: it has no addressing headers (DSP0226, clause on identify)."""
    envelope = ET.Element(f"{{{S}}}Envelope")
    ET.SubElement(envelope, f"{{{S}}}Header")
    _body(envelope, ET.Element(f"{{{IDENTITY}}}Identify"))
    return to_bytes(envelope)


def to_bytes(element: ET.Element) -> bytes:
    """UTF-8 without a declaration. A carriage return is written as a reference: a parser would turn a bare one into LF."""
    return ET.tostring(element, encoding="unicode").replace("\r", "&#13;").encode("utf-8")


def _body(envelope: ET.Element, content: ET.Element | None) -> None:
    body = ET.SubElement(envelope, f"{{{S}}}Body")
    if content is not None:
        body.append(content)


def _option_set(options: Options) -> ET.Element:
    # Unknown names are not rejected by the provider, even though the header must be understood (note 52).
    option_set = ET.Element(f"{{{W}}}OptionSet", {_MUST: "true"})
    for name, value in options.items():
        prefix, values = ("wmi", [value]) if isinstance(value, str) else ("wmiarray", list(value))
        for text in values:
            try:
                scalars.check_text(text)
            except ValueError as error:
                raise ValueError(f"option {name} {error}") from None
            ET.SubElement(option_set, f"{{{W}}}Option", {"Name": f"{prefix}:{name}"}).text = text
    return option_set
