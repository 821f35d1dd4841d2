"""The bodies of WinRS messages ([MS-WSMV] 2.2.4.37 and following). Pure functions."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.winrm.bounded_xml import local_name
from lab.winrm.message import Reply, Request
from lab.winrm.names import ADDRESSING, SHELL, TRANSFER, WSMAN
from lab.winrm.programs import OutputPart


def same_uri(left: str, right: str) -> bool:
    """Whether two URIs are the same for WinRM: in any letter case."""
    return left.casefold() == right.casefold()


def child(parent: ET.Element, name: str) -> ET.Element | None:
    """The first child with this local name."""
    return next((element for element in parent if local_name(element) == name), None)


def stream_names(parent: ET.Element, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """The streams that an element lists, separated by blanks."""
    element = child(parent, name)
    return tuple((element.text or "").split()) if element is not None and element.text else default


@dataclass(frozen=True)
class ShellFacts:
    """What the answer to Create says of a shell."""

    id: str
    owner: str
    idle_seconds: float
    streams: Sequence[str]
    environment: Mapping[str, str]
    working_directory: str


def created(request: Request, facts: ShellFacts) -> Reply:
    """The answer to Create: the address of the shell, and its description (pywinrm reads the first, pypsrp the second).

    Order and content are captured; only the order of Environment and WorkingDirectory is that of the schema
    ([MS-WSMV] 2.2.4.37), because no capture has both.
    """
    resource = ET.Element(f"{{{TRANSFER}}}ResourceCreated")
    ET.SubElement(resource, f"{{{ADDRESSING}}}Address").text = request.to
    parameters = ET.SubElement(resource, f"{{{ADDRESSING}}}ReferenceParameters")
    ET.SubElement(parameters, f"{{{WSMAN}}}ResourceURI").text = request.resource_uri
    selectors = ET.SubElement(parameters, f"{{{WSMAN}}}SelectorSet")
    ET.SubElement(selectors, f"{{{WSMAN}}}Selector", {"Name": "ShellId"}).text = facts.id
    shell = _element("Shell")
    _texts(
        shell,
        ("ShellId", facts.id),
        ("ResourceUri", request.resource_uri),
        ("Owner", facts.owner),
        ("ClientIP", request.client_address),
    )
    if facts.environment:
        variables = ET.SubElement(shell, f"{{{SHELL}}}Environment")
        for name, value in facts.environment.items():
            ET.SubElement(variables, f"{{{SHELL}}}Variable", {"Name": name}).text = value
    if facts.working_directory:
        _texts(shell, ("WorkingDirectory", facts.working_directory))
    _texts(
        shell,
        ("IdleTimeOut", f"PT{facts.idle_seconds:.3f}S"),
        ("InputStreams", "stdin"),
        ("OutputStreams", " ".join(facts.streams)),
        ("ShellRunTime", "P0DT0H0M0S"),
        ("ShellInactivity", "P0DT0H0M0S"),
    )
    return Reply(f"{TRANSFER}/CreateResponse", (resource, shell))


def command_response(command_id: str) -> Reply:
    """The answer to Command."""
    response = _element("CommandResponse")
    ET.SubElement(response, f"{{{SHELL}}}CommandId").text = command_id
    return Reply(f"{SHELL}/CommandResponse", (response,))


def receive_response(command_id: str, part: OutputPart, wanted: Sequence[str]) -> Reply:
    """The answer to Receive: the output of the requested streams, the state, and at the end the exit code."""
    response = _element("ReceiveResponse")
    for stream, data in part.chunks:
        if stream in wanted:
            element = ET.SubElement(response, f"{{{SHELL}}}Stream", {"Name": stream, "CommandId": command_id})
            element.text = base64.b64encode(data).decode("ascii")
    if part.exit_code is not None:
        for stream in wanted:
            ET.SubElement(response, f"{{{SHELL}}}Stream", {"Name": stream, "CommandId": command_id, "End": "true"})
    name = "Running" if part.exit_code is None else "Done"
    state = ET.SubElement(
        response, f"{{{SHELL}}}CommandState", {"CommandId": command_id, "State": f"{SHELL}/CommandState/{name}"}
    )
    if part.exit_code is not None:
        ET.SubElement(state, f"{{{SHELL}}}ExitCode").text = str(part.exit_code)
    return Reply(f"{SHELL}/ReceiveResponse", (response,))


def _texts(parent: ET.Element, *values: tuple[str, str]) -> None:
    for name, text in values:
        ET.SubElement(parent, f"{{{SHELL}}}{name}").text = text


def _element(name: str) -> ET.Element:
    return ET.Element(f"{{{SHELL}}}{name}")
