# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of sites, servers, roles and accounts, and the NAL paths that site control rows are keyed by."""

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

# The threads of SMS_EXECUTIVE that make up the role on its server.
ROLE_COMPONENTS = (
    "SMS_DMP_DOWNLOADER",
    "SMS_DMP_UPLOADER",
    "SMS_CLOUDCONNECTION",
    "SMS_SERVICE_CONNECTOR",
    "SMS_AZUREAD_DISCOVERY_AGENT",
    "SMS_BUSINESS_APP_PROCESS_MANAGER",
)
# The one that downloads updates; its start makes a changed mode take effect.
DOWNLOADER = "SMS_DMP_DOWNLOADER"

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_COMPONENT = re.compile(r"[A-Za-z0-9_]{1,100}")
_SITE_CODE = re.compile(r"[A-Za-z0-9]{3}")
# What is left of a site code that looked like a number or a truth value, such as 010, 1E3 and YES.
_READ_AS_SOMETHING_ELSE = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?|True|False|inf")
# Neither what Windows forbids nor what nobody sees: control characters, marks of text direction, line separators, half signs.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
_ACCOUNT_SIGNS = rf"""[^\\/"\[\]:;|=,+*?<>@{_UNSEEN}]+"""
_ACCOUNT = re.compile(rf"{_ACCOUNT_SIGNS}\\{_ACCOUNT_SIGNS}")
_NAL_SERVER = re.compile(r"\]\\\\([^\\\]]+)(?:\\[^\]]*)?$")


class BadName(ValueError):
    """A name that no site, server or account can have; the text says which names are allowed."""


def server_name(text: str, option: str = "server") -> str:
    """The fully qualified domain name, lower case, without the final dot of DNS.

    :raises BadName: when it is a short name, an address or not a DNS name. The SMS Provider checks the name too and wants an
        FQDN (software update point and distribution point articles, SMSProv.log).
    """
    name = computer_name(text, option)
    if "." not in name:
        raise _no_fqdn(text, option, "is a short name")
    return name


def computer_name(text: str, option: str = "server") -> str:
    """As :func:`server_name`, but a short name passes: for a server that is there already, so that the site can tell the rest.

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
    """The server that a name of :func:`computer_name` means; a short one must mean exactly one of the known servers.

    :param known: names of servers as the site has them.
    :raises BadName: a short name that means none of them, or several; says which.
    """
    if "." in name:
        return name
    alike = {plain_name(server) for server in known if same_computer(server, name)}
    # A site may have one server under both its names.
    found = sorted(server for server in alike if "." in server) or sorted(alike)
    if len(found) == 1:
        return found[0]
    why = f"it can mean {' or '.join(found)}" if found else "no site system of the hierarchy has it"
    raise BadName(f"{option}: {_shown(name)} is a short name, and {why}; give the fully qualified domain name.")


def same_computer(a: str, b: str) -> bool:
    r"""Whether two names mean the same computer, however the site, a row or a person wrote them.

    Letter case, a final dot and a leading ``\\`` do not count. A short name is the same as an FQDN whose first label it is; two
    different FQDNs are never the same, and an IP address or an empty name is only itself or nothing.
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
    r"""A computer's name as names are compared: lower case, without a leading ``\\`` and without the final dot of DNS."""
    name = _lower(text.strip().strip("\\"))
    return name[:-1] if name.endswith(".") else name


def host_name(text: str, option: str) -> str:
    """A host that need not be of the domain: an FQDN, a host name or an IP address (New-CMSiteSystemServer, ProxyServerName).

    :raises BadName: for anything else.
    """
    name = text.strip()
    if is_address(name):
        return name
    if not name or len(name) > 255 or not all(_LABEL.fullmatch(label) for label in _lower(name).split(".")):
        raise BadName(f"{option}: {_shown(text)} is not a host; give a name such as proxy.contoso.com, or an IP address.")
    return name


def site_code(text: str, option: str = "site_code") -> str:
    """The site code, upper case; three letters or digits.

    :raises BadName: for anything else.
    """
    code = text.strip()
    # Before it is made upper case: that makes SS of ß.
    if not _SITE_CODE.fullmatch(code):
        quotes = (
            " YAML and INI files read a code such as 010, YES or 1E3 as a number or a truth value: put it in quotes."
            if _READ_AS_SOMETHING_ELSE.fullmatch(code)
            else ""
        )
        raise BadName(f"{option}: {_shown(text)} is not a site code; give its three letters or digits, such as PS1.{quotes}")
    return code.upper()


def account_name(text: str, option: str = "name") -> str:
    r"""A Windows account as ``DOMAIN\user``; the domain may be a NetBIOS name or an FQDN (memdocs, accounts page).

    :raises BadName: for a user principal name, a bare user name or characters that no account has.
    """
    name = text.strip()
    if len(name) > 320 or not _ACCOUNT.fullmatch(name):
        raise BadName(rf"{option}: {_shown(text)} is not an account name; give it as DOMAIN\user, such as CONTOSO\svc-sccm.")
    return name


def component_name(text: str, option: str = "name") -> str:
    """The name of a component or of its thread, as given; it becomes part of a registry key.

    :raises BadName: not the name of a component.
    """
    name = text.strip()
    if not _COMPONENT.fullmatch(name):
        raise BadName(
            f"{option}: {_shown(text)} is not a component; a name has letters, digits and underscores, such as {DOWNLOADER}."
        )
    return name


def nal_path(server: str, code: str) -> str:
    r"""The NAL path of a server at a site: ``["Display=\\srv\"]MSWNET:["SMS_SITE=PS1"]\\srv\`` (memdocs, FSP sample)."""
    return f'["Display=\\\\{server}\\"]MSWNET:["SMS_SITE={code}"]\\\\{server}\\'


def server_of_nal(path: str) -> str | None:
    r"""The server that a NAL path names, lower case; None when the text has another shape.

    Share-based points have a share behind the server (``...]\\srv\share$\``); the server is the first part.
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
    """In lower case, when it is ASCII: the Kelvin sign would become a plain k."""
    return text.lower() if text.isascii() else text


def is_address(text: str) -> bool:
    """Whether a text is an IP address, as another computer would understand it."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    # Behind the percent sign of a scope anything may stand, and no other computer knows what it means.
    return not getattr(address, "scope_id", None)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
