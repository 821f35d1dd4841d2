# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of a role in their types, wherever they are set.

An INI inventory, a survey and ``-e name=value`` give strings where YAML gives Booleans and numbers; a survey question without an
answer gives null. The rules for module options (``arguments.py``) apply here too, so that a role reads each option in its type,
with every ansible-core.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load

from ansible_collections.configmgr.scp.plugins.module_utils import option_rules as rules
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import read_arguments
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain

_ROLES = Path(__file__).resolve().parents[2] / "roles"
# Variables for the command line, which take precedence: one playbook variable for an option that several roles have.
ALIASES = {
    "move_to": "scp_to",
    "move_from": "scp_from",
    "remove_server": "scp_server",
    "remove_server_gone": "scp_server_gone",
    "remove_site_system": "scp_remove_site_system",
}
# Read by playbooks, which have no argument specification.
PLAYBOOK_VARIABLES = (
    "after_setup_usage_data",
    "expand_phase",
    "ha_passive_account",
    "ha_passive_server",
    "offline_updates_connected_host",
    "recover_enter_passwords",
    "scp_from",
    "scp_hosts",
    "scp_provider",
    "scp_remove_site_system",
    "scp_report_dir",
    "scp_server",
    "scp_server_gone",
    "scp_to",
    "unattended_setup_host",
)
# Set by the inventory plugin for every host.
INVENTORY_VARIABLES = ("scp_mode",)
# Prefixes that only this collection uses. Variables of other roles may also begin with the shared ones (move_, verify_).
_OURS_ALONE = ("service_connection_point_", "offline_updates_", "unattended_setup_", "after_setup_", "field_check_")
_SHARED = ("preflight_", "move_", "remove_", "verify_", "recover_", "expand_", "ha_", "scp_", "update_")
_ALIKE = 0.8
# What an empty string means for the options that allow it.
EMPTY = {
    "preflight_installation_account": "the site server's computer account",
    "service_connection_point_installation_account": "the site server's computer account",
    "service_connection_point_public_fqdn": "no internet FQDN",
    "service_connection_point_proxy.account": "the proxy needs no account",
}
LIMITS = {
    "offline_updates_max_age_days": rules.AGE_DAYS,
    "offline_updates_required_free_gib": rules.FREE_SPACE,
    "offline_updates_run_timeout": rules.RUN_TIMEOUT,
    "offline_updates_share_port": rules.PORT,
    "offline_updates_wait_timeout": rules.WAIT_SECONDS,
    "preflight_database_port": rules.PORT,
    "preflight_endpoint_timeout": rules.ENDPOINT_TIMEOUT,
    "preflight_endpoint_total_timeout": rules.ENDPOINT_TOTAL_TIMEOUT,
    "preflight_port_timeout": rules.PORT_TIMEOUT,
    "preflight_required_free_space_gib": rules.FREE_SPACE,
    "remove_wait_timeout": rules.WAIT_SECONDS,
    "service_connection_point_thread_timeout": rules.WAIT_SECONDS,
    "service_connection_point_wait_timeout": rules.WAIT_SECONDS,
    "update_backup_max_age_days": rules.AGE_DAYS,
    "update_outage_timeout": rules.WAIT_SECONDS,
    "update_required_free_space_gib": rules.FREE_SPACE,
    "update_wait_timeout": rules.WAIT_SECONDS,
    "verify_contact_hours": rules.CONTACT_HOURS,
    "verify_import_days": rules.REPORT_DAYS,
    "verify_log_hours": rules.LOG_HOURS,
    "verify_log_max_bytes": rules.LOG_BYTES,
    "verify_secret_days": rules.REPORT_DAYS,
    "verify_status_hours": rules.STATUS_HOURS,
    "verify_support_days": rules.REPORT_DAYS,
}
_RULES = rules.OptionRules(LIMITS, EMPTY)
# Never among the registered options: a task that needs one uses the variable itself.
_SECRET_KEYS = frozenset({"password", "product_key", "productid"})
# A product key, which may also be in the wrong variable.
_PRODUCT_KEY = re.compile(r"\s*[A-Za-z0-9]{4,6}(-[A-Za-z0-9]{4,6}){4}\s*")
_NOT_SHOWN = "(a product key, not shown)"
# If YAML reads such a text as a number, it is a different text when written again: 010 becomes 8.
_STRICT_TEXTS = ("site_code", "server", "_to", "_from")


@dataclass(frozen=True)
class Role:
    """A role of the collection: ``options`` are its argument specification by variable, ``defaults`` those of defaults/main.yml,
    with templates not resolved."""

    name: str
    options: Mapping[str, Mapping[str, Any]]
    defaults: Mapping[str, Any]

    def short(self, variable: str) -> str:
        """The name of an option without the prefix of the role."""
        return variable.removeprefix(f"{self.name}_")


@dataclass(frozen=True)
class RoleOptions:
    """``options`` by their short names, null where an option is not set and has no default; without secrets. ``problems`` are
    sentences, each with the variable, what is wrong with it and what to do; empty when the options can be used."""

    options: Mapping[str, Any]
    problems: tuple[str, ...]


@functools.cache
def role(name: str) -> Role:
    """Read the files of a role.

    :raises KeyError: the collection has no such role.
    """
    if name not in role_names():
        raise KeyError(name)
    spec = yaml_load((_ROLES / name / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    defaults = _ROLES / name / "defaults" / "main.yml"
    given = yaml_load(defaults.read_text(encoding="utf-8")) if defaults.is_file() else {}
    return Role(name, spec["argument_specs"]["main"].get("options") or {}, given or {})


@functools.cache
def role_names() -> tuple[str, ...]:
    """The roles of the collection."""
    return tuple(sorted(path.parents[1].name for path in _ROLES.glob("*/meta/argument_specs.yml")))


@functools.cache
def known_variables() -> frozenset[str]:
    """Every variable that a role or playbook of the collection reads or sets."""
    names = {*PLAYBOOK_VARIABLES, *INVENTORY_VARIABLES}
    for name in role_names():
        names |= {f"{name}_result", *role(name).options, *role(name).defaults}
    return frozenset(names)


def unknown_variables(variables: Iterable[str], known: Collection[str]) -> tuple[list[str], list[str]]:
    """Variables with a prefix of the collection that nothing reads: those to refuse, and those to warn about, as sentences.

    A variable is refused if only this collection uses its prefix, or if its name is similar to a known one.
    """
    refused, doubtful = [], []
    for name in sorted(set(variables) - set(known)):
        if not name.startswith((*_OURS_ALONE, *_SHARED)):
            continue
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
        meant = f" Did you mean {nearest[0]}?" if nearest else ""
        sentence = f"The variable {name} is not known to any role or playbook of configmgr.scp.{meant}"
        if nearest or name.startswith(_OURS_ALONE):
            refused.append(f"{sentence} Correct the name, or remove the variable.")
        else:
            doubtful.append(f"{sentence} It is ignored.")
    return refused, doubtful


def read_role_options(
    known_role: Role, variables: Mapping[str, Any], resolved: Callable[[Any], Any], omitted: Any = None
) -> RoleOptions:
    """Read the options of a role from the variables of a host.

    Null and ``omit`` mean that the option is not set. An empty string is refused unless it is the option's default, because an
    option that is not set may mean something else.

    :param variables: all variables, templates not resolved.
    :param resolved: resolves a template. It raises ``ValueError`` with a sentence when that is not possible.
    :param omitted: Ansible's ``omit``.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    for name, option in known_role.options.items():
        alias = ALIASES.get(name)
        variable = alias if alias is not None and _is_set(variables, alias, resolved) else name
        try:
            value = _value(known_role, variable, variables, resolved, omitted)
        except ValueError as error:
            problems.append(f"{variable} cannot be resolved: {str(error).rstrip('. ')}. Correct the template.")
            continue
        if value is None:
            continue
        value = _as_choice(option, value)
        problem = _problem(variable, option, value)
        if problem:
            problems.append(problem)
        else:
            values[name] = value
    spec = {name: _spec(option) for name, option in known_role.options.items()}
    if problems:
        return RoleOptions({}, tuple(problems))
    arguments = read_arguments({"argument_spec": spec}, values, _RULES)
    if arguments.error is not None:
        return RoleOptions({}, (arguments.error,))
    # An empty default means that the option is not set.
    found = {name: None if value == "" and spec[name].get("default") == "" else value for name, value in arguments.params.items()}
    return RoleOptions(_without_secrets({known_role.short(name): found.get(name) for name in spec}), ())


def _is_set(variables: Mapping[str, Any], name: str, resolved: Callable[[Any], Any]) -> bool:
    return name in variables and plain(resolved(variables[name])) is not None


def _value(known_role: Role, name: str, variables: Mapping[str, Any], resolved: Callable[[Any], Any], omitted: Any) -> Any:
    """The value of an option; None when it is not set."""
    default = known_role.defaults.get(name)
    is_default = name not in variables or plain(variables[name]) == default
    value = resolved(variables.get(name, default))
    if (value is None or _is_omitted(value, omitted)) and not is_default:
        is_default, value = True, resolved(default)
    value = None if _is_omitted(value, omitted) else plain(value)
    if value != "":
        return value
    # A default that is a template of other options is empty when these are not set.
    if is_default or known_role.options.get(name, {}).get("default") == "":
        return None
    return value


def _is_omitted(value: Any, omitted: Any) -> bool:
    return omitted is not None and (value is omitted or (isinstance(value, str) and value == omitted))


def _as_choice(option: Mapping[str, Any], value: Any) -> Any:
    """A choice in any letter case. A Boolean is read as its text: YAML converts the text to a Boolean unless it is in quotes."""
    text = str(value).strip().lower()
    return text if isinstance(value, (bool, str)) and text in map(str, option.get("choices") or ()) else value


def _problem(name: str, option: Mapping[str, Any], value: Any) -> str | None:
    """A problem that the rules for module options do not find, or not under the name that the user knows."""
    if value == "" and name not in EMPTY:
        allowed = f" Allowed are {', '.join(map(str, option['choices']))}." if option.get("choices") else ""
        return f"{name} is empty.{allowed} Give it a value, or remove the variable."
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith(_STRICT_TEXTS):
        return f'{name} is the number {value}, but it must be a string. Put it in quotes, as in {name}: "010".'
    if name.endswith("_accounts") and isinstance(value, list):
        return _twice(name, value)
    return None


def _twice(name: str, accounts: Sequence[Any]) -> str | None:
    """Windows account names are not case-sensitive, so the second of two would be silently ignored."""
    seen: set[str] = set()
    for account in accounts:
        text = str(account.get("name", "") if isinstance(account, Mapping) else account)
        if text.casefold() in seen:
            return f"{name} has the account {text} twice. Account names are not case-sensitive. Remove one of the two entries."
        seen.add(text.casefold())
    return None


def _spec(option: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a documented option that the validator needs."""
    spec = {
        key: value for key, value in option.items() if key in ("type", "elements", "choices", "default", "required", "no_log")
    }
    if option.get("options"):
        spec["options"] = {name: _spec(inner) for name, inner in option["options"].items()}
    return spec


def _without_secrets(value: Any) -> Any:
    """The value without the keys of secrets, on every level."""
    if isinstance(value, Mapping):
        return {key: _without_secrets(item) for key, item in value.items() if str(key).lower() not in _SECRET_KEYS}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, str) and _PRODUCT_KEY.fullmatch(value):
        return _NOT_SHOWN
    return value
