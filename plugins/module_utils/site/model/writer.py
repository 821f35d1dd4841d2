# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The only place that writes to a site: it takes planned steps, writes them, and proves each by reading again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Union, overload

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import EMBEDDED, settings_as_data
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select


@dataclass(frozen=True)
class Create:
    """Add a row. ``what`` is its name in messages: "the service connection point on scp01.contoso.com"."""

    what: str
    row: CimInstance


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


@dataclass(frozen=True)
class Delete:
    """Remove a row by the keys that were read."""

    what: str
    row: CimInstance


Step = Union[Create, Change, Delete]  # noqa: UP007 - an alias, which the sanity tests read by older rules


class Writer(Protocol):
    """Carries out steps on a site; CIM is one way, the product's cmdlets may be another."""

    @overload
    def write(self, step: Create | Change) -> CimInstance: ...

    @overload
    def write(self, step: Delete) -> None: ...

    def write(self, step: Step) -> CimInstance | None:
        """Do the step and return the row as the site has it after that (None after a removal)."""


class Refused(TaskFailure):
    """The SMS Provider refused a write, and nothing was written."""


class CimWriter:
    """Writes through the SMS Provider with Create, Put and Delete.

    :param host: the provider's host, for messages.
    :param note: called for each write that the site has carried out, with a text such as "the removal of the account X".
    """

    def __init__(self, session: CimSession, host: str, note: Callable[[str], None] = lambda _what: None) -> None:
        self._session = session
        self._host = host
        self._note = note

    @overload
    def write(self, step: Create | Change) -> CimInstance: ...

    @overload
    def write(self, step: Delete) -> None: ...

    def write(self, step: Step) -> CimInstance | None:
        """Do the step; read the row again; judge by what was read.

        A fault or a lost connection does not mean that nothing was written: a WS-Man Create may even return a fault after a
        successful write, when the provider returns no path. So the second read decides, see ``_read_again``.

        :raises TaskFailure: the site refused, or does not show what was written.
        :raises CimError: the request or its answer was lost and the write had no effect or no visible one, or the row
            could not be read; then the error is that of the write, and its message contains that of the read.
        """
        row = self._whole(step) if isinstance(step, Change) else step.row
        trouble: CimError | None = None
        try:
            self._send(step, row)
            self._noted(step)
        except CimError as error:
            if isinstance(error, CimFault) and error.kind is FaultKind.ACCESS_DENIED:
                raise no_right_to_write(self._host, f"the {_verb(step)} of {step.what}", error) from error
            if not error.after_send:
                raise
            trouble = error
        try:
            # The query alone is enough for a removal that the site confirmed.
            present = self._listed(step) if trouble is None and isinstance(step, Delete) else self._read_again(step, sent=True)
        except CimError as error:
            if trouble is None:
                raise
            raise effect_unknown(trouble, f"the {_verb(step)} of {step.what}", error) from error
        if shows(step, present) and (trouble is None or _all_shown(step, present)):
            if trouble is not None:
                self._noted(step)
            return present
        if isinstance(trouble, CimFault):
            raise Refused(
                f"The SMS Provider on {self._host} refused the {_verb(step)} of {step.what}. {sentence(str(trouble))} "
                "Check smsprov.log on that host."
            ) from trouble
        if trouble is not None:
            raise trouble
        raise TaskFailure(
            f"The SMS Provider on {self._host} accepted the {_verb(step)} of {step.what}, but reading it again does not show it: "
            "another administrator or controller may be changing the same row. Run this again and check smsprov.log on that host."
        )

    def _noted(self, step: Step) -> None:
        # A row that is written again unchanged changes nothing.
        if not isinstance(step, Change) or changed_values(step):
            self._note(f"the {_verb(step)} of {step.what}")

    def _send(self, step: Step, row: CimInstance) -> None:
        if isinstance(step, Create):
            self._session.create(row)
        elif isinstance(step, Change):
            self._session.put(row)
        else:
            self._session.delete(row)

    def _whole(self, step: Change) -> CimInstance:
        """The row with everything that only a Get returns (lazy properties), and with the changes.

        :raises TaskFailure: the row no longer exists, or has changed since the plan was made.
        """
        present = self._read_again(step, sent=False)
        if present is None or not _same(step.before, present, step.proves):
            raise TaskFailure(
                f"Another user or program changed {step.what} between reading and writing, so nothing was written. Run this "
                "again."
            )
        return present.with_values(changed_values(step))

    def _read_again(self, step: Step, *, sent: bool) -> CimInstance | None:
        """The complete row; None when it does not exist.

        Only a query that is answered to its end proves that. A fault "not found" alone does not: it may also be about the class
        or the namespace, or be of a provider that is just starting.

        :param sent: whether the write was sent, for the message.
        :raises TaskFailure: the two answers contradict each other.
        """
        try:
            return self._session.get(step.row.namespace, step.row.cls, _keys(step))
        except CimFault as fault:
            if fault.kind is not FaultKind.NOT_FOUND:
                raise
            if self._listed(step) is None:
                return None
            outcome = f"Whether the {_verb(step)} had its effect is not certain." if sent else "Nothing was written."
            raise TaskFailure(
                f"The SMS Provider on {self._host} contradicts itself about {step.what}: read by its keys, the row does not "
                f"exist, but a query lists it. {outcome} {sentence(str(fault))} Check smsprov.log on that host, then run this "
                "again."
            ) from fault

    def _listed(self, step: Step) -> CimInstance | None:
        """The row's keys as a query lists them; None when the query ended without a row."""
        cls, keys = step.row.cls, _keys(step)
        query = select(cls, *(equals(name, value) for name, value in keys.items()), columns=cls.keys)
        return next(iter(self._session.query(step.row.namespace, cls, query)), None)


def effect_unknown(trouble: CimError, what: str, error: CimError) -> CimError:
    """The error of a write whose answer was lost, when it could not be read either whether the write had its effect.

    :param what: the write, as in "the removal of the account X".
    :param error: of the read.
    """
    trouble.message = f"{sentence(trouble.message)} Whether {what} had its effect could not be read: {sentence(str(error))}"
    return trouble


# A level above Windows authentication; no way to read it over WMI is documented (SupportArticles-docs,
# enable-mfa-for-sms-provider-calls, KB 4042963; memdocs, plan-for-security and configure-security).
OTHER_LOGON = (
    "If the hierarchy requires a certificate or Windows Hello for Business, the SMS Provider refuses every other logon, whatever "
    "its roles: then exclude the account under Hierarchy Settings > Authentication in the console."
)


def sentence(text: str) -> str:
    """A quoted message as a complete sentence, so that the next sentence is separate from it."""
    trimmed = text.strip()
    return trimmed if not trimmed or trimmed[-1] in ".!?:;" else f"{trimmed}."


def no_right_to_write(host: str, what: str, fault: CimFault) -> TaskFailure:
    """The failure for an account that may read the site but not change it; ``what`` as in "the creation of the account X"."""
    return TaskFailure(
        f"The SMS Provider on {host} does not allow this account {what}: it needs a security role that may modify the "
        f"site (Full Administrator or Infrastructure Administrator). {OTHER_LOGON} {sentence(str(fault))}"
    )


def changed_values(step: Change) -> dict[str, Any]:
    """The properties in which the changed row differs from the one that was read."""
    return {name: step.row[name] for name in step.row if step.row[name] != step.before.get(name)}


def shows(step: Step, present: CimInstance | None) -> bool:
    """Whether a row that was read again is as the step requested: removed, or present with every requested embedded property.

    For a change, also with the plain properties that it proves.
    """
    if isinstance(step, Delete):
        return present is None
    if present is None:
        return False
    if isinstance(step, Change) and any(present.get(name) != step.row.get(name) for name in step.proves):
        return False
    found = settings_as_data(present)
    return all(found.get(name) == fields for name, fields in settings_as_data(step.row).items())


def _all_shown(step: Step, present: CimInstance | None) -> bool:
    """Whether a change is visible in its plain properties as well.

    Used only if the site did not confirm the write: a real provider may hide some properties, such as a password.
    """
    if not isinstance(step, Change) or present is None:
        return True
    plain = {name: value for name, value in changed_values(step).items() if name not in EMBEDDED}
    return all(present.get(name) == value for name, value in plain.items())


def _same(before: CimInstance, present: CimInstance, plain: tuple[str, ...]) -> bool:
    return settings_as_data(present) == settings_as_data(before) and all(present.get(name) == before.get(name) for name in plain)


def _keys(step: Step) -> dict[str, Any]:
    return {name: step.row[name] for name in step.row.cls.keys}


def _verb(step: Step) -> str:
    return {Create: "creation", Change: "change", Delete: "removal"}[type(step)]
