# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The words that a recording may show: names of the product, of Windows and of the protocol. Every other word is replaced."""

from __future__ import annotations

import re
from functools import cache

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming
from ansible_collections.configmgr.scp.plugins.module_utils.windows import classes as windows_classes
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, CimType

# Hosts that are the same everywhere: those of namespaces.
PUBLIC_HOSTS = frozenset({"schemas.microsoft.com", "schemas.xmlsoap.org", "schemas.dmtf.org", "www.w3.org"})
EXTENSIONS = frozenset(["log", "lo_", "exe", "dll", "txt", "psd1", "cab", "xml", "enc", "mof", "ini", "sys"])
_NAMES = """
    SMS Site System Server Dmp Connector Component Provider SQL Management Point Distribution Notification Usage Resource Property
    Windows NT Share Display MSWNET SMS_SITE User CloudProxyService root cimv2 default
    SMS_SITE_COMPONENT_MANAGER SMS_HIERARCHY_MANAGER SMS_EXECUTIVE SMS_FieldCheckAbsentClass Threads Tracing TraceFilename
    Offline Online Remote Public Name Mode Account Proxy Port Access Anonymous Machine Use Date Time
    Configuration Manager Microsoft Endpoint Hotfix Update Rollup Roll-up up Security KB Version
    Program Files Logs bin AdminConsole Console ConfigurationManager dmpdownloader dmpuploader sitecomp SMS_SERVICE_CONNECTOR
    SOFTWARE SYSTEM WOW6432Node CurrentControlSet Control Session Environment Setup COMPONENTS HKLM VisualStudio VC Runtimes
    x64 x86 ConfigMgr10 UI Installation Directory Installed Connections Internet Settings CurrentVersion WinHttpSettings
    a an and are as at be below by can cannot for from has have in into is it its no none not of on only or other than that the
    their there this to was were which with without read row rows value values text name names form error fault class code exit
    EndpointConnectivityCheckWorker
    DataFile LogicalFile Type CIM CIM_DataFile Win32_FileSystem NTFS schema wbem wsman wscim wmi xsd common management interop
    access account action again already argument authentication because been before body call called client command connection
    could data denied destination different does double enough exist exists expected failed failure filter found function handle
    header host if illegal incorrect information instance instances internal invalid key keys limit list made maximum memory
    message method missing more must namespace network new object operation options out parameter parameters path permission
    privilege process processed property protocol provider provide query quota received refused rejected remote reported request
    requested required resource response results returned rights same send sent server service shell signed size something state
    status support supported syntax system there time timeout timed type unable unexpected unknown unsupported used user using
    valid version when will WinRM WS-Management WSMan WMI DCOM MI HRESULT Win32 Windows XML SOAP URI SMS_ExtendedStatus ExtnProv
    true false null None SELECT FROM WHERE AND OR IS NULL LIKE NOT
    http https uuid anonymous en en-US us
"""
# A longer one may be the number of a person or a licence. In hexadecimal form it is the code of a fault.
_NUMBER = re.compile(r"[0-9]{1,11}|0[xX][0-9A-Fa-f]{1,8}")


@cache
def vocabulary() -> frozenset[str]:
    """The words, each in lower case; names with underscores are words too."""
    words = {*_NAMES.split(), *naming.ROLE_COMPONENTS, *EXTENSIONS}
    for declared in _classes():
        words |= {declared.name, *declared.properties, *declared.methods}
        for method in declared.methods.values():
            words |= {*method.inputs, *method.outputs}
    return frozenset(word.casefold() for word in words)


@cache
def numbers() -> frozenset[str]:
    """The properties that are no text in any class: numbers, dates and truth values."""
    properties = [(name, prop.type) for declared in _classes() for name, prop in declared.properties.items()]
    texts = {name for name, kind in properties if kind in (CimType.STRING, CimType.OBJECT)}
    return frozenset(name for name, _kind in properties) - texts


def _classes() -> list[CimClass]:
    found = [*vars(classes).values(), *vars(windows_classes).values()]
    return [declared for declared in found if isinstance(declared, CimClass)]


@cache
def identifiers() -> tuple[str, ...]:
    """The words that have an underscore, the longest first: a site code in one of them is not the code of a site."""
    return tuple(sorted((word for word in vocabulary() if "_" in word), key=len, reverse=True))


def is_known(word: str) -> bool:
    """Whether the word may be shown; a number always may, as long as it is not long."""
    return word.casefold() in vocabulary() or _NUMBER.fullmatch(word) is not None
