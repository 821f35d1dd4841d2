"""The allowed values of each kind, and that no value continues on another line."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.unit.site.setup_script.support import PRODUCT_KEY, mistakes, one_harmless_line, values, wish

GOOD: list[tuple[str, Any, str, str]] = [
    ("product_key", "eval", "ProductID", "Eval"),
    ("product_key", PRODUCT_KEY.lower(), "ProductID", PRODUCT_KEY),
    ("product_key", f" {PRODUCT_KEY} ", "ProductID", PRODUCT_KEY),
    ("site_code", "ab1", "SiteCode", "AB1"),
    ("site_code", 123, "SiteCode", "123"),
    ("site_name", "Contoso-HQ 2", "SiteName", "Contoso-HQ 2"),
    ("site_name", "x" * 127, "SiteName", "x" * 127),
    ("database__name", "x" * 128, "DatabaseName", "x" * 128),
    ("install_dir", "D:\\" + "a" * 237, "SMSInstallDir", "D:\\" + "a" * 237),
    ("database__port", 1, "SQLServerPort", "1"),
    ("install_dir", "d:\\", "SMSInstallDir", "d:\\"),
    ("install_dir", r"D:\[Cfg] & Co=%X%\a.b", "SMSInstallDir", r"D:\[Cfg] & Co=%X%\a.b"),
    ("sms_provider", "CM_01.Contoso.COM", "SDKServer", "cm_01.contoso.com"),
    ("prerequisites__path", r"\\srv.contoso.com\c$\x y" + "\\", "PrerequisitePath", r"\\srv.contoso.com\c$\x y" + "\\"),
    ("prerequisites__downloaded", "yes", "PrerequisiteComp", "1"),
    ("prerequisites__downloaded", 0, "PrerequisiteComp", "0"),
    ("database__name", r"INST$1\CM_PS1", "DatabaseName", r"INST$1\CM_PS1"),
    ("database__port", "1433", "SQLServerPort", "1433"),
    ("database__port", 65535, "SQLServerPort", "65535"),
    ("clients__protocol", "HTTPorHTTPS", "RoleCommunicationProtocol", "HTTPorHTTPS"),
    ("branch", "Long_Term_Servicing", "CurrentBranch", "0"),
    ("software_assurance__expires", datetime.date(2028, 2, 29), "SAExpiration", "2028-02-29 00:00:00.000"),
    ("software_assurance__expires", datetime.datetime(2028, 2, 29), "SAExpiration", "2028-02-29 00:00:00.000"),
    ("software_assurance__expires", "2028-02-29 00:00:00.000", "SAExpiration", "2028-02-29 00:00:00.000"),
    ("languages__client", "deu, FRA", "AddClientLanguages", "DEU,FRA"),
    ("languages__client", ["CHS"], "AddClientLanguages", "CHS"),
]


@pytest.mark.parametrize(("option", "value", "key", "says"), GOOD)
def test_a_value_and_how_it_is_written(option: str, value: Any, key: str, says: str) -> None:
    assert values(wish("primary", **{option: value}))[key] == says


BAD: list[tuple[str, Any]] = [
    ("product_key", "ABCDE-12345-FGHIJ-67890"),
    ("product_key", PRODUCT_KEY.replace("-", "")),
    ("product_key", "Evaluation"),
    *(
        ("site_code", code)
        for code in ("PS", "PS12", "P-1", "P 1", "ÄÖÜ", "ßa", "PS1\n", "٣٣٣", "aux", "Con", "NUL", "prn", "SMS", "env")
    ),
    *(
        ("site_name", name)
        for name in (
            "Größe",
            "Cont_oso",
            " x",
            "x ",
            "a\nb",
            "a\r\nProductID=Eval",
            ";x",
            "#x",
            "[x]",
            "x]",
            '"x"',
            "a=b",
            "x" * 128,
        )
    ),
    *(
        ("install_dir", path)
        for path in (
            "ConfigMgr",
            "D:",
            "D:ConfigMgr",
            "/opt/x",
            r"\\srv\share",
            r"D:\a\..\b",
            r"D:\.",
            "D:\\a.",
            "D:\\a ",
            "D:\\ a",
            "D:\\a\\\\b",
            'D:\\"a"',
            "D:\\a*",
            "D:\\a;b",
            "D:\\a/b",
            "D:\\ä",
            "D:\\a\nb",
            "D:\\a\x00",
            "D:\\a\u2028b",
            "D:\\" + "a" * 238,
        )
    ),
    *(
        ("sms_provider", name)
        for name in ("cm01", "10.0.0.1", "fe80::1", "cm 01.contoso.com", "münchen.contoso.com", "a..b", "a.b;c")
    ),
    *(("prerequisites__path", path) for path in ("Redist", r"\\srv", r"\\srv\\", r"\\?\C:\x", r"\\s v\x", "http://x/y")),
    *(("database__name", name) for name in ("CM PS1", "a\\b\\c", "\\CM", "CM\\", "CM;x", "[CM]", "x" * 129, "Größe")),
    *(("database__port", port) for port in (0, -1, 65536, "1433 ", "0x10", True, 14.33, "１４３３")),
    ("database__backup_share", "D:\\x"),
    ("database__data_path", r"\\srv\share"),
    ("console", "2"),
    ("console", "perhaps"),
    ("clients__protocol", "http"),
    ("branch", "ltsb"),
    *(
        ("software_assurance__expires", day)
        for day in ("2027-02-29", "30.06.2027", "2027-6-1", "2027-06-30 12:00:00", 2027, "soon")
    ),
    *(("languages__client", codes) for codes in ("DE", ["DEU", "deu"], ["ENG"], "DEU;FRA", ["DEU", None], [["DEU"]])),
    *(("hierarchy__timeout_minutes", number) for number in (-1, 101, "x")),
    *(("hierarchy__retry_minutes", number) for number in (-1, 1000000, "1h")),
]


@pytest.mark.parametrize(("option", "value"), BAD, ids=lambda part: ascii(part)[:30])
def test_a_value_that_can_not_be_is_refused_in_one_sentence(option: str, value: Any) -> None:
    kind = "child_primary" if option.startswith("hierarchy") else "primary"
    found = mistakes(wish(kind, **{option: value}))
    assert len(found) == 1, found
    assert found[0].startswith(f"unattended_setup_{option.replace('__', '.')} (")
    assert "; allowed: " in found[0]
    assert found[0].endswith(".")
    assert one_harmless_line(found[0])


@pytest.mark.parametrize("number", [0, 100])
def test_minutes_from_none_to_the_most(number: int) -> None:
    assert values(wish("child_primary", hierarchy__timeout_minutes=number))["WaitForCASTimeout"] == str(number)


def test_the_refused_value_is_shown() -> None:
    assert "'cm01'" in mistakes(wish("primary", sms_provider="cm01"))[0]
    assert "'CON'" in mistakes(wish("primary", site_code="CON"))[0]


def test_a_long_value_is_cut() -> None:
    [found] = mistakes(wish("primary", site_name="x" * 5000))
    assert "[... 4920 more characters]" in found
    assert len(found) < 400


def test_a_product_key_is_never_shown() -> None:
    mistyped = PRODUCT_KEY[:-1]
    for changes in (
        {"product_key": mistyped},
        {"site_name": f"x/{PRODUCT_KEY}"},
        {"further_keys": {PRODUCT_KEY: {"a": 1}}},
        {"further_keys": {"Options": {PRODUCT_KEY: 1}}},
        {"branch": PRODUCT_KEY},
        {PRODUCT_KEY: "x"},
        {"service_connection_point": {"password": "S3cret-Word"}},
        {"database": PRODUCT_KEY},
    ):
        found = "\n".join(mistakes(wish("primary", **changes)))
        assert found
        assert mistyped not in found
        assert "S3cret-Word" not in found


def test_a_marked_text_is_the_text_itself() -> None:
    class Marked(str):
        def __str__(self) -> str:
            return "(marked)"

    assert values(wish("primary", site_name=Marked("Contoso")))["SiteName"] == "Contoso"
    assert type(values(wish("primary", site_name=Marked("Contoso")))["SiteName"]) is str
