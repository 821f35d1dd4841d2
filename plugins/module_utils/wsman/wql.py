# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Builds WQL text and object paths; the only place where values are quoted for them.

Selector values are never quoted this way. In a WQL string and in a path's string, the backslash escapes: ``\\``, ``\"``,
``\'`` (facts: site-model.md section 3.3; WQL strings also [MS-WMI] 2.2.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import datetimes, scalars
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SELECT = re.compile(r"\s*select\s+(?P<columns>.+?)\s+from\s+(?P<cls>[A-Za-z_]\w*)", re.IGNORECASE | re.DOTALL)
_SELECT_ANY = re.compile(r"\s*select\b", re.IGNORECASE)


def quote_wql(text: str) -> str:
    r"""A WQL string literal: ``C:\it's`` becomes ``'C:\\it\'s'``.

    :raises ValueError: a control character, which no name or path of a site contains.
    """
    return f"'{_escaped(text)}'"


def equals(name: str, value: str | int | bool | datetime | None) -> str:
    """A condition: ``Name = 'value'``; for None ``Name IS NULL``; dates are compared as DMTF text in UTC.

    :raises ValueError: a name or value that WQL does not allow.
    """
    _check_name(name)
    if value is None:
        return f"{name} IS NULL"
    return f"{name} = {_literal(value)}"


def one_of(name: str, values: Iterable[str | int]) -> str:
    """A condition that is true when the property has one of the values.

    :raises ValueError: no values, or a name or value that WQL does not allow.
    """
    conditions = [equals(name, value) for value in values]
    if not conditions:
        raise ValueError(f"a condition on {name} needs at least one value")
    return f"({' OR '.join(conditions)})"


def at_most(name: str, value: int) -> str:
    """A condition: ``Name <= value``.

    :raises ValueError: not a valid name.
    """
    _check_name(name)
    return f"{name} <= {_literal(value)}"


def like(name: str, pattern: str) -> str:
    """A condition: ``Name LIKE 'pattern'``; ``%`` matches any text, ``_`` any character, ``[abc]`` one of these characters.

    :raises ValueError: a name or pattern that WQL does not allow.
    """
    _check_name(name)
    return f"{name} LIKE {_literal(pattern)}"


def at_least(name: str, value: int | datetime) -> str:
    """A condition: ``Name >= value``; dates are compared as DMTF text in UTC.

    :raises ValueError: a name or value that WQL does not allow.
    """
    _check_name(name)
    return f"{name} >= {_literal(value)}"


def select(cls: CimClass | str, *where: str, columns: Iterable[str] = ()) -> str:
    """``SELECT * FROM Class WHERE a AND b``.

    :param where: conditions, from ``equals``, ``one_of`` and ``at_least``.
    :param columns: a projection of these properties; the keys of a CimClass are added, because its rows need them as address.
    :raises ValueError: not a valid name.
    """
    name = cls.name if isinstance(cls, CimClass) else cls
    wanted = list(columns)
    if wanted and isinstance(cls, CimClass):
        present = {column.lower() for column in wanted}
        wanted += [key for key in cls.keys if key.lower() not in present]
    for part in [name, *wanted]:
        _check_name(part)
    text = f"SELECT {', '.join(wanted) or '*'} FROM {name}"
    return f"{text} WHERE {' AND '.join(where)}" if where else text


def object_path(path: CimPath) -> str:
    r"""``Class.Key="value",Other=2``, or ``Class=@`` for a singleton; the namespace is left out.

    :raises ValueError: a name or value that a path does not allow.
    """
    _check_name(path.class_name)
    if not path.keys:
        return f"{path.class_name}=@"
    parts = []
    for name, value in path.keys.items():
        _check_name(name)
        if isinstance(value, bool):
            parts.append(f"{name}={str(value).upper()}")
        elif isinstance(value, int):
            parts.append(f"{name}={value}")
        else:
            text = object_path(value) if isinstance(value, CimPath) else scalars.key_text(value)
            parts.append(f'{name}="{_escaped(text)}"')
    return f"{path.class_name}.{','.join(parts)}"


def associators_of(path: CimPath, **where: str) -> str:
    """``ASSOCIATORS OF {path} WHERE AssocClass = X ...``; ``where`` names are WQL's: AssocClass, ResultClass, Role, ResultRole.

    :raises ValueError: not a valid name, or a path that cannot be written.
    """
    return f"ASSOCIATORS OF {{{object_path(path)}}}{_association_conditions(where, _ASSOCIATORS_WORDS)}"


def references_of(path: CimPath, **where: str) -> str:
    """``REFERENCES OF {path} WHERE ResultClass = X ...``; ``where`` names: ResultClass, Role.

    :raises ValueError: not a valid name, or a path that cannot be written.
    """
    return f"REFERENCES OF {{{object_path(path)}}}{_association_conditions(where, _REFERENCES_WORDS)}"


def projected_class(query: str) -> str | None:
    """The class whose rows are projections (``select a, b from C``: C); None when the rows are complete, typed instances.

    :raises ValueError: a SELECT without a recognisable class, or a character that cannot be sent.
    """
    try:
        scalars.check_text(query)
    except ValueError as error:
        raise ValueError(f"the query {error}") from None
    if not _SELECT_ANY.match(query):
        return None  # ASSOCIATORS OF, REFERENCES OF
    match = _SELECT.match(query)
    if not match:
        raise ValueError("the query does not have the form SELECT ... FROM Class")
    return None if match["columns"] == "*" else match["cls"]


_ASSOCIATORS_WORDS = ("AssocClass", "ResultClass", "Role", "ResultRole")
_REFERENCES_WORDS = ("ResultClass", "Role")


def _association_conditions(where: Mapping[str, str], words: tuple[str, ...]) -> str:
    for word, value in where.items():
        if word not in words:
            raise ValueError(f"{word} is not a condition here; choose from {', '.join(words)}")
        _check_name(value)
    return (" WHERE " + " ".join(f"{word} = {value}" for word, value in where.items())) if where else ""


def _literal(value: str | int | bool | datetime) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError("a date in a query needs a time zone")
        return quote_wql(datetimes.format_dmtf(value))
    return quote_wql(value)


def _escaped(text: str) -> str:
    match = _CONTROL.search(text)
    if match:
        raise ValueError(f"the text to quote has the character U+{ord(match[0]):04X} at position {match.start() + 1}; remove it")
    return re.sub(r"""([\\"'])""", r"\\\1", text)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name of a class or property (letters, digits and underscores, no digit first)")
