"""An inventory of the lab changed to log on with Kerberos (pure functions)."""

from __future__ import annotations

from typing import Any

from lab.estate.description import EstateDescription

# kinit sees only these variables of Ansible's environment; this one names the lab's configuration.
_KINIT_SEES = ["KRB5_CONFIG"]


def with_kerberos(group: dict[str, Any], description: EstateDescription) -> None:
    """Change a group of an inventory and all below it: members of the domain use Kerberos, other machines what they used."""
    _use_kerberos(group.get("vars"), description)
    for host, variables in (group.get("hosts") or {}).items():
        name = str(host).lower().removesuffix(f".{description.domain.dns.lower()}")
        machine = next((found for found in description.machines if found.name == name), None)
        if machine is None or not isinstance(variables, dict) or "ansible_host" not in variables:
            continue
        if machine.workgroup:
            variables.setdefault("ansible_winrm_transport", "ntlm")
        else:
            # Hosts are addressed by number, and tickets are for names.
            variables["ansible_winrm_kerberos_hostname_override"] = description.fqdn(machine.name)
            _use_kerberos(variables, description)
    for child in (group.get("children") or {}).values():
        if isinstance(child, dict):
            with_kerberos(child, description)


def _use_kerberos(variables: Any, description: EstateDescription) -> None:
    if not isinstance(variables, dict):
        return
    if "ansible_winrm_transport" in variables:
        variables["ansible_winrm_transport"] = "kerberos"
        variables["ansible_winrm_kinit_env_vars"] = list(_KINIT_SEES)
    domain, backslash, name = str(variables.get("ansible_user", "")).partition("\\")
    if backslash and domain.casefold() == description.domain.netbios.casefold():
        variables["ansible_user"] = f"{name}@{description.domain.dns.upper()}"
