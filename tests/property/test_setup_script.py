"""Scripts for unattended setup: accepted values are read back unchanged, others are reported in harmless lines."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.filter.setup_script import setup_script
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.changes import changes
from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import all_keys, install_types
from tests.unit.site.setup_script.facts_table import rows
from tests.unit.site.setup_script.support import (
    MOST,
    PRODUCT_KEY,
    TYPES,
    mistakes,
    one_harmless_line,
    read,
    rendered,
    values,
    wish,
)

ASCII = "".join(chr(code) for code in range(32, 127))
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
SERVERS = st.builds("{}.{}.contoso.com".format, LABELS, LABELS)
NAMES = st.text(ASCII, min_size=1, max_size=12)
LOCAL = st.builds(lambda drive, parts: f"{drive}:\\" + "\\".join(parts), st.sampled_from("CDz"), st.lists(NAMES, max_size=4))
SHARES = st.builds(lambda parts: "\\\\srv01\\" + "\\".join(parts), st.lists(NAMES, min_size=1, max_size=4))
# Texts that almost break a line, a section or a parser.
HOSTILE = st.one_of(
    st.text(max_size=30),
    st.text(st.sampled_from("a1.-;#=[]\"'%$ \\/:\r\n\t\x00\x0b\x0c\x1c\x85\u2028\ufeff"), max_size=20),
    st.builds("{}{}[Options]{}ProductID=x".format, NAMES, st.sampled_from("\r\n\x0b\x0c\x85\u2028"), st.sampled_from("\r\n")),
)
BY_KIND: dict[str, st.SearchStrategy[Any]] = {
    "product_key": st.one_of(st.just("Eval"), st.from_regex(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){4}", fullmatch=True)),
    "site_code": st.text(string.ascii_letters + string.digits, min_size=3, max_size=3),
    "site_name": st.text(string.ascii_letters + string.digits + "- ", min_size=1, max_size=20),
    "fqdn": SERVERS,
    "database": st.from_regex(r"([A-Za-z0-9_]{1,8}\\)?[A-Za-z0-9_-]{1,12}", fullmatch=True),
    "local_path": LOCAL,
    "share": SHARES,
    "path": st.one_of(LOCAL, SHARES),
    "port": st.integers(1, 65535),
    "minutes": st.integers(0, 999999),
    "timeout": st.integers(0, 100),
    "date": st.dates(),
    "languages": st.lists(st.sampled_from(["DEU", "FRA", "RUS", "CHS"]), min_size=1, max_size=3, unique=True),
}
TEXTS = sorted(
    {
        key.option
        for key in all_keys()
        if key.kind in ("site_name", "database", "local_path", "share", "path", "fqdn", "site_code")
    }
    - {""}
)


def put(wished: dict[str, Any], option: str, value: Any) -> None:
    *groups, name = option.split(".")
    place = wished
    for group in groups:
        place = place.setdefault(group, {})
    place[name] = value


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """Options that are valid or almost valid: from a valid set, some with another value of the same kind, some left out."""
    kind = draw(st.sampled_from(TYPES))
    wished = wish(kind, most=draw(st.booleans()))
    able = [key for key in all_keys() if key.option and key.used_in(install_types()[kind])]
    for key in draw(st.lists(st.sampled_from(able), max_size=8, unique_by=lambda one: one.name)):
        among = st.sampled_from(sorted(key.values)) if key.values else BY_KIND[key.kind]
        put(wished, key.option, draw(st.one_of(among, among, st.none())))
    return wished


@given(wishes())
def test_what_is_accepted_is_read_back_exactly_and_keeps_to_the_documentation(wished: dict[str, Any]) -> None:
    made = setup_script(wished)
    assume(not made["mistakes"])
    expected = {section["name"]: {entry["name"]: entry["value"] for entry in section["entries"]} for section in made["sections"]}
    assert read(rendered(wished)) == expected
    says = values(wished)
    assert all(value and value.isascii() and value.isprintable() and value == value.strip() for value in says.values())

    column = TYPES.index(wished["type"])
    found = set(says)
    assert {key for _section, key, use in rows() if use[column] == "R"} <= found
    assert found <= {key for _section, key, use in rows() if use[column] != "-"}
    assert ("CloudConnectorServer" in says) == ("UseProxy" in says) == (says["CloudConnector"] == "1")
    assert ("ProxyName" in says) == ("ProxyPort" in says) == (says.get("UseProxy") == "1")
    if wished["type"] == "child_primary":
        assert says["CloudConnector"] == "0"


@given(st.sampled_from(TYPES), st.sampled_from(TEXTS), HOSTILE)
def test_no_text_leaves_its_line(kind: str, option: str, text: str) -> None:
    wished = wish(kind, most=True)
    put(wished, option, text)
    if mistakes(wished):
        assert all(one_harmless_line(sentence) and len(sentence) < 800 for sentence in mistakes(wished))
        return
    found = read(rendered(wished))
    own = {key for _section, key, _use in rows()}
    assert {key for keys in found.values() for key in keys} <= own
    assert {key: value for keys in found.values() for key, value in keys.items()} == values(wished)
    for key in all_keys():
        if text and key.option == option and key.used_in(install_types()[kind]):
            assert values(wished)[key.name].lower() == text.strip().lower()


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=12), inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*MOST["primary"], "type", "further_keys", "hierarchy", "recovery", "dest", "x"]), JSON))
def test_any_wish_is_judged(wished: dict[str, Any]) -> None:
    found = setup_script(wished)
    assert bool(found["sections"]) == (found["mistakes"] == [])
    assert all(one_harmless_line(sentence) for sentence in found["mistakes"])


@given(st.binary(max_size=60), st.sampled_from(["", "ProductID=", " productid = ", "; ", "\x00", "x"]))
def test_no_diff_shows_a_product_key(around: bytes, before: str) -> None:
    present = around + b"\n" + before.encode() + PRODUCT_KEY.encode() + b"\n" + around
    assert PRODUCT_KEY not in "\n".join(changes(present, f"[Options]\nProductID={PRODUCT_KEY}\n"))
