# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values of options before ansible-core validates them: which count as set, and which core would misinterpret.

ansible-core (2.18 to 2.21) accepts null as a value that is set, a Boolean as the number 1, a list as its text, and NaN as a
number. The type of a value also depends on its source: an INI inventory turns ``1E3`` into 1000.0, ``-e k=v`` and surveys give
strings, and ansible-core 2.18 turns the result of a template into a string. Here each of them gets one meaning.
"""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import OptionRules

Spec = Mapping[str, Mapping[str, Any]]

# Short enough that every number is computed quickly.
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?")
_PLACE = re.compile(r"\[\d+\]")
_MOST_SHOWN = 80
_IN_QUOTES = "put it in quotes, so that it is not converted"


def settled(spec: Spec, values: Mapping[str, Any], rules: OptionRules) -> tuple[dict[str, Any], list[str]]:
    """The values with one meaning each, and a sentence (without its full stop) for each that cannot be used.

    A null is omitted: the option counts as not set, in suboptions too. An alias is replaced by the option's name. Names that
    are not in the spec are kept, so that ansible-core refuses them. No sentence shows the value of a ``no_log`` option.
    """
    reader = _Reader(rules)
    return reader.options(spec, values, ""), reader.problems


class _Wrong(ValueError):
    """What is wrong with a value; the text follows the name of its option."""


class _Reader:
    def __init__(self, rules: OptionRules) -> None:
        self._rules = rules
        self.problems: list[str] = []

    def options(self, spec: Spec, values: Mapping[str, Any], above: str) -> dict[str, Any]:
        """The values of a dictionary of options; ``above`` is the path of the option that contains them, followed by a dot."""
        names = {key: name for name, option in spec.items() for key in (name, *(option.get("aliases") or ()))}
        kept: dict[str, Any] = {}
        for key, value in values.items():
            name = names.get(key, key)
            if name not in spec:
                kept[key] = value
            elif value is not None and name in kept:
                self.problems.append(f"{above}{name} is set twice, the second time under an alias; set it once")
            elif value is not None:
                kept[name] = self._value(spec[name], value, above + name)
        return kept

    def _value(self, option: Mapping[str, Any], value: Any, place: str) -> Any:
        """One value; ``place`` is its path with list indexes. A value that cannot be used is reported and kept unchanged."""
        secret, kind = bool(option.get("no_log")), option.get("type", "str")
        path = _PLACE.sub("", place)
        try:
            # A value of only spaces is allowed for a password and nothing else.
            if isinstance(value, str) and not (value if secret else value.strip()):
                if path in self._rules.empty:
                    return ""
                raise _Wrong(f"is empty; {_instead_of_nothing(option, place)}")
            if kind == "list":
                return self._list(option, value, place)
            if kind == "dict" and option.get("options"):
                return self._dictionary(option["options"], value, place)
            if kind in ("int", "float"):
                return self._number(value, kind, path)
            if kind == "bool":
                return _truth(value)
            if kind in ("str", "path"):
                return _text(value, secret)
        except _Wrong as wrong:
            # Instead of a dictionary or list, the value may be its text, with a password in it.
            unseen = secret or kind in ("dict", "list")
            self.problems.append(f"{place} {wrong}" if unseen else f"{place}: {_shown(value)} {wrong}")
        return value

    def _list(self, option: Mapping[str, Any], value: Any, place: str) -> Any:
        if isinstance(value, (bool, Mapping)):
            raise _Wrong("is not a list; give a list")
        if isinstance(value, str):
            # Split it as ansible-core does.
            value = [item.strip() for item in value.split(",")]
        items = value if isinstance(value, list) else [value]
        element = {**option, "type": option.get("elements", "raw")}
        kept = []
        for number, item in enumerate(items):
            if item is None:
                self.problems.append(f"{place}[{number}] is null; give it a value, or remove it from the list")
            else:
                kept.append(self._value(element, item, f"{place}[{number}]"))
        return kept

    def _dictionary(self, spec: Spec, value: Any, place: str) -> Any:
        if isinstance(value, str):
            try:
                value = check_type_dict(value)
            except TypeError:
                raise _Wrong("is not a dictionary; give a dictionary") from None
        if not isinstance(value, Mapping):
            raise _Wrong("is not a dictionary; give a dictionary")
        return self.options(spec, value, f"{place}.")

    def _number(self, value: Any, kind: str, path: str) -> int | float:
        limits = self._rules.limits_of(path)
        wanted = f"give {limits}" if limits else "give a number"
        if kind == "int":
            wanted = wanted.replace("a number", "a whole number")
        if isinstance(value, bool):
            raise _Wrong(f"is a Boolean; {wanted}")
        number = _decimal(value)
        if number is None or (kind == "int" and number != number.to_integral_value()):
            raise _Wrong(f"is not a {'whole ' if kind == 'int' else ''}number; {wanted}")
        if limits and not limits.least <= number <= limits.most:
            raise _Wrong(f"is out of range; {wanted}")
        return int(number) if kind == "int" else float(number)


def _instead_of_nothing(option: Mapping[str, Any], place: str) -> str:
    if place.endswith("]"):
        return "give a value, or remove it from the list"
    if option.get("required"):
        return "give a value"
    return "give a value, or omit the option (default(omit, true) does this for an empty variable)"


def _decimal(value: Any) -> decimal.Decimal | None:
    """The exact number, None when the value is not a finite number."""
    if isinstance(value, str):
        value = value.strip()
        return decimal.Decimal(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, (int, float)) and math.isfinite(value):
        return decimal.Decimal(value)
    return None


def _truth(value: Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError:
        raise _Wrong("is not a Boolean; give true or false") from None


def _text(value: Any, secret: bool) -> str:
    """A string. A number is used as its digits, as everywhere in Ansible, but not in a secret, where a changed 0123 is hidden."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise _Wrong(f"is a Boolean and not a string; {_IN_QUOTES}")
    if isinstance(value, int) and not secret:
        return str(value)
    if isinstance(value, (int, float)):
        raise _Wrong(f"is a number and not a string; {_IN_QUOTES}")
    raise _Wrong("is a list or a dictionary; give a string")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."
