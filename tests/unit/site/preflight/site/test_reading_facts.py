"""What is read from a site before it is checked, on an SMS Provider in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site import facts
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.facts import Database, Definition, SiteFacts
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import Unreachable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from tests.unit.site.support import CAS, PR1, ST1, row, scp_row, site_system_row
from tests.unit.windows.support import FakeServer, denied

SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PORT_KEY = r"SOFTWARE\Microsoft\SMS\SQL Server\Site System SQL Account"
DEFINITION = {"SiteServerDomain": "CORP", "SQLServerName": "SQL01.corp.example", "SQLDatabaseName": "CM_CAS"}
CLOCK = {"CSName": "CAS01", "LocalDateTime": NOW}
GRANTED = {"ObjectTypeID": 6, "ObjectTypeName": "SMS_Site", "GrantedOperations": 7}
UPDATE = {"PackageGuid": "X", "Name": "2609", "State": 196609}


class Provider(FakeServer):
    """An SMS Provider; the rows of each class, and which classes were read in which namespace."""

    def __init__(self, rows: Mapping[Any, Any] | None = None, keys: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        well: dict[Any, Any] = {
            "SMS_SCI_SiteDefinition": [DEFINITION],
            "Win32_OperatingSystem": [CLOCK],
            "SMS_RbacSecuredObject": [GRANTED],
        }
        super().__init__(keys, {**well, **(rows or {})})
        self.classes: list[str] = []
        self.queries: dict[str, str] = {}

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        self.classes.append(cls.name)
        self.queries[cls.name] = query
        assert namespace.lower() == ("root/cimv2" if cls.name.startswith("Win32_") else "root/sms/site_cas")
        found: Any = self.rows.get(cls.name, ())
        if isinstance(found, Exception):
            raise found
        return [entry if isinstance(entry, CimInstance) else CimInstance.new(namespace, cls, entry) for entry in found]


def read(
    provider: Provider, found: Sequence[CimInstance] = (), site: Site = CAS, sites: Sequence[Site] = (CAS, PR1), **more: Any
) -> SiteFacts:
    system = more.pop("system", None)
    return facts.read_facts(provider.session, site, list(sites), list(found), system, more.pop("accounts", ()), **more)


def test_only_rows_that_a_check_looks_at_are_read() -> None:
    other = row(SCP02, "SMS Management Point")
    own = [row(SCP01, "SMS Management Point"), scp_row(SCP02), row("cas01.corp.example", naming.SITE_SERVER)]
    site = {"SiteCode": "CAS", "SiteName": "x", "Type": 4, "ServerName": "cas01.corp.example"}
    provider = Provider({"SMS_Site": [site], "SMS_SCI_SysResUse": [other, *own]})
    sites, found = facts.read_core(provider.session, "CAS", SCP01)
    assert [site.code for site in sites] == ["CAS"]
    assert found == own
    query = provider.queries["SMS_SCI_SysResUse"]
    assert all(f"'{role}'" in query for role in ("SMS Dmp Connector", "SMS Site Server"))
    assert "scp01" in query


def test_what_is_read_of_a_sound_site() -> None:
    system = site_system_row(SCP01)
    health = {"Role": "SMS Site System", "Status": 0}
    provider = Provider({"SMS_SiteSystemSummarizer": [health]})
    read_facts = read(provider, [system], system=system)
    assert (read_facts.site, read_facts.sites, read_facts.rows, read_facts.system) == (CAS, (CAS, PR1), (system,), system)
    assert (read_facts.installing, read_facts.sites_installing, read_facts.unknown_states) == ((), (), ())
    assert read_facts.granted == 7
    assert not isinstance(read_facts.health, Unread)
    assert [role.status for role in read_facts.health] == ["ok"]
    assert read_facts.definition == Definition("CORP", Database("sql01.corp.example", "", "CM_CAS", None))
    assert read_facts.clock is not None
    assert (read_facts.clock.now, read_facts.clock.computer) == (NOW, "CAS01")
    assert "SMS_AAD_Tenant_Ex" not in provider.classes
    assert (read_facts.cloud_needs, read_facts.components, read_facts.providers, read_facts.listed) == ((), (), {}, frozenset())


def test_each_part_that_is_refused_is_unread_and_the_rest_is_read() -> None:
    system = site_system_row(SCP01)
    for name, part in (
        ("SMS_CM_UpdatePackages", "installing"),
        ("SMS_CM_UpdatePackageSiteStatus", "sites_installing"),
        ("SMS_RbacSecuredObject", "granted"),
        ("SMS_SiteSystemSummarizer", "health"),
        ("SMS_SCI_Reserved", "listed"),
        ("SMS_SCI_SiteDefinition", "definition"),
        ("SMS_AAD_Tenant_Ex", "cloud_needs"),
    ):
        found = read(Provider({name: denied()}), [system], system=system, accounts=["x"], offline=True)
        unread = [
            name
            for name in ("installing", "sites_installing", "granted", "health", "listed", "definition", "cloud_needs")
            if isinstance(getattr(found, name), Unread)
        ]
        assert unread == [part]


def test_a_clock_that_is_refused_is_none() -> None:
    assert read(Provider({"Win32_OperatingSystem": denied()})).clock is None


def test_a_lost_connection_goes_through() -> None:
    with pytest.raises(Unreachable):
        read(Provider({"SMS_CM_UpdatePackages": Unreachable("gone")}))


def test_updates_of_the_site_and_of_those_below() -> None:
    below = {"SiteCode": "PR1", "Name": "2609", "State": 196609}
    provider = Provider(
        {"SMS_CM_UpdatePackages": [UPDATE, {**UPDATE, "State": 196630}], "SMS_CM_UpdatePackageSiteStatus": [below]}
    )
    found = read(provider)
    assert not isinstance(found.installing, Unread)
    assert [name for name, _state in found.installing] == ["2609"]
    assert [name for name, _state in found.unknown_states] == ["2609"]
    assert not isinstance(found.sites_installing, Unread)
    assert [entry[:2] for entry in found.sites_installing] == [("PR1", "2609")]


def test_a_site_alone_is_not_asked_for_sites_below() -> None:
    provider = Provider()
    assert read(provider, site=CAS, sites=(CAS,)).sites_installing == ()
    assert "SMS_CM_UpdatePackageSiteStatus" not in provider.classes


@pytest.mark.parametrize("offline", [True, False])
def test_cloud_services_are_read_for_an_offline_role_only(offline: bool) -> None:
    provider = Provider({"SMS_AAD_Tenant_Ex": [{"ID": 1, "Name": "Contoso", "TenantID": "t"}]})
    needs = read(provider, offline=offline).cloud_needs
    assert not isinstance(needs, Unread)
    assert len(needs) == (1 if offline else 0)
    assert ("SMS_AAD_Tenant_Ex" in provider.classes) is offline


def test_accounts_of_the_site_in_any_case() -> None:
    rows = [{"UserName": r"CORP\Installer", "SiteCode": "CAS"}, {"UserName": r"CORP\Other", "SiteCode": "PR1"}]
    provider = Provider({"SMS_SCI_Reserved": rows})
    assert read(provider, accounts=[r"corp\installer"]).listed == frozenset({r"corp\installer"})


@pytest.mark.parametrize(
    ("rows", "granted"),
    [
        ([GRANTED], 7),
        ([{**GRANTED, "ObjectTypeName": "Boundary"}, {**GRANTED, "GrantedOperations": 1}], 1),
        ([{**GRANTED, "GrantedOperations": 0}], 0),
        ([{**GRANTED, "ObjectTypeName": "Boundary"}], None),
        ([{**GRANTED, "ObjectTypeName": None}], None),
        ([{**GRANTED, "GrantedOperations": None}], None),
        ([], None),
    ],
)
def test_what_the_site_grants_on_sites(rows: list[dict[str, Any]], granted: int | None) -> None:
    provider = Provider({"SMS_RbacSecuredObject": rows})
    found = read(provider).granted
    assert isinstance(found, Unread) if granted is None else found == granted
    assert "ObjectTypeID = 6" in provider.queries["SMS_RbacSecuredObject"]


# The database and its port.


@pytest.mark.parametrize(
    ("server", "computer", "values", "port"),
    [
        ("sql01", "CAS01", {"Port": "1450"}, 1450),
        ("sql01", "CAS01", {"Port": "1"}, 1),
        ("sql01", "CAS01", {"Port": "65535"}, 65535),
        ("sql01", "CAS01", {"Port": "65536"}, None),
        ("sql01", "CAS01", {"Port": "0"}, None),
        ("sql01", "CAS01", {"Port": "dynamic"}, None),
        ("sql01", "CAS01", {"Port": ""}, None),
        ("sql01", "CAS01", {"Port": 1450}, None),
        ("sql01", "CAS01", {}, None),
        ("sql01", "PROV1", {"Port": "1450"}, None),
        ("sql01,1433", "CAS01", {"Port": "1450"}, 1433),
    ],
)
def test_the_port_is_read_on_the_site_server_where_the_site_does_not_tell_it(
    server: str, computer: str, values: dict[str, Any], port: int | None
) -> None:
    provider = Provider(
        {
            "SMS_SCI_SiteDefinition": [{**DEFINITION, "SQLServerName": server}],
            "Win32_OperatingSystem": [{**CLOCK, "CSName": computer}],
        },
        {PORT_KEY: values},
    )
    assert read(provider).definition == Definition("CORP", Database("sql01", "", "CM_CAS", port))


def test_a_site_server_without_that_key_or_without_a_clock_leaves_the_port_open() -> None:
    for provider in (Provider(), Provider({"Win32_OperatingSystem": []}, {PORT_KEY: {"Port": "1450"}})):
        found = read(provider).definition
        assert isinstance(found, Definition)
        assert found.database.port is None


def test_a_registry_that_refuses_leaves_the_port_open() -> None:
    class Refusing(Provider):
        def invoke(self, *_inputs: Any, **_more: Any) -> dict[str, Any]:
            raise denied()

    found = read(Refusing()).definition
    assert isinstance(found, Definition)
    assert found.database.port is None


def test_a_definition_of_little() -> None:
    found = read(Provider({"SMS_SCI_SiteDefinition": [{"SiteCode": "CAS"}]})).definition
    assert found == Definition("", Database("", "", "", None))
    assert isinstance(read(Provider({"SMS_SCI_SiteDefinition": []})).definition, Unread)


def test_no_more_columns_are_read_than_are_looked_at() -> None:
    provider = Provider()
    read(provider)
    definition, granted = provider.queries["SMS_SCI_SiteDefinition"], provider.queries["SMS_RbacSecuredObject"]
    assert definition.startswith("SELECT SiteServerDomain, SQLServerName, SQLDatabaseName")
    assert "*" not in definition + granted
    assert "SiteCode = 'CAS'" in definition
    assert granted.startswith("SELECT ObjectTypeName, GrantedOperations")


@pytest.mark.parametrize(
    ("text", "port"), [("sql01,1", 1), ("sql01,65535", 65535), ("sql01,0", None), ("sql01,65536", None), (" sql01,1433 ", 1433)]
)
def test_a_port_that_the_site_tells(text: str, port: int | None) -> None:
    assert facts.database_of(text, "CM") == Database("sql01", "", "CM", port)


# What is read only if a check must name it.

PROVIDERS = [row("pri9.corp.example", naming.SMS_PROVIDER, "PR1"), row("pri1.corp.example", naming.SMS_PROVIDER, "PR1")]
COMPONENT = {"ComponentName": "SMS_DMP_DOWNLOADER", "MachineName": SCP01, "State": 1, "Status": 0}


@pytest.mark.parametrize(
    ("site", "holders", "providers", "components"),
    [
        (CAS, [], False, False),
        (CAS, [scp_row(SCP01)], False, False),
        (CAS, [scp_row(SCP01, "PR1")], True, False),
        (CAS, [scp_row(SCP01), scp_row(SCP02)], True, True),
        (PR1, [], True, False),
    ],
    ids=["none", "in place", "at a site below", "two", "not the top-level site"],
)
def test_providers_and_components(site: Site, holders: list[CimInstance], providers: bool, components: bool) -> None:
    class Anywhere(Provider):
        def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
            return super().query(namespace.replace("PR1", "CAS"), cls, query)

    provider = Anywhere({"SMS_SCI_SysResUse": PROVIDERS, "SMS_ComponentSummarizer": [COMPONENT]})
    found = read(provider, holders, site)
    assert found.providers == ({"PR1": ("pri1.corp.example", "pri9.corp.example")} if providers else {})
    assert not isinstance(found.components, Unread)
    assert [state.server for state in found.components] == ([SCP01] if components else [])


def test_providers_and_components_that_are_refused() -> None:
    provider = Provider({"SMS_SCI_SysResUse": denied(), "SMS_ComponentSummarizer": denied()})
    found = read(provider, [scp_row(SCP01), scp_row(SCP02)])
    assert found.providers == {}
    assert isinstance(found.components, Unread)


# What the facts say about themselves.


def known(*found: CimInstance, site: Site = CAS, **more: Any) -> SiteFacts:
    unread = Unread("no")
    return SiteFacts(site, (CAS, PR1), found, None, (), unread, unread, unread, unread, None, **more)


def test_holders_and_rows() -> None:
    found = known(scp_row(SCP02), scp_row(SCP01, "PR1"), row(SCP01, "SMS Management Point"))
    assert found.holders == [(SCP02, "CAS"), (SCP01, "PR1")]
    assert [entry["RoleName"] for entry in found.rows_on(SCP01)] == ["SMS Dmp Connector", "SMS Management Point"]
    assert len(found.rows_of("SMS Management Point")) == 1


def test_site_servers_are_those_of_the_rows_of_the_site() -> None:
    pair = [row(server, naming.SITE_SERVER) for server in ("z.corp.example", "a.corp.example")]
    other = row("pri1.corp.example", naming.SITE_SERVER, "PR1")
    assert known(*pair, other).site_servers == ["a.corp.example", "z.corp.example"]
    assert known(other).site_servers == ["cas01.corp.example"]


@pytest.mark.parametrize(
    ("code", "own", "host"),
    [
        ("CAS", "here", "here"),
        ("CAS", "", "cas01.corp.example"),
        ("PR1", "here", "pri9.corp.example"),
        ("XYZ", "here", "here"),
    ],
)
def test_the_host_of_a_site(code: str, own: str, host: str) -> None:
    assert known(providers={"PR1": ("pri9.corp.example", "pri8.corp.example")}).host_of(code, own) == host


def test_a_site_without_a_known_provider_is_named_by_its_server() -> None:
    assert known().host_of("PR1", "here") == "pri1.corp.example"
    assert known(site=ST1, providers={"ST1": ("other",)}).host_of("ST1", "") == "sta01.corp.example"
