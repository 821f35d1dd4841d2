from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import accounts, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import (
    Change,
    CimWriter,
    Create,
    Delete,
    SiteWriter,
    Step,
    sentence,
    shows,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AnswerError,
    AuthenticationFailed,
    CimError,
    Refused,
    RequestInfo,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.site.fake_site import answered
from tests.unit.site.support import scp_row

SERVER = "scp01.corp.example"
WHAT = f"the service connection point on {SERVER}"
REQUEST = RequestInfo("Create", "root/sms/site_CAS", "SMS_SCI_SysResUse")


class Site:
    """A site's rows by key.

    ``before`` is raised in place of a write, ``after`` after its effect, ``get`` and ``query`` in place of an answer.
    """

    def __init__(
        self,
        *present: CimInstance,
        before: Exception | None = None,
        after: Exception | None = None,
        get: Exception | None = None,
        query: Exception | None = None,
    ) -> None:
        self.rows = {row["ItemName"]: row for row in present}
        self.before = before
        self.after = after
        self.no_get = get
        self.no_query = query
        self.requests: list[str] = []

    def _written(self, verb: str) -> None:
        self.requests.append(verb)
        if self.after:
            raise self.after

    def _begin(self) -> None:
        if self.before:
            raise self.before

    def create(self, row: CimInstance) -> None:
        self._begin()
        self.rows[row["ItemName"]] = row
        self._written("create")

    def put(self, row: CimInstance) -> None:
        self.create(row)

    def delete(self, row: CimInstance) -> None:
        self._begin()
        del self.rows[row["ItemName"]]
        self._written("delete")

    def get(self, namespace: str, cls: object, keys: dict[str, str]) -> CimInstance:
        self.requests.append("get")
        if self.no_get:
            raise self.no_get
        if keys["ItemName"] not in self.rows:
            raise CimFault(FaultKind.NOT_FOUND, REQUEST)
        return self.rows[keys["ItemName"]]

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        self.requests.append("query")
        if self.no_query:
            raise self.no_query
        return answered(query, cls, self.rows.values())


def writer(site: Site, told: Callable[[str], None] = lambda _what: None) -> SiteWriter:
    session = cast(CimSession, site)
    return SiteWriter(session, "cas01.corp.example", [CimWriter(session)], told)


NEW = Create(WHAT, scp_row(SERVER))
CHANGED = Change(WHAT, scp_row(SERVER), rows.with_mode(scp_row(SERVER), "offline"))
GONE = Delete(WHAT, scp_row(SERVER))
ALL = [(NEW, ()), (CHANGED, (scp_row(SERVER),)), (GONE, (scp_row(SERVER),))]


@pytest.mark.parametrize(("step", "present"), ALL)
def test_each_write_is_read_again(step: Step, present: tuple[CimInstance, ...]) -> None:
    site = Site(*present)
    written = writer(site).write(step)
    assert (written is None) is isinstance(step, Delete)
    assert site.requests == {Create: ["create", "get"], Change: ["get", "create", "get"], Delete: ["delete", "query"]}[type(step)]


@pytest.mark.parametrize(("step", "present"), ALL)
@pytest.mark.parametrize(
    "trouble", [TransportTimeout("no answer"), CimFault(FaultKind.OTHER, REQUEST, hresult=0x80041001, reason="no path returned")]
)
def test_a_write_that_had_its_effect_counts_whatever_was_answered(
    step: Step, present: tuple[CimInstance, ...], trouble: Exception
) -> None:
    assert shows(step, writer(Site(*present, after=trouble)).write(step))


@pytest.mark.parametrize(("step", "present"), ALL)
def test_a_lost_write_without_effect_is_raised(step: Step, present: tuple[CimInstance, ...]) -> None:
    with pytest.raises(TransportTimeout):
        writer(Site(*present, before=TransportTimeout("no answer"))).write(step)


MISSING = CimFault(FaultKind.NOT_FOUND, REQUEST, hresult=0x80041002)
LOST = [
    TransportTimeout("no answer"),
    Refused(503, after_send=True),
    AuthenticationFailed("HTTP 401", after_send=True),
    AnswerError("the answer is a fault that does not name its request"),
    CimFault(FaultKind.OTHER, REQUEST, hresult=0x80041001),
    MISSING,
]


@pytest.mark.parametrize("trouble", LOST)
def test_a_removal_whose_answer_was_lost_is_proved_by_a_query(trouble: CimError) -> None:
    told: list[str] = []
    site = Site(GONE.row, after=trouble)
    writer(site, told.append).write(GONE)
    assert site.requests == ["delete", "get", "query"]
    assert told == [f"the removal of {WHAT}"]


@pytest.mark.parametrize("trouble", LOST)
def test_a_fault_alone_never_shows_that_a_row_is_removed(trouble: CimError) -> None:
    told: list[str] = []
    site = Site(GONE.row, before=trouble, get=MISSING)
    doubt = r"a query lists it\. Whether the removal had its effect is not certain\..*smsprov\.log"
    with pytest.raises(TaskFailure, match=f"contradicts itself about {WHAT}.*{doubt}"):
        writer(site, told.append).write(GONE)
    assert site.requests == ["get", "query"]
    assert (told, list(site.rows.values())) == ([], [GONE.row])


@pytest.mark.parametrize("failed", [MISSING, CimFault(FaultKind.INVALID_CLASS, REQUEST), TransportTimeout("no second answer")])
@pytest.mark.parametrize("step", [GONE, NEW])
def test_a_row_is_not_missing_when_the_query_fails(step: Step, failed: CimError) -> None:
    told: list[str] = []
    site = Site(before=TransportTimeout("no answer", request=RequestInfo("Delete")), get=MISSING, query=failed)
    with pytest.raises(TransportTimeout) as caught:
        writer(site, told.append).write(step)
    verb = "removal" if step is GONE else "creation"
    assert caught.value.request == RequestInfo("Delete")
    doubt = f"no answer. Whether the {verb} of {WHAT} had its effect could not be read: {sentence(str(failed))}"
    assert doubt in str(caught.value)
    assert told == []


def test_a_confirmed_removal_is_not_proved_by_a_fault_either() -> None:
    site = Site(GONE.row, query=MISSING)
    with pytest.raises(CimFault):
        writer(site).write(GONE)
    assert site.requests == ["delete", "query"]


def test_a_confirmed_removal_that_the_query_still_lists_is_a_failure() -> None:
    class Forgetful(Site):
        def delete(self, row: CimInstance) -> None:
            self.requests.append("delete")

    with pytest.raises(TaskFailure, match=r"accepted the removal .* does not show it"):
        writer(Forgetful(GONE.row)).write(GONE)


@pytest.mark.parametrize("key", ["FileType", "ItemName", "ItemType", "SiteCode"])
def test_a_row_is_looked_for_by_each_of_its_keys(key: str) -> None:
    site = Site(GONE.row)
    site.rows["another"] = GONE.row.with_values({key: 3 if key == "FileType" else "another"})
    assert writer(site).write(GONE) is None


def test_a_row_to_change_is_missing_only_if_a_query_says_so() -> None:
    site = Site(CHANGED.before, get=MISSING)
    with pytest.raises(TaskFailure, match=r"contradicts itself .* a query lists it\. Nothing was written\."):
        writer(site).write(CHANGED)
    assert site.requests == ["get", "query"]


PASSWORD = Change(
    "the account",
    accounts.new_account("CAS", r"CORP\one").with_values({"Reserved2": "old secret"}),
    accounts.new_account("CAS", r"CORP\one").with_values({"Reserved2": "new secret"}),
)


@pytest.mark.parametrize(
    "trouble", [TransportTimeout("no answer"), CimFault(FaultKind.OTHER, REQUEST, hresult=0x80041001, reason="it failed")]
)
def test_a_lost_change_without_embedded_settings_is_judged_by_what_it_changes(trouble: CimError) -> None:
    old = PASSWORD.before
    with pytest.raises((TransportTimeout, TaskFailure)):
        writer(Site(old, before=trouble)).write(PASSWORD)
    written = writer(Site(old, after=trouble)).write(PASSWORD)
    assert written is not None
    assert written["Reserved2"] == "new secret"


def test_a_property_that_the_site_does_not_show_does_not_fail_a_change_that_it_accepted() -> None:
    class Hiding(Site):
        def get(self, namespace: str, cls: object, keys: dict[str, str]) -> CimInstance:
            return super().get(namespace, cls, keys).with_values({"Reserved2": ""})

    assert writer(Hiding(PASSWORD.before)).write(PASSWORD) is not None


def test_a_row_that_could_not_be_read_before_its_change_was_not_written() -> None:
    class Lost(Site):
        def get(self, namespace: str, cls: object, keys: dict[str, str]) -> CimInstance:
            self.requests.append("get")
            raise TransportTimeout("no answer")

    site = Lost(PASSWORD.before)
    with pytest.raises(TransportTimeout):
        writer(site).write(PASSWORD)
    assert site.requests == ["get"]


def test_a_request_that_was_never_sent_is_not_looked_for() -> None:
    site = Site(before=Unreachable("refused"))
    with pytest.raises(Unreachable):
        writer(site).write(NEW)
    assert site.requests == []


def test_no_right_to_write_names_the_right_that_is_needed() -> None:
    site = Site(before=CimFault(FaultKind.ACCESS_DENIED, REQUEST, hresult=0x80041003))
    with pytest.raises(TaskFailure, match="security role that may modify the site") as refused:
        writer(site).write(NEW)
    assert "exclude the account under Hierarchy Settings > Authentication" in refused.value.message
    assert site.rows == {}


def test_a_refusal_quotes_the_site_and_names_its_log() -> None:
    site = Site(before=CimFault(FaultKind.OTHER, REQUEST, hresult=0x80041001, provider_text="the words of the site"))
    with pytest.raises(TaskFailure, match=r"refused the creation of .*the words of the site.*smsprov\.log"):
        writer(site).write(NEW)


def test_an_accepted_write_that_does_not_show_is_a_failure() -> None:
    class Forgetful(Site):
        def put(self, row: CimInstance) -> None:
            self.requests.append("put")

    with pytest.raises(TaskFailure, match="does not show it"):
        writer(Forgetful(scp_row(SERVER))).write(CHANGED)


def test_a_change_starts_from_the_whole_row_and_touches_nothing_else() -> None:
    # A query returns lazy properties as null; the values that a Get returns must be written back.
    whole = scp_row(SERVER).with_values({"SslState": 2})
    written = writer(Site(whole)).write(CHANGED)
    assert written is not None
    assert written["SslState"] == 2
    assert rows.mode_of(written) == "offline"


def test_a_row_that_changed_meanwhile_is_left_alone() -> None:
    meanwhile = rows.with_settings(scp_row(SERVER), {"Added by somebody": Setting(1)})
    for site in (Site(meanwhile), Site()):
        with pytest.raises(TaskFailure, match="Another user or program changed"):
            writer(site).write(CHANGED)
        assert "create" not in site.requests


def test_only_what_the_step_is_about_is_compared() -> None:
    present = rows.with_settings(CHANGED.row, {"Added by the site": Setting(1)}).with_values({"RoleCount": 3})
    assert shows(CHANGED, present)
    assert not shows(CHANGED, scp_row(SERVER))
    assert not shows(NEW, None)


@pytest.mark.parametrize(
    ("site", "noted"),
    [
        (Site(), True),
        (Site(after=TransportTimeout("late", request=REQUEST)), True),
        (Site(before=CimFault(FaultKind.OTHER, REQUEST)), False),
        (Site(before=Unreachable("broke", after_send=True, request=REQUEST)), False),
    ],
)
def test_what_was_written_is_noted_for_those_who_tell_of_a_later_failure(site: Site, noted: bool) -> None:
    told: list[str] = []
    own = writer(site, told.append)
    with contextlib.suppress(TaskFailure, CimError):
        own.write(Create(WHAT, scp_row(SERVER)))
    assert told == ([f"the creation of {WHAT}"] if noted else [])


def test_a_row_that_is_written_again_as_it_is_is_no_change() -> None:
    told: list[str] = []
    row = scp_row(SERVER)
    writer(Site(row), told.append).write(Change(WHAT, row, row))
    assert told == []


@pytest.mark.parametrize(
    ("text", "said"), [(" it failed ", "it failed."), ("No.", "No."), ("why?", "why?"), ("so:", "so:"), ("", ""), ("  ", "")]
)
def test_the_words_of_somebody_else_end_as_a_sentence(text: str, said: str) -> None:
    assert sentence(text) == said


PROVED = Change(
    "the property",
    scp_row(SERVER).with_values({"SslState": 1, "ServerState": 1}),
    scp_row(SERVER).with_values({"SslState": 2, "ServerState": 1}),
    proves=("SslState",),
)


@pytest.mark.parametrize(("ssl", "server", "shown"), [(2, 1, True), (2, 9, True), (1, 1, False), (None, 1, False)])
def test_a_change_shows_in_the_plain_properties_that_it_proves(ssl: int | None, server: int, shown: bool) -> None:
    present = PROVED.row.with_values({"SslState": ssl, "ServerState": server})
    assert shows(PROVED, present) is shown


def test_what_a_step_shows() -> None:
    row = scp_row(SERVER)
    assert shows(GONE, None) is True
    assert shows(GONE, row) is False
    assert shows(NEW, None) is False
    assert shows(CHANGED, None) is False
    assert shows(NEW, row) is True
    assert shows(CHANGED, rows.with_mode(row, "offline")) is True


@pytest.mark.parametrize(("changed", "written"), [("SslState", False), ("ServerState", True)])
def test_a_plain_property_that_is_proved_must_be_as_it_was_read(changed: str, written: bool) -> None:
    site = Site(PROVED.before.with_values({changed: 7}))
    if written:
        assert writer(site).write(PROVED)["SslState"] == 2
    else:
        with pytest.raises(TaskFailure):
            writer(site).write(PROVED)
        assert site.requests == ["get"]


def test_a_fault_that_is_not_about_a_missing_row_is_raised() -> None:
    class Closed(Site):
        def get(self, namespace: str, cls: object, keys: dict[str, str]) -> CimInstance:
            raise CimFault(FaultKind.QUOTA, REQUEST)

    with pytest.raises(CimFault):
        writer(Closed()).write(NEW)


def test_a_lost_change_of_embedded_settings_alone_is_judged_by_these() -> None:
    """What the site adds to them is not the change's."""

    class Adding(Site):
        def put(self, row: CimInstance) -> None:
            super().put(rows.with_settings(row, {"Added by the site": Setting(1)}))

    assert writer(Adding(scp_row(SERVER), after=TransportTimeout("late"))).write(CHANGED) is not None


def test_a_change_is_noted_and_one_without_a_difference_is_not() -> None:
    told: list[str] = []
    own = writer(Site(scp_row(SERVER)), told.append)
    own.write(CHANGED)
    own.write(GONE)
    assert told == [f"the change of {WHAT}", f"the removal of {WHAT}"]
