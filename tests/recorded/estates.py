"""Sites that contradict an assumption, or have what the lab does not have: the recording of the lab with other answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.bundle import READINGS
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.envelope import build_request
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import GET
from tests.recorded.replay import Recording

Change = Callable[[Recording], Recording]

_HEAD = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
    "<s:Header><a:RelatesTo>x</a:RelatesTo></s:Header><s:Body>"
)
_TAIL = "</s:Body></s:Envelope>"
_SITE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/sms/site_S01/"
_NAL = r'["Display=\\server02.domain01.example\"]MSWNET:["SMS_SITE=S01"]\\server02.domain01.example' + "\\"
_ROLE_ROWS = r"RoleName = 'SMS Dmp Connector'"
_SYSTEM_ROWS = r"RoleName = 'SMS Site System'"
_POINT_ROWS = r"RoleName = 'SMS Management Point'"
_SERVER_ROWS = r"RoleName = 'SMS Site Server'"
_DETAIL = (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code><s:Reason>"
    '<s:Text xml:lang="">The SMS Provider reported an error.</s:Text></s:Reason><s:Detail>{}</s:Detail></s:Fault>'
)


def answered(pattern: str, body: str) -> Change:
    """With another answer to the requests that match."""

    def change(recording: Recording) -> Recording:
        texts = dict(recording.texts)
        asked = [name for name, text in texts.items() if name.endswith("-request.xml") and re.search(pattern, text)]
        if not asked:
            raise ValueError(f"no request in the recording matches {pattern!r}")
        for name in asked:
            texts[name.replace("-request.xml", "-answer.xml")] = _HEAD + body + _TAIL
        return Recording(texts)

    return change


def rows(pattern: str, *items: Mapping[str, Any]) -> Change:
    """With these rows as the complete answer to the queries that match."""
    fragments = "".join(f"<w:XmlFragment>{_members(item)}</w:XmlFragment>" for item in items)
    return answered(f"SELECT.*{pattern}", _sequence(fragments))


def instances(pattern: str, *items: Mapping[str, Any]) -> Change:
    """With these complete rows of SMS_SCI_SysResUse."""
    uri = f"{_SITE}SMS_SCI_SysResUse"
    whole = "".join(f'<SMS_SCI_SysResUse xmlns="{uri}">{_members(item)}</SMS_SCI_SysResUse>' for item in items)
    return answered(f"SELECT.*{pattern}", _sequence(whole))


def got(pattern: str, item: Mapping[str, Any]) -> Change:
    """With this row as the answer to the Gets that match."""
    uri = f"{_SITE}SMS_SCI_SysResUse"
    return answered(f"(?s)transfer/Get<.*{pattern}", f'<SMS_SCI_SysResUse xmlns="{uri}">{_members(item)}</SMS_SCI_SysResUse>')


def returned(pattern: str, method: str, **outputs: Any) -> Change:
    """With these outputs of a method of the registry provider."""
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/StdRegProv"
    body = (
        f'<{method}_OUTPUT xmlns="{uri}">{_members({**outputs, "ReturnValue": outputs.get("ReturnValue", 0)})}</{method}_OUTPUT>'
    )
    return answered(f"(?s){method}<.*{pattern}", body)


def fault(pattern: str, detail: str) -> Change:
    """With a fault with this detail."""
    return answered(pattern, _DETAIL.format(detail))


def read(name: str, **changes: Any) -> Change:
    """With other results of a reading that was made with programs."""

    def change(recording: Recording) -> Recording:
        found = json.loads(recording.texts[READINGS])
        found["server"][name] = {**found["server"][name], **changes}
        return Recording({**recording.texts, READINGS: json.dumps(found)})

    return change


def added(request: bytes, body: str) -> Change:
    """With a request that the lab was not asked, and its answer."""

    def change(recording: Recording) -> Recording:
        more = {"site-901-request.xml": request.decode("utf-8"), "site-901-answer.xml": _HEAD + body + _TAIL}
        return Recording({**recording.texts, **more})

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(recording: Recording) -> Recording:
        for each in changes:
            recording = each(recording)
        return recording

    return change


def _sequence(items: str) -> str:
    return f"<n:EnumerateResponse><n:EnumerationContext/><w:Items>{items}</w:Items><w:EndOfSequence/></n:EnumerateResponse>"


def _members(item: Mapping[str, Any]) -> str:
    parts = []
    for name, value in item.items():
        for one in value if isinstance(value, list) else [value]:
            inner = _members(one) if isinstance(one, Mapping) else str(one).replace("&", "&amp;").replace("<", "&lt;")
            parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)


def prop(name: str, value: int = 0, value1: str = "", value2: str = "") -> dict[str, Any]:
    return {"ItemType": "x", "PropertyName": name, "Value": value, "Value1": value1, "Value2": value2}


def row(role: str, *props: dict[str, Any], **changes: Any) -> dict[str, Any]:
    keys = {"FileType": 2, "ItemName": f"{_NAL},{role}", "ItemType": "System Resource Usage", "SiteCode": "S01"}
    places = {"NALPath": _NAL, "NALType": "Windows NT Server", "NetworkOSPath": r"\\server02.domain01.example", "RoleName": role}
    return {**keys, **places, "Props": list(props), **changes}


_CONNECTOR, _SYSTEM, _POINT = "SMS Dmp Connector", "SMS Site System", "SMS Management Point"
_GUID = "00000000-0000-4000-8000-00000000aaaa"
_STATE = {"PackageGuid": _GUID, "SiteNumber": 1, "SiteCode": "S01", "State": 196612}
_PAIR = instances(_SERVER_ROWS, row("SMS Site Server"), row("SMS Site Server"))
_WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"


def _date(text: str) -> str:
    return f'<cim:Datetime xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common">{text}</cim:Datetime>'


def _zone(minutes: int, now: str = "2026-11-27T10:10:00Z") -> Change:
    """Hosts with this time, whose local time is UTC and these minutes."""
    members = f"<CSName>SERVER01</CSName><LocalDateTime>{_date(now)}</LocalDateTime><CurrentTimeZone>{minutes}</CurrentTimeZone>"
    return answered("FROM Win32_OperatingSystem", _sequence(f"<w:XmlFragment>{members}</w:XmlFragment>"))


def _heartbeat(text: str) -> Change:
    members = f"<ComponentName>x</ComponentName><LastHeartbeat>{_date(text)}</LastHeartbeat>"
    return answered("LastHeartbeat FROM", _sequence(f"<w:XmlFragment>{members}</w:XmlFragment>"))


_NOT_FOUND = (
    '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2147749890" Machine="x"><f:Message>'
    '<f:ProviderFault provider="WMI Provider" path="x"><f:WSManFault Code="2147749890" Machine="x"><f:Message>x</f:Message>'
    "</f:WSManFault></f:ProviderFault></f:Message></f:WSManFault>"
)
_ACCOUNT_KEYS = {"FileType": 2, "ItemName": r"DOMAIN01\account01| 0", "ItemType": "User", "SiteCode": "S01"}
CONTRADICTING: dict[str, Change] = {
    "nal_paths": instances(_ROLE_ROWS, row(_CONNECTOR, NALPath=r"\\server02")),
    "row_keys": instances(_ROLE_ROWS, row(_CONNECTOR, ItemName="server02")),
    "network_paths": instances(_ROLE_ROWS, row(_CONNECTOR, NetworkOSPath="server02")),
    "key_query": rows(r"FROM SMS_SCI_SysResUse WHERE FileType"),
    "role_row": instances(_ROLE_ROWS, row(_CONNECTOR, prop("Mode", 1))),
    "site_system_fields": instances(_SYSTEM_ROWS, row(_SYSTEM, prop("UserName", 0, r"DOMAIN01\account01"))),
    "service_windows": got("SMS Site Server", row("SMS Site Server", ServiceWindows=[{"Enabled": "true"}])),
    "management_point_replica": instances(
        _POINT_ROWS, row(_POINT, prop("UseSiteDatabase", 0), prop("SQLServerName", 0, "server02"))
    ),
    "account_rows": rows(
        "ItemType, SiteCode, UserName FROM SMS_SCI_Reserved",
        {"FileType": 2, "ItemName": "1", "ItemType": "Account", "SiteCode": "S01", "UserName": r"DOMAIN01\account01"},
    ),
    "account_usage": both(
        rows("UserName, AccountUsage, FileType", {"UserName": r"DOMAIN01\account01", **_ACCOUNT_KEYS}),
        added(
            build_request(GET, f"{_SITE}SMS_SCI_Reserved", None, selectors=_ACCOUNT_KEYS, fragment="AccountUsage")[0],
            "<w:XmlFragment><AccountUsage>word01</AccountUsage></w:XmlFragment>",
        ),
    ),
    "passive_rows": both(_PAIR, rows("FROM SMS_CM_UpdatePackageSiteStatus", _STATE, {**_STATE, "SiteNumber": 2})),
    "missing_class": answered("FROM SMS_FieldCheckAbsentClass", _sequence("")),
    "extended_status": fault(
        f"(?s)transfer/Get<.*{'0' * 8}-0000",
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2147749889" Machine="x"><f:Message>'
        '<f:ProviderFault provider="ExtnProv" path="x"><f:WSManFault Code="2147749889" Machine="x"><f:Message>Failed</f:Message>'
        "</f:WSManFault></f:ProviderFault></f:Message></f:WSManFault>",
    ),
    "class_columns": answered(
        "FROM SMS_AAD_Tenant_Ex",
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>n:CannotProcessFilter</s:Value></s:Subcode></s:Code><s:Reason>"
        '<s:Text xml:lang="">The query is not valid.</s:Text></s:Reason><s:Detail><f:WSManFault '
        'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858778" Machine="x"><f:Message>x</f:Message>'
        "</f:WSManFault></s:Detail></s:Fault>",
    ),
    "update_site_rows": both(
        rows("FROM SMS_CM_UpdatePackages<", {"PackageGuid": _GUID, "Name": "x", "State": 196609, "UpdateType": 0}),
        rows("FROM SMS_CM_UpdatePackageSiteStatus"),
    ),
    "update_names": rows("FROM SMS_CM_UpdatePackages<", {"PackageGuid": _GUID, "Name": "Hotfix", "State": 2, "UpdateType": 2}),
    "update_steps": rows(
        "FROM SMS_CM_UpdatePackDetailedMonitoring", {"SubStageid": 1, "IsComplete": 9, "Applicable": 2, "SiteCode": "S01"}
    ),
    "summarizer_names": rows(
        "MachineName, SiteCode, State FROM", {"ComponentName": "SMS_DMP_DOWNLOADER", "MachineName": "192.0.2.9", "State": 1}
    ),
    "summarizer_without_role": rows(
        "MachineName, SiteCode, State FROM", {"ComponentName": "SMS_DMP_DOWNLOADER", "MachineName": "server01", "State": 1}
    ),
    "datetimes": both(_zone(-300, "2026-11-27T15:10:00Z"), _heartbeat("2026-11-27T10:00:00Z")),
    "install_numbers": rows("RecordID, MessageID, Severity FROM", {"RecordID": 1, "MessageID": 1016, "Severity": 1073741824}),
    "status_messages": rows("MessageID, Severity, Time FROM", {"RecordID": 1, "MessageID": 11410, "Severity": 3221225472}),
    "secured_objects": rows("FROM SMS_RbacSecuredObject", {"ObjectTypeName": "SMS_Package", "GrantedOperations": 1}),
    "site_server_domain": rows("SiteServerDomain, SQLServerName, FileType", {"SiteServerDomain": "DC=domain01, DC=example"}),
    "database_port": returned("SQL Server", "GetStringValue", ReturnValue=2),
    "console_folder": fault("/CIM_DataFile<", _NOT_FOUND),
    "cloud_values": rows("ID, Source FROM", {"ID": 1, "Source": 7}),
    "sync_values": returned("SMS_DMP_DOWNLOADER", "EnumValues", sNames=["LastSyncedTime"], Types=[11]),
    "trace_files": returned("Tracing.SMS_DMP_UPLOADER", "GetStringValue", sValue="dmpuploader.log"),
    "log_end": read("log_end", error="the log cannot be opened: another program has it open exclusively"),
    "log_bias": read("log_end", bias=60),
    "curl_version": read("curl_version", text="curl 7.55.1 (Windows) libcurl/7.55.1 WinSSL\r\n"),
    "curl_words": read("curl_words", exit_code=2, text="curl: option -: is unknown"),
    "winhttp_proxy": read("winhttp", wrong_form="the registry value WinHttpSettings ends within a text"),
    "vc_runtime_place": returned(r">SOFTWARE.Microsoft.VisualStudio", "GetStringValue", ReturnValue=2),
    "current_folder": returned("Session Manager", "EnumValues", sNames=["NoDefaultCurrentDirectoryInExePath"], Types=[1]),
    "elevated_token": read("token", sids=["S-1-5-32-544"]),
}

# What the lab does not have, as a site that is as assumed has it.
AGREEING: dict[str, Change] = {
    "service_windows": got("SMS Site Server", row("SMS Site Server", ServiceWindows=[{"IsEnabled": "true"}])),
    "management_point_replica": instances(_POINT_ROWS, row(_POINT, prop("UseSiteDatabase", 1))),
    "account_rows": rows(
        "ItemType, SiteCode, UserName FROM SMS_SCI_Reserved",
        {
            "FileType": 2,
            "ItemName": r"DOMAIN01\account01| 0",
            "ItemType": "User",
            "SiteCode": "S01",
            "UserName": r"DOMAIN01\account01",
        },
    ),
    "account_usage": rows(
        "UserName, AccountUsage, FileType", {"UserName": r"DOMAIN01\account01", "AccountUsage": ["word01", "word02"]}
    ),
    "passive_rows": both(_PAIR, rows("FROM SMS_CM_UpdatePackageSiteStatus", _STATE)),
    "extended_status": fault(
        f"(?s)transfer/Get<.*{'0' * 8}-0000",
        '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2147749890" Machine="x"><f:Message>'
        '<f:ProviderFault provider="WMI Provider" path="x"><f:WSManFault Code="2147749890" Machine="x"><f:Message>x</f:Message>'
        f'</f:WSManFault><f:ExtendedError><p:SMS_ExtendedStatus xmlns:p="{_SITE}SMS_ExtendedStatus"><p:Description>Not found'
        "</p:Description><p:ErrorCode>1078462208</p:ErrorCode><p:StatusCode>2147749890</p:StatusCode></p:SMS_ExtendedStatus>"
        "</f:ExtendedError></f:ProviderFault></f:Message></f:WSManFault>",
    ),
    "update_names": rows(
        "FROM SMS_CM_UpdatePackages<",
        {"PackageGuid": _GUID, "Name": "Configuration Manager 2509 Hotfix (KB12345678)", "State": 2, "UpdateType": 2},
    ),
    "update_steps": rows(
        "FROM SMS_CM_UpdatePackDetailedMonitoring", {"SubStageid": 0xD0001, "IsComplete": 2, "Applicable": 1, "SiteCode": "S01"}
    ),
    "summarizer_without_role": rows(
        "MachineName, SiteCode, State FROM", {"ComponentName": "SMS_DMP_DOWNLOADER", "MachineName": "server01", "State": 0}
    ),
    "datetimes": both(_zone(-300), _heartbeat("2026-11-27T10:00:00Z")),
    "install_numbers": rows("RecordID, MessageID, Severity FROM", {"RecordID": 1, "MessageID": 1016, "Severity": 3221225472}),
    "winhttp_proxy": read("winhttp", proxies=1),
    "log_bias": both(_zone(60), read("log_end", bias=-60)),
    "current_folder": returned("Session Manager", "EnumValues", sNames=["Path", "TEMP"], Types=[1, 1]),
}
