# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the report page of a verification as HTML. Every text is escaped; the page loads nothing and runs no script."""

from __future__ import annotations

from pathlib import Path

import jinja2

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page import Page

_FOLDER = Path(__file__).parent


def render(page: Page) -> str:
    """The page as one self-contained HTML file."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html.j2").render(page=page)
