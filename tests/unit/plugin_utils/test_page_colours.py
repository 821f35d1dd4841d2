"""The colours of the page: enough contrast in light, dark and print, by the rules of WCAG 2.2, level AA."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.page import render

CSS = (Path(render.__file__).parent / "report.css").read_text(encoding="utf-8")
# Texts (1.4.3) need 4.5, signs and lines that carry a meaning (1.4.11) need 3.
TEXT, GRAPHIC = 4.5, 3.0
TEXTS = ("ink", "faint", "failed", "warning", "advice", "passed", "skipped", "role")
PALETTES = ("light", "dark", "print")


def palettes() -> dict[str, dict[str, str]]:
    found = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)]
    return dict(zip(PALETTES, found, strict=True))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_defined() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#336699", "#336699") == 1


@pytest.mark.parametrize("palette", PALETTES)
def test_the_palettes_are_complete(palette: str) -> None:
    assert set(palettes()[palette]) == set(palettes()["light"])
    assert set(re.findall(r"var\(--([a-z-]+)\)", CSS)) <= set(palettes()[palette])


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("ground", ["card", "page"])
@pytest.mark.parametrize("text", TEXTS)
def test_texts_can_be_read(palette: str, ground: str, text: str) -> None:
    colours = palettes()[palette]
    assert contrast(colours[text], colours[ground]) >= TEXT


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("text", ["ink", "faint", "role", "passed", "warning"])
def test_texts_on_the_box_of_the_role_can_be_read(palette: str, text: str) -> None:
    colours = palettes()[palette]
    assert contrast(colours[text], colours["role-back"]) >= (GRAPHIC if text in ("passed", "warning") else TEXT)


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("sign", ["passed", "warning", "failed", "role", "faint"])
def test_signs_can_be_seen(palette: str, sign: str) -> None:
    colours = palettes()[palette]
    # On the page, in the cell of a day, and the white or dark mark in the sign itself.
    assert contrast(colours[sign], colours["card"]) >= GRAPHIC
    assert contrast(colours[sign], colours["page"]) >= GRAPHIC


def test_no_colour_is_outside_the_palettes() -> None:
    rest = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rest) == []
