# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Splits the user's input into options and keys that are set, and everything that is neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import (
    PREFIX,
    InstallType,
    Key,
    all_keys,
    install_types,
    known_options,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.values import quoted, text_of


@dataclass(frozen=True)
class Told:
    """The parts of the user's input.

    :param kind: the type of installation; None when there is no such type.
    :param options: values by option, suboptions with their group as prefix.
    :param keys: values by the name of a key, from the options and ``further_keys``, as the user gave them.
    :param mistakes: a sentence for each unknown part.
    """

    kind: InstallType | None
    options: Mapping[str, Any]
    keys: Mapping[str, Any]
    mistakes: tuple[str, ...]


def taken_apart(wish: Mapping[str, Any]) -> Told:
    """The parts of the user's input; an option that is None, or an empty text, list or group, is not set."""
    mistakes: list[str] = []
    options = dict(_flat(wish, mistakes))
    keys = {key.name: options[key.option] for key in all_keys() if key.option in options}
    for key, value in _further(wish.get("further_keys"), mistakes):
        if key.name in keys:
            mistakes.append(f"{PREFIX}further_keys: {key.name} is also set by {PREFIX}{key.option}; set it only once.")
        else:
            keys[key.name] = value
    return Told(_kind(wish.get("type"), mistakes), options, keys, tuple(mistakes))


def _is_told(value: Any) -> bool:
    return value is not None and not (isinstance(value, (str, list, tuple, Mapping)) and len(value) == 0)


def _kind(value: Any, mistakes: list[str]) -> InstallType | None:
    found = install_types().get(text_of(value))
    if found is None:
        problem = f"{quoted(value)} is not a type of installation" if _is_told(value) else "it is not set"
        mistakes.append(f"{PREFIX}type: {problem}; allowed: {', '.join(install_types())}.")
    return found


def _flat(wish: Mapping[str, Any], mistakes: list[str], group: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in wish.items():
        path = f"{group}{text_of(name)}"
        if not _is_told(value) and path in _known_groups() | known_options():
            continue
        if path in known_options():
            yield path, value
        elif path not in _known_groups():
            # Its value is not shown: it may be a password.
            mistakes.append(f"{_shown(path)}: there is no such option; allowed: {', '.join(_beside(group))}.")
        elif isinstance(value, Mapping):
            yield from _flat(value, mistakes, f"{path}.")
        else:
            names = ", ".join(_beside(path + "."))
            mistakes.append(f"{_shown(path)}: it is not a dictionary; give a dictionary with one or more of the keys {names}.")


def _further(value: Any, mistakes: list[str]) -> Iterator[tuple[Key, Any]]:
    """The keys of ``further_keys``; setup reads names of keys and sections in any case."""
    option = f"{PREFIX}further_keys"
    if not _is_told(value):
        return
    if not isinstance(value, Mapping) or not all(isinstance(keys, Mapping) for keys in value.values()):
        mistakes.append(
            f"{option}: it does not have the right form; allowed: a dictionary of sections, each a dictionary of keys."
        )
        return
    known = {(key.section.lower(), key.name.lower()): key for key in all_keys()}
    seen = set()
    for section, keys in value.items():
        for name, content in keys.items():
            place = (text_of(section).lower(), text_of(name).lower())
            if place not in known:
                names = [key.name for key in all_keys() if key.section.lower() == place[0]]
                rule = f"allowed there: {', '.join(names)}" if names else f"the sections are {_sections()}"
                mistakes.append(f"{option}: {quoted(name)} in {quoted(section)} is not a documented key; {rule}.")
            elif known[place].kind == "action":
                mistakes.append(f"{option}: Action in [Identification] follows from {PREFIX}type; leave it out.")
            elif place in seen:
                mistakes.append(f"{option}: {known[place].name} is set twice, in different letter case; set it only once.")
            elif _is_told(content):
                yield known[place], content
            seen.add(place)


def _sections() -> str:
    return ", ".join(dict.fromkeys(key.section for key in all_keys()))


@cache
def _known_groups() -> frozenset[str]:
    parts = [option.split(".") for option in known_options()]
    return frozenset(".".join(part[:length]) for part in parts for length in range(1, len(part)))


def _beside(group: str) -> list[str]:
    """The names in a group (written with its dot; the outermost group is empty)."""
    inside = [option.removeprefix(group) for option in known_options() if option.startswith(group)]
    return sorted({name.split(".")[0] for name in inside})


def _shown(path: str) -> str:
    return f"{PREFIX}{quoted(path)[1:-1]}"
