"""Injected faults with an unmodified client."""

from __future__ import annotations

import struct
import time
from typing import Any

import pytest
import requests
import spnego.exceptions
import winrm.exceptions
import xmltodict  # type: ignore[import-untyped]
from winrm.protocol import Protocol

from lab.winrm import faults
from lab.winrm.injection import Cut, Delay, Drop, Pass, Refuse, Replace, Status
from lab.winrm.names import WMI_RESOURCE

SYSTEM = f"{WMI_RESOURCE}root/cimv2/Win32_OperatingSystem"


@pytest.fixture
def client(server: Any) -> Protocol:
    protocol = Protocol(server.http.url, "ntlm", "CORP\\scpadmin", "Pa:ss wörd 1", proxy=None, ca_trust_path=None)
    protocol.send_message(message(protocol))
    server.effects.clear()
    return protocol


def message(protocol: Protocol) -> str:
    envelope = {"env:Envelope": protocol.build_wsman_header("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", SYSTEM)}
    envelope["env:Envelope"]["env:Body"] = {}
    return str(xmltodict.unparse(envelope))


@pytest.mark.parametrize(("moment", "effects"), [("before_next", 0), ("after_next", 1)])
def test_a_dropped_connection(server: Any, client: Protocol, moment: str, effects: int) -> None:
    setattr(server.orders, moment, Drop())
    with pytest.raises(requests.exceptions.ConnectionError):
        client.send_message(message(client))
    assert len(server.effects) == effects
    assert server.service.log.records()[-1].http_status == 0
    # The keys of the old connection are not valid on a new one.
    with pytest.raises(winrm.exceptions.WinRMTransportError) as refused:
        client.send_message(message(client))
    assert (refused.value.code, refused.value.response_text) == (400, "")
    client.transport.close_session()
    assert b"Caption" in client.send_message(message(client))


@pytest.mark.parametrize(("moment", "effects"), [("before_next", 0), ("after_next", 1)])
def test_a_bare_status(server: Any, client: Protocol, moment: str, effects: int) -> None:
    setattr(server.orders, moment, Status(503))
    with pytest.raises(winrm.exceptions.WinRMTransportError) as refused:
        client.send_message(message(client))
    assert (refused.value.code, refused.value.response_text) == (503, "")
    assert len(server.effects) == effects
    assert b"Caption" in client.send_message(message(client))


def test_an_ordered_401_carries_the_list(server: Any) -> None:
    server.orders.kind = "handshake"
    server.orders.before_next = Status(401)
    reply = requests.post(server.http.url, data=b"", timeout=5)
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, "Negotiate")


def test_replaced_bytes_arrive_sealed(server: Any, client: Protocol) -> None:
    server.orders.after_next = Replace(b"this is no XML")
    assert client.send_message(message(client)) == b"this is no XML"
    assert len(server.effects) == 1


def test_a_sealed_answer_that_is_cut_can_not_be_unsealed(server: Any, client: Protocol) -> None:
    server.orders.after_next = Cut()
    with pytest.raises((winrm.exceptions.WinRMError, spnego.exceptions.SpnegoError, IndexError, struct.error, OSError)):
        client.send_message(message(client))
    assert len(server.effects) == 1
    client.transport.close_session()
    assert b"Caption" in client.send_message(message(client))


def test_an_ordered_fault_arrives_sealed_and_answers_its_request(server: Any, client: Protocol) -> None:
    server.orders.before_next = Refuse(faults.access_denied("SCP01"))
    with pytest.raises(winrm.exceptions.WSManFaultError) as refused:
        client.send_message(message(client))
    assert refused.value.wsman_fault_code == 5
    assert len(server.effects) == 0


def test_a_delay(server: Any, client: Protocol) -> None:
    server.orders.before_next = Delay(0.3)
    server.orders.after_next = Delay(0.2, Replace(b"late"))
    began = time.monotonic()
    assert client.send_message(message(client)) == b"late"
    assert time.monotonic() - began >= 0.5
    assert Delay(0.3).then == Pass()


def test_closing_the_service_cuts_a_delay_short(server: Any, client: Protocol) -> None:
    server.orders.before_next = Delay(60)
    server.service.close()
    began = time.monotonic()
    client.send_message(message(client))
    assert time.monotonic() - began < 5
