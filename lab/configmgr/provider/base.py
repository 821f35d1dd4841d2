"""What every class of the SMS Provider does: rights, injected failures, the messages of its errors."""

from __future__ import annotations

from dataclasses import dataclass

from lab.cim.errors import CimError, Wbem
from lab.cim.model import Instance, Value
from lab.cim.provider import Call, Provider
from lab.cim.repository import Repository
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.sites import Site
from lab.estate.powershell import FAULT_AFTER, NOT_CAPABLE, NOT_SUPPORTED, WORKS

_WRITES = ("create", "put", "delete")


@dataclass(frozen=True)
class Place:
    """Where a provider runs: its site, the repository of its machine, its namespace, the machine's FQDN."""

    hierarchy: Hierarchy
    site_code: str
    repository: Repository
    namespace: str
    machine: str

    @property
    def site(self) -> Site:
        """The site as it is now."""
        return self.hierarchy.sites[self.site_code]

    def new(self, class_name: str, **values: Value) -> Instance:
        """A checked instance of a class of this namespace."""
        return self.repository.new(self.namespace, class_name, **values)


class SmsProvider(Provider):
    """A class of the SMS Provider. Only users of role-based administration have access."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.hierarchy = place.hierarchy

    def reading(self, call: Call, class_name: str, operation: str) -> None:
        """Allow a read, or reject it (the provider is not loaded, no rights, or an injected failure)."""
        self._loaded()
        if self.hierarchy.rights(call.caller) == "none":
            raise denied(call, "to connect to this site")
        self._ordered(class_name, operation)

    def writing(self, call: Call, class_name: str, operation: str) -> None:
        """Allow a write, or reject it (the provider is not loaded, read-only rights, no rights, or an injected failure)."""
        self._loaded()
        if self.hierarchy.rights(call.caller) != "full":
            raise denied(call, f"to {operation} instances of {class_name}")
        if call.over_wsman:
            self._refuse_over_wsman(class_name, operation)
        self._ordered(class_name, operation)

    def written(self, call: Call, class_name: str, operation: str) -> None:
        """Called after a write: a fault for ``after_put``, ``after_create`` or ``after_delete`` makes it fail now."""
        if call.over_wsman and getattr(self.place.site.cim_writes, operation) == FAULT_AFTER:
            raise failed("")
        self._ordered(class_name, f"after_{operation}", exact=True)

    def _loaded(self) -> None:
        """The installation of an update unloads the providers of the site ([D]); the fault that clients get is inferred ([I])."""
        if self.place.site_code in self.hierarchy.unloaded and self.place.namespace.casefold() != "root/sms":
            raise CimError(Wbem.PROVIDER_LOAD_FAILURE, "Provider load failure")

    def _refuse_over_wsman(self, class_name: str, operation: str) -> None:
        """Reject a write that this site's providers do not do over WS-Management: by the estate file, or by an injected fault.

        That a real provider refuses such writes has not been seen; nor has the contrary for Create (facts/site-model.md, 5.2).
        """
        answer = getattr(self.place.site.cim_writes, operation, WORKS)
        code = self.place.site.code
        flag = self.hierarchy.faults.flag("write_refused", code)
        asked = flag is not None and operation in _WRITES and flag.text("operation", operation) == operation
        if flag is not None and asked and flag.text("class_name", class_name).casefold() == class_name.casefold():
            self.hierarchy.faults.take("write_refused", code)
            answer = flag.text("answer", NOT_SUPPORTED)
        if answer == NOT_SUPPORTED:
            raise CimError(Wbem.NOT_SUPPORTED, "Not supported")
        if answer == NOT_CAPABLE:
            raise CimError(Wbem.PROVIDER_NOT_CAPABLE, "Provider is not capable of the attempted operation")

    def _ordered(self, class_name: str, operation: str, exact: bool = False) -> None:
        flag = self.hierarchy.faults.flag("provider_error", self.place.site.code)
        if flag is None:
            return
        wanted = flag.text("operation").casefold()
        if flag.text("class_name", class_name).casefold() != class_name.casefold() or wanted not in (
            (operation,) if exact else ("", operation)
        ):
            return
        self.hierarchy.faults.take("provider_error", self.place.site.code)
        raise failed(flag.text("message", "The SQL database of the site is not available."))


def denied(call: Call, what: str) -> CimError:
    """Access denied, with the provider's message."""
    return CimError(
        Wbem.ACCESS_DENIED, "Access denied", f"The user {call.caller} has no permission {what} in Configuration Manager."
    )


def failed(description: str) -> CimError:
    """A general failure of the provider, with this Description in its SMS_ExtendedStatus."""
    return CimError(Wbem.FAILED, "Generic failure", description)


def invalid(description: str) -> CimError:
    """A value that the provider does not accept."""
    return CimError(Wbem.INVALID_PARAMETER, "Invalid parameter", description)
