"""The page of playbooks/report.yml in a browser: on a desktop, a phone, in dark mode, on paper, with hostile log lines."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import gathered_from
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page import page_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.report import verify
from ansible_collections.configmgr.scp.plugins.plugin_utils.page.render import render
from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, run_playbook
from tests.lab.modules.conftest import Play
from tests.lab.report.screen import Screen, said_by
from tests.lab.verification import EVIL, report_of, role_in_place, spoil_log
from tests.unit.site.verify.rich import renamed, rich
from tests.unit.site.verify.support import MADE

CAS01, SCP01 = "cas01.corp.example", "scp01.corp.example"


@pytest.fixture
def estate(start_estate: Callable[..., Estate]) -> Estate:
    return role_in_place(start_estate)


def test_the_page_of_a_role_that_does_well(
    estate: Estate, lab_inventory: Callable[..., Path], chromium: Chrome, tmp_path: Path
) -> None:
    before = estate.hierarchy("one").state.control.roles()
    folder = f"scp_report_dir={tmp_path / 'reports'}"
    run = run_playbook(CHECKOUT / "playbooks" / "report.yml", lab_inventory(estate), tmp_path, "-e", folder)
    assert run.code == 0, run.output
    assert run.recap(CAS01)["changed"] == 0
    assert estate.hierarchy("one").state.control.roles() == before
    found = json.loads((tmp_path / "reports" / f"{CAS01}.json").read_text(encoding="utf-8"))
    assert (found["site_code"], found["server"], found["mode"]) == ("CAS", SCP01, "online")
    assert not found["blocked"]
    root = ET.parse(tmp_path / "reports" / f"{CAS01}.xml").getroot()
    assert [suite.get("name") for suite in root] == [f"site on {CAS01}", f"server on {SCP01}", f"site_server on {CAS01}"]

    screen = Screen(chromium, tmp_path / "reports" / f"{CAS01}.html")
    screen.show(1000)
    # The position of the role: its box is directly below its site's, indented; below it the way to Microsoft.
    assert screen.texts("svg .role text") == ["Service connection point, online", SCP01, "answered"]
    assert screen.texts("svg g .name")[:4] == [
        "CAS Central administration site",
        "Service connection point, online",
        "Microsoft",
        "PR1 Primary site one",
    ]
    assert screen.texts("svg g.top .name") == ["CAS Central administration site"]
    assert screen.texts("svg .cloud .status") == ["reached"]
    # The lab's log begins today: its synchronisation, and the list of updates that the site accepted.
    today = chromium.find_elements(By.CSS_SELECTOR, "svg g.day.ok title")
    assert [cell.get_attribute("textContent").split(": ")[1] for cell in today][:2] == ["1 completed", "1 completed"]  # type: ignore[union-attr]
    assert {day["kind"] for day in found["dates_ahead"]} >= {"support", "root", "secret"}
    assert len(chromium.find_elements(By.CSS_SELECTOR, "svg .mark-row")) == len(found["dates_ahead"])
    steps = screen.texts(".timeline .what")
    assert steps[0].startswith("The download thread started")
    assert any(step.startswith("Manifest passed to the site") for step in steps)
    assert steps[-1].startswith("Manifest accepted by the site")
    _seen_everywhere(screen, "well")
    assert said_by(chromium) == []


def _seen_everywhere(screen: Screen, name: str, *, cut: bool = False) -> None:
    """What a machine can see of a page on a desktop, a phone, in dark mode and on paper.

    :param cut: whether names may be longer than their room.
    """
    colours = set()
    for device, width, scheme in (("desk", 1000, "light"), ("phone", 360, "light"), ("dark", 360, "dark")):
        screen.show(width, scheme=scheme)
        assert screen.too_wide() == []
        assert screen.outside_the_pictures() == []
        assert cut or screen.clipped_texts() == []
        assert screen.smallest_text() >= 10.5
        colours.add(screen.colour("body", "background-color"))
        screen.keep(f"{name}-{device}")
    assert len(colours) == 2
    # The texts of servers are in the pictures as they are in the tables, opened.
    screen.show(360)
    screen.unfold()
    assert screen.too_wide() == []

    screen.show(700, scheme="dark", media="print")
    assert screen.colour("body", "background-color") == "rgba(255, 255, 255, 1)"
    assert screen.too_wide() == []
    assert screen.broken_words() == []
    pages = screen.on_paper(name)
    # A footer has no page of its own, and no page is empty.
    assert all(len(text) > 400 for text in pages), [len(text) for text in pages]
    assert len(pages) <= (20 if cut else 8)
    # What is collapsed on the screen is on paper.
    assert "role_configured" in " ".join(pages)


@pytest.fixture(scope="module")
def drawn_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of reports with everything that is drawn: of usual names, of long and hostile ones, and of a dead server."""
    folder = tmp_path_factory.mktemp("drawn")
    long = "a-name-that-is-much-longer-than-usual" * 3
    kinds = {"usual": rich(), "dead": rich(ill=True), "long": renamed(rich(), long), "hostile": renamed(rich(), EVIL[:200])}
    for name, found in kinds.items():
        (folder / f"{name}.html").write_text(render(page_of(verify(gathered_from(found), MADE))), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["usual", "dead"])
def test_the_pictures_in_a_browser(name: str, drawn_pages: Path, chromium: Chrome) -> None:
    screen = Screen(chromium, drawn_pages / f"{name}.html")
    _seen_everywhere(screen, name)
    screen.show(1000)
    assert screen.texts("svg .ill .status") == (["does not answer"] if name == "dead" else [])
    assert screen.signs("svg[role=img] > .sign") == (["unknown", "unknown"] if name == "dead" else ["ok", "ok"])
    # A dead server differs from a living one without any colour: by its line, its sign and its text.
    lines = {box.value_of_css_property("stroke-dasharray") for box in chromium.find_elements(By.CSS_SELECTOR, "svg .role .frame")}
    assert lines == ({"5px, 4px"} if name == "dead" else {"none"})
    assert said_by(chromium) == []


@pytest.mark.parametrize("name", ["long", "hostile"])
def test_long_and_hostile_names_stay_in_their_places(name: str, drawn_pages: Path, chromium: Chrome) -> None:
    screen = Screen(chromium, drawn_pages / f"{name}.html")
    _seen_everywhere(screen, name, cut=True)
    assert chromium.find_elements(By.CSS_SELECTOR, "main script, main img") == []
    assert chromium.title.startswith("Service connection point of CAS")
    assert said_by(chromium) == []


def test_a_link_opens_the_check_that_it_names(drawn_pages: Path, chromium: Chrome) -> None:
    screen = Screen(chromium, drawn_pages / "usual.html")
    screen.show(360)
    chromium.find_element(By.LINK_TEXT, "app_secrets_valid").click()
    top = chromium.execute_script("return document.querySelector(':target').getBoundingClientRect().top")
    assert -1 <= float(top) < 400
    assert (
        chromium.execute_script("return document.querySelector(':target').querySelector('code').textContent")
        == "app_secrets_valid"
    )


def test_a_broken_synchronisation_and_hostile_lines(estate: Estate, chromium: Chrome, tmp_path: Path) -> None:
    spoil_log(estate)
    report = report_of(Play(estate), log_bytes=4_000_000)
    file = tmp_path / "broken.html"
    file.write_text(render(page_of(report)), encoding="utf-8")
    assert file.stat().st_size < 200_000

    screen = Screen(chromium, file)
    screen.show(360)
    assert chromium.title == "Service connection point of CAS: Required checks failed"
    assert chromium.find_elements(By.CSS_SELECTOR, "main script, main img") == []
    assert screen.too_wide() == []
    assert screen.texts("h3")[0].startswith("Failed")
    assert any("<script>" in text and "{{ 7 * 7 }}" in text for text in screen.texts(".checks .detail"))
    tls = next(check["title"] for check in report["checks"] if check["id"] == "problem_tls")
    assert any(step.startswith(tls) for step in screen.texts(".timeline .problem .what"))
    screen.keep("broken")
    assert said_by(chromium) == []
