"""Method calls (facts/wsman.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cim import faults
from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, MethodDef, NameMap, PropertyDef, Value
from lab.cim.names import same_uri, split_tag
from lab.cim.operation import Operation, ProviderBug
from lab.cim.parse_values import SchemaError
from lab.cim.values import checked
from lab.winrm.message import Reply


def invoke(operation: Operation) -> Reply:
    """Run the method of the action: on the class if it is static, otherwise on the instance of the selectors."""
    prefix, _, name = operation.request.action.rpartition("/")
    if not same_uri(prefix, operation.request.resource_uri):
        raise faults.action_not_supported(operation.request.action, operation.machine)
    cls = operation.find_class()
    method = cls.methods.get(name)
    if method is None:
        raise CimError(Wbem.INVALID_METHOD, f"Invalid method: {cls.name} has no {name}")
    inputs = _inputs(operation, method)
    instance = None
    if method.static:
        operation.no_selectors()
    else:
        instance = operation.find(cls, operation.keys(cls), subject=True)
        cls = instance.cls
    provider = operation.repository.provider(operation.namespace, cls)
    outputs = provider.invoke(operation.call, cls, method.name, instance, inputs)
    values = _verified(operation, cls, method, outputs)
    return operation.reply(operation.renderer.method_output(operation.find_class(), method, values))


def _inputs(operation: Operation, method: MethodDef) -> NameMap[Value]:
    """All input parameters; one that was not sent is null."""
    root = operation.body()
    namespace, local = split_tag(root.tag)
    expected = f"{method.name}_INPUT"
    if local.lower() != expected.lower() or not same_uri(namespace, operation.uri):
        raise SchemaError(f"the Body holds {local} of {namespace!r} where {expected} of {operation.uri!r} belongs")
    inputs: NameMap[Value] = NameMap(dict.fromkeys(method.inputs))
    inputs.update(operation.parser.properties(root, operation.uri, method.inputs, method.name))
    return inputs


def _verified(operation: Operation, cls: ClassDef, method: MethodDef, outputs: Mapping[str, Value]) -> NameMap[Value]:
    """The outputs, each checked against its parameter."""
    known: NameMap[PropertyDef] = NameMap(method.outputs)
    if method.returns != "void":
        known["ReturnValue"] = PropertyDef("ReturnValue", method.returns)
    values: NameMap[Value] = NameMap()
    for name, value in outputs.items():
        if name not in known:
            raise ProviderBug(f"{cls.name}.{method.name} has no output {name}")
        try:
            values[name] = checked(known[name], value, operation.find_class)
        except CimError as error:
            raise ProviderBug(f"{cls.name}.{method.name}: {error.message}") from None
    if method.returns != "void" and values.get("ReturnValue") is None:
        raise ProviderBug(f"{cls.name}.{method.name} returned no ReturnValue")
    return values
