"""What the domain of an estate contains, and the files that its clients and servers need."""

from __future__ import annotations

import base64
import struct

import pytest

from lab.domain.content import base_dn, computer, domain_ldif, group, member_dn, membership, user
from lab.domain.kerberos import krb5_conf
from lab.domain.keytab import by_principal
from lab.estate_file.reader import DEFAULT_FILE, load

DNS = "corp.example"


def value_of(ldif: str, name: str) -> str:
    (line,) = [line for line in ldif.splitlines() if line.startswith(f"{name}:")]
    value = line.removeprefix(f"{name}:")
    return base64.b64decode(value[1:]).decode("utf-8") if value.startswith(":") else value.strip()


def test_a_server_has_the_names_of_its_services_and_keys() -> None:
    ldif = computer("scp01", DNS, "Secret-1")
    assert value_of(ldif, "dn") == "CN=SCP01,CN=Computers,DC=corp,DC=example"
    names = [line.partition(": ")[2] for line in ldif.splitlines() if line.startswith("servicePrincipalName")]
    assert {"HOST/scp01.corp.example", "HOST/SCP01", "WSMAN/scp01.corp.example", "WSMAN/SCP01"} <= set(names)
    assert base64.b64decode(ldif.partition("unicodePwd:: ")[2].split()[0]).decode("utf-16-le") == '"Secret-1"'
    # RC4 is weak: only AES.
    assert value_of(ldif, "msDS-SupportedEncryptionTypes") == "24"


def test_a_server_without_a_password_gets_no_tickets() -> None:
    ldif = computer("scp01", DNS)
    assert "unicodePwd" not in ldif
    assert "servicePrincipalName" not in ldif


@pytest.mark.parametrize(
    ("name", "dn"),
    [
        ("scpadmin", "CN=scpadmin,CN=Users,DC=corp,DC=example"),
        ("Help, Desk", r"CN=Help\, Desk,CN=Users,DC=corp,DC=example"),
        ("#1", r"CN=\#1,CN=Users,DC=corp,DC=example"),
        ("Jürgen", "CN=Jürgen,CN=Users,DC=corp,DC=example"),
        (r"a\b", r"CN=a\\b,CN=Users,DC=corp,DC=example"),
    ],
)
def test_names_are_quoted(name: str, dn: str) -> None:
    ldif = user(name, DNS, "x", services=("HTTP/a",))
    assert value_of(ldif, "dn") == dn
    assert value_of(ldif, "sAMAccountName") == name
    assert ldif.isascii()
    assert "servicePrincipalName: HTTP/a\n" in ldif
    assert member_dn(name, DNS) == dn
    assert value_of(membership("g", DNS, (dn,)), "member") == dn


def test_the_domain_of_an_estate() -> None:
    estate = load(DEFAULT_FILE)
    entries = domain_ldif(estate, {"cas01": "Machine-1"}).split("\n\n")
    names = [value_of(entry, "dn") for entry in entries]
    assert len([entry for entry in entries if "objectClass: computer" in entry]) == len(estate.machines) - 1
    assert not any("SCP08" in name for name in names), "a server of a workgroup is not in the domain"
    assert not any("localadmin" in name for name in names), "nor is an account of a server"
    assert [name for name, entry in zip(names, entries, strict=True) if "servicePrincipalName" in entry] == [
        member_dn("CAS01$", DNS)
    ]
    changes = [entry for entry in entries if "changetype: modify" in entry]
    assert f"member: {member_dn('SCP-Servers', DNS)}" in "".join(changes)
    # A group exists before it is a member.
    assert entries.index(changes[0]) > names.index(member_dn("SCP-Admins", DNS))
    assert group("Empty", DNS).count("member") == 0


def test_the_base() -> None:
    assert base_dn("a.b.example") == "DC=a,DC=b,DC=example"


def entry(realm: str, *components: str) -> bytes:
    counted = b"".join(struct.pack(">H", len(text)) + text.encode() for text in (realm, *components))
    body = struct.pack(">H", len(components)) + counted + struct.pack(">IIB", 1, 0, 1) + b"\x00\x12\x00\x01k"
    return struct.pack(">i", len(body)) + body


def test_a_keytab_is_split_by_account() -> None:
    first, second, other = entry("R", "CAS01$"), entry("R", "CAS01$") + b"", entry("R", "HTTP", "cas01.corp.example")
    hole = struct.pack(">i", -6) + bytes(6)
    found = by_principal(b"\x05\x02" + first + hole + other + second)
    assert found == {"CAS01$": b"\x05\x02" + first + second, "HTTP/cas01.corp.example": b"\x05\x02" + other}
    assert by_principal(b"\x05\x02") == {}
    with pytest.raises(ValueError, match="not a keytab"):
        by_principal(b"\x05\x01" + first)


def test_the_configuration_of_a_client() -> None:
    text = krb5_conf(DNS, "127.0.10.100", "/state/ticket")
    assert "default_realm = CORP.EXAMPLE" in text
    assert "kdc = 127.0.10.100" in text
    assert "default_ccache_name = FILE:/state/ticket" in text
    assert "default_ccache_name" not in krb5_conf(DNS, "127.0.10.100")
