"""The messages of a remote shell as they are sent, and what is read from the answers."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import shell
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.exchange import Exchange
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.wsman import wire
from tests.unit.wsman.shell_wire import (
    COMMAND_ID,
    CREATED,
    DELETED,
    DESCRIBED,
    RSP,
    SENT,
    SHELL_ID,
    STARTED,
    TIMED_OUT,
    received,
)


def exchange(*answers: wire.Answer) -> tuple[Exchange, wire.Script]:
    cim, script = wire.session(*answers)
    return cim.exchange, script


def options(script: wire.Script, index: int = -1) -> dict[str, str]:
    found = script.sent[index].iterfind(".//{*}Header//{*}Option")
    return {option.attrib["Name"]: option.text or "" for option in found}


def only(element: ET.Element, name: str) -> ET.Element:
    found = element.findall(f".//{{{RSP}}}{name}")
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("answer", [CREATED, DESCRIBED, CREATED + DESCRIBED])
def test_create(answer: str) -> None:
    link, script = exchange(answer)
    assert shell.create(link, 180) == SHELL_ID
    assert script.action(0).endswith("/transfer/Create")
    assert script.header(0, "ResourceURI") == f"{RSP}/cmd"
    assert options(script) == {"WINRS_NOPROFILE": "TRUE", "WINRS_CODEPAGE": "65001"}
    wanted = only(script.body(0), "Shell")
    assert [(child.tag.rpartition("}")[2], child.text) for child in wanted] == [
        ("IdleTimeOut", "PT180.000S"),
        ("InputStreams", "stdin"),
        ("OutputStreams", "stdout stderr"),
    ]


def test_create_in_a_folder() -> None:
    link, script = exchange(CREATED)
    shell.create(link, 180, r"D:\My Tool")
    children = list(only(script.body(0), "Shell"))
    assert (children[0].tag.rpartition("}")[2], children[0].text) == ("WorkingDirectory", r"D:\My Tool")


@pytest.mark.parametrize("answer", ["", "<x:ResourceCreated/>", DESCRIBED.replace(SHELL_ID, "not an id")])
def test_create_without_an_id(answer: str) -> None:
    link, _ = exchange(answer)
    with pytest.raises(AnswerError, match="contains no ShellId"):
        shell.create(link, 180)


def test_start() -> None:
    link, script = exchange(STARTED)
    assert shell.start(link, SHELL_ID, r'%SystemRoot%\System32\curl.exe --x "a b"') == COMMAND_ID
    assert script.action(0) == f"{RSP}/Command"
    assert script.selectors(0) == {"ShellId": SHELL_ID}
    assert options(script) == {"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "FALSE"}
    assert only(script.body(0), "Command").text == r'%SystemRoot%\System32\curl.exe --x "a b"'


def test_a_line_that_xml_cannot_carry_is_not_sent() -> None:
    link, script = exchange()
    with pytest.raises(ValueError, match=r"U\+0000"):
        shell.start(link, SHELL_ID, "curl\0")
    assert script.sent == []


def test_send_closes_the_input() -> None:
    link, script = exchange(SENT)
    shell.send(link, SHELL_ID, COMMAND_ID, "größe\n".encode())
    stream = only(script.body(0), "Stream")
    assert stream.attrib == {"Name": "stdin", "CommandId": COMMAND_ID, "End": "true"}
    assert base64.b64decode(stream.text or "").decode() == "größe\n"


def test_too_much_input_is_not_sent() -> None:
    link, script = exchange()
    with pytest.raises(ValueError, match="65537 bytes"):
        shell.send(link, SHELL_ID, COMMAND_ID, b"x" * 65537)
    assert script.sent == []


def test_receive_while_it_runs() -> None:
    link, script = exchange(received(("stdout", b"one"), ("stderr", b"oh"), ("stdout", b"two"), state="Running", exit_code=None))
    assert shell.receive(link, SHELL_ID, COMMAND_ID, 7.5) == shell.Output(b"onetwo", b"oh", False, None)
    assert script.header(0, "OperationTimeout") == "PT7.500S"
    desired = only(script.body(0), "DesiredStream")
    assert (desired.text, desired.attrib["CommandId"]) == ("stdout stderr", COMMAND_ID)


@pytest.mark.parametrize(
    ("text", "code"), [("0", 0), ("1", 1), ("-1073741510", -1073741510), ("3221225786", -1073741510), ("9009", 9009)]
)
def test_the_end_and_its_code(text: str, code: int) -> None:
    link, _ = exchange(received(("stdout", ""), exit_code=text))
    assert shell.receive(link, SHELL_ID, COMMAND_ID, 1) == shell.Output(b"", b"", True, code)


def test_an_end_without_a_code() -> None:
    link, _ = exchange(received(exit_code=None))
    assert shell.receive(link, SHELL_ID, COMMAND_ID, 1) == shell.Output(b"", b"", True, None)


def test_ids_compare_without_case_and_base64_may_have_lines() -> None:
    link, _ = exchange(received(("STDOUT", "b25l&#13;\n \tdHdv"), command=COMMAND_ID.lower()))
    found = shell.receive(link, SHELL_ID, COMMAND_ID, 1)
    assert found is not None
    assert found.stdout == b"onetwo"


def test_no_output_yet() -> None:
    link, _ = exchange(TIMED_OUT)
    assert shell.receive(link, SHELL_ID, COMMAND_ID, 1) is None


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("<x:Other/>", "contains no ReceiveResponse"),
        (received(("stdout", "!!!")), "not base64"),
        (received(("stdout", "QQ==\N{SNOWMAN}")), "not base64"),
        (received(("stdout", "QQ==\N{NO-BREAK SPACE}")), "not base64"),
        (received(exit_code="soon"), "exit code is not a number"),
        (received(("stdout", b"x"), command="99999999-0000-4000-8000-000000000000"), "another command"),
    ],
)
def test_output_that_is_not_believed(answer: str, message: str) -> None:
    link, _ = exchange(answer)
    with pytest.raises(AnswerError, match=message):
        shell.receive(link, SHELL_ID, COMMAND_ID, 1)


def test_other_faults_are_raised() -> None:
    link, _ = exchange(wire.fault_a(5, None, "Access is denied.", subcode="w:AccessDenied"))
    with pytest.raises(CimFault, match="Create of the command shell was refused: access denied") as fault:
        shell.create(link, 60)
    assert fault.value.kind is FaultKind.ACCESS_DENIED


def test_every_request_names_its_shell() -> None:
    link, script = exchange(STARTED, SENT, received(), DELETED)
    shell.start(link, SHELL_ID, "x")
    shell.send(link, SHELL_ID, COMMAND_ID, b"x" * 65536)
    shell.receive(link, SHELL_ID, COMMAND_ID, 1)
    shell.delete(link, SHELL_ID)
    assert [script.selectors(index) for index in range(4)] == [{"ShellId": SHELL_ID}] * 4
    assert [script.header(index, "ResourceURI") for index in range(4)] == [f"{RSP}/cmd"] * 4


def test_a_folder_that_xml_cannot_carry_is_not_sent() -> None:
    link, script = exchange()
    with pytest.raises(ValueError, match=r"U\+0000"):
        shell.create(link, 180, "D:\\a\0")
    assert script.sent == []


def test_the_id_is_that_of_the_shell_and_of_nothing_else() -> None:
    other = '<w:Selector Name="Other">11111111-0000-4000-8000-000000000000</w:Selector>'
    link, _ = exchange(CREATED.replace("<w:SelectorSet>", f"<w:SelectorSet>{other}"))
    assert shell.create(link, 180) == SHELL_ID


@pytest.mark.parametrize("answer", ["<x:Other/>", received(("stdout", "!!!")), received(exit_code="soon"), received(command="x")])
def test_output_that_is_not_believed_is_told_with_what_was_asked(answer: str) -> None:
    link, _ = exchange(answer)
    with pytest.raises(AnswerError, match=r"^Receive of the command shell: "):
        shell.receive(link, SHELL_ID, COMMAND_ID, 1)
    with pytest.raises(AnswerError, match=r"^Command of the command shell: the answer contains no CommandId"):
        shell.start(exchange("<x:Other/>")[0], SHELL_ID, "x")


@pytest.mark.parametrize(("text", "code"), [("2147483647", 2147483647), ("2147483648", -2147483648), ("4294967295", -1)])
def test_codes_with_and_without_their_sign(text: str, code: int) -> None:
    link, _ = exchange(received(exit_code=text))
    found = shell.receive(link, SHELL_ID, COMMAND_ID, 1)
    assert found is not None
    assert found.exit_code == code


def test_a_refusal_is_no_silence() -> None:
    denied = wire.fault_a(5, None, "Access is denied.", subcode="w:AccessDenied")
    for act, operation in (
        (lambda link: shell.receive(link, SHELL_ID, COMMAND_ID, 1), "Receive"),
        (lambda link: shell.send(link, SHELL_ID, COMMAND_ID, b""), "Send"),
        (lambda link: shell.delete(link, SHELL_ID), "Delete"),
        (lambda link: shell.start(link, SHELL_ID, "x"), "Command"),
    ):
        with pytest.raises(CimFault, match=f"^{operation} of the command shell was refused: access denied"):
            act(exchange(denied)[0])


def test_delete() -> None:
    link, script = exchange(DELETED)
    shell.delete(link, SHELL_ID)
    assert script.action(0).endswith("/transfer/Delete")
    assert script.selectors(0) == {"ShellId": SHELL_ID}
