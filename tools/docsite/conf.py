# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sphinx's settings for the documentation site. Sphinx reads the names of this file; `python -m tools.docsite` starts it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, os.fspath(ROOT))

from tools.docsite import extension  # noqa: E402

project = "configmgr.scp"
author = "the configmgr.scp authors"
copyright = f"2026, {author}"
html_title = "configmgr.scp"

extensions = ["myst_parser", "sphinx_antsibull_ext", extension.__name__]
root_doc = "index"
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
# The anchors of headings are those that code hosts make.
myst_heading_anchors = 4
nitpicky = True
# Messages and commands are quoted exactly: no quotation mark or dash is replaced.
smartquotes = False

html_theme = "furo"
html_static_path = [os.fspath(Path(__file__).with_name("static"))]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
pygments_style = "ansible"
pygments_dark_style = "github-dark"
linkcheck_timeout = 15
# Pages with anchors that scripts make.
linkcheck_anchors = False
