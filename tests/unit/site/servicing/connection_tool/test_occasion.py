"""A complete task with the tool, on a server in memory: what is done, what is proved, and what is rejected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.occasion import Occasion
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.shell import Finished
from tests.unit.site.servicing.connection_tool.machine import LOG, NOW, TOOL, USER, Machine, cab

CAB = r"D:\USB\Usage.cab"
CSV = r"D:\USB\usage.csv"
PACKS = r"D:\Packs"
MANIFEST = rf"{PACKS}\ConfigMgr.Update.Manifest.ENC"
GUID = "C8E5A1F3-46D9-4D27-B3F0-5A7E9C2B8D53"
CONNECT: dict[str, Any] = {"usage_data": r"D:\USB", "update_packs": PACKS, "mode": None}
DROPPED = "Successfully Dropped the state message 4"
DOWNLOADER_LOG = r"C:\SMS\Logs\dmpdownloader.log"
HARMLESS = r"Unhandled Exception: System.UnauthorizedAccessException: Access to the path 'C:\Temp\x' is denied."


def do(machine: Machine, action: str, **options: Any) -> Result:
    return Occasion(machine.task(action, **options)[0]).carry_out()


def refusal(machine: Machine, action: str, **options: Any) -> TaskFailure:
    with pytest.raises(TaskFailure) as failure:
        do(machine, action, **options)
    return failure.value


def leaves(
    machine: Machine, *written: tuple[str, bytes], code: int | None = 0, stopped: str = "", **more: str
) -> Callable[[], Finished]:
    """A run that writes these files, including its log."""

    def tool() -> Finished:
        for path, data in written:
            machine.write(path, data, (machine.now or NOW) + timedelta(seconds=1))
        return Finished(code, more.get("output", ""), "", stopped)

    return tool


def tool_runs(machine: Machine) -> int:
    return sum(line.startswith("ServiceConnectionTool.exe") for line in machine.ran)


def statuses(checks: Any) -> dict[str, str]:
    return {check["id"]: check["status"] for check in checks}


# Preparing and exporting.


def test_a_preparation_that_leaves_a_whole_cabinet(machine: Machine) -> None:
    machine.tool = leaves(machine, (CAB, cab()), (LOG, b"INFO: Usage data collected"))
    result = do(machine, "prepare", usage_data=CAB)
    command = rf"ServiceConnectionTool.exe -prepare -usagedatadest {CAB}"
    assert {name: result[name] for name in ("changed", "action", "done_already", "command", "pack", "packages", "exit_code")} == {
        "changed": True,
        "action": "prepare",
        "done_already": None,
        "command": command,
        "pack": None,
        "packages": [],
        "exit_code": 0,
    }
    assert result["files"] == [{"path": CAB.lower(), "size_bytes": 100, "modified": "2026-11-25T12:00:01.000Z"}]
    assert result["diff"] == {"before": "", "after": f"{command}\n"}
    assert result["tool"] == {"path": rf"{TOOL}\ServiceConnectionTool.exe", "version": "5.0.9152.1000"}
    assert result["saved_log"] == r"C:\SMS\Logs\ServiceConnectionTool-prepare-20261125T120000Z.log"
    assert machine.files[result["saved_log"].lower()][0] == b"INFO: Usage data collected"
    assert set(statuses(result["checks"]).values()) == {"passed"}
    assert machine.ran[:2] == [rf"mkdir {CAB}.unfinished", command]
    assert not machine.exists(f"{CAB}.unfinished")
    assert machine.limit_seconds == 3600


def test_what_is_young_is_not_made_again_unless_it_is_forced(machine: Machine) -> None:
    machine.write(CAB, cab(), NOW - timedelta(days=6))
    result = do(machine, "prepare", usage_data=CAB)
    assert (result["changed"], result["command"], result["diff"]) == (False, None, {"before": "", "after": ""})
    assert "7 days" in result["done_already"]
    assert [file["path"] for file in result["files"]] == [CAB.lower()]
    assert result["tool"]["version"] == "5.0.9152.1000"
    assert machine.ran == []
    machine.tool = leaves(machine, (CAB, cab(120, 120)))
    assert do(machine, "prepare", usage_data=CAB, force=True)["files"][0]["size_bytes"] == 120


def test_check_mode_looks_and_changes_nothing(machine: Machine) -> None:
    machine.write(CAB, cab(), NOW - timedelta(days=8))
    result = do(machine, "prepare", usage_data=CAB, check_mode=True)
    assert result["changed"]
    assert result["command"] == rf"ServiceConnectionTool.exe -prepare -usagedatadest {CAB}"
    assert statuses(result["checks"])["administrator"] == "passed"
    assert result["tool"]["path"].endswith(".exe")
    assert machine.ran == []


@pytest.mark.parametrize(
    ("written", "modified"),
    [
        (None, NOW),
        (b"", NOW),
        (cab(50), NOW),
        (b"PK", NOW),
        (cab(), NOW - timedelta(seconds=6)),
    ],
    ids=["nothing", "empty", "cut off", "another format", "older than the run"],
)
def test_a_preparation_is_proved_by_a_whole_and_new_cabinet(machine: Machine, written: bytes | None, modified: Any) -> None:
    def tool() -> Finished:
        if written is not None:
            machine.write(CAB, written, modified)
        machine.write(LOG, b"ERROR: something of its own")
        return Finished(0, "", "")

    machine.tool = tool
    failure = refusal(machine, "prepare", usage_data=CAB)
    assert failure.result["changed"] is True
    assert failure.result["exit_code"] == 0
    assert failure.result["command"] == rf"ServiceConnectionTool.exe -prepare -usagedatadest {CAB}"
    assert failure.result["saved_log"].endswith("-failed.log")
    assert "cas01.corp.example" in failure.message
    assert "ERROR: something of its own" in failure.message
    assert machine.exists(f"{CAB}.unfinished"), "the next run must not take what is half for whole"


@pytest.mark.parametrize(
    ("code", "output"), [(None, ""), (-1073741819, ""), (1, "Unhandled Exception: System.IO.IOException: disk")]
)
def test_a_run_that_was_cut_off_proves_nothing(machine: Machine, code: int | None, output: str) -> None:
    machine.tool = leaves(machine, (CAB, cab()), code=code, output=output)
    failure = refusal(machine, "prepare", usage_data=CAB)
    assert failure.result["exit_code"] == code
    assert failure.result["saved_log"] is None, "there is no log to keep"
    machine.tool = leaves(machine, (CAB, cab()))
    assert do(machine, "prepare", usage_data=CAB)["changed"], "a young file beside the mark of an unfinished run is not trusted"


def test_an_export_is_a_file_of_any_content(machine: Machine) -> None:
    machine.tool = leaves(machine, (CSV, b"a;b"))
    result = do(machine, "export", export_file=CSV, mode="online")
    assert [file["path"] for file in result["files"]] == [CSV.lower()]
    assert result["packages"] == []


def test_an_empty_export_is_none(machine: Machine) -> None:
    machine.tool = leaves(machine, (CSV, b""))
    assert refusal(machine, "export", export_file=CSV).result["changed"] is True


def test_a_folder_that_is_left_of_another_run_is_no_obstacle(machine: Machine) -> None:
    machine.make(f"{CAB}.unfinished")
    machine.tool = leaves(machine, (CAB, cab()))
    assert do(machine, "prepare", usage_data=CAB)["changed"]
    assert machine.ran[0].startswith("ServiceConnectionTool.exe")


def test_seconds_are_those_of_the_run(machine: Machine) -> None:
    task, clock, _warnings = machine.task("prepare", usage_data=CAB)
    clock.sleep(1000)

    def tool() -> Finished:
        clock.sleep(90.26)
        machine.write(CAB, cab())
        return Finished(0, "", "")

    machine.tool = tool
    assert Occasion(task).carry_out()["seconds"] == 90.3


def test_a_time_limit_that_passed_is_told_with_its_option(machine: Machine) -> None:
    machine.tool = leaves(machine, (CAB, cab()), code=None, stopped="time")
    assert "run_timeout" in refusal(machine, "prepare", usage_data=CAB).message


def test_a_log_that_cannot_be_kept_is_a_warning(machine: Machine) -> None:
    machine.tool = leaves(machine, (CAB, cab()), (LOG, b"INFO: x"))
    machine.refused = {"copy"}
    task, _clock, warnings = machine.task("prepare", usage_data=CAB)
    assert Occasion(task).carry_out()["saved_log"] is None
    assert len(warnings) == 1


# Downloading.


def downloads(machine: Machine, **more: Any) -> Callable[[], Finished]:
    return leaves(machine, (MANIFEST, b"manifest"), (rf"{PACKS}\{GUID}\{GUID}.cab", b"cab"), **more)


@pytest.fixture
def connected(machine: Machine) -> Machine:
    machine.write(CAB, cab(), NOW - timedelta(hours=1))
    machine.tool = downloads(machine)
    return machine


def test_a_download_into_a_new_folder(connected: Machine) -> None:
    result = do(connected, "connect", **CONNECT)
    assert len(result["files"]) == 2
    assert result["packages"] == [GUID]
    assert connected.ran[0] == rf"mkdir {PACKS}.unfinished"
    assert connected.ran[1] == rf"mkdir {PACKS}"
    assert connected.ran[-1] == rf"rmdir /s /q {PACKS}.unfinished"
    again = do(connected, "connect", **CONNECT)
    assert not again["changed"]
    assert again["packages"] == [GUID]


def test_an_empty_folder_is_used_and_a_full_one_only_when_asked(connected: Machine) -> None:
    connected.make(PACKS)
    do(connected, "connect", **CONNECT)
    assert not any(line.startswith(("rmdir", "mkdir")) and line.endswith(PACKS) for line in connected.ran)
    connected.ran.clear()
    connected.write(CAB, cab(), NOW + timedelta(hours=1))
    connected.write(rf"{PACKS}\old.txt", b"x")
    failure = refusal(connected, "connect", **CONNECT)
    assert "clear_destination" in failure.message
    assert connected.ran == []
    do(connected, "connect", **CONNECT, clear_destination=True)
    assert connected.ran[1:3] == [rf"rmdir /s /q {PACKS}", rf"mkdir {PACKS}"]
    assert not connected.exists(rf"{PACKS}\old.txt")


def test_what_an_unfinished_download_left_is_cleared_without_asking(connected: Machine) -> None:
    connected.write(rf"{PACKS}\half.cab", b"x")
    connected.make(f"{PACKS}.unfinished")
    assert do(connected, "connect", **CONNECT)["changed"]
    assert not connected.exists(rf"{PACKS}\half.cab")


def test_a_download_without_a_manifest_reads_what_setup_logged(machine: Machine) -> None:
    machine.write(CAB, cab(), NOW - timedelta(hours=1))
    machine.tool = leaves(
        machine,
        (rf"{PACKS}\x.cab", b"cab"),
        (
            r"C:\ConfigMgrSetup.log",
            b"There is not enough space on the disk $$<Setup><11-25-2026 12:00:01.000+000><thread=1 (0x1)>",
        ),
    )
    failure = refusal(machine, "connect", **CONNECT)
    assert [problem["id"] for problem in failure.result["problems"]] == ["tool_disk_full"]


def test_setups_log_is_not_read_for_other_actions_nor_after_a_success(machine: Machine) -> None:
    setup = (r"C:\ConfigMgrSetup.log", b"There is not enough space on the disk")
    machine.tool = leaves(machine, setup)
    assert refusal(machine, "prepare", usage_data=CAB).result["problems"] == []
    machine.write(CAB, cab(), NOW - timedelta(hours=1))
    machine.tool = downloads(machine)
    assert do(machine, "connect", **CONNECT)["problems"] == []


def test_the_harmless_end_of_a_download_is_a_warning(connected: Machine) -> None:
    connected.tool = downloads(connected, code=-532462766, output=HARMLESS)
    task, _clock, warnings = connected.task("connect", **CONNECT)
    assert Occasion(task).carry_out()["exit_code"] == -532462766
    assert len(warnings) == 1


def test_a_download_without_usage_data_names_the_option(machine: Machine) -> None:
    failure = refusal(machine, "connect", **CONNECT)
    assert failure.result == {"missing": "usage_data"}
    machine.write(CAB, b"")
    assert refusal(machine, "connect", **CONNECT).result == {"missing": None}


def test_a_list_of_files_is_bounded(connected: Machine) -> None:
    def tool() -> Finished:
        for number in range(250):
            connected.write(rf"{PACKS}\{number:03}.cab")
        return downloads(connected)()

    connected.tool = tool
    assert len(do(connected, "connect", **CONNECT)["files"]) == 200


def test_the_default_download_of_a_site_by_name_or_number(connected: Machine) -> None:
    for version in ("2002", "5.00.8968.1000"):
        assert "site_version" in refusal(connected, "connect", **{**CONNECT, "site_version": version}).message
    connected.version = "5.0.8692.1000"
    assert do(connected, "connect", **{**CONNECT, "site_version": "5.00.8692.1000"})["changed"], "a version that is not known"


# Importing.


@pytest.fixture
def carried(machine: Machine) -> Machine:
    machine.write(MANIFEST, b"manifest")
    machine.write(rf"{PACKS}\{GUID}\{GUID}.cab", b"cab")
    machine.tool = leaves(machine, (LOG, DROPPED.encode()))
    return machine


def listed(machine: Machine, **other: str) -> None:
    files = {"ConfigMgr.Update.Manifest.ENC": b"manifest", f"{GUID}/{GUID}.cab": b"cab"}
    lines = [f"{other.get(path[:1], hashlib.sha256(data).hexdigest())}  Packs/{path}\n" for path, data in files.items()]
    machine.write(f"{PACKS}.sha256", "".join(lines).encode())


def test_an_import_is_proved_by_the_state_message_in_its_log(carried: Machine) -> None:
    task, clock, _warnings = carried.task("import", update_packs=PACKS)
    result = Occasion(task).carry_out()
    assert result["changed"]
    assert len(result["files"]) == 2
    assert result["packages"] == [GUID]
    assert len(result["pack"]) == 64
    assert result["saved_log"].endswith(f"-20261125T120000Z-{result['pack'][:16]}.log")
    assert clock.slept == []
    assert not any(line.startswith(("mkdir", "rmdir")) for line in carried.ran[:1])
    again = do(carried, "import", update_packs=PACKS)
    assert (again["changed"], again["pack"], tool_runs(carried)) == (False, result["pack"], 1)
    carried.now = NOW + timedelta(hours=1)
    assert do(carried, "import", update_packs=PACKS, force=True)["changed"]


def test_an_import_in_check_mode_takes_no_hash_of_each_file(carried: Machine) -> None:
    listed(carried, C="0" * 64)
    assert do(carried, "import", update_packs=PACKS, check_mode=True)["changed"]


def test_a_file_that_was_changed_on_the_way_stops_an_import(carried: Machine) -> None:
    listed(carried)
    assert do(carried, "import", update_packs=PACKS)["changed"]
    other = "0" * 64
    listed(carried, C=other)
    carried.ran.clear()
    failure = refusal(carried, "import", update_packs=PACKS)
    assert other in failure.message
    assert hashlib.sha256(b"cab").hexdigest() in failure.message or hashlib.sha256(b"manifest").hexdigest() in failure.message
    assert tool_runs(carried) == 0


def downloader(message: str, time: str) -> bytes:
    lines = [
        f"{text} $$<SMS_DMP_DOWNLOADER><11-25-2026 {time}.000+000><thread=47 (0x2F)>"
        for text in (f"Generating state message: 4 for package {GUID}~~", message)
    ]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("message", "time", "proved"),
    [
        (f"{DROPPED}~~", "12:00:20", True),
        (f"{DROPPED}~~", "11:00:20", False),
        ("Successfully Dropped the state message 2~~", "12:00:20", False),
    ],
)
def test_the_downloader_may_hand_an_import_over(carried: Machine, message: str, time: str, proved: bool) -> None:
    task, clock, _warnings = carried.task("import", update_packs=PACKS)
    carried.tool = leaves(carried, (LOG, b"INFO: nothing to see"))
    slept = clock.sleep

    def later(seconds: float) -> None:
        slept(seconds)
        carried.write(DOWNLOADER_LOG, downloader(message, time))

    object.__setattr__(task, "sleep", later)
    if proved:
        assert Occasion(task).carry_out()["changed"]
        assert 0 < clock.now < 60
    else:
        with pytest.raises(TaskFailure):
            Occasion(task).carry_out()
        assert clock.now == 60


@pytest.mark.parametrize(("log", "stopped"), [(b"", ""), (b"INFO: half", "time")])
def test_nobody_hands_over_what_the_tool_did_not_read(carried: Machine, log: bytes, stopped: str) -> None:
    task, clock, _warnings = carried.task("import", update_packs=PACKS)
    carried.write(DOWNLOADER_LOG, downloader(f"{DROPPED}~~", "12:00:20"))
    carried.tool = leaves(carried, (LOG, log), code=None if stopped else 0, stopped=stopped)
    with pytest.raises(TaskFailure):
        Occasion(task).carry_out()
    assert clock.slept == []


def test_a_folder_without_a_pack_is_missing(machine: Machine) -> None:
    assert refusal(machine, "import", update_packs=PACKS).result == {"missing": "update_packs"}
    machine.write(rf"{PACKS}\x.cab", b"x")
    assert refusal(machine, "import", update_packs=PACKS).result == {"missing": None}


# What is rejected before anything is done.


def test_a_wrong_option_is_refused_at_once(machine: Machine) -> None:
    with pytest.raises(TaskFailure, match="usage_data"):
        Occasion(machine.task("prepare", usage_data=r"D:\UsageData.cab")[0])
    with pytest.raises(TaskFailure, match="site_version"):
        Occasion(machine.task("prepare", usage_data=CAB, site_version="latest")[0])
    assert machine.ran == []


def test_the_server_without_the_tool(machine: Machine) -> None:
    failure = refusal(machine, "prepare", usage_data=CAB, tool_path=r"D:\Elsewhere")
    assert failure.result == {"missing": "tool_path"}
    assert "CD.Latest" in failure.message
    assert refusal(machine, "prepare", usage_data=CAB, tool_path=r"\\server\share").result == {}
    assert refusal(machine, "prepare", usage_data=CAB, tool_path=None).result == {"missing": "tool_path"}


def test_options_that_are_no_paths_are_named(machine: Machine) -> None:
    assert "tool_path" in refusal(machine, "prepare", usage_data=CAB, tool_path="*").message
    assert "log_folder" in refusal(machine, "prepare", usage_data=CAB, log_folder=r"\\server\logs").message


def test_a_server_without_a_clock(machine: Machine) -> None:
    machine.now = None
    assert "cas01.corp.example" in refusal(machine, "prepare", usage_data=CAB).message


@pytest.mark.parametrize(
    ("options", "failed"),
    [
        ({"mode": "online"}, "offline_mode"),
        ({"site_version": "2509"}, "tool_version"),
        ({"site_version": "5.00.9146.1000"}, "tool_version"),
        ({"required_free_bytes": 200 * 1024**3}, "free_space_d"),
    ],
)
def test_a_run_that_lacks_something_is_not_started(machine: Machine, options: dict[str, Any], failed: str) -> None:
    failure = refusal(machine, "prepare", usage_data=CAB, **options)
    assert [id for id, status in statuses(failure.result["checks"]).items() if status == "failed"] == [failed]
    assert "cas01.corp.example" in failure.message
    assert machine.ran == []


def test_every_reason_is_told_at_once(machine: Machine) -> None:
    machine.groups = USER
    machine.free["D:"] = 10
    failure = refusal(machine, "prepare", usage_data=CAB)
    assert "local administrator" in failure.message
    assert "required_free_bytes" in failure.message


def test_an_import_needs_twice_the_room_of_its_pack(carried: Machine) -> None:
    carried.free["D:"] = 2 * len(b"manifest" + b"cab")
    assert do(carried, "import", update_packs=PACKS)["changed"]
    carried.free["D:"] -= 1
    carried.tool = leaves(carried)
    assert "free_space_d" in [
        check["id"]
        for check in refusal(carried, "import", update_packs=PACKS, force=True).result["checks"]
        if check["status"] == "failed"
    ]


def test_something_that_cannot_be_read_is_a_sentence(machine: Machine) -> None:
    machine.write(CAB, cab(), NOW - timedelta(days=9))
    machine.refused = {"mkdir"}
    failure = refusal(machine, "prepare", usage_data=CAB)
    assert "mkdir" in failure.message
    assert failure.result == {}
    assert tool_runs(machine) == 0
