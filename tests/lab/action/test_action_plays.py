"""The action plugin in playbooks, over real HTTP, TLS, NTLM and message encryption."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import pytest

CIM = "configmgr.scp.cim"
READ = {"name": "read", CIM: {"class": "Lab_Thing", "types": {"Number": "uint32"}}}
ROWS = [{"Name": "one", "Number": 42}, {"Name": "two", "Number": 42}]


def test_every_way_of_connecting_gives_the_same_answer(server: Any, play: Any) -> None:
    ca = server.ca_file
    hosts = {
        "winrm-ntlm-http": server.winrm(),
        "winrm-ntlm-https": server.winrm(scheme="https", ca_trust_path=ca),
        "winrm-ntlm-https-sealed": server.winrm(scheme="https", ca_trust_path=ca, message_encryption="always"),
        "winrm-basic-https": server.winrm(scheme="https", transport="basic", ca_trust_path=ca),
        # The default of pywinrm over https is basic authentication.
        "winrm-default-https": {
            key: value
            for key, value in server.winrm(scheme="https", transport="basic", ca_trust_path=ca).items()
            if "transp" not in key
        },
        "winrm-second-way": server.winrm(transport=["kerberos", "basic", "ntlm"], kinit_mode="manual"),
        "winrm-unchecked": server.winrm(scheme="https", ca_trust_path=server.other_ca_file, server_cert_validation="ignore"),
        "winrm-upn": {**server.winrm(), "ansible_user": "scpadmin@corp.example"},
        "psrp-negotiate-http": server.psrp(),
        "psrp-ntlm-http": server.psrp(auth="ntlm"),
        "psrp-ntlm-https": server.psrp(auth="ntlm", protocol="https", ca_cert=ca),
        "psrp-basic-https": server.psrp(auth="basic", protocol="https", ca_cert=ca),
        "psrp-unchecked": server.psrp(auth="ntlm", protocol="https", cert_validation="ignore"),
    }
    run = play(hosts, [READ, {**READ, "name": "again"}])
    assert {host: run.result("read", "ok", host)["instances"] for host in hosts} == dict.fromkeys(hosts, ROWS)
    assert run.code == 0
    for host in ("winrm-unchecked", "psrp-unchecked"):
        # Two tasks, one warning.
        assert " ".join(run.output.split()).count(f"[{host}] the server's certificate is not checked") == 1
    assert run.output.count("is not checked") == 2


def test_a_host_that_cannot_be_reached_is_unreachable_with_its_reason(
    server: Any, play: Any, closed_port: tuple[str, int], silent_port: tuple[str, int]
) -> None:
    def at(address: tuple[str, int], variables: dict[str, Any]) -> dict[str, Any]:
        return {**variables, "ansible_host": address[0], "ansible_port": address[1]}

    quick = {"operation_timeout_sec": 1, "read_timeout_sec": 2}
    hosts = {
        "winrm-password": {**server.winrm(), "ansible_password": "Wrong-Pass-77"},
        "winrm-password-tls": {
            **server.winrm(scheme="https", transport="basic", ca_trust_path=server.ca_file),
            "ansible_password": "Wrong-Pass-77",
        },
        "psrp-password": {**server.psrp(), "ansible_password": "Wrong-Pass-77"},
        "winrm-closed": at(closed_port, server.winrm()),
        "psrp-closed": at(closed_port, server.psrp()),
        "winrm-silent": at(silent_port, server.winrm(**quick)),
        "psrp-silent": at(silent_port, server.psrp(operation_timeout=1, read_timeout=2)),
        "winrm-ca": server.winrm(scheme="https", ca_trust_path=server.other_ca_file),
        "psrp-ca": server.psrp(protocol="https", auth="ntlm", ca_cert=server.other_ca_file),
        "winrm-no-tls": {**server.winrm(scheme="https", ca_trust_path=server.ca_file), "ansible_port": server.http_port},
        "winrm-path": server.winrm(path="/nothing"),
        "psrp-path": server.psrp(path="nothing"),
    }
    expected = {
        "winrm-password": ("credentials", "CORP\\scpadmin", "rejected", server.address, "ntlm"),
        "winrm-password-tls": ("credentials", "localadmin", "rejected", "basic"),
        "psrp-password": ("credentials", "CORP\\scpadmin", "rejected", server.address, "negotiate"),
        "winrm-closed": ("connection refused", closed_port[0]),
        "psrp-closed": ("connection refused", closed_port[0]),
        "winrm-silent": ("No response", silent_port[0], "ansible_winrm_connection_timeout"),
        "psrp-silent": ("No response", silent_port[0], "ansible_psrp_read_timeout"),
        "winrm-ca": ("certificate", "issuer is not trusted", "ansible_winrm_ca_trust_path"),
        "psrp-ca": ("certificate", "issuer is not trusted", "ansible_psrp_ca_cert"),
        "winrm-no-tls": ("does not use TLS",),
        "winrm-path": ("404", "path"),
        "psrp-path": ("404", "path"),
    }
    run = play(hosts, [READ], "-f", "6")
    assert run.code == 4
    for host, words in expected.items():
        message = run.result("read", "unreachable", host)["msg"]
        assert [word for word in words if word not in message] == [], (host, message)
    assert "Wrong-Pass-77" not in run.output
    assert "Traceback" not in run.output
    assert run.seconds < 40


def test_what_cannot_be_honoured_is_refused_with_what_to_do(server: Any, play: Any) -> None:
    good = server.winrm()
    hosts = {
        "good": good,
        "local": {**good, "ansible_connection": "local"},
        "unknown": {**good, "ansible_winrm_colour": "blue"},
        "keytab": {**good, "ansible_winrm_keytab": "/etc/krb5.keytab"},
        "kerberos": {**good, "ansible_winrm_transport": "kerberos"},
        "jea": server.psrp(configuration_name="Restricted"),
        "psrp-unknown": server.psrp(cert_validaton="ignore"),
        "psrp-of-no-meaning": {**good, "ansible_psrp_bogus": "of another connection"},
        "port": {**good, "ansible_port": 99999},
        "empty": {**good, "ansible_password": ""},
        "ca": server.winrm(scheme="https", ca_trust_path="/nowhere/ca.pem"),
        "user": {**good, "ansible_user": ""},
    }
    run = play(
        hosts,
        [
            {**READ, "ignore_errors": True},
            {
                **READ,
                "name": "become",
                "become": True,
                "become_method": "runas",
                "become_user": "SYSTEM",
                "when": "inventory_hostname == 'good'",
                "ignore_errors": True,
            },
            {**READ, "name": "async", "async": 10, "poll": 1, "when": "inventory_hostname == 'good'", "ignore_errors": True},
            {
                **READ,
                "name": "delegated",
                "delegate_to": "psrp-unknown",
                "when": "inventory_hostname == 'good'",
                "ignore_errors": True,
            },
            {"name": "unknown option", CIM: {"klass": "X"}, "when": "inventory_hostname == 'good'", "ignore_errors": True},
            {
                "name": "two ways",
                CIM: {"query": "SELECT * FROM X", "method": "Y"},
                "when": "inventory_hostname == 'good'",
                "ignore_errors": True,
            },
            {
                "name": "bad type",
                CIM: {"class": "X", "types": {"A": "word"}},
                "when": "inventory_hostname == 'good'",
                "ignore_errors": True,
            },
        ],
    )
    expected = {
        "local": ("ansible_connection", "winrm", "psrp", "local"),
        "unknown": ("ansible_winrm_colour", "ansible_winrm_ca_trust_path"),
        "keytab": ("ansible_winrm_keytab", "ansible_winrm_kinit_args"),
        "kerberos": ("pykerberos", "ansible_winrm_transport"),
        "jea": ("ansible_psrp_configuration_name", "Restricted"),
        "psrp-unknown": ("ansible_psrp_cert_validaton is not known", "did you mean ansible_psrp_cert_validation?"),
        "port": ("ansible_port is 99999", "1 to 65535"),
        "empty": ("ansible_password is empty",),
        "ca": ("ansible_winrm_ca_trust_path", "/nowhere/ca.pem", "does not exist"),
        "user": ("ansible_user must be set",),
    }
    for host, words in expected.items():
        message = run.result("read", "failed", host)["msg"]
        assert [word for word in words if word not in message] == [], (host, message)
    for task, words in {
        "become": ("Remove become", "ansible_user"),
        "async": ("wait: false", "_info"),
        "unknown option": ("klass", "class", "query"),
        "two ways": ("mutually exclusive", "query", "method"),
        "bad type": ("'word'", "uint32"),
    }.items():
        message = run.result(task, "failed", "good")["msg"]
        assert [word for word in words if word not in message] == [], (task, message)
    assert run.result("read", "ok", "good")["instances"] == ROWS
    # Messages about a host are about its own connection.
    assert run.result("read", "ok", "psrp-of-no-meaning")["instances"] == ROWS
    message = run.result("delegated", "failed", "good")["msg"]
    assert "ansible_psrp_cert_validaton is not known" in message
    assert "NoneType: None" not in run.output


def test_check_mode_calls_only_methods_that_change_nothing(server: Any, play: Any) -> None:
    say = {"class": "Lab_Thing", "method": "Say", "arguments": {"Text": "hello"}}
    tasks = [
        READ,
        {"name": "changing", CIM: say},
        {"name": "harmless", CIM: {**say, "method": "Ask", "changes": False}},
    ]
    run = play({"a": server.winrm()}, tasks, "--check", "--diff")
    assert run.result("read", "ok")["instances"] == ROWS
    assert run.result("changing", "ok")["changed"] is True
    assert "output" not in run.result("changing", "ok")
    assert run.result("harmless", "ok")["output"] == {"ReturnValue": 0, "Said": "hello"}
    assert server.calls == ["Ask"]
    run = play({"a": server.winrm()}, tasks)
    assert run.result("changing", "ok")["output"] == {"ReturnValue": 0, "Said": "hello"}
    assert [run.result(name, "ok")["changed"] for name in ("read", "changing", "harmless")] == [False, True, False]
    assert server.calls == ["Ask", "Say", "Ask"]


def test_loops_delegation_defaults_and_registered_results(server: Any, play: Any) -> None:
    hosts = {"a": server.winrm(), "elsewhere": {"ansible_connection": "local"}}
    say = {"class": "Lab_Thing", "method": "Say"}
    run = play(
        hosts,
        [
            {
                "name": "loop",
                CIM: {**say, "arguments": {"Text": "{{ item }}"}},
                "loop": ["x", "y"],
                "register": "said",
                "when": "inventory_hostname == 'a'",
            },
            {"name": "delegated", CIM: {"class": "Lab_Thing", "keys": {"Name": "three"}}, "delegate_to": "a"},
            {"name": "by default", CIM: {"class": "Lab_Thing"}, "when": "inventory_hostname == 'a'"},
            {
                "name": "until",
                CIM: {"class": "Lab_Thing"},
                "register": "r",
                "until": "r.instances | length == 2",
                "retries": 1,
                "when": "inventory_hostname == 'a'",
            },
            {
                "name": "joined",
                "ansible.builtin.assert": {"that": ["said.results | map(attribute='output.Said') | list == ['x', 'y']"]},
                "when": "inventory_hostname == 'a'",
            },
        ],
        module_defaults={"group/configmgr.scp.all": {"types": {"Number": "uint32"}}},
    )
    assert run.code == 0, run.output
    for host in hosts:
        assert run.result("delegated", "ok", host)["instances"] == [{"Name": "three", "Number": 42}]
    assert run.result("by default", "ok", "a")["instances"] == ROWS
    assert server.calls == ["Say", "Say"]


def test_the_timeout_keyword_interrupts_the_module(server: Any, play: Any) -> None:
    slow = {"name": "slow", CIM: {"class": "Lab_Thing", "method": "Slow"}, "timeout": 1, "ignore_errors": True}
    for hosts in ({"a": server.winrm()}, {"a": server.psrp()}):
        run = play(hosts, [slow, READ])
        assert run.result("slow", "failed")["timedout"]["period"] == 1
        assert run.result("read", "ok")["instances"] == ROWS
        assert run.seconds < 20


def test_no_output_at_any_verbosity_holds_the_password(server: Any, play: Any) -> None:
    hosts = {
        "winrm": server.winrm(),
        "winrm-basic": server.winrm(scheme="https", transport="basic", ca_trust_path=server.ca_file),
        "psrp": server.psrp(),
        "psrp-basic": server.psrp(auth="basic", protocol="https", ca_cert=server.ca_file),
    }
    tasks = [
        READ,
        # The password is returned as data: from the server, and in the arguments.
        {"name": "echo", CIM: {"class": "Lab_Thing", "method": "Say", "arguments": {"Text": f"it is {server.password}!"}}},
        {"name": "fault", CIM: {"class": "Missing_Thing"}, "ignore_errors": True},
    ]
    run = play(hosts, tasks, "-vvvvvv")
    assert run.code == 0
    assert run.result("echo", "ok", "winrm")["output"]["Said"] == "it is ********!"
    written = run.output.replace("\\u00f6", "ö")
    basic = base64.b64encode(f"{server.local_user}:{server.password}".encode()).decode()
    for secret, text in itertools.product((server.password, basic), (written, str(run.outcomes))):
        assert secret not in text


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_nobody_reads_requests_in_a_debug_log(server: Any, play: Any, connection: str, tmp_path: Any, monkeypatch: Any) -> None:
    log = tmp_path / "ansible.log"
    monkeypatch.setenv("ANSIBLE_LOG_PATH", str(log))
    monkeypatch.setenv("ANSIBLE_DEBUG", "1")
    task = {
        "name": "say",
        "no_log": True,
        CIM: {"class": "Lab_Thing", "method": "Say", "arguments": {"Text": "Hidden-Words-5"}},
    }
    run = play({"a": getattr(server, connection)()}, [task])
    assert run.code == 0
    assert "say" in log.read_text(encoding="utf-8")
    assert server.password not in log.read_text(encoding="utf-8")
    # ansible-core itself writes at debug level; the request must not be part of that.
    assert "<s:Envelope" not in log.read_text(encoding="utf-8")
    assert "Envelope" not in run.output
