"""The connection variables of the inventory plugin."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import trust_as_template

from ansible_collections.configmgr.scp.plugins.plugin_utils.inventory_connection import check_names, connection_to, handed_on
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

VAULTED = DataLoader().load("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3030\n")["a"]
# As the loader of inventory files gives it.
TEMPLATE = trust_as_template("{{ env }}")


def unchanged(_name: str, value: Any) -> Any:
    return value


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ansible_usr", "connection: ansible_usr is not known; did you mean ansible_user?"),
        ("password", "connection: password is not known; did you mean ansible_password?"),
        (
            "zzz",
            "connection: zzz is not known; allowed are ansible_connection, ansible_password, ansible_port,",
        ),
        ("ansible_host", "connection: ansible_host would be the address of every host; set provider"),
    ],
)
def test_a_name_that_is_no_variable_of_a_connection(name: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as error:
        check_names({"ansible_user": "x", name: "y"})
    assert sentence in str(error.value)


def test_hosts_get_each_variable_as_it_is_written() -> None:
    given = {"ansible_user": "x", "ansible_password": VAULTED, "ansible_winrm_pass": TEMPLATE, "ansible_port": 5986}
    found = handed_on(given, False)
    assert found.variables == {"ansible_connection": "winrm", **given}
    assert found.variables["ansible_password"] is VAULTED
    assert found.withheld == ()


def test_a_secret_in_plain_text_is_withheld_unless_it_is_asked_for() -> None:
    given = {
        "ansible_connection": "psrp",
        "ansible_password": "S3cret",
        "ansible_psrp_certificate_key_password": "S3cret",
        "ansible_psrp_proxy": "http://u:p@proxy:3128",
    }
    found = handed_on(given, False)
    assert found.variables == {"ansible_connection": "psrp"}
    assert found.withheld == ("ansible_password", "ansible_psrp_certificate_key_password", "ansible_psrp_proxy")
    assert handed_on(given, True).variables == given
    assert handed_on({"ansible_winrm_proxy": "http://proxy:3128", "ansible_password": None}, False).withheld == ()


@pytest.mark.parametrize("kind", ["winrm", "psrp", "ansible.builtin.winrm", "ansible.builtin.psrp"])
def test_the_connection_has_the_options_of_the_variables(kind: str) -> None:
    variables = {
        "ansible_connection": kind,
        "ansible_user": "u",
        "ansible_port": 5986,
        "other": "{{ x }}",
        "ansible_host": "wrong",
    }
    found = connection_to("cas01", "10.0.0.1", variables, unchanged)
    assert found.transport == kind.rpartition(".")[2]
    assert [found.get_option(name) for name in ("remote_addr", "remote_user", "port")] == ["10.0.0.1", "u", 5986]
    assert connection_to("cas01", "", variables, unchanged).get_option("remote_addr") == "cas01"


def test_variables_without_an_option_are_those_of_pywinrm() -> None:
    found = connection_to("cas01", "", {"ansible_winrm_ca_trust_path": "/x", "ansible_winrm_transport": "ntlm"}, unchanged)
    assert found.get_option("_extras") == {"ansible_winrm_ca_trust_path": "/x"}


def test_another_connection_is_refused() -> None:
    with pytest.raises(
        SettingsError, match=r"ansible_connection is ssh, but the SMS Provider is read over WinRM; set it to winrm or"
    ):
        connection_to("cas01", "", {"ansible_connection": "ssh"}, unchanged)
