"""Every form and difficulty of public logs (facts/logs.md, sections 2.1 to 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import (
    CMTRACE,
    COPIED,
    MOST_WAITING_CHARACTERS,
    MOST_WAITING_LINES,
    NATIVE,
    TEXT,
    Record,
    parse,
    split_lines,
)

END = "$$<SMS_DMP_DOWNLOADER><09-22-2015 21:21:37.008-120><thread=4700 (0x125C)>"
FIELDS = '<time="21:21:36.981-120" date="9-22-2015" component="X" context="" type="1" thread="12" file="x.cpp:1">'


def records(text: str, *, cut: bool = False) -> list[Record]:
    return list(parse(split_lines(text), cut=cut))


def test_a_line_of_a_site_server() -> None:
    (record,) = records(f"Download Easy setup payloads~~ {END}\r\n")
    assert record.message == "Download Easy setup payloads"
    assert (record.component, record.thread, record.form, record.type) == ("SMS_DMP_DOWNLOADER", 4700, NATIVE, None)
    assert record.time is not None
    assert (record.time.local, record.time.bias_minutes) == (datetime(2015, 9, 22, 21, 21, 37, 8000), -120)
    assert record.whole


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("text~~", "text"),
        ("text~", "text"),
        ("text ~~", "text"),
        ("text   ", "text"),
        ("~FQDN for server", "FQDN for server"),
        (r"C:\PROGRA~1\x~", r"C:\PROGRA~1\x"),
        ("", ""),
    ],
)
def test_line_break_marks(written: str, message: str) -> None:
    assert [record.message for record in records(f"{written} {END}")] == [message]


def test_the_last_mark_of_a_line_counts() -> None:
    (record,) = records(f'outerxml is <A State="1" /> and $$<B><not a time> too~~ {END}')
    assert record.message == 'outerxml is <A State="1" /> and $$<B><not a time> too'
    assert record.component == "SMS_DMP_DOWNLOADER"


def test_a_message_over_several_lines() -> None:
    first, second = records(f"exception: one\r\n   at System.Net\r\n\r\n   inner {END}\r\nnext {END}\r\n")
    assert first.message == "exception: one\n   at System.Net\n\n   inner"
    assert (first.line, second.line, second.message) == (1, 5, "next")


@pytest.mark.parametrize(
    ("end", "thread", "whole"),
    [
        ("$$<X><09-22-2015 21:21:37.008-120><thread=4700>", 4700, True),
        ("$$<X><09-22-2015 21:21:37.008-120><thread= (0x125C)>", 4700, True),
        ("$$<X><09-22-2015 21:21:37.008-120>", None, False),
        ("$$<X><09-22-2015 21:21:37.008-120><thread=>", None, False),
        ("$$<X><no time at all><thread=1 (0x1)>", 1, False),
        ("$$<><09-22-2015 21:21:37.008-120><thread=1 (0x1)>", 1, False),
    ],
)
def test_missing_fields(end: str, thread: int | None, whole: bool) -> None:
    (record,) = records(f"m {end}")
    assert (record.message, record.thread, record.whole, record.form) == ("m", thread, whole, NATIVE)


def test_imitations_by_scripts_and_old_dialects() -> None:
    script, old = records(
        "m $$<Script.ps1:Main()><09-22-2015 21:21:37.123456><thread=1 (0x1)>\n"
        "m $$<SMS_SITE_COMPONENT_MANAGER><Fri Mar 26 10:43:41.547 1999 Eastern Standard Time><thread=281 (0x119)>"
    )
    assert script.component == "Script.ps1:Main()"
    assert script.time is not None
    assert script.time.utc is None
    assert old.time is not None
    assert old.time.local == datetime(1999, 3, 26, 10, 43, 41, 547000)


def test_a_cmtrace_record() -> None:
    (record,) = records(f"<![LOG[one\ntwo\r\nthree]LOG]!>{FIELDS}\r\n")
    assert record.message == "one\ntwo\nthree"
    assert (record.component, record.type, record.thread, record.source) == ("X", 1, 12, "x.cpp:1")
    assert (record.form, record.whole) == (CMTRACE, True)


def test_cmtrace_attributes_in_any_order_and_case_with_some_missing() -> None:
    (record,) = records('<![LOG[m]LOG]!><TYPE="" Date="9-22-2015" thread="" TIME="21:21:36.9+0" component="a>b">')
    assert (record.type, record.thread, record.component, record.source) == (None, None, "a>b", "")
    assert record.whole


def test_type_zero_is_kept() -> None:
    assert records('<![LOG[m]LOG]!><time="1:02:03.4+0" date="1-1-2026" type="0">')[0].type == 0


def test_a_missing_end_never_swallows_the_next_record() -> None:
    first, second = records(f"<![LOG[cut off\n<![LOG[whole]LOG]!>{FIELDS}")
    assert (first.message, first.whole, first.time) == ("cut off", False, None)
    assert (second.message, second.whole) == ("whole", True)
    first, second = records(f"<![LOG[cut off\nwhole {END}")
    assert (first.message, first.form, second.message, second.form) == ("cut off", CMTRACE, "whole", NATIVE)


def test_several_records_on_one_line() -> None:
    assert [r.message for r in records(f"<![LOG[a]LOG]!>{FIELDS}<![LOG[b]LOG]!>{FIELDS}")] == ["a", "b"]


def test_truncated_first_and_last_records() -> None:
    first, middle, last = records(f"d of a message]LOG]!>{FIELDS}\n<![LOG[m]LOG]!>{FIELDS}\n<![LOG[begin of", cut=True)
    assert (first.message, first.component, first.whole) == ("d of a message", "X", False)
    assert middle.whole
    assert (last.message, last.whole) == ("begin of", False)
    first, second = records(f"st of a message {END}\nwhole {END}\n", cut=True)
    assert (first.message, first.whole, second.whole) == ("st of a message", False, True)
    whole, rest = records(f"whole {END}\nhalf a line $$<SMS_DMP_DOWN")
    assert whole.whole
    assert (rest.form, rest.message) == (TEXT, "half a line $$<SMS_DMP_DOWN")


def test_formats_mixed_in_one_file() -> None:
    found = records(f"a {END}\n<![LOG[b]LOG]!>{FIELDS}\nc\nd {END}\nlost\n<![LOG[e]LOG]!>{FIELDS}\n")
    assert [(r.message, r.form) for r in found] == [
        ("a", NATIVE),
        ("b", CMTRACE),
        ("c\nd", NATIVE),
        ("lost", TEXT),
        ("e", CMTRACE),
    ]


def test_rollover_and_byte_order_marks_are_no_messages() -> None:
    assert [r.message for r in records(f"\ufeffa {END}\nROLLOVER\n\ufeffb {END}\n")] == ["a", "b"]
    assert [r.message for r in records(f"\ufeff<![LOG[m]LOG]!>{FIELDS}")] == ["m"]


def test_status_message_records_keep_the_fields_of_their_line() -> None:
    (record,) = records(f'STATMSG: ID=4629 SEV=I LEV=M PID=11 TID=9999 ISTR0="a" ISTR1="" {END}')
    assert record.thread == 4700
    assert record.message.startswith("STATMSG: ID=4629")


def test_lines_copied_out_of_cmtrace() -> None:
    (record,) = records("Failed to download\tSMS_DMP_DOWNLOADER\t8/2/2016 2:20:24 PM\t7568 (0x1D90)")
    assert (record.message, record.component, record.thread, record.form) == (
        "Failed to download",
        "SMS_DMP_DOWNLOADER",
        7568,
        COPIED,
    )
    assert record.time is not None
    assert record.time.local == datetime(2016, 8, 2, 14, 20, 24)
    (record,) = records("4580 (0x11e4)    INFO: text")
    assert (record.message, record.thread, record.whole) == ("INFO: text", 4580, False)
    (record,) = records("SMS_X 4580 (0x11e4)    INFO: text")
    assert (record.message, record.component, record.thread) == ("INFO: text", "SMS_X", 4580)


def test_lines_out_of_web_pages() -> None:
    (record,) = records("<p>a &lt;b&gt;~~ $$&lt;SMS_X&gt;&lt;09-22-2015 21:21:36.981-120&gt;&lt;thread=1 (0x1)&gt;</p>\n")
    assert (record.message, record.component, record.thread) == ("a <b>", "SMS_X", 1)
    (record,) = records("<p>$$&lt;SMS_X&gt;&lt;09-22-2015 21:21:36.981-120&gt;&lt;thread=1 (0x1)&gt;</p>\n")
    assert (record.message, record.component, record.form) == ("", "SMS_X", NATIVE)
    (record,) = records("payloads~~ $$<09-22-2015 21:21:36.981-120>")
    assert (record.message, record.component, record.thread, record.whole) == ("payloads", "", None, False)
    assert record.time is not None
    assert record.time.local == datetime(2015, 9, 22, 21, 21, 36, 981000)


def test_text_alone() -> None:
    found = records("one\n\ntwo\n")
    assert [(r.message, r.form, r.line) for r in found] == [("one", TEXT, 1), ("two", TEXT, 3)]


def test_other_line_separators_stand_inside_messages() -> None:
    (record,) = records(f"a\x0bb\x1cc\u2028d {END}")
    assert record.message == "a\x0bb\x1cc\u2028d"


def test_what_waits_is_bounded() -> None:
    found = records("x\n" * (MOST_WAITING_LINES + 1) + f"m {END}")
    assert [r.form for r in found] == [TEXT] * (MOST_WAITING_LINES + 1) + [NATIVE]
    assert found[-1].message == "m"


def test_a_message_may_wait_up_to_a_size() -> None:
    half = "x" * (MOST_WAITING_CHARACTERS // 2)
    for _again in range(2):
        assert [r.form for r in records(f"{half}\n{half}\nm {END}\n{half}\n{half}\nm {END}")] == [NATIVE] * 2
    assert [r.form for r in records(f"{half}\n{half}x\nm {END}")] == [TEXT, TEXT, NATIVE]
    assert [r.form for r in records("x\n" * MOST_WAITING_LINES + f"m {END}")] == [NATIVE]
    first, second = records(f"<![LOG[{half}\n{half}x\nm {END}")
    assert (first.form, first.whole, second.form) == (CMTRACE, False, NATIVE)


def test_a_record_without_a_message() -> None:
    (record,) = records(END)
    assert (record.message, record.component, record.form, record.whole) == ("", "SMS_DMP_DOWNLOADER", NATIVE, True)


def test_the_numbers_of_lines() -> None:
    text = (
        f"\na {END}\n<![LOG[b]LOG]!>{FIELDS}\n<![LOG[c\nd]LOG]!>{FIELDS}\n\n"
        f"<![LOG[e\n<![LOG[f]LOG]!>{FIELDS}\nlost\ng]LOG]!>{FIELDS}"
    )
    assert [(r.line, r.message) for r in records(text)] == [(2, "a"), (3, "b"), (4, "c\nd"), (7, "e"), (8, "f"), (9, "lost\ng")]
    assert [(r.line, r.message) for r in records("x\tX\t8/2/2016 2:20:24 PM\t1 (0x1)\n1 (0x1)  y")] == [(1, "x"), (2, "y")]


def test_a_mark_within_the_fields_is_none() -> None:
    (record,) = records('<![LOG[m]LOG]!><time="1:02:03.4+0" date="1-1-2026" component="<![LOG[x]LOG]!>" type="2">')
    assert (record.message, record.component, record.type) == ("m", "<![LOG[x]LOG]!>", 2)


def test_text_between_records_on_one_line() -> None:
    found = records(f"before <![LOG[a]LOG]!>{FIELDS} after\n<![LOG[b]LOG]!>{FIELDS}")
    assert [(r.message, r.form) for r in found] == [("before", TEXT), ("a", CMTRACE), ("after", TEXT), ("b", CMTRACE)]
    assert [(r.message, r.form) for r in records(f"a {END}<![LOG[b]LOG]!>{FIELDS}")] == [("a", NATIVE), ("b", CMTRACE)]


@pytest.mark.parametrize(
    "line",
    [
        # A thread whose two numbers differ, text after the end, a number that is too long.
        "4580 (0x1)    INFO: text",
        "Failed\tSMS_X\t8/2/2016 2:20:24 PM\t7568 (0x1D90) more",
        "12345678901 (0x2DFDC1C35)    text",
    ],
)
def test_what_looks_copied_only_nearly(line: str) -> None:
    assert [(r.message, r.form) for r in records(line)] == [(line, TEXT)]


@pytest.mark.parametrize(
    ("line", "form"),
    [
        (f"x $$&lt;no end&gt; {END[:-1]}", TEXT),
        ("x $$&lt;SMS_X>", TEXT),
        ("x &lt;SMS_X>", TEXT),
    ],
)
def test_web_pages_have_whole_records_only(line: str, form: str) -> None:
    assert [r.form for r in records(line)] == [form]


@pytest.mark.parametrize(
    ("thread", "number"), [("1234567890", 1234567890), ("12345678901", None), ("x", None), ("-1", None), ("\u0663", None)]
)
def test_the_number_of_a_cmtrace_thread(thread: str, number: int | None) -> None:
    (record,) = records(f'<![LOG[m]LOG]!><time="1:02:03.4+0" date="1-1-2026" thread="{thread}">')
    assert record.thread == number


def test_a_copied_line_is_looked_for_at_the_end() -> None:
    end = "SMS_X\t8/2/2016 2:20:24 PM\t1 (0x1)"
    (record,) = records(f"{'x' * 1000}\t{end}")
    assert (record.message, record.component, record.whole) == ("x" * 1000, "SMS_X", False)


def test_a_record_without_fields_is_not_whole() -> None:
    (record,) = records("<![LOG[m]LOG]!>")
    assert (record.message, record.time, record.whole, record.form) == ("m", None, False, CMTRACE)
    (record,) = records('<![LOG[m]LOG]!><time="99:99:99.9+0" date="1-1-2026">')
    assert record.whole is False


def test_records_come_while_lines_come() -> None:
    seen = []

    def lines() -> Iterator[str]:
        for number in range(3):
            seen.append(number)
            yield f"{number} {END}"

    reader = parse(lines())
    assert next(reader).message == "0"
    assert seen == [0]
