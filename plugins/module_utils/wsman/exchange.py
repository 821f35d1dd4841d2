# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One request and its answer, and a complete enumeration page by page. No I/O except through the given ``send``."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import child, parse_answer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.envelope import (
    MIN_ENVELOPE_BYTES,
    Options,
    build_identify,
    build_request,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, CimError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind, fault_in
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import ENUMERATE, PULL, RELEASE, N, W
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.related import check_related

# Takes an envelope and returns the XML of the answer, for HTTP 200 and for HTTP 500 with a SOAP fault; raises ``errors.*``
# for everything else.
Send = Callable[[bytes], bytes]

# A page is what fits into MaxEnvelopeSize; the server limits the number anyway ([MS-WSMV] 2.2.4.10, note 9).
MAX_ELEMENTS = 32000
# Twenty-five times what a site with 20,000 rows needs, fifty to a page.
MAX_PULLS = 10_000
MAX_EMPTY_PULLS = 20
MAX_TOTAL_BYTES = 128 * 1024 * 1024
# What is asked for, however high the user's limit is: a quarter of what answer.py accepts.
LARGEST_ENVELOPE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class EnumerateRequest:
    """What to enumerate: ``filter`` is the dialect and the content (text or an element) of ``w:Filter``."""

    resource_uri: str
    info: RequestInfo
    filter: tuple[str, str | ET.Element] | None = None
    mode: str = ""
    options: Options | None = None


class Exchange:
    """Sends requests of one session and reads their answers.

    :param max_envelope_bytes: the largest answer that the server may send; more than ``LARGEST_ENVELOPE_BYTES`` counts as that.

    :raises ValueError: limits that WS-Management refuses.
    """

    def __init__(self, send: Send, *, operation_timeout_seconds: float, max_envelope_bytes: int) -> None:
        if max_envelope_bytes < MIN_ENVELOPE_BYTES:
            raise ValueError(f"max_envelope_bytes is {max_envelope_bytes}; Windows refuses less than {MIN_ENVELOPE_BYTES}")
        if operation_timeout_seconds <= 0:
            raise ValueError(f"operation_timeout_seconds is {operation_timeout_seconds}; it must be more than zero")
        self._send = send
        self._operation_timeout_seconds = operation_timeout_seconds
        self._max_envelope_bytes = min(max_envelope_bytes, LARGEST_ENVELOPE_BYTES)
        self.requests = 0
        self.received_bytes = 0

    @property
    def operation_timeout_seconds(self) -> float:
        """The limit in requests that have no limit of their own."""
        return self._operation_timeout_seconds

    def call(
        self,
        action: str,
        resource_uri: str,
        content: ET.Element | None,
        info: RequestInfo,
        *,
        selectors: Mapping[str, Any] | None = None,
        options: Options | None = None,
        fragment: str = "",
        headers: Sequence[ET.Element] = (),
        operation_timeout_seconds: float | None = None,
    ) -> ET.Element:
        """The body of the answer.

        :param operation_timeout_seconds: a limit other than the session's, for this one request.
        :raises CimFault: the server refused.
        :raises AnswerError: the answer is not valid, or does not belong to this request (also a fault without RelatesTo).
        :raises TransportError: as ``send`` raised it, with ``request`` set.
        :raises ValueError: something in the request cannot be sent; nothing was sent.
        """
        envelope, message_id = build_request(
            action,
            resource_uri,
            content,
            selectors=selectors,
            options=options,
            fragment=fragment,
            headers=headers,
            operation_timeout_seconds=operation_timeout_seconds or self._operation_timeout_seconds,
            max_envelope_bytes=self._max_envelope_bytes,
        )
        return self._exchange(envelope, message_id, info)

    def identify(self) -> ET.Element:
        """The body of the answer to Identify; errors as ``call``."""
        return self._exchange(build_identify(), "", RequestInfo("Identify"))

    @contextmanager
    def items(self, request: EnumerateRequest) -> Iterator[Iterator[ET.Element]]:
        """The items of an enumeration; if the block is left early, the enumeration is released on the server."""
        pages = self._pages(request)
        try:
            yield pages
        finally:
            pages.close()

    def _exchange(self, envelope: bytes, message_id: str, info: RequestInfo) -> ET.Element:
        self.requests += 1
        try:
            data = self._send(envelope)
            self.received_bytes += len(data)
            answer = parse_answer(data)
            fault = fault_in(answer.body, info)
            check_related(message_id, answer.relates_to, answer.body, fault)
            if fault is not None:
                raise fault
        except CimError as error:
            if error.request is None:
                error.request = info
            raise
        finally:
            # The traceback of a fault has this call and so the answer: without this, both would wait for the search for garbage.
            fault = None
        return answer.body

    def _pages(self, request: EnumerateRequest) -> Generator[ET.Element, None, None]:
        begin = self.received_bytes
        page = _Page(self.call(ENUMERATE, request.resource_uri, _enumerate(request), request.info, options=request.options))
        context = page.context
        ended = page.ended
        if not ended and not context:
            raise AnswerError(
                "the answer has neither an end of the enumeration nor a context to continue it", request=request.info
            )
        empty_pulls = pulls = 0
        try:
            yield from page
            while not ended:
                received = self.received_bytes - begin
                if pulls >= MAX_PULLS or empty_pulls >= MAX_EMPTY_PULLS or received > MAX_TOTAL_BYTES:
                    raise AnswerError(
                        f"the answer does not end: {pulls} pages, {received} bytes; at most "
                        f"{MAX_PULLS} pages, {MAX_EMPTY_PULLS} empty pages in sequence and "
                        f"{MAX_TOTAL_BYTES // (1024 * 1024)} MiB are read; request less data",
                        request=request.info,
                    )
                pulls += 1
                try:
                    page = _Page(self.call(PULL, request.resource_uri, _pull(context), request.info))
                except CimError as error:
                    # A context remains valid only after a time-out ([WS-Enumeration] 3.2); otherwise there is nothing to release.
                    ended = not (isinstance(error, CimFault) and error.kind is FaultKind.TIMED_OUT)
                    raise
                ended = page.ended
                context = page.context or context
                empty_pulls = 0 if page.items else empty_pulls + 1
                yield from page
        finally:
            if not ended:
                self._release(request, context)

    def _release(self, request: EnumerateRequest, context: str) -> None:
        """A cleanup: the server removes an idle context by itself, so a failure here does not matter."""
        content = ET.Element(f"{{{N}}}Release")
        ET.SubElement(content, f"{{{N}}}EnumerationContext").text = context
        with suppress(CimError):
            self.call(RELEASE, request.resource_uri, content, request.info)


class _Page:
    """One EnumerateResponse or PullResponse, its parts found by local name ([T] w: and n: wrappers both occur)."""

    def __init__(self, body: ET.Element) -> None:
        response = next(iter(body), None)
        items = child(response, "Items")
        context = child(response, "EnumerationContext")
        self.items: list[ET.Element] = [] if items is None else list(items)
        self.context = (context.text or "").strip() if context is not None else ""
        self.ended = child(response, "EndOfSequence") is not None

    def __iter__(self) -> Iterator[ET.Element]:
        """The items; each is released as soon as the caller has no use for it, so that a page of them needs memory only once."""
        self.items.reverse()
        while self.items:
            yield self.items.pop()


def _enumerate(request: EnumerateRequest) -> ET.Element:
    content = ET.Element(f"{{{N}}}Enumerate")
    ET.SubElement(content, f"{{{W}}}OptimizeEnumeration")
    ET.SubElement(content, f"{{{W}}}MaxElements").text = str(MAX_ELEMENTS)
    if request.mode:
        ET.SubElement(content, f"{{{W}}}EnumerationMode").text = request.mode
    if request.filter:
        dialect, what = request.filter
        element = ET.SubElement(content, f"{{{W}}}Filter", {"Dialect": dialect})
        if isinstance(what, str):
            element.text = what
        else:
            element.append(what)
    return content


def _pull(context: str) -> ET.Element:
    content = ET.Element(f"{{{N}}}Pull")
    ET.SubElement(content, f"{{{N}}}EnumerationContext").text = context
    # The default would be 1 ([MS-WSMV] 2.2.4.10).
    ET.SubElement(content, f"{{{N}}}MaxElements").text = str(MAX_ELEMENTS)
    return content
