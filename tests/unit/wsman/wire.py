"""Answers written manually from recorded answers of Windows, and a ``send`` that returns them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class, method
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

HEAD = (
    '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
    ' xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common"'
    ' xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault">'
    "<s:Header><a:Action>{action}</a:Action><a:RelatesTo>{message_id}</a:RelatesTo></s:Header><s:Body>"
)
TAIL = "</s:Body></s:Envelope>"

Answer = str | Exception | Callable[[ET.Element], str]


class Script:
    """A ``send`` that returns answers in order: a body as text, an error to raise, or a function of the request."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.sent: list[ET.Element] = []
        self.raw: list[bytes] = []

    def __call__(self, envelope: bytes) -> bytes:
        self.raw.append(envelope)
        request = ET.fromstring(envelope)
        self.sent.append(request)
        if not self.answers:
            raise AssertionError(f"a request too many: {self.action(-1)}")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        body = answer(request) if callable(answer) else answer
        if body.startswith("RAW"):
            return body[3:].encode()
        message_id = self.header(-1, "MessageID")
        return (HEAD.format(action="urn:answer", message_id=message_id) + body + TAIL).encode()

    def header(self, index: int, name: str) -> str:
        element = self.sent[index].find(f".//{{*}}Header/{{*}}{name}")
        return (element.text or "") if element is not None else ""

    def action(self, index: int) -> str:
        return self.header(index, "Action")

    def body(self, index: int) -> ET.Element:
        element = self.sent[index].find("{*}Body")
        assert element is not None
        return element

    def selectors(self, index: int) -> dict[str, str]:
        return {element.attrib["Name"]: element.text or "" for element in self.sent[index].iterfind(".//{*}Header//{*}Selector")}


def session(*answers: Answer) -> tuple[CimSession, Script]:
    script = Script(*answers)
    return CimSession(script), script


EMBEDDED = cim_class(
    "SMS_EmbeddedProperty", ItemType="string", PropertyName="string", Value="uint32", Value1="string", Value2="string"
)
EMBEDDED_LIST = cim_class("SMS_EmbeddedPropertyList", PropertyListName="string", Values="string[]")
SYSRESUSE = cim_class(
    "SMS_SCI_SysResUse",
    keys=("FileType", "ItemName", "ItemType", "SiteCode"),
    embedded=(EMBEDDED, EMBEDDED_LIST),
    FileType="uint32",
    ItemName="string",
    ItemType="string",
    SiteCode="string",
    NetworkOSPath="string",
    RoleName="string",
    Props="SMS_EmbeddedProperty[]",
    PropLists="SMS_EmbeddedPropertyList[]",
)
SERVICE = cim_class(
    "Win32_Service",
    keys=("Name",),
    Name="string",
    State="string",
    ProcessId="uint32",
    Started="boolean",
    InstallDate="datetime",
    methods={"StopService": method(ReturnValue="uint32"), "Change": method({"DisplayName": "string"}, ReturnValue="uint32")},
)
SERVICE_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
SITE_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/sms/site_cas"
NAL = '["Display=\\\\srv.contoso.com\\"]MSWNET:["SMS_SITE=CAS"]\\\\srv.contoso.com\\,SMS Dmp Connector'

# As Windows writes it: directory part in lower case, own namespace for the members of embedded instances.
SYSRESUSE_XML = f"""<p:SMS_SCI_SysResUse xmlns:p="{SITE_URI}/SMS_SCI_SysResUse" xmlns:q="{SITE_URI}/SMS_EmbeddedProperty"
 xsi:type="p:SMS_SCI_SysResUse_Type">
<p:FileType>2</p:FileType><p:ItemName>{NAL.replace('"', "&quot;")}</p:ItemName><p:ItemType>System Resource Usage</p:ItemType>
<p:NALPath> two  spaces </p:NALPath><p:NetworkOSPath>\\\\srv.contoso.com</p:NetworkOSPath>
<p:Props xsi:type="q:SMS_EmbeddedProperty_Type"><q:ItemType xsi:nil="true"/><q:PropertyName>OfflineMode</q:PropertyName>
<q:Value>0</q:Value><q:Value1></q:Value1><q:Value2 xsi:nil="true"/><q:Novelty>kept</q:Novelty></p:Props>
<p:Props xmlns:r="{SITE_URI}/SMS_EmbeddedProperty" xsi:type="r:SMS_EmbeddedProperty_Type">
<r:PropertyName>Server Remote Name</r:PropertyName>
<r:Value>0</r:Value><r:Value1>srv.contoso.com</r:Value1><r:Value2/></p:Props>
<p:PropLists xsi:nil="true"/><p:RoleName>SMS Dmp Connector</p:RoleName><p:SiteCode>CAS</p:SiteCode>
<p:SslState>0</p:SslState></p:SMS_SCI_SysResUse>"""


def service_xml(name: str, *, state: str = "Running") -> str:
    return (
        f'<p:Win32_Service xmlns:p="{SERVICE_URI}" xsi:type="p:Win32_Service_Type"><p:InstallDate xsi:nil="true"/>'
        f"<p:Name>{name}</p:Name><p:ProcessId>1480</p:ProcessId><p:Started>true</p:Started><p:State>{state}</p:State></p:Win32_Service>"
    )


def first_page(*items: str, context: str = "", end: str = "") -> str:
    wrapped = f"<w:Items>{''.join(items)}</w:Items>" if items else ""
    return f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext>{wrapped}{end}</n:EnumerateResponse>"


def next_page(*items: str, context: str | None = None, end: str = "") -> str:
    renewed = f"<n:EnumerationContext>{context}</n:EnumerationContext>" if context is not None else ""
    return f"<n:PullResponse>{renewed}<n:Items>{''.join(items)}</n:Items>{end}</n:PullResponse>"


W_END = "<w:EndOfSequence/>"
N_END = "<n:EndOfSequence/>"


def fault_a(outer: int, inner: int | None, text: str, *, extended: str = "", subcode: str = "w:InternalError") -> str:
    message = f"<f:Message>{text}</f:Message>"
    if inner is not None:
        message = (
            '<f:Message><f:ProviderFault path="%systemroot%\\system32\\WsmWmiPl.dll" provider="WMI Provider">'
            f'<f:WSManFault Code="{inner}" Machine="srv"><f:Message>{text}</f:Message></f:WSManFault>{extended}'
            "</f:ProviderFault></f:Message>"
        )
    return (
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        '<s:Reason><s:Text xml:lang="en-US">The reason.</s:Text></s:Reason>'
        f'<s:Detail><f:WSManFault Code="{outer}" Machine="srv">{message}</f:WSManFault></s:Detail></s:Fault>'
    )


def fault_b(fields: str, *, namespace: str = "root/microsoft/windows/storage") -> str:
    uri = f"http://schemas.microsoft.com/wbem/wsman/1/wmi/{namespace}/MSFT_WmiError"
    return (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>"
        "<s:Reason><s:Text>The reason.</s:Text></s:Reason><s:Detail>"
        f'<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:b="urn:b" xmlns:p="{uri}" xsi:type="p:MSFT_WmiError_Type">'
        f"{fields}</p:MSFT_WmiError></s:Detail></s:Fault>"
    )


def extended_status(name: str = "__ExtendedStatus", **fields: str | None) -> str:
    """The extended status as WMI writes it: None is null."""
    inner = "".join(
        f'<p:{field} xsi:nil="true"/>' if value is None else f"<p:{field}>{value}</p:{field}>" for field, value in fields.items()
    )
    return f'<f:ExtendedError><p:{name} xmlns:p="urn:status" xsi:type="p:{name}_Type">{inner}</p:{name}></f:ExtendedError>'


def captured_a(code: int, *, subcode: str = "w:InternalError", status: str = "") -> str:
    """Form A as recorded: the inner code repeats the outer one."""
    return fault_a(code, code, "The text.", extended=status, subcode=subcode)


def captured_b(code: int, *, cim_status: int = 1, subcode: str = "w:InternalError") -> str:
    """Form B as recorded: a complete MSFT_WmiError."""
    return fault_b(
        f'<p:CIMStatusCode xsi:type="cim:cimUnsignedInt">{cim_status}</p:CIMStatusCode>'
        '<p:CIMStatusCodeDescription xsi:type="cim:cimString" xsi:nil="true"/><p:ErrorSource xsi:nil="true"/>'
        "<p:ErrorSourceFormat>0</p:ErrorSourceFormat><p:ErrorType>0</p:ErrorType><p:Message>The text.</p:Message>"
        f"<p:MessageID>HRESULT 0x{code:08x}</p:MessageID><p:PerceivedSeverity>0</p:PerceivedSeverity>"
        f"<p:error_Category>0</p:error_Category><p:error_Code>{code}</p:error_Code><p:error_Type>HRESULT</p:error_Type>"
        "<p:error_WindowsErrorMessage>The text.</p:error_WindowsErrorMessage>"
    ).replace("w:InternalError", subcode)
