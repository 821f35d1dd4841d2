# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Envelopes of WS-Management as texts that can be scrubbed: what each text and attribute in them is about. Pure.

The names of elements and attributes are those of the protocol and of the classes. They are not changed, so that the client can
read the answer again.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from html import unescape
from xml.sax.saxutils import escape

from ansible_collections.configmgr.scp.plugins.module_utils.site.field import scrubbing
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.vocabulary import numbers
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError

# Called with a text and what it is about; returns the text to write.
Change = Callable[[str, str], str]

SECRET = "secret"
# Output of programs, and values that are single bytes: no person can read what is in them.
_UNREADABLE = (b"/windows/shell/", b"/GetBinaryValue<")
_PIECE = re.compile(r"""<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<(?:[^<>"']|"[^"]*"|'[^']*')*>|[^<]+""", re.DOTALL)
_VALUE = re.compile(r"""(?P<name>[\w.:-]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
_LOCAL = re.compile(r"</?(?:[\w.-]+:)?([\w.-]+)")
# The texts of these elements are names or forms of the protocol and of the product.
_FORMS_TEXT = """
    Action To ResourceURI MessageID RelatesTo Address MaxEnvelopeSize OperationTimeout MaxElements FragmentTransfer
    SessionId OperationID SequenceId EnumerationContext Datetime Interval Filter Value Selector Option hDefKey
    sSubKeyName sValueName sNames Types ReturnValue ProtocolVersion ProductVendor ProductVersion EndOfSequence
    OptimizeEnumeration EnumerationMode RoleName ItemName ItemType NALPath NALType NetworkOSPath PropertyName
    PropertyListName ComponentName Component ModuleName Version FullVersion TallyInterval ObjectTypeName PackageGuid
    ServiceType LocalDateTime FileType Type State Status
"""
_FORMS = frozenset(_FORMS_TEXT.split())
_ABOUT = {
    "MachineName": scrubbing.HOST,
    "Machine": scrubbing.HOST,
    "ServerName": scrubbing.HOST,
    "SiteServerName": scrubbing.HOST,
    "SQLServerName": scrubbing.HOST,
    "CSName": scrubbing.HOST,
    "UserName": scrubbing.ACCOUNT,
    "SiteCode": scrubbing.CODE,
    "ReportingSiteCode": scrubbing.CODE,
    "SiteServerDomain": scrubbing.FLAT,
}
_NAMED = "PropertyName"
_SECRET = re.compile(r"password|passwd|secret|private|credential|token|key(?!word)", re.IGNORECASE)
_FIELDS_OF_NAMED = frozenset({"Value1", "Value2", "Values"})


def is_kept(request: bytes) -> bool:
    """Whether a person can read the answer to this request. Otherwise what was read from it is kept in its place."""
    return not any(part in request for part in _UNREADABLE)


def readable(envelope: bytes) -> str | None:
    """The envelope as text; None if it is no envelope that the client accepts."""
    try:
        parse_answer(envelope)
        return envelope.decode("utf-8-sig")
    except (AnswerError, UnicodeDecodeError, ET.ParseError):
        return None


def rewritten(xml: str, change: Change) -> str:
    """The envelope with its texts and attribute values as ``change`` returns them; comments are left out."""
    return "".join(_pieces(xml, change))


def texts(xml: str) -> list[tuple[str, str]]:
    """The texts and attribute values of an envelope, each with what it is about."""
    found: list[tuple[str, str]] = []

    def note(text: str, about: str) -> str:
        found.append((text, about))
        return text

    rewritten(xml, note)
    return found


def in_lines(xml: str) -> str:
    """With a line for each element, where that does not change what the elements contain."""
    return re.sub(r">(?=<[^/])", ">\n", xml).strip() + "\n"


def _pieces(xml: str, change: Change) -> Iterator[str]:
    opened: list[str] = []
    named = ""
    for match in _PIECE.finditer(xml):
        piece = match[0]
        if piece.startswith(("<!--", "<?")):
            continue
        if piece.startswith("<![CDATA["):
            yield escape(change(piece[9:-3], _about(opened, named)))
        elif piece.startswith("</"):
            if opened:
                opened.pop()
            yield piece
        elif piece.startswith("<"):
            local = _LOCAL.match(piece)
            yield _VALUE.sub(lambda value: _attribute(value, change), piece)
            if local and not piece.endswith("/>"):
                opened.append(local[1])
        else:
            text = unescape(piece)
            if opened and opened[-1] == _NAMED:
                named = text
            blank = not text.strip()
            yield piece if blank else escape(change(text, _about(opened, named)))


def _attribute(value: re.Match[str], change: Change) -> str:
    text = unescape(value["double"] if value["double"] is not None else value["single"])
    # A fault has the name of the computer that reports it.
    about = scrubbing.HOST if value["name"].rpartition(":")[2] == "Machine" else scrubbing.FORM
    return f'{value["name"]}="{escape(change(text, about), {chr(34): "&quot;"})}"'


def _about(opened: list[str], named: str) -> str:
    name = opened[-1] if opened else ""
    if name in _FIELDS_OF_NAMED and _SECRET.search(named):
        return SECRET
    if name in _ABOUT:
        return _ABOUT[name]
    return scrubbing.FORM if name in _FORMS or name in numbers() else scrubbing.FREE
