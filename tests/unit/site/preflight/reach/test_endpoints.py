"""Which addresses are tried."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.naming import BadName
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import endpoints
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.endpoints import Endpoint
from ansible_collections.configmgr.scp.plugins.modules.endpoint_check import SPEC

TODAY = date(2026, 11, 22)
ROWS: list[dict[str, Any]] = [
    {"host": "*.a.example", "features": ["updates"], "required": True, "examples": ["x.a.example", "y.a.example"]},
    {"host": "*.b.example", "features": ["updates"], "required": True, "examples": []},
    {"host": "c.example", "features": ["updates", "usage"], "required": False},
    {"host": "c.example", "features": ["cmg"], "required": True, "path": "/p?x=1"},
    {"host": "c.example", "scheme": "http", "features": ["updates"], "required": False},
    {"host": "old.example", "features": ["usage"], "required": True, "until": "2503"},
    {"host": "new.example", "features": ["usage"], "required": True, "since": "2603"},
    {"host": "gov.example", "features": ["cmg"], "required": True, "cloud": "us_government"},
    {"host": "pub.example", "features": ["cmg"], "required": True, "cloud": "public"},
]


def urls(features: list[str], version: str | None = None, cloud: str = "public") -> list[str]:
    found = versions.find(version) if version else None
    return [endpoint.url for endpoint in endpoints.select(features, found, cloud, ROWS, TODAY)]


def test_wildcards_are_tried_by_their_examples() -> None:
    found = endpoints.select(["updates"], None, "public", ROWS, TODAY)
    assert [(endpoint.host, endpoint.pattern, endpoint.testable) for endpoint in found[:3]] == [
        ("x.a.example", "*.a.example", True),
        ("y.a.example", "*.a.example", True),
        ("*.b.example", "*.b.example", False),
    ]


def test_ports_follow_the_scheme() -> None:
    assert urls(["updates"])[-2:] == ["https://c.example:443/", "http://c.example:80/"]


def test_an_address_of_several_rows_is_tried_once_and_the_stricter_row_counts() -> None:
    found = [
        endpoint for endpoint in endpoints.select(["cmg", "updates"], None, "public", ROWS, TODAY) if endpoint.host == "c.example"
    ]
    assert found[0] == Endpoint("c.example", 443, "/p?x=1", ("updates", "cmg"), True)
    assert [endpoint.port for endpoint in found] == [443, 80]


@pytest.mark.parametrize(
    ("version", "hosts"),
    [
        (None, ["c", "new"]),
        ("2609", ["c", "new"]),
        ("5.00.9152.1000", ["c", "new"]),
        ("2603", ["c", "new"]),
        ("2503", ["c", "old"]),
        ("5.00.9999.1000", ["c", "new"]),
    ],
)
def test_rows_hold_for_versions(version: str | None, hosts: list[str]) -> None:
    assert urls(["usage"], version) == [f"https://{host}.example:443/" for host in hosts]


def test_rows_hold_for_clouds() -> None:
    assert urls(["cmg"]) == ["https://c.example:443/p?x=1", "https://pub.example:443/"]
    assert urls(["cmg"], cloud="us_government") == ["https://c.example:443/p?x=1", "https://gov.example:443/"]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("Gateway.Contoso.com", "gateway.contoso.com", 443),
        (" a.example:8443 ", "a.example", 8443),
        ("192.0.2.7:80", "192.0.2.7", 80),
        ("[fd00::1]:444", "fd00::1", 444),
        ("[fd00::1]", "fd00::1", 443),
        ("fd00::1", "fd00::1", 443),
    ],
)
def test_named_addresses(text: str, host: str, port: int) -> None:
    assert endpoints.named([text]) == [Endpoint(host, port)]


@pytest.mark.parametrize(
    "text",
    [
        *("", ":443", "a.example:", "a.example:0", "a.example:65536", "a.example:x", "a.example:44 3", "a.example:4\u0664"),
        *("a b", "a&calc", 'a"b', "a'b", "a|b", "^", "host%TEMP%", "-K.example", "a.exa\nmple", "a.example\0"),
        *("https://a.example", "a.example/x", "fe80::1%eth0", "[fe80::1%25x&y]", "[a.example:1"),
    ],
)
def test_addresses_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadName, match="endpoints: "):
        endpoints.named([text])


def test_too_many_addresses_are_refused() -> None:
    with pytest.raises(BadName, match="101 addresses are too many"):
        endpoints.named(["a.example"] * 101)


def test_what_the_user_names_is_required_and_tried_once() -> None:
    chosen = endpoints.select(["usage"], None, "public", ROWS, TODAY)
    found = endpoints.all_of(chosen, endpoints.named(["c.example", "d.example", "d.example:443"]))
    assert [(endpoint.host, endpoint.required) for endpoint in found] == [
        ("c.example", True),
        ("new.example", True),
        ("d.example", True),
    ]


def test_ipv6_addresses_stand_in_brackets() -> None:
    assert Endpoint("fd00::1").url == "https://[fd00::1]:443/"


RETIRED = {
    "host": "old.example",
    "features": ["updates"],
    "required": True,
    "note": "A note.",
    "retired": "2026-11-22",
    "then": "It is gone.",
}


@pytest.mark.parametrize(
    ("today", "expected"), [(date(2026, 11, 22), (True, "A note.")), (date(2026, 11, 23), (False, "It is gone."))]
)
def test_an_address_is_advisory_once_it_is_retired(today: date, expected: tuple[bool, str]) -> None:
    (found,) = endpoints.select(["updates"], None, "public", [RETIRED], today)
    assert (found.required, found.note) == expected


def test_windows_own_proxy_counts_only_where_every_row_of_the_address_says_so() -> None:
    row = {"host": "crl.example", "features": ["certificates"], "required": False, "proxy": "system"}
    (found,) = endpoints.select(["certificates"], None, "public", [row, row], TODAY)
    assert found.system_proxy
    other = {"host": "crl.example", "features": ["updates"], "required": False}
    (found,) = endpoints.select(["certificates", "updates"], None, "public", [row, other], TODAY)
    assert not found.system_proxy


def chosen(feature: str, version: str | None = "2609", cloud: str = "public", today: date = TODAY) -> dict[str, Endpoint]:
    found = versions.find(version) if version else None
    return {str(entry): entry for entry in endpoints.select([feature], found, cloud, endpoints.table_rows(), today)}


class TestFacts:
    """What the table says about addresses whose weight or way is disputed."""

    @pytest.mark.parametrize(
        ("version", "required"), [("2403", True), ("2409", True), ("2503", False), ("2609", False), (None, False)]
    )
    def test_sites_up_to_2409_need_the_old_content_delivery_network(self, version: str | None, required: bool) -> None:
        assert chosen("updates", version)["configmgrbits.azureedge.net:443"].required is required

    def test_the_old_content_delivery_network_ends_in_2027(self) -> None:
        found = chosen("updates", "2409", today=date(2027, 10, 1))["configmgrbits.azureedge.net:443"]
        assert not found.required
        assert found.note.startswith("The domain azureedge.net has ended")

    def test_azure_ad_graph_stops_no_preflight(self) -> None:
        found = chosen("endpoint_analytics")["graph.windows.net:443"]
        assert not found.required
        assert "was retired" in found.note

    def test_graph_of_each_cloud(self) -> None:
        public, government = chosen("entra_discovery"), chosen("entra_discovery", cloud="us_government")
        assert public["graph.microsoft.com:443"].required
        assert "graph.microsoft.com:443" not in government
        assert not government["graph.microsoft.us:443"].required

    def test_windows_itself_connects_to_what_has_to_do_with_revocation(self) -> None:
        assert all(found.system_proxy and not found.required for found in chosen("certificates").values())
        assert not any(found.system_proxy for found in chosen("updates").values())
        attached = {host for host, found in chosen("tenant_attach").items() if found.system_proxy}
        assert {"crl3.digicert.com:80", "ocsp.msocsp.com:80", "www.microsoft.com:80"} <= attached
        assert "aka.ms:443" not in attached

    def test_certificates_that_a_server_leaves_out_are_downloaded(self) -> None:
        assert {"cacerts.digicert.com:80", "caissuers.microsoft.com:80"} <= set(chosen("certificates"))

    def test_connections_to_intune_must_not_be_inspected(self) -> None:
        found = {host for host, entry in chosen("updates").items() if entry.no_inspection}
        assert found == {"sccm.manage.microsoft.com:443", "configmgrbits.cdn.manage.microsoft.com:443"}


class TestTable:
    rows = endpoints.table_rows()

    def test_the_features_are_those_of_the_module(self) -> None:
        features = set(table("endpoints")["features"])
        assert features == set(SPEC["argument_spec"]["features"]["choices"])
        assert {feature for row in self.rows for feature in row["features"]} == features

    @pytest.mark.parametrize("row", rows, ids=lambda row: f"{row['host']}-{row.get('scheme', 'https')}")
    def test_a_row_is_whole(self, row: dict[str, Any]) -> None:
        assert row.keys() <= {
            "host", "scheme", "path", "features", "required", "since", "until", "cloud", "examples", "note", "source", "read",
            "proxy", "no_inspection", "retired", "then",
        }  # fmt: skip
        assert row["source"]
        assert str(row["read"]) == "2026-11"
        assert row.get("cloud", "public") in ("public", "us_government")
        assert ("examples" in row) == ("*" in row["host"])
        for host in [*([] if "*" in row["host"] else [row["host"]]), *row.get("examples", ())]:
            assert endpoints.named([host]) == [Endpoint(host)]
        for version in ("since", "until"):
            assert row.get(version, "2609").isdigit()
        assert row.get("scheme") in (None, "http")
        assert not (row.get("scheme") == "http" and row["required"])

    def test_no_row_is_there_twice(self) -> None:
        keys = [
            (row["host"], row.get("scheme"), row.get("cloud"), row.get("path"), row.get("since"), feature)
            for row in self.rows
            for feature in row["features"]
        ]
        assert len(keys) == len(set(keys))

    @pytest.mark.parametrize("feature", sorted(table("endpoints")["features"]))
    @pytest.mark.parametrize("cloud", ["public", "us_government"])
    def test_every_feature_has_something_to_try(self, feature: str, cloud: str) -> None:
        assert any(endpoint.testable for endpoint in endpoints.select([feature], versions.find("2609"), cloud, self.rows, TODAY))


def test_the_most_addresses_of_a_task() -> None:
    assert len(endpoints.named(["a.example"] * 100)) == 100


@pytest.mark.parametrize("port", [1, 65535])
def test_the_first_and_the_last_port(port: int) -> None:
    assert endpoints.checked_port(port, "x") == port
    assert endpoints.named([f"a.example:{port}"])[0].port == port


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port(port: int) -> None:
    with pytest.raises(BadName, match="x: "):
        endpoints.checked_port(port, "x")


@pytest.mark.parametrize(
    ("row", "version", "holds"),
    [
        ({"since": "2503"}, "2503", True),
        ({"since": "2503"}, "2409", False),
        ({"until": "2503"}, "2503", True),
        ({"until": "2503"}, "2509", False),
        ({"since": "2403", "until": "2503"}, "2409", True),
        ({"until": "2503"}, None, False),
        ({"since": "2503"}, None, True),
    ],
)
def test_the_first_and_last_version_of_a_row(row: dict[str, Any], version: str | None, holds: bool) -> None:
    rows = [{"host": "a.example", "features": ["usage"], "required": True, **row}]
    site = versions.find(version) if version else None
    assert bool(endpoints.select(["usage"], site, "public", rows, TODAY)) is holds


def test_rows_of_one_address_are_one() -> None:
    first: dict[str, Any] = {"host": "a.example", "features": ["usage"], "required": False}
    second = {"host": "a.example", "features": ["usage", "cmg"], "required": True, "path": "/p", "note": "Note."}
    third = {"host": "a.example", "features": ["cmg"], "required": False, "path": "/q", "note": "Other."}
    [found] = endpoints.select(["usage", "cmg"], None, "public", [first, second, third], TODAY)
    assert found == Endpoint("a.example", 443, "/p", ("usage", "cmg"), True, "", True, "Note.")
    [found] = endpoints.select(["usage"], None, "public", [first], TODAY)
    assert not found.required


def test_an_example_keeps_what_its_row_says() -> None:
    row = {
        "host": "*.a.example",
        "features": ["usage"],
        "required": False,
        "examples": ["x.a.example"],
        "path": "/p",
        "note": "N.",
    }
    [found] = endpoints.select(["usage"], None, "public", [row], TODAY)
    assert found == Endpoint("x.a.example", 443, "/p", ("usage",), False, "*.a.example", True, "N.")
    assert endpoints.select([], None, "public", [row], TODAY) == []


def test_features_and_issuers_of_the_table() -> None:
    assert "updates" in endpoints.features()
    assert endpoints.features() == sorted(set(endpoints.features()))
    assert any("Microsoft" in name for name in endpoints.known_issuers())


def test_a_bad_host_is_shown_bounded() -> None:
    with pytest.raises(BadName) as refused:
        endpoints.target_host("x" * 100 + "%", "proxy.server")
    assert str(refused.value).startswith("proxy.server: ")
    assert "x" * 80 in str(refused.value)
    assert "x" * 81 not in str(refused.value)
    assert endpoints.target_host("Proxy.Example", "x") == "proxy.example"
