"""Which answers are refused before their body is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import Refused, TransportError
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_answer import MAX_BODY_BYTES, problem_with, too_large
from ansible_collections.configmgr.scp.plugins.plugin_utils.proxies import Proxy
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import PSRP, WINRM, Target

TARGET = Target("http://h:5985/wsman", "u", WINRM)
SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
KERBEROS = SEALED.replace("SPNEGO", "Kerberos")
PLAIN = "application/soap+xml;charset=UTF-8"


def problem(
    status: int = 200, request_type: str = PLAIN, target: Target = TARGET, *, left: bool = True, **headers: str
) -> TransportError | None:
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return problem_with(status, named, request_type=request_type, left=left, target=target)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 413, 500, 503])
def test_without_encryption_each_status_is_for_the_library(status: int) -> None:
    assert problem(status, content_type="text/html") is None


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_encrypted_answer_of_the_same_protocol(status: int) -> None:
    assert problem(status, SEALED, content_type=SEALED) is None
    assert problem(status, KERBEROS, content_type=KERBEROS.replace("multipart/encrypted", "multipart/x-multi-encrypted")) is None


@pytest.mark.parametrize("content_type", ["", PLAIN, KERBEROS])
@pytest.mark.parametrize("status", [200, 204, 299])
def test_a_success_in_clear(status: int, content_type: str) -> None:
    found = problem(status, SEALED, content_type=content_type)
    assert type(found) is TransportError
    assert str(found) == (
        "the answer of http://h:5985/wsman is not encrypted, although encryption was agreed, so it is not trusted"
    )
    assert found.after_send


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (400, "HTTP 400: the server could not read the request"),
        (403, "HTTP 403: the server does not allow this account"),
        (413, "HTTP 413: the request is larger"),
        (500, "HTTP 500"),
        (503, "HTTP 503: the WinRM service is not ready"),
        (599, "HTTP 599 without a SOAP answer"),
    ],
)
def test_a_status_in_clear_is_shown_and_proves_nothing(status: int, says: str) -> None:
    found = problem(status, SEALED, content_type=PLAIN)
    assert isinstance(found, Refused)
    assert (found.status, found.after_send) == (status, True)
    assert f"so it is not trusted; it says {says}" in str(found)
    assert ("unencrypted requests" in str(found)) is False


def test_a_lost_logon() -> None:
    found = problem(401, SEALED)
    assert type(found) is TransportError
    assert str(found) == "http://h:5985/wsman no longer accepts the logon of the encrypted connection (HTTP 401)"
    assert found.after_send


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("request_type", [PLAIN, SEALED])
def test_redirects(left: bool, request_type: str) -> None:
    found = problem(302, request_type, left=left, location="https://other/")
    assert isinstance(found, Refused)
    assert str(found) == (
        "http://h:5985/wsman answered HTTP 302 and redirects to https://other/; redirects are not followed, nothing was sent "
        "there. Set ansible_host, ansible_port and ansible_winrm_path to the address of the WinRM service"
    )
    assert found.after_send is left
    assert "redirects without an address" in str(problem(304))
    assert "redirects without an address" in str(problem(300))
    assert "ansible_psrp_path" in str(problem(399, target=Target("http://h:5985/wsman", "u", PSRP)))


def test_statuses_around_redirects() -> None:
    assert problem(299) is None
    assert problem(400) is None


@pytest.mark.parametrize(("coding", "refused"), [("gzip", True), ("identity", False), (" Identity ", False), ("", False)])
def test_compression(coding: str, refused: bool) -> None:
    found = problem(content_encoding=coding)
    assert (found is not None) is refused
    assert found is None or (found.after_send, problem(content_encoding=coding, left=False).after_send) == (True, False)  # type: ignore[union-attr]
    assert found is None or "is compressed (gzip), although no compression was requested; it was not read" in str(found)


def test_a_logon_at_a_proxy() -> None:
    assert "is not encrypted, although" in str(problem(407, SEALED))
    found = problem(407, left=True)
    assert isinstance(found, Refused)
    assert "but no proxy is set; nothing was sent to it" in str(found)
    assert found.after_send is False
    told = str(problem(407, target=Target("http://h:5985/wsman", "u", WINRM, Proxy("http://px:3128", "http_proxy"))))
    assert "the proxy http://px:3128 demands a logon (HTTP 407)" in told
    assert "(http_proxy)" in told
    assert "set ansible_winrm_proxy to null" in told


@pytest.mark.parametrize(
    ("length", "refused"),
    [
        (str(MAX_BODY_BYTES), False),
        (str(MAX_BODY_BYTES + 1), True),
        (f" {MAX_BODY_BYTES + 1} ", True),
        ("9" * 5000, True),
        ("-1", False),
        ("x", False),
        ("\u0663" * 20, False),
    ],
)
def test_the_announced_length(length: str, refused: bool) -> None:
    found = problem(left=False, content_length=length)
    assert (found is not None) is refused
    assert found is None or str(found) == str(too_large(TARGET, left=False))


def test_the_sentence_has_the_limit() -> None:
    found = too_large(TARGET, left=True)
    assert str(found) == "the answer of http://h:5985/wsman as u is larger than 16 MiB and was not read"
    assert (found.after_send, too_large(TARGET, left=False).after_send) == (True, False)


NAMES = st.sampled_from(["Location", "Content-Encoding", "Content-Type", "Content-Length"])


@given(st.integers(100, 999), st.dictionaries(NAMES, st.text(max_size=300)), st.sampled_from([PLAIN, SEALED]))
def test_any_status_and_headers_are_one_short_sentence_or_none(status: int, headers: dict[str, str], request_type: str) -> None:
    found = problem_with(status, CaseInsensitiveDict(headers), request_type=request_type, left=True, target=TARGET)
    assert found is None or (str(found).isprintable() and len(str(found)) < 700)
