# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The proxy that a connection uses, and where it is set: in the inventory, or in the environment of Ansible on the controller."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Proxy:
    """One proxy.

    :param url: as it was given; may contain a password.
    :param variable: the variable that sets it, in the inventory or in the environment.
    """

    url: str = field(repr=False)
    variable: str
    of_environment: bool = False

    def __str__(self) -> str:
        """Its address, without user and password."""
        scheme, found, rest = self.url.partition("://")
        place = (rest if found else scheme).rpartition("@")[2]
        return f"{scheme}://{place}" if found else place

    @property
    def secrets(self) -> frozenset[str]:
        """The password in the address, as it is written there and decoded."""
        try:
            password = urlsplit(self.url if "://" in self.url else f"//{self.url}").password
        except ValueError:
            password = None
        return frozenset({password, unquote(password)} if password else ())


def is_no_address(text: str) -> bool:
    """Whether a text is a converted null, as ``-e name=null`` and INI inventories produce it."""
    return text.strip().lower() in ("", "null", "none", "~", "false", "omit")


def environment_proxy(endpoint: str, environment: Mapping[str, str] | None = None) -> Proxy | None:
    """The proxy that the environment sets for an address, as requests finds it, with no_proxy; None without one."""
    try:
        from requests.utils import get_environ_proxies, select_proxy
    except ImportError:
        # Without requests there is no connection either; opening one reports which library is missing.
        return None
    url = select_proxy(endpoint, get_environ_proxies(endpoint, no_proxy=None))
    if not url:
        return None
    environment = os.environ if environment is None else environment
    scheme = urlsplit(endpoint).scheme
    names = [f"{kind}_proxy" for kind in (scheme, "all")]
    spelled = [spelling for name in names for spelling in (name, name.upper())]
    variable = next((name for name in spelled if environment.get(name) == url), names[0])
    return Proxy(str(url), variable, of_environment=True)
