"""The emulated service with unmodified pywinrm and pypsrp."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pypsrp.exceptions
import pytest
import winrm.exceptions
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import SelectorSet, WSMan
from winrm.protocol import Protocol

from lab.winrm.http_front import Listener
from lab.winrm.message import Caller
from lab.winrm.names import WMI_RESOURCE

PASSWORD = "Pa:ss wörd 1"
SYSTEM = f"{WMI_RESOURCE}root/cimv2/Win32_OperatingSystem"
GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"

PYWINRM = [("http", "ntlm", "auto"), ("https", "ntlm", "auto"), ("https", "ntlm", "always"), ("https", "basic", "auto")]
PYPSRP = [
    ("http", "negotiate", "auto"),
    ("http", "ntlm", "auto"),
    ("https", "negotiate", "auto"),
    ("https", "negotiate", "always"),
    ("https", "basic", "auto"),
]


def account(way: str) -> str:
    """Basic authentication accepts only local accounts."""
    return "localadmin" if way == "basic" else "CORP\\scpadmin"


def pywinrm(server: Any, scheme: str, transport: str, encryption: str = "auto", user: str = "", **extra: Any) -> Protocol:
    user = user or account(transport)
    listener: Listener = getattr(server, scheme)
    options: dict[str, Any] = {"operation_timeout_sec": 1, "read_timeout_sec": 20, "password": PASSWORD} | extra
    return Protocol(
        listener.url, transport, user, message_encryption=encryption, ca_trust_path=server.ca_pem, proxy=None, **options
    )


def pypsrp_client(server: Any, scheme: str, auth: str, encryption: str, **extra: Any) -> WSMan:
    listener: Listener = getattr(server, scheme)
    options: dict[str, Any] = {"operation_timeout": 1, "password": PASSWORD} | extra
    validation = server.ca_pem if scheme == "https" else True
    return WSMan(
        listener.address,
        port=listener.port,
        username=account(auth),
        ssl=scheme == "https",
        auth=auth,
        encryption=encryption,
        cert_validation=validation,
        no_proxy=True,
        **options,
    )


def get_message(protocol: Protocol, uri: str = SYSTEM) -> str:
    import xmltodict  # type: ignore[import-untyped]

    envelope = {"env:Envelope": protocol.build_wsman_header(GET, uri)}
    envelope["env:Envelope"]["env:Body"] = {}
    return str(xmltodict.unparse(envelope))


@pytest.mark.parametrize(("scheme", "transport", "encryption"), PYWINRM)
def test_pywinrm_runs_a_command(server: Any, scheme: str, transport: str, encryption: str) -> None:
    protocol = pywinrm(server, scheme, transport, encryption)
    shell = protocol.open_shell(codepage=65001, env_vars={"A": "b"}, working_directory="C:\\temp")
    command = protocol.run_command(shell, "echo", ["one", "two"])
    assert protocol.get_command_output(shell, command) == (b"echo one two", account(transport).encode(), 5)
    protocol.cleanup_command(shell, command)
    assert server.shells.open_shells() == 1
    protocol.close_shell(shell)
    assert server.shells.open_shells() == 0
    line = server.commands[0]
    assert (line.code_page, dict(line.environment), line.working_directory) == (65001, {"A": "b"}, "C:\\temp")
    assert (line.command, line.arguments, line.console_input, line.skip_shell) == ("echo", ("one two",), True, False)


@pytest.mark.parametrize(("scheme", "auth", "encryption"), PYPSRP)
def test_pypsrp_runs_a_process(server: Any, scheme: str, auth: str, encryption: str) -> None:
    with pypsrp_client(server, scheme, auth, encryption) as wsman, WinRS(wsman) as shell:
        process = Process(shell, "echo", ["one", "two"])
        process.invoke()
        assert (process.stdout, process.stderr, process.rc) == (b"echo one two", account(auth).encode(), 5)
        process.signal(SignalCode.TERMINATE)
        assert shell.owner == account(auth)


def test_input_reaches_the_program_and_its_end_closes_it(server: Any) -> None:
    protocol = pywinrm(server, "http", "ntlm")
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "patient")
    assert protocol.get_command_output_raw(shell, command) == (b"ready\r\n", b"", -1, False)
    protocol.send_command_input(shell, command, b"\x00\xff hello")
    protocol.send_command_input(shell, command, b"", end=True)
    assert protocol.get_command_output(shell, command) == (b"\x00\xff hello", b"", 7)
    protocol.close_shell(shell)


def test_receive_waits_at_most_the_operation_timeout(server: Any) -> None:
    protocol = pywinrm(server, "http", "ntlm")
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "late")
    with pytest.raises(winrm.exceptions.WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell, command)
    assert protocol.get_command_output(shell, command) == (b"", b"at last\r\n", 3)


def test_large_output_comes_in_pieces_that_fit_the_envelope(server: Any) -> None:
    protocol = pywinrm(server, "http", "ntlm")
    shell = protocol.open_shell()
    stdout, _, code = protocol.get_command_output(shell, protocol.run_command(shell, "big"))
    assert (len(stdout), code) == (600_000, 0)
    receives = [record for record in server.service.log.records(kind="shell") if record.action.endswith("/Receive")]
    assert len(receives) > 4
    assert max(record.bytes_out for record in receives) < 153600 + 1024


def test_signal_ends_a_program(server: Any) -> None:
    with pypsrp_client(server, "http", "negotiate", "auto") as wsman, WinRS(wsman) as shell:
        process = Process(shell, "patient")
        process.begin_invoke()
        process.poll_invoke()
        process.signal(SignalCode.CTRL_C)
        process.end_invoke()
        assert process.rc == -1073741510
        assert [signal.value for signal in server.programs[0].signals] == ["ctrl_c"]
        process.signal(SignalCode.TERMINATE)
        with pytest.raises(pypsrp.exceptions.WSManFaultError) as refused:
            process.poll_invoke()
        assert refused.value.code == 2150858843


def test_unknown_shell(server: Any) -> None:
    protocol = pywinrm(server, "http", "ntlm")
    with pytest.raises(winrm.exceptions.WSManFaultError) as refused:
        protocol.run_command("11111111-1111-1111-1111-111111111111", "echo")
    assert refused.value.wsman_fault_code == 2150858843
    assert refused.value.fault_subcode == "w:InvalidSelectors"


def test_another_users_shell_is_not_found(server: Any) -> None:
    shell = pywinrm(server, "http", "ntlm").open_shell()
    with pytest.raises(winrm.exceptions.WSManFaultError) as refused:
        pywinrm(server, "http", "ntlm", user="localadmin").run_command(shell, "echo")
    assert refused.value.wsman_fault_code == 2150858843


NAMES = [
    ("CORP\\scpadmin", Caller("scpadmin", "CORP")),
    ("corp\\SCPAdmin", Caller("scpadmin", "CORP")),
    ("corp.example\\scpadmin", Caller("scpadmin", "CORP")),
    ("scpadmin@corp.example", Caller("scpadmin", "CORP")),
    ("scpadmin@CORP", Caller("scpadmin", "CORP")),
    ("localadmin", Caller("localadmin")),
    (".\\localadmin", Caller("localadmin")),
    ("scp01\\LocalAdmin", Caller("localadmin")),
]


@pytest.mark.parametrize(("typed", "caller"), NAMES)
@pytest.mark.parametrize(("scheme", "transport"), [("http", "ntlm"), ("https", "basic")])
def test_every_way_to_write_an_account(server: Any, scheme: str, transport: str, typed: str, caller: Caller) -> None:
    protocol = pywinrm(server, scheme, transport, user=typed)
    if transport == "basic" and caller.domain:
        with pytest.raises(winrm.exceptions.InvalidCredentialsError):
            protocol.send_message(get_message(protocol))
        return
    protocol.send_message(get_message(protocol))
    assert server.effects[0].caller == caller


@pytest.mark.parametrize("user", ["CORP\\scpadmin", "localadmin", "nobody", "scpadmin", "OTHER\\scpadmin"])
@pytest.mark.parametrize(("scheme", "transport"), [("http", "ntlm"), ("https", "ntlm"), ("https", "basic")])
def test_wrong_password_or_user(server: Any, scheme: str, transport: str, user: str) -> None:
    protocol = pywinrm(server, scheme, transport, user=user, password=PASSWORD.lower())
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol.send_message(get_message(protocol))
    assert not server.effects


@pytest.mark.parametrize(("scheme", "auth"), [("http", "negotiate"), ("https", "basic")])
def test_wrong_password_with_pypsrp(server: Any, scheme: str, auth: str) -> None:
    wsman = pypsrp_client(server, scheme, auth, "auto", password="wrong")
    with pytest.raises(pypsrp.exceptions.AuthenticationError):
        wsman.get(SYSTEM)


def test_basic_over_http_is_refused(server: Any) -> None:
    protocol = pywinrm(server, "http", "basic")
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol.send_message(get_message(protocol))


def test_unencrypted_over_http_gets_500_with_an_empty_body(server: Any) -> None:
    protocol = pywinrm(server, "http", "ntlm", "never")
    with pytest.raises(winrm.exceptions.WinRMTransportError) as refused:
        protocol.send_message(get_message(protocol))
    assert (refused.value.code, refused.value.response_text) == (500, "")
    assert not server.effects


@pytest.mark.parametrize(("scheme", "sent"), [("https", True), ("https", False), ("strict", True)])
def test_channel_bindings(server: Any, scheme: str, sent: bool) -> None:
    protocol = pywinrm(server, scheme, "ntlm", send_cbt=sent)
    protocol.send_message(get_message(protocol))
    assert server.effects[0].caller == Caller("scpadmin", "CORP")


def test_a_hardened_server_requires_channel_bindings(server: Any) -> None:
    protocol = pywinrm(server, "strict", "ntlm", send_cbt=False)
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol.send_message(get_message(protocol))
    assert not server.effects


def test_basic_is_off_by_default(server: Any) -> None:
    protocol = pywinrm(server, "strict", "basic")
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        protocol.send_message(get_message(protocol))


def test_a_caller_who_may_not_connect_gets_access_denied(server: Any) -> None:
    protocol = pywinrm(server, "http", "ntlm", user="CORP\\noaccess")
    with pytest.raises(winrm.exceptions.WSManFaultError) as refused:
        protocol.send_message(get_message(protocol))
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (5, "w:AccessDenied")
    assert not server.effects


def test_an_instance_arrives_with_its_odd_characters(server: Any) -> None:
    body = pypsrp_client(server, "http", "negotiate", "auto").get(SYSTEM)
    assert body.findtext(f".//{{{SYSTEM}}}Caption") == "Windows ? Größe\r\n"


def test_unknown_resource(server: Any) -> None:
    wsman = pypsrp_client(server, "http", "negotiate", "auto")
    with pytest.raises(pypsrp.exceptions.WSManFaultError) as refused:
        wsman.get("http://example.test/nothing")
    assert refused.value.code == 2150858811
    assert server.service.log.records()[-1].kind == "refused"


def test_an_answer_larger_than_the_envelope_is_a_fault(server: Any) -> None:
    selectors = SelectorSet()
    selectors.add_option("big", "1")
    with pytest.raises(pypsrp.exceptions.WSManFaultError) as refused:
        pypsrp_client(server, "http", "negotiate", "auto").get(SYSTEM, selector_set=selectors)
    assert refused.value.code == 2150858824


def test_a_mistake_in_the_lab_is_an_internal_error_and_is_kept(server: Any) -> None:
    wsman = pypsrp_client(server, "http", "negotiate", "auto")
    with pytest.raises(pypsrp.exceptions.WSManFaultError) as refused:
        wsman.delete(SYSTEM)
    assert refused.value.code == 1359
    assert "mistake" not in str(refused.value)
    assert [str(error) for error in server.service.errors] == ["a mistake in the lab"]
    assert ET.iselement(wsman.get(SYSTEM))


def test_many_messages_on_one_connection_and_the_log(server: Any) -> None:
    wsman = pypsrp_client(server, "http", "negotiate", "auto")
    for _ in range(50):
        wsman.get(SYSTEM)
    log = server.service.log
    assert log.totals() == {"handshake": 3, "cim": 50}
    last = log.records(machine="SCP01", kind="cim")[-1]
    assert (last.caller, last.action, last.resource_uri, last.http_status) == ("CORP\\scpadmin", GET, SYSTEM, 200)
    assert last.bytes_in > 500
    assert last.bytes_out > 500
    assert PASSWORD not in repr(log.records())
