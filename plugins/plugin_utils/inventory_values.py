# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values of an inventory that must never be templates, and those that come from a vault: the only place that knows how each
supported ansible-core marks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.utils.unsafe_proxy import AnsibleUnsafe, wrap_var

try:
    # ansible-core 2.19 and later
    from ansible.parsing.vault import EncryptedString as Vaulted
    from ansible.template import is_trusted_as_template as _may_be_template
    from ansible.template import trust_as_template as _trusted
except ImportError:
    from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode as Vaulted

    def _trusted(value: str) -> str:
        return value

    def _may_be_template(value: str) -> bool:
        return not isinstance(value, AnsibleUnsafe)


# Without braces and the number sign, with which the templates and headers of Jinja begin in every supported release.
_NO_TEMPLATE = re.compile(r"[\w .,:;@$\\/()+-]*")


def as_text(value: Any) -> Any:
    """A value that was read from the network: Ansible uses it as text, whatever is in it.

    `ansible-inventory --list` shows a string as a dictionary if Ansible must not use it as a template: with ansible-core 2.18 one
    that is marked, with later releases one that is not trusted. So strings that cannot be templates are shown as they are.
    """
    if isinstance(value, Mapping):
        return {key: as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    if not isinstance(value, str):
        return value
    return _trusted(value) if _NO_TEMPLATE.fullmatch(value) else wrap_var(value)


def is_vaulted(value: Any) -> bool:
    """Whether a value is encrypted on its own (``!vault``). Not so a value of a file that is encrypted completely."""
    return isinstance(value, Vaulted)


def is_template(value: Any) -> bool:
    """Whether the user wrote a string with a Jinja expression, and not as `!unsafe`."""
    return isinstance(value, str) and "{{" in value and _may_be_template(value)
