"""Names in the messages (facts/wsman.md, section 1)."""

from __future__ import annotations

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MICROSOFT_WSMAN = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
WSMAN_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
XML = "http://www.w3.org/XML/1998/namespace"

ANONYMOUS = f"{ADDRESSING}/role/anonymous"
ADDRESSING_FAULT_ACTION = f"{ADDRESSING}/fault"
ENUMERATION_FAULT_ACTION = f"{ENUMERATION}/fault"
WSMAN_FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
FAULT_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail"

WMI_RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
DMTF_RESOURCE = "http://schemas.dmtf.org/wbem/wscim/1/"
CMD_RESOURCE = f"{SHELL}/cmd"
