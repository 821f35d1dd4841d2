"""When the next writer is used, and what is proved without an answer."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlets_writer import CmdletFailed
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.steps import shows, untouched
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import (
    Change,
    CimWriter,
    Create,
    Delete,
    Incapable,
    Password,
    Refused,
    SiteWriter,
    Step,
    incapable,
    site_writer,
    writer_result,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    CimError,
    RequestInfo,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.site.model.test_writer import ALL, CHANGED, GONE, NEW, SERVER, Site
from tests.unit.site.support import scp_row, task

REQUEST = RequestInfo("Put", "root/sms/site_CAS", "SMS_SCI_SysResUse")
ACCOUNT = accounts.new_account("CAS", r"CORP\one")


def fault(kind: FaultKind = FaultKind.OTHER, hresult: int | None = None, **more: Any) -> CimFault:
    return CimFault(kind, REQUEST, hresult=hresult, reason="no", **more)


class Other:
    """A second writer: writes into the same site, unless it has an error to raise."""

    name = "cmdlets"
    keeps_keys = False

    def __init__(self, site: Site, error: Exception | None = None, effect: bool = True, key: str = "") -> None:
        self.site = site
        self.error = error
        self.effect = effect
        self.key = key
        self.sent: list[Step] = []

    def prepared(self, step: Step) -> Step:
        return step

    def settings(self, _step: Step) -> frozenset[str] | None:
        return frozenset({rows.MODE_PROPERTY})

    def proves(self, step: Step) -> bool:
        return not (isinstance(step, Change) and step.password is not None)

    def send(self, step: Step) -> None:
        self.sent.append(step)
        if self.effect and isinstance(step, Delete):
            del self.site.rows[step.row["ItemName"]]
        elif self.effect:
            name = self.key or str(step.row["ItemName"])
            self.site.rows[name] = step.row.with_values({"ItemName": name})
        if self.error:
            raise self.error


def both(site: Site, other: Other, told: list[tuple[str, str]] | None = None) -> SiteWriter:
    session = cast(CimSession, site)
    seen = [] if told is None else told
    return SiteWriter(
        session, "cas01.corp.example", [CimWriter(session), other], told=lambda name, why: seen.append((name, why)), why="first"
    )


INCAPABLE = [
    fault(FaultKind.NOT_SUPPORTED, 0x8004100C),
    fault(FaultKind.NOT_SUPPORTED, 0x80041024),
    fault(FaultKind.NOT_SUPPORTED),
    fault(hresult=0x80338102),
    fault(outer_code=0x80338102),
    fault(FaultKind.INVALID_PARAMETER, 0x8004102D),
]
CAPABLE = [
    fault(hresult=0x80041001),
    fault(hresult=0x80041001, outer_code=0x80338102),
    fault(hresult=0x80338102, provider_code=1078462208),
    fault(FaultKind.INVALID_PARAMETER, 0x80041008),
    fault(FaultKind.TIMED_OUT, 0x80338029),
    fault(FaultKind.QUOTA, 0x803381A6),
    fault(FaultKind.NOT_FOUND, 0x80041002),
    fault(FaultKind.ALREADY_EXISTS, 0x80041019),
    fault(FaultKind.INVALID_CLASS, 0x80041010),
    fault(),
]


@pytest.mark.parametrize("error", INCAPABLE)
def test_a_fault_about_the_provider_s_abilities(error: CimFault) -> None:
    assert incapable(error)


@pytest.mark.parametrize("error", [*CAPABLE, fault(FaultKind.ACCESS_DENIED, 0x80041003)])
def test_a_fault_about_anything_else(error: CimFault) -> None:
    assert not incapable(error)


@pytest.mark.parametrize(("step", "present"), ALL)
@pytest.mark.parametrize("error", INCAPABLE)
def test_the_next_writer_is_used_when_the_provider_is_not_able_to(
    step: Step, present: tuple[CimInstance, ...], error: CimFault
) -> None:
    site = Site(*present, before=error)
    other, told = Other(site), list[tuple[str, str]]()
    written = both(site, other, told).write(step)
    assert shows(step, written)
    assert len(other.sent) == 1
    ((name, why),) = told
    assert name == "cmdlets"
    assert "cas01.corp.example does not support the" in why
    assert "and nothing was written" in why


@pytest.mark.parametrize(("step", "present"), ALL)
@pytest.mark.parametrize("error", [*CAPABLE, fault(FaultKind.ACCESS_DENIED), TransportTimeout("late"), Unreachable("refused")])
def test_nothing_else_leads_to_the_next_writer(step: Step, present: tuple[CimInstance, ...], error: Exception) -> None:
    site = Site(*present, before=error)
    other = Other(site)
    with pytest.raises((TaskFailure, CimError)):
        both(site, other).write(step)
    assert other.sent == []


@pytest.mark.parametrize(("step", "present"), ALL)
def test_a_write_that_had_its_effect_is_not_written_again(step: Step, present: tuple[CimInstance, ...]) -> None:
    site = Site(*present, after=INCAPABLE[0])
    other, told = Other(site), list[tuple[str, str]]()
    assert shows(step, both(site, other, told).write(step))
    assert (other.sent, told) == ([], [("cim", "first")])


def test_half_an_effect_is_neither_proved_nor_written_again() -> None:
    class Half(Site):
        def put(self, row: CimInstance) -> None:
            self.rows[row["ItemName"]] = rows.with_settings(scp_row(SERVER), {"Odd": Setting(1)})
            raise INCAPABLE[0]

    site = Half(scp_row(SERVER))
    other = Other(site)
    with pytest.raises(Refused, match="refused the change"):
        both(site, other).write(CHANGED)
    assert other.sent == []


def test_without_a_next_writer_the_message_names_it() -> None:
    site = Site(before=INCAPABLE[0])
    with pytest.raises(Incapable, match=r"writer: cmdlets.*service_connection_point_writer"):
        SiteWriter(cast(CimSession, site), "h", [CimWriter(cast(CimSession, site))]).write(NEW)


def test_the_failure_of_the_next_writer_also_says_why_it_was_used() -> None:
    site = Site(before=INCAPABLE[0])
    with pytest.raises(
        TaskFailure, match=r"does not support the creation .* So the cmdlets were to write it\. No console\."
    ) as failure:
        both(site, Other(site, TaskFailure("No console."), effect=False)).write(NEW)
    assert str(failure.value) == failure.value.message


def test_an_error_of_a_cmdlet_after_its_effect_is_no_failure() -> None:
    site = Site(before=INCAPABLE[0])
    assert both(site, Other(site, CmdletFailed("the cmdlet failed"))).write(NEW) is not None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CmdletFailed("X failed"), r"refused the creation of .* X failed\. Check smsprov\.log"),
        (CmdletFailed("no answer", answered=False), r"had its effect is not certain\. no answer\..*may still have been running"),
        (CmdletFailed("denied", denied=True), "security role that may modify the site"),
    ],
)
def test_an_error_of_a_cmdlet_without_effect(error: CmdletFailed, said: str) -> None:
    site = Site(before=INCAPABLE[0])
    with pytest.raises(TaskFailure, match=said):
        both(site, Other(site, error, effect=False)).write(NEW)


def test_a_row_of_a_cmdlet_is_found_under_other_keys() -> None:
    site = Site(before=INCAPABLE[0])
    written = both(site, Other(site, key="keys that the product chose")).write(NEW)
    assert written is not None
    assert written["ItemName"] == "keys that the product chose"


def test_a_row_of_a_cmdlet_needs_only_what_the_cmdlet_can_set() -> None:
    planned = Create("x", rows.with_settings(scp_row(SERVER), {"Server Remote Name": Setting(0, SERVER)}))
    assert not shows(planned, scp_row(SERVER))
    assert shows(planned, scp_row(SERVER), frozenset({rows.MODE_PROPERTY}))
    assert not shows(planned, scp_row(SERVER, mode=1), frozenset({rows.MODE_PROPERTY}))
    no_mode = scp_row(SERVER).with_values({"Props": []})
    assert not shows(planned, no_mode, frozenset({rows.MODE_PROPERTY}))


def test_texts_of_a_cmdlet_have_the_site_s_letter_case_and_may_be_missing_when_empty() -> None:
    planned = Create("x", rows.with_settings(scp_row(SERVER), {"UserName": Setting(0, "", r"corp\ONE"), "Empty": Setting()}))
    found = rows.with_settings(scp_row(SERVER), {"UserName": Setting(0, "", r"CORP\one")})
    assert shows(planned, found, frozenset({"UserName", "Empty"}))
    assert not shows(planned, scp_row(SERVER), frozenset({"UserName"}))


@pytest.mark.parametrize(
    ("step", "present", "nothing"),
    [
        (NEW, None, True),
        (NEW, NEW.row, False),
        (GONE, GONE.row, True),
        (GONE, None, False),
        (CHANGED, CHANGED.before, True),
        (CHANGED, CHANGED.row, False),
        (CHANGED, None, False),
    ],
)
def test_whether_nothing_was_written(step: Step, present: CimInstance | None, nothing: bool) -> None:
    assert untouched(step, present) is nothing


# Passwords


def password(encrypted: str | Exception) -> Password:
    def encrypt() -> str:
        if isinstance(encrypted, Exception):
            raise encrypted
        return encrypted

    return Password("clear", encrypt, accounts.PASSWORD_COLUMN)


def test_cim_writes_the_encrypted_password_only() -> None:
    site = Site()
    written = both(site, Other(site)).write(Create("the account", ACCOUNT, password("encrypted")))
    assert written is not None
    assert written["Reserved2"] == "encrypted"
    assert "clear" not in str(written.as_data())


def test_a_provider_that_cannot_encrypt_leads_to_the_cmdlet_which_gets_the_password() -> None:
    site = Site()
    other = Other(site)
    both(site, other).write(Create("the account", ACCOUNT, password(INCAPABLE[5])))
    (step,) = other.sent
    assert isinstance(step, Create)
    assert step.password is not None
    assert step.password.text == "clear"
    with pytest.raises(CimFault):
        both(site, other).write(Create("the account", ACCOUNT, password(CAPABLE[0])))


def test_a_new_password_is_never_proved_by_reading() -> None:
    step = Change("the account", ACCOUNT, ACCOUNT, password=password("new"))
    site = Site(ACCOUNT)
    session = cast(CimSession, site)
    lost = Other(site, CmdletFailed("no answer", answered=False))
    with pytest.raises(TaskFailure, match="not certain"):
        SiteWriter(session, "h", [lost]).write(step)
    noted: list[str] = []
    SiteWriter(session, "h", [Other(site)], noted.append).write(step)
    assert noted == ["the change of the account"]
    with pytest.raises(TransportTimeout):
        SiteWriter(session, "h", [CimWriter(cast(CimSession, Site(ACCOUNT, before=TransportTimeout("late"))))]).write(step)


# The writers of a task


@pytest.mark.parametrize(
    ("option", "before", "names"),
    [
        ("auto", [], ["cim", "cmdlets"]),
        (None, [], ["cim", "cmdlets"]),
        ("auto", [("cim", "x")], ["cim", "cmdlets"]),
        ("auto", [("cmdlets", "x")], ["cmdlets"]),
        ("cim", [("cmdlets", "x")], ["cim"]),
        ("cmdlets", [], ["cmdlets"]),
    ],
)
def test_the_writers_of_a_task(option: str | None, before: list[tuple[str, str]], names: list[str]) -> None:
    made, _clock = task(params={"writer": option}, written_with=before)
    assert [writer.name for writer in site_writer(made)._writers] == names


def test_the_result_has_the_last_writer() -> None:
    made, _clock = task()
    assert writer_result(made) == {"writer": None, "writer_reason": None}
    made.written_with.extend([("cim", "a"), ("cmdlets", "b")])
    assert writer_result(made) == {"writer": "cmdlets", "writer_reason": "b"}
