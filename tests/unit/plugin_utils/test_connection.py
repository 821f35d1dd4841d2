"""From a connection plugin to the link to its host."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from tests.unit.plugin_utils.conftest import PSRP_OPTIONS

WINRM = {"remote_addr": "h", "remote_user": "u", "remote_password": "Pass-1", "port": 5986, "path": "/wsman"}
PSRP = {**PSRP_OPTIONS, "cert_validation": "ignore"}


class Text(str):
    """Replaces ansible-core's own text type."""


def plugin(transport: str, options: dict[str, Any]) -> Any:
    return SimpleNamespace(transport=transport, get_option=options.__getitem__)


def test_winrm() -> None:
    access = access_to(plugin("winrm", WINRM))
    assert access.target.endpoint == "https://h:5986/wsman"
    assert (access.operation_timeout_seconds, access.max_envelope_bytes) == (20, None)
    assert access.secrets == {"Pass-1"}
    assert access.warnings == ()


def test_psrp() -> None:
    access = access_to(plugin("psrp", PSRP))
    assert access.target.endpoint == "https://h:5986/wsman"
    assert (access.operation_timeout_seconds, access.max_envelope_bytes) == (25, 512000)
    assert len(access.warnings) == 1


def test_the_password_of_a_key_and_of_a_proxy_are_secrets() -> None:
    options = {**PSRP, "certificate_key_password": "KeyPass-1", "proxy": "http://u:Proxy%20Pass@px:3128"}
    assert access_to(plugin("psrp", options)).secrets == {"Pass-1", "KeyPass-1", "Proxy%20Pass", "Proxy Pass"}


def test_without_a_password_there_is_no_secret() -> None:
    options = {**WINRM, "remote_password": None, "transport": ["kerberos"]}
    assert access_to(plugin("winrm", options)).secrets == frozenset()


@pytest.mark.parametrize(("kind", "options"), [("winrm", WINRM), ("psrp", PSRP)])
def test_the_file_share_has_the_account_of_the_connection(kind: str, options: dict[str, Any]) -> None:
    share = access_to(plugin(kind, options)).share_account
    assert (share.host, share.user, share.password) == ("h", "u", "Pass-1")


def test_settings_of_a_delegated_host_count_before_the_plugin_s() -> None:
    access = access_to(plugin("winrm", WINRM), settings={"remote_addr": "other"})
    assert (access.target.endpoint, access.share_account.host) == ("https://other:5986/wsman", "other")


def test_libraries_get_plain_texts() -> None:
    access = access_to(plugin("winrm", {**WINRM, "remote_user": Text("u"), "remote_password": Text("Pass-1")}))
    assert type(access.target.user) is str
    assert [type(secret) for secret in access.secrets] == [str]


@pytest.mark.parametrize("kind", ["ssh", "local", "docker", "network_cli"])
def test_other_connections_are_refused_with_what_to_set(kind: str) -> None:
    with pytest.raises(SettingsError, match=f"is {kind}; set ansible_connection to winrm or psrp"):
        access_to(plugin(kind, {}))
