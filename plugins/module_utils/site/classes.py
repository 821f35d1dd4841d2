# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The SMS Provider's classes as far as this collection uses them (memdocs, SDK class pages)."""

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
            inputs={"Data": "string", "SiteCode": "string"},
            outputs={"EncryptedData": "string", "ReturnValue": "sint32"},
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

# Its members do not matter here; they are kept as they come.
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

SMS_CM_UPDATE_PACKAGES = cim_class(
    "SMS_CM_UpdatePackages",
    keys=("PackageGuid",),
    PackageGuid="string",
    Name="string",
    FullVersion="string",
    State="sint32",
    UpdateType="uint32",
)
