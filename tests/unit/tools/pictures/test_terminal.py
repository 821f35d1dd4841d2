"""The output of a play as a page."""

from __future__ import annotations

import pytest

from tools.pictures.terminal import LEFT_OUT, TextError, as_page, excerpt

OUTPUT = """
TASK [one] ***
\x1b[0;32mok: [a]\x1b[0m

TASK [two] ***
\x1b[0;31mFAILED & <wrong>\x1b[0m

TASK [three] ***
ok

PLAY RECAP ***
a : ok=1

"""


def test_parts_of_the_output_are_shown_and_gaps_marked() -> None:
    shown = excerpt(OUTPUT, [("TASK [two]", "TASK [three]"), ("PLAY RECAP", "")])
    assert shown == f"{LEFT_OUT}\nTASK [two] ***\n\x1b[0;31mFAILED & <wrong>\x1b[0m\n{LEFT_OUT}\nPLAY RECAP ***\na : ok=1"


def test_an_end_that_is_left_out_is_marked() -> None:
    assert excerpt(OUTPUT, [("TASK [two]", "TASK [three]")]).endswith(f"\n{LEFT_OUT}")


def test_a_text_that_is_not_there_is_named() -> None:
    with pytest.raises(TextError, match=r"no line with 'TASK \[four\]'"):
        excerpt(OUTPUT, [("TASK [four]", "")])


def test_colours_become_spans_and_everything_else_text() -> None:
    page = as_page("a title", "run -e x=<y>", excerpt(OUTPUT, [("TASK [two]", "TASK [three]")]))
    assert "<b>run -e x=&lt;y&gt;</b>" in page
    assert '<span style="color:#ff8e86">FAILED &amp; &lt;wrong&gt;</span>' in page
    assert f"<i>{LEFT_OUT}</i>" in page
    assert "\x1b" not in page
