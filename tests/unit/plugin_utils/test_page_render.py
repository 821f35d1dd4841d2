"""The HTML of a verification: no text of a server becomes markup, and the file is a whole one."""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page import page_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.page.render import render
from tests.unit.site.verify.support import problem, report, spoiled


def test_texts_are_escaped() -> None:
    bad = "<script>alert(1)</script>"
    html = render(page_of(report(spoiled("log", problems=[{**problem("tls"), "title": bad}]))))
    assert bad not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_file_ends_with_a_line_and_has_none_of_the_template_s() -> None:
    html = render(page_of(report({})))
    assert html.startswith("<!DOCTYPE html>\n")
    assert html.endswith("</html>\n")
    assert "\n\n\n" not in html
    assert "{%" not in html
