# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Settings of the service connection point that setup cannot make: as variables for the roles that set them after setup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import PREFIX
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.values import quoted, text_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.wish import Told

_GROUP = "service_connection_point."
_WORDS = {"mode": ("online", "offline"), "usage_data": ("basic", "enhanced", "full")}
# The settings of a role that setup installs (memdocs, setup-reference).
SETUPS_MODE, SETUPS_USAGE_DATA = "online", "enhanced"


@dataclass(frozen=True)
class Afterwards:
    """What is left to set after setup.

    :param variables: for the playbook ``configmgr.scp.after_setup``; they contain no password.
    :param accounts: names of accounts that have to be added to the site with their passwords.
    :param reasons: a sentence for each setting that setup cannot make, or that the user has to know.
    """

    variables: Mapping[str, Any]
    accounts: tuple[str, ...]
    reasons: tuple[str, ...]
    mistakes: tuple[str, ...]


def afterwards(told: Told, values: Mapping[str, str]) -> Afterwards:
    """What is left to set.

    :param values: the values of the script.
    """
    mistakes: list[str] = []
    words = {name: _word(name, told, mistakes) for name in _WORDS}
    proxy_account = _account("proxy.account", told, mistakes)
    installer = _account("installation_account", told, mistakes)
    reasons = _about_media(told, values)
    if values.get("CloudConnector") != "1":
        return Afterwards({}, (), tuple(reasons), tuple(mistakes))
    variables: dict[str, Any] = {
        "service_connection_point_server": values.get("CloudConnectorServer"),
        "service_connection_point_site_code": values.get("SiteCode"),
    }
    if words["mode"]:
        variables["service_connection_point_mode"] = words["mode"]
    if installer:
        variables["service_connection_point_installation_account"] = installer
    if values.get("UseProxy") == "1":
        variables["service_connection_point_proxy"] = _proxy(values, proxy_account)
    if words["usage_data"]:
        variables["after_setup_usage_data"] = words["usage_data"]
    reasons += _about_the_role(words, proxy_account, installer)
    accounts = tuple(dict.fromkeys(name for name in (installer, proxy_account) if name))
    return Afterwards(variables, accounts, tuple(reasons), tuple(mistakes))


def _proxy(values: Mapping[str, str], account: str) -> dict[str, Any]:
    port = values.get("ProxyPort")
    found: dict[str, Any] = {"enabled": True, "server": values.get("ProxyName"), "port": int(port) if port else None}
    return {**found, "account": account} if account else found


def _word(name: str, told: Told, mistakes: list[str]) -> str:
    given = told.options.get(f"{_GROUP}{name}")
    if given is None:
        return ""
    word = text_of(given).lower()
    if word not in _WORDS[name]:
        mistakes.append(f"{PREFIX}{_GROUP}{name}: {quoted(given)} is not possible; allowed: {' or '.join(_WORDS[name])}.")
        return ""
    return word


def _account(name: str, told: Told, mistakes: list[str]) -> str:
    given = told.options.get(f"{_GROUP}{name}")
    if given is None:
        return ""
    try:
        return naming.account_name(text_of(given), f"{PREFIX}{_GROUP}{name}")
    except naming.BadName:
        mistakes.append(rf"{PREFIX}{_GROUP}{name}: {quoted(given)} is not an account; allowed: one such as CONTOSO\svc-scp.")
        return ""


def _about_the_role(words: Mapping[str, str], proxy_account: str, installer: str) -> list[str]:
    found = []
    if words["mode"] not in ("", SETUPS_MODE):
        found.append(
            "Setup has no key for the mode: the service connection point is online until the mode is changed after setup."
        )
    if words["usage_data"] not in ("", SETUPS_USAGE_DATA):
        found.append(f"Setup has no key for the usage data: the level is {SETUPS_USAGE_DATA} until it is changed after setup.")
    for what, name in (("of the proxy", proxy_account), ("that installs the role", installer)):
        if name:
            found.append(f"Setup has no key for the account {what}: {name} is set after setup, with its password from a vault.")
    return found


def _about_media(told: Told, values: Mapping[str, str]) -> list[str]:
    if told.kind is None:
        return []
    latest = "CDLatest" in values
    if told.kind.recovery and not latest:
        return [
            "A recovery runs from a copy of CD.Latest outside the installation folder; without the key CDLatest it expects other "
            "media."
        ]
    if latest and told.kind.name in ("central_administration_site", "primary"):
        return ["The first site of a hierarchy is installed from baseline media, not from the CD.Latest folder of another site."]
    if told.kind.name == "expansion":
        return ["Remove the service connection point from the primary first: configmgr.scp.expand with expand_phase=before."]
    return []
