"""The configuration of Kerberos for clients of a domain: the text of a krb5.conf (pure functions)."""

from __future__ import annotations


def krb5_conf(dns: str, kdc: str, tickets: str = "") -> str:
    """The configuration for one realm with one KDC, found without DNS.

    :param kdc: the address of the domain controller.
    :param tickets: the file for tickets, in place of the user's default one, which may contain tickets of a real domain.
    """
    realm = dns.upper()
    return "\n".join(
        [
            "[libdefaults]",
            f"  default_realm = {realm}",
            # Nothing of the lab has a name in DNS.
            "  dns_lookup_realm = false",
            "  dns_lookup_kdc = false",
            "  dns_canonicalize_hostname = false",
            "  rdns = false",
            "  udp_preference_limit = 1",
            *([f"  default_ccache_name = FILE:{tickets}"] if tickets else []),
            "[realms]",
            f"  {realm} = {{",
            f"    kdc = {kdc}",
            f"    kpasswd_server = {kdc}",
            "  }",
            "[domain_realm]",
            f"  .{dns} = {realm}",
            f"  {dns} = {realm}",
            "",
        ]
    )
