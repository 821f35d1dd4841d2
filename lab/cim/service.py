"""The CIM side of one emulated server: a :data:`lab.winrm.message.Handler` for every WMI resource URI."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from lab.cim import enumeration, faults, transfer
from lab.cim.contexts import Contexts
from lab.cim.errors import CimError
from lab.cim.invoke import invoke
from lab.cim.model import INTEGER_RANGES, ClassDef
from lab.cim.names import resource, same_uri, split_tag
from lab.cim.operation import Operation, Settings, target
from lab.cim.parse_values import SchemaError
from lab.cim.render import Rendering, UnwritableValue
from lab.cim.repository import Repository
from lab.winrm.message import Caller, Reply, Request
from lab.winrm.names import ENUMERATION, TRANSFER

# The operation's name in the extended status; [MS-WMI] method names without their interface.
_TRANSFER = {
    f"{TRANSFER}/Get": (transfer.get, "GetObject"),
    f"{TRANSFER}/Put": (transfer.put, "PutInstance"),
    f"{TRANSFER}/Create": (transfer.create, "PutInstance"),
    f"{TRANSFER}/Delete": (transfer.delete, "DeleteInstance"),
}
_ENUMERATION = {
    f"{ENUMERATION}/Enumerate": enumeration.enumerate_,
    f"{ENUMERATION}/Pull": enumeration.pull,
    f"{ENUMERATION}/Release": enumeration.release,
}


class CimService:
    """Answers WS-Management requests from a repository.

    :param repository: the server's classes, instances and providers.
    :param lock: held during each operation, so that requests and due actions of the lab never overlap.
    :param machine_name: shown as ``Machine`` in faults.
    :param may_use: (caller, namespace such as ``root/sms/site_CAS``) -> whether the caller has Remote Enable there.
    :param style: form of WBEM errors, ``A`` (WSManFault with ProviderFault) or ``B`` (MSFT_WmiError).
    :param rendering: how date-times are written.
    :param monotonic: seconds, for the expiry of enumerations.
    """

    def __init__(
        self,
        repository: Repository,
        lock: threading.RLock,
        machine_name: str,
        may_use: Callable[[Caller, str], bool],
        style: faults.Style = "B",
        rendering: Rendering | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if style not in ("A", "B"):
            raise ValueError(f"style must be A or B, not {style!r}")
        self._repository = repository
        self._lock = lock
        self._may_use = may_use
        self._settings = Settings(machine_name, style, rendering or Rendering())
        self.contexts = Contexts(monotonic)

    def __call__(self, request: Request) -> Reply:
        """The answer; every rejection is a SoapFault. Errors of the lab itself are not caught."""
        with self._lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Reply:
        machine, style = self._settings.machine, self._settings.style
        transferred = _TRANSFER.get(request.action)
        namespace = ""
        try:
            namespace, class_name, dmtf = target(self._repository, request)
            if not self._may_use(request.caller, namespace):
                raise faults.access_denied(machine=machine, style=style)
            operation = Operation(request, self._repository, self._settings, namespace, class_name, dmtf=dmtf)
            if transferred:
                return transferred[0](operation)
            if request.action in _ENUMERATION:
                return _ENUMERATION[request.action](operation, self.contexts)
            if request.fragment is None and same_uri(request.action.rpartition("/")[0], request.resource_uri):
                return invoke(operation)
            raise faults.action_not_supported(request.action, machine)
        except CimError as error:
            raise faults.from_cim_error(
                error,
                machine=machine,
                namespace=namespace,
                style=style,
                operation=_operation(request),
                parameter=self._parameter(request, namespace),
            ) from None
        except (SchemaError, UnwritableValue) as error:
            raise faults.schema_error(f"Schema validation failed: {error}.", machine) from None

    def _parameter(self, request: Request, namespace: str) -> str:
        """ParameterInfo: the query, the path of the instance, or the class (captured: the first two)."""
        class_name = _class_name(request)
        if class_name == "*":
            filters = [element for element in request.body.iter() if split_tag(element.tag)[1] == "Filter"]
            return (filters[0].text or "").strip() if filters else ""
        try:
            cls = self._repository.find_class(namespace, class_name)
        except CimError:
            return class_name
        return _path(cls, request)


def _class_name(request: Request) -> str:
    found = resource(request.resource_uri, request.selectors)
    return found[1] if found else ""


def _operation(request: Request) -> str:
    """The operation of [MS-WMI] that a request becomes, without its interface."""
    if request.action in _TRANSFER:
        return _TRANSFER[request.action][1]
    if request.action in _ENUMERATION:
        return "ExecQuery" if _class_name(request) == "*" else "CreateInstanceEnum"
    return "ExecMethod"


def _path(cls: ClassDef, request: Request) -> str:
    """The object path, such as ``Win32_Process.Handle="29"``; the class alone without keys."""
    keys = []
    for name, value in request.selectors.items():
        prop = cls.properties.get(name)
        if prop is None or not isinstance(value, str):
            continue
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        keys.append(f"{prop.name}={value}" if prop.type in INTEGER_RANGES else f'{prop.name}="{escaped}"')
    return f"{cls.name}.{','.join(keys)}" if keys else cls.name
