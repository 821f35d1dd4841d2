"""The action plugin without a network: what it passes to a module, and how it converts the result."""

from __future__ import annotations

import html
import json
import sys
import xml.etree.ElementTree as ET
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleActionSkip

from ansible_collections.configmgr.scp.plugins.action import cim as action
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo, Unreachable

OPTIONS = {
    "remote_addr": "h",
    "remote_user": "u",
    "remote_password": "Wire-Pass",
    "port": 5985,
    "path": "/wsman",
    "transport": ["ntlm"],
}
MODULE = "ansible_collections.configmgr.scp.plugins.modules.trial"


class Screen:
    """Replaces Ansible's Display."""

    def __init__(self) -> None:
        self.verbosity = 0
        self.lines: list[tuple[str, bool]] = []
        self.warnings: list[str] = []

    def display(self, line: str, stderr: bool = False) -> None:
        self.lines.append((line, stderr))

    def warning(self, line: str) -> None:
        self.warnings.append(line)

    def vvv(self, line: str, host: str | None = None) -> None:
        self.last_note = (line, host)


class Trial:
    """A module named trial, a task that calls it, and the display."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.screen = Screen()
        self.seen: list[Task] = []
        self.does: Any = lambda _: {"changed": False}
        self.module = ModuleType("trial")
        self.module.__dict__["SPEC"] = {
            "argument_spec": {
                "server": {"type": "str", "aliases": ["name"]},
                "wait": {"type": "bool", "default": True},
                "proxy": {"type": "dict", "options": {"password": {"type": "str", "no_log": True}}},
            },
            "supports_check_mode": True,
        }
        self.module.__dict__["run"] = self._run
        monkeypatch.setitem(sys.modules, MODULE, self.module)
        monkeypatch.setattr(action, "display", self.screen)
        self.task: Any = SimpleNamespace(
            resolved_action="configmgr.scp.trial",
            action="trial",
            args={},
            async_val=0,
            check_mode=False,
            diff=False,
            no_log=False,
            delegate_to=None,
            environment=[],
        )
        self.options: dict[str, Any] = dict(OPTIONS)
        self.connection = SimpleNamespace(
            transport="winrm", become=None, get_option=self.options.__getitem__, _shell=SimpleNamespace(tmpdir=None)
        )

    def _run(self, task: Task) -> Any:
        self.seen.append(task)
        return self.does(task)

    def __call__(self, **args: Any) -> dict[str, Any]:
        self.task.args = args
        return self.run({"inventory_hostname": "cas01", "ansible_inject_invocation": True})

    def run(self, variables: dict[str, Any]) -> dict[str, Any]:
        plugin = action.ActionModule(self.task, self.connection, SimpleNamespace(), None, None, None)
        result: dict[str, Any] = plugin.run(task_vars=variables)
        return result


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Trial:
    return Trial(monkeypatch)


def test_the_module_sees_validated_arguments(trial: Trial) -> None:
    trial.does = lambda task: {"changed": True, "found": task.params["server"]}
    result = trial(name="scp01")
    assert result["changed"] is True
    assert result["found"] == "scp01"
    assert result["invocation"] == {"module_args": {"server": "scp01", "wait": True, "proxy": None}}
    [task] = trial.seen
    assert (task.host, task.check_mode, task.given) == ("cas01", False, frozenset({"server"}))
    assert task.params == {"server": "scp01", "wait": True, "proxy": None}


def test_the_host_of_a_delegated_task_is_the_other_one(trial: Trial) -> None:
    trial.task.delegate_to = "scp01"
    trial()
    assert trial.seen[0].host == "scp01"


def test_wrong_arguments_never_reach_the_module(trial: Trial) -> None:
    result = trial(wait="perhaps", proxy={"password": "Hush-Hush"})
    assert result["failed"] is True
    assert "wait" in result["msg"]
    assert trial.seen == []
    assert "Hush-Hush" not in str(result)


@pytest.mark.parametrize("supported", [True, False])
def test_check_mode(trial: Trial, supported: bool) -> None:
    trial.task.check_mode = True
    trial.module.__dict__["SPEC"]["supports_check_mode"] = supported
    if supported:
        trial()
        assert trial.seen[0].check_mode is True
        return
    with pytest.raises(AnsibleActionSkip):
        trial()
    assert trial.seen == []


def test_a_diff_is_returned_only_when_asked_for(trial: Trial) -> None:
    trial.does = lambda _: {"changed": True, "diff": {"before": "a", "after": "b"}}
    assert "diff" not in trial()
    trial.task.diff = True
    assert trial()["diff"] == {"before": "a", "after": "b"}


@pytest.mark.parametrize(("keyword", "words"), [("become", "Remove become"), ("async", "wait: false")])
def test_keywords_without_effect_are_refused(trial: Trial, keyword: str, words: str) -> None:
    if keyword == "become":
        trial.connection.become = object()
    else:
        trial.task.async_val = 60
    result = trial()
    assert result["failed"] is True
    assert words in result["msg"]
    assert trial.seen == []


def test_secrets_leave_neither_in_results_nor_in_progress_nor_in_errors(trial: Trial) -> None:
    def leak(task: Task) -> Any:
        task.progress("logging on with Wire-Pass and Hush-Hush")
        task.warn("Hush-Hush is weak")
        raise TaskFailure("Wire-Pass was rejected", tried=["Hush-Hush"], detail={"a": "x Hush-Hush x"})

    trial.does = leak
    result = trial(proxy={"password": "Hush-Hush"})
    assert result["failed"] is True
    everything = f"{result}{trial.screen.lines}{trial.screen.warnings}{trial.screen.last_note}"
    assert "Hush-Hush" not in everything
    assert "Wire-Pass" not in everything
    assert result["invocation"]["module_args"]["proxy"] == {"password": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}


@pytest.mark.parametrize("secret", ["Two  blanks", "Quo\"te'd", "back\\slash", "lin\ne", "Ümläut", "a&b<c>", "both\"'\\ü  &"])
def test_a_secret_that_was_written_in_another_way_is_hidden_too(trial: Trial, secret: str) -> None:
    ways = {
        "error": str(KeyError(secret)),
        "ascii": ascii(secret),
        "json": json.dumps({"password": secret}),
        "json, not ASCII": json.dumps([secret], ensure_ascii=False),
        # The text of a fault is converted to one line in the same way.
        "line": f"cannot encrypt {' '.join(secret.split())} here",
        "xml": ET.tostring(_element(secret), encoding="unicode"),
        "attribute": html.escape(secret),
    }

    def leak(task: Task) -> Any:
        for text in ways.values():
            task.progress(text)
        raise TaskFailure("no", ways=ways)

    trial.does = leak
    result = trial(proxy={"password": secret})
    for way, text in [*result["ways"].items(), *trial.screen.lines]:
        assert "****" in f"{way}{text}" or "VALUE_SPECIFIED" in f"{way}{text}", (way, text)
    trial.options["remote_password"] = secret
    assert all("****" in text or "VALUE_SPECIFIED" in text for text in trial()["ways"].values())


def _element(text: str) -> ET.Element:
    element = ET.Element("p")
    element.text = text
    return element


def test_progress_goes_to_the_screen_with_its_host_but_not_under_no_log(trial: Trial) -> None:
    trial.does = lambda task: task.progress("waiting") or {"changed": False}
    trial()
    assert trial.screen.lines == [("[cas01] waiting", True)]
    trial.task.no_log = True
    trial()
    assert len(trial.screen.lines) == 1


def test_warnings_of_the_module_and_of_the_connection(trial: Trial) -> None:
    trial.options["transport"] = ["basic"]
    trial.does = lambda task: task.warn("old") or {"changed": False, "warnings": ["older"]}
    assert trial()["warnings"] == ["older", "old"]
    assert len(trial.screen.warnings) == 1
    assert trial.screen.warnings[0].startswith("[cas01] the password is sent unencrypted")


def test_a_lost_host_is_unreachable(trial: Trial) -> None:
    def lost(task: Task) -> Any:
        raise Unreachable("the connection broke", after_send=True, request=RequestInfo("Put", "root/sms", "X"))

    trial.does = lost
    result = trial()
    assert result["unreachable"] is True
    assert "failed" not in result
    assert "Put of X in root/sms" in result["msg"]


@pytest.mark.parametrize(("verbosity", "shown"), [(0, False), (2, False), (3, True)])
def test_a_traceback_is_for_the_curious(trial: Trial, verbosity: int, shown: bool) -> None:
    def broken(task: Task) -> Any:
        raise LookupError("Wire-Pass")

    trial.does = broken
    trial.screen.verbosity = verbosity
    result = trial()
    assert result["failed"] is True
    assert "LookupError" in result["msg"]
    assert ("exception" in result) is shown
    assert "Wire-Pass" not in str(result)


class Interrupt(BaseException):
    """Like the one of the keyword timeout, it is not an Exception."""


def test_an_interrupt_passes_and_the_connection_is_given_back(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def interrupted(task: Task) -> Any:
        raise Interrupt

    trial.does = interrupted
    monkeypatch.setattr("ansible_collections.configmgr.scp.plugins.plugin_utils.link.Link.close", lambda _: closed.append(True))
    with pytest.raises(Interrupt):
        trial()
    assert closed == [True]


def test_unusable_settings_fail_before_the_module_runs(trial: Trial) -> None:
    trial.connection.transport = "ssh"
    result = trial()
    assert result["failed"] is True
    assert "ansible_connection" in result["msg"]
    assert trial.seen == []


def test_results_are_plain(trial: Trial) -> None:
    class Text(str):
        pass

    trial.does = lambda _: {"changed": False, "rows": ({Text("a"): Text("b")},)}
    rows = trial()["rows"]
    assert rows == [{"a": "b"}]
    assert type(rows[0]["a"]) is str


def test_an_environment_is_warned_of_by_its_names(trial: Trial) -> None:
    trial.task.environment = [{"http_proxy": "http://u:Hush@px"}, {"TZ": "UTC"}, None]
    assert "failed" not in trial()
    [warning] = trial.screen.warnings
    assert warning.startswith("environment (TZ, http_proxy) has no effect")
    assert "Hush" not in warning


@pytest.mark.parametrize("delegated", [False, True])
def test_unknown_variables_of_the_connection_are_those_of_its_host(trial: Trial, delegated: bool) -> None:
    trial.connection.transport = "psrp"
    mine, others = {"ansible_psrp_colour": 1}, {"ansible_psrp_taste": 2}
    trial.task.delegate_to = "scp01" if delegated else None
    result = trial.run({"inventory_hostname": "cas01", **mine, "ansible_delegated_vars": {"scp01": others}})
    assert ("ansible_psrp_taste" if delegated else "ansible_psrp_colour") in result["msg"]


@pytest.mark.skipif(not hasattr(constants, "INJECT_INVOCATION"), reason="ansible-core 2.21 made it a setting")
def test_the_arguments_are_told_where_they_are_asked_for(trial: Trial) -> None:
    assert "invocation" not in trial.run({})
    assert trial.run({"ansible_inject_invocation": True})["invocation"]["module_args"]["wait"] is True
