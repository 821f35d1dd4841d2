"""A thread and the service of SMS_EXECUTIVE: what is read and written, and how errors are reported."""

from __future__ import annotations

from typing import cast

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import executive
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.executive import ExecutiveService, Thread
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.windows.services import ServiceError, ServiceMissing, Services
from tests.unit.site.support import task

HOST = "scp01.corp.example"
KEY = r"SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_EXECUTIVE\Threads\SMS_DMP_DOWNLOADER"


class FakeRegistry:
    def __init__(self, error: Exception | None = None, **values: str | None) -> None:
        self.values = {(KEY, name.replace("_", " ")): value for name, value in values.items()}
        self.error = error

    def get_string(self, key: str, name: str) -> str | None:
        if self.error:
            raise self.error
        return self.values[key, name]

    def set_string(self, key: str, name: str, value: str) -> None:
        if self.error:
            raise self.error
        self.values[key, name] = value


def thread(registry: FakeRegistry) -> Thread:
    return Thread(cast(Registry, registry), "SMS_DMP_DOWNLOADER", HOST)


@pytest.mark.parametrize(
    ("value", "state"), [("Running", "running"), (" STOPPED ", "stopped"), (None, "unknown"), ("", "unknown")]
)
def test_the_state_of_a_thread(value: str | None, state: str) -> None:
    assert thread(FakeRegistry(Current_State=value)).state() == state


@pytest.mark.parametrize(
    ("value", "asked"), [("None", ""), ("none", ""), (None, ""), ("", ""), ("Start", "start"), ("STOP", "stop")]
)
def test_what_a_thread_is_asked_for(value: str | None, asked: str) -> None:
    assert thread(FakeRegistry(Requested_Operation=value)).asked_for() == asked


@pytest.mark.parametrize(("operation", "written"), [("start", "Start"), ("stop", "Stop")])
def test_a_thread_is_asked_by_its_registry_value(operation: str, written: str) -> None:
    registry = FakeRegistry()
    thread(registry).ask(operation)
    assert registry.values == {(KEY, "Requested Operation"): written}


def test_a_thread_that_does_not_exist_is_a_role_that_is_not_installed() -> None:
    with pytest.raises(TaskFailure, match=HOST) as failure:
        thread(FakeRegistry(KeyMissing("no key"))).state()
    assert KEY in failure.value.message


def test_a_registry_that_does_not_answer() -> None:
    unit = thread(FakeRegistry(RegistryError("code 5")))
    for call in (unit.state, lambda: unit.ask("stop")):
        with pytest.raises(TaskFailure, match="code 5") as failure:
            call()
        assert HOST in failure.value.message
        assert KEY not in failure.value.message


class FakeServices:
    def __init__(self, state: str = "Running", error: Exception | None = None) -> None:
        self.found = state
        self.error = error
        self.asked: list[tuple[str, str]] = []

    def state(self, name: str) -> str:
        assert name == "SMS_EXECUTIVE"
        if self.error:
            raise self.error
        return self.found

    def request(self, name: str, method: str) -> None:
        if self.error:
            raise self.error
        self.asked.append((name, method))


def service(services: FakeServices) -> ExecutiveService:
    return ExecutiveService(cast(Services, services), HOST)


@pytest.mark.parametrize(
    ("found", "asked"), [("Running", ""), ("Stopped", ""), ("Start Pending", "start"), ("Stop Pending", "stop")]
)
def test_the_service_shows_its_state_and_what_is_under_way(found: str, asked: str) -> None:
    unit = service(FakeServices(found))
    assert (unit.state(), unit.asked_for()) == (found.lower(), asked)


@pytest.mark.parametrize(("operation", "method"), [("start", "StartService"), ("stop", "StopService")])
def test_the_service_is_asked_by_its_method(operation: str, method: str) -> None:
    services = FakeServices()
    service(services).ask(operation)
    assert services.asked == [("SMS_EXECUTIVE", method)]


@pytest.mark.parametrize(("error", "words"), [(ServiceMissing("none"), "SMS_EXECUTIVE"), (ServiceError("code 5"), "code 5")])
def test_a_service_that_is_missing_or_does_not_answer(error: Exception, words: str) -> None:
    with pytest.raises(TaskFailure, match=words) as failure:
        service(FakeServices(error=error)).state()
    assert HOST in failure.value.message


def test_a_service_that_can_not_be_asked() -> None:
    with pytest.raises(TaskFailure, match="code 5"):
        service(FakeServices(error=ServiceError("code 5"))).ask("stop")


@pytest.mark.parametrize(
    ("name", "kind", "label"),
    [
        ("SMS_DMP_DOWNLOADER", Thread, "thread SMS_DMP_DOWNLOADER"),
        ("SMS_EXECUTIVE", ExecutiveService, "service SMS_EXECUTIVE"),
        ("sms_executive", ExecutiveService, "service SMS_EXECUTIVE"),
    ],
)
def test_which_unit_a_name_is(name: str, kind: type, label: str) -> None:
    unit = executive.unit(task()[0], name)
    assert isinstance(unit, kind)
    assert unit.label == label


def test_an_operation_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="paused"):
        executive.operations("running", "paused")


class Restarting:
    """A thread that another user also stops and starts."""

    def __init__(self, label: str = "thread SMS_X", states: tuple[str, ...] = ("stopped",), pending: str = "") -> None:
        self.label = label
        self.states = list(states)
        self.pending = pending
        self.asked: list[str] = []

    def state(self) -> str:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def ask(self, operation: str) -> None:
        self.asked.append(operation)

    def asked_for(self) -> str:
        return self.pending


@pytest.mark.parametrize("present", ["running", "stopped"])
def test_a_state_at_rest_is_asked_even_where_the_same_thing_is_asked_for_already(present: str) -> None:
    unit = Restarting(states=("stopped",), pending="stop")
    made, _clock = task()
    assert executive.carry_out(made, unit, present, (executive.STOP,), 60) == "stopped"
    assert unit.asked == ["stop"]


def test_the_second_step_is_always_asked_for() -> None:
    unit = Restarting(states=("stopped", "running", "running"), pending="start")
    made, clock = task()
    assert executive.carry_out(made, unit, "stopping", (executive.STOP, executive.START), 60) == "running"
    assert unit.asked == ["stop", "start"]
    assert clock.slept[-1] == pytest.approx(2)


def test_nothing_to_do_says_nothing_of_the_state() -> None:
    assert executive.carry_out(task()[0], Restarting(), "running", (), 60) == ""


def test_a_stop_is_not_taken_for_a_fall() -> None:
    unit = Restarting(states=("running", "running", "running", "stopped"))
    assert executive.carry_out(task()[0], unit, "running", (executive.STOP,), 60) == "stopped"


@pytest.mark.parametrize(
    ("states", "fell"),
    [
        (("stopped", "starting", "stopped", "running"), False),
        (("starting", "stopped", "stopped", "running"), True),
        (("stopped", "stopped", "running"), True),
    ],
)
def test_a_thread_is_said_to_have_fallen_over_when_it_is_seen_stopped_twice_running(states: tuple[str, ...], fell: bool) -> None:
    unit = Restarting(states=states)
    if fell:
        with pytest.raises(TaskFailure, match="stopped"):
            executive.carry_out(task()[0], unit, "stopped", (executive.START,), 60)
    else:
        assert executive.carry_out(task()[0], unit, "stopped", (executive.START,), 60) == "running"


@pytest.mark.parametrize(
    ("label", "log"),
    [
        ("thread SMS_DMP_DOWNLOADER", "dmpdownloader.log"),
        ("thread SMS_DMP_UPLOADER", "dmpuploader.log"),
        ("service SMS_EXECUTIVE", "smsexec.log"),
        ("thread SMS_X", "SMS_X.log"),
    ],
)
def test_a_failure_names_the_log_of_the_unit(label: str, log: str) -> None:
    for unit, step in ((Restarting(label, ("stopping",)), executive.STOP), (Restarting(label), executive.START)):
        with pytest.raises(TaskFailure, match=log):
            executive.carry_out(task()[0], unit, "running", (step,), 60)


def test_what_was_asked_is_noted_as_done() -> None:
    made, _clock = task()
    notes = made.done
    executive.carry_out(made, Restarting(states=("stopped", "running")), "running", (executive.STOP, executive.START), 60)
    assert len(notes) == 2
    assert all("SMS_X" in note for note in notes)
