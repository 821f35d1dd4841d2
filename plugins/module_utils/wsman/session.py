# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CIM operations on one host over one ``send(bytes) -> bytes``.

Nothing is repeated here and nothing is kept between calls: the caller knows which operation may run twice, and
``after_send`` of every error says whether this operation may have had its effect.
"""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import names, values, wishes, wql
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import child
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.envelope import Options
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.exchange import EnumerateRequest, Exchange, Send
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import (
    CimInstance,
    CimPath,
    Value,
    checked,
    normal_namespace,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.memory import kept
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass

__all__ = ["CimSession", "Connected", "Send"]

Connected = tuple[Send, Callable[[], None]]
"""``send`` of a further connection, and what logs on there before the first request."""


class CimSession:
    """CIM operations on one host. All of them raise what ``Exchange.call`` raises: CimFault, AnswerError, TransportError,
    and ValueError for a request that cannot be sent.

    Namespaces may have slashes or backslashes. ``keys`` are values by key name and are sent as literal Selectors.
    ``options`` become values of the provider's context object (``wmi:NAME``); the provider silently ignores unknown names.

    :param send: see ``exchange.Send``.
    :param operation_timeout_seconds: the server's limit for one operation; Windows allows at most 60 by default.
    :param max_envelope_bytes: the largest answer that is requested; Windows silently uses its own limit if that is smaller.
    :param connect: makes a further connection to the same host, for reads that overlap (``overlap.py``): its ``send``, and what
        logs on before the first request. None when there can be none.
    :param log_on: logs on, where this is possible without a request.
    """

    def __init__(
        self,
        send: Send,
        *,
        operation_timeout_seconds: float = 30.0,
        max_envelope_bytes: int = 4 * 1024 * 1024,
        connect: Callable[[], Connected | None] = lambda: None,
        log_on: Callable[[], None] = lambda: None,
    ) -> None:
        self._exchange = Exchange(
            send, operation_timeout_seconds=operation_timeout_seconds, max_envelope_bytes=max_envelope_bytes
        )
        self.ready = threading.Event()
        """Set when the connection has logged on: by who made it, or after the first of several reads."""
        self._connect = connect
        self.log_on = log_on
        self._operation_timeout_seconds = operation_timeout_seconds
        self._max_envelope_bytes = max_envelope_bytes
        self._further: list[CimSession] = []

    @property
    def exchange(self) -> Exchange:
        """The session's requests and answers, for other operations than CIM (remote shells)."""
        return self._exchange

    @property
    def requests(self) -> int:
        """Number of envelopes sent so far, including failed ones and those of further connections."""
        return self._exchange.requests + sum(session.requests for session in self._further)

    @property
    def received_bytes(self) -> int:
        """Bytes of all answers so far, as ``send`` returned them; those of further connections too."""
        return self._exchange.received_bytes + sum(session.received_bytes for session in self._further)

    @property
    def open_further(self) -> int:
        """How many further connections there are."""
        return len(self._further)

    def further(self, number: int) -> CimSession | None:
        """The further connection of this number, from 0; it is made when it is used first. None when there can be no more.

        It is for reads that overlap with those of this session, and stays until the task ends.
        """
        if number == len(self._further):
            made = self._connect()
            if made is None:
                return None
            further = CimSession(
                made[0],
                log_on=made[1],
                operation_timeout_seconds=self._operation_timeout_seconds,
                max_envelope_bytes=self._max_envelope_bytes,
            )
            self._further.append(further)
        return self._further[number] if number < len(self._further) else None

    def identify(self) -> dict[str, str]:
        """What the WinRM service reports about itself: ProtocolVersion, ProductVendor, ProductVersion."""
        response = child(self._exchange.identify(), "IdentifyResponse")
        if response is None:
            raise AnswerError("the answer is not an IdentifyResponse", request=RequestInfo("Identify"))
        return {names.local(element.tag): (element.text or "").strip() for element in response}

    def get(
        self, namespace: str, cls: CimClass, keys: Mapping[str, Any] | None = None, *, options: Options | None = None
    ) -> CimInstance:
        """One instance with all its properties, including lazy ones; without ``keys`` the singleton.

        A missing instance is a CimFault of kind NOT_FOUND.
        """
        namespace, keys = normal_namespace(namespace), wishes.complete_keys(cls, keys)
        info = wishes.describe("Get", namespace, cls.name, keys)
        body = self._exchange.call(names.GET, names.class_uri(namespace, cls.name), None, info, selectors=keys, options=options)
        return values.decode_instance(_only(body, info), namespace, cls)

    def query(
        self, namespace: str, cls: CimClass, query: str, *, options: Options | None = None, users_query: bool = False
    ) -> list[CimInstance]:
        """All rows of a WQL query. ``cls`` is the schema of the rows. Lazy properties are null; ``get`` reads them.

        ``select a, b`` returns partial instances with only these properties, and keys only if they are named.

        :param users_query: a user wrote it. Windows sends the same fault for a query that is not valid and for a class that does
            not exist; for a query of the collection it means the class.
        """
        with self.rows(namespace, cls, query, options=options, users_query=users_query) as rows:
            return kept(rows, _query_info(normal_namespace(namespace), cls, query))

    def query_data(self, namespace: str, cls: CimClass, query: str, *, users_query: bool = False) -> list[dict[str, Any]]:
        """All rows of a WQL query as plain data, see ``CimInstance.as_data``; this needs a third of the memory of ``query``."""
        with self.rows(namespace, cls, query, users_query=users_query) as rows:
            return kept((row.as_data() for row in rows), _query_info(normal_namespace(namespace), cls, query))

    @contextmanager
    def rows(
        self, namespace: str, cls: CimClass, query: str, *, options: Options | None = None, users_query: bool = False
    ) -> Iterator[Iterator[CimInstance]]:
        """The rows of a WQL query one by one, for callers that may stop early: the enumeration is then released at once."""
        namespace = normal_namespace(namespace)
        projected = wql.projected_class(query)
        request = EnumerateRequest(
            names.class_uri(namespace, "*"),
            _query_info(namespace, cls, query, users_query),
            (names.DIALECT_WQL, query),
            options=options,
        )
        with self._exchange.items(request) as items:
            yield (_row(item, namespace, cls, projected) for item in items)

    def enumerate(self, namespace: str, cls: CimClass, *, options: Options | None = None) -> list[CimInstance]:
        """All instances of the class and of its subclasses, each with its own class name."""
        request = self._class_request(namespace, cls, "", options)
        with self._exchange.items(request) as items:
            return kept((values.decode_instance(item, normal_namespace(namespace), cls) for item in items), request.info)

    def enumerate_data(self, namespace: str, cls: CimClass) -> list[dict[str, Any]]:
        """As ``enumerate``, as plain data, see ``query_data``."""
        namespace = normal_namespace(namespace)
        request = self._class_request(namespace, cls, "", None)
        with self._exchange.items(request) as items:
            return kept((values.decode_instance(item, namespace, cls).as_data() for item in items), request.info)

    def references(self, namespace: str, cls: CimClass, *, options: Options | None = None) -> list[CimPath]:
        """References to all instances of the class and of its subclasses (EnumerationMode EnumerateEPR)."""
        request = self._class_request(namespace, cls, names.ENUMERATE_EPR, options)
        with self._exchange.items(request) as items:
            return kept((_reference(item, request.info) for item in items), request.info)

    def enumerate_with_references(
        self, namespace: str, cls: CimClass, *, options: Options | None = None
    ) -> list[tuple[CimInstance, CimPath]]:
        """All instances of the class, each with a reference to it (EnumerationMode EnumerateObjectAndEPR)."""
        request = self._class_request(namespace, cls, names.ENUMERATE_OBJECT_AND_EPR, options)
        with self._exchange.items(request) as items:
            pairs = (_instance_and_reference(item, normal_namespace(namespace), cls, request.info) for item in items)
            return kept(pairs, request.info)

    def associators(
        self,
        path: CimPath,
        cls: CimClass,
        *,
        association_class: str = "",
        result_class: str = "",
        role: str = "",
        result_role: str = "",
    ) -> list[CimInstance]:
        """Instances that are associated with the one at ``path``; ``cls`` is the schema for reading them."""
        conditions = {
            "AssociationClassName": association_class,
            "Role": role,
            "ResultClassName": result_class,
            "ResultRole": result_role,
        }
        return self._associated("AssociatedInstances", path, cls, conditions)

    def associations(self, path: CimPath, cls: CimClass, *, result_class: str = "", role: str = "") -> list[CimInstance]:
        """The association instances themselves that refer to the one at ``path``."""
        return self._associated("AssociationInstances", path, cls, {"ResultClassName": result_class, "Role": role})

    def put(self, instance: CimInstance, *, options: Options | None = None) -> CimInstance:
        """Write a complete instance back, addressed by the keys that were read; returns it as it is after the write.

        :raises ValueError: a projection, an instance without its keys, or with a changed key.
        """
        if instance.partial:
            raise ValueError(f"this {instance.class_name} is a row of a projection; read the complete instance before writing it")
        changed = instance.changed_keys()
        if changed:
            raise ValueError(
                f"a Put cannot change the key {', '.join(changed)} of {instance.class_name}; create another instance"
            )
        keys = instance.key_values() if instance.cls.keys else {}
        uri = names.class_uri(instance.namespace, instance.class_name)
        info = wishes.describe("Put", instance.namespace, instance.class_name, keys)
        content = values.encode_instance(instance, uri)
        body = self._exchange.call(names.PUT, uri, content, info, selectors=keys, options=options)
        if not len(body):
            # WS-Transfer allows a server to omit the instance when it accepted it unchanged; then it is read.
            return self.get(instance.namespace, replace(instance.cls, name=instance.class_name), keys, options=options)
        return values.decode_instance(body[0], instance.namespace, instance.cls)

    def create(self, instance: CimInstance, *, options: Options | None = None) -> CimPath:
        """Create an instance; returns the reference from the server's answer."""
        if instance.partial:
            raise ValueError(f"this {instance.class_name} is a row of a projection; a new instance needs all its values")
        uri = names.class_uri(instance.namespace, instance.class_name)
        info = wishes.describe("Create", instance.namespace, instance.class_name, {})
        body = self._exchange.call(names.CREATE, uri, values.encode_instance(instance, uri), info, options=options)
        return _reference(_only(body, info), info)

    def delete(self, target: CimInstance | CimPath, *, options: Options | None = None) -> None:
        """Delete the instance that was read (by the keys that it had then), or the one of a reference."""
        keys = target.keys if isinstance(target, CimPath) else target.key_values()
        if not keys:
            raise ValueError(f"a Delete of {target.class_name} needs its keys")
        namespace = normal_namespace(target.namespace)
        info = wishes.describe("Delete", namespace, target.class_name, keys)
        uri = names.class_uri(namespace, target.class_name)
        self._exchange.call(names.DELETE, uri, None, info, selectors=keys, options=options)

    def get_property(self, namespace: str, cls: CimClass, keys: Mapping[str, Any] | None, name: str) -> Any:
        """One property of one instance (fragment Get, [MS-WSMV] 3.1.4.1.18)."""
        namespace, keys, name = normal_namespace(namespace), wishes.complete_keys(cls, keys), wishes.property_name(cls, name)
        info = wishes.describe("Get", namespace, f"{cls.name}.{name}", keys)
        uri = names.class_uri(namespace, cls.name)
        body = self._exchange.call(names.GET, uri, None, info, selectors=keys, fragment=name)
        row = values.decode_instance(_only(body, info), namespace, cls, cls.name, partial=True)
        return row.get(name)

    def put_property(self, namespace: str, cls: CimClass, keys: Mapping[str, Any] | None, name: str, value: Value) -> None:
        """Write one property of one instance (fragment Put, [MS-WSMV] 3.1.4.1.18)."""
        namespace, keys, name = normal_namespace(namespace), wishes.complete_keys(cls, keys), wishes.property_name(cls, name)
        info = wishes.describe("Put", namespace, f"{cls.name}.{name}", keys)
        uri = names.class_uri(namespace, cls.name)
        content = ET.Element(f"{{{names.W}}}XmlFragment")
        values.encode_property(content, uri, name, checked(value, cls.property(name), f"{cls.name}.{name}", namespace))
        self._exchange.call(names.PUT, uri, content, info, selectors=keys, fragment=name)

    def invoke(
        self,
        namespace: str,
        cls: CimClass,
        method: str,
        inputs: Mapping[str, Value] | None = None,
        *,
        keys: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> dict[str, Any]:
        """Call a method; static without ``keys``. A return value other than zero is not a fault: the caller has to judge it.

        :returns: every declared output by its declared name, and others by the server's name; outputs that the answer omitted
            are None, also ``ReturnValue`` (Windows sends an empty answer for some methods that succeeded).
        """
        namespace, keys = normal_namespace(namespace), wishes.complete_keys(cls, keys)
        declared = wishes.find_method(cls, method)
        method = declared.name
        uri = names.class_uri(namespace, cls.name)
        info = wishes.describe("Invoke", namespace, f"{cls.name}.{method}", keys)
        content = wishes.method_input(namespace, cls, declared, inputs or {})
        body = self._exchange.call(f"{uri}/{method}", uri, content, info, selectors=keys, options=options)
        output = child(body, f"{method}_OUTPUT")
        if output is None:
            raise AnswerError(f"the answer contains no {method}_OUTPUT", request=info)
        answered = values.decode_parameters(output, declared, f"{cls.name}.{method}", namespace)
        return {**dict.fromkeys([*declared.outputs, "ReturnValue"]), **answered}

    def _class_request(self, namespace: str, cls: CimClass, mode: str, options: Options | None) -> EnumerateRequest:
        namespace = normal_namespace(namespace)
        return EnumerateRequest(
            names.class_uri(namespace, cls.name), RequestInfo("Enumerate", namespace, cls.name), None, mode, options
        )

    def _associated(self, what: str, path: CimPath, cls: CimClass, conditions: Mapping[str, str]) -> list[CimInstance]:
        namespace = normal_namespace(path.namespace)
        selection = ET.Element(f"{{{names.B}}}{what}")
        values.encode_reference(ET.SubElement(selection, f"{{{names.B}}}Object"), path)
        for name, value in conditions.items():
            if value:
                ET.SubElement(selection, f"{{{names.B}}}{name}").text = value
        request = EnumerateRequest(
            names.class_uri(namespace, "*"),
            wishes.describe(what, namespace, path.class_name, path.keys),
            (names.DIALECT_ASSOCIATIONS, selection),
        )
        with self._exchange.items(request) as items:
            return kept((values.decode_instance(item, namespace, cls) for item in items), request.info)


def _query_info(namespace: str, cls: CimClass, query: str, users_query: bool = False) -> RequestInfo:
    return RequestInfo("Query", namespace, cls.name, query=query, users_query=users_query)


def _row(item: ET.Element, namespace: str, cls: CimClass, projected: str | None) -> CimInstance:
    # A fragment has no class name, so the query's is used.
    fragment = names.local(item.tag).lower() == "xmlfragment"
    return values.decode_instance(
        item, namespace, cls, (projected or cls.name) if fragment else "", fragment or projected is not None
    )


def _only(body: ET.Element, info: RequestInfo) -> ET.Element:
    if not len(body):
        raise AnswerError("the answer is empty where an instance was expected", request=info)
    return body[0]


def _reference(item: ET.Element, info: RequestInfo) -> CimPath:
    # The item is the EndpointReference itself, or an element with its parts.
    try:
        return values.decode_reference(item)
    except ValueError as error:
        raise AnswerError(f"the answer's reference {error}", request=info) from None


def _instance_and_reference(item: ET.Element, namespace: str, cls: CimClass, info: RequestInfo) -> tuple[CimInstance, CimPath]:
    parts = {names.local(part.tag).lower() == "endpointreference": part for part in item}
    if set(parts) != {False, True}:
        raise AnswerError("the answer's item is not an instance with its reference", request=info)
    return values.decode_instance(parts[False], namespace, cls), _reference(parts[True], info)
