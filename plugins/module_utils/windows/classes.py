# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows' own classes as far as this collection uses them (Win32 provider and registry provider reference)."""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, cim_class, method

CIMV2 = "root/cimv2"

_RESULT = {"ReturnValue": "uint32"}
_KEY = {"hDefKey": "uint32", "sSubKeyName": "string"}
_VALUE = {**_KEY, "sValueName": "string"}

STD_REG_PROV = cim_class(
    "StdRegProv",
    methods={
        "GetStringValue": method(inputs=_VALUE, outputs={"sValue": "string", **_RESULT}),
        "SetStringValue": method(inputs={**_VALUE, "sValue": "string"}, outputs=_RESULT),
        "GetDWORDValue": method(inputs=_VALUE, outputs={"uValue": "uint32", **_RESULT}),
        "SetDWORDValue": method(inputs={**_VALUE, "uValue": "uint32"}, outputs=_RESULT),
        "GetMultiStringValue": method(inputs=_VALUE, outputs={"sValue": "string[]", **_RESULT}),
        "GetBinaryValue": method(inputs=_VALUE, outputs={"uValue": "uint8[]", **_RESULT}),
        "EnumKey": method(inputs=_KEY, outputs={"sNames": "string[]", **_RESULT}),
        "EnumValues": method(inputs=_KEY, outputs={"sNames": "string[]", "Types": "sint32[]", **_RESULT}),
    },
)

WIN32_SERVICE = cim_class(
    "Win32_Service",
    keys=("Name",),
    Name="string",
    DisplayName="string",
    State="string",
    StartMode="string",
    StartName="string",
    PathName="string",
    ProcessId="uint32",
    Started="boolean",
    ExitCode="uint32",
    methods={
        "StartService": method(outputs=_RESULT),
        "StopService": method(outputs=_RESULT),
    },
)

WIN32_OPERATING_SYSTEM = cim_class(
    "Win32_OperatingSystem",
    Caption="string",
    Version="string",
    BuildNumber="string",
    CSName="string",
    OperatingSystemSKU="uint32",
    ProductType="uint32",
    OSLanguage="uint32",
    LocalDateTime="datetime",
    CurrentTimeZone="sint16",
    LastBootUpTime="datetime",
    TotalVisibleMemorySize="uint64",
    FreePhysicalMemory="uint64",
)

WIN32_COMPUTER_SYSTEM = cim_class(
    "Win32_ComputerSystem",
    keys=("Name",),
    Name="string",
    DNSHostName="string",
    Domain="string",
    DomainRole="uint16",
    PartOfDomain="boolean",
)

WIN32_LOGICAL_DISK = cim_class(
    "Win32_LogicalDisk",
    keys=("DeviceID",),
    DeviceID="string",
    DriveType="uint32",
    FileSystem="string",
    FreeSpace="uint64",
    Size="uint64",
)

CIM_DATA_FILE = cim_class(
    "CIM_DataFile", keys=("Name",), Name="string", FileSize="uint64", LastModified="datetime", Version="string"
)

WIN32_DIRECTORY = cim_class("Win32_Directory", keys=("Name",), Name="string")

WIN32_GROUP = cim_class(
    "Win32_Group",
    keys=("Domain", "Name"),
    Domain="string",
    Name="string",
    LocalAccount="boolean",
    SID="string",
)

WIN32_GROUP_USER = cim_class(
    "Win32_GroupUser",
    keys=("GroupComponent", "PartComponent"),
    GroupComponent="ref",
    PartComponent="ref",
)

KNOWN_CLASSES: dict[str, CimClass] = {
    cls.name.lower(): cls
    for cls in (
        STD_REG_PROV,
        WIN32_SERVICE,
        WIN32_OPERATING_SYSTEM,
        WIN32_COMPUTER_SYSTEM,
        WIN32_LOGICAL_DISK,
        CIM_DATA_FILE,
        WIN32_DIRECTORY,
        WIN32_GROUP,
        WIN32_GROUP_USER,
    )
}
