"""The contents of the page, and that no text from a server becomes markup on it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page import Page, page_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page_tables import Cell, Table
from ansible_collections.configmgr.scp.plugins.plugin_utils.page.render import render
from tests.unit.site.verify.rich import renamed, rich
from tests.unit.site.verify.support import SCP01, WELL, flow, problem, report, spoiled, stage

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}{% raw %}\x1b[2J\u202e]]>"


def html(found: dict[str, Any]) -> str:
    # As it is read from the JSON file.
    return render(page_of(json.loads(json.dumps(report(found)))))


def test_the_most_urgent_stands_first() -> None:
    found = spoiled("thread", state="stopped")
    found["role"]["result"]["duties"] = [{"id": "proxy", "title": "T", "detail": "D", "how": "H", "done": False}]
    page = page_of(report(found))
    assert [group.title for group in page.groups] == ["Failed", "Advice", "Skipped", "Passed"]
    # Advice is not a failure, neither in its colour nor in the count; passed checks are folded.
    assert [(group.status, group.folded) for group in page.groups] == [
        ("failed", False),
        ("advice", False),
        ("skipped", False),
        ("passed", True),
    ]
    assert (page.verdict, page.headline) == ("failed", "Required checks failed")
    assert page.summary == "1 failed, 0 with a warning, 1 piece of advice, 5 passed, 11 skipped"


def test_the_timeline_of_the_last_synchronisation() -> None:
    found = spoiled(
        "log",
        download=flow(
            "failed", stage("check_started", "2026-11-22T10:00:00.000Z"), stage("manifest_download", "2026-11-22T10:00:09.000Z")
        ),
        timeline=[
            {"kind": "problem", "time": "2026-11-22T09:00:00.000Z", "title": "An older one", "text": ""},
            {"kind": "problem", "time": "2026-11-22T10:00:10.000Z", "title": "TLS", "text": "WARNING: x"},
            {"kind": "stage", "time": "2026-11-22T10:00:09.000Z", "title": "twice", "text": ""},
        ],
    )
    page = page_of(report(found))
    assert page.timeline_title == "Last synchronisation, 2026-11-22 10:00:00 UTC: failed"
    assert [(step.title, step.after, step.kind) for step in page.timeline] == [
        ("Stage check_started", "", "stage"),
        ("Stage manifest_download", "+ 9 seconds", "stage"),
        ("TLS", "+ 1 second", "problem"),
        ("Stage manifest_accepted", "+ 50 seconds", "site"),
    ]


def test_without_anything_there_is_a_page_all_the_same() -> None:
    page = page_of(report({}))
    assert page.timeline == ()
    assert page.timeline_title == "No synchronisation found in the log"
    assert "Nothing was checked." in render(page)


def test_problems_that_are_over_have_a_table() -> None:
    page = page_of(report(spoiled("log", problems=[problem("tls", status="over")])))
    assert [table.rows[0][0].text for table in page.tables if table.title == "Problems that are over"] == ["About tls"]


def table_of(page: Page, title: str) -> Table:
    (found,) = [table for table in page.tables if table.title == title]
    return found


def test_what_is_not_well_in_a_table_has_a_colour() -> None:
    rows = [
        {"component": "SMS_DMP_DOWNLOADER", "server": SCP01, "state": "stopped", "status": "critical"},
        {"component": "SMS_SERVICE_CONNECTOR", "server": SCP01, "state": "started", "status": "warning"},
        {"component": "SMS_CLOUD", "server": SCP01, "state": "started", "status": "ok"},
    ]
    table = table_of(page_of(report(spoiled("role", components=rows))), "Components")
    assert [[cell.mark for cell in row[2:4]] for row in table.rows] == [["bad", "bad"], ["", "doubt"], ["", ""]]


@pytest.mark.parametrize(
    ("days", "made", "cell"),
    [
        (160, "2026-05-01T00:00:00Z", Cell("160 days", "", 44)),
        (10, "2026-05-01T00:00:00Z", Cell("10 days", "doubt", 3)),
        (-3, "2026-05-01T00:00:00Z", Cell("expired", "bad", 0)),
        (160, None, Cell("160 days")),
        (None, None, Cell("")),
    ],
)
def test_what_is_left_of_a_secret_is_drawn(days: int | None, made: str | None, cell: Cell) -> None:
    secret = {"created": made, "expires": "2027-05-01T00:00:00Z", "expires_in_days": days}
    page = page_of(report(spoiled("cloud", applications=[{"name": "App", "tenant": "Corp", "secret": secret}])))
    assert table_of(page, "Secrets of Entra applications").rows[0][3] == cell


@pytest.mark.parametrize(("state", "told"), [("running", "online"), ("stopped", "stopped")])
def test_the_tree_shows_a_role_that_does_not_work(state: str, told: str) -> None:
    boxes = page_of(report(spoiled("thread", state=state))).drawing.boxes
    (role,) = [box for box in boxes if box.kind == "role"]
    assert (role.title, role.ill) == (f"Service connection point, {told}", state == "stopped")


def test_a_time_is_a_value_and_all_have_one_form() -> None:
    page = page_of(report(WELL))
    assert dict(page.facts)["Last contact"].text == "2026-11-22 10:00:18 UTC"
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d", re.sub(r"<style>.*?</style>", "", render(page), flags=re.DOTALL))


TAGS = re.compile(r"<(/?[a-zA-Z!]\w*)")


def tags(page: str) -> set[str]:
    return set(TAGS.findall(page))


def whole() -> dict[str, Any]:
    """Input for every part of the page."""
    found = rich()
    found["log"]["result"]["problems"] = [problem("tls"), problem("smb", status="over")]
    return found


ALLOWED = tags(html(whole()))


def test_texts_of_servers_are_only_text() -> None:
    dirty = html(renamed(whole(), EVIL))
    assert "&lt;script&gt;alert(1)" in dirty
    # Neither Ansible nor the page's own template interprets braces in a text.
    assert "{{ 7 * 7 }}{% raw %}" in dirty
    assert "\x1b" not in dirty
    assert "\u202e" not in dirty
    assert "script" not in ALLOWED
    assert tags(dirty) == ALLOWED


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_a_tag(text: str) -> None:
    dirty = html(renamed(whole(), text))
    assert tags(dirty) <= ALLOWED


def test_the_page_loads_nothing() -> None:
    page = html(whole())
    assert "default-src 'none'" in page
    # Links lead to a place on the page itself.
    assert {link[0] for link in re.findall(r'href="([^"]*)"', page)} == {"#"}
    # The bars of secrets have their lengths as numbers.
    page = re.sub(r' href="#[^"]*"| style="width: \d+%"', "", page)
    attributes = re.findall(r"""\s([a-z-]+)=["']""", re.sub(r"<style>.*</style>", "", page, flags=re.DOTALL))
    assert not {"src", "href", "action", "data", "style", "onload", "onclick"} & set(attributes)
    assert "url(" not in page
    assert "<script" not in page


def test_each_picture_has_a_name_a_description_and_a_table() -> None:
    page = html(whole())
    pictures = re.findall(r'<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)">', page)
    assert [name for name, _text in pictures] == ["place-title", "dates-title", "days-title"]
    ids = re.findall(r'id="([^"]+)"', page)
    for name, text in pictures:
        assert (ids.count(name), ids.count(text)) == (1, 1)
        assert re.search(rf'<title id="{name}">[^<]+</title>', page)
        assert re.search(rf'<desc id="{text}">[^<]+</desc>', page)
    assert page.count('<details class="facts') == 3


def test_every_sign_has_a_shape_of_its_own() -> None:
    page = html(whole())
    shapes: dict[str, set[str]] = {}
    for name, shape in re.findall(r'<g class="sign (\w+)"[^>]*>(.*?)</g>', page, re.DOTALL):
        shapes.setdefault(name, set()).add(shape)
    assert {"ok", "doubt", "bad", "open", "none", "unread", "unused", "unknown"} == set(shapes)
    assert all(len(found) == 1 for found in shapes.values())
    assert len(set.union(*shapes.values())) == len(shapes)


def test_a_report_of_an_earlier_release_has_a_page_without_the_new_pictures() -> None:
    old = report(WELL)
    for name in ("connections", "dates_ahead", "messages_since", "last_synchronisation"):
        del old[name]
    page = render(page_of(old))
    assert page.count('role="img"') == 1
    assert "as a table" not in page


def test_the_page_is_small() -> None:
    assert len(html(whole())) < 120_000
