"""Resource URIs of CIM classes, and the XML names in instances (facts/wsman.md, sections 1 and 2)."""

from __future__ import annotations

from lab.winrm.names import WMI_RESOURCE

CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
CIM_BINDING = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
SELECTOR_DIALECT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
ASSOCIATION_DIALECT = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"

NIL = f"{{{XSI}}}nil"
TYPE = f"{{{XSI}}}type"


def class_uri(namespace: str, class_name: str) -> str:
    """The URI of a class as this service writes it: with the directory part in lower case, as Windows may do."""
    return f"{WMI_RESOURCE}{namespace.replace(chr(92), '/').strip('/').lower()}/{class_name}"


def split_class_uri(uri: str) -> tuple[str, str] | None:
    """Namespace and class (or ``*``) of a resource URI; None when it is not a WMI resource."""
    if uri[: len(WMI_RESOURCE)].lower() != WMI_RESOURCE.lower():
        return None
    namespace, slash, class_name = uri[len(WMI_RESOURCE) :].partition("?")[0].rstrip("/").rpartition("/")
    return (namespace, class_name) if slash and namespace and class_name else None


def same_uri(left: str, right: str) -> bool:
    """Whether two resource URIs name the same class, in any letter case ([MS-WSMV] 3.1.4.1.1)."""
    return left.casefold() == right.casefold()


def split_tag(tag: str) -> tuple[str, str]:
    """Namespace (empty for none) and local name of an ElementTree tag."""
    namespace, brace, local = tag.rpartition("}")
    return (namespace[1:], local) if brace else ("", tag)
