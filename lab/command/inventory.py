"""An Ansible inventory for a running estate: the one beside its file, with the estate's addresses, or one made from the file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from lab.command.kerberos_inventory import with_kerberos
from lab.estate.description import Account, EstateDescription, Hierarchy

FILE = "hosts.yml"


class InventoryError(Exception):
    """The inventory beside the estate file cannot be used: one sentence."""


def inventory(description: EstateDescription, *, kerberos: bool = False) -> dict[str, Any]:
    """The inventory of an estate, in the form in which YAML would be read.

    :param kerberos: members of the domain log on with Kerberos.

    If ``hosts.yml`` exists beside the estate file, it is used: each host that is a machine of the estate gets its address,
    and ``ansible_port`` is the estate's port. Raises :class:`InventoryError` when that file is not an inventory.
    """
    found = _inventory(description)
    if kerberos:
        with_kerberos(found["all"], description)
    return found


def _inventory(description: EstateDescription) -> dict[str, Any]:
    beside = Path(description.source).with_name(FILE)
    if not beside.is_file():
        return made_inventory(description)
    try:
        found = yaml.safe_load(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InventoryError(f"{beside} cannot be read as an inventory: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict) or not isinstance(found.get("all"), dict):
        raise InventoryError(
            f"{beside} is not an inventory with a group `all`; rename it, then the lab makes an inventory from the estate file"
        )
    _readdress(found["all"], description)
    _vars(found["all"])["ansible_port"] = description.http_port
    return found


def made_inventory(description: EstateDescription) -> dict[str, Any]:
    """An inventory with the lab's own groups: SMS Providers of top-level sites, site servers, all other servers."""
    providers: dict[str, Any] = {}
    for number, hierarchy in enumerate(description.hierarchies):
        group = "sms_provider" if number == 0 else f"sms_provider_{hierarchy.top_site.code.lower()}"
        providers[group] = {"hosts": _provider(description, hierarchy)}
    sites = [site for hierarchy in description.hierarchies for site in hierarchy.sites]
    site_servers = [name for site in sites for name in (site.server, site.passive_server) if name]
    named = {*site_servers, *(provider for site in sites for provider in site.providers)}
    others = [machine.name for machine in description.machines if machine.name not in named and not machine.workgroup]
    account = _account(description)
    connection = {
        "ansible_connection": "winrm",
        "ansible_port": description.http_port,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm",
        "ansible_user": account.full_name,
        "ansible_password": account.password,
    }
    groups = {**providers, "site_servers": _group(description, site_servers), "servers": _group(description, others)}
    return {"all": {"vars": connection, "children": groups}}


def _provider(description: EstateDescription, hierarchy: Hierarchy) -> dict[str, Any]:
    """The host on which playbooks for a hierarchy run, with what the estate file says about the role."""
    top = hierarchy.top_site
    name = top.providers[0]
    variables = {**_host(description, name), "service_connection_point_site_code": top.code}
    point = hierarchy.service_connection_point
    if point is not None:
        variables["service_connection_point_server"] = description.fqdn(point.server)
        variables["service_connection_point_mode"] = point.mode
    return {description.fqdn(name): variables}


def _group(description: EstateDescription, names: Iterable[str]) -> dict[str, Any]:
    return {"hosts": {description.fqdn(name): _host(description, name) for name in dict.fromkeys(names)}}


def _host(description: EstateDescription, name: str) -> dict[str, Any]:
    return {"ansible_host": str(description.machine(name).address)}


def _account(description: EstateDescription) -> Account:
    """The account that playbooks log on with: the domain account with the most rights; of several, the first in the file."""
    accounts = [account for account in description.accounts if account.machine is None] or list(description.accounts)
    return max(accounts, key=lambda account: (account.sms == "full", len(account.administrator_of)))


def _readdress(group: dict[str, Any], description: EstateDescription) -> None:
    """Replace the address of every machine of the estate for which the inventory has an address."""
    for host, variables in (group.get("hosts") or {}).items():
        if isinstance(variables, dict) and "ansible_host" in variables and _is_machine(description, str(host)):
            variables["ansible_host"] = str(description.machine(str(host)).address)
    for child in (group.get("children") or {}).values():
        if isinstance(child, dict):
            _readdress(child, description)


def _is_machine(description: EstateDescription, host: str) -> bool:
    return any(host.lower() in (machine.name, description.fqdn(machine.name)) for machine in description.machines)


def _vars(group: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(group.get("vars"), dict):
        group["vars"] = {}
    found: dict[str, Any] = group["vars"]
    return found
