"""Machines, domain groups and the network in an estate file, and errors in them."""

from __future__ import annotations

import pytest

from lab.estate.description import RootCertificates
from lab.estate.errors import EstateError
from lab.estate.network import Barrier, EndpointRule
from lab.estate_file.reader import load, parse

GOOD = r"""domain:
  dns: corp.example
  netbios: CORP
  groups:
    - {name: Outer, members: ['CORP\Inner', 'CORP\admin']}
    - {name: Inner, members: ['CORP\SRV1$', 'CORP\Outer']}
accounts:
  - {name: CORP\admin, password: Secret-1, administrator_of: all}
  - {name: local, machine: srv2, password: Secret-2, administrator_of: srv2}
proxies:
  - {name: proxy01, port: 3128, authentication: basic, accounts: ['CORP\admin'], internet: {default: timeout}}
closed:
  - {from: srv1, to: all, ports: [445, 49152-65535], problem: refused}
machines:
  - name: srv1
    address: 127.0.10.1
    administrators: ['CORP\Outer', 'CORP\srv1$', S-1-5-21-1-2-3-1104]
    clock_offset_seconds: -90
    drives: [{letter: C, file_system: ReFS}]
    certificates: {missing: [DigiCert Global Root G2], store: ROOT, auto_update: false}
    winhttp_proxy: proxy01:3128
    software: {curl: none}
    internet:
      default: refused
      endpoints:
        - {host: '*.example', status: 403}
        - {host: a.example, problem: intercepted, issuer: CN=Box, trusted: true}
  - {name: srv2, address: 127.0.10.2, workgroup: HOME, administrators: [local], basic: true, cbt_hardening: strict}
"""


def test_a_good_file() -> None:
    estate = parse(GOOD)
    one, two = estate.machines
    assert [group.members for group in estate.domain.groups] == [("CORP\\Inner", "CORP\\admin"), ("CORP\\SRV1$", "CORP\\Outer")]
    assert (one.clock_offset_seconds, one.drives[0].file_system, one.software.curl) == (-90, "ReFS", "none")
    assert one.certificates == RootCertificates(("DigiCert Global Root G2",), "ROOT", False)
    assert one.internet.default == "refused"
    assert one.internet.endpoints == (
        EndpointRule("*.example", status=403),
        EndpointRule("a.example", "intercepted", 200, "CN=Box", True),
    )
    assert (one.winhttp_proxy, one.workgroup, two.workgroup) == ("proxy01:3128", "", "HOME")
    assert estate.barriers == (Barrier(("srv1",), None, ((445, 445), (49152, 65535)), "refused"),)
    assert (estate.proxies[0].authentication, estate.proxies[0].internet.default) == ("basic", "timeout")
    assert estate.accounts[0].administrator_of == ("srv1",)
    assert (one.basic, one.cbt_hardening, two.basic, two.cbt_hardening) == (False, "relaxed", True, "strict")


def test_everything_is_open_unless_the_file_says_otherwise() -> None:
    machine = load().machine("scp01")
    assert (machine.internet.default, machine.internet.endpoints, machine.certificates.missing) == ("reachable", (), ())


# The replaced text, its replacement, and the error message.
MISTAKES = [
    ("group name", "name: Inner", "name: 'In/ner'", "6: group number 2: name 'In/ner' is not valid"),
    ("bindings", "cbt_hardening: strict", "cbt_hardening: medium",
     "cbt_hardening 'medium' is not a known value; allowed: none, relaxed, strict"),
    ("basic", "basic: true", "basic: 7", "basic must be true or false"),
    ("group twice", "name: Inner", "name: outer", "6: group CORP\\outer: name outer is already used in line 5"),
    ("group like an account", "name: Outer", "name: admin", "5: group CORP\\admin: name admin is already the name of an account"),
    ("group member", r"'CORP\SRV1$'", r"'CORP\SRV9$'", r"6: group CORP\Inner: members: 'CORP\\SRV9$' is not an account of"),
    ("group member of a workgroup", r"'CORP\SRV1$'", r"'CORP\SRV2$'", "is not an account of the estate"),
    ("local group member", r"'CORP\SRV1$'", "local", r"6: group CORP\Inner: members: 'local' is not an account of the estate"),
    ("rights in a workgroup", "administrator_of: all", "administrator_of: srv2",
     "srv2 is in a workgroup and cannot authenticate accounts of the"),
    ("member in a workgroup", "administrators: [local]", r"administrators: ['CORP\Outer']", "allowed: local accounts of this"),
    ("SID in a workgroup", "administrators: [local]", "administrators: [S-1-5-21-1-2-3-1104]", "allowed: local accounts of this"),
    ("SID", "S-1-5-21-1-2-3-1104", "S-1-5-21-1-2", "17: machine srv1: administrators: 'S-1-5-21-1-2' is not an account"),
    ("member twice", "S-1-5-21-1-2-3-1104", r"'CORP\OUTER'", r"administrators: CORP\OUTER is listed twice"),
    ("clock", "-90", "1e9", "clock_offset_seconds '1e9' is not a number from -86400 to 86400"),
    ("file system", "ReFS", "FAT", "file_system 'FAT' is not a known value; allowed: NTFS, ReFS"),
    ("root", "DigiCert Global Root G2", "Some Root",
     "there is no root certificate 'Some Root'; allowed: Baltimore CyberTrust Root,"),
    ("store", "store: ROOT", "store: CA", "store 'CA' is not a known value; allowed: AuthRoot, ROOT"),
    ("winhttp", "proxy01:3128", "proxy01", "winhttp_proxy 'proxy01' is not valid; allowed: a host name, a colon and a port"),
    ("curl", "curl: none", "curl: 1.0", "curl '1.0' is not a known value; allowed: none, 7.55.1,"),
    ("default", "default: refused", "default: broken",
     "default 'broken' is not a known value; allowed: reachable, name_resolution,"),
    ("host", "'*.example'", "'x*.example'", "host 'x*.example' is not valid; allowed: a host name in lower case"),
    ("host twice", "host: a.example", "host: '*.example'", "endpoint *.example is listed twice"),
    ("status", "status: 403", "status: 99", "status '99' is not a number from 100 to 599"),
    ("problem and status", "status: 403", "status: 403, problem: expired", "an endpoint has a problem or a status, not both"),
    ("issuer of nothing", "status: 403", "issuer: X", "issuer is allowed only with `problem: intercepted`"),
    ("no issuer", "issuer: CN=Box, ", "", "issuer is missing"),
    ("proxy name", "name: proxy01", "name: srv1", "11: proxy srv1: name srv1 is already used"),
    ("proxy account", r"accounts: ['CORP\admin']", "accounts: [local]", "accounts: 'local' is not a domain account of this file"),
    ("accounts of an open proxy", "authentication: basic", "authentication: none",
     "accounts are allowed only with `authentication: basic`"),
    ("closed port", "ports: [445,", "ports: [0,",
     "13: barrier number 1: port '0' is not valid; allowed: numbers from 1 to 65535"),
    ("closed range", "49152-65535", "65535-49152", "port '65535-49152' is not valid"),
    ("no ports", "ports: [445, 49152-65535]", "ports: []", "ports are missing; allowed: numbers from 1 to 65535, and ranges"),
    ("closed by nobody", "from: srv1", "from: srv9", "from: there is no machine 'srv9'; allowed: all, or names of machines"),
    ("closed how", "problem: refused}\n", "problem: expired}\n",
     "problem 'expired' is not a known value; allowed: timeout, refused"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "complaint"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes(old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    with pytest.raises(EstateError) as caught:
        parse(GOOD.replace(old, new, 1), "lab.yml")
    text = str(caught.value)
    assert text.startswith("lab.yml:")
    assert complaint in text
    assert "\n" not in text


def test_a_site_server_is_a_member_of_the_domain() -> None:
    sites = "hierarchies:\n  - {name: one, sites: [{code: AAA, name: A, type: primary, server: srv2}]}\n"
    with pytest.raises(EstateError, match="there is no machine 'srv2'; allowed: srv1"):
        parse(GOOD + sites)


def test_the_port_of_sql_server() -> None:
    site = "hierarchies:\n  - {name: one, sites: [{code: AAA, name: A, type: primary, server: srv1, sql_port: 0}]}\n"
    assert parse(GOOD + site.replace(" 0}", " 1440}")).hierarchies[0].top_site.sql_port == 1440
    with pytest.raises(EstateError, match="sql_port '0' is not a number from 1 to 65535"):
        parse(GOOD + site)
