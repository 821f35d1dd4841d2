"""What curl is asked, and what its answers mean."""

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
        f"{TOKEN}\tx\t0\t2\t0\t0\t0\t\n",
        # A result has to be JSON, which knows neither of these.
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
        # The answer came, what broke afterwards does not count.
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
