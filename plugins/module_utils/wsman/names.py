# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of WS-Management as Windows uses it ([MS-WSMV] 2.2.1; facts: wsman.md sections 1, 4, 5, 6)."""

from __future__ import annotations

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
X = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
P = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
B = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"

ANONYMOUS = A + "/role/anonymous"
# The host part of To is not checked by Windows.
TO = "http://localhost:5985/wsman"

GET = X + "/Get"
PUT = X + "/Put"
CREATE = X + "/Create"
DELETE = X + "/Delete"
ENUMERATE = N + "/Enumerate"
PULL = N + "/Pull"
RELEASE = N + "/Release"

DIALECT_WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
DIALECT_ASSOCIATIONS = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"

ENUMERATE_EPR = "EnumerateEPR"
ENUMERATE_OBJECT_AND_EPR = "EnumerateObjectAndEPR"

XSI_NIL = f"{{{XSI}}}nil"
XSI_TYPE = f"{{{XSI}}}type"


def class_uri(namespace: str, class_name: str) -> str:
    """Resource URI of a class, or with ``*`` of a complete namespace; the namespace is written with slashes."""
    return f"{WMI}{namespace}/{class_name}"


def split_class_uri(uri: str) -> tuple[str, str] | None:
    """(namespace, class name) of a resource URI, in any case; None when it is not a WMI class."""
    if uri[: len(WMI)].lower() != WMI:
        return None
    namespace, slash, class_name = uri[len(WMI) :].rpartition("/")
    return (namespace, class_name) if slash and namespace and class_name else None


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def namespace_of(tag: str) -> str:
    """The namespace URI of an element, empty without one."""
    return tag[1:].rpartition("}")[0] if tag[:1] == "{" else ""
