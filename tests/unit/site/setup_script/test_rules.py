"""Each wrong combination is rejected with one sentence that names the key, the rule and what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.site.setup_script.facts_table import rows
from tests.unit.site.setup_script.support import PROXY, TYPES, mistakes, values, wish

SCP = {"server": "scp01.contoso.com"}
CAS_RECOVERY, RECOVERY = "recover_central_administration_site", "recover_primary"

# Type, changes of the smallest set of options, the key, and parts of the rule and of what is allowed.
COMBINATIONS: list[tuple[str, dict[str, Any], str, str]] = [
    ("child_primary", {"service_connection_point": SCP}, "CloudConnector", "at the top-level site only; allowed: 0"),
    (
        "child_primary",
        {"further_keys": {"CloudConnectorOptions": {"CloudConnector": 1}}},
        "CloudConnector",
        "1 is not possible for a child primary; allowed: 0.",
    ),
    ("child_primary", {"hierarchy__parent_site_code": None}, "ParentSiteCode", "would become a stand-alone primary; allowed:"),
    ("child_primary", {"hierarchy__central_site_server": ""}, "ParentSiteServer", "would become a stand-alone primary; allowed"),
    ("child_primary", {"hierarchy__parent_site_code": "ps1"}, "ParentSiteCode", "SiteCode is PS1 too; allowed: the code of"),
    ("expansion", {"hierarchy": {}}, "JoinPrimarySiteName", "names the site that is expanded; allowed:"),
    (
        "expansion",
        {"hierarchy__central_site_server": "PS1.contoso.com"},
        "CCARSiteServer",
        "JoinPrimarySiteName names the same server; allowed:",
    ),
    (
        "primary",
        {"service_connection_point": {"mode": "offline"}},
        "CloudConnectorServer",
        "needed with CloudConnector=1; allowed",
    ),
    ("primary", {"service_connection_point": {**SCP, "proxy": {"port": 8080}}}, "ProxyName", "UseProxy=1; allowed: a fully"),
    (
        "primary",
        {"service_connection_point": {**SCP, "proxy": {"server": "proxy.contoso.com"}}},
        "ProxyPort",
        "it is needed with CloudConnector=1 and UseProxy=1; allowed: a whole number",
    ),
    (
        "primary",
        {"further_keys": {"CloudConnectorOptions": {"CloudConnectorServer": "scp01.contoso.com"}}},
        "CloudConnectorServer",
        "only possible with CloudConnector=1; leave it out",
    ),
    (
        "primary",
        {"further_keys": {"CloudConnectorOptions": {"UseProxy": 1}}},
        "UseProxy",
        "'1' is only possible with CloudConnector=1; leave it out",
    ),
    (
        "primary",
        {"service_connection_point": SCP, "further_keys": {"CloudConnectorOptions": {"ProxyPort": 8080}}},
        "ProxyPort",
        "only possible with CloudConnector=1 and UseProxy=1; leave it out",
    ),
    (
        "primary",
        {"management_point": {"protocol": "http"}},
        "ManagementPointProtocol",
        "nothing to configure; name its server, or leave",
    ),
    (
        "primary",
        {"distribution_point": {"protocol": "http"}},
        "DistributionPointProtocol",
        "nothing to configure; name its server",
    ),
    (
        "primary",
        {"distribution_point": {"install_iis": True}},
        "DistributionPointInstallIIS",
        "nothing to configure; name its server",
    ),
    (
        "primary",
        {"clients__protocol": "https", "management_point": {"server": "mp01.contoso.com", "protocol": "http"}},
        "ManagementPointProtocol",
        "RoleCommunicationProtocol is EnforceHTTPS, with which no site system may use HTTP; allowed: HTTPS.",
    ),
    (
        "child_primary",
        {"clients__protocol": "https", "distribution_point": {"server": "dp01.contoso.com", "protocol": "http"}},
        "DistributionPointProtocol",
        "allowed: HTTPS.",
    ),
    (
        "primary",
        {"database__port": 4022, "database__broker_port": 4022},
        "SQLSSBPort",
        "SQLServerPort is 4022 too; allowed: a port other",
    ),
    (
        "primary",
        {"languages": {"client": ["DEU", "FRA"]}, "further_keys": {"Options": {"DeleteClientLanguages": "fra"}}},
        "DeleteClientLanguages",
        "AddClientLanguages has FRA too; allowed: each language in only one",
    ),
    (
        "primary",
        {"languages": {"server": ["DEU"]}, "further_keys": {"Options": {"DeleteServerLanguages": "DEU"}}},
        "DeleteServerLanguages",
        "AddServerLanguages has DEU too",
    ),
    (
        RECOVERY,
        {"database__broker_port": None},
        "SQLSSBPort",
        "it is not set, and the recovery of a primary needs it; allowed:",
    ),
    (
        RECOVERY,
        {"recovery": {}},
        "ServerRecoveryOptions",
        "needs it; allowed: site_server_and_database (1) or site_server (2) or",
    ),
    (
        RECOVERY,
        {"recovery": {"components": "site_server_and_database"}},
        "DatabaseRecoveryOptions",
        "=1 or 4; allowed: restore (10)",
    ),
    (RECOVERY, {"recovery": {"components": "database"}}, "DatabaseRecoveryOptions", "needed with ServerRecoveryOptions=1 or 4"),
    *(
        (
            RECOVERY,
            {"recovery__database": word, "recovery__database_backup": path},
            "DatabaseRecoveryOptions",
            "allowed: 80, or leav",
        )
        for word, path in (("manual", None), ("create", None))
    ),
    (
        RECOVERY,
        {"recovery": {"components": "database", "database": "skip"}},
        "DatabaseRecoveryOptions",
        "allowed: 10, 20 or 40.",
    ),
    (
        RECOVERY,
        {"recovery": {"components": "database", "database": "restore"}},
        "BackupLocation",
        "needed with ServerRecoveryOptions=1 or 4 and DatabaseRecoveryOptions=10; allowed: a folder",
    ),
    *(
        (
            RECOVERY,
            {"recovery": {"components": "site_server_and_database", "database": word, "database_backup": "E:\\B"}},
            "BackupLocation",
            "only possible with ServerRecoveryOptions=1 or 4 and DatabaseRecoveryOptions=10; leave it out",
        )
        for word in ("manual", "create", "skip")
    ),
    (RECOVERY, {"recovery__database_backup": "E:\\B"}, "BackupLocation", "leave it out"),
    (
        RECOVERY,
        {"recovery": {"components": "database", "database": "manual", "site_server_backup": "E:\\B"}},
        "SiteServerBackupLocation",
        "allowed with 1 or 2 only",
    ),
    (
        RECOVERY,
        {"recovery__reference_site": "ps2.contoso.com"},
        "ReferenceSite",
        "has no such key (it is allowed for the recovery of a c",
    ),
    (
        CAS_RECOVERY,
        {"recovery__database": "create"},
        "ReferenceSite",
        "needed with DatabaseRecoveryOptions=40; allowed: a fully",
    ),
    (
        CAS_RECOVERY,
        {"recovery__database": "skip", "recovery__reference_site": "ps1.contoso.com"},
        "ReferenceSite",
        "allowed with DatabaseRecoveryOptions 10, 20 or 40 only",
    ),
    (
        CAS_RECOVERY,
        {"recovery": {"components": "site_server", "reference_site": "ps1.contoso.com"}},
        "ReferenceSite",
        "the database is not recovered",
    ),
]


@pytest.mark.parametrize(("kind", "changes", "key", "words"), COMBINATIONS)
def test_a_wrong_combination(kind: str, changes: dict[str, Any], key: str, words: str) -> None:
    found = [text for text in mistakes(wish(kind, **changes)) if f"{key} in [" in text]
    assert len(found) == 1, mistakes(wish(kind, **changes))
    assert words in found[0]


@pytest.mark.parametrize(
    ("kind", "changes", "key"),
    [(kind, changes, key) for kind, changes, key, _words in COMBINATIONS],
    ids=lambda part: str(part)[:40],
)
def test_one_mistake_is_told_once(kind: str, changes: dict[str, Any], key: str) -> None:
    assert len(mistakes(wish(kind, **changes))) == 1


RIGHT: list[tuple[str, dict[str, Any], dict[str, str | None]]] = [
    ("child_primary", {}, {"CloudConnector": "0", "UseProxy": None, "CCARSiteServer": "cas01.contoso.com"}),
    (
        "primary",
        {"service_connection_point": SCP},
        {"CloudConnector": "1", "UseProxy": "0", "ProxyName": None, "ProxyPort": None},
    ),
    ("primary", {"service_connection_point": {**SCP, "proxy": PROXY}}, {"UseProxy": "1", "ProxyPort": "8080"}),
    ("primary", {"cd_latest": False}, {"CDLatest": None}),
    ("primary", {"cd_latest": True}, {"CDLatest": "1"}),
    (RECOVERY, {}, {"CDLatest": "1", "AdminConsole": "1", "DatabaseRecoveryOptions": None}),
    (RECOVERY, {"cd_latest": False}, {"CDLatest": None}),
    (RECOVERY, {"recovery__database": "skip"}, {"ServerRecoveryOptions": "2", "DatabaseRecoveryOptions": "80"}),
    (
        RECOVERY,
        {"recovery": {"components": "database", "database": "create"}},
        {"AdminConsole": None, "DatabaseRecoveryOptions": "40"},
    ),
    (RECOVERY, {"recovery": {"components": "database", "database": "manual"}, "console": False}, {"AdminConsole": "0"}),
    (RECOVERY, {"recovery": {"components": 4, "database": 20}}, {"ServerRecoveryOptions": "4", "DatabaseRecoveryOptions": "20"}),
    (
        CAS_RECOVERY,
        {"recovery__reference_site": "ps1.contoso.com"},
        {"DatabaseRecoveryOptions": "20", "ReferenceSite": "ps1.contoso.com"},
    ),
    (
        CAS_RECOVERY,
        {"recovery__database": "restore", "recovery__database_backup": "E:\\B", "recovery__reference_site": "ps1.contoso.com"},
        {"DatabaseRecoveryOptions": "10", "ReferenceSite": "ps1.contoso.com"},
    ),
    (
        CAS_RECOVERY,
        {"recovery__database": "create", "recovery__reference_site": "ps1.contoso.com"},
        {"DatabaseRecoveryOptions": "40", "ReferenceSite": "ps1.contoso.com"},
    ),
    ("primary", {"further_keys": {"options": {"usefqdn": "yes"}}}, {"UseFQDN": "1"}),
    ("primary", {"further_keys": {"Options": {"UseFQDN": None}}}, {"UseFQDN": None}),
]


def test_the_only_possible_value_may_be_said() -> None:
    further = {"CloudConnectorOptions": {"CloudConnector": 0}}
    assert values(wish("child_primary", further_keys=further))["CloudConnector"] == "0"


@pytest.mark.parametrize("port", [8080, "none"])
def test_nothing_is_said_of_a_key_while_one_of_its_conditions_is_wrong_itself(port: object) -> None:
    further = {"CloudConnectorOptions": {"UseProxy": "perhaps", "ProxyPort": port}}
    found = mistakes(wish("primary", service_connection_point=SCP, further_keys=further))
    assert len(found) == (1 if port == 8080 else 2)
    assert "UseProxy in [" in found[0]


@pytest.mark.parametrize(("kind", "changes", "expected"), RIGHT)
def test_a_right_combination(kind: str, changes: dict[str, Any], expected: dict[str, str | None]) -> None:
    found = values(wish(kind, **changes))
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize("kind", TYPES)
def test_a_required_key_that_is_not_told_is_missed_or_has_a_documented_value(kind: str) -> None:
    column = TYPES.index(kind)
    required = {key for _section, key, use in rows() if use[column] == "R"}
    missed = {text.partition("(")[2].partition(" in [")[0] for text in mistakes({"type": kind})}
    defaults = {
        "Action",
        "PrerequisiteComp",
        "AdminConsole",
        "JoinCEIP",
        "MobileDeviceLanguage",
        "RoleCommunicationProtocol",
        "ClientsUsePKICertificate",
        "CloudConnector",
        "CurrentBranch",
    }
    needed = {"child_primary": {"ParentSiteCode", "ParentSiteServer"}, "expansion": {"JoinPrimarySiteName"}}.get(kind, set())
    assert missed == (required - defaults) | needed


UNUSED = [(kind, key, section) for section, key, use in rows() for kind, letter in zip(TYPES, use, strict=True) if letter == "-"]
SOME = {
    "MobileDeviceLanguage": 1,
    "RoleCommunicationProtocol": "HTTPorHTTPS",
    "ManagementPointProtocol": "HTTP",
    "DistributionPointProtocol": "HTTP",
    "ParentSiteCode": "CAS",
    "AGBackupShare": r"\\srv\share",
    "ServerRecoveryOptions": 2,
    "DatabaseRecoveryOptions": 80,
    "SiteServerBackupLocation": "E:\\B",
    "BackupLocation": "E:\\B",
    "SQLServerPort": 1433,
    "ProxyPort": 8080,
    "CASRetryInterval": 5,
    "WaitForCASTimeout": 5,
    "SAExpiration": "2027-06-30",
}


def some(key: str) -> object:
    if key in SOME:
        return SOME[key]
    if key.endswith("Languages"):
        return "DEU"
    flags = ("ClientsUsePKICertificate", "DistributionPointInstallIIS", "UseFQDN", "ResetSecSiteLangs", "UseProxy", "SAActive")
    return 1 if key in (*flags, "CurrentBranch", "UseDistributionView") else "srv01.contoso.com"


@pytest.mark.parametrize(("kind", "key", "section"), UNUSED)
def test_a_key_that_the_type_does_not_use_is_refused(kind: str, key: str, section: str) -> None:
    found = mistakes(wish(kind, further_keys={section: {key: some(key)}}))
    named = [text for text in found if key in text]
    assert len(named) == 1, found
    assert "has no such key (it is allowed for" in named[0] or "is also set by" in named[0]


def test_all_mistakes_are_told_at_once() -> None:
    found = mistakes(
        wish(
            "primary",
            product_key="12345",
            site_code="CON",
            site_name=None,
            install_dir="ConfigMgr",
            sms_provider="cm01",
            console="perhaps",
            prerequisites={"path": "x"},
            database={"server": "10.0.0.1", "name": "a b", "port": 0},
            software_assurance={"expires": "soon"},
            service_connection_point={"server": "scp01", "mode": "sometimes", "proxy": {"port": 99999, "account": "svc"}},
            recovery={"components": "database"},
            servr="x",
            dest="setup.txt",
        )
    )
    keys = [
        "ProductID", "SiteCode", "SiteName", "SMSInstallDir", "SDKServer", "AdminConsole", "PrerequisitePath", "SQLServerName",
        "DatabaseName", "SQLServerPort", "SAActive", "SAExpiration", "CloudConnectorServer", "ProxyName", "ProxyPort",
        "ServerRecoveryOptions",
    ]  # fmt: skip
    for key in keys:
        assert sum(f"({key} in [" in text for text in found) == 1, key
    others = [text for text in found if " in [" not in text]
    assert [text.split(":")[0].removeprefix("unattended_setup_") for text in others] == [
        "servr",
        "dest",
        "service_connection_point.mode",
        "service_connection_point.proxy.account",
    ]
    assert len(found) == len(keys) + len(others)
    assert all("allowed" in text or "leave it out" in text for text in found)
    assert all(text.endswith(".") and "\n" not in text for text in found)
