"""Envelopes as texts: nothing but texts and attribute values changes, and what each of them is about."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.field import envelopes
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.envelopes import SECRET
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.scrubbing import ACCOUNT, CODE, FORM, FREE, HOST

RECORDED = Path(__file__).resolve().parents[3] / "recorded" / "bundles" / "lab"


@pytest.mark.parametrize("kind", ["request", "answer"])
def test_an_unchanged_envelope_is_the_same_for_a_parser(kind: str) -> None:
    files = sorted(RECORDED.glob(f"*-{kind}.xml"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        again = envelopes.rewritten(text, lambda found, _about: found)
        assert ET.canonicalize(again) == ET.canonicalize(text), file.name


def test_what_a_text_is_about() -> None:
    xml = (
        '<!-- note --><a Machine="BOX" b=\'x &amp; "y"\'><MachineName>BOX</MachineName><UserName>u</UserName>'
        "<SiteCode>S01</SiteCode>"
        "<RecordID>123456789012</RecordID><Value1>free</Value1><RoleName>SMS Site System</RoleName><![CDATA[a<b]]>"
        "<Props><PropertyName>ApiKey</PropertyName><Value>1</Value><Value1>s3</Value1></Props>"
        "<Props><PropertyName>Note</PropertyName><Value1>n</Value1></Props></a>"
    )
    assert envelopes.texts(xml) == [
        ("BOX", HOST),
        ('x & "y"', FORM),
        ("BOX", HOST),
        ("u", ACCOUNT),
        ("S01", CODE),
        ("123456789012", FORM),
        ("free", FREE),
        ("SMS Site System", FORM),
        ("a<b", FREE),
        ("ApiKey", FORM),
        ("1", FORM),
        ("s3", SECRET),
        ("Note", FORM),
        ("n", FREE),
    ]
    assert "note" not in envelopes.rewritten(xml, lambda text, _about: text)


def test_lines_change_no_text() -> None:
    assert envelopes.in_lines("<a><b></b><c>x</c></a>") == "<a>\n<b></b>\n<c>x</c></a>\n"


@pytest.mark.parametrize("bad", [b"<a", b"\xff\xfe<", b"<!DOCTYPE x><s/>", b"plain"])
def test_what_is_no_envelope(bad: bytes) -> None:
    assert envelopes.readable(bad) is None
