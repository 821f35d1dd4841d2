# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks the user's input against the table: the sections of the script, or every mistake at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script import rules
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.afterwards import Afterwards, afterwards
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import (
    ANY,
    CONDITIONAL,
    PREFIX,
    REQUIRED,
    InstallType,
    Key,
    all_keys,
    install_types,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.values import (
    BadValue,
    allowed,
    quoted,
    text_of,
    without_product_keys,
    written,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.wish import Told, taken_apart

_SERVICE_CONNECTION_POINT = "service_connection_point."


@dataclass(frozen=True)
class Script:
    """The script made from the user's input.

    :param values: the value of each key, in the order of the table; not usable when there are mistakes.
    :param mistakes: a sentence for each.
    """

    kind: InstallType | None
    values: Mapping[str, str]
    mistakes: tuple[str, ...]
    afterwards: Afterwards

    @property
    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Sections with their keys and values, in the order of the table."""
        found: dict[str, list[tuple[str, str]]] = {}
        for key in all_keys():
            if key.name in self.values:
                found.setdefault(key.section, []).append((key.name, self.values[key.name]))
        return list(found.items())


@dataclass
class _Judged:
    """The correct values; ``spoilt`` are keys with a wrong value, so that no other mistake is reported for them."""

    values: dict[str, str] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, key: Key, problem: str) -> None:
        self.spoilt.add(key.name)
        self.mistakes.append(f"{key.shown}: {problem}")


def judged(wish: Mapping[str, Any]) -> Script:
    """The script for the user's input: the role's options without their prefix, groups as mappings.

    Mistakes in the input raise no exception; all of them are reported.
    """
    told = taken_apart(wish)
    work = _Judged(mistakes=list(told.mistakes))
    _check_dest(wish, work)
    keys = _with_consequences(told)
    for key in all_keys():
        if key.name in keys:
            _take(key, keys[key.name], told.kind, work)
    if told.kind is not None:
        _refuse_unused(told, keys, told.kind, work)
        _complete(told.kind, work)
    for name, problem in rules.broken(work.values):
        work.wrong(next(key for key in all_keys() if key.name == name), problem)
    after = afterwards(told, work.values)
    mistakes = tuple(without_product_keys(text) for text in [*work.mistakes, *after.mistakes])
    return Script(told.kind, work.values, mistakes, after)


def _with_consequences(told: Told) -> dict[str, Any]:
    """The keys that are set, with those that follow from them."""
    keys = dict(told.keys)
    has = any(option.startswith(_SERVICE_CONNECTION_POINT) for option in told.options)
    child = told.kind is not None and "CloudConnector" in _fixed(told.kind)
    if has and not child:
        keys.setdefault("CloudConnector", "1")
    if any(option.startswith(f"{_SERVICE_CONNECTION_POINT}proxy.") for option in told.options) and not child:
        keys.setdefault("UseProxy", "1")
    if told.kind is not None:
        keys.update({"Action": told.kind.action})
        if told.kind.recovery:
            # It runs from a copy of CD.Latest (memdocs, recover-sites).
            keys.setdefault("CDLatest", "1")
    return keys


def _fixed(kind: InstallType) -> dict[str, str]:
    return {key.name: key.fixed[kind.name] for key in all_keys() if kind.name in key.fixed}


def _take(key: Key, value: Any, kind: InstallType | None, work: _Judged) -> None:
    try:
        says = written(key, value)
    except BadValue as error:
        work.wrong(key, f"{error}; allowed: {allowed(key)}.")
        return
    if kind is not None and says != (only := key.fixed.get(kind.name, says)):
        work.wrong(key, f"{says} is not possible for {kind.title}; allowed: {only}.")
        return
    if says:
        work.values[key.name] = says


def _refuse_unused(told: Told, keys: Mapping[str, Any], kind: InstallType, work: _Judged) -> None:
    """A mistake for each key that is set but not used in the type of installation."""
    of_use = {key.option for key in all_keys() if key.option and key.used_in(kind)}
    if "CloudConnector" in _fixed(kind) and any(option.startswith(_SERVICE_CONNECTION_POINT) for option in told.options):
        work.mistakes.append(
            f"{PREFIX}service_connection_point (CloudConnector in [CloudConnectorOptions]): {kind.title} cannot have the service"
            " connection point, which is at the top-level site only; allowed: 0, so leave the option out."
        )
    for key in all_keys():
        if key.name not in keys or key.used_in(kind):
            continue
        work.values.pop(key.name, None)
        # The option is correct because of another key of the type, or was refused with its group.
        covered = key.option in told.options and (key.option in of_use or key.option.startswith(_SERVICE_CONNECTION_POINT))
        if not covered and key.name not in work.spoilt:
            work.wrong(key, f"{kind.title} has no such key (it is allowed for {_users(key)} only); leave it out.")


def _users(key: Key) -> str:
    return ", ".join(kind.title for kind in install_types().values() if key.used_in(kind))


def _complete(kind: InstallType, work: _Judged) -> None:
    """Defaults for required keys, and a mistake for what is missing or must not be set."""
    # A key with conditions comes after the keys that its conditions name.
    ordered = sorted(all_keys(), key=lambda key: len(key.when))
    for key in ordered:
        use = key.use[kind.name]
        if key.name in work.spoilt or not key.used_in(kind):
            continue
        if use == REQUIRED:
            _require(key, f"{kind.title} needs it", work)
        elif kind.name in key.needed:
            _require(key, key.needed[kind.name], work)
        elif use == CONDITIONAL and key.when:
            _judge_condition(key, work)


def _judge_condition(key: Key, work: _Judged) -> None:
    if any(name in work.spoilt for name in key.when):
        return
    if all(work.values.get(name) in values for name, values in key.when.items()):
        _require(key, f"it is needed with {_spelt(key)}", work)
        return
    says = work.values.get(key.name)
    if says is None or (key.otherwise is not None and (key.otherwise == ANY or says in key.otherwise)):
        return
    rest = f"allowed: {' or '.join(key.otherwise)}, or leave it out" if key.otherwise else "leave it out"
    work.wrong(key, f"{quoted(says)} is only possible with {_spelt(key)}; {rest}.")


def _spelt(key: Key) -> str:
    return " and ".join(f"{name}={' or '.join(values)}" for name, values in key.when.items())


def _require(key: Key, reason: str, work: _Judged) -> None:
    if key.name in work.values:
        return
    if key.default:
        work.values[key.name] = key.default
    else:
        work.wrong(key, f"it is not set, and {reason}; allowed: {allowed(key)}.")


def _check_dest(wish: Mapping[str, Any], work: _Judged) -> None:
    """Setup accepts a script only as a file whose name ends in .ini (memdocs, use-a-command-line-to-install-sites).

    Input without ``dest`` is not to be written to a file.
    """
    if "dest" in wish and not text_of(wish["dest"]).lower().endswith(".ini"):
        shown = "an empty text" if wish["dest"] in (None, "") else quoted(wish["dest"])
        work.mistakes.append(f"{PREFIX}dest: {shown} is not a script; allowed: the path of a file that ends in .ini.")
