"""The system classes of every namespace, as far as the lab needs them."""

from __future__ import annotations

SOURCE = "system classes"

# [MS-WMI] 2.2.20 and the WMI system classes of the Windows SDK.
MOF = """
[abstract] class __SystemClass {};

class __NAMESPACE : __SystemClass
{
    [key] string Name;
};

[abstract] class __NotifyStatus : __SystemClass
{
    uint32 StatusCode;
};

class __ExtendedStatus : __NotifyStatus
{
    string ProviderName;
    string Operation;
    string ParameterInfo;
    string Description;
};
"""
