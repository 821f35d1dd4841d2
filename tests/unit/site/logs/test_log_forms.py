"""Lines that were pasted from web pages, tickets, log viewers and tables (facts/logs.md, section 2.4, and public posts)."""

from __future__ import annotations

from datetime import datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import (
    CMTRACE,
    COPIED,
    NATIVE,
    TEXT,
    Record,
    parse,
    split_lines,
)

END = "$$<SMS_DMP_DOWNLOADER><09-22-2015 21:21:37.008-120><thread=4700 (0x125C)>"
WEB = END.replace("<", "&lt;").replace(">", "&gt;")
FIELDS = '<time="21:21:36.981-120" date="9-22-2015" component="X" context="" type="1" thread="12" file="x.cpp:1">'
WEB_FIELDS = FIELDS.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
TIME = datetime(2015, 9, 22, 21, 21, 37, 8000)
COPY = datetime(2016, 8, 2, 14, 20, 24)


def records(text: str, *, cut: bool = False) -> list[Record]:
    return list(parse(split_lines(text), cut=cut))


def shown(text: str) -> list[tuple[str, str]]:
    return [(record.message, record.form) for record in records(text)]


def local(record: Record) -> datetime | None:
    return record.time.local if record.time else None


def test_a_web_page_with_closing_tags_on_the_next_line() -> None:
    first, second = records(
        f"<em>EasySetupDownload thread is starting... {WEB}\n</em>\n"
        f'<p style="margin-left: 18pt;"><em>Download &amp; check~~ {WEB}\n</em></p>\n'
    )
    assert (first.message, first.line, second.message, second.line) == (
        "EasySetupDownload thread is starting...",
        1,
        "Download & check",
        3,
    )
    for record in (first, second):
        assert (record.component, record.thread, record.form, record.whole) == ("SMS_DMP_DOWNLOADER", 4700, NATIVE, True)
        assert local(record) == TIME


@pytest.mark.parametrize(
    "text",
    [
        f"a &quot;b&quot; {WEB}",
        f"<p>a &quot;b&quot; {WEB}</p>",
        f"<p>a &quot;b&quot; {WEB}<br /></p>",
        f"<pre><code>a &quot;b&quot; {WEB}\n</code></pre>",
        f"a &quot;b&quot; {WEB}&nbsp;",
        f"a &quot;b&quot;\n{WEB}\n",
        f"<p>a &quot;b&quot;</p>\n<p>{WEB}</p>\n",
        f"a&nbsp;&#34;b&#34; {WEB}",
        "a &quot;b&quot; " + WEB.replace("&", "&amp;"),
        "a &quot;b&quot; " + WEB.replace("&gt;&lt;09", "&gt;\n&lt;09"),
        "a &quot;b&quot; " + WEB.replace("&gt;&lt;thread", "&gt;</em>\n<em>&lt;thread"),
        "a &quot;b&quot; " + WEB.replace("2015 21", "2015\n21"),
        "a &quot;b&quot; " + WEB.replace("2015 21", "2015&nbsp;21"),
        "a &quot;b&quot; " + WEB.replace("4700 (", "4700<br>\n("),
        "a &quot;b&quot; " + WEB.replace("$$&lt;", "<b>$$&lt;</b>"),
    ],
)
def test_escaped_records(text: str) -> None:
    (record,) = records(text)
    assert (record.message, record.component, record.thread, record.whole) == ('a "b"', "SMS_DMP_DOWNLOADER", 4700, True)
    assert local(record) == TIME


def test_several_escaped_records_on_one_line() -> None:
    assert [r.message for r in records(f"<p>a {WEB}<br>b &lt;c&gt;<br>d {WEB}</p><p>e {WEB}</p>")] == ["a", "b <c>\nd", "e"]


def test_other_blocks_of_a_page_are_text() -> None:
    text = f"<h1>Update</h1>\n<li>The log has lines such as:</li>\n</ol>\n<em>a {WEB}</em>\n<p>After that &amp; more.</p>\n"
    assert [(r.message, r.form, r.line) for r in records(text)] == [
        ("Update", TEXT, 1),
        ("The log has lines such as:", TEXT, 2),
        ("a", NATIVE, 4),
        ("<p>After that &amp; more.</p>", TEXT, 5),
    ]


def test_escaped_cmtrace_records() -> None:
    first, second = records(
        f"<p>&lt;![LOG[one &quot;x&quot;]LOG]!&gt;{WEB_FIELDS}</p>\n"
        f"&lt;![LOG[two\n&lt;three&gt;<br>\nfour]LOG]!&gt;{WEB_FIELDS}\n"
    )
    assert (first.message, first.form, first.component, first.thread, first.whole) == ('one "x"', CMTRACE, "X", 12, True)
    assert (second.message, second.line, second.whole) == ("two\n<three>\n\nfour", 2, True)
    assert [r.message for r in records(f"<![LOG[raw &lt;x&gt;]LOG]!>{FIELDS}")] == ["raw &lt;x&gt;"]


@pytest.mark.parametrize(
    "text",
    [
        FIELDS.replace(" component", "\ncomponent"),
        "\n" + FIELDS,
        FIELDS.replace(" component", "\ncomponent").replace(" type", "\n   type"),
        FIELDS.replace('"', "\u201d").replace("=\u201d", "=\u201c"),
        FIELDS + "</p>",
        FIELDS + "`",
    ],
)
def test_the_fields_of_cmtrace_records(text: str) -> None:
    (record,) = records(f"<![LOG[m]LOG]!>{text}\n")
    assert (record.message, record.component, record.thread, record.source, record.whole) == ("m", "X", 12, "x.cpp:1", True)


def test_fields_that_do_not_come() -> None:
    assert shown(f"<![LOG[m]LOG]!>\nb {END}") == [("m", CMTRACE), ("b", NATIVE)]
    assert shown(f'<![LOG[m]LOG]!><time="21:21:36.981-120"\nb {END}') == [
        ("m", CMTRACE),
        ('<time="21:21:36.981-120"', TEXT),
        ("b", NATIVE),
    ]
    assert shown(f"<![LOG[m]LOG]!>\n<![LOG[n]LOG]!>{FIELDS}") == [("m", CMTRACE), ("n", CMTRACE)]
    assert shown(f"<![LOG[m]LOG]!>\nb\nc {END}") == [("m", CMTRACE), ("b\nc", NATIVE)]
    assert [(r.line, r.message) for r in records("<![LOG[m]LOG]!><a\nb\n")] == [(1, "m"), (1, "<a"), (2, "b")]
    (record,) = records("<![LOG[m]LOG]!>\n")
    assert not record.whole


@pytest.mark.parametrize(
    "end",
    [
        END.replace("><09", ">\n<09"),
        END.replace("><thread", ">\n<thread"),
        END.replace("2015 21", "2015\n21"),
        END.replace("4700 (", "4700\n("),
        END.replace("><09", ">\n<09").replace("2015 21", "2015\n21").replace("4700 (", "4700\n("),
        END.replace("2015 21", "2015\u00a021"),
        END.replace("><", ">\u200b<"),
        END.replace("<", "\\<").replace(">", "\\>").replace("_", "\\_"),
        END + "<br>",
        END + "</p>",
    ],
)
def test_native_records_broken_by_line_wraps_and_converters(end: str) -> None:
    first, second = records(f"a b {end}\nc {END}\n")
    assert (first.message, first.component, first.thread, first.whole) == ("a b", "SMS_DMP_DOWNLOADER", 4700, True)
    assert local(first) == TIME
    assert second.message == "c"


def test_a_thread_that_does_not_come() -> None:
    without = END.partition("<thread")[0]
    assert [(r.message, r.thread, r.whole) for r in records(f"a {without}\nb {END}\nc {without}")] == [
        ("a", None, False),
        ("b", 4700, True),
        ("c", None, False),
    ]


def test_two_records_that_may_continue() -> None:
    without = END.partition("<thread")[0]
    assert shown(f"a {without}<![LOG[b]LOG]!>") == [("a", NATIVE), ("b", CMTRACE)]
    assert shown(f"a {without}<![LOG[b]LOG]!>\nc {without}\nd {END}") == [
        ("a", NATIVE),
        ("b", CMTRACE),
        ("c", NATIVE),
        ("d", NATIVE),
    ]


def test_what_is_only_nearly_a_broken_record() -> None:
    assert shown(f"a $$<X>\n<no time at all>\nb {END}") == [("a $$<X>\n<no time at all>\nb", NATIVE)]
    assert shown("a $$<X>\nb\nc\nd\n<09-22-2015 21:21:37.008-120><thread=4700 (0x125C)>")[0] == ("a $$<X>", TEXT)


@pytest.mark.parametrize("mark", ["> ", ">", "- ", "* ", "  - ", "\u2022 "])
def test_quote_marks_and_bullets(mark: str) -> None:
    copy = "SMS_X 17 (0x11) d"
    text = f"{mark}a {END}\n{mark}b {END}\n{mark}<![LOG[c]LOG]!>{FIELDS}\n{mark}{copy}"
    if mark == ">":
        text = text.replace(">a", "> a").replace(">b", "> b")
    assert [r.message for r in records(text)] == ["a", "b", "c", "d"]


def test_numbered_lines() -> None:
    assert [r.message for r in records(f"1. a {END}\n2. b {END}\n10) c {END}")] == ["a", "b", "c"]


def test_quotations_of_several_lines() -> None:
    assert shown(f"My log:\n\n> a\n> b {END}\n> \n> <![LOG[c\n> d]LOG]!>{FIELDS}\n") == [
        ("My log:", TEXT),
        ("a\nb", NATIVE),
        ("c\nd", CMTRACE),
    ]


def test_marks_in_real_logs_belong_to_the_messages() -> None:
    assert [r.message for r in records(f"a {END}\n- b {END}\n> c {END}\n1. d {END}\n* e\n\n- f {END}")] == [
        "a",
        "- b",
        "> c",
        "1. d",
        "* e\n\n- f",
    ]
    assert [r.message for r in records(f"- a {END}", cut=True)] == ["- a"]


@pytest.mark.parametrize(
    ("begin", "end"),
    [("```", "```"), ("```text", "```"), ("[code]", "[/code]"), ("{code:title=x}", "{code}"), ("{noformat}", "{noformat}")],
)
def test_fences(begin: str, end: str) -> None:
    assert shown(f"Look:\n{begin}\n- a {END}\n- b {END}\n{end}\nThanks") == [
        ("Look:", TEXT),
        ("a", NATIVE),
        ("b", NATIVE),
        ("Thanks", TEXT),
    ]


def test_back_quotes_around_a_line() -> None:
    assert shown(f"`a {END}`\n`<![LOG[b]LOG]!>{FIELDS}`\n`c\tSMS_X\t8/2/2016 2:20:24 PM\t7568 (0x1D90)`") == [
        ("a", NATIVE),
        ("b", CMTRACE),
        ("c", COPIED),
    ]


SETUP = "Configuration Manager Setup"
THREAD = "3292 (0x0CDC)"
WHEN = "8/2/2016 2:20:24 PM"


@pytest.mark.parametrize(
    ("line", "message", "component"),
    [
        # As CMTrace copies them.
        (f"It is: A B, c\t{SETUP}\t{WHEN}\t{THREAD}", "It is: A B, c", SETUP),
        (f"a\tb\tSMS_X\t{WHEN}\t{THREAD}", "a\tb", "SMS_X"),
        (f"a b\tSMS_X\t{WHEN}\t{THREAD}  ", "a b", "SMS_X"),
        (f"a b\tsomething else\t{WHEN}\t{THREAD}", "a b", "something else"),
        (f"a b\t\t{WHEN}\t{THREAD}", "a b", ""),
        (f"\tSMS_X\t{WHEN}\t{THREAD}", "", "SMS_X"),
        ("a b\u00a0\tSMS_X\t8/2/2016\u00a02:20:24\u202fPM\t3292\u00a0(0x0CDC)", "a b", "SMS_X"),
        ("a b\tSMS_X\t8/2/2016\t2:20:24 PM\t3292 (0x0CDC)", "a b", "SMS_X"),
        # With blanks, as in articles and posts.
        (f"a is read-only. {SETUP} {WHEN} {THREAD}", "a is read-only.", SETUP),
        (f"a is read-only.   {SETUP} {WHEN}  {THREAD}", "a is read-only.", SETUP),
        (f"a b.  Some Other Name {WHEN}  {THREAD}", "a b.", "Some Other Name"),
        (f"a b.  Retry in SMS_X {WHEN} {THREAD}", "a b.  Retry in", "SMS_X"),
        (f"a b    SMS_X    {WHEN}    {THREAD}", "a b", "SMS_X"),
        (f"SMS_X {WHEN} {THREAD}", "", "SMS_X"),
        (f"a {WHEN} {THREAD}", "a", ""),
        # Other orders.
        (f"{WHEN} SMS_X {THREAD} a b", "a b", "SMS_X"),
        (f"{WHEN}\tSMS_X\t{THREAD}\ta b", "a b", "SMS_X"),
        (f"{WHEN}\t{SETUP}\t{THREAD}\ta b", "a b", SETUP),
        (f"{WHEN} {SETUP} {THREAD} a b", "a b", SETUP),
        (f"{WHEN} {THREAD} SMS_X a b", "a b", "SMS_X"),
        (f"{WHEN} {THREAD} a b", "a b", ""),
        (f"{WHEN} a b SMS_X {THREAD}", "a b", "SMS_X"),
        (f"{WHEN}\ta b\tSMS_X\t{THREAD}", "a b", "SMS_X"),
        (f"SMS_X {WHEN} {THREAD} a b", "a b", "SMS_X"),
        (f"{SETUP}\t{WHEN}\t{THREAD}\ta b", "a b", SETUP),
        (f"{THREAD} {WHEN} a b", "a b", ""),
        (f"SMS_X {THREAD} {WHEN} a b", "a b", "SMS_X"),
        (f"a b {WHEN} SMS_X {THREAD}", "a b", "SMS_X"),
        (f"a b SMS_X {THREAD} {WHEN}", "a b", "SMS_X"),
        (f"[{WHEN}] SMS_X {THREAD} a b", "a b", "SMS_X"),
        # Tables.
        (f"| a b | SMS_X | {WHEN} | {THREAD} |", "a b", "SMS_X"),
        (f"| {WHEN} | SMS_X | {THREAD} | a b |", "a b", "SMS_X"),
        (f'"a ""b"", c","SMS_X","{WHEN}","{THREAD}"', 'a "b", c', "SMS_X"),
        (f'"a, b";"{SETUP}";"{WHEN}";"{THREAD}"', "a, b", SETUP),
        (f"a, b,SMS_X,{WHEN},{THREAD}", "a, b", "SMS_X"),
        (f"{WHEN};{SETUP};{THREAD};a b", "a b", SETUP),
        (f"<tr><td>a &amp; b</td><td>SMS_X</td><td>{WHEN}</td><td>{THREAD}</td></tr>", "a & b", "SMS_X"),
        # Around them.
        (f"<p>a &amp; b\tSMS_X\t{WHEN}\t{THREAD}</p>", "a & b", "SMS_X"),
        (f"a\tSMS_X\t{WHEN}\t{THREAD}<br>", "a", "SMS_X"),
        (f"- SMS_X {THREAD} a b", "a b", "SMS_X"),
        (f"prose\n> SMS_X {THREAD} a b", "a b", "SMS_X"),
    ],
)
def test_columns(line: str, message: str, component: str) -> None:
    record = records(line)[-1]
    assert (record.message, record.component, record.thread, record.form, record.whole) == (
        message,
        component,
        3292,
        COPIED,
        False,
    )
    if ":20:24" in line:
        assert local(record) == COPY


@pytest.mark.parametrize(
    "when",
    [
        "02.08.2016 14:20:24",
        "2.8.2016 14:20:24",
        "2016-08-02 14:20:24",
        "2016-08-02T14:20:24",
        "2016/08/02 14:20:24",
        "8/2/2016 02:20:24 PM",
        "8/2/2016 2:20:24 pm",
        "8/2/2016, 2:20:24 PM",
        "02-Aug-2016 14:20:24",
    ],
)
def test_dates_in_columns(when: str) -> None:
    for line in (
        f"a b\tSMS_X\t{when}\t{THREAD}",
        f"a b SMS_X {when} {THREAD}",
        f"{when} SMS_X {THREAD} a b",
        f"{when}\t{THREAD}\tSMS_X\ta b",
        f"{when} a b SMS_X {THREAD}",
    ):
        (record,) = records(line)
        assert (record.message, record.component, record.thread, local(record)) == ("a b", "SMS_X", 3292, COPY), line


def test_dates_of_cells() -> None:
    """Excel shows no seconds, some languages of Windows have full stops in times."""
    assert [local(r) for r in records(f"a\tSMS_X\t02.08.2016 14:20\t{THREAD}\n8/2/2016 2:20 PM\tSMS_X\t{THREAD}\ta")] == [
        COPY.replace(second=0)
    ] * 2
    assert [local(r) for r in records(f"a SMS_X 2.8.2016 14.20.24 {THREAD}\n02.08.2016 14.20.24 a")] == [COPY] * 2


def test_dates_whose_order_is_unknown() -> None:
    (record,) = records(f"a\tSMS_X\t02/07/2018 14:24:06\t{THREAD}")
    assert (record.message, record.component, record.thread, local(record)) == ("a", "SMS_X", 3292, None)
    assert record.time is not None
    assert record.time.written == "02/07/2018 14:24:06"


def test_dates_with_fractions_and_zones() -> None:
    (record,) = records(f"a SMS_X 2016-08-02 14:20:24.250 {THREAD}")
    assert local(record) == COPY.replace(microsecond=250000)
    (record,) = records(f"a\tSMS_X\t08-02-2016 14:20:24.250-120\t{THREAD}")
    assert record.time is not None
    assert (record.time.local, record.time.bias_minutes) == (COPY.replace(microsecond=250000), -120)


@pytest.mark.parametrize(
    ("line", "message", "component"),
    [
        (f"{WHEN} a b", "a b", ""),
        (f"{WHEN}: a b", "a b", ""),
        (f"{WHEN} - a b", "a b", ""),
        (f"[{WHEN}] a b", "a b", ""),
        (f"{WHEN}\ta b", "a b", ""),
        ("02.08.2016 14:20:24 a b", "a b", ""),
        ("2016-08-02T14:20:24.000 a b", "a b", ""),
        (f"{WHEN} SMS_X a b", "a b", "SMS_X"),
        (f"{WHEN} {SETUP} a b", "a b", SETUP),
        (f"a b\tSMS_X\t{WHEN}", "a b", "SMS_X"),
        (f"> {WHEN} a b", "a b", ""),
        (f"<li>{WHEN} a b</li>", "a b", ""),
    ],
)
def test_dates_without_a_thread(line: str, message: str, component: str) -> None:
    (record,) = records(line)
    assert (record.message, record.component, record.thread, record.form, local(record)) == (
        message,
        component,
        None,
        COPIED,
        COPY,
    )


def test_a_date_within_a_message_of_several_lines_begins_no_record() -> None:
    (record,) = records(f"one\n{WHEN} two\n2016-08-02 14:20:24 three {END}")
    assert record.message == f"one\n{WHEN} two\n2016-08-02 14:20:24 three"


def test_tables_with_a_header() -> None:
    rows = f'Log Text,Component,Date/Time,Thread\n"a, b",SMS_X,{WHEN},3292\nc,{SETUP},{WHEN},{THREAD}\nno row\n'
    assert [(r.message, r.component, r.thread, local(r), r.form) for r in records(rows)] == [
        ("a, b", "SMS_X", 3292, COPY, COPIED),
        ("c", SETUP, 3292, COPY, COPIED),
        ("no row", "", None, None, TEXT),
    ]
    table = (
        "| Date | Time | Type | Thread | Component | Message |\n|---|:--|---|---|---|---|\n"
        "| 8/2/2016 | 2:20:24 PM | Error | 3292 | SMS_X | a |"
    )
    (record,) = records(table)
    assert (record.message, record.component, record.thread, record.type, local(record)) == ("a", "SMS_X", 3292, 3, COPY)
    (record,) = records("Message\tSeverity\tTimestamp\tFile\na\tWarning\t2016-08-02 14:20:24\tx.cpp:1")
    assert (record.message, record.type, record.source, local(record)) == ("a", 2, "x.cpp:1", COPY)


@pytest.mark.parametrize(
    "line",
    [
        "SMS_EXECUTIVE started SMS_X as thread ID 3648 (0xE40)",
        "SMS_EXECUTIVE started SMS_X as thread ID 3648 (0xE40).",
        f"4580 (0x1) {WHEN} a",
        f"{WHEN}",
        "8/2/2016 a b",
        "1/2 3:4:5 a",
        "a, b, Component, c",
        "The component and the thread are missing",
        "a\tb\tc",
        f"a\t{WHEN}\tb",
        "10:00:00 a b",
        "Error (0x80004005) in SMS_X",
    ],
)
def test_what_is_only_nearly_a_copied_line(line: str) -> None:
    assert shown(line) == [(line, TEXT)]


def test_what_is_in_a_message_stays_when_its_record_was_broken() -> None:
    """Fields that are not escaped show that the message is not web text."""
    message = "outerxml is <p>a &amp; b</p> <br>"
    for end in (END.replace("2015 21", "2015\n21"), END.replace("2015 21", "2015\u00a021"), END + "<br>", END + "`"):
        assert shown(f"{message} x {end}") == [(f"{message} x", NATIVE)]
    assert shown(f"<p><em>a {END}</em></p>") == [("a", NATIVE)]


def test_tags_around_copied_lines() -> None:
    copy = f"a\tSMS_X\t{WHEN}\t{THREAD}"
    assert shown(f"<pre>\n<p>\n{copy}\n{copy}\n</pre>\n<p>b</p>") == [("a", COPIED), ("a", COPIED), ("<p>b</p>", TEXT)]


def test_the_lines_of_pasted_records() -> None:
    text = f"a\nb {END.replace('2015 21', '2015' + chr(10) + '21')}\n<p>c\nd {WEB}</p>\n<p>e</p>\n\n<p>f<br>g {WEB}</p>\nh\n"
    assert [(r.line, r.message) for r in records(text)] == [(1, "a\nb"), (4, "c\nd"), (6, "e"), (8, "f\ng"), (9, "h")]


def test_tags_in_real_logs_belong_to_the_messages() -> None:
    assert shown(f"<html>\n<p>403 &lt;x&gt;</p>\n</html> {END}\n</p>\n") == [
        ("<html>\n<p>403 &lt;x&gt;</p>\n</html>", NATIVE),
        ("</p>", TEXT),
    ]
