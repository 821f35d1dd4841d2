"""What is wrong with a built page although Sphinx has no warning."""

from __future__ import annotations

import pytest

from tools.docsite.built import problems


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://example.com/x.js">',
        '<img alt="x" src="//example.com/x.png">',
        '<link rel="stylesheet" href="https://example.com/x.css">',
    ],
)
def test_a_page_loads_nothing_from_other_sites(tag: str) -> None:
    assert problems(f"<p>{tag}</p>") == [f"it loads from another site: {tag}"]


def test_a_second_list_of_contents() -> None:
    assert problems('<nav class="contents local" id="contents">') == [
        "it has a list of contents beside that of the theme, which shows an error over it"
    ]


def test_a_good_page() -> None:
    page = '<link rel="stylesheet" href="_static/x.css"><script src="_static/x.js"></script><a href="https://example.com/">x</a>'
    assert (
        problems(f'{page}<div class="toc-contents-x"><a class="reference external" href="https://example.com">y</a></div>') == []
    )
