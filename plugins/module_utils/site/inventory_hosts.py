# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one place that tells which host of the inventory a server is, whatever the spelling on either side."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# What a user sets where the names do not tell it.
VARIABLE = "scp_hosts"


@dataclass(frozen=True)
class HostFound:
    """What the inventory knows of a server.

    ``host`` is the inventory's own spelling, empty where there is none or more than one. Then ``detail`` says why and ``remedy``
    what to do; ``candidates`` are the hosts among which nothing decides.
    """

    host: str
    detail: str = ""
    remedy: str = ""
    candidates: tuple[str, ...] = ()


def find_host(
    server: str,
    hosts: Mapping[str, Sequence[str]],
    mapping: Mapping[str, str],
    here: str = "",
    here_is: Iterable[str] = (),
) -> HostFound:
    """Find the inventory host of a server.

    The first of these that fits decides: what the user says (``mapping``); the host of the play, where it is known to be
    this server;
    a host with exactly this name; one with exactly this address; one whose short name or fully qualified name is the same.
    Letter case and a trailing dot make no difference anywhere.

    :param server: name of the server as the site or the user gives it.
    :param hosts: names of all inventory hosts, each with its addresses (``ansible_host`` and the like).
    :param mapping: inventory names by server, as the user gives them in ``scp_hosts``.
    :param here: the inventory name of the host that the task runs for.
    :param here_is: names of the computer that this host is known to be, for example what its own SMS Provider says.
    """
    wanted = folded(server)
    if not wanted:
        return HostFound("", "No server is named.", "Name it by its fully qualified domain name.")
    for key in (name for name in mapping if folded(name) == wanted):
        return _mapped(server, str(mapping[key]), hosts)
    for key in (name for name in mapping if same_name(name, wanted)):
        return _mapped(server, str(mapping[key]), hosts)
    if here and any(same_name(name, wanted) for name in here_is):
        return HostFound(here)
    # The addresses of all hosts are looked at only where no name fits.
    found = (
        [name for name in hosts if folded(name) == wanted]
        or [name for name, addresses in hosts.items() if any(folded(address) == wanted for address in addresses)]
        or [name for name, addresses in hosts.items() if _is_alike(wanted, (name, *addresses))]
    )
    if len(found) > 1:
        return _ambiguous(server, here if here in found else "", found)
    if found:
        return HostFound(found[0])
    return HostFound(
        "",
        f"{server} is no host of the inventory.",
        f"Add it to the inventory, with the connection winrm or psrp. Where it is there by another name, say which: "
        f"{VARIABLE}: {{{folded(server)}: NAME}}.",
    )


def folded(name: str) -> str:
    """A name for comparing: without blanks around it, without a trailing dot, in lower case."""
    return name.strip().rstrip(".").lower()


def same_name(one: str, other: str) -> bool:
    """Whether two names can be of one computer: the same, or a short name and a full name that begins with it."""
    left, right = folded(one), folded(other)
    if left == right:
        return bool(left)
    if _is_address(left) or _is_address(right) or ("." in left) == ("." in right):
        return False
    return left.split(".")[0] == right.split(".")[0]


def _mapped(server: str, value: str, hosts: Mapping[str, Sequence[str]]) -> HostFound:
    found = [name for name in hosts if folded(name) == folded(value)]
    if len(found) == 1:
        return HostFound(found[0])
    return HostFound(
        "",
        f"{VARIABLE} names {value!r} for {server}, and the inventory has no host of that name.",
        f"Correct {VARIABLE}: each value is the name of a host of the inventory.",
    )


def _is_alike(wanted: str, names: Sequence[str]) -> bool:
    """A short name fits unless another name of the same host says that it is in another domain."""
    told = [folded(name) for name in names if not _is_address(folded(name))]
    full = {name for name in told if "." in name}
    if "." in wanted and full and wanted not in full:
        return False
    return any(same_name(name, wanted) for name in told)


def _ambiguous(server: str, here: str, found: Sequence[str]) -> HostFound:
    if here:
        return HostFound(here)
    return HostFound(
        "",
        f"{server} may be any of these hosts of the inventory: {', '.join(sorted(found))}.",
        f"Say which one: {VARIABLE}: {{{folded(server)}: {sorted(found)[0]}}}.",
        tuple(sorted(found)),
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
