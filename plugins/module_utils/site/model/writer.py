# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The only place that writes to a site: it takes planned steps, writes them, and proves each by reading again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, overload

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_RESERVED
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_calls import made_by
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlets_writer import CmdletFailed, CmdletsWriter
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import on_server
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import role_of, server_of, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.steps import (
    Change,
    Create,
    Delete,
    Password,
    Step,
    all_shown,
    changed_values,
    changes_something,
    keys_of,
    same,
    shows,
    untouched,
    verb,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

__all__ = [
    "OTHER_LOGON",
    "Change",
    "CimWriter",
    "Create",
    "Delete",
    "Incapable",
    "Password",
    "Refused",
    "RoleWriter",
    "SiteWriter",
    "Step",
    "changed_values",
    "effect_unknown",
    "incapable",
    "no_right_to_write",
    "sentence",
    "shows",
    "site_writer",
    "writer_result",
]


class RoleWriter(Protocol):
    """One way to write a row to a site. It neither decides nor proves: that is the same for every way.

    ``keeps_keys``: a new row has the keys of the plan.
    """

    name: str
    keeps_keys: bool

    def prepared(self, step: Step) -> Step:
        """The step as this writer sends it; it may ask the site for that, but writes nothing."""

    def settings(self, step: Step) -> frozenset[str] | None:
        """The embedded properties by which the row shows the step; None for all that the step's row has."""

    def proves(self, step: Step) -> bool:
        """Whether a row that is read again can prove the step when its answer was lost."""

    def send(self, step: Step) -> None:
        """Write. A TaskFailure says that nothing was written; after a CimError with ``after_send``, something may have been."""


class Refused(TaskFailure):
    """The SMS Provider refused a write, and nothing was written."""


class Incapable(Refused):
    """The SMS Provider cannot do such a write over CIM, and a reading shows that nothing was written."""


class CimWriter:
    """Writes through the SMS Provider with Create, Put and Delete."""

    name = "cim"
    keeps_keys = True

    def __init__(self, session: CimSession) -> None:
        self._session = session

    def prepared(self, step: Step) -> Step:
        """The step with its password as the site encrypts it."""
        if isinstance(step, Delete) or step.password is None:
            return step
        row = step.row.with_values({step.password.column: step.password.encrypted()})
        return Create(step.what, row) if isinstance(step, Create) else Change(step.what, step.before, row, step.proves)

    def settings(self, _step: Step) -> frozenset[str] | None:
        """All: the row is written as it was planned."""
        return None

    def proves(self, _step: Step) -> bool:
        """Always: what was written can be compared."""
        return True

    def send(self, step: Step) -> None:
        """One request."""
        if isinstance(step, Create):
            self._session.create(step.row)
        elif isinstance(step, Change):
            self._session.put(step.row)
        else:
            self._session.delete(step.row)


class SiteWriter:
    """Carries out steps on a site: reads, has a writer write, reads again, and judges by what was read.

    :param host: the provider's host, for messages.
    :param writers: in the order in which they are used: the next one only if the provider cannot do a write in the way of the one
        before it, and nothing was written.
    :param note: called for each write that the site has carried out, with a text such as "the removal of the account X".
    :param told: called for each such write with the writer's name, and why that one was used.
    :param why: why the first writer is used.
    """

    def __init__(
        self,
        session: CimSession,
        host: str,
        writers: Sequence[RoleWriter],
        note: Callable[[str], None] = lambda _what: None,
        told: Callable[[str, str], None] = lambda _name, _why: None,
        why: str = "",
    ) -> None:
        self._session = session
        self._host = host
        self._writers = list(writers)
        self._note = note
        self._told = told
        self._why = why

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
        try:
            written = self._write(self._writers[0], step)
        except Incapable as lack:
            if len(self._writers) == 1:
                raise
            del self._writers[0]
            self._why = lack.message
            written = self._write_instead(step, lack)
        self._told(self._writers[0].name, self._why)
        return written

    def _write_instead(self, step: Step, lack: Incapable) -> CimInstance | None:
        """Write with the next writer; its failure also says why it was used."""
        try:
            return self._write(self._writers[0], step)
        except TaskFailure as failure:
            failure.message = f"{sentence(lack.message)} So the {self._writers[0].name} were to write it. {failure.message}"
            failure.args = (failure.message,)
            raise

    def _write(self, writer: RoleWriter, step: Step) -> CimInstance | None:
        what = f"the {verb(step)} of {step.what}"
        if isinstance(step, Change):
            step = Change(step.what, step.before, self._whole(step), step.proves, step.password)
        sent = self._prepared(writer, step, what)
        trouble = self._send(writer, sent, what)
        if trouble is None:
            self._noted(step)
        try:
            # The query alone is enough for a removal that the site confirmed.
            confirmed = trouble is None and isinstance(step, Delete)
            present = self._listed(step) if confirmed else self._written(writer, step)
        except CimError as error:
            if trouble is None:
                raise
            raise effect_unknown(trouble, what, error) from error
        shown = shows(sent, present, writer.settings(step))
        if shown and (trouble is None or (writer.proves(step) and all_shown(sent, present))):
            if trouble is not None:
                self._noted(step)
            return present
        if trouble is not None:
            raise self._failure(trouble, what, untouched(sent, present)) from trouble
        raise TaskFailure(
            f"The SMS Provider on {self._host} accepted {what}, but reading it again does not show it: "
            "another administrator or controller may be changing the same row. Run this again and check smsprov.log on that host."
        )

    def _prepared(self, writer: RoleWriter, step: Step, what: str) -> Step:
        try:
            return writer.prepared(step)
        except CimFault as fault:
            if incapable(fault):
                raise self._incapable(what, fault) from fault
            raise

    def _send(self, writer: RoleWriter, step: Step, what: str) -> CimError | None:
        """Write; the error, if it may have come after the effect.

        :raises TaskFailure: the account may not write, or the writer could not begin.
        :raises CimError: nothing was sent.
        """
        try:
            writer.send(step)
        except CimError as error:
            if _is_denial(error):
                raise no_right_to_write(self._host, what, error) from error
            if not error.after_send:
                raise
            return error
        return None

    def _failure(self, trouble: CimError, what: str, nothing_written: bool) -> Exception:
        """What to raise for a write that was answered with an error, or not at all, and whose effect is not visible."""
        if isinstance(trouble, CimFault) and incapable(trouble) and nothing_written:
            return self._incapable(what, trouble)
        if isinstance(trouble, CimFault) or (isinstance(trouble, CmdletFailed) and trouble.answered):
            return Refused(
                f"The SMS Provider on {self._host} refused {what}. {sentence(str(trouble))} Check smsprov.log on that host."
            )
        if isinstance(trouble, CmdletFailed):
            return TaskFailure(
                f"Whether {what} had its effect is not certain. {sentence(str(trouble))} The site does not show it now, but the "
                f"cmdlet may still have been running. Wait a few minutes, check smsprov.log on {self._host}, and run this again."
            )
        return trouble

    def _incapable(self, what: str, fault: CimFault) -> Incapable:
        hint = (
            ""
            if len(self._writers) > 1
            else " Use the product's cmdlets for it: writer: cmdlets, or auto (in the roles: service_connection_point_writer)."
        )
        return Incapable(
            f"The SMS Provider on {self._host} does not support {what} over CIM, and nothing was written. "
            f"{sentence(str(fault))}{hint}"
        )

    def _noted(self, step: Step) -> None:
        if changes_something(step):
            self._note(f"the {verb(step)} of {step.what}")

    def _whole(self, step: Change) -> CimInstance:
        """The row with everything that only a Get returns (lazy properties), and with the changes.

        :raises TaskFailure: the row no longer exists, or has changed since the plan was made.
        """
        present = self._read_again(step, sent=False)
        if present is None or not same(step.before, present, step.proves):
            raise TaskFailure(
                f"Another user or program changed {step.what} between reading and writing, so nothing was written. Run this "
                "again."
            )
        return present.with_values(changed_values(step))

    def _written(self, writer: RoleWriter, step: Step) -> CimInstance | None:
        """The row after the write; a new row that may have other keys than the plan is searched for by its content."""
        present = self._read_again(step, sent=True)
        if present is not None or writer.keeps_keys or not isinstance(step, Create):
            return present
        row = step.row
        at_site = equals("SiteCode", site_of(row))
        if row.cls.name == SMS_SCI_RESERVED.name:
            query = select(row.cls, equals("UserName", row["UserName"]), at_site)
        else:
            query = select(row.cls, equals("RoleName", role_of(row)), at_site, on_server(server_of(row)))
        made = next((found for found in self._session.query(row.namespace, row.cls, query) if made_by(step, found)), None)
        return None if made is None else self._session.get(made.namespace, made.cls, made.key_values())

    def _read_again(self, step: Step, *, sent: bool) -> CimInstance | None:
        """The complete row; None when it does not exist.

        Only a query that is answered to its end proves that. A fault "not found" alone does not: it may also be about the class
        or the namespace, or be of a provider that is just starting.

        :param sent: whether the write was sent, for the message.
        :raises TaskFailure: the two answers contradict each other.
        """
        try:
            return self._session.get(step.row.namespace, step.row.cls, keys_of(step))
        except CimFault as fault:
            if fault.kind is not FaultKind.NOT_FOUND:
                raise
            if self._listed(step) is None:
                return None
            outcome = f"Whether the {verb(step)} had its effect is not certain." if sent else "Nothing was written."
            raise TaskFailure(
                f"The SMS Provider on {self._host} contradicts itself about {step.what}: read by its keys, the row does not "
                f"exist, but a query lists it. {outcome} {sentence(str(fault))} Check smsprov.log on that host, then run this "
                "again."
            ) from fault

    def _listed(self, step: Step) -> CimInstance | None:
        """The row's keys as a query lists them; None when the query ended without a row."""
        cls, keys = step.row.cls, keys_of(step)
        query = select(cls, *(equals(name, value) for name, value in keys.items()), columns=cls.keys)
        return next(iter(self._session.query(step.row.namespace, cls, query)), None)


_FIRST_CHOICE = "CIM is the first choice, and the SMS Provider accepted it."


def site_writer(task: Task) -> SiteWriter:
    """The writer of a task, by its option ``writer``. A task that has changed over to the cmdlets stays with them."""
    option = task.params.get("writer") or "auto"
    cim, cmdlets = CimWriter(task.cim), CmdletsWriter(task.cim, task.host, task.progress)
    before = task.written_with[-1] if task.written_with else None
    writers: list[RoleWriter] = [cim, cmdlets]
    why = _FIRST_CHOICE
    if option == "cim":
        writers, why = [cim], "The option writer is cim."
    elif option == "cmdlets":
        writers, why = [cmdlets], "The option writer is cmdlets."
    elif before is not None and before[0] == cmdlets.name:
        writers, why = [cmdlets], before[1]
    return SiteWriter(
        task.cim, task.host, writers, task.done.append, lambda name, reason: task.written_with.append((name, reason)), why
    )


def writer_result(task: Task) -> Result:
    """The return values ``writer`` and ``writer_reason``: of the last write; None when nothing was written."""
    name, why = task.written_with[-1] if task.written_with else (None, None)
    return {"writer": name, "writer_reason": why}


# WBEM_E_INVALID_METHOD, WBEM_E_METHOD_NOT_IMPLEMENTED, WBEM_E_METHOD_DISABLED.
_NO_METHOD = frozenset({0x8004102D, 0x80041055, 0x80041056})
# ERROR_WSMAN_WMI_PROVIDER_NOT_CAPABLE means it only if no other part of the fault says more.
_PROVIDER_NOT_CAPABLE = 0x80338102


def incapable(fault: CimFault) -> bool:
    """Whether a fault means that this provider cannot do that in this way, whoever asks and with whatever values."""
    if fault.kind is FaultKind.NOT_SUPPORTED or fault.hresult in _NO_METHOD:
        return True
    return fault.kind is FaultKind.OTHER and fault.code == _PROVIDER_NOT_CAPABLE and fault.provider_code is None


def _is_denial(error: CimError) -> bool:
    if isinstance(error, CmdletFailed):
        return error.denied
    return isinstance(error, CimFault) and error.kind is FaultKind.ACCESS_DENIED


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


def no_right_to_write(host: str, what: str, fault: CimError) -> TaskFailure:
    """The failure for an account that may read the site but not change it; ``what`` as in "the creation of the account X"."""
    return TaskFailure(
        f"The SMS Provider on {host} does not allow this account {what}: it needs a security role that may modify the "
        f"site (Full Administrator or Infrastructure Administrator). {OTHER_LOGON} {sentence(str(fault))}"
    )
