"""The two ways to write to a site: each change with the cmdlets, and with `auto` under each kind of refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import cmdlets_writer
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from lab.estate_file.reader import DEFAULT_FILE
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import ADMIN, READER, Play

SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
ROLE = "service_connection_point"
INSTALL, PROXY = r"CORP\scpinstall", r"CORP\scpproxy"
PASSWORD = "Lab-Sëcret '2026\" $(x)"
REFUSALS = ("not_supported", "not_capable")


def cmdlets(play: Play) -> list[str]:
    """The cmdlets of the module that ran, in order."""
    # 254: the lab's PowerShell does not have what the script uses, so nothing would be tested.
    assert all(run.exit_code == 0 for run in play.estate.script_runs), play.estate.script_runs
    return [name for run in play.estate.script_runs for name in run.commands if "-CM" in name]


def cim_writes(play: Play) -> list[str]:
    """The writes over CIM that were sent to the site's classes; a shell is opened with Create and closed with Delete, too."""
    return [
        record.action.rpartition("/")[2]
        for record in play.estate.request_log.records()
        if record.action.rpartition("/")[2] in ("Create", "Put", "Delete") and "/sms/site_" in record.resource_uri.lower()
    ]


def settings(play: Play, server: str, role: str) -> dict[str, tuple[object, ...]]:
    """The embedded properties of a row that say something, by name."""
    (row,) = [row for row in play.hierarchy().state.control.roles(role) if row.server == server]
    found = {prop.name: (prop.value, prop.value1, prop.value2) for prop in row.props or ()}
    return {name: fields for name, fields in found.items() if fields != (0, "", "")}


def each_change(play: Play, **way: Any) -> list[Any]:
    """Accounts, site systems, the role, its mode, a move, a proxy, a level, removals: the writers, and what the site has then."""
    said = []

    def run(module: str, **given: Any) -> None:
        result = play.run(module, **given, **way)
        assert result["changed"] is True, (module, given)
        said.append(result["writer"])
        assert play.run(module, **given, **way)["changed"] is False, (module, given)

    run("site_account", name=INSTALL, password=PASSWORD)
    run("site_account", name=PROXY, password="Another")
    assert play.run("site_account", name=PROXY, password="N3w", update_password="always", **way)["changed"] is True
    run("site_system", server=SCP01, public_fqdn="scp01.contoso.com", installation_account=INSTALL)
    run("site_system", server=SCP02, site_server_initiates=True, proxy={"server": "proxy.corp.example", "account": PROXY})
    run("site_system", server=SCP01, installation_account="", public_fqdn="")
    run("site_system", server=SCP02, proxy={"port": 8080})
    run("site_system", server=SCP02, proxy={"account": ""}, site_server_initiates=False)
    run(ROLE, server=SCP01, mode="online")
    run(ROLE, server=SCP01, mode="offline")
    run(ROLE, server=SCP02, mode="offline", move=True)
    run("usage_data", level="basic")
    kept = [settings(play, SCP02, "SMS Site System"), settings(play, SCP02, "SMS Dmp Connector"), play.holders()]
    run(ROLE, state="absent")
    run("site_system", server=SCP01, state="absent")
    run("site_account", name=INSTALL, state="absent")
    accounts = [str(row.values["UserName"]) for row in play.hierarchy().state.control.of_class("SMS_SCI_Reserved")]
    return [set(said), kept, accounts]


@pytest.mark.long
def test_every_change_leaves_the_same_with_each_writer(start_estate: StartEstate) -> None:
    estate = start_estate(pace=3000)
    play = Play(estate)
    said, *by_cim = each_change(play, writer="cim")
    assert said == {"cim"}
    assert cmdlets(play) == []
    estate.reset()
    said, *by_cmdlets = each_change(play, writer="cmdlets")
    assert said == {"cmdlets"}
    assert cim_writes(play) == []
    assert by_cmdlets == by_cim
    assert set(cmdlets(play)) - {"Get-CMAccount"} == {
        *(f"{verb}-CMServiceConnectionPoint" for verb in ("Add", "Set", "Remove")),
        *(f"{verb}-CMSiteSystemServer" for verb in ("New", "Set", "Remove")),
        *(f"{verb}-CMAccount" for verb in ("New", "Set", "Remove")),
        "Set-CMHierarchySetting",
    }
    for answer in REFUSALS:
        estate.reset()
        estate.faults.order("write_refused", answer=answer)
        said, *by_auto = each_change(play)
        assert (said, by_auto) == ({"cmdlets"}, by_cim)


def test_auto_without_a_refusal_starts_no_shell(play: Play) -> None:
    result = play.run("usage_data", level="basic")
    assert (result["writer"], result["writer_reason"]) == (
        "cim",
        "CIM is the first choice, and the SMS Provider accepted it.",
    )
    assert play.estate.script_runs == []
    again = play.run("usage_data", level="basic")
    assert (again["writer"], again["writer_reason"]) == (None, None)


@pytest.mark.parametrize("answer", REFUSALS)
def test_auto_says_why_the_cmdlets_wrote(play: Play, answer: str) -> None:
    play.estate.faults.order("write_refused", operation="put", answer=answer)
    result = play.run("usage_data", level="basic")
    assert (result["changed"], result["writer"]) == (True, "cmdlets")
    assert "does not support the change of the usage data level of site CAS over CIM" in result["writer_reason"]
    assert (cim_writes(play), cmdlets(play)) == (["Put"], ["Set-CMHierarchySetting"])


def test_a_task_stays_with_the_cmdlets_after_one_refusal(play: Play) -> None:
    for server in (SCP01, SCP02):
        play.run("site_system", server=server)
    play.run(ROLE, server=SCP01, mode="offline")
    play.estate.request_log.clear()
    play.estate.faults.order("write_refused")
    assert play.run(ROLE, server=SCP02, mode="offline", move=True)["writer"] == "cmdlets"
    assert cim_writes(play) == ["Delete"]
    assert cmdlets(play) == ["Remove-CMServiceConnectionPoint", "Add-CMServiceConnectionPoint"]


def test_writer_cim_says_what_to_do_about_a_refusal(play: Play) -> None:
    play.estate.faults.order("write_refused", operation="create")
    message = play.refused("site_system", server=SCP01, writer="cim")
    assert "does not support the creation of the site system scp01.corp.example over CIM, and nothing was written" in message
    assert "writer: cmdlets" in message
    assert cmdlets(play) == []


def test_check_mode_starts_nothing(play: Play) -> None:
    result = play.run("site_system", server=SCP01, writer="cmdlets", check=True)
    assert (result["changed"], result["writer"]) == (True, None)
    assert play.estate.script_runs == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "provider_error", "operation": "create", "message": "it is not so"}, "it is not so"),
        ({"kind": "denied"}, "security role"),
    ],
)
def test_other_refusals_never_lead_to_the_cmdlets(play: Play, fault: dict[str, Any], said: str) -> None:
    user = ADMIN
    if fault.pop("kind") == "denied":
        user = READER
    else:
        play.estate.faults.order("provider_error", site="CAS", **fault)
    assert said in play.refused("site_system", server=SCP01, user=user)
    assert play.estate.script_runs == []
    assert SCP01 not in [row.server for row in play.hierarchy().state.control.roles("SMS Site System")]


@pytest.mark.parametrize("lost", ["drop_before", "drop_after"])
def test_a_lost_answer_never_leads_to_the_cmdlets(play: Play, lost: str) -> None:
    play.estate.faults.order(lost, machine="cas01", action="transfer/Put", count=1)
    if lost == "drop_before":
        with pytest.raises(CimError):
            play.run("usage_data", level="basic")
    else:
        assert play.run("usage_data", level="basic")["writer"] == "cim"
    assert play.estate.script_runs == []


@pytest.mark.parametrize("writer", ["auto", "cmdlets"])
def test_a_fault_after_the_effect_does_not_write_twice(play: Play, writer: str) -> None:
    play.estate.faults.order("provider_error", site="CAS", operation="after_create", message="no path", count=1)
    result = play.run("site_system", server=SCP01, writer=writer)
    assert (result["changed"], result["created"]) == (True, True)
    assert len([row for row in play.hierarchy().state.control.roles("SMS Site System") if row.server == SCP01]) == 1
    assert len(cim_writes(play)) + len(cmdlets(play)) == 1


def test_an_error_of_a_cmdlet_is_quoted(play: Play) -> None:
    play.estate.faults.order("provider_error", site="CAS", operation="create", message="the words of the site", count=1)
    message = play.refused("site_system", server=SCP01, writer="cmdlets")
    assert (
        "refused the creation of the site system scp01.corp.example. New-CMSiteSystemServer on cas01.corp.example failed"
        in message
    )
    assert "the words of the site" in message


def test_a_cmdlet_without_the_right_to_write(play: Play) -> None:
    message = play.refused("usage_data", level="basic", writer="cmdlets", user=READER)
    assert "does not allow this account the change of the usage data level of site CAS: it needs a security role" in message
    assert cmdlets(play) == ["Set-CMHierarchySetting"]


def test_an_account_that_may_not_use_shells(play: Play) -> None:
    play.estate.faults.order("quota", machine="cas01", action="transfer/Create", count=1)
    message = play.refused("usage_data", level="basic", writer="cmdlets")
    assert "Set-CMHierarchySetting was not run on cas01.corp.example, because no remote shell could be used there." in message


def test_a_cmdlet_whose_input_was_lost_may_still_run(play: Play) -> None:
    play.estate.faults.order("drop_before", machine="cas01", action="shell/Send", count=1)
    message = play.refused("usage_data", level="basic", writer="cmdlets")
    assert "Whether the change of the usage data level of site CAS had its effect is not certain" in message
    # Closing the shell has ended it.
    assert [run.commands for run in play.estate.script_runs] == [()]


def test_a_cmdlet_that_had_its_effect_counts_when_its_answer_was_lost(play: Play) -> None:
    play.estate.faults.order("delay", machine="cas01", action="shell/Receive", seconds=0.5, count=1)
    play.estate.faults.order("drop_after", machine="cas01", action="shell/Receive", count=1)
    assert play.run("usage_data", level="basic", writer="cmdlets")["changed"] is True
    assert cmdlets(play) == ["Set-CMHierarchySetting"]


def test_a_proxy_is_disabled_and_its_settings_are_not_kept(play: Play) -> None:
    play.run("site_system", server=SCP01, proxy={"server": "proxy.corp.example", "port": 8080})
    result = play.run("site_system", server=SCP01, proxy={"enabled": False}, writer="cmdlets")
    assert result["settings"]["proxy"]["enabled"] is False
    message = play.refused(
        "site_system", server=SCP01, proxy={"enabled": False, "server": "other.corp.example"}, writer="cmdlets"
    )
    assert "do not store the settings of a proxy that is not enabled" in message


def test_a_password_is_nowhere_but_in_the_site(play: Play) -> None:
    result = play.run("site_account", name=INSTALL, password=PASSWORD, writer="cmdlets")
    assert PASSWORD not in str(result)
    (row,) = [row for row in play.hierarchy().state.control.of_class("SMS_SCI_Reserved") if row.values["UserName"] == INSTALL]
    assert play.hierarchy().state.control.of_class("SMS_SCI_Reserved")
    assert PASSWORD not in str(row.values)
    for run in play.estate.script_runs:
        assert PASSWORD not in run.command_line
        assert "2026" not in run.command_line


# What the server of the provider can lack, and what the user then reads.


def estate_with(change: Callable[[dict[str, Any]], None]) -> str:
    """The default estate with cas01 changed."""
    text = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    (machine,) = [entry for entry in text["machines"] if entry["name"] == "cas01"]
    change(machine)
    return yaml.safe_dump(text, allow_unicode=True)


LACKS: dict[str, tuple[dict[str, Any], str]] = {
    "no console": ({"console": {"installed": False}}, "console is not installed there"),
    "no module": ({"console": {"module": False}}, "its PowerShell module is missing"),
    "old console": ({"console": {"version": "5.00.9106.1000"}}, "to the version of the site"),
    "constrained": ({"powershell": {"language_mode": "constrained"}}, "language mode ConstrainedLanguage"),
    "all signed": (
        {"powershell": {"execution_policy": "AllSigned", "enforced": True, "publisher_trusted": False}},
        "is not a trusted publisher",
    ),
    "restricted": ({"powershell": {"execution_policy": "Restricted"}}, "a policy of Windows does not let PowerShell load"),
}


@pytest.mark.parametrize("name", LACKS)
def test_what_the_server_lacks_is_said_in_one_sentence_with_a_remedy(start_estate: StartEstate, name: str) -> None:
    lack, said = LACKS[name]
    play = Play(start_estate(estate_with(lambda machine: machine.update(lack))))
    message = play.refused("usage_data", level="basic", writer="cmdlets")
    assert message.startswith("Set-CMHierarchySetting was not run on cas01.corp.example: ")
    assert said in message
    assert "Nothing was written." in message
    assert message.rstrip().endswith("use writer: cim.")
    assert cmdlets(play) == []
    # The fallback also says why it was tried.
    play.estate.faults.order("write_refused")
    message = play.refused("usage_data", level="basic")
    assert "does not support the change of the usage data level of site CAS over CIM" in message
    assert said in message


def test_a_signed_module_of_a_trusted_publisher_is_used(start_estate: StartEstate) -> None:
    policy = {"powershell": {"execution_policy": "AllSigned", "enforced": True}}
    play = Play(start_estate(estate_with(lambda machine: machine.update(policy))))
    assert play.run("usage_data", level="basic", writer="cmdlets")["level"] == "basic"


def test_a_drive_that_the_module_remembers_is_not_used(start_estate: StartEstate) -> None:
    remembered = {"console": {"remembered": ["CAS"]}}
    play = Play(start_estate(estate_with(lambda machine: machine.update(remembered))))
    assert play.run("usage_data", level="basic", writer="cmdlets")["level"] == "basic"


def test_a_slow_module_shows_progress(start_estate: StartEstate) -> None:
    slow = {"console": {"import_seconds": 300}}
    play = Play(start_estate(estate_with(lambda machine: machine.update(slow)), pace=1000))
    assert play.run("usage_data", level="basic", writer="cmdlets")["level"] == "basic"


def test_a_provider_on_another_server_needs_a_second_logon(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cmdlets_writer, "read_providers", lambda *_asked: {"CAS": ("pri1.corp.example",)})
    message = play.refused("usage_data", level="basic", writer="cmdlets")
    assert "cannot connect to the SMS Provider on pri1.corp.example. Access is denied." in message
    assert "Nothing was written. The SMS Provider is on another server than this session" in message
    assert "CredSSP, or with Kerberos" in message
    assert cmdlets(play) == []


def test_a_site_that_lists_no_provider_is_reached_on_this_server(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cmdlets_writer, "read_providers", lambda *_asked: {})
    assert play.run("usage_data", level="basic", writer="cmdlets")["level"] == "basic"
