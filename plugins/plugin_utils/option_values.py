# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values of options before ansible-core sees them: what counts as given, and what core would take for something else.

ansible-core (2.18 to 2.21) lets a null through as a given value, a truth value as the number 1, a list as its own text, and NaN
as a number. What arrives depends on its source besides: an INI inventory turns ``1E3`` into 1000.0, ``-e k=v`` and surveys give
texts, and ansible-core 2.18 makes texts of what a template yields. Here each of them gets one meaning.
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

# So short that no number of it takes long to work out.
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?")
_PLACE = re.compile(r"\[\d+\]")
_MOST_SHOWN = 80
_IN_QUOTES = "put it in quotes, so that it stays as it is written"


def settled(spec: Spec, values: Mapping[str, Any], rules: OptionRules) -> tuple[dict[str, Any], list[str]]:
    """The values with one meaning each, and a sentence (without its full stop) for each that can not be taken.

    A null is left out: the option counts as not given, in suboptions too. An alias gives way to the option's name. Names that
    the spec does not know stay, for ansible-core to refuse. No sentence shows the value of a ``no_log`` option.
    """
    reader = _Reader(rules)
    return reader.options(spec, values, ""), reader.problems


class _Wrong(ValueError):
    """What is wrong with a value, to be read after the name of its option."""


class _Reader:
    def __init__(self, rules: OptionRules) -> None:
        self._rules = rules
        self.problems: list[str] = []

    def options(self, spec: Spec, values: Mapping[str, Any], above: str) -> dict[str, Any]:
        """The values of a dictionary of options; ``above`` is the path of the option that has them, with a dot behind it."""
        names = {key: name for name, option in spec.items() for key in (name, *(option.get("aliases") or ()))}
        kept: dict[str, Any] = {}
        for key, value in values.items():
            name = names.get(key, key)
            if name not in spec:
                kept[key] = value
            elif value is not None and name in kept:
                self.problems.append(f"{above}{name} is given twice, under another name too; give it once")
            elif value is not None:
                kept[name] = self._value(spec[name], value, above + name)
        return kept

    def _value(self, option: Mapping[str, Any], value: Any, place: str) -> Any:
        """One value; ``place`` is its path with the places in lists. One that can not be taken is noted and left as it is."""
        secret, kind = bool(option.get("no_log")), option.get("type", "str")
        path = _PLACE.sub("", place)
        try:
            # Blanks alone may be a password, and nothing else.
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
            # What should be a dictionary or a list may be the text of one, with a password inside.
            unseen = secret or kind in ("dict", "list")
            self.problems.append(f"{place} {wrong}" if unseen else f"{place}: {_shown(value)} {wrong}")
        return value

    def _list(self, option: Mapping[str, Any], value: Any, place: str) -> Any:
        if isinstance(value, (bool, Mapping)):
            raise _Wrong("is not a list; give a list")
        if isinstance(value, str):
            # As ansible-core takes it apart.
            value = [item.strip() for item in value.split(",")]
        items = value if isinstance(value, list) else [value]
        element = {**option, "type": option.get("elements", "raw")}
        kept = []
        for number, item in enumerate(items):
            if item is None:
                self.problems.append(f"{place}[{number}] is null; give it a value, or take it out of the list")
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
            raise _Wrong(f"is a truth value; {wanted}")
        number = _decimal(value)
        if number is None or (kind == "int" and number != number.to_integral_value()):
            raise _Wrong(f"is not a {'whole ' if kind == 'int' else ''}number; {wanted}")
        if limits and not limits.least <= number <= limits.most:
            raise _Wrong(f"is out of range; {wanted}")
        return int(number) if kind == "int" else float(number)


def _instead_of_nothing(option: Mapping[str, Any], place: str) -> str:
    if place.endswith("]"):
        return "give a value, or take it out of the list"
    if option.get("required"):
        return "give a value"
    return "give a value, or leave the option out (default(omit, true) does that for an empty variable)"


def _decimal(value: Any) -> decimal.Decimal | None:
    """The exact number, None where it is none. NaN and the infinities are none."""
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
        raise _Wrong("is not a truth value; give true or false") from None


def _text(value: Any, secret: bool) -> str:
    """A text. A number counts as its digits, as everywhere in Ansible; but in a secret nobody would see what became of 0123."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise _Wrong(f"is a truth value and not a text; {_IN_QUOTES}")
    if isinstance(value, int) and not secret:
        return str(value)
    if isinstance(value, (int, float)):
        raise _Wrong(f"is a number and not a text; {_IN_QUOTES}")
    raise _Wrong("is a list or a dictionary; give a text")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."
