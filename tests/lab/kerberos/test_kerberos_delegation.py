"""A logon that is delegated, in use: the service connection tool reads a database on another server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.estate_file.reader import parse
from lab.running.estate import Estate
from tests.lab.conftest import PACE
from tests.lab.kerberos.conftest import PASSWORD, Realm, Session
from tests.lab.offline.conftest import CAB, Carrier, offline_estate

# HTTP of this server is registered for another account.
WINRM: dict[str, Any] = {"ansible_password": PASSWORD, "ansible_winrm_service": "WSMAN"}
PSRP: dict[str, Any] = {"ansible_password": PASSWORD, "ansible_connection": "psrp"}


class ByTicket(Carrier):
    """Modules over sessions with Kerberos."""

    open_session: Session
    variables: dict[str, Any]

    def session(self, machine: str, user: str = "") -> CimSession:
        return self.open_session(machine, **self.variables)


@pytest.mark.parametrize(
    ("variables", "delegated"),
    [
        (WINRM, False),
        ({**WINRM, "ansible_winrm_kerberos_delegation": True}, True),
        (PSRP, False),
        ({**PSRP, "ansible_psrp_negotiate_delegate": True}, True),
    ],
    ids=str,
)
def test_a_database_on_another_server(
    realm: Realm, session: Session, address_base: str, variables: dict[str, Any], delegated: bool
) -> None:
    text = offline_estate().replace("delegation: true", "delegation: false")
    with Estate(parse(text, "estate.yml").at(address_base, PACE), domain=realm.controller) as estate:
        carrier = ByTicket(estate)
        carrier.open_session, carrier.variables = session, {**variables, "of": replace(realm, estate=estate)}
        if delegated:
            assert carrier.prepare()["changed"]
        else:
            assert "not passed on to the database server" in carrier.tool_refused("prepare", "scp02", usage_data=CAB)
        assert estate.errors == []
