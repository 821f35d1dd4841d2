# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Remote command shells: the messages of one shell ([MS-WSMV] 2.2.4.36 and following, 3.1.4.5.2, 3.1.4.11 to 3.1.4.14).

Every function is one request over the session's exchange and raises what ``Exchange.call`` raises. Nothing is repeated, and
only ``receive`` waits, for the given time.
"""

from __future__ import annotations

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import names, scalars
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import child, descendant
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError, RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.exchange import Exchange
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind

UTF8_CODE_PAGE = 65001
# Input of one message: well below the smallest default of MaxEnvelopeSizekb in Windows (150).
MAX_INPUT_BYTES = 64 * 1024

_RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_RESOURCE = f"{_RSP}/cmd"
_TARGET = "the command shell"
_ID = re.compile(r"[A-Za-z0-9-]{1,100}")
_EXIT_CODE = re.compile(r"-?\d{1,10}", re.ASCII)


@dataclass(frozen=True)
class Output:
    """What a command wrote since the last Receive. ``exit_code`` is None while it runs."""

    stdout: bytes
    stderr: bytes
    done: bool
    exit_code: int | None


def create(exchange: Exchange, idle_seconds: float, folder: str = "") -> str:
    """Open a shell that writes UTF-8; returns its id.

    The account's profile is not loaded, so that no profile folder is created on the server.

    :param idle_seconds: after this long without a request the server ends the shell by itself.
    :param folder: where commands run; the account's own folder when empty.
    """
    shell = ET.Element(f"{{{_RSP}}}Shell")
    # The order is that of the schema ([MS-WSMV] 2.2.4.37).
    if folder:
        scalars.check_text(folder)
        ET.SubElement(shell, f"{{{_RSP}}}WorkingDirectory").text = folder
    ET.SubElement(shell, f"{{{_RSP}}}IdleTimeOut").text = f"PT{idle_seconds:.3f}S"
    ET.SubElement(shell, f"{{{_RSP}}}InputStreams").text = "stdin"
    ET.SubElement(shell, f"{{{_RSP}}}OutputStreams").text = "stdout stderr"
    options = _options({"WINRS_NOPROFILE": "TRUE", "WINRS_CODEPAGE": str(UTF8_CODE_PAGE)})
    info = RequestInfo("Create", target=_TARGET)
    body = exchange.call(names.CREATE, _RESOURCE, shell, info, headers=[options])
    return _id(_shell_id(body), "ShellId", info)


def start(exchange: Exchange, shell_id: str, line: str) -> str:
    """Run a command line with cmd.exe; returns the command's id. Its input is a pipe, not a console.

    :raises ValueError: a character that XML does not allow.
    """
    scalars.check_text(line)
    command_line = ET.Element(f"{{{_RSP}}}CommandLine")
    ET.SubElement(command_line, f"{{{_RSP}}}Command").text = line
    options = _options({"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "FALSE"})
    info = RequestInfo("Command", target=_TARGET)
    selectors = {"ShellId": shell_id}
    body = exchange.call(f"{_RSP}/Command", _RESOURCE, command_line, info, selectors=selectors, headers=[options])
    found = child(child(body, "CommandResponse"), "CommandId")
    return _id(found.text if found is not None else None, "CommandId", info)


def send(exchange: Exchange, shell_id: str, command_id: str, data: bytes) -> None:
    """Send a command all of its input, and close the input.

    :raises ValueError: more than ``MAX_INPUT_BYTES``.
    """
    if len(data) > MAX_INPUT_BYTES:
        raise ValueError(f"the input has {len(data)} bytes; at most {MAX_INPUT_BYTES} are allowed")
    content = ET.Element(f"{{{_RSP}}}Send")
    stream = ET.SubElement(content, f"{{{_RSP}}}Stream", {"Name": "stdin", "CommandId": command_id, "End": "true"})
    stream.text = base64.b64encode(data).decode("ascii")
    info = RequestInfo("Send", target=_TARGET)
    exchange.call(f"{_RSP}/Send", _RESOURCE, content, info, selectors={"ShellId": shell_id})


def receive(exchange: Exchange, shell_id: str, command_id: str, wait_seconds: float) -> Output | None:
    """What the command wrote; None when it wrote nothing for ``wait_seconds`` and still runs.

    :raises AnswerError: also for output of another command, or output that is not base64.
    """
    content = ET.Element(f"{{{_RSP}}}Receive")
    ET.SubElement(content, f"{{{_RSP}}}DesiredStream", {"CommandId": command_id}).text = "stdout stderr"
    info = RequestInfo("Receive", target=_TARGET)
    try:
        body = exchange.call(
            f"{_RSP}/Receive",
            _RESOURCE,
            content,
            info,
            selectors={"ShellId": shell_id},
            operation_timeout_seconds=wait_seconds,
        )
    except CimFault as fault:
        if fault.kind is FaultKind.TIMED_OUT:
            return None
        raise
    response = child(body, "ReceiveResponse")
    if response is None:
        raise AnswerError("the answer contains no ReceiveResponse", request=info)
    return _output(response, command_id, info)


def delete(exchange: Exchange, shell_id: str) -> None:
    """Close the shell; the server stops commands that still run in it, and releases those that have ended."""
    info = RequestInfo("Delete", target=_TARGET)
    exchange.call(names.DELETE, _RESOURCE, None, info, selectors={"ShellId": shell_id})


def _options(options: Mapping[str, str]) -> ET.Element:
    # Plain names, unlike the options of WMI resources (3.1.4.1.10).
    option_set = ET.Element(f"{{{names.W}}}OptionSet")
    for name, value in options.items():
        ET.SubElement(option_set, f"{{{names.W}}}Option", {"Name": name}).text = value
    return option_set


def _shell_id(body: ET.Element) -> str | None:
    # Both the reference and the description of the new shell name it; older servers send only the first.
    for element in body.iter():
        if names.local(element.tag).lower() == "selector" and element.attrib.get("Name", "").lower() == "shellid":
            return element.text
    found = descendant(body, "ShellId")
    return found.text if found is not None else None


def _id(text: str | None, name: str, info: RequestInfo) -> str:
    found = (text or "").strip()
    if not _ID.fullmatch(found):
        raise AnswerError(f"the answer contains no {name}", request=info)
    return found


def _output(response: ET.Element, command_id: str, info: RequestInfo) -> Output:
    streams = {"stdout": bytearray(), "stderr": bytearray()}
    done, exit_code = False, None
    for element in response:
        if element.attrib.get("CommandId", command_id).lower() != command_id.lower():
            raise AnswerError("the answer belongs to another command", request=info)
        name = names.local(element.tag).lower()
        if name == "stream" and element.attrib.get("Name", "").lower() in streams:
            streams[element.attrib["Name"].lower()] += _decoded(element.text, info)
        elif name == "commandstate":
            done = element.attrib.get("State", "").rpartition("/")[2].lower() == "done"
            exit_code = _exit_code(child(element, "ExitCode"), info)
    return Output(bytes(streams["stdout"]), bytes(streams["stderr"]), done, exit_code)


def _decoded(text: str | None, info: RequestInfo) -> bytes:
    try:
        # As bytes: the words of a text with many spaces would need far more memory than the text.
        return base64.b64decode((text or "").encode("ascii").translate(None, b" \t\r\n"), validate=True)
    except (binascii.Error, ValueError):
        raise AnswerError("the answer's output is not base64", request=info) from None


def _exit_code(element: ET.Element | None, info: RequestInfo) -> int | None:
    if element is None:
        return None
    text = (element.text or "").strip()
    if not _EXIT_CODE.fullmatch(text):
        raise AnswerError("the answer's exit code is not a number", request=info)
    # Windows has 32-bit exit codes and writes the large ones as signed or unsigned numbers.
    code = int(text) & 0xFFFFFFFF
    return code - 0x100000000 if code >= 0x80000000 else code
