# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An extension of Sphinx: what the pages and the reference need to fit together.

- Labels and environment variables of Ansible's own documentation. intersphinx would fetch an inventory of all labels from the
  network at each build; the reference uses only these. A label that is not in the table remains a warning, and so an error.
- The name of a module or role in a page leads to its page in the reference.
- The lists of contents in the pages of antsibull-docs are removed: the theme has its own, and shows an error beside a second.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

BASE = "https://docs.ansible.com/ansible/latest/"
PAGES = {
    "ansible_collections.ansible.builtin.psrp_connection": "collections/ansible/builtin/psrp_connection.html",
    "ansible_collections.ansible.builtin.slurp_module": "collections/ansible/builtin/slurp_module.html",
    "ansible_collections.ansible.builtin.winrm_connection": "collections/ansible/builtin/winrm_connection.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
REFERENCE = "reference"
_QUALIFIED = "configmgr.scp."


def page_of(kind: str, target: str) -> str | None:
    """The page of Ansible's documentation, below :data:`BASE`, for a reference; None for one that is not Ansible's."""
    if kind == "envvar" and target.startswith("ANSIBLE_"):
        return f"{PAGES['ansible_configuration_settings']}#envvar-{target}"
    if plugins := re.fullmatch(r"([a-z]+)_plugins", target):
        return f"plugins/{plugins.group(1)}.html"
    return PAGES.get(target)


def _resolve(_app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> nodes.Node | None:
    """The link for a label or an environment variable of Ansible; None leaves it to Sphinx."""
    page = page_of(node["reftype"], node["reftarget"])
    if page is None:
        return None
    return nodes.reference("", "", content, internal=False, refuri=BASE + page)


def document_of(text: str, documents: Collection[str]) -> str | None:
    """The document of the reference about what the literal ``text`` names, or None.

    A name without the collection counts only with an underscore: ``cim`` and ``component`` are also values of options.
    """
    name = text.removeprefix(_QUALIFIED)
    if not re.fullmatch(r"[a-z_]+", name) or (name == text and "_" not in name):
        return None
    candidates = (f"{REFERENCE}/{name}_module", f"{REFERENCE}/{name}_role")
    return next((document for document in candidates if document in documents), None)


def _without_contents(_app: Sphinx, doctree: nodes.document) -> None:
    for topic in list(doctree.findall(nodes.topic)):
        if "contents" in topic["classes"]:
            topic.parent.remove(topic)


def _with_links(app: Sphinx, doctree: nodes.document, document: str) -> None:
    if document.startswith(f"{REFERENCE}/"):
        return
    for literal in list(doctree.findall(nodes.literal)):
        target = document_of(literal.astext(), app.env.found_docs)
        if target and not isinstance(literal.parent, (nodes.reference, nodes.title)):
            uri = app.builder.get_relative_uri(document, target)
            literal.replace_self(nodes.reference("", "", literal.deepcopy(), internal=True, refuri=uri))


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this when it loads the extension."""
    app.connect("missing-reference", _resolve)
    app.connect("doctree-read", _without_contents)
    app.connect("doctree-resolved", _with_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
