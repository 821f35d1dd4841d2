# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The only place that finds the inventory host of a server, however the name is spelled on either side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.naming import is_address, plain_name, same_computer

# The variable that a user sets if the names do not show it.
VARIABLE = "scp_hosts"


@dataclass(frozen=True)
class HostFound:
    """The inventory host of a server.

    ``host`` is the inventory's own spelling, empty where there is none or more than one. Then ``detail`` says why and ``remedy``
    what to do; ``candidates`` are the hosts that match equally well.
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

    The first of these that matches decides: the user's ``mapping``; the host of the play, if it is known to be this server;
    a host with exactly this name; one with exactly this address; one whose short name or fully qualified name is the same.
    Letter case and a trailing dot never matter.

    :param server: name of the server as the site or the user gives it.
    :param hosts: names of all inventory hosts, each with its addresses (``ansible_host`` and the like).
    :param mapping: inventory names by server, as the user gives them in ``scp_hosts``.
    :param here: the inventory name of the host that the task runs for.
    :param here_is: names of the computer that this host is known to be, for example from its own SMS Provider.
    """
    wanted = plain_name(server)
    if not wanted:
        return HostFound("", "No server is given.", "Give its fully qualified domain name.")
    for key in (name for name in mapping if plain_name(name) == wanted):
        return _mapped(server, str(mapping[key]), hosts)
    for key in (name for name in mapping if same_computer(name, wanted)):
        return _mapped(server, str(mapping[key]), hosts)
    if here and any(same_computer(name, wanted) for name in here_is):
        return HostFound(here)
    # The addresses of the hosts are compared only if no name matches.
    found = (
        [name for name in hosts if plain_name(name) == wanted]
        or [name for name, addresses in hosts.items() if any(plain_name(address) == wanted for address in addresses)]
        or [name for name, addresses in hosts.items() if _is_alike(wanted, (name, *addresses))]
    )
    if len(found) > 1:
        return _ambiguous(server, here if here in found else "", found)
    if found:
        return HostFound(found[0])
    return HostFound(
        "",
        f"{server} is not a host of the inventory.",
        f"Add it to the inventory, with the connection winrm or psrp. If the inventory has it by another name, set that name: "
        f"{VARIABLE}: {{{plain_name(server)}: NAME}}.",
    )


def _mapped(server: str, value: str, hosts: Mapping[str, Sequence[str]]) -> HostFound:
    # The exact spelling first: an inventory may have names that differ in letter case only.
    found = [name for name in hosts if name == value] or [name for name in hosts if plain_name(name) == plain_name(value)]
    if len(found) == 1:
        return HostFound(found[0])
    return HostFound(
        "",
        f"{VARIABLE} has {value!r} for {server}, but the inventory has no host with that name.",
        f"Correct {VARIABLE}: each value must be the name of a host in the inventory.",
    )


def _is_alike(wanted: str, names: Sequence[str]) -> bool:
    """A short name matches unless another name of the same host shows that it is in another domain."""
    told = [plain_name(name) for name in names if not is_address(plain_name(name))]
    full = {name for name in told if "." in name}
    # Were it one of them, the host would have been found by its exact name.
    return not ("." in wanted and full) and any(same_computer(name, wanted) for name in told)


def _ambiguous(server: str, here: str, found: Sequence[str]) -> HostFound:
    if here:
        return HostFound(here)
    return HostFound(
        "",
        f"{server} may be any of these hosts of the inventory: {', '.join(sorted(found))}.",
        f"Set which one it is: {VARIABLE}: {{{plain_name(server)}: {sorted(found)[0]}}}.",
        tuple(sorted(found)),
    )
