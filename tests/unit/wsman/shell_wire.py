"""A server's answers about remote shells, written manually."""

from __future__ import annotations

import base64

from tests.unit.wsman import wire

RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
SHELL_ID, COMMAND_ID = "11111111-AAAA-4BBB-8CCC-222222222222", "33333333-DDDD-4EEE-8FFF-444444444444"
CREATED = (
    f"<x:ResourceCreated><a:Address>anonymous</a:Address><a:ReferenceParameters><w:ResourceURI>{RSP}/cmd</w:ResourceURI>"
    f'<w:SelectorSet><w:Selector Name="ShellId">{SHELL_ID}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
    "</x:ResourceCreated>"
)
DESCRIBED = f'<rsp:Shell xmlns:rsp="{RSP}"><rsp:ShellId>{SHELL_ID}</rsp:ShellId></rsp:Shell>'
STARTED = f'<rsp:CommandResponse xmlns:rsp="{RSP}"><rsp:CommandId>{COMMAND_ID}</rsp:CommandId></rsp:CommandResponse>'
SENT = f'<rsp:SendResponse xmlns:rsp="{RSP}"/>'
DELETED = ""
TIMED_OUT = wire.fault_a(0x80338029, None, "The operation timed out.", subcode="w:TimedOut")


def received(
    *streams: tuple[str, bytes | str], state: str = "Done", exit_code: str | None = "0", command: str = COMMAND_ID
) -> str:
    parts = [
        f'<rsp:Stream Name="{name}" CommandId="{command}">'
        f"{data if isinstance(data, str) else base64.b64encode(data).decode()}</rsp:Stream>"
        for name, data in streams
    ]
    code = f"<rsp:ExitCode>{exit_code}</rsp:ExitCode>" if exit_code is not None else ""
    parts.append(f'<rsp:CommandState CommandId="{command}" State="{RSP}/CommandState/{state}">{code}</rsp:CommandState>')
    return f'<rsp:ReceiveResponse xmlns:rsp="{RSP}">{"".join(parts)}</rsp:ReceiveResponse>'
