"""A page in the browser as users see it: at a given size, light or dark, on paper."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.lab.ansible_runs import CHECKOUT

ARTEFACTS = CHECKOUT / "build" / "report"


def texts_of_pages(file: Path) -> list[str]:
    """The text of each page of a PDF."""
    return [page.extract_text() for page in PdfReader(file).pages]


def said_by(driver: Chrome) -> list[dict[str, Any]]:
    """The messages of the browser's console: blocked scripts, files that were not loaded."""
    return list(driver.get_log("browser"))  # type: ignore[no-untyped-call]


class Screen:
    """A page in the browser at a given size."""

    def __init__(self, driver: Chrome, page: Path) -> None:
        self.driver = driver
        self.page = page

    def show(self, width: int, scheme: str = "light", media: str = "screen") -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
        self.driver.get(self.page.as_uri())

    def keep(self, name: str) -> None:
        """A picture of the complete page, as an artefact."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
        (ARTEFACTS / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def too_wide(self) -> list[str]:
        """Elements that extend beyond the page, or whose content extends beyond them."""
        return list(
            self.driver.execute_script(
                """
                const wide = document.documentElement.clientWidth, found = [];
                for (const e of document.querySelectorAll('body, body *')) {
                  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
                  if (style.position === 'absolute' || e.closest('thead')) continue;
                  const over = box.width && (box.right > wide + 1 || box.left < -1);
                  const spills = e.scrollWidth > e.clientWidth + 1 && e.clientWidth && !(e instanceof SVGElement)
                    && style.display !== 'inline';
                  if (over || spills) found.push(e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40));
                }
                return found;
                """
            )
        )

    def clipped_texts(self) -> list[str]:
        """Texts in the pictures that are wider than their room, so that their ends are not seen."""
        return list(
            self.driver.execute_script(
                """
                return [...document.querySelectorAll('svg[role=img] > svg, svg[role=img] g > svg')].filter(
                  s => s.querySelector('text').getComputedTextLength() > s.width.baseVal.value).map(s => s.textContent);
                """
            )
        )

    def outside_the_pictures(self) -> list[str]:
        """Parts of the pictures that extend beyond them, as they are drawn."""
        return list(
            self.driver.execute_script(
                """
                return [...document.querySelectorAll('svg[role=img]')].flatMap(picture => {
                  const view = picture.getBoundingClientRect();
                  return [...picture.querySelectorAll('rect, path, circle, text')].filter(part => {
                    const room = part.closest('svg').getBoundingClientRect(), box = part.getBoundingClientRect();
                    // A text is seen only in its own room.
                    const text = part.tagName === 'text', left = text ? Math.max(box.left, room.left) : box.left;
                    const right = text ? Math.min(box.right, room.right) : box.right;
                    return left < view.left - 1 || right > view.right + 1
                      || box.top < view.top - 1 || box.bottom > view.bottom + 1;
                  }).map(part => part.tagName + ' ' + part.getAttribute('class') + ': ' + part.textContent.slice(0, 40));
                });
                """
            )
        )

    def smallest_text(self) -> float:
        """The size of the smallest letters of the pictures on the screen, in pixels."""
        return float(
            self.driver.execute_script(
                """
                return Math.min(...[...document.querySelectorAll('svg[role=img]')].flatMap(picture => {
                  const scale = picture.getBoundingClientRect().width / picture.viewBox.baseVal.width;
                  return [...picture.querySelectorAll('text')].map(t => parseFloat(getComputedStyle(t).fontSize) * scale);
                }));
                """
            )
        )

    def unfold(self) -> None:
        """Open everything that is collapsed."""
        self.driver.execute_script("document.querySelectorAll('details').forEach(part => part.open = true)")

    def broken_words(self) -> list[str]:
        """Words of tables that begin on one line and end on the next one, except in cells with a very long word."""
        return list(
            self.driver.execute_script(
                """
                const found = [], most = document.querySelector('main').clientWidth / 3;
                for (const cell of document.querySelectorAll('td:not(.long), th')) {
                  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
                  while (texts.nextNode()) {
                    for (const word of texts.currentNode.textContent.matchAll(/[\\w.]+/g)) {
                      const range = document.createRange();
                      range.setStart(texts.currentNode, word.index);
                      range.setEnd(texts.currentNode, word.index + word[0].length);
                      const lines = [...range.getClientRects()];
                      const long = lines.reduce((sum, line) => sum + line.width, 0);
                      if (new Set(lines.map(line => Math.round(line.top))).size > 1 && long < most) found.push(word[0]);
                    }
                  }
                }
                return found;
                """
            )
        )

    def on_paper(self, name: str) -> list[str]:
        """The texts of the pages of a print, which is kept as an artefact."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        # As a printer shows it, whatever the screen does.
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
        paper = self.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
        file = ARTEFACTS / f"{name}.pdf"
        file.write_bytes(base64.b64decode(paper["data"]))
        return texts_of_pages(file)

    def signs(self, selector: str) -> list[str]:
        """The names of the signs that a picture shows."""
        classes = (element.get_attribute("class") or "" for element in self.driver.find_elements(By.CSS_SELECTOR, selector))
        return [name.removeprefix("sign ") for name in classes]

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def colour(self, selector: str, name: str) -> str:
        return str(self.driver.find_element(By.CSS_SELECTOR, selector).value_of_css_property(name))
