"""Stand-ins for a server's registry and for its CIM classes."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, cast

from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

MISSING_VALUE, MISSING_KEY, TYPE_MISMATCH = 1, 2, 0x80041005


class FakeServer:
    """Answers StdRegProv from ``keys``, and queries and Gets from ``rows``; records the requests.

    :param keys: values by name by key; the type of a value decides which method can read it.
    :param rows: answers of queries by class, and of Gets by class and key value; an exception as an answer is raised.
    """

    def __init__(
        self,
        keys: Mapping[str, Mapping[str, Any]] | None = None,
        rows: Mapping[Any, Sequence[Mapping[str, Any]] | Exception] | None = None,
    ) -> None:
        self.keys = {key.lower(): {name.lower(): value for name, value in values.items()} for key, values in (keys or {}).items()}
        self.rows = dict(rows or {})
        self.asked: list[str] = []

    @property
    def session(self) -> CimSession:
        return cast(CimSession, self)

    open_further = 0
    ready = threading.Event()

    def further(self, _number: int) -> CimSession | None:
        """It has only one connection."""
        return None

    @property
    def registry(self) -> Registry:
        return Registry(self.session)

    def invoke(self, namespace: str, cls: CimClass, method: str, inputs: Mapping[str, Any], **_more: Any) -> dict[str, Any]:
        key = str(inputs["sSubKeyName"]).lower()
        self.asked.append(f"{method} {inputs['sSubKeyName']}")
        inside = [known[len(key) + 1 :].partition("\\")[0] for known in self.keys if known.startswith(f"{key}\\")]
        if key not in self.keys and not inside:
            return {"ReturnValue": MISSING_KEY}
        values = self.keys.get(key, {})
        if method == "EnumKey":
            return {"ReturnValue": 0, "sNames": [name.upper() for name in inside] or None}
        if method == "EnumValues":
            types = [{str: 1, bytes: 3, int: 4, list: 7}[type(value)] for value in values.values()]
            return {"ReturnValue": 0, "sNames": list(values) or None, "Types": types or None}
        found = values.get(str(inputs["sValueName"]).lower())
        if found is None:
            return {"ReturnValue": MISSING_VALUE}
        kind, output = {
            "GetStringValue": (str, "sValue"),
            "GetDWORDValue": (int, "uValue"),
            "GetMultiStringValue": (list, "sValue"),
            "GetBinaryValue": (bytes, "uValue"),
        }[method]
        shown = list(found) if isinstance(found, bytes) else found
        return {"ReturnValue": 0, output: shown} if isinstance(found, kind) else {"ReturnValue": TYPE_MISMATCH}

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        self.asked.append(query)
        return self._found(cls, cls.name)

    def get(self, namespace: str, cls: CimClass, keys: Mapping[str, Any]) -> CimInstance:
        self.asked.append(f"Get {cls.name} {keys}")
        found = self._found(cls, (cls.name, *keys.values()))
        if not found:
            raise CimFault(FaultKind.NOT_FOUND, RequestInfo("Get"))
        return found[0]

    def _found(self, cls: CimClass, name: Any) -> list[CimInstance]:
        answer = self.rows.get(name, ())
        if isinstance(answer, Exception):
            raise answer
        return [CimInstance.new("root/cimv2", cls, row) for row in answer]


def denied() -> CimFault:
    return CimFault(FaultKind.ACCESS_DENIED, RequestInfo("Query"))
