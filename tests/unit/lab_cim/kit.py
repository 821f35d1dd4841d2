"""A small CIM server for these tests: classes of every shape, and requests without a network."""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.names import class_uri
from lab.cim.provider import Call, Provider
from lab.cim.repository import Repository
from lab.cim.service import CimService
from lab.cim.store import StaticStore
from lab.winrm.message import Caller, Option, Reply, Request, SoapFault
from lab.winrm.names import ENUMERATION, TRANSFER, WSMAN

NAMESPACE = "root/Test"
SMS = "root/sms/site_CAS"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
ALICE = Caller("alice", "CORP")

MOF = r"""
class T_Part { [key] string PartName; uint32 Value; string Values[]; };
class T_NamedPart : T_Part { string Title; };
class T_Nest { T_Part Inner; };
[abstract] class T_Base { [key] string Name; };
class T_Thing : T_Base
{
    uint8 Small; sint8 Signed; uint16 Words[]; uint32 Number = 7; sint64 Big; uint64 Huge; char16 Letter;
    real64 Ratio; boolean Flag; boolean Flags[]; string Text; string Texts[]; datetime Moment; datetime Moments[];
    T_Part Part; T_Part Parts[]; T_Nest Nest; T_Base ref Other;
    [lazy] string Slow;
    uint32 Change([in] string Word, [in] T_Part Parts[], [out] string Echo, [out] T_Part Back[], [in, out] uint32 Count);
    void Touch();
    [static] boolean Check([in] uint8 Bytes[], [out] T_Base ref Found);
};
class T_Special : T_Thing { string Extra; };
class T_Many { [key] uint32 Id; string Payload; };
class T_Two { [key] string Site; [key] uint32 Id; [key] boolean On; string Note; };
[singleton] class T_Single { string Note; };
[association] class T_Link { [key] T_Thing ref Left; [key] T_Many ref Right; };
class T_NoKey { string Note; };
instance of T_Single { Note = "only one"; };
instance of T_Thing as $one { Name = "One"; Number = 1; Text = "first"; Slow = "late"; Texts = {"a"}; };
instance of T_Special { Name = "Two"; Number = 2; Extra = "more"; };
instance of T_Many as $m1 { Id = 1; Payload = "x"; };
instance of T_Many { Id = 2; Payload = "y"; };
instance of T_Link { Left = $one; Right = $m1; };
instance of T_Two { Site = "CAS"; Id = 1; On = TRUE; Note = "n"; };
"""


class Echo(Provider):
    """Methods of T_Thing, in addition to its stored instances."""

    def __init__(self, store: Provider) -> None:
        self.store = store
        self.calls: list[tuple[str, str | None, dict[str, Value], Call]] = []
        self.outputs: dict[str, Value] | None = None
        self.restricted: list[object] = []
        self.on_restrict: Callable[[], None] | None = None

    def restrict(self, call: Call, cls: ClassDef, where: object) -> None:
        self.restricted.append(where)
        if self.on_restrict is not None:
            self.on_restrict()

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        return self.store.enumerate(call, cls)

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        return self.store.get(call, cls, keys)

    def put(self, call: Call, instance: Instance) -> Instance:
        if instance["Text"] == "refuse":
            raise CimError(Wbem.PROVIDER_FAILURE, "Provider failure", "the words of the provider")
        return self.store.put(call, instance)

    def create(self, call: Call, instance: Instance) -> Instance:
        return self.store.create(call, instance)

    def delete(self, call: Call, instance: Instance) -> None:
        self.store.delete(call, instance)

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        self.calls.append((method, instance["Name"] if instance else None, dict(inputs), call))
        if self.outputs is not None:
            return self.outputs
        if method == "Touch":
            return {}
        if method == "Check":
            return {"ReturnValue": inputs["Bytes"] is not None}
        return {"ReturnValue": 0, "Echo": inputs["Word"], "Back": inputs["Parts"], "Count": inputs["Count"]}


class Lab:
    """A repository with the classes above, and its service."""

    def __init__(self, style: Any = "B", **settings: Any) -> None:
        self.repository = Repository()
        self.repository.compile(MOF, NAMESPACE, "test.mof")
        self.repository.compile(
            'class SMS_X { [key] string Code; }; instance of SMS_X { Code = "a"; }; instance of SMS_X { Code = "b"; };', SMS
        )
        self.allowed = True
        self.asked: list[tuple[str, str]] = []
        self.now = 1000.0
        self.lock = threading.RLock()
        self.service = CimService(
            self.repository, self.lock, "cas01", self.may_use, style, monotonic=lambda: self.now, **settings
        )

    def may_use(self, caller: Caller, namespace: str) -> bool:
        self.asked.append((str(caller), namespace))
        return self.allowed

    def with_echo(self) -> Echo:
        """Register a provider with methods for T_Thing, which has one instance."""
        fresh = Repository()
        fresh.compile(MOF.partition("instance of")[0], NAMESPACE)
        store = StaticStore()
        store.add(fresh.new(NAMESPACE, "T_Thing", Name="One", Number=1, Text="first", Slow="late", Texts=["a"]))
        echo = Echo(store)
        fresh.register(NAMESPACE, "T_Thing", echo)
        self.repository = fresh
        self.service = CimService(fresh, self.lock, "cas01", self.may_use, "B")
        return echo

    def ask(
        self,
        action: str,
        name: str,
        *body: ET.Element,
        selectors: Mapping[str, str | ET.Element] | None = None,
        namespace: str = NAMESPACE,
        caller: Caller = ALICE,
        options: tuple[Option, ...] = (),
        size: int = 153600,
        fragment: str | None = None,
        uri: str = "",
    ) -> Reply:
        """One request; ``action`` is a complete URI, or the name of a transfer, enumeration or method."""
        uri = uri or f"http://schemas.microsoft.com/wbem/wsman/1/wmi/{namespace}/{name}"
        if action in {"Get", "Put", "Create", "Delete"}:
            action = f"{TRANSFER}/{action}"
        elif action in {"Enumerate", "Pull", "Release"}:
            action = f"{ENUMERATION}/{action}"
        elif "/" not in action:
            action = f"{uri}/{action}"
        root = ET.Element("Body")
        root.extend(body)
        return self.service(Request(action, uri, "uuid:1", caller, root, dict(selectors or {}), options, size, 60.0, fragment))

    def refused(self, *args: Any, **settings: Any) -> SoapFault:
        """The fault of a request that must fail."""
        with pytest.raises(SoapFault) as caught:
            self.ask(*args, **settings)
        return caught.value

    def query(self, wql: str, *, namespace: str = NAMESPACE, mode: str | None = None, size: int = 153600) -> list[ET.Element]:
        """All rows of a WQL query, pulled to the end."""
        return self.walk("*", enumerate_body(wql_filter(wql), mode=mode), namespace=namespace, size=size)[0]

    def walk(self, name: str, body: ET.Element, count: int = 32000, **settings: Any) -> tuple[list[ET.Element], list[int]]:
        """Rows of an enumeration pulled to the end, and the number of items of each reply."""
        response = self.ask("Enumerate", name, body, **settings).body[0]
        rows, pages = items(response), [len(items(response))]
        while not ended(response):
            context = response.findtext(f"{{{ENUMERATION}}}EnumerationContext") or ""
            response = self.ask("Pull", name, pull_body(context, count), **settings).body[0]
            rows += items(response)
            pages.append(len(items(response)))
        return rows, pages


def items(response: ET.Element) -> list[ET.Element]:
    namespace = WSMAN if response.tag.endswith("EnumerateResponse") else ENUMERATION
    found = response.find(f"{{{namespace}}}Items")
    return [] if found is None else list(found)


def ended(response: ET.Element) -> bool:
    namespace = WSMAN if response.tag.endswith("EnumerateResponse") else ENUMERATION
    return response.find(f"{{{namespace}}}EndOfSequence") is not None


def enumerate_body(*parts: ET.Element, optimize: bool = True, mode: str | None = None) -> ET.Element:
    root = ET.Element(f"{{{ENUMERATION}}}Enumerate")
    if optimize:
        ET.SubElement(root, f"{{{WSMAN}}}OptimizeEnumeration")
        ET.SubElement(root, f"{{{WSMAN}}}MaxElements").text = "32000"
    if mode:
        ET.SubElement(root, f"{{{WSMAN}}}EnumerationMode").text = mode
    root.extend(parts)
    return root


def wql_filter(text: str) -> ET.Element:
    element = ET.Element(f"{{{WSMAN}}}Filter", {"Dialect": WQL})
    element.text = text
    return element


def pull_body(context: str, count: int | None) -> ET.Element:
    root = ET.Element(f"{{{ENUMERATION}}}Pull")
    ET.SubElement(root, f"{{{ENUMERATION}}}EnumerationContext").text = context
    if count is not None:
        ET.SubElement(root, f"{{{ENUMERATION}}}MaxElements").text = str(count)
    return root


def xml(text: str, name: str = "T_Thing") -> ET.Element:
    """XML with the prefixes p, q, cim, xsi, a and w; p is the class, q is T_Part."""
    declarations = " ".join(
        f'xmlns:{prefix}="{uri}"'
        for prefix, uri in {
            "p": class_uri(NAMESPACE, name),
            "q": class_uri(NAMESPACE, "T_Part"),
            "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
            "xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
            "w": WSMAN,
            "b": "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd",
        }.items()
    )
    return ET.fromstring(f"<root {declarations}>{text}</root>")[0]


def written(element: ET.Element) -> str:
    """The element as text with the usual prefixes, without namespace declarations."""
    prefixes = {
        "http://www.w3.org/2001/XMLSchema-instance": "xsi",
        "http://schemas.dmtf.org/wbem/wscim/1/common": "cim",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing": "a",
        WSMAN: "w",
        ENUMERATION: "n",
        TRANSFER: "x",
        "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault": "f",
    }

    def name(tag: str) -> str:
        namespace, _, local = tag.rpartition("}")
        uri = namespace[1:]
        return local if not uri else f"{prefixes.get(uri, uri.rpartition('/')[2])}:{local}"

    def text(value: object) -> str:
        return name(value.text) if isinstance(value, ET.QName) else str(value)

    def show(node: ET.Element) -> str:
        attributes = "".join(f' {name(key)}="{text(value)}"' for key, value in node.attrib.items())
        content = (node.text or "") + "".join(show(child) for child in node)
        return f"<{name(node.tag)}{attributes}>{content}</{name(node.tag)}>" if content else f"<{name(node.tag)}{attributes}/>"

    return show(element)
