"""One request on a CIM resource: its target, and how its instances are found."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.cim import faults
from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.names import CIM_NAMESPACE_SELECTOR, class_uri, resource
from lab.cim.parse_values import SchemaError, ValueParser
from lab.cim.provider import Call
from lab.cim.render import Renderer, Rendering
from lab.cim.repository import Repository
from lab.cim.values import check_instance
from lab.cim.wql import Condition
from lab.winrm.message import Option, Reply, Request


class ProviderBug(Exception):
    """A provider of the lab violated its contract; not a fault of Windows, so it must appear as an error of the lab."""


@dataclass(frozen=True)
class Settings:
    """The parts of one emulated server's CIM service."""

    machine: str
    style: faults.Style
    rendering: Rendering


class Operation:
    """A request whose resource is a class (``class_name`` may be ``*``) of a namespace that exists.

    CimError INVALID_NAMESPACE when it does not.
    """

    def __init__(
        self,
        request: Request,
        repository: Repository,
        settings: Settings,
        namespace: str,
        class_name: str,
        *,
        dmtf: bool = False,
    ) -> None:
        repository.classes(namespace)
        self.request = request
        self.repository = repository
        self.settings = settings
        self.machine = settings.machine
        self.namespace = namespace
        self.class_name = class_name
        self._dmtf = dmtf
        self.call = Call(request.caller, namespace, context_options(request.options))
        self.renderer = Renderer(namespace, settings.rendering, dmtf=dmtf)
        self.parser = ValueParser(namespace, repository.find_class, dmtf=dmtf)

    def find_class(self, name: str | None = None) -> ClassDef:
        """The class of the request, or another one of the namespace. CimError INVALID_CLASS."""
        return self.repository.find_class(self.namespace, self.class_name if name is None else name)

    @property
    def uri(self) -> str:
        """The URI of the class in the form of the request; elements of the class have it as their namespace."""
        return class_uri(self.namespace, self.class_name, dmtf=self._dmtf)

    def reply(self, *body: ET.Element) -> Reply:
        """The successful answer with this Body."""
        return Reply(f"{self.request.action}Response", body)

    def body(self) -> ET.Element:
        """The one child of the request's Body."""
        children = list(self.request.body)
        if len(children) != 1:
            raise SchemaError(f"the Body holds {len(children)} elements instead of one")
        return children[0]

    def empty_body(self) -> None:
        """Reject a Body with children."""
        if len(self.request.body):
            raise SchemaError("the Body of this operation must be empty")

    def selectors(self) -> dict[str, str | ET.Element]:
        """The selectors without ``__cimnamespace``, which must be the namespace of the URI ([MS-WSMV] note 46)."""
        given = dict(self.request.selectors)
        for name in [n for n in given if n.lower() == CIM_NAMESPACE_SELECTOR]:
            value = given.pop(name)
            if not isinstance(value, str) or value.replace("\\", "/").strip("/").lower() != self.namespace.lower():
                raise CimError(Wbem.INVALID_PARAMETER, f"__cimnamespace is not {self.namespace}, the namespace of the URI")
        return given

    def no_selectors(self) -> None:
        """Reject selectors."""
        if given := self.selectors():
            raise faults.unexpected_selectors(f"Selectors have no place here: {', '.join(given)}.", self.machine)

    def keys(self, cls: ClassDef) -> NameMap[Value]:
        """The typed keys from the selectors: every key, and nothing else; none for a singleton."""
        if cls.singleton:
            self.no_selectors()
            return NameMap()
        keys: NameMap[Value] = NameMap()
        for name, given in self.selectors().items():
            prop = cls.properties.get(name)
            if prop is None or not prop.key:
                problem = f"{name} is no key of {cls.name}; keys: {', '.join(cls.keys)}."
                raise faults.unexpected_selectors(problem, self.machine)
            try:
                keys[prop.name] = self.parser.key(prop, given)
            except (CimError, SchemaError) as error:
                raise faults.selector_type(str(error), self.machine) from None
        if missing := [name for name in cls.keys if name not in keys]:
            raise faults.keys_needed(missing, cls.name, machine=self.machine, style=self.settings.style)
        return keys

    def find(self, cls: ClassDef, keys: NameMap[Value], subject: bool = False) -> Instance:
        """The instance of the class or of a subclass with these keys, for reading or for a method call. CimError NOT_FOUND."""
        for member in self.repository.family(self.namespace, cls.name):
            if member.qualifiers.get("abstract", False):
                continue
            provider = self.repository.provider(self.namespace, member)
            found = (provider.subject if subject else provider.get)(self.call, member, keys)
            if found is not None:
                return self.verified(found)
        raise CimError(Wbem.NOT_FOUND, "Not found")

    def instances(
        self, cls: ClassDef, where: Condition | None = None, keep: Callable[[Instance], bool] | None = None
    ) -> Iterator[Instance]:
        """The instances of the class and its subclasses, one class after the other, that pass the test.

        Each provider receives ``where`` before it is searched.
        """
        for member in self.repository.family(self.namespace, cls.name):
            if member.qualifiers.get("abstract", False):
                continue
            provider = self.repository.provider(self.namespace, member)
            provider.restrict(self.call, member, where)
            for instance in provider.search(self.call, member, where):
                if keep is None or keep(instance):
                    yield self.verified(instance)

    def verified(self, instance: Instance) -> Instance:
        """The instance itself; ProviderBug when a value does not fit its class."""
        try:
            check_instance(instance, self.find_class)
        except CimError as error:
            raise ProviderBug(f"{instance.cls.name}: {error.message}") from None
        return instance


def context_options(options: tuple[Option, ...]) -> NameMap[str | list[str]]:
    """``wmi:NAME`` and ``wmiarray:NAME`` options as the provider's context; all others are ignored ([MS-WSMV] 3.1.4.1.10)."""
    found: NameMap[str | list[str]] = NameMap()
    for option in options:
        kind, colon, name = option.name.partition(":")
        if not colon or not name:
            continue
        if kind.lower() == "wmi":
            found[name] = option.value
        elif kind.lower() == "wmiarray":
            before = found.get(name)
            found[name] = [*before, option.value] if isinstance(before, list) else [option.value]
    return found


def target(repository: Repository, request: Request) -> tuple[str, str, bool]:
    """Namespace (in the repository's spelling) and class of the request's resource, and whether its URI is one of the DMTF.

    CimError INVALID_NAMESPACE for other URIs.
    """
    found = resource(request.resource_uri, request.selectors)
    if found is None:
        raise CimError(Wbem.INVALID_NAMESPACE, f"Invalid namespace in the resource URI {request.resource_uri}")
    namespace, class_name, dmtf = found
    return repository.spelling(namespace), class_name, dmtf
