"""Where files are on the documentation site, and the links of a page from there."""

from __future__ import annotations

import pytest

from tools.docsite.places import LinkError, place, with_moved_links


@pytest.mark.parametrize(
    ("path", "placed"),
    [
        ("README.md", "index.md"),
        ("docs/move.md", "move.md"),
        ("docs/images/report.png", "images/report.png"),
        ("docs/examples/monitoring", "examples/monitoring.md"),
        ("docs/examples/monitoring/alerts.yml", "examples/monitoring/alerts.yml"),
        ("roles/move/README.md", "roles/move.md"),
        ("roles/move", "roles/move.md"),
        ("roles/move/meta/argument_specs.yml", "reference/move_role.rst"),
        ("inventories/example", "inventories/example.md"),
        ("lab/estate.py", None),
        ("roles/move/tasks/main.yml", None),
    ],
)
def test_place(path: str, placed: str | None) -> None:
    assert place(path) == placed


@pytest.mark.parametrize(
    ("page", "link", "moved"),
    [
        ("README.md", "docs/move.md#variables", "move.md#variables"),
        ("README.md", "docs/images/report.png", "images/report.png"),
        ("docs/move.md", "../README.md#use-it", "index.md#use-it"),
        ("docs/move.md", "remove.md", "remove.md"),
        ("docs/move.md", "../roles/move/README.md", "roles/move.md"),
        ("roles/move/README.md", "meta/argument_specs.yml", "../reference/move_role.rst"),
        ("roles/move/README.md", "../../docs/move.md", "../move.md"),
        ("docs/move.md", "#variables", "#variables"),
        ("docs/move.md", "https://example.com/a.md", "https://example.com/a.md"),
    ],
)
def test_links_lead_to_the_same_file(page: str, link: str, moved: str) -> None:
    assert with_moved_links(f"See [this]({link}), and ![that]({link}).", page) == f"See [this]({moved}), and ![that]({moved})."


def test_code_is_left_as_it_is() -> None:
    text = "```text\n[a](../README.md)\n```\n[b](../README.md)\n   ```yaml\n   x: [c](lab/x)\n   ```\n[d](../README.md)\n"
    assert with_moved_links(text, "docs/a.md") == text.replace("[b](../README.md)", "[b](index.md)").replace(
        "[d](../README.md)", "[d](index.md)"
    )


def test_a_link_to_what_the_site_does_not_have_is_an_error() -> None:
    with pytest.raises(LinkError) as raised:
        with_moved_links("[the lab](../lab/estate.py)", "docs/lab.md")
    assert str(raised.value) == (
        "docs/lab.md: the link to ../lab/estate.py leads to lab/estate.py, which the documentation site does not have. Link to a "
        "page, or give the file a place in tools/docsite/places.py."
    )
