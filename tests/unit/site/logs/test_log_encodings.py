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
    # Two characters that are valid UTF-8 by chance do not decide the encoding of the complete file.
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


@pytest.mark.parametrize("sign", ["é", "日", "\U0001f600"])
def test_every_sign_that_a_growing_file_has_only_begun(sign: str) -> None:
    data = sign.encode()
    assert decode(b"a" + data) == (f"a{sign}", "utf-8", 0)
    for length in range(len(data)):
        assert decode(b"a" + data[:length]) == ("a", "utf-8", 0)
        assert decode(data[length:] + b"a", cut=True) == ("a" if length else f"{sign}a", "utf-8", 0)


def test_a_whole_file_begins_with_a_sign() -> None:
    assert decode(b"\xa9 2026") == ("\xa9 2026", "cp1252", 0)
    assert decode("日本語".encode()[3:]) == ("本語", "utf-8", 0)


def test_the_lines_that_are_not_ascii_decide_by_majority() -> None:
    bad, good = b"bad \xfc\n", "größer\n".encode()
    assert decode(bad + good) == ("bad ü\ngrößer\n", "utf-8, 1 lines cp1252", 0)
    assert decode(bad + bad + good + b"plain\n" * 9).encoding == "cp1252"


def test_utf_16_of_a_file_that_is_being_written() -> None:
    assert decode(b"\xff\xfea\x00b") == ("a", "utf-16-le", 0)
    assert decode(b"a\x00") == ("a", "utf-16-le", 0)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        # A third of Latin characters indicates UTF-16 without a byte order mark; binary data has zeros everywhere.
        ("ab - Ошибка", "utf-16-le"),
        ("a - Ошибкам", "utf-16-le"),
        ("a  Ошибкам", "utf-8"),
        ("a\0b\0c\0defg", "utf-16-le"),
        ("a\0b\0c\0d\0ef", "utf-8"),
    ],
)
def test_utf_16_without_a_mark_is_told_by_its_zeroes(text: str, encoding: str) -> None:
    assert decode(text.encode("utf-16-le")).encoding == encoding


def test_only_the_beginning_tells_utf_16() -> None:
    assert decode(b"a" * 4096 + b"b\x00" * 9000).encoding == "utf-8"


def test_signs_that_stand_for_nothing_are_counted() -> None:
    assert decode(b"a\x81b\x8dc").unreadable_signs == 2
    assert decode("real \ufffd mark".encode()).unreadable_signs == 0
    assert decode(b"\xef\xbb\xbf" + "real \ufffd mark, bad ".encode() + b"\xff").unreadable_signs == 1
    # Two characters whose bytes contain those of the byte order mark in the middle.
    assert decode(b"\xff\xfe" + "\ufd3e\u00ff".encode("utf-16-le")).unreadable_signs == 0


def test_nothing_at_all() -> None:
    assert decode(b"") == ("", "utf-8", 0)
    assert decode(b"\xef\xbb\xbf").text == ""
    assert decode(b"\x00").text == "\x00"
