"""The requests to curl, and how its results are interpreted."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import curl
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.curl import Reach, Transfer

TOKEN = "curl00"
KNOWN = ("Microsoft", "DigiCert")


def line(number: int, *, code: str = "0", status: str = "000", proxy: str = "000", connect: str = "0.0", error: str = "") -> str:
    return "\t".join([TOKEN, str(number), code, status, proxy, connect, "0.25", error]) + "\n"


def test_addresses_and_proxy_are_not_on_the_command_line() -> None:
    run = curl.http_run(["https://go.microsoft.com:443/"], TOKEN, 15, "proxy.contoso.com:8080")
    assert not any("contoso" in word or "microsoft" in word or TOKEN in word for word in run.arguments)
    assert run.arguments[0] == "-q"
    assert run.arguments[-2:] == ("--config", "-")
    lines = run.config.splitlines()
    assert 'proxy = "http://proxy.contoso.com:8080"' in lines
    assert lines[-2:] == ['url = "https://go.microsoft.com:443/"', 'output = "NUL"']
    assert "proxy-anyauth" in lines
    assert not any("insecure" in word for word in (*run.arguments, *lines))


def test_without_a_proxy_none_of_the_environment_is_used() -> None:
    assert 'noproxy = "*"' in curl.http_run(["https://a.example/"], TOKEN, 15).config.splitlines()
    assert 'noproxy = "*"' in curl.connect_run([("a.example", 445)], TOKEN, 5).config.splitlines()


def test_ports_are_tried_without_sending_anything() -> None:
    run = curl.connect_run([("sql01.contoso.com", 1433), ("fd00::1", 445)], TOKEN, 5)
    assert [entry for entry in run.config.splitlines() if entry.startswith("url")] == [
        'url = "ftp://sql01.contoso.com:1433/"',
        'url = "ftp://[fd00::1]:445/"',
    ]
    assert "--head" not in run.arguments


def test_a_config_value_is_escaped_and_control_characters_are_refused() -> None:
    config = curl.http_run(['https://a.example/"\nurl = "file:///x'.replace("\n", " ")], TOKEN, 5).config
    assert r'url = "https://a.example/\" url = \"file:///x"' in config.splitlines()
    with pytest.raises(ValueError, match="cannot be printed"):
        curl.http_run(["https://a.example/\r"], TOKEN, 5)


def test_transfers_are_read_by_their_number() -> None:
    output = (
        line(1, code="6", error="Could not resolve host: nope.example")
        + line(0, status="302", connect="0.020")
        + "Subject:CN = go.microsoft.com\nIssuer:C = US, O = DigiCert Inc\nIssuer:CN = DigiCert Global Root G2\n"
        + line(2, code="56", proxy="407", connect="0.010", error="CONNECT tunnel failed, response 407")
    )
    found = curl.transfers(output, TOKEN)
    assert found == {
        0: Transfer(0, 302, 0, True, 0.25, "", ("C = US, O = DigiCert Inc", "CN = DigiCert Global Root G2")),
        1: Transfer(6, 0, 0, False, 0.25, "Could not resolve host: nope.example"),
        2: Transfer(56, 0, 407, True, 0.25, "CONNECT tunnel failed, response 407"),
    }


def test_a_decimal_comma_and_carriage_returns_are_read() -> None:
    output = line(0, status="200", connect="0,5").replace("0.25", "1,5").replace("\n", "\r\n")
    assert curl.transfers(output, TOKEN)[0] == Transfer(0, 200, 0, True, 1.5, "")


@pytest.mark.parametrize(
    "output",
    [
        "",
        "curl: (6) Could not resolve\n",
        "other\t0\t0\t200\t000\t0.1\t0.1\t\n",
        f"{TOKEN}\t0\t0\n",
        f"{TOKEN}\t0\t0\t200\t000\t0.1\t0.1\n",
        f"{TOKEN}\tx\t0\t2\t0\t0\t0\t\n",
        # A result must be JSON, which has neither of these.
        f"{TOKEN}\t0\t0\t200\t0\t0.1\tnan\t\n",
        f"{TOKEN}\t0\t0\t200\t0\tinf\t0.1\t\n",
        f"{TOKEN}\t0\t{'9' * 400}\t200\t0\t0.1\t0.1\t\n",
        f"{TOKEN}\t-1\t0\t200\t0\t0.1\t0.1\t\n",
        f"{TOKEN}\t0\t0\t٢٠٠\t0\t0.1\t0.1\t\n",
    ],
)
def test_other_output_is_no_transfer(output: str) -> None:
    assert curl.transfers(output, TOKEN) == {}


def test_a_curl_that_does_not_know_the_exit_code_tells_nothing() -> None:
    assert curl.transfers(line(0, code=""), TOKEN) == {}


def test_the_first_line_of_a_number_counts() -> None:
    assert curl.transfers(line(0, code="7") + line(0, status="200"), TOKEN)[0].exit_code == 7


def test_words_of_others_are_made_printable_and_short() -> None:
    found = curl.transfers(line(0, code="60", error="a\x1b[31m\tb" + "x" * 1000), TOKEN)[0]
    assert found.error.isprintable()
    assert len(found.error) <= 303
    many = "".join(f"Issuer:{'y' * 500}\n" for _ in range(50))
    issuers = curl.transfers(line(0, status="200") + many, TOKEN)[0].issuers
    assert (len(issuers), max(map(len, issuers))) == (10, 203)


SCHANNEL = "schannel: next InitializeSecurityContext failed: "


@pytest.mark.parametrize(
    ("transfer", "reach"),
    [
        *((Transfer(0, status), Reach.REACHABLE) for status in (200, 204, 302, 400, 401, 403, 404, 405, 500, 503)),
        *((Transfer(0, status), Reach.BLOCKED_PAGE) for status in (408, 451, 502, 511, 598, 599)),
        (Transfer(0, 407), Reach.PROXY_AUTHENTICATION),
        (Transfer(0, 426), Reach.TLS_VERSION),
        # The answer arrived, so a later failure is ignored.
        (Transfer(56, 200), Reach.REACHABLE),
        (Transfer(28, 404), Reach.REACHABLE),
        (Transfer(56, 0, 407, error="CONNECT tunnel failed, response 407"), Reach.PROXY_AUTHENTICATION),
        (Transfer(56, 0, 403), Reach.BLOCKED_PAGE),
        (Transfer(56, 0, 503), Reach.BLOCKED_PAGE),
        (Transfer(60, 0, 200), Reach.UNTRUSTED_CERTIFICATE),
        (Transfer(0, 404, 200), Reach.REACHABLE),
        (Transfer(5), Reach.NAME_RESOLUTION),
        (Transfer(6), Reach.NAME_RESOLUTION),
        (Transfer(7, error="Failed to connect to a port 443 after 2034 ms: Could not connect to server"), Reach.REFUSED),
        (Transfer(7, error="Failed to connect to a port 443: Connection refused"), Reach.REFUSED),
        (Transfer(7, error="Failed to connect to a port 443: Timed out"), Reach.TIMEOUT),
        (Transfer(28, error="Connection timed out after 15000 milliseconds"), Reach.TIMEOUT),
        (Transfer(28, error="Resolving timed out after 15000 milliseconds"), Reach.TIMEOUT),
        (Transfer(35, error=SCHANNEL + "SEC_E_UNSUPPORTED_FUNCTION (0x80090302) - Die Funktion"), Reach.TLS_VERSION),
        (Transfer(35, error=SCHANNEL + "SEC_E_ALGORITHM_MISMATCH (0x80090331) - x"), Reach.TLS_VERSION),
        (Transfer(35, error=SCHANNEL + "SEC_E_ILLEGAL_MESSAGE (0x80090326) - x"), Reach.TLS_VERSION),
        (Transfer(35, error=SCHANNEL + "SEC_E_CERT_EXPIRED (0x80090328) - x"), Reach.UNTRUSTED_CERTIFICATE),
        (Transfer(35, error=SCHANNEL + "Unknown error (0x80092010) - revoked"), Reach.UNTRUSTED_CERTIFICATE),
        (Transfer(77, error=SCHANNEL + "SEC_E_UNTRUSTED_ROOT (0x80090325) - x"), Reach.UNTRUSTED_CERTIFICATE),
        (Transfer(60, error="schannel: SEC_E_UNTRUSTED_ROOT (0x80090325) - x"), Reach.UNTRUSTED_CERTIFICATE),
        (Transfer(60, error="schannel: SNI or certificate check failed: SEC_E_WRONG_PRINCIPAL"), Reach.UNTRUSTED_CERTIFICATE),
        (Transfer(51), Reach.UNTRUSTED_CERTIFICATE),
        (Transfer(35, error="Recv failure: Connection was reset"), Reach.OTHER),
        (Transfer(35, error=SCHANNEL + "SEC_E_INVALID_TOKEN (0x80090308) - x"), Reach.OTHER),
        (Transfer(52, error="Empty reply from server"), Reach.OTHER),
    ],
)
def test_how_far_it_came(transfer: Transfer, reach: Reach) -> None:
    assert curl.judge(transfer, KNOWN) is reach


@pytest.mark.parametrize(
    ("issuers", "reach"),
    [
        ((), Reach.REACHABLE),
        (("C = US, O = Microsoft Corporation, CN = Microsoft Azure RSA TLS Issuing CA 04",), Reach.REACHABLE),
        (("CN = Some Name", "O = digicert inc"), Reach.REACHABLE),
        (("O = Contoso, CN = Contoso Inspection",), Reach.INTERCEPTED_CERTIFICATE),
    ],
)
def test_a_replaced_certificate(issuers: tuple[str, ...], reach: Reach) -> None:
    assert curl.judge(Transfer(0, 200, issuers=issuers), KNOWN) is reach


@pytest.mark.parametrize(
    ("transfer", "reach"),
    [
        (Transfer(28, connected=True), Reach.REACHABLE),
        (Transfer(8, connected=True), Reach.REACHABLE),
        (Transfer(0), Reach.REACHABLE),
        (Transfer(28), Reach.TIMEOUT),
        (Transfer(7), Reach.REFUSED),
        (Transfer(6), Reach.NAME_RESOLUTION),
    ],
)
def test_a_port(transfer: Transfer, reach: Reach) -> None:
    assert curl.judge_connection(transfer) is reach


def test_a_refusal_of_curl_is_its_own_words() -> None:
    stderr = "curl: option --parallel: is unknown\r\ncurl: try 'curl --help' for more information\r\n"
    assert curl.refusal_of("", stderr, TOKEN) == "curl: option --parallel: is unknown"
    assert curl.refusal_of(line(0), stderr, TOKEN) is None
    assert curl.refusal_of("", "The system cannot find the path specified.\r\n", TOKEN) is None
    assert curl.refusal_of("", "", TOKEN) is None


@pytest.mark.parametrize(
    ("transfer", "reach"),
    [
        *((Transfer(code), Reach.TLS_VERSION) for code in (4, 59)),
        *((Transfer(code), Reach.UNTRUSTED_CERTIFICATE) for code in (51, 60, 77, 83, 90, 91)),
        *((Transfer(code), Reach.NAME_RESOLUTION) for code in (5, 6)),
        *((Transfer(56, 0, status), Reach.BLOCKED_PAGE) for status in (400, 502)),
        (Transfer(56, 0, 399), Reach.OTHER),
        (Transfer(0, 200, 407), Reach.PROXY_AUTHENTICATION),
        (Transfer(0, 200, 403), Reach.REACHABLE),
    ],
)
def test_codes_of_curl_and_answers_of_proxies(transfer: Transfer, reach: Reach) -> None:
    assert curl.judge(transfer) is reach


def test_nothing_is_said_of_issuers_when_none_is_known() -> None:
    assert curl.judge(Transfer(0, 200, issuers=("CN = Contoso Inspection",))) is Reach.REACHABLE


def test_every_word_of_the_command_line() -> None:
    common = ("-q", "--silent", "--show-error", "--no-progress-meter", "--parallel", "--parallel-max", "64")
    end = ("--connect-timeout", "15", "--max-time", "15", "--config", "-")
    http = ("--head", "--globoff", "--http1.1", "--tlsv1.2", "--ssl-revoke-best-effort")
    assert curl.http_run(["https://a.example/"], TOKEN, 15).arguments == (*common, *http, *end)
    assert curl.connect_run([("a.example", 445)], TOKEN, 15).arguments == (*common, "--globoff", *end)


def test_what_curl_writes_of_each_address() -> None:
    fields = r"%{urlnum}\t%{exitcode}\t%{http_code}\t%{http_connect}\t%{time_connect}\t%{time_total}\t%{errormsg}\n"
    plain = curl.connect_run([("a.example", 445), ("b.example", 1)], TOKEN, 5).config.splitlines()
    assert plain == [
        f'write-out = "{TOKEN}\\t{fields}"',
        'noproxy = "*"',
        'url = "ftp://a.example:445/"',
        'output = "NUL"',
        'url = "ftp://b.example:1/"',
        'output = "NUL"',
    ]
    assert (
        curl.http_run(["https://a.example/"], TOKEN, 5).config.splitlines()[0] == f'write-out = "{TOKEN}\\t{fields}%{{certs}}\\n"'
    )


def test_a_proxy_gets_the_logon_of_the_connection() -> None:
    lines = curl.http_run(["https://a.example/"], TOKEN, 15, "proxy:1").config.splitlines()
    assert lines[1:4] == ["proxy-anyauth", 'proxy = "http://proxy:1"', 'proxy-user = ":"']
    assert "proxy-anyauth" not in curl.http_run(["https://a.example/"], TOKEN, 15).config


def test_issuers_belong_to_the_line_before_them() -> None:
    output = (
        "Issuer:CN = nobody\n"
        + line(3, status="200")
        + "Issuer:CN = A\n"
        + "broken\t1\n"
        + line(4, status="200")
        + "Issuer:CN = B\n"
    )
    found = curl.transfers(output, TOKEN)
    assert {number: transfer.issuers for number, transfer in found.items()} == {3: ("CN = A",), 4: ("CN = B",)}


def test_certificates_of_a_line_that_cannot_be_read_belong_to_nobody() -> None:
    output = line(0, status="200") + f"{TOKEN}\tx\t0\n" + "Issuer:CN = A\n"
    assert curl.transfers(output, TOKEN)[0].issuers == ()


def test_a_connection_stood_when_it_took_any_time() -> None:
    assert curl.transfers(line(0, connect="0.000001"), TOKEN)[0].connected
    assert not curl.transfers(line(0, connect="0.000000"), TOKEN)[0].connected


def test_an_error_may_hold_tabs() -> None:
    error = curl.transfers(line(0, code="7", error="a\tb"), TOKEN)[0].error
    assert error.startswith("a")
    assert error.endswith("b")


@pytest.mark.parametrize(("host", "shown"), [("a.example", "a.example"), ("fd00::1", "[fd00::1]"), ("192.0.2.1", "192.0.2.1")])
def test_a_host_in_a_url(host: str, shown: str) -> None:
    assert curl.url_host(host) == shown
