"""Every option of Ansible's winrm connection and every argument of pywinrm: it is used, or rejected by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible.plugins.connection import winrm as plugin
from winrm.protocol import Protocol

from ansible_collections.configmgr.scp.plugins.plugin_utils import winrm_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import WinrmSettings, read_winrm_options
from tests.unit.plugin_utils.conftest import PemFiles

HERE = __file__


def settings(extras: dict[str, Any] | None = None, **options: Any) -> WinrmSettings:
    """The settings of a host with a local user and the plugin's own defaults."""
    values: dict[str, Any] = {
        "remote_addr": "scp01.corp.example",
        "remote_user": "admin",
        "remote_password": "Pass-1",
        "port": 5986,
        "path": "/wsman",
        "kerberos_command": "kinit",
        "kinit_env_vars": [],
        "_extras": {f"ansible_winrm_{name}": value for name, value in (extras or {}).items()},
        **options,
    }
    return read_winrm_options(values.get)


def test_the_plugin_has_no_option_that_nobody_thought_of() -> None:
    known = winrm_options.OPTIONS_USED | winrm_options.OPTIONS_WITHOUT_MEANING
    assert set(yaml.safe_load(plugin.DOCUMENTATION)["options"]) <= known


def test_pywinrm_has_no_argument_that_nobody_thought_of() -> None:
    arguments = set(inspect.signature(Protocol.__init__).parameters) - {"self", "transport", "password"}
    assert arguments <= set(winrm_options.EXTRAS) | set(winrm_options.EXTRAS_REFUSED)
    assert not set(winrm_options.EXTRAS) & set(winrm_options.EXTRAS_REFUSED)


def test_what_is_made_of_it_is_what_pywinrm_takes(pem: PemFiles) -> None:
    every = settings({"cert_pem": pem.certificate, "cert_key_pem": pem.key, "proxy": None, "send_cbt": "no", "service": "WSMAN"})
    Protocol(every.target.endpoint, transport="ntlm", **every.arguments)


@pytest.mark.parametrize(
    ("options", "endpoint"),
    [
        ({}, "https://scp01.corp.example:5986/wsman"),
        ({"port": 5985}, "http://scp01.corp.example:5985/wsman"),
        ({"port": 8080}, "https://scp01.corp.example:8080/wsman"),
        ({"port": "5985"}, "http://scp01.corp.example:5985/wsman"),
        ({"port": 5985, "scheme": "https"}, "https://scp01.corp.example:5985/wsman"),
        ({"scheme": "http"}, "http://scp01.corp.example:5986/wsman"),
        ({"remote_addr": "fe80::1", "path": "/other"}, "https://[fe80::1]:5986/other"),
        ({"port": 65535, "path": None}, "https://scp01.corp.example:65535"),
        ({"port": None}, "https://scp01.corp.example:5986/wsman"),
        ({"port": 1}, "https://scp01.corp.example:1/wsman"),
        ({"remote_addr": "10.0.0.5"}, "https://10.0.0.5:5986/wsman"),
    ],
)
def test_address(options: dict[str, Any], endpoint: str) -> None:
    assert settings(**options).target.endpoint == endpoint


@pytest.mark.parametrize(
    ("options", "ways"),
    [
        ({}, ("ssl",)),
        ({"port": 5985}, ("plaintext",)),
        ({"remote_user": "admin@corp.example"}, ("kerberos",)),
        ({"transport": [None]}, ("ssl",)),
        ({"transport": ["ntlm"]}, ("ntlm",)),
        ({"transport": ["kerberos", "ntlm", "kerberos"]}, ("kerberos", "ntlm")),
    ],
)
def test_ways_of_authenticating(options: dict[str, Any], ways: tuple[str, ...]) -> None:
    assert settings(**options).ways == ways


@pytest.mark.parametrize(
    ("options", "extras", "operation", "read"),
    [
        ({}, {}, 20, 30),
        ({"connection_timeout": 60}, {}, 60, 70),
        ({"connection_timeout": 60}, {"read_timeout_sec": 5}, 60, 70),
        ({}, {"read_timeout_sec": "90", "operation_timeout_sec": "80"}, 80, 90),
        ({}, {"read_timeout_sec": 21}, 20, 21),
    ],
)
def test_time_limits(options: dict[str, Any], extras: dict[str, Any], operation: int, read: int) -> None:
    found = settings(extras, **options)
    assert found.operation_timeout_seconds == operation
    assert (found.arguments["operation_timeout_sec"], found.arguments["read_timeout_sec"]) == (operation, read)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ca_trust_path", None, None),
        ("ca_trust_path", "legacy_requests", "legacy_requests"),
        ("credssp_disable_tlsv1_2", "no", False),
        ("kerberos_delegation", "true", True),
        ("kerberos_hostname_override", "cas01", "cas01"),
        ("message_encryption", "always", "always"),
        ("proxy", "http://proxy:8080", "http://proxy:8080"),
        ("proxy", None, None),
        ("send_cbt", False, False),
        ("server_cert_validation", "ignore", "ignore"),
        ("service", "WSMAN", "WSMAN"),
    ],
)
def test_other_variables_reach_pywinrm(name: str, value: Any, expected: Any) -> None:
    assert settings({name: value}).arguments[name] == expected


def test_variables_that_travel_elsewhere(pem: PemFiles) -> None:
    files = {"cert_pem": pem.certificate, "cert_key_pem": pem.key, "ca_trust_path": pem.ca}
    found = settings({"credssp_auth_mechanism": "ntlm", "credssp_minimum_version": "5", **files})
    assert found.credssp == {"credssp_auth_mechanism": "ntlm", "credssp_minimum_version": 5}
    assert {name: found.arguments[name] for name in files} == files


@pytest.mark.parametrize(
    ("options", "extras", "expected"),
    [
        ({}, {}, None),
        ({"transport": ["ntlm"], "kerberos_mode": "managed"}, {}, None),
        ({"transport": ["kerberos"], "remote_password": None}, {}, None),
        ({"transport": ["kerberos"], "kerberos_mode": "manual"}, {}, None),
        ({"transport": ["kerberos"]}, {}, ("admin", "Pass-1", ())),
        ({"transport": ["kerberos"], "remote_password": None, "kerberos_mode": "managed"}, {}, ("admin", "", ())),
        ({"transport": ["kerberos"]}, {"realm": "CORP.EXAMPLE"}, ("admin@CORP.EXAMPLE", "Pass-1", ())),
        ({"remote_user": "a@B"}, {"realm": "CORP.EXAMPLE"}, ("a@B", "Pass-1", ())),
        ({"remote_user": "a@B"}, {"kerberos_delegation": True}, ("a@B", "Pass-1", ("-f",))),
        ({"remote_user": "a@B", "kinit_args": "-l '1 h'"}, {"kerberos_delegation": True}, ("a@B", "Pass-1", ("-l", "1 h"))),
    ],
)
def test_managed_tickets(options: dict[str, Any], extras: dict[str, Any], expected: Any) -> None:
    kinit = settings(extras, **options).kinit
    assert (kinit and (kinit.principal, kinit.password, kinit.arguments)) == expected


def test_the_command_of_managed_tickets() -> None:
    found = settings(
        remote_user="a@B", kerberos_command="/opt/kinit", kinit_env_vars=["KRB5_CONFIG"], connection_timeout=10
    ).kinit
    assert found is not None
    assert (found.command, found.variables, found.timeout_seconds) == ("/opt/kinit", ("KRB5_CONFIG",), 20)


@pytest.mark.parametrize(
    ("options", "extras", "words"),
    [
        ({}, {"colour": 1}, ("ansible_winrm_colour", "ansible_winrm_proxy", "ansible_winrm_transport", "ansible.builtin.winrm")),
        ({}, {"transprot": "ntlm"}, ("ansible_winrm_transprot is not known", "did you mean ansible_winrm_transport?")),
        ({}, {"server_cert_valdation": "ignore"}, ("did you mean ansible_winrm_server_cert_validation?",)),
        ({}, {"proxy": "null"}, ("ansible_winrm_proxy is 'null'", "null for no proxy", "-e '{")),
        ({}, {"proxy": ""}, ("ansible_winrm_proxy is ''", "null for no proxy")),
        ({"port": 99999}, {}, ("ansible_port is 99999", "1 to 65535", "5986")),
        ({"port": 0}, {}, ("ansible_port is 0",)),
        ({"port": True}, {}, ("ansible_port is True",)),
        ({"port": "winrm"}, {}, ("ansible_port is 'winrm'",)),
        ({}, {"ca_trust_path": HERE}, ("ansible_winrm_ca_trust_path", HERE, "no certificate", "PEM")),
        ({}, {"cert_pem": HERE, "cert_key_pem": HERE}, ("ansible_winrm_cert_pem", HERE, "PEM")),
        ({"remote_password": "", "transport": ["ntlm"]}, {}, ("ansible_password is empty", "ansible_winrm_transport ntlm")),
        ({"remote_password": "", "transport": ["kerberos", "ntlm"]}, {}, ("ansible_password is empty",)),
        ({"remote_password": ""}, {}, ("ansible_password is empty",)),
        ({}, {"keytab": "/k"}, ("ansible_winrm_keytab", "kinit_args")),
        ({}, {"endpoint": "http://x"}, ("ansible_winrm_endpoint", "ansible_host")),
        ({}, {"username": "x"}, ("ansible_winrm_username", "ansible_user")),
        ({}, {"server_cert_validation": "maybe"}, ("ansible_winrm_server_cert_validation", "'maybe'", "validate, ignore")),
        ({}, {"message_encryption": True}, ("ansible_winrm_message_encryption", "always")),
        ({}, {"send_cbt": "perhaps"}, ("ansible_winrm_send_cbt", "true and false")),
        ({}, {"credssp_disable_tlsv1_2": "yes"}, ("ansible_winrm_credssp_disable_tlsv1_2 is 'yes'", "TLS 1.2", "only false")),
        ({}, {"credssp_disable_tlsv1_2": "perhaps"}, ("ansible_winrm_credssp_disable_tlsv1_2", "true and false")),
        ({}, {"read_timeout_sec": "soon"}, ("ansible_winrm_read_timeout_sec", "whole number of seconds")),
        ({}, {"read_timeout_sec": 0}, ("ansible_winrm_read_timeout_sec", "1 or more")),
        ({}, {"read_timeout_sec": 20}, ("ansible_winrm_read_timeout_sec", "more than", "ansible_winrm_operation_timeout_sec")),
        ({}, {"credssp_minimum_version": "new"}, ("ansible_winrm_credssp_minimum_version", "whole number")),
        ({}, {"service": ""}, ("ansible_winrm_service", "not empty")),
        ({}, {"ca_trust_path": "/nowhere"}, ("ansible_winrm_ca_trust_path", "/nowhere", "does not exist")),
        ({}, {"cert_pem": HERE}, ("ansible_winrm_cert_key_pem", "ssl")),
        ({}, {"cert_key_pem": HERE}, ("ansible_winrm_cert_pem must be set for ansible_winrm_transport ssl",)),
        ({}, {"operation_timeout_sec": 30}, ("ansible_winrm_read_timeout_sec (30)", "ansible_winrm_operation_timeout_sec (30)")),
        ({"transport": ["telepathy", "ntlm", "magic"]}, {}, ("ansible_winrm_transport has telepathy, magic; allowed are basic",)),
        ({"port": 65536}, {}, ("ansible_port is 65536",)),
        ({}, {"realm": ""}, ("ansible_winrm_realm", "not empty")),
        ({}, {"proxy": "omit"}, ("ansible_winrm_proxy is 'omit'", "null for no proxy")),
        ({"transport": ["certificate"]}, {}, ("ansible_winrm_cert_pem", "ansible_winrm_cert_key_pem")),
        ({"transport": ["certificate"]}, {"cert_pem": "/nowhere", "cert_key_pem": HERE}, ("cert_pem", "/nowhere")),
        ({"transport": ["telepathy"]}, {}, ("ansible_winrm_transport", "telepathy", "kerberos")),
        ({"remote_user": None}, {}, ("ansible_user must be set",)),
        ({"remote_password": None, "transport": ["ntlm"]}, {}, ("ansible_password must be set", "ntlm")),
        ({"remote_user": "", "transport": ["kerberos"]}, {}, ("ansible_user must be set", "kerberos")),
    ],
)
def test_refusals_name_the_variable(options: dict[str, Any], extras: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(extras, **options)
    assert [word for word in words if word not in str(caught.value)] == []
    assert "Pass-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "extras", "words"),
    [
        ({}, {}, None),
        ({}, {"server_cert_validation": "ignore"}, "certificate is not checked"),
        ({"port": 5985}, {}, "password is sent unencrypted"),
        ({"port": 5985, "transport": ["ntlm", "basic"]}, {}, "password is sent unencrypted (basic"),
        ({"port": 5985, "transport": ["ntlm"]}, {}, None),
        ({"port": 5985, "transport": ["ntlm"]}, {"server_cert_validation": "ignore"}, None),
        ({"port": 5985, "transport": ["ntlm"]}, {"message_encryption": "never"}, "requests are sent unencrypted"),
        ({"transport": ["ntlm"]}, {"message_encryption": "never"}, None),
        (
            {"transport": ["ntlm"]},
            {"send_cbt": False},
            "the logon is not bound to the server's certificate (ansible_winrm_send_cbt",
        ),
        ({"transport": ["kerberos"]}, {"send_cbt": False}, "not bound"),
        ({"transport": ["ssl"]}, {"send_cbt": False}, None),
        ({"port": 5985, "transport": ["ntlm"]}, {"send_cbt": False}, None),
    ],
)
def test_weak_protection_is_warned_of(options: dict[str, Any], extras: dict[str, Any], words: str | None) -> None:
    warnings = settings(extras, **options).warnings
    assert len(warnings) == (0 if words is None else 1)
    assert words is None or words in warnings[0]


def test_the_password_is_in_no_text_of_the_settings() -> None:
    show: Callable[[Any], str] = repr
    assert "Pass-1" not in show(settings(remote_user="a@B"))


def test_the_table_of_variables_is_the_plugin_s_own() -> None:
    options = yaml.safe_load(plugin.DOCUMENTATION)["options"].values()
    named = {variable["name"] for option in options for variable in option.get("vars", ())}
    assert {name for name in named if name.startswith(winrm_options.PREFIX)} == winrm_options.VARIABLES


def test_a_password_that_is_looked_for_under_another_name() -> None:
    options = {"remote_addr": "h", "remote_user": "u", "port": 5986, "transport": ["ntlm"]}
    with pytest.raises(SettingsError, match="ansible_ssh_password is set, but winrm and psrp do not use it"):
        read_winrm_options(options.get, ["ansible_ssh_password", "ansible_host"])
    with pytest.raises(SettingsError) as caught:
        read_winrm_options(options.get, ["ansible_host"])
    assert "ssh" not in str(caught.value)


@pytest.mark.parametrize("password", [None, ""])
def test_a_ticket_needs_no_password(password: str | None) -> None:
    assert settings(transport=["kerberos"], remote_password=password).kinit is None


@pytest.mark.parametrize(
    ("variables", "no_proxy", "named"),
    [
        ({"http_proxy": "http://u:Proxy-Pass@px:3128"}, "", "http_proxy"),
        ({"ALL_PROXY": "http://u:Proxy-Pass@px:3128"}, "", "ALL_PROXY"),
        ({"https_proxy": "http://px:3128"}, "", None),
        ({"http_proxy": "http://px:3128"}, "corp.example", None),
    ],
)
def test_a_proxy_of_the_environment_is_known(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], no_proxy: str, named: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {**variables, "no_proxy": no_proxy}.items():
        monkeypatch.setenv(name, value)
    proxy = settings(port=5985).target.proxy
    assert (proxy.variable if proxy else None) == named
    if proxy:
        assert (str(proxy), proxy.of_environment, set(proxy.secrets)) == ("http://px:3128", True, {"Proxy-Pass"})
        assert "Proxy-Pass" not in repr(settings(port=5985))
    assert settings({"proxy": None}, port=5985).target.proxy is None
    own = settings({"proxy": "px2:80"}, port=5985).target.proxy
    assert own is not None
    assert (str(own), own.variable, own.of_environment) == ("px2:80", "ansible_winrm_proxy", False)
