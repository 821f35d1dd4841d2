# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one place that tells which host of the inventory a server is, whatever the spelling on either side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.naming import is_address, plain_name, same_computer

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
    wanted = plain_name(server)
    if not wanted:
        return HostFound("", "No server is named.", "Name it by its fully qualified domain name.")
    for key in (name for name in mapping if plain_name(name) == wanted):
        return _mapped(server, str(mapping[key]), hosts)
    for key in (name for name in mapping if same_computer(name, wanted)):
        return _mapped(server, str(mapping[key]), hosts)
    if here and any(same_computer(name, wanted) for name in here_is):
        return HostFound(here)
    # The addresses of all hosts are looked at only where no name fits.
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
        f"{server} is no host of the inventory.",
        f"Add it to the inventory, with the connection winrm or psrp. Where it is there by another name, say which: "
        f"{VARIABLE}: {{{plain_name(server)}: NAME}}.",
    )


def _mapped(server: str, value: str, hosts: Mapping[str, Sequence[str]]) -> HostFound:
    # The exact spelling first: an inventory may have names that differ in letter case only.
    found = [name for name in hosts if name == value] or [name for name in hosts if plain_name(name) == plain_name(value)]
    if len(found) == 1:
        return HostFound(found[0])
    return HostFound(
        "",
        f"{VARIABLE} names {value!r} for {server}, and the inventory has no host of that name.",
        f"Correct {VARIABLE}: each value is the name of a host of the inventory.",
    )


def _is_alike(wanted: str, names: Sequence[str]) -> bool:
    """A short name fits unless another name of the same host says that it is in another domain."""
    told = [plain_name(name) for name in names if not is_address(plain_name(name))]
    full = {name for name in told if "." in name}
    if "." in wanted and full and wanted not in full:
        return False
    return any(same_computer(name, wanted) for name in told)


def _ambiguous(server: str, here: str, found: Sequence[str]) -> HostFound:
    if here:
        return HostFound(here)
    return HostFound(
        "",
        f"{server} may be any of these hosts of the inventory: {', '.join(sorted(found))}.",
        f"Say which one: {VARIABLE}: {{{plain_name(server)}: {sorted(found)[0]}}}.",
        tuple(sorted(found)),
    )
