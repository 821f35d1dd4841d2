# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of a role as its user means them, wherever they come from.

An INI inventory, a survey and ``-e name=value`` give texts where YAML gives truth values and numbers; a survey that was not
answered gives null. The rules of modules (``arguments.py``) hold here too, so that a role reads each option in its type, on
every ansible-core.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.configmgr.scp.plugins.module_utils import option_rules as rules
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import read_arguments
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain

_ROLES = Path(__file__).resolve().parents[2] / "roles"
# Names for the command line, which win: one variable of a playbook for what several roles take.
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
# Beginnings that nobody uses for anything else. Others (move_, verify_) may well begin variables of other roles.
_OURS_ALONE = ("service_connection_point_", "offline_updates_", "unattended_setup_", "after_setup_")
_SHARED = ("preflight_", "move_", "remove_", "verify_", "recover_", "expand_", "ha_", "scp_")
_ALIKE = 0.8
# What an empty text means, where it is a value of its own.
EMPTY = {
    "preflight_installation_account": "the site server's computer account",
    "service_connection_point_installation_account": "the site server's computer account",
    "service_connection_point_public_fqdn": "no internet name",
    "service_connection_point_proxy.account": "the proxy wants no account",
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
    "verify_contact_hours": rules.CONTACT_HOURS,
    "verify_import_days": rules.REPORT_DAYS,
    "verify_log_hours": rules.LOG_HOURS,
    "verify_log_max_bytes": rules.LOG_BYTES,
    "verify_secret_days": rules.REPORT_DAYS,
    "verify_status_hours": rules.STATUS_HOURS,
    "verify_support_days": rules.REPORT_DAYS,
}
_RULES = rules.OptionRules(LIMITS, EMPTY)
# Never among the options that are registered: whoever needs them takes the variable itself.
_SECRET_KEYS = frozenset({"password", "product_key", "productid"})
# A product key, which may stand in a wrong variable, too.
_PRODUCT_KEY = re.compile(r"\s*[A-Za-z0-9]{4,6}(-[A-Za-z0-9]{4,6}){4}\s*")
_NOT_SHOWN = "(a product key, not shown)"
# A text of these that YAML reads as a number is another text when it is written out again: 010 is 8.
_STRICT_TEXTS = ("site_code", "server", "_to", "_from")


@dataclass(frozen=True)
class Role:
    """A role of the collection: ``options`` are its argument specification by variable, ``defaults`` those of defaults/main.yml,
    as they stand there (templates are not resolved)."""

    name: str
    options: Mapping[str, Mapping[str, Any]]
    defaults: Mapping[str, Any]

    def short(self, variable: str) -> str:
        """The name of an option without the role's."""
        return variable.removeprefix(f"{self.name}_")


@dataclass(frozen=True)
class RoleOptions:
    """``options`` by their short names, null where they were not given and have no default; without secrets. ``problems`` are
    sentences, each with the variable, what is wrong with it and what to do; empty when the options can be used."""

    options: Mapping[str, Any]
    problems: tuple[str, ...]


@functools.cache
def role(name: str) -> Role:
    """Read a role's own files.

    :raises KeyError: the collection has no such role.
    """
    if name not in role_names():
        raise KeyError(name)
    spec = yaml.safe_load((_ROLES / name / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    defaults = _ROLES / name / "defaults" / "main.yml"
    given = yaml.safe_load(defaults.read_text(encoding="utf-8")) if defaults.is_file() else {}
    return Role(name, spec["argument_specs"]["main"].get("options") or {}, given or {})


@functools.cache
def role_names() -> tuple[str, ...]:
    """The roles of the collection."""
    return tuple(sorted(path.parents[1].name for path in _ROLES.glob("*/meta/argument_specs.yml")))


@functools.cache
def known_variables() -> frozenset[str]:
    """Every variable that a role or playbook of the collection reads or sets."""
    names = set(PLAYBOOK_VARIABLES)
    for name in role_names():
        names |= {f"{name}_result", *role(name).options, *role(name).defaults}
    return frozenset(names)


def unknown_variables(variables: Iterable[str], known: Collection[str]) -> tuple[list[str], list[str]]:
    """Variables that begin as ours do and that nothing reads: what to refuse, and what only to warn of, each as a sentence.

    Refused is what begins as nobody else's variables do, or what is nearly the name of a known one.
    """
    refused, doubtful = [], []
    for name in sorted(set(variables) - set(known)):
        if not name.startswith((*_OURS_ALONE, *_SHARED)):
            continue
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
        meant = f" Did you mean {nearest[0]}?" if nearest else ""
        sentence = f"The variable {name} is not known to any role or playbook of configmgr.scp.{meant}"
        if nearest or name.startswith(_OURS_ALONE):
            refused.append(f"{sentence} Correct its name, or remove it.")
        else:
            doubtful.append(f"{sentence} It is ignored.")
    return refused, doubtful


def read_role_options(
    known_role: Role, variables: Mapping[str, Any], resolved: Callable[[Any], Any], omitted: Any = None
) -> RoleOptions:
    """Read the options of a role out of the variables of a host.

    Null and ``omit`` are the same as not given. An empty text is refused wherever the option's default is no empty text: left
    out may mean something wider.

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
            problems.append(f"{variable} can not be resolved: {str(error).rstrip('. ')}. Correct it.")
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
    # An empty default says that nothing is given.
    found = {name: None if value == "" and spec[name].get("default") == "" else value for name, value in arguments.params.items()}
    return RoleOptions(_without_secrets({known_role.short(name): found.get(name) for name in spec}), ())


def _is_set(variables: Mapping[str, Any], name: str, resolved: Callable[[Any], Any]) -> bool:
    return name in variables and plain(resolved(variables[name])) is not None


def _value(known_role: Role, name: str, variables: Mapping[str, Any], resolved: Callable[[Any], Any], omitted: Any) -> Any:
    """What was given for an option; None when nothing was."""
    default = known_role.defaults.get(name)
    is_default = name not in variables or plain(variables[name]) == default
    value = resolved(variables.get(name, default))
    if (value is None or _is_omitted(value, omitted)) and not is_default:
        is_default, value = True, resolved(default)
    value = None if _is_omitted(value, omitted) else plain(value)
    if value != "":
        return value
    # A default that is made of other options is empty where they are not given.
    if is_default or known_role.options.get(name, {}).get("default") == "":
        return None
    return value


def _is_omitted(value: Any, omitted: Any) -> bool:
    return omitted is not None and (value is omitted or (isinstance(value, str) and value == omitted))


def _as_choice(option: Mapping[str, Any], value: Any) -> Any:
    """A choice in any letter case. A truth value stands for its text: YAML makes one of it unless it is in quotes."""
    text = str(value).strip().lower()
    return text if isinstance(value, (bool, str)) and text in map(str, option.get("choices") or ()) else value


def _problem(name: str, option: Mapping[str, Any], value: Any) -> str | None:
    """What the rules of modules do not say of an option, or not by the name that its user knows."""
    if value == "" and name not in EMPTY:
        allowed = f" Allowed are {', '.join(map(str, option['choices']))}." if option.get("choices") else ""
        return f"{name} is empty.{allowed} Give it a value, or leave the variable out."
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith(_STRICT_TEXTS):
        return f'{name} is the number {value}, and a text is wanted. Put the text in quotes, as in {name}: "010".'
    if name.endswith("_accounts") and isinstance(value, list):
        return _twice(name, value)
    return None


def _twice(name: str, accounts: Sequence[Any]) -> str | None:
    """Windows takes names of accounts in any case, so the second of two would be left out without a word."""
    seen: set[str] = set()
    for account in accounts:
        text = str(account.get("name", "") if isinstance(account, Mapping) else account)
        if text.casefold() in seen:
            return f"{name} has the account {text} twice. Letter case makes no difference. Remove one of the two."
        seen.add(text.casefold())
    return None


def _spec(option: Mapping[str, Any]) -> dict[str, Any]:
    """What the validator needs of a documented option."""
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
