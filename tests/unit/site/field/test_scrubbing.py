"""Stand-ins: what is replaced, in which forms, and that the two forms of one name belong together."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.bundle import survivors
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.scrubbing import (
    ACCOUNT,
    CODE,
    DROPPED,
    FLAT,
    FORM,
    FREE,
    HOST,
    Known,
    Scrubber,
)

NAL = r'["Display=\\SCP01.corp.contoso.com\"]MSWNET:["SMS_SITE=PS1"]\\scp01.corp.contoso.com\\'


def scrubbed(*texts: str, known: Known | None = None, about: str = FORM) -> list[str]:
    scrubber = Scrubber(known or Known(), [(text, about) for text in texts])
    return [scrubber.scrub(text) for text in texts]


def test_a_server_has_one_stand_in_in_every_form() -> None:
    forms = (
        NAL,
        r"\\SCP01\SMS_PS1",
        "scp01.corp.contoso.com.",
        r"CORP\SCP01$",
        "on SCP01,",
        "HTTP://scp01:80/x",
        "sql at Scp01\\INST",
    )
    scrubber = Scrubber(Known(codes={"PS1"}), [(text, FORM) for text in forms])
    found = [scrubber.scrub(text) for text in forms]
    assert found == [
        r'["Display=\\server01.domain01.example\"]MSWNET:["SMS_SITE=S01"]\\server01.domain01.example\\',
        r"\\server01\SMS_S01",
        "server01.domain01.example.",
        r"DOMAIN01\server01$",
        "on server01,",
        "HTTP://server01:80/x",
        r"sql at server01\account01",
    ]


def test_a_domain_has_one_number_in_both_its_forms_and_the_organisation_is_replaced_too() -> None:
    assert scrubbed(r"CORP\anna", "anna@corp.contoso.com", "x.corp.contoso.com", "Contoso", "CONTOSO.") == [
        r"DOMAIN01\account01",
        "account01@domain01.example",
        "server01.domain01.example",
        "word01",
        "word01.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S-1-5-21-1111111111-222-333-1104", "S-1-5-21-0-0-0-1"),
        ("S-1-5-32-544 and S-1-16-12288", "S-1-5-32-544 and S-1-16-12288"),
        ("uuid:3F0A1B2C-0000-4000-9000-AABBCCDDEEFF", "uuid:00000000-0000-4000-8000-000000000001"),
        ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"),
        ("at 10.1.2.3:8530, 127.0.0.1", "at 192.0.2.1:8530, 127.0.0.1"),
        ("5.00.9132.1000 and 10.0.20348", "5.00.9132.1000 and 10.0.20348"),
        ("[fe80::1ff:fe23:4567:890a] at 10:22:33", "[2001:db8::1] at 10:22:33"),
        ("00-15-5D-01-02-03", "02-00-00-00-00-01"),
        ("MIIB" + "ab1/" * 20 + "==", DROPPED),
        (r"HKLM\SOFTWARE\Microsoft\SMS\Tracing", r"HKLM\SOFTWARE\Microsoft\SMS\Tracing"),
        ("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/StdRegProv", None),
        (r"D:\SMS\Logs\dmpdownloader.log", None),
    ],
)
def test_forms(text: str, expected: str | None) -> None:
    assert scrubbed(text) == [text if expected is None else expected]


def test_a_site_code_is_replaced_where_it_is_one() -> None:
    known = Known(codes={"SCI"})
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/sms/site_SCI/SMS_SCI_SysResUse"
    assert scrubbed(uri, r"root\sms\site_sci", r"\\x\SMS_SCI", known=known) == [
        uri.replace("site_SCI", "site_S01"),
        r"root\sms\site_S01",
        r"\\server01\SMS_S01",
    ]


def test_names_are_known_by_their_property() -> None:
    texts = [("OLDBOX", HOST), (r"SQLBOX\INST", HOST), ("AB1", CODE), ("FABRIKAM", FLAT), (r"FABRIKAM\svc sccm", ACCOUNT)]
    scrubber = Scrubber(Known(), [*texts, ("oldbox and svc sccm of Fabrikam at AB1", FORM)])
    assert scrubber.scrub("oldbox and svc sccm of Fabrikam at AB1") == "server01 and word01 of DOMAIN01 at S01"


def test_a_free_text_shows_only_words_of_the_product() -> None:
    scrubber = Scrubber(Known(), [("Configuration Manager for Falcon, 123456789012", FREE), ("the falcon flies", FORM)])
    assert scrubber.scrub("Configuration Manager for Falcon, 123456789012") == "Configuration Manager for word01, word02"
    # A word that was replaced once is replaced everywhere.
    assert scrubber.scrub("the falcon flies") == "the word01 flies"


def test_a_stand_in_is_never_a_text_of_the_site() -> None:
    texts = (r"\\server01\x", "server02.domain01.example", "192.0.2.1", "S01")
    assert scrubbed(*texts) == [r"\\server03\x", "server04.domain02.example", "192.0.2.2", "S01"]


def test_an_escaped_text_has_the_same_stand_in() -> None:
    r"""A query has doubled backslashes: the replayed client must ask what was recorded."""
    plain, escaped = scrubbed(NAL, NAL.replace("\\", "\\\\").replace('"', '\\"'), known=Known(codes={"PS1"}))
    assert escaped == plain.replace("\\", "\\\\").replace('"', '\\"')


def test_a_name_with_hyphens_is_replaced_inside_a_longer_one() -> None:
    known = Known(servers={"srv-cas-01.contoso.com"})
    assert scrubbed("srv-cas-01-backup and SRV-CAS-01", known=known) == ["server01-backup and server01"]


def test_what_is_left_is_found_in_any_case_and_only_as_a_word() -> None:
    originals = [("server", "scp01"), ("site code", "sci"), ("word", "the")]
    assert survivors("on SCP01.", originals) == [("server", "scp01")]
    assert survivors("scp011 and SMS_SCI_SysResUse", originals) == []
    assert survivors("site_SCI", originals) == [("site code", "sci")]
