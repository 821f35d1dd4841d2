"""Text from other programs in the collection's parsers: names, NAL paths, output of curl and of a server's shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import curl
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path
from lab.configmgr.names import parse_nal
from lab.windows.curl.options import parse as parse_curl
from lab.windows.curl.options import version_of

TOKEN = "k7Q2x9"
ANY = st.text(max_size=60)
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
FQDN = st.lists(LABEL, min_size=2, max_size=4).map(".".join).filter(lambda name: not name.replace(".", "").isdigit())
CODE = st.text("ABCXYZ019", min_size=3, max_size=3)
JUDGES: dict[str, Callable[[str], str]] = {
    "server": naming.server_name,
    "host": lambda text: naming.host_name(text, "proxy.server"),
    "site_code": naming.site_code,
    "account": naming.account_name,
    "component": naming.component_name,
}


@given(FQDN, CODE)
def test_a_nal_path_tells_its_server_to_both_readers(server: str, code: str) -> None:
    path = naming.nal_path(server, code)
    assert naming.server_of_nal(path) == server
    found = parse_nal(path)
    assert found is not None
    assert (found.server, found.site_code) == (server, code)


@given(ANY | st.text('["]Display=\\MSWNET:SMS_SITE=ab1.$', max_size=80), FQDN)
def test_any_text_has_a_server_or_none(text: str, server: str) -> None:
    found = naming.server_of_nal(text)
    assert found is None or ("\\" not in found and "]" not in found)
    naming.server_of_nal(naming.nal_path(server, "CAS") + text)


@pytest.mark.parametrize("kind", JUDGES)
@given(text=ANY | st.text("aZ09.-_\\:%ß\u017f\u212a\u202e\n\t '&<]", max_size=20))
def test_a_name_is_taken_or_refused_with_one_short_sentence(kind: str, text: str) -> None:
    try:
        name = JUDGES[kind](text)
    except naming.BadName as refusal:
        told = str(refusal)
    else:
        told = ""
        # Unchanged, except for blanks around it and ASCII capitals.
        assert name.casefold() == text.strip().casefold()
        assert len(name) == len(text.strip())
        assert kind == "account" or name.isascii()
        assert JUDGES[kind](name) == name
    assert told.isprintable()
    assert len(told) < 300


@pytest.mark.parametrize("kind", JUDGES)
@given(sign=st.characters(), size=st.sampled_from([1_000, 65_536, 1_000_000]))
def test_a_long_name_is_refused_with_a_short_sentence(kind: str, sign: str, size: int) -> None:
    with pytest.raises(naming.BadName) as refusal:
        JUDGES[kind](f"CORP\\{sign * size}" if kind == "account" else f"a.{sign * size}")
    assert len(str(refusal.value)) < 1_000


@given(ANY | st.text("C:\\/.. a*?\"<>|'%", max_size=30))
def test_a_path_of_a_log_is_taken_as_it_is_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert checked_path(text) == text
        assert text.isascii()
        assert text.isprintable()


FIELD = st.sampled_from(["0", "1", "200", "000", "0.5", "1,5", "nan", "inf", "-1", "", "1e9", "9" * 5000, "٣", "0x1"]) | ANY
LINES = st.lists(
    st.lists(FIELD, min_size=1, max_size=9).map(lambda fields: "\t".join([TOKEN, *fields]))
    | ANY
    | ANY.map(lambda text: "Issuer:" + text),
    max_size=12,
).map("\n".join)


@given(LINES)
def test_whatever_curl_writes_becomes_transfers_that_can_be_shown(output: str) -> None:
    for number, transfer in curl.transfers(output, TOKEN).items():
        assert number >= 0
        json.dumps(asdict(transfer), allow_nan=False).encode("utf-8")
        assert transfer.error.isprintable()
        assert all(issuer.isprintable() for issuer in transfer.issuers)
        assert curl.judge(transfer, ["DigiCert"]) in curl.Reach
    refusal = curl.refusal_of("", output, TOKEN)
    assert refusal is None or refusal.isprintable()


@given(st.lists(ANY.filter(str.isprintable), max_size=4), ANY)
def test_what_goes_to_curl_is_read_by_another_reader_as_it_was_meant(paths: list[str], proxy: str) -> None:
    urls = [f"https://host:443/{path}" for path in paths] or ["https://host:443/"]
    try:
        run = curl.http_run(urls, TOKEN, 10, proxy or None)
    except ValueError as refusal:
        assert str(refusal).isprintable()  # noqa: PT017 - most texts are accepted
        return
    read = parse_curl(run.arguments, version_of("8.13.0"), lambda _name: run.config)
    assert [url for operation in read.operations for url in operation.urls] == urls
    assert read.warnings == []
    assert all(operation.options.get("proxy") == (f"http://{proxy}" if proxy else None) for operation in read.operations)


@given(ANY | st.text("\u202e\u2066\x1b\x07\r\n\t\x85\u2028\ud800{}<", max_size=40), st.integers(0, 30))
def test_text_of_a_log_is_shown_in_bounds_and_moves_nothing(text: str, limit: int) -> None:
    found = shown(text, limit)
    found.encode("utf-8")
    assert len(found) <= 6 * limit + 60
    assert not set(found) & set("\u202e\u2066\x1b\x07\r\x85\u2028\ud800")
