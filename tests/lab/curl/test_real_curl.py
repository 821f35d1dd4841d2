"""The command lines of endpoint_check and port_check, run by the real curl, and how its answers are interpreted."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import curl
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.curl import Reach, Transfer
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.endpoints import known_issuers
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import CURL, command_line
from lab.windows.command_line import split_line
from tests.lab.curl.conftest import ADDRESS, CORPORATE, PUBLIC, Servers

TOKEN = "curl0123456789abcdef"
TIMEOUT = 2
UNKNOWN_NAME = "no-such-host.invalid"


def run(program: str, what: curl.CurlRun, servers: Servers, folder: Path) -> dict[int, Transfer]:
    """The line as cmd.exe would split it, without Windows' own path of curl."""
    words = split_line(command_line(CURL, *what.arguments))[1:]
    finished = subprocess.run(
        [program, *words],
        input=what.config,
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "CURL_CA_BUNDLE": str(servers.ca_file), "RES_OPTIONS": "attempts:1 timeout:1"},
        timeout=60,
        check=False,
    )
    found = curl.transfers(finished.stdout, TOKEN)
    assert curl.refusal_of(finished.stdout, finished.stderr, TOKEN) is None, finished.stderr
    return found


@pytest.fixture(scope="module")
def direct(curl_program: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Transfer]:
    """Every server tried in one run, directly."""
    names = [name for name in servers.ports if name not in ("silent", "closing")]
    urls = [f"https://{servers.address(name)}/" for name in names]
    names += ["plain_http", "unknown_name"]
    urls += [f"http://{servers.address('plain')}/x?LinkID=1", f"https://{UNKNOWN_NAME}:443/"]
    found = run(curl_program, curl.http_run(urls, TOKEN, TIMEOUT), servers, tmp_path_factory.mktemp("direct"))
    assert set(found) == set(range(len(urls)))
    return {name: found[place] for place, name in enumerate(names)}


@pytest.mark.parametrize(
    ("name", "reach"),
    [
        ("good", Reach.REACHABLE),
        ("not_found", Reach.REACHABLE),
        ("forbidden", Reach.REACHABLE),
        ("plain_http", Reach.REACHABLE),
        ("blocked", Reach.BLOCKED_PAGE),
        ("portal", Reach.BLOCKED_PAGE),
        ("upgrade", Reach.TLS_VERSION),
        ("tls_1_0", Reach.TLS_VERSION),
        ("expired", Reach.UNTRUSTED_CERTIFICATE),
        ("untrusted", Reach.UNTRUSTED_CERTIFICATE),
        ("wrong_name", Reach.UNTRUSTED_CERTIFICATE),
        ("intercepted", Reach.INTERCEPTED_CERTIFICATE),
        ("refused", Reach.REFUSED),
        ("black_hole", Reach.TIMEOUT),
        ("unknown_name", Reach.NAME_RESOLUTION),
        # A web server without TLS answers, but not the requested service.
        ("plain", Reach.OTHER),
    ],
)
def test_an_endpoint_is_told_rightly(direct: dict[str, Transfer], name: str, reach: Reach) -> None:
    assert curl.judge(direct[name], known_issuers()) is reach, direct[name]


def test_the_issuer_is_read(direct: dict[str, Transfer]) -> None:
    assert PUBLIC in direct["good"].issuers[0]
    assert CORPORATE in direct["intercepted"].issuers[0]
    assert direct["plain_http"].issuers == ()


def test_nothing_is_said_of_the_issuer_without_a_list(direct: dict[str, Transfer]) -> None:
    assert curl.judge(direct["intercepted"]) is Reach.REACHABLE


@pytest.mark.parametrize(
    ("proxy", "url", "reach"),
    [
        ("proxy_407", "https://go.microsoft.com:443/", Reach.PROXY_AUTHENTICATION),
        ("proxy_407", "http://crl.microsoft.com:80/", Reach.PROXY_AUTHENTICATION),
        ("proxy_403", "https://go.microsoft.com:443/", Reach.BLOCKED_PAGE),
        ("refused", "https://go.microsoft.com:443/", Reach.REFUSED),
        ("black_hole", "https://go.microsoft.com:443/", Reach.TIMEOUT),
    ],
)
def test_through_a_proxy(curl_program: str, servers: Servers, tmp_path: Path, proxy: str, url: str, reach: Reach) -> None:
    what = curl.http_run([url], TOKEN, TIMEOUT, servers.address(proxy))
    assert curl.judge(run(curl_program, what, servers, tmp_path)[0], known_issuers()) is reach


def test_a_proxy_without_a_name(curl_program: str, servers: Servers, tmp_path: Path) -> None:
    what = curl.http_run(["https://go.microsoft.com:443/"], TOKEN, TIMEOUT, f"{UNKNOWN_NAME}:8080")
    assert curl.judge(run(curl_program, what, servers, tmp_path)[0]) is Reach.NAME_RESOLUTION


def test_ports(curl_program: str, servers: Servers, tmp_path: Path) -> None:
    names = ["silent", "silent", "closing", "good", "plain", "refused", "black_hole"]
    addresses = [*((ADDRESS, servers.ports[name]) for name in names), (UNKNOWN_NAME, 445)]
    began = time.monotonic()
    found = run(curl_program, curl.connect_run(addresses, TOKEN, TIMEOUT), servers, tmp_path)
    # One after the other, the silent ones and the black hole would take five times the limit.
    assert time.monotonic() - began < 4 * TIMEOUT
    told = [curl.judge_connection(found[place]) for place in range(len(addresses))]
    assert told == [*[Reach.REACHABLE] * 5, Reach.REFUSED, Reach.TIMEOUT, Reach.NAME_RESOLUTION]


def test_options_that_curl_does_not_know_are_told(curl_program: str, tmp_path: Path) -> None:
    finished = subprocess.run(
        [curl_program, "-q", "--silent", "--show-error", "--no-such-option"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 2
    assert "no-such-option" in str(curl.refusal_of(finished.stdout, finished.stderr, TOKEN))


def test_many_addresses_need_no_long_line(curl_program: str, servers: Servers, tmp_path: Path) -> None:
    urls = [f"https://{servers.address('good')}/{'x' * 100}/{number}" for number in range(150)]
    what = curl.http_run(urls, TOKEN, 10)
    assert len(command_line(CURL, *what.arguments)) < 500
    found = run(curl_program, what, servers, tmp_path)
    assert {curl.judge(transfer, known_issuers()) for transfer in found.values()} == {Reach.REACHABLE}
    assert len(found) == 150
