"""The keys as Microsoft's page lists them, written a second time, independent of the collection's table.

Columns: central administration site, stand-alone primary, child primary, expansion, recovery of a central administration site,
recovery of a primary. R required, o optional, c conditional, - not used. Source: memdocs, command-line-script-file; read 2026-11.
"""

from __future__ import annotations

TABLE = """
[Identification]
Action                       R R R R R R
CDLatest                     c c c c c c
[Options]
ProductID                    R R R R R R
SiteCode                     R R R R R R
SiteName                     R R R R o o
SMSInstallDir                R R R R R R
SDKServer                    R R R R R R
PrerequisiteComp             R R R R R R
PrerequisitePath             R R R R R R
AdminConsole                 R R R R c c
JoinCEIP                     R R R R R R
MobileDeviceLanguage         R R R R - -
RoleCommunicationProtocol    - R R - - -
ClientsUsePKICertificate     - R R - - -
ManagementPoint              - o o - - -
ManagementPointProtocol      - o o - - -
DistributionPoint            - o o - - -
DistributionPointProtocol    - o o - - -
DistributionPointInstallIIS  - o o - - -
UseFQDN                      - o o - - -
ParentSiteCode               - - o - - -
ParentSiteServer             - - o - - -
AddServerLanguages           o o o o - -
AddClientLanguages           o o o o - -
DeleteServerLanguages        o o o o - -
DeleteClientLanguages        o o o o - -
ResetSecSiteLangs            o o o o - -
[SQLConfigOptions]
SQLServerName                R R R R R R
DatabaseName                 R R R R R R
SQLServerPort                o o o o - -
SQLSSBPort                   o o o o R R
SQLDataFilePath              o o o o o o
SQLLogFilePath               o o o o o o
AGBackupShare                o o o o - -
[CloudConnectorOptions]
CloudConnector               R R R R R R
CloudConnectorServer         c c - c c c
UseProxy                     c c - c c c
ProxyName                    c c - c c c
ProxyPort                    c c - c c c
[SABranchOptions]
SAActive                     R R R R - -
CurrentBranch                R R R R - -
SAExpiration                 o o o o - -
[HierarchyExpansionOption]
CCARSiteServer               - - o o - c
CASRetryInterval             - - o o o o
WaitForCASTimeout            - - o o o o
UseDistributionView          - - o o - -
JoinPrimarySiteName          - - - o - -
[RecoveryOptions]
ServerRecoveryOptions        - - - - R R
DatabaseRecoveryOptions      - - - - c c
ReferenceSite                - - - - c -
SiteServerBackupLocation     - - - - o o
BackupLocation               - - - - c c
"""

ACTIONS = ("InstallCAS", "InstallPrimarySite", "InstallPrimarySite", "InstallCAS", "RecoverCCAR", "RecoverPrimarySite")


def rows() -> list[tuple[str, str, tuple[str, ...]]]:
    """Section, key and its use in the six columns."""
    found = []
    section = ""
    for line in TABLE.strip().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        else:
            key, *use = line.split()
            found.append((section, key, tuple(use)))
    return found
