"""A removal whose answer was lost: a fault "not found" does not prove it, a query that was answered to its end does."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, TransportError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Send
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import WinrmSettings
from lab.running.estate import Estate
from tests.lab.action.between import Between, Message, between
from tests.lab.modules.conftest import Play

MODULE = "service_connection_point"
SCP01 = "scp01.corp.example"
ROLE = "SMS_SCI_SysResUse"


@dataclass
class Orders(Play):
    """Injects faults from the removal on: the answer to it is lost, then orders of (kind, action) in turn."""

    lost: str = ""
    then: list[tuple[str, str]] = field(default_factory=list)

    def wrapped(self, send: Send) -> Send:
        def with_orders(envelope: bytes) -> bytes:
            if self.lost and b"transfer/Delete<" in envelope:
                self.estate.faults.order(self.lost, machine="cas01", action="transfer/Delete")
                for kind, action in self.then:
                    self.estate.faults.order(kind, machine="cas01", action=action)
                self.lost = ""
            return send(envelope)

        return with_orders


@pytest.fixture
def placed(estate: Estate) -> Orders:
    play = Orders(estate)
    play.run("site_system", server=SCP01)
    play.run(MODULE, server=SCP01)
    return play


def since_the_removal(play: Play) -> list[str]:
    actions = [record.action.rpartition("/")[2] for record in play.estate.request_log.records() if record.kind == "cim"]
    return actions[actions.index("Delete") :]


def holders(play: Play) -> list[str]:
    return [row.server for row in play.estate.hierarchy("one").state.control.roles("SMS Dmp Connector")]


def test_a_removal_is_not_proved_by_a_fault(placed: Orders) -> None:
    placed.lost, placed.then = "drop_before", [("provider_not_found", "transfer/Get")]
    message = placed.refused(MODULE, server=SCP01, state="absent")
    assert f"contradicts itself about the service connection point on {SCP01}" in message
    assert "Whether the removal had its effect is not certain." in message
    assert since_the_removal(placed) == ["Delete", "Get", "Enumerate"]
    assert (placed.done, holders(placed)) == ([], [SCP01])
    assert placed.run(MODULE, server=SCP01, state="absent")["changed"] is True
    assert holders(placed) == []


def test_a_removal_is_not_proved_by_a_query_that_failed(placed: Orders) -> None:
    placed.lost, placed.then = "drop_before", [("provider_not_found", "transfer/Get"), ("provider_not_found", "Enumerate")]
    with pytest.raises(TransportError, match=rf"Whether the removal of .* on {SCP01} had its effect could not be read"):
        placed.run(MODULE, server=SCP01, state="absent")
    assert since_the_removal(placed) == ["Delete", "Get", "Enumerate"]
    assert (placed.done, holders(placed)) == ([], [SCP01])


def test_a_removal_whose_answer_was_lost_is_proved_by_a_query(placed: Orders) -> None:
    placed.lost = "drop_after"
    assert placed.run(MODULE, server=SCP01, state="absent", wait=False)["changed"] is True
    assert since_the_removal(placed) == ["Delete", "Get", "Enumerate"]
    assert holders(placed) == []


def test_a_confirmed_removal_is_proved_by_one_request(placed: Orders) -> None:
    assert placed.run(MODULE, server=SCP01, state="absent", wait=False)["changed"] is True
    assert since_the_removal(placed) == ["Delete", "Enumerate"]
    assert holders(placed) == []


def without_message_id(envelope: bytes) -> bytes:
    return re.sub(rb"<(\w+:MessageID)>.*?</\1>", b"", envelope)


@pytest.mark.parametrize(
    ("spoil", "said"), [(lambda envelope: envelope[:-20], "cannot be read"), (without_message_id, "MessageID is missing")]
)
def test_a_request_that_the_server_cannot_read_ends_with_its_sentence(
    estate: Estate, spoil: Callable[[bytes], bytes], said: str
) -> None:
    class Spoiling(Play):
        def wrapped(self, send: Send) -> Send:
            return lambda envelope: send(spoil(envelope))

    with pytest.raises(AnswerError, match=rf"reports that it did not read the request\..*The fault says: .*{said}") as caught:
        Spoiling(estate).run("cim", query="select * from Win32_OperatingSystem")
    assert caught.value.after_send


@dataclass
class Misled(Play):
    """From the removal on, nothing reaches the site, and every encrypted request is answered in clear: not found."""

    middle: Between | None = None
    begun: threading.Event = field(default_factory=threading.Event)

    def patient(self, settings: WinrmSettings) -> WinrmSettings:
        if self.middle is None:
            return settings
        endpoint = f"http://{self.middle.address}:{self.middle.port}/wsman"
        return replace(settings, target=replace(settings.target, endpoint=endpoint))

    def wrapped(self, send: Send) -> Send:
        def noticing(envelope: bytes) -> bytes:
            if b"transfer/Delete<" in envelope:
                self.begun.set()
            return send(envelope)

        return noticing

    def swallow(self, request: Message) -> bytes | None:
        return IN_CLEAR if request.encrypted and self.begun.is_set() else None


IN_CLEAR_BODY = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>'
    b'<s:Value xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">w:InvalidSelectors</s:Value></s:Subcode></s:Code>'
    b'<s:Detail><f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2147749890"/></s:Detail>'
    b"</s:Fault></s:Body></s:Envelope>"
)
IN_CLEAR = (
    b"HTTP/1.1 500 X\r\nContent-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: %d\r\n\r\n" % len(IN_CLEAR_BODY)
    + IN_CLEAR_BODY
)


def test_a_removal_is_not_proved_by_an_answer_in_clear(placed: Orders) -> None:
    play = Misled(placed.estate)
    machine = placed.estate.machine("cas01")
    with between((str(machine.address), placed.estate.description.http_port), swallow=play.swallow) as play.middle:
        with pytest.raises(TransportError, match="is not encrypted, although encryption was agreed") as caught:
            play.run(MODULE, server=SCP01, state="absent")
        assert caught.value.after_send
    assert (play.done, holders(placed)) == ([], [SCP01])
