# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules between the keys of one script, in addition to the conditions in the table.

Each takes the values as they would be written and yields the name of a key with what is wrong and what is allowed. Where no
source is named, the rule is inferred: the combination would make no sense.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Broken = tuple[str, str]
Values = Mapping[str, str]

_DATABASE_ALONE = "ServerRecoveryOptions is 4 (only the database)"


def broken(values: Values) -> Iterator[Broken]:
    """Every rule that the values break."""
    for rule in (_role_without_server, _plain_http, _ports, _languages, _parent, _recovered_parts, _reference_site):
        yield from rule(values)


def _role_without_server(values: Values) -> Iterator[Broken]:
    for server, others in (
        ("ManagementPoint", ("ManagementPointProtocol",)),
        ("DistributionPoint", ("DistributionPointProtocol", "DistributionPointInstallIIS")),
    ):
        for key in others:
            if key in values and server not in values:
                yield key, f"{server} is not set, so there is nothing to configure; name its server, or leave this out."


def _plain_http(values: Values) -> Iterator[Broken]:
    """EnforceHTTPS makes every site system accept HTTPS only (memdocs, command-line-script-file)."""
    for key in ("ManagementPointProtocol", "DistributionPointProtocol"):
        if values.get("RoleCommunicationProtocol") == "EnforceHTTPS" and values.get(key) == "HTTP":
            yield key, "RoleCommunicationProtocol is EnforceHTTPS, with which no site system may use HTTP; allowed: HTTPS."


def _ports(values: Values) -> Iterator[Broken]:
    port = values.get("SQLServerPort")
    if port is not None and port == values.get("SQLSSBPort"):
        yield "SQLSSBPort", f"SQLServerPort is {port} too; allowed: a port other than that of the SQL Server."


def _languages(values: Values) -> Iterator[Broken]:
    for what in ("ServerLanguages", "ClientLanguages"):
        both = _listed(values, f"Add{what}") & _listed(values, f"Delete{what}")
        if both:
            yield f"Delete{what}", f"Add{what} has {', '.join(sorted(both))} too; allowed: each language in only one of them."


def _listed(values: Values, key: str) -> set[str]:
    return set(values[key].split(",")) if key in values else set()


def _parent(values: Values) -> Iterator[Broken]:
    code = values.get("ParentSiteCode")
    if code is not None and code == values.get("SiteCode"):
        yield "ParentSiteCode", f"SiteCode is {code} too; allowed: the code of the central administration site."
    server = values.get("JoinPrimarySiteName")
    if server is not None and server == values.get("CCARSiteServer"):
        yield "CCARSiteServer", "JoinPrimarySiteName names the same server; allowed: the server of the new site."


def _recovered_parts(values: Values) -> Iterator[Broken]:
    """ServerRecoveryOptions 1 is both, 2 the site server, 4 the database (memdocs, command-line-script-file)."""
    if values.get("ServerRecoveryOptions") != "4":
        return
    if values.get("DatabaseRecoveryOptions") == "80":
        yield (
            "DatabaseRecoveryOptions",
            f"{_DATABASE_ALONE}, so with 80 (skip) nothing would be recovered; allowed: 10, 20 or 40.",
        )
    if "SiteServerBackupLocation" in values:
        yield "SiteServerBackupLocation", f"{_DATABASE_ALONE}; it is allowed with 1 or 2 only, so leave it out."


def _reference_site(values: Values) -> Iterator[Broken]:
    if "ReferenceSite" in values and values.get("DatabaseRecoveryOptions") not in ("10", "20", "40"):
        yield "ReferenceSite", "the database is not recovered; it is allowed with DatabaseRecoveryOptions 10, 20 or 40 only."
