"""Secrets that were cut in the middle: a text that is too long may end at any character."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line
from ansible_collections.configmgr.scp.plugins.plugin_utils.secrets import hidden, spellings

SECRET = 'Corr"ect-Horse'
SECRETS = spellings([SECRET])


@pytest.mark.parametrize("cut", range(len(SECRET) + 1))
def test_no_more_than_three_signs_of_a_secret_stay_in_front_of_a_cut(cut: int) -> None:
    text = f"cannot encrypt {SECRET} for the site"
    most = len("cannot encrypt ") + cut
    for short in (one_line(text, most), shown(text, most)):
        found = hidden({"msg": f"It says: {short} Try again.", "more": [(short,)]}, SECRETS)
        assert SECRET[:4] not in repr(found), (short, found)
        assert "It says: cannot encrypt " in found["msg"]
        assert found["msg"].endswith("Try again.")


def test_a_cut_inside_a_secret_that_was_written_in_another_way() -> None:
    assert "Corr" not in hidden("<p>Corr&quot;ect-...", SECRETS)
    assert "Corr" not in hidden('{"password": "Corr\\"e...', SECRETS)


def test_texts_that_only_look_alike_stay() -> None:
    for text in ("Corr", "Cor...", "Corrosion of the disk ...", "a correct horse...", "..."):
        assert hidden([text], SECRETS) == [text]


def test_a_secret_is_known_in_every_manner_of_writing() -> None:
    assert spellings(['a\nb"<é']) == {
        'a\nb"<é',
        'a b"<é',
        'a\\nb"<é',
        'a\\nb"<\\xe9',
        'a b"<\\xe9',
        'a\\nb\\"<\\u00e9',
        'a b\\"<\\u00e9',
        'a\\nb\\"<é',
        'a b\\"<é',
        'a\nb"&lt;é',
        'a b"&lt;é',
        "a\nb&quot;&lt;é",
        "a b&quot;&lt;é",
    }
    assert spellings([" "]) == {" "}


def test_the_longest_beginning_in_front_of_a_cut_is_hidden() -> None:
    assert hidden("it is abcdefg...", {"abcdefgh"}) == "it is ********"
    assert hidden("it is abcdefgh...", {"abcdefgh"}) == "it is ********..."
    assert hidden("x abcd [...", {"abcdefgh"}) == "x ********"
    assert hidden("xabc...", {"abcdefgh"}) == "xabc..."
    assert hidden({"a": ["x abcd...", ("x abcde...", 7)]}, {"abcdefgh"}) == {"a": ["x ********", ["x ********", 7]]}


def test_several_cuts_and_several_secrets() -> None:
    found = hidden('first Corr"..., then Batter..., then all of it: Battery-Staple', spellings([SECRET, "Battery-Staple"]))
    assert found == "first ********, then ********, then all of it: ********"
