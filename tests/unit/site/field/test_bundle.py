"""The folder that may be handed on: readable, complete, and refused when anything is left in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.field import bundle as bundles
from ansible_collections.configmgr.scp.plugins.module_utils.site.field import envelopes
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.bundle import READINGS, README, VERDICTS, Survivor, bundle
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.scrubbing import Scrubber
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import parse_answer

URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/sms/site_PS1/SMS_SCI_SysResUse"
REQUEST = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">'
    "<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action>"
    "<a:MessageID>uuid:3f0a1b2c-0000-4000-9000-aabbccddeeff</a:MessageID></s:Header><s:Body/></s:Envelope>"
)
ANSWER = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">'
    "<s:Header><a:RelatesTo>uuid:3F0A1B2C-0000-4000-9000-AABBCCDDEEFF</a:RelatesTo></s:Header><s:Body>"
    f'<!-- at cas01 --><p:SMS_SCI_SysResUse xmlns:p="{URI}">'
    "<p:NALPath>[&quot;Display=\\\\CAS01.corp.contoso.com\\&quot;]MSWNET:[&quot;SMS_SITE=PS1&quot;]\\\\CAS01\\</p:NALPath>"
    "<p:SiteCode>PS1</p:SiteCode><p:RoleName>SMS Site System</p:RoleName><p:ServiceWindows/>"
    "<p:Props><p:PropertyName>UserName</p:PropertyName><p:Value>0</p:Value><p:Value1></p:Value1>"
    "<p:Value2>CORP\\svc sccm</p:Value2></p:Props>"
    "<p:Props><p:PropertyName>ServicePassword</p:PropertyName><p:Value1>Hunter2</p:Value1></p:Props>"
    "<p:Props><p:PropertyName>Note</p:PropertyName><p:Value1>Ask Jane, 555 1234, site for R&amp;D Falcon</p:Value1></p:Props>"
    "</p:SMS_SCI_SysResUse></s:Body></s:Envelope>"
)
SECRETS = (
    "cas01",
    "corp",
    "contoso",
    "ps1",
    "svc",
    "sccm",
    "hunter2",
    "jane",
    "falcon",
    "3f0a1b2c",
    "projectx",
    "10.1.2.3",
    "anna",
)


def part(**changes: Any) -> dict[str, Any]:
    probe = {"id": "role_row", "part": "site", "assumed": "a", "verdict": "otherwise", "seen": r"on \\CAS01, for CORP\anna"}
    return {
        "part": "site",
        "probes": [probe],
        "versions": ["site 5.00.9132.1000"],
        "exchanges": [{"request": REQUEST, "answer": ANSWER}],
        "readings": {"log_end": {"error": "cas01.corp.contoso.com: no", "bytes": 3}},
        **changes,
    }


def made(**changes: Any) -> dict[str, str]:
    return bundle([part(**changes)], ["10.1.2.3", r"CORP\anna", "cas01"], ["ProjectX"], "1.2.3")


def test_the_folder_can_be_read_and_has_no_name_of_the_site() -> None:
    files = made()
    assert sorted(files) == [README, READINGS, "site-001-answer.xml", "site-001-request.xml", VERDICTS]
    whole = "\n".join(files.values()).casefold()
    assert [text for text in SECRETS if text in whole] == []
    assert "otherwise: role_row (site)" in files[README]
    assert "configmgr.scp 1.2.3" in files[README]
    assert "Version: site 5.00.9132.1000" in files[README]
    assert all(len(line) < 600 for text in files.values() for line in text.splitlines())


def test_the_client_reads_the_answer_again_and_what_belongs_together_still_does() -> None:
    files = made()
    answer = files["site-001-answer.xml"]
    assert parse_answer(answer.encode()).relates_to == "uuid:00000000-0000-4000-8000-000000000001"
    assert "<a:MessageID>uuid:00000000-0000-4000-8000-000000000001<" in files["site-001-request.xml"]
    assert r"Display=\\server01.domain01.example\"]MSWNET:[" in answer
    assert r'"SMS_SITE=S01"]\\server01\<' in answer
    assert "site_S01/SMS_SCI_SysResUse" in answer
    # An empty text stays empty.
    assert "<p:Value1></p:Value1>" in answer
    assert json.loads(files[VERDICTS])["probes"][0]["seen"].startswith(r"on \\server01, for DOMAIN01\ac")
    assert json.loads(files[READINGS])["site"]["log_end"] == {"error": "server01.domain01.example: no", "bytes": 3}


def test_an_answer_that_is_no_xml_is_left_out() -> None:
    files = made(exchanges=[{"request": REQUEST, "answer": "<html>cas01 & co"}])
    assert files["site-001-answer.xml"].startswith("(an envelope that is no valid XML")


@pytest.mark.parametrize("name", ["site-001-answer.xml", READINGS, VERDICTS])
def test_nothing_is_made_when_the_second_reading_finds_something(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scrubber with a defect: it leaves one text of this file as it is."""
    left = {
        "site-001-answer.xml": "CORP\\svc sccm",
        READINGS: "cas01.corp.contoso.com: no",
        VERDICTS: r"on \\CAS01, for CORP\anna",
    }[name]
    sound = Scrubber.scrub
    monkeypatch.setattr(Scrubber, "scrub", lambda self, text: text if text == left else sound(self, text))
    with pytest.raises(Survivor) as refusal:
        made()
    assert name in str(refusal.value)
    assert "Nothing was written" in str(refusal.value)
    assert not any(secret in str(refusal.value).casefold() for secret in SECRETS)


def test_without_a_recording_there_are_only_verdicts() -> None:
    assert sorted(made(exchanges=(), readings={})) == [README, READINGS, VERDICTS]


def test_a_fault_names_no_computer_and_no_one() -> None:
    fault = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><s:Fault><s:Reason><s:Text>Access'
        " is denied to Jane on PROXYBOX</s:Text></s:Reason><s:Detail><f:WSManFault xmlns:f='http://schemas.microsoft.com/wbem/wsman/1/wsmanfault'"
        ' Code="5" Machine="BOXSEVEN"><f:Message>0x80041003 at boxseven</f:Message></f:WSManFault></s:Detail></s:Fault></s:Body>'
        "</s:Envelope>"
    )
    text = made(exchanges=[{"request": REQUEST, "answer": fault}])["site-001-answer.xml"]
    assert [name for name in ("jane", "proxybox", "boxseven") if name in text.casefold()] == []
    assert "Access is denied to word" in text
    assert 'Code="5" Machine="server01"><f:Message>0x80041003 at server01<' in text.replace("\n", "")


@pytest.mark.parametrize(
    ("action", "kept"),
    [
        ("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", True),
        ("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command", False),
        ("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/StdRegProv/GetBinaryValue", False),
    ],
)
def test_output_of_programs_and_bytes_are_not_kept(action: str, kept: bool) -> None:
    request = REQUEST.replace("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", action)
    assert envelopes.is_kept(request.encode()) is kept


def test_a_site_that_reads_like_the_readme_can_still_be_recorded() -> None:
    """The collection's own sentences are not the site's, whatever its servers are called."""
    files = bundle([part()], ["readme.files.example", "Read"], ["verdicts"], "1.2.3")
    assert README in files
    assert json.loads(files[VERDICTS])["format"] == bundles.FORMAT
