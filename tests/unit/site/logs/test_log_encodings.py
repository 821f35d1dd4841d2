from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import ANSI, decode

TEXT = "Überprüfung läuft: é ≠ 日本\r\nzweite Zeile\r\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode(), "utf-8"),
    ],
)
def test_the_encodings_of_the_facts(data: bytes, encoding: str) -> None:
    assert decode(data) == (TEXT, encoding, 0)


def test_an_ansi_code_page_can_be_chosen() -> None:
    assert decode("Prüfung".encode("cp1252")) == ("Prüfung", "cp1252", 0)
    assert decode("Ошибка".encode("cp1251"), "cp1251") == ("Ошибка", "cp1251", 0)
    assert decode("エラー".encode("cp932"), "cp932") == ("エラー", "cp932", 0)
    # Two signs that are valid UTF-8 by chance do not decide for the whole file.
    chinese = "联通\r\n错误：无法连接\r\n下载失败\r\n"
    assert decode(chinese.encode("cp936"), "cp936") == (chinese, "cp936", 0)


@pytest.mark.parametrize("ansi", ANSI)
def test_every_choice_is_known_to_python(ansi: str) -> None:
    assert decode(b"plain", ansi).text == "plain"
    assert decode(b"\xff\xfe\x80\x81"[::-1], ansi).encoding in (ansi, "utf-8")


def test_one_bad_line_does_not_spoil_the_others() -> None:
    data = "Prüfung\nzwei\n".encode() + b"bad \xff\x9d line\n" + "läuft\n".encode()
    found = decode(data)
    assert found.text == "Prüfung\nzwei\nbad ÿ\ufffd line\nläuft\n"
    assert (found.encoding, found.unreadable_signs) == ("utf-8, 1 lines cp1252", 1)


def test_a_cut_inside_a_sign() -> None:
    data = "日本語 text".encode()
    assert decode(data[1:], cut=True).text == "本語 text"
    assert decode(data[2:], cut=True).text == "本語 text"
    wide = "Zeile eins\r\nZeile zwei\r\n".encode("utf-16-le")
    assert decode(wide[2:], cut=True).text == "eile eins\r\nZeile zwei\r\n"
    assert decode(wide[1:], cut=True).text == "eile eins\r\nZeile zwei\r\n"


def test_half_a_sign_at_the_end_of_a_growing_file() -> None:
    data = "Größe 日".encode()
    assert decode(data[:-1]) == ("Größe ", "utf-8", 0)
    assert decode(data[:-2]) == ("Größe ", "utf-8", 0)


def test_signs_that_stand_for_nothing_are_counted() -> None:
    assert decode(b"a\x81b\x8dc").unreadable_signs == 2
    assert decode("real \ufffd mark".encode()).unreadable_signs == 0


def test_nothing_at_all() -> None:
    assert decode(b"") == ("", "utf-8", 0)
    assert decode(b"\xef\xbb\xbf").text == ""
    assert decode(b"\x00").text == "\x00"
