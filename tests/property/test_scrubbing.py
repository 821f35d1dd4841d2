"""Nothing that was to be replaced survives, the mapping is one to one, and the same in every text and letter case."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.bundle import survivors
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.scrubbing import (
    ACCOUNT,
    CODE,
    FORM,
    FREE,
    HOST,
    Known,
    Scrubber,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.vocabulary import is_known

LABEL = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{2,9}(-[a-z0-9]{1,4})?", fullmatch=True).filter(
    lambda text: not any(is_known(part) for part in (text, *text.split("-")))
)
FQDN = st.lists(LABEL, min_size=3, max_size=4).map(".".join)
GUID = st.uuids().map(str)
SID = st.lists(st.integers(1, 2**32 - 1), min_size=4, max_size=4).map(lambda parts: "S-1-5-21-" + "-".join(map(str, parts)))
ADDRESS = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str))
CASE = st.sampled_from([str.lower, str.upper, str])
FRAME = st.sampled_from(
    [
        r'["Display=\\{}\"]MSWNET:["SMS_SITE=PS1"]\\{}\\',
        r"\\{}\share$",
        "https://{}:8443/path",
        "the server {} is down ({})",
        "{}",
        "a,{};b",
    ]
)
PLAIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyz 0123456789.,\\/:-_@\"'=;()[]äßİ", max_size=40)
ORIGINALS = st.lists(st.one_of(FQDN, GUID, SID, ADDRESS), min_size=1, max_size=8, unique_by=str.casefold)


@given(servers=st.lists(FQDN, min_size=1, max_size=4), frames=st.lists(FRAME, min_size=1, max_size=4), case=CASE, noise=PLAIN)
def test_no_name_of_a_server_survives_in_any_form(servers: list[str], frames: list[str], case: object, noise: str) -> None:
    written = [frame.format(*[case(name)] * 2) for name in servers for frame in frames]  # type: ignore[operator]
    short = [f"on {name.partition('.')[0].swapcase()} {noise}" for name in servers]
    texts = [*((name, HOST) for name in servers), *((text, FORM) for text in (*written, *short))]
    scrubber = Scrubber(Known(), texts)
    done = [scrubber.scrub(text) for text, _about in texts]
    for name in servers:
        first, *others = name.casefold().split(".")
        parts = [("x", part) for part in (name.casefold(), first, *others[:-1]) if len(part) > 1]
        assert survivors("\n".join(done), parts) == []
    assert survivors("\n".join(done), scrubber.originals()) == []


@given(
    originals=st.lists(st.one_of(FQDN, GUID, SID, ADDRESS), min_size=1, max_size=8, unique_by=str.casefold),
    about=st.sampled_from([FORM, FREE]),
)
def test_the_mapping_is_one_to_one_and_stable(originals: list[str], about: str) -> None:
    texts = [(f"<{text}>", about) for text in originals]
    scrubber = Scrubber(Known(), texts)
    first = [scrubber.scrub(text) for text, _about in texts]
    assert first == [scrubber.scrub(text) for text, _about in texts]
    assert [text.casefold() for text in first] == [scrubber.scrub(text.upper()).casefold() for text, _about in texts]
    kept = {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1"}
    replaced = [new for new, old in zip(first, originals, strict=True) if old not in kept]
    assert len(set(replaced)) == len(replaced)
    assert not {old.casefold() for old in originals if old not in kept} & {new.strip("<>").casefold() for new in replaced}


@given(
    domain=LABEL,
    user=LABEL,
    code=st.from_regex(r"[A-Z][A-Z0-9]{2}", fullmatch=True).filter(lambda text: not is_known(text)),
    text=PLAIN,
)
def test_accounts_and_codes_do_not_survive(domain: str, user: str, code: str, text: str) -> None:
    account = f"{domain}\\{user}"
    forms = [account, account.upper(), f"{user}@{domain}.example.net", f"root/sms/site_{code}", f"{text} {user} {code.lower()}"]
    scrubber = Scrubber(Known(), [(account, ACCOUNT), (code, CODE), *((form, FORM) for form in forms)])
    done = "\n".join(map(scrubber.scrub, forms))
    assert survivors(done, [("x", domain.casefold()), ("x", user.casefold()), ("x", code.casefold())]) == []


@settings(max_examples=60)
@given(st.text(max_size=200), st.sampled_from([FORM, FREE, HOST, ACCOUNT, CODE]))
def test_any_text_can_be_scrubbed(text: str, about: str) -> None:
    scrubber = Scrubber(Known(), [(text, about)])
    done = scrubber.scrub(text)
    assert survivors(done, scrubber.originals()) == []
    if about == FREE:
        assert not re.search(r"[A-Za-z0-9+/]{48,}", done)
