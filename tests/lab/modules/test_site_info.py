"""site_system_info and site_account_info over pywinrm and NTLM."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Send
from tests.lab.modules.conftest import READER, Play

SERVER = "scp01.corp.example"
INSTALL, PROXY, NOBODY = r"CORP\scpinstall", r"CORP\scpproxy", r"CORP\nobody"
PASSWORD = "Lab-Install-2026"


def requests(play: Play) -> int:
    return play.estate.request_log.totals().get("cim", 0)


def settle(play: Play) -> None:
    for name in (INSTALL, PROXY):
        play.run("site_account", name=name, password=PASSWORD)
    play.run(
        "site_system",
        server=SERVER,
        public_fqdn="scp01.example.net",
        installation_account=INSTALL,
        proxy={"server": "proxy.corp.example", "port": 8080, "account": PROXY},
    )


def test_settings_are_what_site_system_set(play: Play) -> None:
    settle(play)
    set_then = play.run("site_system", server=SERVER)["settings"]
    play.estate.request_log.clear()
    found = play.run("site_system_info", user=READER, servers=["SCP01.corp.example"], site_code="cas")
    # One for the settings, one for the roles.
    assert requests(play) == 2
    assert found["changed"] is False
    assert found["site_systems"] == [{"server": SERVER, "site_code": "CAS", **set_then, "roles": ["SMS Site System"]}]


def test_all_site_systems_of_the_hierarchy(play: Play) -> None:
    listed = play.run("hierarchy_info")["site_systems"]
    found = play.run("site_system_info")["site_systems"]
    assert [{key: entry[key] for key in ("server", "site_code", "roles")} for entry in found] == listed
    assert {entry["site_code"] for entry in found} >= {"CAS", "PR1"}


def test_a_server_that_is_no_site_system_costs_one_request(play: Play) -> None:
    play.estate.request_log.clear()
    assert play.run("site_system_info", servers=["scp09.corp.example"], site_code="CAS")["site_systems"] == []
    assert requests(play) == 1
    play.estate.request_log.clear()
    assert play.run("site_system_info", servers=[], site_code="CAS")["site_systems"] == []
    assert requests(play) == 0
    assert "servers:" in play.refused("site_system_info", servers=["no name"])


def test_accounts_and_who_uses_them(play: Play) -> None:
    settle(play)
    play.estate.request_log.clear()
    found = play.run("site_account_info", user=READER, site_code="CAS")
    assert requests(play) == 4
    assert [entry["name"] for entry in found["accounts"]] == [INSTALL, PROXY]
    assert all(entry["listed"] for entry in found["accounts"])
    assert found["accounts"][0]["told_by_site"] == ["Site System Installation Account"]
    assert [[use["use"] for use in entry["site_systems"]] for entry in found["accounts"]] == [
        ["installation_account"],
        ["proxy_account"],
    ]
    assert "network access" in found["not_looked_at"]


@dataclass
class Listener(Play):
    """Records the answers of the servers."""

    heard: list[bytes] = field(default_factory=list)

    def wrapped(self, send: Send) -> Send:
        def listening(message: bytes) -> bytes:
            self.heard.append(send(message))
            return self.heard[-1]

        return listening


def test_no_secret_is_read_however_encrypted(play: Play) -> None:
    settle(play)
    secrets = [row.text("Reserved2") for row in play.hierarchy().state.control.of_class("SMS_SCI_Reserved")]
    listener = Listener(play.estate)
    listener.run("site_account_info")
    answers = b"".join(listener.heard).decode()
    assert INSTALL in answers
    assert [secret for secret in secrets if not secret or secret in answers] == []


def test_accounts_by_name(play: Play) -> None:
    settle(play)
    found = play.run("site_account_info", names=[PROXY.upper(), NOBODY])["accounts"]
    assert [(entry["name"], entry["listed"], len(entry["site_systems"])) for entry in found] == [
        (NOBODY, False, 0),
        (PROXY, True, 1),
    ]
    play.estate.request_log.clear()
    assert play.run("site_account_info", names=[], site_code="CAS")["accounts"] == []
    assert requests(play) == 0
    assert "names:" in play.refused("site_account_info", names=["svc@corp.example"])


def test_a_site_that_is_not_there(play: Play) -> None:
    for module in ("site_system_info", "site_account_info"):
        assert "There is no site XYZ" in play.refused(module, site_code="XYZ")
