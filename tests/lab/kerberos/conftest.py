"""The default estate in a real domain: a Samba KDC, servers with keytabs, and clients with tickets."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import access_to
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import PREFIX, VARIABLES
from lab.domain.content import domain_ldif, user
from lab.domain.controller import CannotRun, Content, DomainController
from lab.domain.kerberos import krb5_conf
from lab.estate_file.reader import DEFAULT_FILE, load
from lab.running.estate import Estate
from tests.lab.conftest import PACE
from tests.lab.directory.samba import running

USER, PASSWORD = "scpadmin@CORP.EXAMPLE", "Lab-Admin-2026"

# Somebody registered the web service of this server for another account, as happens with reporting services.
TAKEN = "scp02"


@dataclass(frozen=True)
class Realm:
    """The domain, its estate, and the files of one client."""

    controller: DomainController
    estate: Estate
    folder: Path
    share: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a client without a ticket."""
        return {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.folder / 'ticket'}"}

    def address(self, machine: str) -> str:
        return str(self.estate.machine(machine).address)

    def kinit(self, name: str = USER, password: str = PASSWORD, *arguments: str) -> None:
        """Get a ticket as a user does before a run."""
        environment = {**os.environ, **self.variables}
        subprocess.run(["kinit", *arguments, name], input=f"{password}\n", text=True, check=True, env=environment, timeout=30)


@pytest.fixture(scope="session")
def _domain(_session_base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DomainController, Estate, Path]]:
    missing = [name for name in ("gssapi", "krb5", "kerberos") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the Python package {missing[0]} is not installed; `make kerberos` runs these tests")
    description = load(DEFAULT_FILE).at(_session_base, PACE)
    secrets = {machine.name: f"Machine-2026-{machine.name}" for machine in description.machines if not machine.workgroup}
    dns = description.domain.dns
    taken = user("svc-reports", dns, "Lab-Service-2026", services=(f"HTTP/{description.fqdn(TAKEN)}",))
    # No server of the lab serves files with Kerberos, but the domain controller can.
    shares = {"D$": tmp_path_factory.mktemp("share")}
    content = Content(dns, description.domain.netbios, f"{domain_ldif(description, secrets)}\n{taken}", shares)
    with ExitStack() as stack:
        try:
            controller = stack.enter_context(running(content, f"{_session_base}.100"))
        except CannotRun as error:
            pytest.skip(f"no domain controller on this machine: {error}")
        yield controller, stack.enter_context(Estate(description, domain=controller)), shares["D$"]


@pytest.fixture
def realm(_domain: tuple[DomainController, Estate, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realm]:
    """The estate in its first state, and a client of its domain that has no ticket."""
    controller, estate, share = _domain
    estate.reset()
    found = Realm(controller, estate, tmp_path, share)
    (tmp_path / "krb5.conf").write_text(krb5_conf(controller.dns, controller.address))
    for name, value in found.variables.items():
        monkeypatch.setenv(name, value)
    yield found
    assert estate.errors == []


Session = Callable[..., CimSession]


@pytest.fixture
def session(realm: Realm) -> Iterator[Session]:
    """Open a CIM session to a server with the variables of a host in an inventory, as the action plugin does."""
    with ExitStack() as opened:

        def connect(machine: str = "cas01", *, of: Realm = realm, **variables: Any) -> CimSession:
            access = access_to(connection(host_variables(of, machine, variables)))
            opened.callback(access.link.close)
            return CimSession(access.link.send)

        yield connect


def host_variables(realm: Realm, machine: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a host: Kerberos over winrm and http, unless others are given; null omits one."""
    given = {"ansible_connection": "winrm", **variables}
    fqdn = realm.estate.machine(machine).fqdn
    usual: dict[str, Any] = {"ansible_host": realm.address(machine), "ansible_port": 5985, "ansible_user": USER}
    if given["ansible_connection"] == "psrp":
        usual |= {"ansible_psrp_auth": "kerberos", "ansible_psrp_negotiate_hostname_override": fqdn}
        usual |= {"ansible_psrp_ca_cert": str(realm.estate.ca_file)} if given.get("ansible_port") == 5986 else {}
    else:
        usual |= {"ansible_winrm_transport": "kerberos", "ansible_winrm_kerberos_hostname_override": fqdn}
        usual |= {"ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"]}
        usual |= {"ansible_winrm_ca_trust_path": str(realm.estate.ca_file)} if given.get("ansible_port") == 5986 else {}
    return {name: value for name, value in {**usual, **given}.items() if value is not None}


def connection(variables: Mapping[str, Any]) -> Any:
    """Ansible's connection plugin of a host, its options set."""
    plugin = connection_loader.get(variables["ansible_connection"], PlayContext())
    # Those that are no options of the plugin.
    extras = {name: value for name, value in variables.items() if name.startswith(PREFIX) and name not in VARIABLES}
    plugin.set_options(var_options={**variables, "_extras": extras})
    return plugin
