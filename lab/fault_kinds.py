"""Every kind of fault that can be injected, with its parameters. :mod:`lab.faults` takes the orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REQUEST_KINDS: Mapping[str, str] = {
    "drop_before": "close the connection before the request is processed",
    "drop_after": "process the request, then close the connection without an answer",
    "delay": "wait `seconds` (wall clock), then process the request and answer",
    "delay_after": "process the request at once, wait `seconds` (wall clock), then answer",
    "http_status": "answer with only the HTTP `status`, without processing the request",
    "garbage": "process the request, answer with bytes that are not XML",
    "truncate": "process the request, answer with only the beginning of a SOAP envelope",
    "truncate_sealed": "process the request, answer with only the first half of the encrypted message",
    "quota": "reject the request because a quota of the server is exceeded",
    "provider_fault": "answer a WMI request with a provider failure (0x80041001), without processing it",
    "provider_not_found": 'answer a WMI request with "not found" (0x80041002), without processing it',
    "provider_fault_after": "process a WMI request, answer with a provider failure (0x80041001)",
}

Kind = type | tuple[str, ...]

_CAUSES = ("untrusted", "tls", "proxy", "name_resolution", "refused", "timeout", "lost")
_OPERATIONS = ("enumerate", "get", "invoke", "put", "create", "delete", "after_put", "after_create", "after_delete")
_UPDATE_PHASES = ("replication", "prerequisites", "update_service", "installation", "post_installation")
_WAITS = ("enabled", "replication", "prerequisites", "waiting_parent", "installation", "post_installation")
_PHASES = ("usage_data", "console_content", "payload", "redist", "manifest", "import", "state_message")


@dataclass(frozen=True)
class FlagKind:
    """What a flag does, what it is set on (``machine`` or ``site``), its parameters, and the required parameters.

    Without a machine or a site it is set on all of them, unless the machine or site is required. A parameter has a type, or a
    list of allowed values. ``counted``: it affects single events, so that it can be limited to a number of them.
    """

    text: str
    on: str
    params: Mapping[str, Kind] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    counted: bool = True


FLAGS: Mapping[str, FlagKind] = {
    "dead_machine": FlagKind("the machine's address does not answer", "machine", needs=("machine",), counted=False),
    "provider_error": FlagKind(
        "the SMS Provider of the site fails, with `message`",
        "site",
        {"message": str, "operation": _OPERATIONS, "class_name": str},
    ),
    "write_refused": FlagKind(
        "the SMS Providers of the site refuse to create, put or delete over WS-Management, with this `answer` (not_supported)",
        "site",
        {"operation": ("create", "put", "delete"), "answer": ("not_supported", "not_capable"), "class_name": str},
    ),
    "install_failure": FlagKind(
        "an installation of site components on the machine fails and is retried", "machine", {"reason": str}
    ),
    "install_never": FlagKind(
        "an installation of site components on the machine begins and never ends", "machine", counted=False
    ),
    "stuck_thread": FlagKind(
        "a thread of SMS_EXECUTIVE on the machine never leaves its state", "machine", {"component": str}, counted=False
    ),
    "thread_crash": FlagKind(
        "a thread of SMS_EXECUTIVE on the machine ends soon after its start", "machine", {"component": str}, counted=False
    ),
    "failing_download": FlagKind(
        "checks for updates on the machine fail with this `cause`", "machine", {"cause": _CAUSES}, needs=("cause",)
    ),
    "failing_endpoint": FlagKind(
        "the endpoint check of the service connection point on the machine fails for `host`; without it, for every host",
        "machine",
        {"host": str},
        counted=False,
    ),
    "share_unreadable": FlagKind("the site server cannot read the content of an update from the role's server", "site"),
    "tool_crash": FlagKind(
        "the service connection tool crashes in this `phase`", "machine", {"phase": _PHASES}, needs=("phase",)
    ),
    "tool_disk_full": FlagKind(
        "the service connection tool finds the disk full in this `phase`; without `phase`, in any", "machine", {"phase": _PHASES}
    ),
    "tool_redist_missing": FlagKind("the service connection tool cannot download a redistributable file", "machine"),
    "tool_noise": FlagKind(
        "the harmless message at the end of -connect: always (true) or never (false); normally only at an account's first run",
        "machine",
        {"shown": bool},
        needs=("shown",),
    ),
    "tool_exit_code": FlagKind(
        "the service connection tool ends with this exit `code`, whatever its result", "machine", {"code": int}, needs=("code",)
    ),
    "database_unreadable": FlagKind(
        "no account has the right to read the site database (SELECT is denied)", "site", counted=False
    ),
    "update_download_failure": FlagKind(
        "the download of an update by the service connection point on the machine fails, with `cause`",
        "machine",
        {"cause": _CAUSES},
    ),
    "update_download_stuck": FlagKind(
        "the download of an update by the service connection point on the machine makes no progress until a restart of the "
        "thread, or of SMS_EXECUTIVE on the site server, after the fault was cancelled",
        "machine",
        counted=False,
    ),
    "update_payload_incomplete": FlagKind(
        "a downloaded update lacks a redistributable file, until it is downloaded again", "machine"
    ),
    "update_content_untrusted": FlagKind(
        "the replicated content of an update is damaged at the site, until it is replicated again", "site"
    ),
    "update_prerequisite": FlagKind(
        "the prerequisite check of an update at the site has this `result` for this `rule`; the fault can be cancelled to fix it",
        "site",
        {"rule": str, "result": ("passed", "warning", "failed"), "description": str},
        needs=("rule", "result"),
        counted=False,
    ),
    "update_failure": FlagKind(
        "an update fails at the site in this `phase`, at this `step` (SubStageid, such as 0xd000e), with `reason` in the log",
        "site",
        {"phase": _UPDATE_PHASES, "step": str, "reason": str},
        needs=("phase",),
    ),
    "update_stuck": FlagKind(
        "an update makes no progress at the site in this `phase` until the fault is cancelled",
        "site",
        {"phase": _WAITS},
        needs=("phase",),
        counted=False,
    ),
    "update_start_refused": FlagKind(
        "the SMS Provider of the site rejects the start of an update, with `message`", "site", {"message": str}
    ),
    "update_start_ignored": FlagKind("the SMS Provider of the site accepts the start of an update, and nothing happens", "site"),
    "update_states_hang": FlagKind(
        "the states of the sites do not reach the top-level site: the state of the update stays", "site", counted=False
    ),
    "update_restart": FlagKind(
        "the site server restarts while it installs an update, and is away for `seconds` of lab time", "site", {"seconds": int}
    ),
    "update_restart_pending": FlagKind(
        "after the installation the site waits for a restart (196613) until the fault is cancelled", "site", counted=False
    ),
    "update_database_blocked": FlagKind(
        "a `session` of a `program` blocks the upgrade of the site database",
        "site",
        {"program": str, "session": int},
        counted=False,
    ),
    "update_window_closed": FlagKind("the service windows of the site are closed", "site", counted=False),
    "second_controller": FlagKind(
        "another administrator installs the role on `server` when this site gets a service connection point",
        "site",
        {"server": str, "mode": ("online", "offline")},
        needs=("server",),
    ),
}
