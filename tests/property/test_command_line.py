"""Arguments that are accepted for a command line are parsed to the same arguments; others are rejected with a sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import BadCommandLine, command_line

ALLOWED = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\"'`%!^&|<>\ufffe\uffff"),
    max_size=60,
)
# cmd.exe's special characters, outside quotes or in them.
SPECIAL = frozenset("%!^&|<>\"'`\r\n\0")


def c_runtime(line: str) -> list[str]:
    """The arguments as a C program gets them ("Parsing C command-line arguments"), written from the rules, for a line without
    doubled quotes: blanks outside quotes separate arguments; 2n backslashes before a quote are n, others are unchanged."""
    arguments: list[str] = []
    current: list[str] | None = None
    inside = False
    backslashes = 0
    for sign in line:
        if sign == "\\":
            backslashes += 1
            continue
        if sign == '"':
            current = [*(current or []), "\\" * (backslashes // 2)]
            if backslashes % 2:
                current.append('"')
            else:
                inside = not inside
        elif sign in " \t" and not inside:
            if current is not None or backslashes:
                arguments.append("".join([*(current or []), "\\" * backslashes]))
            current = None
        else:
            current = [*(current or []), "\\" * backslashes, sign]
        backslashes = 0
    if current is not None or backslashes:
        arguments.append("".join([*(current or []), "\\" * backslashes]))
    return arguments


@given(st.lists(ALLOWED, max_size=8))
def test_arguments_come_out_as_they_went_in(arguments: list[str]) -> None:
    line = command_line("curl.exe", *arguments)
    assert c_runtime(line) == ["curl.exe", *arguments]


@given(st.lists(ALLOWED, max_size=8))
def test_cmd_finds_nothing_of_its_own_in_the_line(arguments: list[str]) -> None:
    line = command_line("curl.exe", *arguments)
    assert not SPECIAL & set(line.replace('"', ""))
    assert line.count('"') % 2 == 0


@given(st.text(max_size=40))
def test_any_text_is_taken_whole_or_refused(text: str) -> None:
    try:
        line = command_line("curl.exe", text)
    except BadCommandLine as refusal:
        told = str(refusal)
    else:
        told = ""
        assert c_runtime(line) == ["curl.exe", text]
        assert not SPECIAL & set(text)
    assert told.isprintable()


@given(ALLOWED, st.sampled_from(sorted(SPECIAL)), ALLOWED)
def test_one_special_sign_anywhere_is_enough(before: str, sign: str, after: str) -> None:
    try:
        command_line("curl.exe", before + sign + after)
    except BadCommandLine:
        return
    raise AssertionError(f"{sign!r} was let through")
