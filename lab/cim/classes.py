"""The system classes that every namespace has, as far as anything here speaks of them."""

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
