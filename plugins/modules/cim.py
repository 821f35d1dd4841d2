#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Query WMI classes, or call their methods."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cim
short_description: Query WMI classes and call their methods over WinRM
version_added: 1.0.0
author:
  - the configmgr.scp authors (@configmgr-scp)
description:
  - Reads instances of WMI (CIM) classes by a query, by class or by key, or calls a method, and returns the answer as data.
  - Use it for tasks that the other modules of the collection do not cover.
options:
  namespace:
    description:
      - The WMI namespace, with slashes or backslashes.
      - A site's classes are in V(root/sms/site_XYZ), where XYZ is the site code.
    type: str
    default: root/cimv2
  query:
    description:
      - A WQL query that reads data, V(SELECT ... FROM ...), V(ASSOCIATORS OF ...) or V(REFERENCES OF ...).
      - The types of the properties are those of the class after V(FROM), unless O(class) is also given.
    type: str
  class:
    description:
      - Name of the class.
      - Without O(query), O(keys) and O(method), all its instances and those of its subclasses are returned.
    type: str
  keys:
    description:
      - Key properties that address one instance of O(class), by name.
      - Without O(method) this instance is returned. With O(method), the method is called on it.
    type: dict
  method:
    description:
      - Name of the method of O(class) to call. Without O(keys) it is called as a static method.
    type: str
  arguments:
    description:
      - Input parameters of the method by name.
      - An embedded instance is a dictionary of its properties, with the name of its class in the key V(__CLASS).
      - When a parameter holds a secret, set C(no_log) on the task.
    type: dict
    default: {}
  types:
    description:
      - CIM types of properties and parameters by name, for classes that the collection does not know. The responses
        of WMI over WinRM do not include types.
      - A type is one of V(boolean), V(char16), V(uint8), V(sint8), V(uint16), V(sint16), V(uint32), V(sint32), V(uint64),
        V(sint64), V(real32), V(real64), V(string), V(datetime), V(object); append V([]) for an array.
      - A property that has no type here and belongs to no known class is returned as text, and as a list only when it has
        several entries.
    type: dict
    default: {}
  changes:
    description:
      - Whether the method changes something on the server.
      - Set it to V(false) for methods that only read. The task is then never reported as changed, and the method is also
        called in check mode.
    type: bool
    default: true
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
attributes:
  check_mode:
    support: partial
    details:
      - Methods are not called in check mode, unless O(changes=false). What they would return is not known.
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: Read the operating system
  configmgr.scp.cim:
    class: Win32_OperatingSystem

- name: Find services that should run but do not
  configmgr.scp.cim:
    query: SELECT Name, State FROM Win32_Service WHERE StartMode = 'Auto' AND State <> 'Running'
  register: stopped

- name: Read one service
  configmgr.scp.cim:
    class: Win32_Service
    keys:
      Name: WinRM

- name: Read a value of the registry
  configmgr.scp.cim:
    namespace: root/default
    class: StdRegProv
    method: GetStringValue
    arguments:
      hDefKey: 2147483650 # HKEY_LOCAL_MACHINE
      sSubKeyName: SOFTWARE\Microsoft\SMS\Identification
      sValueName: Site Server
    changes: false
  register: site_server

- name: Stop a service
  configmgr.scp.cim:
    class: Win32_Service
    keys:
      Name: Spooler
    method: StopService
  register: stop
  failed_when: stop.output.ReturnValue not in [0, 5]

- name: Read the disks with numbers as numbers
  configmgr.scp.cim:
    query: SELECT DeviceID, FreeSpace FROM Win32_LogicalDisk WHERE DriveType = 3
    types:
      FreeSpace: uint64
"""

RETURN = r"""
instances:
  description:
    - The instances or rows, each as a dictionary of its properties. Dates are ISO 8601 texts in UTC, intervals are seconds.
  returned: when no method was called
  type: list
  elements: dict
  sample:
    - Name: WinRM
      State: Running
output:
  description:
    - The output parameters of the method, including C(ReturnValue). Check it with C(failed_when); its meaning differs
      between methods.
  returned: when a method was called
  type: dict
  sample:
    ReturnValue: 0
fault:
  description: The fault that the server returned.
  returned: when the server answered with a fault
  type: dict
  contains:
    operation:
      description: The requested operation, for example V(Query) or V(Invoke).
      returned: always
      type: str
      sample: Query
    target:
      description: The class, or class and method.
      returned: always
      type: str
      sample: Win32_Service
    namespace:
      description: The WMI namespace.
      returned: always
      type: str
      sample: root/cimv2
    kind:
      description: What the fault means, for example V(access_denied), V(not_found) or V(bad_query).
      returned: always
      type: str
      sample: access_denied
    code:
      description: The error code closest to the cause.
      returned: always
      type: str
      sample: "0x80041003"
    name:
      description: Name of the code in the Windows SDK, if it is known.
      returned: always
      type: str
      sample: WBEM_E_ACCESS_DENIED
    provider_text:
      description: The message of the WMI provider, in the language of the server.
      returned: always
      type: str
      sample: Access denied
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes as site_classes
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows import classes as windows_classes
from ansible_collections.configmgr.scp.plugins.module_utils.wsman import scalars
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, Value, plain
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import (
    CimClass,
    CimMethod,
    CimProperty,
    CimType,
    cim_class,
)

SPEC: dict[str, Any] = {
    "argument_spec": {
        "namespace": {"type": "str", "default": "root/cimv2"},
        "query": {"type": "str"},
        "class": {"type": "str"},
        # Keys of instances, nothing secret.
        "keys": {"type": "dict", "no_log": False},
        "method": {"type": "str"},
        "arguments": {"type": "dict", "default": {}},
        "types": {"type": "dict", "default": {}},
        "changes": {"type": "bool", "default": True},
    },
    "mutually_exclusive": [("query", "method"), ("query", "keys")],
    "required_one_of": [("query", "class")],
    "required_by": {"method": ("class",), "keys": ("class",)},
    "supports_check_mode": True,
}

CLASS_MARK = "__CLASS"
# "from" inside a quoted value comes after the one that counts.
_FROM = re.compile(r"\bfrom\s+([A-Za-z_]\w*)", re.IGNORECASE)
# Names become parts of addresses and names of XML elements.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMESPACE = re.compile(r"[A-Za-z0-9_-]+([/\\][A-Za-z0-9_-]+)*")
_KNOWN: dict[str, CimClass] = {
    name.lower(): cls
    for module in (windows_classes, site_classes)
    for name, cls in ((value.name, value) for value in vars(module).values() if isinstance(value, CimClass))
}


def run(task: Task) -> Result:
    """Do what the task asks; see DOCUMENTATION.

    :raises TaskFailure: the request cannot be sent.
    """
    params = task.params
    try:
        _check_names(params)
        cls = _schema(params)
        if params["method"]:
            return _call(task, cls)
        if params["query"]:
            found = task.cim.query_data(params["namespace"], cls, params["query"], users_query=True)
        elif params["keys"]:
            found = [task.cim.get(params["namespace"], cls, params["keys"]).as_data()]
        else:
            found = task.cim.enumerate_data(params["namespace"], cls)
    except ValueError as error:
        raise TaskFailure(f"The task cannot be sent: {error}.") from error
    return {"changed": False, "instances": found}


def _call(task: Task, cls: CimClass) -> Result:
    params = task.params
    if task.check_mode and params["changes"]:
        return {"changed": True}
    method = _method(cls, params["method"], params["arguments"], params["types"])
    inputs = {
        name: _wish(value, method.input(name), params["namespace"], f"arguments.{name}")
        for name, value in params["arguments"].items()
    }
    schema = CimClass(cls.name, cls.properties, cls.keys, {method.name: method})
    output = task.cim.invoke(params["namespace"], schema, method.name, inputs, keys=params["keys"] or None)
    return {"changed": params["changes"], "output": {name: plain(value) for name, value in output.items()}}


def _schema(params: Mapping[str, Any]) -> CimClass:
    """The class of the task: known, or declared by ``types``, or untyped; ``types`` overrides the known declarations.

    :raises ValueError: a name or a type that does not exist.
    """
    name = params["class"]
    if not name:
        match = _FROM.search(params["query"])
        name = match[1] if match else "CIM_ManagedElement"
    known = _known(name)
    if not params["types"]:
        return known
    declared = cim_class(name, **params["types"]).properties
    kept = {
        spelled: prop for spelled, prop in known.properties.items() if spelled.lower() not in {key.lower() for key in declared}
    }
    return CimClass(name, {**kept, **declared}, known.keys, known.methods)


def _known(name: str) -> CimClass:
    """The class as the collection knows it, else one without declarations; ValueError for an invalid name."""
    return _KNOWN.get(name.lower()) or cim_class(name)


def _check_names(params: Mapping[str, Any]) -> None:
    if not _NAMESPACE.fullmatch(params["namespace"]):
        raise ValueError(f"namespace {params['namespace']!r} is not a WMI namespace; give one such as root/cimv2")
    if params["keys"] == {}:
        # An empty dictionary would mean every instance, or the class itself.
        raise ValueError("keys is empty and identifies no instance; give the key properties with their values, or omit keys")
    for where, names in (("method", [params["method"]]), ("keys", params["keys"] or ()), ("arguments", params["arguments"])):
        for name in names:
            if name is not None and not _NAME.fullmatch(name):
                raise ValueError(f"{where}: {name!r} is not a CIM name (letters, digits and underscores, no digit first)")


def _method(cls: CimClass, name: str, arguments: Mapping[str, Any], types: Mapping[str, str]) -> CimMethod:
    """The method's declaration: the known one, else one built from ``types`` and the values of the arguments."""
    known = cls.method(name)
    if known is not None:
        return known
    guessed = {argument: CimProperty(argument, *_guess(value)) for argument, value in arguments.items()}
    inputs = {argument: cls.property(argument) or prop for argument, prop in guessed.items()}
    outputs = {output: prop for output, prop in cls.properties.items() if output in types and output not in arguments}
    if not any(output.lower() == "returnvalue" for output in outputs):
        # Methods return uint32 or sint32; both fit.
        outputs["ReturnValue"] = CimProperty("ReturnValue", CimType.SINT64)
    return CimMethod(name, inputs, outputs)


def _guess(value: Any) -> tuple[CimType, bool]:
    """Type of an undeclared argument, and whether it is an array. On the wire every value is text."""
    if isinstance(value, list):
        return (_guess(value[0])[0] if value else CimType.STRING), True
    if isinstance(value, bool):
        return CimType.BOOLEAN, False
    if isinstance(value, int):
        return CimType.SINT64 if value < 2**63 else CimType.UINT64, False
    if isinstance(value, float):
        return CimType.REAL64, False
    return (CimType.OBJECT if isinstance(value, Mapping) else CimType.STRING), False


def _wish(value: Any, prop: CimProperty | None, namespace: str, where: str) -> Value:
    """An argument as a value of its type. Numbers and Booleans that come from a template arrive as text.

    :raises ValueError: it does not fit.
    """
    if isinstance(value, list):
        return [_wish(item, prop, namespace, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return _embedded(value, namespace, where)
    if prop is None or not isinstance(value, str) or prop.type in (CimType.STRING, CimType.OBJECT, CimType.REFERENCE):
        checked: Value = value
        return checked
    if prop.type is CimType.DATETIME:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{where} takes an ISO 8601 date with a time zone, such as 2026-01-31T12:00:00+00:00") from None
    try:
        return scalars.decode(prop.type, value)
    except ValueError as error:
        raise ValueError(f"{where} {error}") from None


def _embedded(value: Mapping[str, Any], namespace: str, where: str) -> CimInstance:
    name = value.get(CLASS_MARK)
    if not isinstance(name, str):
        raise ValueError(f"{where} is a dictionary, so it needs the name of its class under {CLASS_MARK}")  # noqa: TRY004 - one error type for all arguments
    members = {key: item for key, item in value.items() if key != CLASS_MARK}
    cls = _known(name)
    wishes = {key: _wish(item, cls.property(key), namespace, f"{where}.{key}") for key, item in members.items()}
    return CimInstance.new(namespace, cls, wishes)


def main() -> None:
    """Report that the module does not run on the target; the action plugin calls ``run``."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
