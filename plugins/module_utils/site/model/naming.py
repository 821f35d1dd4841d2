# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of sites, servers, roles and accounts, and the NAL paths that are keys of site control rows."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

# Role names of site control rows (SMS_SCI_SysResUse.RoleName).
SITE_SYSTEM = "SMS Site System"
SERVICE_CONNECTION_POINT = "SMS Dmp Connector"
SITE_SERVER = "SMS Site Server"
COMPONENT_SERVER = "SMS Component Server"
SMS_PROVIDER = "SMS Provider"
SQL_SERVER = "SMS SQL Server"

# The threads of SMS_EXECUTIVE that belong to the role on its server.
ROLE_COMPONENTS = (
    "SMS_DMP_DOWNLOADER",
    "SMS_DMP_UPLOADER",
    "SMS_CLOUDCONNECTION",
    "SMS_SERVICE_CONNECTOR",
    "SMS_AZUREAD_DISCOVERY_AGENT",
    "SMS_BUSINESS_APP_PROCESS_MANAGER",
)
# The thread that downloads updates; a changed mode takes effect when it starts.
DOWNLOADER = "SMS_DMP_DOWNLOADER"

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_COMPONENT = re.compile(r"[A-Za-z0-9_]{1,100}")
_SITE_CODE = re.compile(r"[A-Za-z0-9]{3}")
# What YAML or INI makes of a site code that looks like a number or a boolean, such as 010, 1E3 and YES.
_READ_AS_SOMETHING_ELSE = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?|True|False|inf")
# Neither what Windows forbids nor invisible characters: control characters, text direction marks, line separators, surrogates.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
_ACCOUNT_SIGNS = rf"""[^\\/"\[\]:;|=,+*?<>@{_UNSEEN}]+"""
_ACCOUNT = re.compile(rf"{_ACCOUNT_SIGNS}\\{_ACCOUNT_SIGNS}")
_NAL_SERVER = re.compile(r"\]\\\\([^\\\]]+)(?:\\[^\]]*)?$")


class BadName(ValueError):
    """A name that a site, server or account cannot have; the text says which names are allowed."""


def server_name(text: str, option: str = "server") -> str:
    """The fully qualified domain name, lower case, without the final dot of DNS.

    :raises BadName: when it is a short name, an address or not a DNS name. The SMS Provider checks the name too and requires
        an FQDN (software update point and distribution point articles, SMSProv.log).
    """
    name = computer_name(text, option)
    if "." not in name:
        raise _no_fqdn(text, option, "is a short name")
    return name


def computer_name(text: str, option: str = "server") -> str:
    """As :func:`server_name`, but a short name is accepted: for an existing server, whose full name the site has.

    :raises BadName: when it is an address or not a DNS name.
    """
    name = _lower(text.strip())
    name = name[:-1] if name.endswith(".") else name
    labels = name.split(".")
    if not name:
        raise _no_fqdn(text, option, "is empty")
    if len(name) > 255 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _no_fqdn(text, option, "is not a DNS name")
    if len(labels) > 1 and all(label.isdigit() for label in labels):
        raise _no_fqdn(text, option, "is an IP address")
    return name


def full_name(name: str, known: Iterable[str], option: str = "server") -> str:
    """The server that a name from :func:`computer_name` means; a short name must match exactly one of the known servers.

    :param known: names of servers as the site has them.
    :raises BadName: a short name that matches none of them, or several; the message names them.
    """
    if "." in name:
        return name
    alike = {plain_name(server) for server in known if same_computer(server, name)}
    # A site may have one server under both its names.
    found = sorted(server for server in alike if "." in server) or list(alike)
    if len(found) == 1:
        return found[0]
    why = f"it can mean {' or '.join(found)}" if found else "no site system of the hierarchy has this name"
    raise BadName(f"{option}: {_shown(name)} is a short name, and {why}; give the fully qualified domain name.")


def same_computer(a: str, b: str) -> bool:
    r"""Whether two names mean the same computer, in whatever form the site, a row or a user has them.

    Letter case, a final dot and a leading ``\\`` do not matter. A short name matches an FQDN whose first label it is; two
    different FQDNs never match, an IP address matches only itself, and an empty name matches nothing.
    """
    one, other = plain_name(a), plain_name(b)
    if not one or not other:
        return False
    if one == other:
        return True
    if is_address(one) or is_address(other) or ("." in one) == ("." in other):
        return False
    return one.partition(".")[0] == other.partition(".")[0]


def plain_name(text: str) -> str:
    r"""A computer's name in the form for comparisons: lower case, without a leading ``\\`` and without the final dot of DNS."""
    name = _lower(text.strip().strip("\\"))
    return name[:-1] if name.endswith(".") else name


def host_name(text: str, option: str) -> str:
    """A host that may be outside the domain: an FQDN, a host name or an IP address (New-CMSiteSystemServer, ProxyServerName).

    :raises BadName: for anything else.
    """
    name = text.strip()
    if is_address(name):
        return name
    if len(name) > 255 or not all(_LABEL.fullmatch(label) for label in _lower(name).split(".")):
        raise BadName(f"{option}: {_shown(text)} is not a host; give a name such as proxy.contoso.com, or an IP address.")
    return name


def site_code(text: str, option: str = "site_code") -> str:
    """The site code, upper case; three letters or digits.

    :raises BadName: for anything else.
    """
    code = text.strip()
    # This check comes before the conversion to upper case, which changes ß to SS.
    if not _SITE_CODE.fullmatch(code):
        quotes = (
            " YAML and INI files read a code such as 010, YES or 1E3 as a number or a boolean: put it in quotes."
            if _READ_AS_SOMETHING_ELSE.fullmatch(code)
            else ""
        )
        raise BadName(f"{option}: {_shown(text)} is not a site code; give its three letters or digits, such as PS1.{quotes}")
    return code.upper()


def account_name(text: str, option: str = "name") -> str:
    r"""A Windows account as ``DOMAIN\user``; the domain may be a NetBIOS name or an FQDN (memdocs, accounts page).

    :raises BadName: for a user principal name, a user name without a domain, or characters that no account has.
    """
    name = text.strip()
    if len(name) > 320 or not _ACCOUNT.fullmatch(name):
        raise BadName(rf"{option}: {_shown(text)} is not an account name; give it as DOMAIN\user, such as CONTOSO\svc-sccm.")
    return name


def component_name(text: str, option: str = "name") -> str:
    """The name of a component or of its thread, as given; it becomes part of a registry key.

    :raises BadName: it is not the name of a component.
    """
    name = text.strip()
    if not _COMPONENT.fullmatch(name):
        raise BadName(
            f"{option}: {_shown(text)} is not a component; give a name of letters, digits and underscores, such as {DOWNLOADER}."
        )
    return name


def nal_path(server: str, code: str) -> str:
    r"""The NAL path of a server at a site: ``["Display=\\srv\"]MSWNET:["SMS_SITE=PS1"]\\srv\`` (memdocs, FSP sample)."""
    return f'["Display=\\\\{server}\\"]MSWNET:["SMS_SITE={code}"]\\\\{server}\\'


def server_of_nal(path: str) -> str | None:
    r"""The server in a NAL path, lower case; None when the text has another form.

    Share-based points have a share after the server (``...]\\srv\share$\``); the server is the first part.
    """
    found = _NAL_SERVER.search(path)
    return found.group(1).lower() if found else None


def item_name(nal: str, role: str) -> str:
    """The key ItemName of a site control row: NAL path, a comma, the role's name."""
    return f"{nal},{role}"


def site_namespace(code: str) -> str:
    """The CIM namespace of a site."""
    return f"root/sms/site_{code}"


def _no_fqdn(text: str, option: str, problem: str) -> BadName:
    return BadName(f"{option}: {_shown(text)} {problem}; give the fully qualified domain name, such as scp01.contoso.com.")


def _lower(text: str) -> str:
    """In lower case if it is ASCII: otherwise the Kelvin sign would become a plain k."""
    return text.lower() if text.isascii() else text


def is_address(text: str) -> bool:
    """Whether a text is an IP address that is valid on another computer too."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    # A scope after a percent sign may be any text, and has no meaning on another computer.
    return not getattr(address, "scope_id", None)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
