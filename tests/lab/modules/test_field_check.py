"""field_check over pywinrm and NTLM: what it reads, that it only reads, and what an account without rights gets."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probes import probes_of
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import NOBODY, READER, Play

MODULE = "field_check"
READS = {"Get", "Enumerate", "Pull", "Release", "Identify", "GetStringValue", "GetBinaryValue", "EnumValues"}
SHELL = {"Create", "Command", "Send", "Receive", "Signal", "Delete"}
# What the lab does not have.
UNDECIDED = {
    "service_windows",
    "management_point_replica",
    "account_rows",
    "account_usage",
    "passive_rows",
    "extended_status",
    "update_names",
    "update_steps",
    "summarizer_without_role",
    "datetimes",
    "install_numbers",
    "winhttp_proxy",
    "current_folder",
}


@pytest.fixture
def play(start_estate: StartEstate) -> Play:
    play = Play(start_estate(with_role("scp01")))
    play.settle(300)
    return play


def verdicts(play: Play, machine: str, part: str, **more: Any) -> dict[str, tuple[str, str]]:
    result = play.run(MODULE, machine, part=part, **more)
    assert [probe["id"] for probe in result["probes"]] == [probe.id for probe in probes_of(part)]
    return {probe["id"]: (probe["verdict"], probe["seen"]) for probe in result["probes"]}


def test_the_lab_is_as_assumed_and_is_only_read(play: Play) -> None:
    play.estate.request_log.clear()
    found = verdicts(play, "cas01", "site", user=READER)
    assert {name for name, (word, _seen) in found.items() if word == "cannot tell"} <= UNDECIDED
    assert [(name, seen) for name, (word, seen) in found.items() if word == "otherwise"] == []
    actions = {record.action.rpartition("/")[2] for record in play.estate.request_log.records(kind="cim")}
    assert actions <= READS
    assert play.estate.request_log.records(kind="shell") == ()


def test_the_server_of_the_role_is_only_read(play: Play) -> None:
    play.estate.request_log.clear()
    found = verdicts(play, "scp01", "server")
    assert {name for name, (word, _seen) in found.items() if word == "cannot tell"} <= UNDECIDED
    # The lab's logs are in another time zone than its clocks.
    assert [name for name, (word, _seen) in found.items() if word == "otherwise"] == ["log_bias"]
    assert {record.action.rpartition("/")[2] for record in play.estate.request_log.records(kind="cim")} <= READS
    assert {record.action.rpartition("/")[2] for record in play.estate.request_log.records(kind="shell")} <= SHELL


def test_an_account_without_rights_gets_the_reasons(play: Play) -> None:
    """One class is refused: its probes cannot tell, and the others go on."""
    play.estate.faults.order("provider_error", target="CAS", class_name="SMS_SCI_SysResUse", message="No access.")
    found = verdicts(play, "cas01", "site")
    assert found["nal_paths"][0] == "cannot tell"
    assert "No access." in found["nal_paths"][1]
    assert found["secured_objects"][0] == "as assumed"


def test_an_account_of_the_list_that_nothing_uses(play: Play) -> None:
    play.run("site_account", name=r"CORP\svc-proxy", password="Zx-9-Marked")
    found = verdicts(play, "cas01", "site")
    assert found["account_rows"][0] == "as assumed"
    assert found["account_usage"] == (
        "cannot tell",
        "the site shows no entry of its list of accounts with an AccountUsage",
    )


def test_an_account_without_any_right_on_the_server_gets_only_reasons(play: Play) -> None:
    found = verdicts(play, "scp01", "server", user=NOBODY)
    assert {word for word, _seen in found.values()} == {"cannot tell"}
    assert all("denied" in seen for _word, seen in found.values())


def test_a_server_without_the_role_cannot_tell_what_is_not_there(play: Play) -> None:
    found = verdicts(play, "scp02", "server")
    words = Counter(word for word, _seen in found.values())
    assert found["trace_files"][0] == found["sync_values"][0] == found["log_end"][0] == "cannot tell"
    assert words["otherwise"] == 0


def test_a_recording_has_requests_and_answers_and_no_output_of_programs(play: Play) -> None:
    result = play.run(MODULE, "scp01", part="server", record=True)
    assert result["recorded"]["exchanges"] == []  # This session keeps nothing: the action plugin does it.
    assert set(result["recorded"]["readings"]) == {"log_end", "curl_version", "curl_words", "winhttp", "token"}


def test_a_host_without_a_provider_is_refused_with_what_to_do(play: Play) -> None:
    assert "has no SMS Provider" in play.refused(MODULE, "scp01", part="site")
    with pytest.raises(CimFault, match="denied"):
        play.run(MODULE, "cas01", part="site", user=NOBODY)
