from __future__ import annotations

import threading

import pytest

from lab.cim.errors import CimError
from lab.cim.repository import Repository
from lab.cim.service import CimService
from lab.winrm.message import Caller, Request, SoapFault
from lab.winrm.names import ADDRESSING, WSMAN
from tests.unit.lab_cim.kit import ALICE, Lab, enumerate_body, wql_filter, written, xml

ONE = {"Name": "One"}


def test_access_is_asked_for_every_operation() -> None:
    for style in ("A", "B"):
        lab = Lab(style)
        lab.allowed = False
        for action, name, body in (
            ("Get", "T_Thing", ()),
            ("Put", "T_Thing", (xml("<p:T_Thing/>"),)),
            ("Create", "T_Thing", (xml("<p:T_Thing/>"),)),
            ("Delete", "T_Thing", ()),
            ("Enumerate", "*", (enumerate_body(wql_filter("select * from T_Many")),)),
            ("Touch", "T_Thing", (xml("<p:Touch_INPUT/>"),)),
        ):
            fault = lab.refused(action, name, *body, selectors=ONE if name != "*" else None)
            assert fault.subcode == (WSMAN, "InternalError")
            assert "2150859012" in written(fault.detail[0])
        assert set(lab.asked) == {("CORP\\alice", "root/Test")}
        assert len(lab.asked) == 6


def test_style_chooses_the_form_of_faults() -> None:
    for style, tag in (("A", "WSManFault"), ("B", "MSFT_WmiError")):
        fault = Lab(style).refused("Get", "T_Thing", selectors={"Name": "nobody"})
        assert fault.subcode == (ADDRESSING, "DestinationUnreachable")
        assert fault.detail[-1].tag.endswith(f"}}{tag}")


def test_the_extended_status_names_the_operation() -> None:
    fault = Lab("A").refused("Get", "T_Thing", selectors={"Name": "nobody"})
    assert "<__ExtendedStatus:Operation>GetObject</__ExtendedStatus:Operation>" in written(fault.detail[-1])


def test_another_resource_uri_is_not_found() -> None:
    lab = Lab()
    request = Request("http://x/Get", "http://example.org/thing", "uuid:1", ALICE, xml("<p:Body/>"))
    with pytest.raises(SoapFault) as caught:
        lab.service(request)
    assert caught.value.subcode == (ADDRESSING, "DestinationUnreachable")


def test_the_lock_is_held_during_an_operation() -> None:
    lab = Lab()
    echo = lab.with_echo()
    seen: list[bool] = []

    def look() -> None:
        got = lab.lock.acquire(blocking=False)
        seen.append(got)
        if got:
            lab.lock.release()

    def restrict() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    echo.on_restrict = restrict
    lab.query("select Name from T_Thing")
    assert seen == [False]


def test_style_is_checked() -> None:
    with pytest.raises(ValueError, match="style must be A or B"):
        CimService(Repository(), threading.RLock(), "m", Lab().may_use, "C")  # type: ignore[arg-type]


def test_errors_of_the_lab_pass_through() -> None:
    lab = Lab()
    echo = lab.with_echo()

    def broken() -> None:
        raise ZeroDivisionError

    echo.on_restrict = broken
    with pytest.raises(ZeroDivisionError):
        lab.query("select Name from T_Thing")


def test_removed_namespace_is_gone() -> None:
    lab = Lab()
    lab.repository.remove_namespace("root/test")
    assert lab.refused("Get", "T_Thing", selectors=ONE).subcode[1] == "DestinationUnreachable"
    with pytest.raises(CimError):
        lab.repository.find_class("root/test", "T_Thing")


def test_caller_is_known_to_the_provider() -> None:
    lab = Lab()
    echo = lab.with_echo()
    lab.ask("Touch", "T_Thing", xml("<p:Touch_INPUT/>"), selectors=ONE, caller=Caller("bob"))
    assert echo.calls[0][3].caller == Caller("bob")
