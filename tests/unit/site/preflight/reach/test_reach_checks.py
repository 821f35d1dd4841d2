"""The result for every kind of answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import reach_checks
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.curl import Transfer
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.endpoints import Endpoint
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.reach_checks import Proxy, Target
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.trying import Tried, read
from ansible_collections.configmgr.scp.plugins.module_utils.windows.shell import Finished
from ansible_collections.configmgr.scp.plugins.module_utils.windows.winhttp import WinHttp

GO = Endpoint("go.microsoft.com", features=("updates",))
PROXY = Proxy("proxy.contoso.com", 8080)
WITH_ACCOUNT = replace(PROXY, account=r"CONTOSO\svc-proxy")
KNOWN = ("Microsoft",)


def check(transfer: Transfer, proxy: Proxy | None = None, endpoint: Endpoint = GO) -> Check:
    return reach_checks.endpoint_check(endpoint, transfer, proxy, KNOWN)


def test_reachable() -> None:
    assert check(Transfer(0, 302, seconds=0.12)) == Check(
        "endpoint_go_microsoft_com_443",
        "go.microsoft.com:443 (updates)",
        Status.PASSED,
        "go.microsoft.com:443 answered with HTTP 302 in 0.1 s.",
    )


@pytest.mark.parametrize(
    ("transfer", "detail", "remedy"),
    [
        (
            Transfer(6, error="Could not resolve host"),
            "name of go.microsoft.com:443 cannot be resolved (curl: Could",
            "DNS servers",
        ),
        (Transfer(7), "go.microsoft.com:443 refused the connection", "Allow the server to reach go.microsoft.com on port 443"),
        (Transfer(28, seconds=15.0), "No answer from go.microsoft.com:443 within 15 s", "through firewalls"),
        (Transfer(35, error="SEC_E_UNSUPPORTED_FUNCTION"), "no TLS version or cipher suite in common", "Allow TLS 1.2"),
        (Transfer(0, 426), "in common (HTTP 426)", "Allow TLS 1.2"),
        (
            Transfer(60, error="SEC_E_UNTRUSTED_ROOT"),
            "certificate of go.microsoft.com:443 is not accepted (curl: SEC_E",
            "trusted root certificates",
        ),
        (Transfer(0, 407), "A proxy on the way to go.microsoft.com:443 requires authentication", "proxy account"),
        (
            Transfer(0, 451),
            "HTTP 451 came back instead of an answer from go.microsoft.com:443: the endpoint is blocked",
            "through firewalls",
        ),
        (Transfer(35, error="Connection was reset"), "was not reached (curl: Connection was reset)", "through firewalls"),
        (Transfer(52), "was not reached (curl ended with 52)", "through firewalls"),
    ],
)
def test_failures(transfer: Transfer, detail: str, remedy: str) -> None:
    found = check(transfer)
    assert found.status is Status.FAILED
    assert found.required
    assert detail in found.detail
    assert remedy in found.remedy


@pytest.mark.parametrize(
    ("transfer", "detail", "remedy"),
    [
        (Transfer(0, 404, 200), "answered through the proxy proxy.contoso.com:8080 with HTTP 404", ""),
        (Transfer(5), "The name of the proxy proxy.contoso.com:8080 cannot be resolved", "Check the name of the proxy"),
        (Transfer(7), "The proxy proxy.contoso.com:8080 refused the connection", "Check the name and port of the proxy"),
        (Transfer(56, 0, 407), "(HTTP 407), and no proxy account is declared", "proxy account"),
        (
            Transfer(56, 0, 403),
            "HTTP 403 came back instead of an answer from go.microsoft.com:443 through the proxy",
            "through the proxy proxy.contoso.com",
        ),
        (Transfer(60, 0, 200), "certificate of go.microsoft.com:443 through the proxy proxy.contoso.com:8080", "inspection"),
    ],
)
def test_through_a_proxy(transfer: Transfer, detail: str, remedy: str) -> None:
    found = check(transfer, PROXY)
    assert detail in found.detail
    assert remedy in found.remedy
    assert (found.remedy == "") == (found.status is Status.PASSED)


@pytest.mark.parametrize("transfer", [Transfer(56, 0, 407), Transfer(0, 407)])
def test_a_proxy_with_an_account_cannot_be_told(transfer: Transfer) -> None:
    found = check(transfer, WITH_ACCOUNT)
    assert found.status is Status.WARNING
    assert found.detail.startswith("Cannot tell: the proxy proxy.contoso.com:8080")
    assert r"CONTOSO\svc-proxy" in found.detail
    assert r"CONTOSO\svc-proxy" in found.remedy


def test_an_opened_connection_is_a_warning() -> None:
    found = check(Transfer(0, 200, issuers=("CN = Contoso Inspection",)))
    assert found.status is Status.WARNING
    assert "(CN = Contoso Inspection): a device on the way inspects the TLS connection" in found.detail


def test_where_the_inspection_of_connections_is_not_supported_the_remedy_says_so() -> None:
    endpoint = replace(GO, host="sccm.manage.microsoft.com", pattern="*.manage.microsoft.com", no_inspection=True)
    words = "Microsoft does not support the inspection of TLS connections to *.manage.microsoft.com"
    for transfer in (Transfer(0, 200, issuers=("CN = Contoso Inspection",)), Transfer(60, error="SEC_E_UNTRUSTED_ROOT")):
        assert words in check(transfer, endpoint=endpoint).remedy
        assert words not in check(transfer).remedy


CRL = Endpoint("crl3.digicert.com", 80, features=("certificates",), required=False, system_proxy=True)
SYSTEM = Proxy("proxy.contoso.com", 8080, system=True)


def test_the_way_of_windows_itself_is_named() -> None:
    direct, through = check(Transfer(0, 200), endpoint=CRL), check(Transfer(0, 200), SYSTEM, CRL)
    assert "crl3.digicert.com:80 answered without a proxy, as WinHTTP on this server is set, with HTTP 200" in direct.detail
    assert "crl3.digicert.com:80 answered through the WinHTTP proxy proxy.contoso.com:8080 with HTTP 200" in through.detail


@pytest.mark.parametrize(
    ("transfer", "proxy", "remedy"),
    [
        (Transfer(28), None, "set it with 'netsh winhttp set proxy' on this server, with a bypass list"),
        (Transfer(6), None, "netsh winhttp set proxy"),
        (Transfer(7), SYSTEM, "Check the name and port of the WinHTTP proxy proxy.contoso.com:8080 (netsh winhttp show proxy)"),
        (Transfer(5), SYSTEM, "Check the name of the proxy (netsh winhttp show proxy), and the DNS servers"),
        (Transfer(0, 407), SYSTEM, "Allow this server's computer account, or this endpoint without authentication"),
        (Transfer(0, 403, 403), SYSTEM, ""),
        (Transfer(56, 0, 403), SYSTEM, "through the WinHTTP proxy proxy.contoso.com:8080"),
    ],
)
def test_the_site_systems_proxy_is_no_remedy_for_connections_of_windows(
    transfer: Transfer, proxy: Proxy | None, remedy: str
) -> None:
    found = check(transfer, proxy, CRL)
    assert remedy in found.remedy
    assert "declare it on the site system" not in found.remedy
    assert "proxy account" not in found.detail + found.remedy
    assert not found.required


def test_which_proxy_is_used() -> None:
    winhttp = WinHttp((("http", ("system", 1)),), ("*.local",))
    assert reach_checks.proxy_of(GO, PROXY, winhttp) == PROXY
    assert reach_checks.proxy_of(GO, PROXY, None) == PROXY
    assert reach_checks.proxy_of(CRL, PROXY, winhttp) == Proxy("system", 1, system=True)
    assert reach_checks.proxy_of(replace(CRL, host="pki.local"), PROXY, winhttp) is None
    assert reach_checks.proxy_of(replace(CRL, port=443), PROXY, winhttp) is None
    assert reach_checks.proxy_of(CRL, PROXY, WinHttp()) is None


def test_a_setting_of_windows_that_cannot_be_read_is_said() -> None:
    found = reach_checks.system_proxy_unknown(CRL, "this account has no access")
    assert (found.id, found.status, found.required) == ("endpoint_crl3_digicert_com_80", Status.WARNING, False)
    assert found.detail.startswith("Cannot tell: the proxy setting of Windows (WinHTTP)")
    assert found.detail.endswith("this account has no access")
    assert "Run 'netsh winhttp show proxy' on this server" in found.remedy


def test_advisory_endpoints_and_notes() -> None:
    endpoint = replace(GO, required=False, note="A note.")
    found = check(Transfer(28), endpoint=endpoint)
    assert (found.status, found.required) == (Status.FAILED, False)
    assert found.detail.endswith(" A note.")


def test_examples_name_their_pattern() -> None:
    endpoint = replace(GO, host="sccm.manage.microsoft.com", pattern="*.manage.microsoft.com")
    found = check(Transfer(28), endpoint=endpoint)
    assert found.title == "sccm.manage.microsoft.com:443, of *.manage.microsoft.com (updates)"
    assert "reach *.manage.microsoft.com on port 443" in found.remedy


def test_a_pattern_without_example_is_skipped() -> None:
    found = reach_checks.untested(replace(GO, host="*.akamaiedge.net", pattern="*.akamaiedge.net", testable=False))
    assert (found.id, found.status) == ("endpoint_any_akamaiedge_net_443", Status.SKIPPED)
    assert found.title == "*.akamaiedge.net:443 (updates)"


def test_offline_warns_at_most() -> None:
    assert [
        (reach_checks.softened(found).status, reach_checks.softened(found).required)
        for found in (check(Transfer(0, 200)), check(Transfer(6)), reach_checks.untested(replace(GO, host="*.x")))
    ] == [(Status.PASSED, False), (Status.WARNING, False), (Status.SKIPPED, False)]


@pytest.mark.parametrize(("version", "count"), [(None, 0), ("2609", 0), ("5.00.9152.1000", 0), ("5.00.9999.1000", 1)])
def test_a_version_that_the_table_does_not_know_is_a_warning(version: str | None, count: int) -> None:
    found = reach_checks.table_check(versions.find(version) if version else None)
    assert [(entry.id, entry.status, entry.required) for entry in found] == [("endpoint_table", Status.WARNING, False)] * count


SMB = Target("scp01.contoso.com", 445, "SMB")


@pytest.mark.parametrize(
    ("transfer", "status", "detail"),
    [
        (Transfer(28, connected=True), Status.PASSED, "scp01.contoso.com, TCP port 445, accepts connections."),
        (Transfer(28), Status.FAILED, "a firewall drops the packets"),
        (
            Transfer(7, error="Connection refused"),
            Status.FAILED,
            "refuses connections, or there is no route to it (curl: Connection",
        ),
        (Transfer(6), Status.FAILED, "DNS on this server does not have the name"),
        (Transfer(2, error="odd"), Status.FAILED, "was not reached (curl: odd)"),
    ],
)
def test_ports(transfer: Transfer, status: Status, detail: str) -> None:
    found = reach_checks.port_check(SMB, transfer)
    assert (found.id, found.status, found.required) == ("port_smb", status, True)
    assert detail in found.detail
    assert (found.remedy == "") == (status is Status.PASSED)


def test_the_endpoint_mapper_says_what_was_not_tried() -> None:
    found = reach_checks.port_check(Target("scp01.contoso.com", 135), Transfer(28, connected=True))
    assert found.id == "port_scp01_contoso_com_135"
    assert "were not tried" in found.detail


def test_ids_are_unique() -> None:
    checks = [check(Transfer(0, 200), endpoint=Endpoint(host)) for host in ("a-b.example", "a.b.example", "c.example")]
    assert [found.id for found in reach_checks.unique(checks)] == [
        "endpoint_a_b_example_443",
        "endpoint_a_b_example_443_2",
        "endpoint_c_example_443",
    ]


def test_data_for_programs() -> None:
    transfer = Transfer(0, 302, seconds=0.123, issuers=("O = Microsoft Corporation",))
    assert reach_checks.endpoint_data(check(transfer), GO, transfer, KNOWN) == {
        "id": "endpoint_go_microsoft_com_443",
        "host": "go.microsoft.com",
        "port": 443,
        "pattern": None,
        "features": ["updates"],
        "required": True,
        "proxy": None,
        "proxy_setting": "site_system",
        "result": "reachable",
        "http_status": 302,
        "issuer": "O = Microsoft Corporation",
        "elapsed_seconds": 0.12,
    }
    nothing = reach_checks.endpoint_data(check(transfer), GO, None, KNOWN)
    assert (nothing["result"], nothing["http_status"], nothing["elapsed_seconds"]) == (None, None, None)
    assert reach_checks.endpoint_data(check(transfer), GO, None, KNOWN, PROXY)["proxy"] is None
    assert reach_checks.endpoint_data(check(transfer), GO, transfer, KNOWN, PROXY)["proxy"] == "proxy.contoso.com:8080"
    assert reach_checks.endpoint_data(check(transfer), CRL, transfer, KNOWN)["proxy_setting"] == "system"


LINE = "curl00\t0\t0\t200\t000\t0.1\t0.1\t\n"


@pytest.mark.parametrize(
    ("finished", "status", "detail"),
    [
        (
            Finished(1, "", "The system cannot find the path specified.\r\n"),
            Status.SKIPPED,
            "there is no curl.exe on this server",
        ),
        (Finished(9009, "", "Der Befehl ist entweder falsch geschrieben"), Status.SKIPPED, "there is no curl.exe on this server"),
        (
            Finished(2, "", "curl: option --parallel: is unknown\r\n"),
            Status.WARNING,
            "too old or refuses to run (curl: option --parallel",
        ),
        (Finished(None, "", "", "time"), Status.WARNING, "curl had not finished after 60 s"),
        (Finished(None, LINE, "", "time"), Status.WARNING, "curl had not finished after 60 s"),
        (Finished(None, "", "", "output"), Status.WARNING, "wrote more output than is read"),
        (Finished(-1073741515, "", ""), Status.WARNING, "curl ended with exit code -1073741515 and no output"),
        (Finished(0, LINE, ""), Status.WARNING, "curl did not mention this address"),
    ],
)
def test_an_address_without_an_answer(finished: Finished, status: Status, detail: str) -> None:
    found = read(finished, "curl00", 60).without_answer("x", "X", True)
    assert found.status is status
    assert detail in found.detail
    assert found.detail.startswith("Not tried: " if status is Status.SKIPPED else "Cannot tell: ")


def test_what_was_done_before_the_limit_counts() -> None:
    assert read(Finished(None, LINE, "", "time"), "curl00", 60).transfers[0].http_status == 200
    assert Tried().possible


@pytest.mark.parametrize(("proxy", "shown"), [(PROXY, "proxy.contoso.com:8080"), (Proxy("fd00::1", 3128), "[fd00::1]:3128")])
def test_a_proxy_as_text(proxy: Proxy, shown: str) -> None:
    assert str(proxy) == shown


@pytest.mark.parametrize(
    ("target", "id"),
    [
        (Target("scp01.contoso.com", 445, "SMB"), "port_smb"),
        (Target("scp01.contoso.com", 1433), "port_scp01_contoso_com_1433"),
        (Target("fd00::1", 1433), "port_fd00_1_1433"),
        (Target("x", 1, "SQL Server (TCP)"), "port_sql_server_tcp"),
    ],
)
def test_the_id_of_a_port(target: Target, id: str) -> None:
    assert reach_checks.target_id(target) == id


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("transfer", [Transfer(0, 200), Transfer(6), Transfer(0, 407)])
def test_whether_an_endpoint_is_required_is_kept(transfer: Transfer, required: bool) -> None:
    endpoint = replace(GO, required=required)
    assert check(transfer, endpoint=endpoint).required is required
    assert check(transfer, WITH_ACCOUNT, endpoint).required is required
    assert reach_checks.untested(endpoint).required is required


def test_an_endpoint_that_the_user_named() -> None:
    found = check(Transfer(0, 200), endpoint=Endpoint("a.example", 8443))
    assert found.title.startswith("a.example:8443 (")
    assert found.id == "endpoint_a_example_8443"


def test_the_remedy_names_the_proxy_only_while_it_has_not_answered() -> None:
    before, after = check(Transfer(6), PROXY), check(Transfer(6, 0, 200), PROXY)
    assert "proxy.contoso.com:8080" in before.detail
    assert "name of go.microsoft.com:443" in after.detail
    assert before.remedy != after.remedy
    assert check(Transfer(7, 0, 200), PROXY).remedy != check(Transfer(7), PROXY).remedy


def test_a_note_and_a_pattern_of_an_untested_endpoint() -> None:
    found = reach_checks.untested(replace(GO, host="*.x.example", note="A note."))
    assert found.detail.endswith(" A note.")
    assert "*.x.example on port 443" in found.remedy


@pytest.mark.parametrize(
    ("transfer", "result", "status"),
    [
        (Transfer(56, 0, 403), "blocked_page", 403),
        (Transfer(6), "name_resolution", None),
        (Transfer(0, 200, 200), "reachable", 200),
    ],
)
def test_the_status_for_programs(transfer: Transfer, result: str, status: int | None) -> None:
    data = reach_checks.endpoint_data(check(transfer), replace(GO, pattern="*.microsoft.com"), transfer, KNOWN)
    assert (data["result"], data["http_status"], data["issuer"], data["pattern"]) == (result, status, None, "*.microsoft.com")


def test_the_issuer_is_that_of_the_servers_own_certificate() -> None:
    transfer = Transfer(0, 200, issuers=("CN = First", "CN = Root"))
    assert reach_checks.endpoint_data(check(transfer), GO, transfer, KNOWN)["issuer"] == "CN = First"
    assert "CN = First" in check(transfer).detail


def test_ports_beside_the_endpoint_mapper_have_no_note() -> None:
    found = reach_checks.port_check(Target("scp01.contoso.com", 445), Transfer(28, connected=True))
    assert "49152" not in found.detail


@pytest.mark.parametrize("code", [6, 7, 28, 2])
def test_the_remedy_of_a_port_names_the_host(code: int) -> None:
    assert "scp01.contoso.com" in reach_checks.port_check(SMB, Transfer(code)).remedy


def test_the_remedies_of_a_port_differ_by_reason() -> None:
    assert len({reach_checks.port_check(SMB, Transfer(code)).remedy for code in (6, 7, 28)}) == 3


def test_the_same_id_three_times() -> None:
    checks = [check(Transfer(0, 200)) for _ in range(3)]
    assert [found.id.removeprefix("endpoint_go_microsoft_com_443") for found in reach_checks.unique(checks)] == ["", "_2", "_3"]


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("possible", [True, False])
def test_an_address_without_an_answer_keeps_its_name(required: bool, possible: bool) -> None:
    found = Tried(reason="why", possible=possible).without_answer("x", "X", required)
    assert (found.id, found.title, found.required) == ("x", "X", required)
    assert "why" in found.detail


@pytest.mark.parametrize(
    ("finished", "count", "reason"),
    [(Finished(0, LINE, ""), 1, ""), (Finished(1, LINE, "curl: (6) x"), 1, ""), (Finished(None, LINE, "", "output"), 1, "more")],
)
def test_what_was_read(finished: Finished, count: int, reason: str) -> None:
    tried = read(finished, "curl00", 60)
    assert (len(tried.transfers), tried.possible) == (count, True)
    assert reason in tried.reason
    assert bool(tried.reason) is bool(reason)


def test_why_there_is_no_common_tls_version() -> None:
    by_curl, by_server = check(Transfer(35, error="SEC_E_UNSUPPORTED_FUNCTION")).detail, check(Transfer(0, 426, error="x")).detail
    assert "(curl: SEC_E_UNSUPPORTED_FUNCTION)" in by_curl
    assert "HTTP" not in by_curl
    assert "HTTP 426" in by_server
