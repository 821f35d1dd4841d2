# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of a plan, each of which writes one row, and whether a row that was read again shows a step. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Union

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import EMBEDDED, MODE_PROPERTY, settings_as_data
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance


@dataclass(frozen=True)
class Password:
    """The password of an account. A row has it only as the site encrypts it; a cmdlet takes it unencrypted.

    :param encrypted: encrypts it, by a request to the site; raises what such a request raises.
    :param column: the property of the row for the encrypted password.
    """

    text: str = field(repr=False)
    encrypted: Callable[[], str] = field(repr=False)
    column: str


@dataclass(frozen=True)
class Create:
    """Add a row. ``what`` is its name in messages: "the service connection point on scp01.contoso.com"."""

    what: str
    row: CimInstance
    password: Password | None = None


@dataclass(frozen=True)
class Change:
    """Replace a row that was read with a version of it that has the changes; nothing else in it differs.

    :param proves: plain properties that must be unchanged before the write and as requested after it; for embedded
        properties this is always required.
    """

    what: str
    before: CimInstance
    row: CimInstance
    proves: tuple[str, ...] = ()
    password: Password | None = None


@dataclass(frozen=True)
class Delete:
    """Remove a row by the keys that were read."""

    what: str
    row: CimInstance


Step = Union[Create, Change, Delete]  # noqa: UP007 - an alias, which the sanity tests read by older rules


def changed_values(step: Change) -> dict[str, Any]:
    """The properties in which the changed row differs from the one that was read."""
    return {name: step.row[name] for name in step.row if step.row[name] != step.before.get(name)}


def shows(step: Step, present: CimInstance | None, settings: Collection[str] | None = None) -> bool:
    """Whether a row that was read again is as the step requested: removed, or present with every requested embedded property.

    For a change, also with the plain properties that it proves.

    :param settings: compare only these embedded properties, as a cmdlet writes them: in the letter case of the site's own lists,
        and not at all when they are empty. All of the step's row, exactly, when None.
    """
    if isinstance(step, Delete):
        return present is None
    if present is None:
        return False
    if isinstance(step, Change) and any(present.get(name) != step.row.get(name) for name in step.proves):
        return False
    found = settings_as_data(present)
    wanted = settings_as_data(step.row)
    if settings is None:
        return all(found.get(name) == fields for name, fields in wanted.items())
    return all(_alike(name, found.get(name), fields) for name, fields in wanted.items() if name in settings)


def _alike(name: str, found: dict[str, int | str] | None, wanted: dict[str, int | str]) -> bool:
    if found is None:
        # Without its property a row has no mode at all.
        return not any(wanted.values()) and name != MODE_PROPERTY
    return {key: _folded(value) for key, value in found.items()} == {key: _folded(value) for key, value in wanted.items()}


def _folded(value: int | str) -> int | str:
    return value.casefold() if isinstance(value, str) else value


def all_shown(step: Step, present: CimInstance | None) -> bool:
    """Whether a change is visible in its plain properties as well.

    Used only if the site did not confirm the write: a real provider may hide some properties, such as a password.
    """
    if not isinstance(step, Change) or present is None:
        return True
    plain = {name: value for name, value in changed_values(step).items() if name not in EMBEDDED}
    return all(present.get(name) == value for name, value in plain.items())


def untouched(step: Step, present: CimInstance | None) -> bool:
    """Whether a row that was read again shows that the step did nothing at all."""
    if isinstance(step, Create):
        return present is None
    if isinstance(step, Delete):
        return present is not None
    return present is not None and same(step.before, present, tuple(changed_values(step)))


def same(before: CimInstance, present: CimInstance, plain: tuple[str, ...]) -> bool:
    """Whether two readings of a row agree in their embedded properties, and in these plain ones."""
    plain = tuple(name for name in plain if name not in EMBEDDED)
    return settings_as_data(present) == settings_as_data(before) and all(present.get(name) == before.get(name) for name in plain)


def keys_of(step: Step) -> dict[str, Any]:
    """The keys of the row that the step writes."""
    return {name: step.row[name] for name in step.row.cls.keys}


def verb(step: Step) -> str:
    """``creation``, ``change`` or ``removal``."""
    return {Create: "creation", Change: "change", Delete: "removal"}[type(step)]


def changes_something(step: Step) -> bool:
    """A row that is written again unchanged changes nothing."""
    return not isinstance(step, Change) or step.password is not None or bool(changed_values(step))
