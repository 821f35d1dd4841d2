"""Resource URIs of CIM classes, and the XML names in instances (facts/wsman.md, sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping

from lab.winrm.names import DMTF_RESOURCE, WMI_RESOURCE

CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
CIM_BINDING = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
SELECTOR_DIALECT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
ASSOCIATION_DIALECT = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"

DMTF_CLASS = f"{DMTF_RESOURCE}cim-schema/2/"
DMTF_NAMESPACE = "root/hardware"
"""The namespace of a DMTF resource URI without the selector ``__cimnamespace`` ([MS-WSMV] 3.1.4.1.1)."""
CIM_NAMESPACE_SELECTOR = "__cimnamespace"

NIL = f"{{{XSI}}}nil"
TYPE = f"{{{XSI}}}type"


def class_uri(namespace: str, class_name: str, *, dmtf: bool = False) -> str:
    """The URI of a class as this service writes it: with the directory part in lower case, as Windows may do.

    :param dmtf: the URI of the DMTF, which does not contain the namespace.
    """
    if dmtf:
        return f"{DMTF_CLASS}{class_name}"
    return f"{WMI_RESOURCE}{namespace.replace(chr(92), '/').strip('/').lower()}/{class_name}"


def split_class_uri(uri: str) -> tuple[str, str] | None:
    """Namespace and class (or ``*``) of a resource URI; None when it is not a WMI resource."""
    if uri[: len(WMI_RESOURCE)].lower() != WMI_RESOURCE.lower():
        return None
    namespace, slash, class_name = uri[len(WMI_RESOURCE) :].partition("?")[0].rstrip("/").rpartition("/")
    return (namespace, class_name) if slash and namespace and class_name else None


def split_dmtf_uri(uri: str) -> str | None:
    """The class (or ``*``) of a DMTF resource URI; None for other URIs."""
    lowered = uri.partition("?")[0].rstrip("/").lower()
    if lowered == f"{DMTF_RESOURCE}*".lower():
        return "*"
    class_name = uri[len(DMTF_CLASS) :].partition("?")[0].rstrip("/")
    return class_name if lowered.startswith(DMTF_CLASS.lower()) and class_name and "/" not in class_name else None


def resource(uri: str, selectors: Mapping[str, object]) -> tuple[str, str, bool] | None:
    """Namespace, class (or ``*``) and whether the URI is one of the DMTF; None when it is not the URI of a class.

    A DMTF URI has its namespace in the selector ``__cimnamespace`` (DSP0227, section 6.3).
    """
    split = split_class_uri(uri)
    if split is not None:
        return (*split, False)
    class_name = split_dmtf_uri(uri)
    if class_name is None:
        return None
    given = next((value for name, value in selectors.items() if name.lower() == CIM_NAMESPACE_SELECTOR), DMTF_NAMESPACE)
    return (given.replace("\\", "/").strip("/") if isinstance(given, str) else "", class_name, True)


def same_uri(left: str, right: str) -> bool:
    """Whether two resource URIs name the same class, in any letter case ([MS-WSMV] 3.1.4.1.1)."""
    return left.casefold() == right.casefold()


def split_tag(tag: str) -> tuple[str, str]:
    """Namespace (empty for none) and local name of an ElementTree tag."""
    namespace, brace, local = tag.rpartition("}")
    return (namespace[1:], local) if brace else ("", tag)
