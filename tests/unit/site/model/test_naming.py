from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SCP01.Corp.Example", "scp01.corp.example"),
        (" a.b ", "a.b"),
        ("x-1.y_2.example", "x-1.y_2.example"),
        ("scp01.corp.example.", "scp01.corp.example"),
    ],
)
def test_server_name_is_a_lower_case_fqdn(text: str, name: str) -> None:
    assert naming.server_name(text) == name


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("scp01", "is a short name"),
        ("10.0.0.1", "is an IP address"),
        ("scp01.corp.example\\x", "is not a DNS name"),
        ('scp01".corp.example', "is not a DNS name"),
        ("scp01..example", "is not a DNS name"),
        ("-scp01.example", "is not a DNS name"),
        ("a." * 200 + "b", "is not a DNS name"),
        ("scp01.corp.example\n.x", "is not a DNS name"),
        ("scp\u202e01.corp.example", "is not a DNS name"),
        ("\u212a01.corp.example", "is not a DNS name"),  # the Kelvin sign, whose lower case is k
    ],
)
def test_other_server_names_are_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(naming.BadName) as refused:
        naming.server_name(text)
    assert why in str(refused.value)
    assert "scp01.contoso.com" in str(refused.value)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("scp01.corp.example", "SCP01.Corp.Example.", True),
        ("SCP01", "scp01.corp.example", True),
        ("scp01.corp.example", "scp01", True),
        ("scp01", "SCP01", True),
        ("\\\\SCP01\\", "scp01.corp.example", True),
        ("scp01.corp.example", "scp01.other.example", False),
        ("scp01", "scp011.corp.example", False),
        ("scp01", "scp02", False),
        ("10", "10.0.0.1", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("", "", False),
        ("", "scp01.corp.example", False),
        (".", ".corp.example", False),
    ],
)
def test_the_same_computer_is_told_from_its_names(one: str, other: str, same: bool) -> None:
    assert naming.same_computer(one, other) is same
    assert naming.same_computer(other, one) is same


def test_a_short_name_must_mean_one_server() -> None:
    known = ["SCP01.corp.example", "scp02", "SCP02.corp.example", "scp03", "x.corp.example", "x.other.example"]
    assert naming.full_name(naming.computer_name("SCP01"), known) == "scp01.corp.example"
    assert naming.full_name("scp02", known) == "scp02.corp.example"
    assert naming.full_name("scp03", known) == "scp03"
    assert naming.full_name("new.corp.example", known) == "new.corp.example"
    with pytest.raises(naming.BadName, match=r"it can mean x\.corp\.example or x\.other\.example"):
        naming.full_name("x", known)
    with pytest.raises(
        naming.BadName, match="no site system of the hierarchy has this name; give the fully qualified domain name"
    ):
        naming.full_name("y", known)
    with pytest.raises(naming.BadName, match="is an IP address"):
        naming.computer_name("10.0.0.1")


def test_site_code_is_three_letters_or_digits() -> None:
    assert naming.site_code(" cas ") == "CAS"
    for wrong in ("", "CASX", "C S", "C'S", "äöü", "Pß", "\ufb03", "\u212aS1"):
        with pytest.raises(naming.BadName, match="is not a site code"):
            naming.site_code(wrong)


@pytest.mark.parametrize("code", ["8", "True", "1000.0", "1e+20"])
def test_a_site_code_that_was_read_as_something_else_is_to_be_put_in_quotes(code: str) -> None:
    with pytest.raises(naming.BadName, match="put it in quotes"):
        naming.site_code(code)
    with pytest.raises(naming.BadName) as other:
        naming.site_code("P1")
    assert "quotes" not in str(other.value)


def test_account_is_domain_and_user() -> None:
    assert naming.account_name(r"CORP\svc") == r"CORP\svc"
    assert naming.account_name(r"corp.contoso.com\svc-1") == r"corp.contoso.com\svc-1"
    assert naming.account_name(r"CORP\Ünal&Co%x'") == r"CORP\Ünal&Co%x'"
    for wrong in ("svc", "svc@corp.example", "\\svc", "CORP\\", "CORP\\a\\b", 'CORP\\a"b', "CORP\\a\nb"):
        with pytest.raises(naming.BadName, match="is not an account name"):
            naming.account_name(wrong)


@pytest.mark.parametrize("sign", ["\x7f", "\x85", "\u200e", "\u202e", "\u2028", "\u2066", "\ud800", "\ufeff", "\uffff"])
def test_an_account_has_no_sign_that_nobody_sees(sign: str) -> None:
    for wrong in (f"CORP\\a{sign}b", f"CO{sign}RP\\ab"):
        with pytest.raises(naming.BadName, match="is not an account name") as refused:
            naming.account_name(wrong)
        assert str(refused.value).isprintable()


@pytest.mark.parametrize("host", ["proxy", "proxy.contoso.com", "10.1.2.3", "fd00::1"])
def test_a_proxy_may_be_a_name_or_an_address(host: str) -> None:
    assert naming.host_name(host, "proxy.server") == host


@pytest.mark.parametrize(
    "host", ["", "http://proxy", "a b", "proxy:8080", "a&b", "fe80::1%eth0", 'fe80::1%a\n"b', "\u212a.contoso.com"]
)
def test_other_proxies_are_refused(host: str) -> None:
    with pytest.raises(naming.BadName, match=r"proxy\.server"):
        naming.host_name(host, "proxy.server")


def test_nal_path_is_that_of_the_documentation() -> None:
    path = naming.nal_path("srv.contoso.com", "PS1")
    assert path == r'["Display=\\srv.contoso.com\"]MSWNET:["SMS_SITE=PS1"]\\srv.contoso.com' + "\\"
    assert naming.server_of_nal(path) == "srv.contoso.com"
    assert naming.item_name(path, "SMS Dmp Connector") == path + ",SMS Dmp Connector"


@pytest.mark.parametrize(
    ("path", "server"),
    [
        (r'["Display=\\SRV\"]MSWNET:["SMS_SITE=PS1"]\\SRV' + "\\", "srv"),
        (r'["Display=\\SRV\share$\"]MSWNET:["SMS_SITE=PS1"]\\SRV\share$' + "\\", "srv"),
        (r'["Display=\\SRV\"]MSWNET:["SMS_SITE=PS1"]\\SRV', "srv"),
        (r"\\srv.contoso.com", None),
        ("", None),
    ],
)
def test_server_of_other_nal_paths(path: str, server: str | None) -> None:
    assert naming.server_of_nal(path) == server


def test_a_component_is_a_word_and_its_refusal_is_short() -> None:
    assert naming.component_name(" SMS_DMP_DOWNLOADER ") == "SMS_DMP_DOWNLOADER"
    for wrong in ("", "SMS\\X", "SMS\nX", "SMS X", "ſMS", "A" * 65536):
        with pytest.raises(naming.BadName, match=r"^components: .* is not a component; ") as refused:
            naming.component_name(wrong, "components")
        assert len(str(refused.value)) < 250


LONGEST = ".".join(["a" * 63] * 4)
TOO_LONG = ".".join([*["a" * 63] * 3, "a" * 62, "a"])


def test_a_name_has_255_characters_at_most() -> None:
    assert (len(LONGEST), len(TOO_LONG)) == (255, 256)
    assert naming.server_name(f"{LONGEST}.") == LONGEST
    assert naming.host_name(LONGEST, "proxy.server") == LONGEST
    with pytest.raises(naming.BadName):
        naming.server_name(TOO_LONG)
    with pytest.raises(naming.BadName):
        naming.host_name(TOO_LONG, "proxy.server")


def test_a_single_label_of_digits_is_a_name_and_so_is_one_with_a_letter() -> None:
    assert naming.computer_name("10") == "10"
    assert naming.computer_name("10.corp") == "10.corp"
    with pytest.raises(naming.BadName):
        naming.computer_name("1.2")


def test_what_a_short_name_can_mean_comes_in_order() -> None:
    known = [f"x.{letter}.example" for letter in "edcba"]
    with pytest.raises(naming.BadName, match=r"x\.a\.example or x\.b\.example or x\.c\.example or x\.d\.example or x\.e\."):
        naming.full_name("x", known)


def test_a_host_and_an_account_are_taken_without_the_blanks_around_them() -> None:
    assert naming.host_name(" proxy ", "proxy.server") == "proxy"
    assert naming.account_name(" CORP\\svc ") == "CORP\\svc"


def test_an_account_has_320_characters_at_most() -> None:
    longest = "CORP\\" + "a" * 315
    assert naming.account_name(longest) == longest
    with pytest.raises(naming.BadName):
        naming.account_name(longest + "a")


@pytest.mark.parametrize(("length", "shown"), [(80, "a" * 80), (81, "a" * 77 + "...")])
def test_a_refused_text_is_shown_with_80_characters_at_most(length: int, shown: str) -> None:
    with pytest.raises(naming.BadName) as refused:
        naming.account_name("a" * length)
    assert f"'{shown}'" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "address"), [("10.0.0.1", True), ("fe80::1", True), ("fe80::1%eth0", False), ("scp01", False), ("", False)]
)
def test_addresses(text: str, address: bool) -> None:
    assert naming.is_address(text) is address
