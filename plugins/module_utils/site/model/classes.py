# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The SMS Provider's classes as far as this collection uses them.

``tests/unit/classes.yml`` has the source of each name and type; a test compares the two.
"""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class, method

PROVIDER_NAMESPACE = "root/sms"

SMS_PROVIDER_LOCATION = cim_class(
    "SMS_ProviderLocation",
    keys=("SiteCode",),
    Machine="string",
    SiteCode="string",
    NamespacePath="string",
    ProviderForLocalSite="boolean",
)

SMS_SITE = cim_class(
    "SMS_Site",
    keys=("SiteCode",),
    SiteCode="string",
    SiteName="string",
    ServerName="string",
    ReportingSiteCode="string",
    Type="uint32",
    Status="uint32",
    Mode="uint32",
    Version="string",
    BuildNumber="uint32",
    InstallDir="string",
    methods={
        "EncryptDataEx": method(
            inputs={"SiteCode": "string", "Data": "string"},
            outputs={"EncryptedData": "string", "ReturnValue": "sint32"},
        ),
        "GetClientPilotingConfigs": method(
            outputs={
                "IsEnabled": "boolean",
                "IsAccepted": "boolean",
                "TargetCollectionID": "string",
                "LastModifiedTime": "datetime",
                "LastModifiedBy": "string",
                "ReturnValue": "sint32",
            },
        ),
    },
)

SMS_EMBEDDED_PROPERTY = cim_class(
    "SMS_EmbeddedProperty",
    ItemType="string",
    PropertyName="string",
    Value="uint32",
    Value1="string",
    Value2="string",
)

SMS_EMBEDDED_PROPERTY_LIST = cim_class(
    "SMS_EmbeddedPropertyList",
    ItemType="string",
    PropertyListName="string",
    Values="string[]",
)

# Its members do not matter here; they are kept unchanged.
SMS_SERVICE_WINDOW = cim_class("SMS_ServiceWindow")

SITE_CONTROL_KEYS = ("FileType", "ItemName", "ItemType", "SiteCode")

SMS_SCI_SYS_RES_USE = cim_class(
    "SMS_SCI_SysResUse",
    keys=SITE_CONTROL_KEYS,
    embedded=(SMS_EMBEDDED_PROPERTY, SMS_EMBEDDED_PROPERTY_LIST, SMS_SERVICE_WINDOW),
    FileType="uint32",
    ItemName="string",
    ItemType="string",
    SiteCode="string",
    NALPath="string",
    NALType="string",
    NetworkOSPath="string",
    RoleName="string",
    RoleCount="uint32",
    SslState="uint32",
    Type="uint32",
    ServerState="uint32",
    SiteSystemStatus="uint32",
    Props="SMS_EmbeddedProperty[]",
    PropLists="SMS_EmbeddedPropertyList[]",
    ServiceWindows="SMS_ServiceWindow[]",
)

SMS_SCI_RESERVED = cim_class(
    "SMS_SCI_Reserved",
    keys=SITE_CONTROL_KEYS,
    embedded=(SMS_EMBEDDED_PROPERTY, SMS_EMBEDDED_PROPERTY_LIST),
    FileType="uint32",
    ItemName="string",
    ItemType="string",
    SiteCode="string",
    UserName="string",
    ServerName="string",
    Availability="uint32",
    Flag="uint32",
    Reserved2="string",
    AccountUsage="string[]",
    Props="SMS_EmbeddedProperty[]",
    PropLists="SMS_EmbeddedPropertyList[]",
)

# A property of the site control file that is a row of its own, such as the usage data level (class dump of a 2002 site).
SMS_SCI_SC_PROPERTY = cim_class(
    "SMS_SCI_SCProperty",
    keys=SITE_CONTROL_KEYS,
    FileType="uint32",
    ItemName="string",
    ItemType="string",
    SiteCode="string",
    PropertyName="string",
    Value="uint32",
    Value1="string",
    Value2="string",
)

SMS_COMPONENT_SUMMARIZER = cim_class(
    "SMS_ComponentSummarizer",
    ComponentName="string",
    MachineName="string",
    SiteCode="string",
    TallyInterval="string",
    State="uint32",
    Status="uint32",
    Type="uint32",
    AvailabilityState="uint32",
    LastStarted="datetime",
    LastHeartbeat="datetime",
)

SMS_STATUS_MESSAGE = cim_class(
    "SMS_StatusMessage",
    keys=("RecordID",),
    RecordID="sint64",
    Component="string",
    MachineName="string",
    MessageID="uint32",
    ModuleName="string",
    Severity="uint32",
    SiteCode="string",
    Time="datetime",
)

SMS_STAT_MSG_INS_STRINGS = cim_class(
    "SMS_StatMsgInsStrings",
    keys=("RecordID", "InsStrIndex"),
    RecordID="sint64",
    InsStrIndex="uint32",
    InsStrValue="string",
)

_NUMBER_ANSWER = {"ReturnValue": "sint32"}

SMS_CM_UPDATE_PACKAGES = cim_class(
    "SMS_CM_UpdatePackages",
    keys=("PackageGuid",),
    PackageGuid="string",
    Name="string",
    FullVersion="string",
    State="sint32",
    UpdateType="sint32",
    Impact="sint32",
    DateReleased="datetime",
    LastUpdateTime="datetime",
    MinCMVersion="string",
    PrereqFlag="sint32",
    PrereqPackageName="string",
    PrereqPackageState="sint32",
    methods={
        "SetPackageToBeDownloaded": method(outputs=_NUMBER_ANSWER),
        "PackageExistsInToBeDownloadedList": method(outputs={"PackageExists": "boolean", **_NUMBER_ANSWER}),
        "InitiateUpgrade": method(inputs={"PrereqFlag": "uint32"}, outputs=_NUMBER_ANSWER),
        "SetIgnorePrereqWarning": method(inputs={"flag": "uint32"}, outputs=_NUMBER_ANSWER),
        "RetryContentReplication": method(inputs={"ForceRetry": "uint32"}, outputs=_NUMBER_ANSWER),
    },
)

# The state of a package at each site.
SMS_CM_UPDATE_PACKAGE_SITE_STATUS = cim_class(
    "SMS_CM_UpdatePackageSiteStatus",
    keys=("PackageGuid", "SiteNumber"),
    PackageGuid="string",
    SiteNumber="sint32",
    SiteCode="string",
    SiteServerName="string",
    SiteType="sint32",
    Name="string",
    State="sint32",
)

# The steps of a package at each site, and the results of its prerequisite checks.
SMS_CM_UPDATE_PACK_DETAILED_MONITORING = cim_class(
    "SMS_CM_UpdatePackDetailedMonitoring",
    keys=("PackageGuid", "SiteCode", "SiteNumber", "SubStageid"),
    PackageGuid="string",
    SiteCode="string",
    SiteNumber="sint32",
    SubStageid="sint32",
    SubStageName="string",
    Description="string",
    StageId="sint32",
    OrderId="sint32",
    Progress="sint32",
    IsComplete="sint32",
    Applicable="sint32",
    SiteInstallID="sint32",
)

SMS_CM_UPDATE_PACK_DOWNLOAD_MONITORING = cim_class(
    "SMS_CM_UpdatePackDownloadMonitoring",
    keys=("PackageGuid", "SiteCode", "SiteNumber", "SubStageid"),
    PackageGuid="string",
    SiteCode="string",
    SiteNumber="sint32",
    SubStageid="sint32",
    SubStageName="string",
    Description="string",
    StageId="sint32",
    OrderId="sint32",
    Progress="sint32",
    IsComplete="sint32",
    Applicable="sint32",
    SiteInstallID="sint32",
)

SMS_CM_UPDATE_PACK_DETAILED_PREREQ_MONITORING = cim_class(
    "SMS_CM_UpdatePackDetailedPrereqMonitoring",
    keys=("PackageGuid", "SiteCode", "SiteNumber"),
    PackageGuid="string",
    SiteCode="string",
    SiteNumber="sint32",
    SubStageName="string",
    Description="string",
    OrderId="sint32",
    Progress="sint32",
    IsComplete="sint32",
    Applicable="sint32",
    SiteInstallID="sint32",
)

# The Entra and Azure classes are read by named columns, and these are all the columns that are ever named: their secrets
# (SecretKey, ManagementCertificate, ServiceCertificate) are in no schema. The names end in _Ex (class dump of a 2002 site).
SMS_AAD_TENANT = cim_class(
    "SMS_AAD_Tenant_Ex",
    keys=("ID",),
    ID="uint32",
    Name="string",
    TenantID="string",
)

SMS_AAD_APPLICATION = cim_class(
    "SMS_AAD_Application_Ex",
    keys=("ID",),
    ID="uint32",
    Name="string",
    ClientID="string",
    TenantID="uint32",
    IsClientApp="boolean",
    SecretKeyCreationTime="datetime",
    SecretKeyExpiry="datetime",
    Source="uint32",
    LastUpdateTime="datetime",
)

SMS_AZURE_SERVICE = cim_class(
    "SMS_AzureService",
    keys=("AzureServiceID",),
    AzureServiceID="uint32",
    Name="string",
    ServiceType="string",
    SiteCode="string",
    State="uint32",
    StatusDetails="uint32",
)

SMS_AAD_DISCOVERY_SETTINGS = cim_class(
    "SMS_AAD_Discovery_Settings",
    keys=("CloudServiceId",),
    CloudServiceId="uint32",
    DeltaSyncEnabled="boolean",
    DeltaSyncInterval="uint32",
    FullSyncEnabled="boolean",
    FullSyncSchedule="string",
)

SMS_SCI_SITE_DEFINITION = cim_class(
    "SMS_SCI_SiteDefinition",
    keys=SITE_CONTROL_KEYS,
    FileType="uint32",
    ItemName="string",
    ItemType="string",
    SiteCode="string",
    SiteServerName="string",
    SiteServerDomain="string",
    SQLServerName="string",
    SQLDatabaseName="string",
)

SMS_SITE_SYSTEM_SUMMARIZER = cim_class(
    "SMS_SiteSystemSummarizer",
    keys=("Role", "SiteCode", "SiteObject", "SiteSystem"),
    Role="string",
    SiteCode="string",
    SiteObject="string",
    SiteSystem="string",
    ObjectType="uint32",
    Status="uint32",
    AvailabilityState="uint32",
    DownSince="datetime",
)

SMS_RBAC_SECURED_OBJECT = cim_class(
    "SMS_RbacSecuredObject",
    keys=("ObjectTypeID",),
    ObjectTypeID="uint32",
    ObjectTypeName="string",
    GrantedOperations="uint32",
)
