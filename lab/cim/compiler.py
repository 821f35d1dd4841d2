"""Compiles MOF declarations to classes and instances: resolves inheritance, types and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from lab.cim import dmtf
from lab.cim.errors import CimError
from lab.cim.model import ClassDef, Instance, MethodDef, NameMap, Path, PropertyDef, Value
from lab.cim.mof import AliasSyntax, ClassSyntax, InstanceSyntax, MemberSyntax, MethodSyntax, Written
from lab.cim.mof_tokens import MofError
from lab.cim.object_path import PathError, parse_object_path
from lab.cim.values import SIMPLE_TYPES, checked

# The qualifiers that subclasses inherit; all others (abstract, provider, locale, ...) belong to the class alone.
_INHERITED = ("association", "singleton")


class Compiler:
    """Creates classes and instances of one namespace from declarations; has the classes created so far.

    :param classes: the namespace's classes; new ones are added to it.
    """

    def __init__(self, namespace: str, classes: NameMap[ClassDef], source: str) -> None:
        self._namespace = namespace
        self._classes = classes
        self._source = source
        self._aliases: NameMap[Instance] = NameMap()

    def _fail(self, line: int, problem: str) -> NoReturn:
        raise MofError(self._source, line, problem)

    def _find(self, name: str) -> ClassDef:
        return self._classes[name]

    def add_class(self, syntax: ClassSyntax) -> ClassDef:
        """Declare a class. Its parent must be declared already, the class itself not."""
        if syntax.name in self._classes:
            self._fail(syntax.line, f"class {syntax.name} is already declared in {self._namespace}")
        parent = None
        if syntax.parent is not None:
            parent = self._classes.get(syntax.parent)
            if parent is None:
                self._fail(syntax.line, f"parent class {syntax.parent} of {syntax.name} is not declared before it")
        properties: NameMap[PropertyDef] = NameMap(parent.properties if parent else None)
        for member in syntax.properties:
            properties[member.name] = self._property(syntax, member, properties.get(member.name))
        methods: NameMap[MethodDef] = NameMap(parent.methods if parent else None)
        for method in syntax.methods:
            methods[method.name] = self._method(syntax, method)
        inherited = {n: v for n, v in parent.qualifiers.items() if n in _INHERITED} if parent else {}
        made = ClassDef(syntax.name, properties, methods, parent, {**inherited, **syntax.qualifiers})
        self._classes[syntax.name] = made
        return made

    def _property(self, owner: ClassSyntax, member: MemberSyntax, overridden: PropertyDef | None) -> PropertyDef:
        kind, class_name = self._type(member, owner.name)
        qualifiers: Mapping[str, Value] = member.qualifiers
        default: Value = None
        if overridden is not None:
            if (overridden.type, overridden.array) != (kind, member.array):
                self._fail(member.line, f"{owner.name}.{member.name} overrides a property of another type, {overridden.type}")
            qualifiers = {**overridden.qualifiers, **qualifiers}
            default = overridden.default
        made = PropertyDef(member.name, kind, member.array, class_name, default, qualifiers)
        if made.key and (made.array or kind in {"object", "real32", "real64"}):
            self._fail(member.line, f"key {member.name} of {owner.name} cannot be an array, an object or a real number")
        if member.default is None:
            return made
        return PropertyDef(
            member.name, kind, member.array, class_name, self._value(member.line, made, member.default), qualifiers
        )

    def _type(self, member: MemberSyntax, owner: str) -> tuple[str, str | None]:
        """MOF type and class name of a member; an embedded class must be declared already, or be the class itself."""
        if member.ref:
            return "ref", member.type
        lowered = member.type.lower()
        if lowered in SIMPLE_TYPES:
            return lowered, None
        if lowered == "object":
            return "object", None
        if member.type not in self._classes and lowered != owner.lower():
            self._fail(member.line, f"{owner}.{member.name}: {member.type} is neither a CIM type nor a class declared before it")
        return "object", self._classes[member.type].name if member.type in self._classes else owner

    def _method(self, owner: ClassSyntax, method: MethodSyntax) -> MethodDef:
        returns = method.returns.lower()
        if returns != "void" and returns not in SIMPLE_TYPES:
            self._fail(method.line, f"method {owner.name}.{method.name} returns {method.returns}; allowed: void or a CIM type")
        inputs: NameMap[PropertyDef] = NameMap()
        outputs: NameMap[PropertyDef] = NameMap()
        for parameter in method.parameters:
            kind, class_name = self._type(parameter, owner.name)
            made = PropertyDef(parameter.name, kind, parameter.array, class_name, None, parameter.qualifiers)
            out = bool(parameter.qualifiers.get("out", False))
            if out:
                outputs[parameter.name] = made
            if parameter.qualifiers.get("in", not out):
                inputs[parameter.name] = made
        return MethodDef(method.name, returns, inputs, outputs, bool(method.qualifiers.get("static", False)))

    def instance(self, syntax: InstanceSyntax) -> Instance:
        """The described instance with checked values; its alias is stored."""
        cls = self._classes.get(syntax.class_name)
        if cls is None:
            self._fail(syntax.line, f"instance of {syntax.class_name}: no such class in {self._namespace}")
        if cls.qualifiers.get("abstract", False):
            self._fail(syntax.line, f"{cls.name} is abstract and cannot have instances")
        made = Instance(cls)
        for item in syntax.values:
            prop = cls.properties.get(item.name)
            if prop is None:
                self._fail(item.line, f"class {cls.name} has no property {item.name}")
            made[item.name] = self._value(item.line, prop, item.value)
        if syntax.alias is not None:
            if syntax.alias in self._aliases:
                self._fail(syntax.line, f"alias {syntax.alias} is already defined for another instance")
            self._aliases[syntax.alias] = made
        return made

    def _value(self, line: int, prop: PropertyDef, written: Written) -> Value:
        if isinstance(written, tuple):
            value: Value = [self._one(line, prop, item) for item in written]
        else:
            value = None if written is None else self._one(line, prop, written)
        try:
            return checked(prop, value, self._find)
        except CimError as error:
            self._fail(line, error.message)

    def _one(self, line: int, prop: PropertyDef, written: Written) -> Value:
        if isinstance(written, InstanceSyntax):
            return self.instance(written)
        if isinstance(written, AliasSyntax):
            target = self._aliases.get(written.name)
            if target is None:
                self._fail(line, f"alias {written.name} is not defined before its use")
            return Path(self._namespace, target.cls.name, tuple((key, target[key]) for key in target.cls.keys))
        if isinstance(written, str) and prop.type in {"datetime", "ref"}:
            try:
                return dmtf.parse(written) if prop.type == "datetime" else parse_object_path(written, self._namespace)
            except (ValueError, PathError) as error:
                self._fail(line, f"{prop.name}: {error}")
        return written
