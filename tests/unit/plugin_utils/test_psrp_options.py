"""Every option of Ansible's psrp connection: it is used, or rejected by name."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.plugins.connection import psrp as plugin
from pypsrp.wsman import WSMan

from ansible_collections.configmgr.scp.plugins.plugin_utils import psrp_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.psrp_options import PsrpSettings, read_psrp_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from tests.unit.plugin_utils.conftest import PemFiles

HERE = __file__
DEFAULTS = {name: option.get("default") for name, option in yaml.safe_load(plugin.DOCUMENTATION)["options"].items()}


def settings(variables: tuple[str, ...] = (), **options: Any) -> PsrpSettings:
    """The settings of a host with the plugin's own defaults; ``variables`` are names of variables that it has."""
    values = {**DEFAULTS, "remote_addr": "scp01.corp.example", "remote_user": "admin", "remote_password": "Pass-1", **options}
    return read_psrp_options(values.get, variables)


def test_the_plugin_has_no_option_that_nobody_thought_of() -> None:
    assert set(DEFAULTS) <= psrp_options.OPTIONS_USED | psrp_options.OPTIONS_WITHOUT_MEANING


def test_what_is_made_of_it_is_what_pypsrp_takes() -> None:
    found = settings()
    transport = WSMan(**found.arguments).transport
    assert transport.endpoint == found.target.endpoint == "https://scp01.corp.example:5986/wsman"


@pytest.mark.parametrize(
    ("option", "value", "argument", "expected"),
    [
        ("auth", "kerberos", "auth", "kerberos"),
        ("cert_validation", "ignore", "cert_validation", False),
        ("cert_validation", "validate", "cert_validation", True),
        ("certificate_key_pem", HERE, "certificate_key_pem", HERE),
        ("certificate_pem", HERE, "certificate_pem", HERE),
        ("connection_timeout", 5, "connection_timeout", 5),
        ("credssp_auth_mechanism", "ntlm", "credssp_auth_mechanism", "ntlm"),
        ("credssp_disable_tlsv1_2", False, "credssp_disable_tlsv1_2", False),
        ("credssp_minimum_version", 5, "credssp_minimum_version", 5),
        ("ignore_proxy", True, "no_proxy", True),
        ("max_envelope_size", 512000, "max_envelope_size", 512000),
        ("message_encryption", "always", "encryption", "always"),
        ("negotiate_delegate", True, "negotiate_delegate", True),
        ("negotiate_hostname_override", "cas01", "negotiate_hostname_override", "cas01"),
        ("negotiate_send_cbt", False, "negotiate_send_cbt", False),
        ("negotiate_service", "HTTP", "negotiate_service", "HTTP"),
        ("operation_timeout", 10, "operation_timeout", 10),
        ("path", "other", "path", "other"),
        ("port", 5985, "ssl", False),
        ("port", 8443, "port", 8443),
        ("protocol", "http", "port", 5985),
        ("proxy", "http://proxy:8080", "proxy", "http://proxy:8080"),
        ("read_timeout", 60, "read_timeout", 60),
        ("reconnection_backoff", 3, "reconnection_backoff", 3.0),
        ("reconnection_retries", 4, "reconnection_retries", 4),
        ("remote_addr", "other", "server", "other"),
        ("remote_password", "x", "password", "x"),
        ("remote_user", "x", "username", "x"),
    ],
)
def test_options_reach_pypsrp(option: str, value: Any, argument: str, expected: Any) -> None:
    assert settings(**{option: value}).arguments[argument] == expected


def test_the_table_above_is_complete() -> None:
    marks = getattr(test_options_reach_pypsrp, "pytestmark")  # noqa: B009
    tested = {row[0] for row in marks[0].args[1]}
    # The first is rejected and not passed on; the others are files. See below.
    assert psrp_options.OPTIONS_USED - tested == {"configuration_name", "ca_cert", "certificate_key_password"}


def test_files_reach_pypsrp(pem: PemFiles) -> None:
    found = settings(
        auth="certificate",
        ca_cert=pem.ca,
        certificate_pem=pem.certificate,
        certificate_key_pem=pem.locked_key,
        certificate_key_password="KeyPass-1",
    )
    assert found.arguments["cert_validation"] == pem.ca
    transport = WSMan(**found.arguments).transport
    assert (transport.certificate_pem, transport.certificate_key_pem) == (pem.certificate, pem.locked_key)
    assert transport.certificate_key_password == found.key_password == "KeyPass-1"
    assert "KeyPass-1" not in repr(found)


@pytest.mark.parametrize(
    ("key", "password", "words"),
    [
        ("locked_key", None, "the key has a password; set ansible_psrp_certificate_key_password"),
        ("locked_key", "wrong", "its password is not the one in ansible_psrp_certificate_key_password"),
        ("other_key", None, "are not a certificate and its key"),
        ("no_pem", None, "are not a certificate and its key in PEM form"),
    ],
)
def test_a_certificate_and_a_key_that_do_not_fit(pem: PemFiles, key: str, password: str | None, words: str) -> None:
    path = getattr(pem, key)
    with pytest.raises(SettingsError, match=words) as caught:
        settings(auth="certificate", certificate_pem=pem.certificate, certificate_key_pem=path, certificate_key_password=password)
    assert path in str(caught.value)
    assert "ansible_psrp_certificate_key_pem" in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("ansible_psrp_cert_validaton", ("is not known", "did you mean ansible_psrp_cert_validation?")),
        ("ansible_psrp_bogus", ("is not known", "the variables of ansible.builtin.psrp are:", "ansible_psrp_auth")),
        ("ansible_psrp_certificate_key_password", ("no effect with this release of ansible-core", "2.21")),
    ],
)
def test_variables_without_effect_are_refused(variable: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(("ansible_host", variable))
    assert [word for word in (variable, *words) if word not in str(caught.value)] == []


def test_the_table_of_variables_is_the_plugin_s_own() -> None:
    options = yaml.safe_load(plugin.DOCUMENTATION)["options"].values()
    named = {variable["name"] for option in options for variable in option.get("vars", ())}
    named = {name for name in named if name.startswith(psrp_options.PREFIX)}
    # ansible-core 2.21 added two.
    new = {f"ansible_psrp_{name}" for name in ("certificate_key_password", "no_profile")}
    assert named | new == psrp_options.VARIABLES
    settings(tuple(psrp_options.VARIABLES), certificate_key_password="x")


def test_an_address_of_ipv6_has_its_brackets() -> None:
    found = settings(remote_addr="fe80::1", port=5985)
    assert found.target.endpoint == WSMan(**found.arguments).transport.endpoint == "http://[fe80::1]:5985/wsman"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"configuration_name": "Restricted"}, ("ansible_psrp_configuration_name", "Restricted", "Microsoft.PowerShell")),
        ({"auth": "basic", "protocol": "http"}, ("ansible_psrp_auth", "basic", "ansible_psrp_protocol", "https")),
        ({"auth": "basic", "message_encryption": "always"}, ("ansible_psrp_auth", "ansible_psrp_message_encryption")),
        ({"auth": "certificate", "protocol": "http"}, ("ansible_psrp_auth", "certificate", "https")),
        ({"auth": "certificate"}, ("ansible_psrp_certificate_pem", "ansible_psrp_certificate_key_pem")),
        ({"auth": "certificate", "certificate_pem": "/no", "certificate_key_pem": HERE}, ("ansible_psrp_certificate_pem", "/no")),
        ({"auth": "ntlm", "remote_password": None}, ("ansible_password must be set", "ntlm")),
        ({"auth": "basic", "remote_user": ""}, ("ansible_user must be set",)),
        ({"ca_cert": "/nowhere"}, ("ansible_psrp_ca_cert", "/nowhere", "does not exist")),
        ({"read_timeout": 20}, ("ansible_psrp_read_timeout", "ansible_psrp_operation_timeout")),
        (
            {"read_timeout": 30, "operation_timeout": 30},
            ("ansible_psrp_read_timeout (30)", "ansible_psrp_operation_timeout (30)"),
        ),
        ({"operation_timeout": 0}, ("ansible_psrp_operation_timeout (0)", "more than 0")),
        ({"auth": "credssp", "remote_password": None}, ("ansible_password must be set for ansible_psrp_auth credssp",)),
        ({"auth": "certificate", "certificate_pem": HERE}, ("ansible_psrp_certificate_key_pem must be set",)),
        ({"max_envelope_size": 8191}, ("ansible_psrp_max_envelope_size is 8191",)),
        ({"auth": "basic", "protocol": "http", "message_encryption": "auto"}, ("cannot encrypt messages",)),
        ({"credssp_disable_tlsv1_2": True}, ("ansible_psrp_credssp_disable_tlsv1_2 is true", "TLS 1.2", "set it to false")),
        ({"proxy": "false"}, ("ansible_psrp_proxy is 'false'",)),
        ({"max_envelope_size": 100}, ("ansible_psrp_max_envelope_size", "8192")),
        ({"proxy": "None"}, ("ansible_psrp_proxy is 'None'", "ansible_psrp_ignore_proxy to true")),
        ({"port": 99999}, ("ansible_port is 99999", "1 to 65535")),
        ({"ca_cert": HERE}, ("ansible_psrp_ca_cert", HERE, "no certificate", "PEM")),
        ({"auth": "ntlm", "remote_password": ""}, ("ansible_password is empty", "ansible_psrp_auth ntlm")),
        ({"auth": "basic", "remote_password": ""}, ("ansible_password is empty",)),
    ],
)
def test_refusals_name_the_variable(options: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**options)
    assert [word for word in words if word not in str(caught.value)] == []


def test_what_is_just_enough_is_taken() -> None:
    assert settings(operation_timeout=1, read_timeout=2).operation_timeout_seconds == 1.0
    assert settings(max_envelope_size=8192).max_envelope_bytes == 8192
    assert settings(auth="basic", protocol="http", message_encryption="never").warnings
    assert settings(auth="basic").target.user == "admin"
    assert settings(configuration_name=None).target.proxy is None


@pytest.mark.parametrize(
    ("options", "endpoint"),
    [
        ({}, "https://scp01.corp.example:5986/wsman"),
        ({"port": 5985}, "http://scp01.corp.example:5985/wsman"),
        ({"port": 5986}, "https://scp01.corp.example:5986/wsman"),
        ({"protocol": "https"}, "https://scp01.corp.example:5986/wsman"),
        ({"protocol": "https", "port": 5985}, "https://scp01.corp.example:5985/wsman"),
    ],
)
def test_address(options: dict[str, Any], endpoint: str) -> None:
    found = settings(**options)
    assert found.target.endpoint == endpoint
    assert found.arguments["ssl"] is endpoint.startswith("https")


def test_the_proxy_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://px:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    found = [settings(**options).target.proxy for options in ({}, {"ignore_proxy": True}, {"proxy": "http://own:1"})]
    assert [(str(proxy), proxy.variable, proxy.of_environment) if proxy else None for proxy in found] == [
        ("http://px:3128", "https_proxy", True),
        None,
        ("http://own:1", "ansible_psrp_proxy", False),
    ]


def test_kerberos_and_negotiate_can_do_with_a_ticket() -> None:
    for auth in ("kerberos", "negotiate"):
        assert settings(auth=auth, remote_password=None, remote_user=None).arguments["username"] is None
        # An empty password counts as none; no server is contacted.
        assert settings(auth=auth, remote_password="").arguments["password"] is None


def test_the_answers_size_is_the_users_only_when_set() -> None:
    assert settings().max_envelope_bytes is None
    assert settings(max_envelope_size=512000).max_envelope_bytes == 512000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, None),
        ({"cert_validation": "ignore"}, "certificate is not checked"),
        ({"protocol": "http", "cert_validation": "ignore"}, None),
        ({"protocol": "http", "message_encryption": "never"}, "unencrypted"),
        ({"negotiate_send_cbt": False}, "the logon is not bound to the server's certificate (ansible_psrp_negotiate_send_cbt"),
        ({"negotiate_send_cbt": False, "auth": "basic"}, None),
        ({"negotiate_send_cbt": False, "protocol": "http"}, None),
    ],
)
def test_weak_protection_is_warned_of(options: dict[str, Any], words: str | None) -> None:
    warnings = settings(**options).warnings
    assert len(warnings) == (0 if words is None else 1)
    assert words is None or words in warnings[0]


def test_the_password_is_in_no_text_of_the_settings() -> None:
    assert "Pass-1" not in repr(settings())
