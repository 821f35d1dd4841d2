"""What lines mean: stages, problems, and what only looks like one."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import flow_tables, known_logs, problem_tables
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.patterns import Meaning, reader
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problem_tables import CODED, NAMED, UNKNOWN
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record

GUID = "7d3a9c1e-52b4-4f0b-9e66-0c5d2a8f4b11"
CLOSED = "The underlying connection was closed: "


def meaning(message: str, log: str = "dmpdownloader.log", type: int | None = None) -> Meaning:
    return reader(known_logs.by_file(log)).meaning(Record(message, type=type))


def problem(message: str, log: str = "dmpdownloader.log") -> str | None:
    found = meaning(message, log).problem
    return found.id if found else None


@pytest.mark.parametrize(
    ("log", "message", "stage"),
    [
        ("Dmpdownloader.log", "Hasn't synced recently.", "check_started"),
        ("dmpdownloader.lo_", "Site is preview? no", "branch"),
        ("dmpdownloader.log", "Easysetup fwlink to download the manifest: https://go.microsoft.com/x", "manifest_address"),
        ("dmpdownloader.log", "Got fwd link and recreating the httprequest/response", "manifest_download"),
        ("dmpdownloader.log", r"File 'E:\x\ConfigMgr.Update.Manifest.cab' is signed and trusted.", "manifest_verified"),
        ("dmpdownloader.log", "Signing root cert's thumbprint: cdd4", "manifest_verified"),
        ("dmpdownloader.log", "Finished calling verify manifest", "manifest_verified"),
        ("dmpdownloader.log", "Manifest.cab was successfully moved to the connector outbox", "manifest_handed_over"),
        ("dmpdownloader.log", f"Download content for payload [{GUID}]", "payload_download"),
        ("dmpdownloader.log", f"EasySetupDownloadSinglePackage downloading {GUID}. ", "payload_download"),
        ("dmpdownloader.log", f"Successfully download redist for {GUID}", "redist_done"),
        ("hman.log", "Processing Configuration Manager Update manifest file", "manifest_accepted"),
        (
            "hman.log",
            f"Configuration Manager Update (PackageGuid={GUID}) is not applicable and should be filtered.",
            "applicability",
        ),
        ("distmgr.log", r"Taking package snapshot for package [X] from source \\s\EasySetupPayLoad\g", "snapshot"),
        ("schedule.log", "Created new send request ID: 2", "scheduled"),
        ("scheduler.log", "Created new send request ID: 2", "scheduled"),
        ("sender.log", "Sending completed successfully", "sent"),
        ("sender.log", "Sending completed [x]", "sent"),
        ("despool.log", "Stored Package X. Stored Package Version = 3", "stored"),
        ("CMUpdate.log", "INFO: Successfully notified HMan that update package is installed", "installed"),
        ("CMUpdate.log", "Successfully dropped update pack installed notification to HMan CFD box.", "installed"),
    ],
)
def test_stages(log: str, message: str, stage: str) -> None:
    assert [found.id for found in meaning(message, log).stages] == [stage]
    assert meaning(message, "other.log").stages == ()


@pytest.mark.parametrize(
    ("message", "id"),
    [
        # The four examples in Microsoft's documentation.
        (
            f"WARNING: Failed to download easy setup payload with exception: {CLOSED}Could not establish trust relationship "
            "for the SSL/TLS secure channel.",
            "untrusted_certificate",
        ),
        (
            f"ERROR: Failed to download Admin UI content payload with exception: {CLOSED}An unexpected error occurred on a send.",
            "tls",
        ),
        (
            "WARNING: Failed to download easy setup payload with exception: "
            "The remote server returned an error: (400) Bad Request.",
            "http_bad_request",
        ),
        # Another prefix, another verb, none at all: the same exception.
        (f"{CLOSED}Could not establish trust relationship for the SSL/TLS secure channel.", "untrusted_certificate"),
        ("Cannot upload: The remote name could not be resolved: 'x'", "name_resolution"),
        ("The proxy name could not be resolved: 'p'", "proxy_name_resolution"),
        ("Unable to connect to the remote server", "connect"),
        # The inner exception on a following line is the specific one.
        (
            "Unable to connect to the remote server\nNo connection could be made because the target machine actively refused it",
            "connection_refused",
        ),
        ("Unable to connect to the remote server\n... did not properly respond after a period of time, or ...", "timeout"),
        (f"{CLOSED}The connection was closed unexpectedly.", "connection_lost"),
        (f"{CLOSED}Something that nobody has seen yet.", "connection_closed"),
        ("The remote server returned an error: (407) Proxy Authentication Required.", "proxy_authentication"),
        (
            "Der Remoteserver hat einen Fehler zurückgegeben: (407) Proxyauthentifizierung erforderlich. Failed",
            "proxy_authentication",
        ),
        ("ERROR: The remote server returned an error: (418) I'm a teapot.", "http_client_error"),
        ("ERROR: The remote server returned an error: (509).", "http_server_failure"),
        ("Failed. HTTP status code 403", "http_forbidden"),
        # Codes, decimal and hexadecimal, without any text about a failure.
        ("returned -2147012889", "name_resolution"),
        ("returned 0x80072ee7", "name_resolution"),
        ("BITS job ended with 0x80190197", "proxy_authentication"),
        ("Failed to call AdminUIContentDownload. error = Error -2146233079", "hresult"),
        ("call returned 0x8ABCDEF0", "hresult"),
        ("Something failed that nobody knows", "unrecognised"),
        ("Failed to calculate hash", "unrecognised"),
    ],
)
def test_problems(message: str, id: str) -> None:
    assert problem(message) == id


def test_a_pattern_may_belong_to_one_log() -> None:
    assert problem("Failed to calculate hash", "hman.log") == "share_unreadable"


@pytest.mark.parametrize(
    ("message", "log"),
    [
        ("There is no additional error details", "hman.log"),
        (r"Validate CMU file [\\x\y.CMU] with no intune subscription.", "hman.log"),
        ("Failed to create COM object for MOM maintenance mode. 0x80040154", "cmupdate.log"),
        ("Finished with 0 errors", "x.log"),
        ("ErrorCode = 0", "x.log"),
        ("Started failover cluster detection", "x.log"),
        ("INFO: WinHttpQueryHeaders() in Download() returned OK (200)", "ConfigMgrSetup.log"),
        ("INFO: Failed over to the other node, this is what an error looks like", "x.log"),
        ("manifest.cab (http response) size is 11526232", "dmpdownloader.log"),
        ("PayloadExist = -1", "dmpdownloader.log"),
        ("Is it a fast channel? :False", "dmpdownloader.log"),
    ],
)
def test_what_only_looks_like_a_failure(message: str, log: str) -> None:
    assert problem(message, log) is None


def test_an_exemption_holds_in_its_log_only() -> None:
    assert problem("Failed to create COM object for MOM maintenance mode. 0x80040154", "x.log") == "hresult"
    assert problem("failed with an error", "cmupdate.log") == "unrecognised"


def test_a_line_that_only_follows() -> None:
    found = meaning("WARNING: Retry in the next polling cycle")
    assert (found.follows, found.problem) == (True, None)


def test_a_code_is_named() -> None:
    found = meaning("Failed to call X. error = Error -2146233079").problem
    assert found is not None
    assert "COR_E_INVALIDOPERATION" in found.cause
    assert found.rank == CODED
    unknown = meaning("failed: 0x8ABCDEF0").problem
    assert unknown is not None
    assert "not in the collection's table" in unknown.cause


def test_state_messages_and_threads() -> None:
    found = meaning(f"Generating state message: 10 for package {GUID.upper()}")
    assert found.state_message == (10, GUID)
    assert meaning("Successfully Dropped the state message 4").state_dropped == 4
    assert flow_tables.state_message_name(4) == "MANIFEST_DOWNLOADED"
    assert flow_tables.state_message_name(12) == "progress"
    assert flow_tables.state_stage(12) is None
    assert meaning("SMS_EXECUTIVE started SMS_X as thread ID 3648 (0xE40)").thread == ("SMS_X", True)
    assert meaning("SMS_EXECUTIVE signalled SMS_X to stop.").thread == ("SMS_X", False)


def test_package_ids_are_compared_without_case() -> None:
    assert meaning(f"EasySetupDownloadSinglePackage downloading {GUID.upper()}. ").package == GUID


def test_the_same_message_is_read_once_and_long_ones_are_not_kept() -> None:
    first = meaning("Hasn't synced recently.")
    assert meaning("Hasn't synced recently.") is first
    assert meaning("x" * 500) is meaning("x" * 500)
    assert meaning("x" * 501) is not meaning("x" * 501)


def test_the_type_of_a_record_is_part_of_what_it_says() -> None:
    levels = [found.severity if (found := meaning("all is well", type=type).problem) else None for type in (1, 2, 3)]
    assert levels == [None, "warning", "error"]
    # Known text is a problem whatever its type, and only a warning if the record says so.
    levels = [
        found.severity if (found := meaning("Unable to connect to the remote server", type=type).problem) else None
        for type in (1, 2)
    ]
    assert levels == ["error", "warning"]


def test_nothing_is_looked_for_far_inside_a_message() -> None:
    assert problem("x" * 15_995 + " failed") == "unrecognised"
    assert problem("x" * 15_996 + " failed") is None


@pytest.mark.parametrize(
    ("message", "id", "status", "code"),
    [
        ("error: (407) x", "proxy_authentication", 407, ""),
        ("returned 0x80072ee7", "name_resolution", None, "0x80072EE7"),
        ("returned -2146233079", "hresult", None, "0x80131509"),
        ("returned -805306369", "hresult", None, "0xCFFFFFFF"),
        ("returned -805306368", None, None, ""),
        # From BITS, containing an HTTP status.
        ("ended with 0x8019018F", "hresult", None, "0x8019018F"),
        ("ended with 0x80190190", "http_bad_request", 400, "0x80190190"),
        ("ended with 0x80190257", "proxy_failure", 599, "0x80190257"),
        ("ended with 0x80190258", "hresult", None, "0x80190258"),
        # Of several codes the first one is used; a status has priority over any code.
        ("0x80131509 then 0x80072ee7", "hresult", None, "0x80131509"),
        ("-2147012889 then 0x80131509", "name_resolution", None, "0x80072EE7"),
        ("0x80072ee7, http status 407", "proxy_authentication", 407, ""),
    ],
)
def test_statuses_and_codes_of_problems(message: str, id: str | None, status: int | None, code: str) -> None:
    found = meaning(message).problem
    assert (found.id if found else None, found.http_status if found else None, found.code if found else "") == (id, status, code)


def test_a_code_alone_is_an_error_and_in_a_warning_a_warning() -> None:
    levels = [
        found.severity if (found := meaning(text).problem) else None
        for text in ("got 0x80072ee7", "WARNING: got 0x80072ee7", "WARNING: (407) http status 407")
    ]
    assert levels == ["error", "warning", "warning"]


def test_what_ends_a_problem() -> None:
    ends = {id: problem_tables.computed(id).resolved_by for id in ("thread_stopped", "stalled")}
    for text, log in (("Failed to calculate hash", "hman.log"), ("Unable to connect to the remote server", "dmpdownloader.log")):
        found = meaning(text, log).problem
        assert found is not None
        ends[found.id] = found.resolved_by
    # None: the flow that the problem stopped.
    assert ends == {"thread_stopped": None, "stalled": None, "share_unreadable": "content", "connect": None}


def test_which_problems_may_be_the_consequence_of_another_line() -> None:
    texts = (
        "Something failed",
        "failed: 0x8ABCDEF0",
        "got 0x80072ee7",
        "error: (407) x",
        "Unable to connect to the remote server",
    )
    assert [found.rank for text in texts if (found := meaning(text).problem)] == [UNKNOWN, CODED, NAMED, NAMED, NAMED]


def test_a_package_is_that_of_a_stage_or_a_problem() -> None:
    assert meaning(f"nothing to tell of {GUID}").package == ""
    assert meaning(f"failed for {GUID}").package == GUID


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("404 (Not Found)", None),
        ("401 (Unauthorized)", None),
        ("403 (Forbidden)", None),
        ("407 (Proxy Authentication Required)", "proxy_authentication"),
    ],
)
def test_the_check_of_addresses_fails_at_some_statuses_only(status: str, found: str | None) -> None:
    line = f"Response from https://us.gateway.configmgr.manage.microsoft.com/api/gateway is: {status}"
    assert problem(line, "EndpointConnectivityCheckWorker.log") == found
    assert problem(line, "CMGatewayNotificationWorker.log") is not None
    assert problem(f"ERROR: {line}", "EndpointConnectivityCheckWorker.log") is not None
