"""The page of playbooks/report.yml in a browser: on a desktop, a phone, in dark mode, on paper, with hostile log lines."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page import page_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.page.render import render
from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, run_playbook
from tests.lab.modules.conftest import Play
from tests.lab.report.screen import ARTEFACTS, Screen, said_by
from tests.lab.verification import report_of, role_in_place, spoil_log

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
    # The position of the role: its box is directly below its site's, indented.
    assert screen.texts("svg .role text") == ["Service connection point, online", SCP01]
    assert screen.texts("svg g .name")[:3] == [
        "CAS Central administration site",
        "Service connection point, online",
        "PR1 Primary site one",
    ]
    assert screen.texts("svg g.top .name") == ["CAS Central administration site"]
    steps = screen.texts(".timeline .what")
    assert steps[0].startswith("The download thread started")
    assert any(step.startswith("Manifest handed over to the site") for step in steps)
    assert steps[-1].startswith("Manifest accepted by the site")
    assert screen.too_wide() == []
    assert screen.texts_out_of_their_boxes() == []
    light = screen.colour("body", "background-color")
    screen.keep("desk")

    screen.show(360)
    assert screen.too_wide() == []
    assert screen.texts_out_of_their_boxes() == []
    # The text of the drawing is readable: its small letters have at least 11 pixels on the screen.
    scale = chromium.execute_script("const s = document.querySelector('svg'); return s.getBoundingClientRect().width / 360")
    assert float(scale) * 13 >= 11
    screen.keep("phone")

    screen.show(360, scheme="dark")
    assert screen.colour("body", "background-color") != light
    screen.keep("dark")

    screen.show(700, scheme="dark", media="print")
    assert screen.colour("body", "background-color") == "rgba(255, 255, 255, 1)"
    assert screen.too_wide() == []
    paper = chromium.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
    (ARTEFACTS / "paper.pdf").write_bytes(base64.b64decode(paper["data"]))
    assert said_by(chromium) == []


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
