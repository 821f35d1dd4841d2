"""The classes and providers of one server, by namespace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from lab.cim import classes as system_classes
from lab.cim import mof as mof_reader
from lab.cim.compiler import Compiler
from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.mof import ClassSyntax
from lab.cim.mof_tokens import MofError
from lab.cim.provider import Call, Provider
from lab.cim.store import StaticStore
from lab.cim.values import checked


@dataclass
class _Namespace:
    """Classes in the order of their declaration, and their providers."""

    name: str
    classes: NameMap[ClassDef] = field(default_factory=NameMap)
    providers: NameMap[Provider] = field(default_factory=NameMap)
    stores: NameMap[StaticStore] = field(default_factory=NameMap)

    def add(self, classes: Iterable[ClassDef]) -> None:
        for cls in classes:
            self.classes[cls.name] = cls


class Repository:
    """Namespaces (``root/cimv2``, case-insensitive), the classes in each, the provider of each class."""

    def __init__(self) -> None:
        self._namespaces: NameMap[_Namespace] = NameMap()

    def compile(self, mof: str, namespace: str, source: str = "<mof>") -> None:
        """Compile MOF text into a namespace (created if missing): classes, and instances into the static store.

        MofError gives the file, the line and the problem; declarations before the error remain compiled.
        """
        name = normal_namespace(namespace)
        known = self._namespaces[name].classes.values() if name in self._namespaces else _system_classes(name)
        try:
            classes = _classes_of(mof, source, name, tuple(known))
        except MofError:
            classes = None  # found again below, where the declarations before it are kept
        if classes is not None:
            self._make(name).add(classes)
            return
        compilers: NameMap[Compiler] = NameMap()
        for declaration in mof_reader.read(mof, source):
            space = self._make(declaration.namespace or namespace)
            compiler = compilers.setdefault(space.name, Compiler(space.name, space.classes, source))
            if isinstance(declaration, ClassSyntax):
                compiler.add_class(declaration)
                continue
            instance = compiler.instance(declaration)
            if instance.cls.name in space.providers:
                raise MofError(source, declaration.line, f"{instance.cls.name} has a provider; its instances cannot be static")
            try:
                self._store(space, instance.cls.name).add(instance)
            except CimError as error:
                raise MofError(source, declaration.line, error.message) from None
        if not compilers:
            self._make(namespace)

    def register(self, namespace: str, class_name: str, provider: Provider) -> None:
        """Register a provider for exactly this class (subclasses need their own registration); it replaces an earlier one.

        A class without one keeps its instances in the static store. CimError INVALID_NAMESPACE or INVALID_CLASS;
        ValueError when the class has static instances, which the provider would hide.
        """
        cls = self.find_class(namespace, class_name)
        space = self._namespace(namespace)
        if len(space.stores.get(cls.name, ())):
            raise ValueError(f"{cls.name} in {space.name} has static instances; a provider would hide them")
        space.providers[cls.name] = provider

    def find_class(self, namespace: str, class_name: str) -> ClassDef:
        """The class; raises CimError INVALID_NAMESPACE or INVALID_CLASS."""
        found = self._namespace(namespace).classes.get(class_name)
        if found is None:
            raise CimError(Wbem.INVALID_CLASS, f"Invalid class: {class_name} in namespace {namespace}")
        return found

    def family(self, namespace: str, class_name: str) -> list[ClassDef]:
        """The class and everything that derives from it, in the order of declaration."""
        root = self.find_class(namespace, class_name)
        return [cls for cls in self._namespace(namespace).classes.values() if cls.derives_from(root.name)]

    def classes(self, namespace: str) -> list[ClassDef]:
        """Every class of a namespace, in the order of declaration."""
        return list(self._namespace(namespace).classes.values())

    def provider(self, namespace: str, cls: ClassDef) -> Provider:
        """The provider of this class: the registered one, otherwise its static store."""
        space = self._namespace(namespace)
        return space.providers.get(cls.name) or self._store(space, cls.name)

    def new(self, namespace: str, class_name: str, **values: Value) -> Instance:
        """An instance, not stored, every value checked against the class (CimError TYPE_MISMATCH).

        A name that the class does not have raises KeyError.
        """
        made = Instance(self.find_class(namespace, class_name))
        properties, stored = made.cls.properties, made.values
        for name, value in values.items():
            if name not in properties:
                raise KeyError(f"class {made.cls.name} has no property {name}")
            stored[name] = checked(properties[name], value, lambda wanted: self.find_class(namespace, wanted))
        return made

    def namespaces(self) -> list[str]:
        """The names of all namespaces, as first spelled."""
        return list(self._namespaces)

    def spelling(self, namespace: str) -> str:
        """A namespace as it was first spelled; one that does not exist comes back with slashes only."""
        found = self._namespaces.get(normal_namespace(namespace))
        return found.name if found else normal_namespace(namespace)

    def has_namespace(self, namespace: str) -> bool:
        """Whether this namespace exists."""
        return normal_namespace(namespace) in self._namespaces

    def remove_namespace(self, namespace: str) -> None:
        """Forget a namespace with all in it and below it."""
        name = self._namespace(namespace).name.lower()
        for other in [n for n in self._namespaces if n.lower() == name or n.lower().startswith(f"{name}/")]:
            del self._namespaces[other]

    def _namespace(self, namespace: str) -> _Namespace:
        found = self._namespaces.get(normal_namespace(namespace))
        if found is None:
            raise CimError(Wbem.INVALID_NAMESPACE, f"Invalid namespace: {namespace}")
        return found

    def _make(self, namespace: str) -> _Namespace:
        """The namespace, made with its parents where missing."""
        name = normal_namespace(namespace)
        if name in self._namespaces:
            return self._namespaces[name]
        parent, _, _ = name.rpartition("/")
        if parent:
            self._make(parent)
        space = self._namespaces[name] = _Namespace(name)
        space.add(_system_classes(name))
        space.providers["__NAMESPACE"] = _ChildNamespaces(self, name)
        return space

    def _store(self, space: _Namespace, class_name: str) -> StaticStore:
        if class_name not in space.stores:
            space.stores[class_name] = StaticStore()
        return space.stores[class_name]


class _ChildNamespaces(Provider):
    """``__NAMESPACE``: one instance for each namespace directly below; they cannot be changed from outside."""

    def __init__(self, repository: Repository, parent: str) -> None:
        self._repository = repository
        self._parent = parent

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        for name in self._repository.namespaces():
            parent, _, own = name.rpartition("/")
            if parent.lower() == self._parent.lower():
                yield Instance(cls, {"Name": own})


@lru_cache(maxsize=256)
def _classes_of(mof: str, source: str, namespace: str, known: tuple[ClassDef, ...]) -> tuple[ClassDef, ...] | None:
    """The classes of a text that declares nothing else and in no other namespace; None for any other text.

    A class never changes, so servers of the same kind share theirs; each of an estate's would compile the same texts.

    :param known: the classes that the namespace has already; compared by identity.
    """
    declarations = list(mof_reader.read(mof, source))
    if not all(
        isinstance(found, ClassSyntax) and normal_namespace(found.namespace or namespace) == namespace for found in declarations
    ):
        return None
    space = _Namespace(namespace)
    space.add(known)
    compiler = Compiler(namespace, space.classes, source)
    return tuple(compiler.add_class(found) for found in declarations if isinstance(found, ClassSyntax))


def _system_classes(namespace: str) -> tuple[ClassDef, ...]:
    return _classes_of(system_classes.MOF, system_classes.SOURCE, namespace, ()) or ()


def normal_namespace(namespace: str) -> str:
    r"""``root/cimv2`` for ``root\cimv2`` and the like."""
    return namespace.replace("\\", "/").strip("/")
