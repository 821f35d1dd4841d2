"""Where requests go and as whom; the proxies in between, and who named them."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.proxies import Proxy, environment_proxy, is_no_address
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import WINRM, Target, bracketed


@pytest.mark.parametrize("text", ["", " ", "null", "None", "NULL", "~", "false", "False", "omit"])
def test_what_became_of_a_null_is_no_address(text: str) -> None:
    assert is_no_address(text)
    assert not is_no_address(f"{text.strip()}x")


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        ("http://px:3128", "http://px:3128", set()),
        ("http://u:p%20w@px:3128", "http://px:3128", {"p%20w", "p w"}),
        ("u:pw@px:3128", "px:3128", {"pw"}),
        ("px:3128", "px:3128", set()),
        ("http://[px", "http://[px", set()),
    ],
)
def test_a_proxy_shows_its_address_alone(url: str, shown: str, secrets: set[str]) -> None:
    proxy = Proxy(url, "x")
    assert str(proxy) == shown
    assert proxy.secrets == secrets


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "endpoint", "named"),
    [
        ("https_proxy", "https://scp01:5986/wsman", "https_proxy"),
        ("HTTPS_PROXY", "https://scp01:5986/wsman", "HTTPS_PROXY"),
        ("http_proxy", "http://scp01:5985/wsman", "http_proxy"),
        ("ALL_PROXY", "http://scp01:5985/wsman", "ALL_PROXY"),
        ("http_proxy", "https://scp01:5986/wsman", None),
    ],
)
def test_who_named_the_proxy_of_the_environment(
    environment: pytest.MonkeyPatch, name: str, endpoint: str, named: str | None
) -> None:
    environment.setenv(name, "http://px:3128")
    found = environment_proxy(endpoint)
    assert (found.variable if found else None) == named
    assert found is None or (found.url, found.of_environment) == ("http://px:3128", True)
    environment.setenv("no_proxy", "scp01")
    assert environment_proxy(endpoint) is None


def test_a_proxy_that_no_variable_has_word_for_word_is_named_by_the_usual_one(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("https_proxy", "http://px:3128")
    found = environment_proxy("https://scp01:5986/wsman", {})
    assert found is not None
    assert found.variable == "https_proxy"


@pytest.mark.parametrize(
    ("user", "domain"),
    [
        ("admin", ""),
        (r"CORP\admin", "CORP"),
        ("admin@corp.example", "corp.example"),
        (r".\admin", ""),
        (r"\admin", ""),
        (r"SCP01\admin", ""),
        (r"scp01\admin", ""),
        (r"SCP02\admin", "SCP02"),
    ],
)
def test_the_domain_of_a_user(user: str, domain: str) -> None:
    assert Target("https://scp01.corp.example:5986/wsman", user, WINRM).domain == domain


def test_a_target_names_its_user() -> None:
    assert str(Target("https://h/wsman", "u", WINRM)) == "https://h/wsman as u"
    assert str(Target("https://h/wsman", "", WINRM)) == "https://h/wsman"
    assert [bracketed(host) for host in ("fe80::1", "10.0.0.1", "h")] == ["[fe80::1]", "10.0.0.1", "h"]
