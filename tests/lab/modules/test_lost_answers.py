"""A removal whose answer was lost: a fault "not found" does not prove it, a query that was answered to its end does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, TransportError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Send
from lab.running.estate import Estate
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

    with pytest.raises(AnswerError, match=rf"reports that it could not read the request\..*The fault says: .*{said}") as caught:
        Spoiling(estate).run("cim", query="select * from Win32_OperatingSystem")
    assert caught.value.after_send
