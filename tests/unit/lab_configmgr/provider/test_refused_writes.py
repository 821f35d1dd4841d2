"""SMS Providers that refuse writes over WS-Management, by the estate file or by an injected fault."""

from __future__ import annotations

import pytest

from lab.cim.errors import CimError, Wbem
from lab.cim.provider import Call
from lab.configmgr import names
from lab.estate_file.reader import parse
from lab.winrm.message import Caller
from tests.unit.lab_configmgr.conftest import ESTATE, Site, SmallEstate

CAS = "{code: CAS, name: Central, type: cas, server: cas01"
CODES = {"not_supported": Wbem.NOT_SUPPORTED, "not_capable": Wbem.PROVIDER_NOT_CAPABLE, "fault_after": Wbem.FAILED}


def refusing(**answers: str) -> SmallEstate:
    given = ", ".join(f"{operation}: {answer}" for operation, answer in answers.items())
    return SmallEstate(parse(ESTATE.replace(CAS, f"{CAS}, cim_writes: {{{given}}}"), "refusing estate"))


def create(estate: SmallEstate, over_wsman: bool = True) -> None:
    site = Site(estate, "cas01", "CAS")
    nal = names.nal_path("scp01.corp.example", "CAS")
    made = site.new("SMS_SCI_SysResUse", SiteCode="CAS", NALPath=nal, NALType=names.NAL_TYPE, RoleName=names.SITE_SYSTEM)
    call = Call(Caller("admin", "CORP"), site.namespace, over_wsman=over_wsman)
    site.repository.provider(site.namespace, made.cls).create(call, made)


def exists(estate: SmallEstate) -> bool:
    return bool(estate.one.state.control.roles(names.SITE_SYSTEM, "scp01.corp.example"))


def change(estate: SmallEstate) -> None:
    site = Site(estate, "cas01", "CAS")
    (level,) = [row for row in site.all("SMS_SCI_SCProperty") if row["PropertyName"] == "TelemetryLevel"]
    level["Value"] = 3
    site.put(level)


def level(estate: SmallEstate) -> object:
    (row,) = [
        row for row in estate.one.state.control.of_class("SMS_SCI_SCProperty") if row.text("PropertyName") == "TelemetryLevel"
    ]
    return row.values["Value"]


@pytest.mark.parametrize("answer", ["not_supported", "not_capable", "fault_after"])
def test_create(answer: str) -> None:
    estate = refusing(create=answer)
    with pytest.raises(CimError) as raised:
        create(estate)
    assert raised.value.code == CODES[answer]
    assert exists(estate) == (answer == "fault_after")
    change(estate)
    assert level(estate) == 3


@pytest.mark.parametrize("answer", ["not_supported", "not_capable", "fault_after"])
def test_put(answer: str) -> None:
    estate = refusing(put=answer)
    with pytest.raises(CimError) as raised:
        change(estate)
    assert raised.value.code == CODES[answer]
    assert level(estate) == (3 if answer == "fault_after" else 2)
    create(estate)
    assert exists(estate)


@pytest.mark.parametrize("answer", ["not_supported", "not_capable", "fault_after"])
def test_delete(answer: str) -> None:
    estate = refusing(delete=answer)
    row = estate.install("scp01")
    site = Site(estate, "cas01", "CAS")
    (found,) = [item for item in site.all("SMS_SCI_SysResUse") if item["ItemName"] == row.item_name]
    with pytest.raises(CimError) as raised:
        site.delete(found)
    assert raised.value.code == CODES[answer]
    assert (estate.one.state.control.find(row.key) is None) == (answer == "fault_after")


def test_the_cmdlets_do_not_use_ws_management() -> None:
    estate = refusing(create="not_supported")
    create(estate, over_wsman=False)
    assert exists(estate)


def test_methods_and_reads_still_work() -> None:
    site = Site(refusing(create="not_supported", put="not_supported"), "cas01", "CAS")
    assert site.invoke("SMS_Site", "EncryptDataEx", Data="x", SiteCode="CAS")["ReturnValue"] == 0
    assert site.all("SMS_SCI_SysResUse")


def test_an_injected_refusal_is_for_one_operation_and_class(estate: SmallEstate) -> None:
    estate.faults.order(
        "write_refused", site="CAS", operation="create", class_name="SMS_SCI_SysResUse", answer="not_capable", count=1
    )
    change(estate)
    with pytest.raises(CimError) as raised:
        create(estate)
    assert raised.value.code == Wbem.PROVIDER_NOT_CAPABLE
    assert not exists(estate)
    create(estate)
    assert exists(estate)


def test_an_injected_refusal_of_everything(estate: SmallEstate) -> None:
    estate.faults.order("write_refused")
    for write in (create, change):
        with pytest.raises(CimError) as raised:
            write(estate)
        assert raised.value.code == Wbem.NOT_SUPPORTED
    create(estate, over_wsman=False)
    assert exists(estate)
