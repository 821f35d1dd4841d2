# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The arguments of a task, checked against its module's SPEC, and which of them are secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import OptionRules
from ansible_collections.configmgr.scp.plugins.plugin_utils.option_values import Spec, settled
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
_NO_RULES = OptionRules()
_CHECKS = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")


@dataclass(frozen=True)
class Arguments:
    """The arguments of one task.

    ``params`` are validated, converted and have their defaults. ``given`` has the names (never an alias) of the options that
    the user set. ``secrets`` are the texts of all ``no_log`` options, including suboptions. ``shown`` is
    ``params`` with the secrets masked. ``error`` is None, or why ``params`` must not be used.
    """

    params: Mapping[str, Any]
    given: frozenset[str]
    secrets: frozenset[str]
    shown: Mapping[str, Any]
    error: str | None


def rules_of(module: ModuleType) -> OptionRules:
    """The rules for a module's options that are not in its SPEC."""
    return OptionRules(getattr(module, "LIMITS", {}), getattr(module, "EMPTY", {}))


def read_arguments(module_spec: Mapping[str, Any], raw: Mapping[str, Any], rules: OptionRules = _NO_RULES) -> Arguments:
    """Check a task's arguments against a module's SPEC (the keyword arguments of AnsibleModule) and its rules.

    Wrong arguments raise no exception: the problems are in ``error``, which may still contain secrets, so that the
    caller masks everything in one place.
    """
    spec: Spec = module_spec["argument_spec"]
    given_values: dict[str, Any] = plain(raw)
    # Collected before validation: a secret must also be masked in the message about another, wrong argument.
    secrets = set(_secrets(spec, given_values))
    values, problems = settled(spec, given_values, rules)
    if problems:
        # ansible-core would report them again, or raise an exception: it cannot convert an infinite number.
        messages, params = problems, values
    else:
        checks = {name: module_spec[name] for name in _CHECKS if module_spec.get(name) is not None}
        outcome = ArgumentSpecValidator(spec, **checks).validate(values)
        messages = [_sentence(error) for error in outcome.errors.errors]
        # On failure they may be partly converted; they are then used only for the invocation.
        params = plain(outcome.validated_parameters)
    secrets.update(_secrets(spec, params))
    given = frozenset(spec) & values.keys()
    error = "; ".join(message.rstrip(". ") for message in messages) + "." if messages else None
    return Arguments(params, given, frozenset(secrets), _masked(spec, params), error)


def _sentence(error: Exception) -> str:
    # The validator's own text begins with the bare names.
    return f"Unsupported options: {error}" if isinstance(error, UnsupportedError) else str(error)


def _names(name: str, option: Mapping[str, Any]) -> tuple[str, ...]:
    return (name, *(option.get("aliases") or ()))


def _secrets(spec: Spec, values: Mapping[str, Any]) -> Iterator[str]:
    """All texts under ``no_log`` options of the spec, suboptions included."""
    for name, option in spec.items():
        for key in _names(name, option):
            value = values.get(key)
            if option.get("no_log"):
                yield from _texts(value)
            elif option.get("options"):
                for item in value if isinstance(value, list) else [value]:
                    yield from _secrets(option["options"], _as_mapping(item))


def _as_mapping(value: Any) -> Mapping[str, Any]:
    """Suboptions may arrive as a string (``key=value`` or JSON), as Ansible allows for every dictionary."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, str):
        return {}
    try:
        parsed: Mapping[str, Any] = check_type_dict(value)
    except TypeError:
        return {}
    return parsed


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value, at any depth, without Booleans and empty strings: masking these would mask too much."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None and not isinstance(value, bool) and str(value):
        yield str(value)


def _masked(spec: Spec, values: Mapping[str, Any]) -> dict[str, Any]:
    masked = dict(values)
    for name, option in spec.items():
        if name not in masked or masked[name] is None:
            continue
        if option.get("no_log"):
            masked[name] = MASK
        elif option.get("options"):
            value = masked[name]
            if isinstance(value, list):
                masked[name] = [_masked(option["options"], item) if isinstance(item, Mapping) else item for item in value]
            elif isinstance(value, Mapping):
                masked[name] = _masked(option["options"], value)
    return masked
