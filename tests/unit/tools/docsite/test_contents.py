"""The lists of the front page are the site's table of contents."""

from __future__ import annotations

import pytest

from tools.docsite import contents

README = """# Name

- [not a page of the list](docs/limits.md)

## Read on

A sentence.

### Guides

- [Move](docs/move.md): move it
- [Remove](docs/remove.md): remove it

### Reference

- [Security](SECURITY.md): report it

## After

- [no page](docs/other.md)
"""
LISTED = {"Guides": ["docs/move.md", "docs/remove.md"], "Reference": ["SECURITY.md"]}


def test_chapters() -> None:
    assert contents.chapters(README) == LISTED


def test_without_the_section_it_says_so() -> None:
    with pytest.raises(contents.ContentsError, match=r"^README\.md has no section '## Read on', from which"):
        contents.chapters("# Name\n")


def test_a_page_that_is_not_listed_is_named_with_what_to_do() -> None:
    with pytest.raises(contents.ContentsError) as raised:
        contents.check(LISTED, ["docs/move.md", "docs/new.md", "SECURITY.md", "docs/remove.md"])
    assert str(raised.value) == (
        "docs/new.md is not in the documentation site. Add a line '- [TITLE](docs/new.md): WHAT IT IS FOR' to one of the lists "
        "below '## Read on' in README.md."
    )


def test_a_page_that_does_not_exist_or_is_listed_twice_is_named() -> None:
    with pytest.raises(contents.ContentsError) as raised:
        contents.check({"Guides": ["docs/move.md", "docs/move.md", "docs/gone.md"]}, ["docs/move.md"])
    assert str(raised.value).splitlines() == [
        "README.md lists docs/gone.md below '## Read on', but there is no such page.",
        "README.md lists docs/move.md more than once below '## Read on'.",
    ]


def test_all_are_right() -> None:
    contents.check(LISTED, ["docs/move.md", "docs/remove.md", "SECURITY.md"])


def test_the_sidebar_has_each_list_and_the_reference() -> None:
    assert contents.trees(LISTED, ["reference/index"]).split("\n\n") == [
        "\n```{toctree}\n:hidden:\n:caption: Guides",
        "move\nremove\n```",
        "```{toctree}\n:hidden:\n:caption: Reference",
        "security\nreference/index\n```\n",
    ]
