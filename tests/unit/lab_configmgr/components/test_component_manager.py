"""What a site does after a write: in steps, later, with status messages, threads and log lines."""

from __future__ import annotations

from typing import Any

from lab.configmgr import timing

SIX = 6
INSTALLED = 150  # more seconds than an installation takes


def test_a_new_server_is_installed_in_steps(estate: Any) -> None:
    estate.install("scp01")
    estate.clock.advance(timing.HIERARCHY_MANAGER - 1)
    assert estate.messages(3306) == []
    estate.clock.advance(2)
    assert estate.messages(3306) == ["SMS_HIERARCHY_MANAGER", "SMS_HIERARCHY_MANAGER"]
    assert estate.messages(1013) == []
    estate.clock.advance(timing.COMPONENT_MANAGER + timing.COMPONENT_PREPARE)
    service = "SMS_SERVER_BOOTSTRAP_SCP01"
    assert service in estate.machine("scp01").services
    assert len(estate.messages(1013)) == SIX
    assert estate.messages(1027) == []
    estate.clock.advance(timing.BOOTSTRAP)
    assert service not in estate.machine("scp01").services
    estate.clock.advance(timing.COMPONENT_SERVER)
    assert estate.messages(1027) == ["SMS_SITE_COMPONENT_MANAGER"]
    estate.clock.advance(INSTALLED)
    for number in (1013, 1014, 1015):
        assert len(estate.messages(number)) == SIX
    assert len([c for c in estate.messages(500) if c.startswith("SMS_DMP")]) == 2
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") == "Running"
    assert estate.one.state.status.state_of("CAS", "scp01.corp.example", "SMS_DMP_DOWNLOADER").state == 1
    assert estate.machine("scp01").services["SMS_EXECUTIVE"].state == "Running"
    assert estate.machine("scp01").registry.find(r"HKLM\SOFTWARE\Microsoft\SMS\SMS_DMP_CONNECTOR") is not None
    row = estate.one.state.site_system("scp01.corp.example", "CAS")
    assert row.values["RoleCount"] == 2
    assert len(estate.one.state.control.roles("SMS Component Server", "scp01.corp.example")) == 1
    assert estate.one.violations == []
    assert estate.clock.errors == []


def test_messages_of_one_attempt_come_in_order(estate: Any) -> None:
    estate.install("scp01")
    estate.clock.advance(300)
    numbers = [
        m.message_id
        for m in estate.one.state.status.messages
        if m.component == "SMS_DMP_DOWNLOADER" and m.machine.startswith("SCP01.")
    ]
    assert numbers == [1013, 1014, 1015, 500]
    records = [m.record_id for m in estate.one.state.status.messages]
    assert records == sorted(set(records))
    assert all(m.strings for m in estate.one.state.status.messages)


def test_sitecomp_log_tells_of_the_install(estate: Any) -> None:
    estate.install("scp01")
    estate.clock.advance(300)
    log = estate.log("cas01", "sitecomp.log")
    wanted = (
        "Synchronizing component server scp01.corp.example...",
        "Component SMS_DMP_DOWNLOADER flagged for installation.",
        "Installed service SMS_SERVER_BOOTSTRAP_SCP01.",
        "Bootstrap operation successful.",
        "Deinstalled service SMS_SERVER_BOOTSTRAP_SCP01.",
        "Installing component SMS_DMP_DOWNLOADER...",
        r"Creating registry keys Operations Management\SMS Server Role\SMS Dmp Connector on server scp01.corp.example.",
        "All files installed.",
    )
    places = [log.index(line) for line in wanted]
    assert places == sorted(places)


def test_the_logs_of_the_role_stand_on_the_allowed_drive(estate: Any) -> None:
    estate.install("scp01")
    estate.clock.advance(300)
    assert estate.machine("scp01").files.read(r"D:\SMS\Logs\dmpdownloader.log")
    where = estate.machine("scp01").registry.get(r"HKLM\SOFTWARE\Microsoft\SMS\Tracing\SMS_DMP_DOWNLOADER", "TraceFilename")
    assert where.data == r"D:\SMS\Logs\dmpdownloader.log"


def test_on_the_site_server_itself_nothing_is_bootstrapped(estate: Any) -> None:
    estate.install("cas01")
    estate.clock.advance(300)
    assert estate.thread("cas01", "SMS_DMP_DOWNLOADER") == "Running"
    assert estate.messages(1027) == []
    assert estate.one.state.control.roles("SMS Component Server", "cas01.corp.example") == []


def test_a_server_that_refuses_the_site_server_is_tried_again_each_hour(estate: Any) -> None:
    estate.install("scp05")
    estate.clock.advance(60)
    assert len(estate.messages(1016)) == SIX
    assert "error 5: Access is denied" in estate.log("cas01", "sitecomp.log")
    assert estate.one.state.status.state_of("CAS", "scp05.corp.example", "SMS_DMP_DOWNLOADER").status == 2
    estate.machine("scp05").administrators.append("CORP\\CAS01$")
    estate.clock.advance(timing.RETRY - 120)
    assert len(estate.messages(1016)) == SIX
    assert estate.messages(1015) == []
    estate.clock.advance(120 + INSTALLED)
    assert len(estate.messages(1015)) == SIX


def test_restarting_the_component_manager_hurries_a_retry(estate: Any) -> None:
    estate.install("scp05")
    estate.clock.advance(60)
    estate.machine("scp05").administrators.append("CORP\\CAS01$")
    estate.machine("cas01").services["SMS_SITE_COMPONENT_MANAGER"].on_start()
    estate.clock.advance(INSTALLED)
    assert len(estate.messages(1015)) == SIX


def test_an_installation_account_needs_its_password_in_the_list(estate: Any, cas: Any) -> None:
    estate.install("scp05", account="CORP\\installer")
    estate.clock.advance(60)
    assert "not in the list of accounts" in estate.log("cas01", "sitecomp.log")
    for password, words in (("wrong", "error 1326"), ("Lab-Install-1", "All files installed")):
        encrypted = cas.invoke("SMS_Site", "EncryptDataEx", Data=password, SiteCode="CAS")["EncryptedData"]
        values = {"FileType": 2, "ItemName": "CORP\\installer| 0", "ItemType": "User", "SiteCode": "CAS"}
        account = cas.new("SMS_SCI_Reserved", **values, UserName="CORP\\installer", Availability=0, Reserved2=encrypted)
        if password == "wrong":
            cas.create(account)
        else:
            cas.put(account)
        estate.clock.advance(timing.RETRY + INSTALLED)
        assert words in estate.log("cas01", "sitecomp.log")


def test_changing_the_site_system_hurries_a_retry(estate: Any) -> None:
    from dataclasses import replace

    estate.install("scp05")
    estate.clock.advance(60)
    estate.machine("scp05").administrators.append("CORP\\CAS01$")
    row = estate.one.state.site_system("scp05.corp.example", "CAS")
    estate.one.state.write(replace(row, props=row.props), "CORP\\admin")
    estate.clock.advance(INSTALLED)
    assert len(estate.messages(1015)) == SIX


def test_an_unsupported_server_is_refused(estate: Any) -> None:
    estate.install("scp04")
    estate.clock.advance(60)
    assert "not supported for this role" in estate.log("cas01", "sitecomp.log")
    assert estate.thread("scp04", "SMS_DMP_DOWNLOADER") is None


def test_removal_takes_everything_away(estate: Any) -> None:
    row = estate.install("scp01")
    estate.clock.advance(300)
    estate.one.state.delete(row, "CORP\\admin")
    estate.clock.advance(timing.HIERARCHY_MANAGER + timing.COMPONENT_MANAGER + timing.COMPONENT_PREPARE)
    assert estate.one.state.status.state_of("CAS", "scp01.corp.example", "SMS_DMP_UPLOADER").state == 5
    estate.clock.advance(INSTALLED)
    for number in (1020, 1021):
        assert len(estate.messages(number)) == SIX
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None
    assert "SMS_EXECUTIVE" not in estate.machine("scp01").services
    assert estate.machine("scp01").registry.find(r"HKLM\SOFTWARE\Microsoft\SMS") is None
    assert [r.role for r in estate.one.state.control.roles(server="scp01.corp.example")] == ["SMS Site System"]
    assert estate.one.state.site_system("scp01.corp.example", "CAS").values["RoleCount"] == 1
    assert not [c for c in estate.one.state.status.components() if c.machine.lower().startswith("scp01")]


def test_removal_leaves_the_component_server_of_another_role(estate: Any) -> None:
    row = estate.install("cas01")
    estate.clock.advance(300)
    estate.one.state.delete(row, "CORP\\admin")
    estate.clock.advance(300)
    assert estate.thread("cas01", "SMS_DMP_DOWNLOADER") is None
    assert estate.thread("cas01", "SMS_HIERARCHY_MANAGER") == "Running"
    assert "SMS_EXECUTIVE" in estate.machine("cas01").services


def test_removal_of_a_failed_install_ends_it(estate: Any) -> None:
    row = estate.install("scp05")
    estate.clock.advance(60)
    estate.one.state.delete(row, "CORP\\admin")
    estate.clock.advance(120)
    assert estate.one.component_managers["CAS"].placed == {}
    assert estate.one.state.status.state_of("CAS", "scp05.corp.example", "SMS_DMP_DOWNLOADER") is None
    count = len(estate.one.state.status.messages)
    estate.clock.advance(2 * timing.RETRY)
    assert len(estate.messages(1016)) == SIX
    assert len(estate.one.state.status.messages) == count


def test_a_row_deleted_during_the_install_is_removed_after_it(estate: Any) -> None:
    row = estate.install("scp01")
    estate.clock.advance(timing.HIERARCHY_MANAGER + timing.COMPONENT_MANAGER + 30)
    estate.one.state.delete(row, "CORP\\admin")
    estate.clock.advance(400)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None
    assert estate.one.component_managers["CAS"].placed == {}


def test_a_row_written_again_during_the_removal_is_installed_after_it(estate: Any) -> None:
    row = estate.install("scp01")
    estate.clock.advance(300)
    estate.one.state.delete(row, "CORP\\admin")
    estate.clock.advance(timing.HIERARCHY_MANAGER + timing.COMPONENT_MANAGER + 5)
    estate.install("scp01")
    estate.clock.advance(500)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") == "Running"


def test_ordered_install_failure_strikes_as_often_as_ordered(estate: Any) -> None:
    estate.faults.order("install_failure", target="scp01", count=1, reason="The disk is full.")
    estate.install("scp01")
    estate.clock.advance(60)
    assert "The disk is full." in estate.log("cas01", "sitecomp.log")
    assert "retry in the next polling cycle" in estate.log("cas01", "sitecomp.log")
    failure = next(m for m in estate.one.state.status.messages if m.message_id == 1016)
    assert (failure.severity, failure.strings[1]) == (0xC0000000, "The disk is full.")
    estate.clock.advance(timing.RETRY + INSTALLED)
    assert len(estate.messages(1015)) == SIX


def test_ordered_install_that_never_ends(estate: Any) -> None:
    number = estate.faults.order("install_never", target="scp01")
    row = estate.install("scp01")
    estate.clock.advance(3 * timing.RETRY)
    assert estate.messages(1014) == ["SMS_DMP_DOWNLOADER"]
    assert estate.messages(1015) == []
    assert estate.one.state.status.state_of("CAS", "scp01.corp.example", "SMS_DMP_DOWNLOADER").state == 3
    estate.one.state.delete(row, "CORP\\admin")
    estate.clock.advance(120)
    assert estate.one.component_managers["CAS"].placed == {}
    estate.faults.cancel(number)


def test_a_dead_server_keeps_its_role_until_it_answers(estate: Any) -> None:
    row = estate.install("scp01")
    estate.clock.advance(300)
    order = estate.faults.order("dead_machine", target="scp01")
    estate.one.state.delete(row, "CORP\\admin")
    estate.clock.advance(120)
    assert len(estate.messages(1022)) == SIX
    assert "error 53" in estate.log("cas01", "sitecomp.log")
    estate.faults.cancel(order)
    estate.clock.advance(timing.RETRY + 120)
    assert estate.thread("scp01", "SMS_DMP_DOWNLOADER") is None


def test_a_stopped_hierarchy_manager_processes_nothing(estate: Any) -> None:
    estate.ask("cas01", "SMS_HIERARCHY_MANAGER", "Stop")
    estate.clock.advance(10)
    estate.install("scp01")
    estate.clock.advance(100)
    assert estate.messages(3306) == []
    estate.ask("cas01", "SMS_HIERARCHY_MANAGER", "Start")
    estate.clock.advance(20)
    assert estate.messages(3306)
