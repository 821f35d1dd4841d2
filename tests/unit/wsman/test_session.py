"""Requests as they are sent, and answers as the caller receives them."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AnswerError,
    Refused,
    TransportTimeout,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, cim_class, method
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from tests.unit.wsman import wire

NS = "root/sms/site_CAS"
SELECT_ALL = "SELECT * FROM SMS_SCI_SysResUse"
REGISTRY = cim_class(
    "StdRegProv",
    methods={
        "GetStringValue": method(
            {"hDefKey": "uint32", "sSubKeyName": "string", "sValueName": "string"}, ReturnValue="uint32", sValue="string"
        ),
        "EnumValues": method(
            {"hDefKey": "uint32", "sSubKeyName": "string"}, {"ReturnValue": "uint32", "sNames": "string[]", "Types": "sint32[]"}
        ),
    },
)
REFERENCE = (
    "<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address><a:ReferenceParameters>"
    f"<w:ResourceURI>{wire.SERVICE_URI}</w:ResourceURI><w:SelectorSet><w:Selector Name='__cimnamespace'>root/cimv2</w:Selector>"
    "<w:Selector Name='Name'>WinRM</w:Selector></w:SelectorSet></a:ReferenceParameters>"
)


def read_role() -> CimInstance:
    cim, _ = wire.session(wire.first_page(wire.SYSRESUSE_XML, end=wire.W_END))
    return cim.query(NS, wire.SYSRESUSE, SELECT_ALL)[0]


def names_of(element: ET.Element) -> list[str]:
    return [child.tag.rpartition("}")[2] for child in element]


def test_query_with_one_row_is_one_request() -> None:
    cim, script = wire.session(wire.first_page(wire.SYSRESUSE_XML, end=wire.W_END))
    rows = cim.query("root\\sms\\site_CAS", wire.SYSRESUSE, SELECT_ALL)
    assert cim.requests == len(script.sent) == 1
    assert [row["sitecode"] for row in rows] == ["CAS"]
    assert rows[0].namespace == NS
    assert script.header(0, "ResourceURI") == "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/sms/site_CAS/*"
    enumerate_element = script.body(0)[0]
    assert enumerate_element.find("{*}OptimizeEnumeration") is not None
    assert enumerate_element.findtext("{*}MaxElements") == "32000"
    query = enumerate_element.find("{*}Filter")
    assert query is not None
    assert query.text == SELECT_ALL
    assert query.attrib["Dialect"] == "http://schemas.microsoft.com/wbem/wsman/1/WQL"
    assert cim.received_bytes > 1000


def test_bytes_and_requests_are_counted() -> None:
    cim, _script = wire.session("RAW" + "x" * 100, Unreachable("gone"))
    assert (cim.requests, cim.received_bytes) == (0, 0)
    for _again in range(2):
        with pytest.raises((AnswerError, Unreachable)):
            cim.identify()
    assert (cim.requests, cim.received_bytes) == (2, 100)


def test_limits_when_nothing_else_is_asked() -> None:
    cim, script = wire.session(wire.service_xml("WinRM"))
    cim.get("root/cimv2", wire.SERVICE, {"Name": "WinRM"})
    assert script.header(0, "OperationTimeout") == "PT30.000S"
    assert script.header(0, "MaxEnvelopeSize") == "4194304"
    assert CimSession(script, operation_timeout_seconds=0.5, max_envelope_bytes=8192).exchange.operation_timeout_seconds == 0.5


def test_headers_of_every_request() -> None:
    script = wire.Script(wire.service_xml("WinRM"))
    cim = CimSession(script, operation_timeout_seconds=12.5, max_envelope_bytes=512_000)
    cim.get("root/cimv2", wire.SERVICE, {"Name": "WinRM"})
    header = script.sent[0].find("{*}Header")
    assert header is not None
    assert header.findtext("{*}OperationTimeout") == "PT12.500S"
    assert header.findtext("{*}MaxEnvelopeSize") == "512000"
    assert header.findtext("{*}ReplyTo/{*}Address", "").endswith("/role/anonymous")
    assert header.findtext("{*}MessageID", "").startswith("uuid:")
    assert header.findtext("{*}To")
    locale = header.find("{*}Locale")
    assert locale is not None
    assert locale.attrib["{http://www.w3.org/2003/05/soap-envelope}mustUnderstand"] == "false"


@pytest.mark.parametrize(("seconds", "size", "words"), [(0, 512_000, "more than zero"), (30, 8191, "8192")])
def test_limits_that_windows_refuses(seconds: float, size: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        CimSession(wire.Script(), operation_timeout_seconds=seconds, max_envelope_bytes=size)


def test_projection_has_no_class_and_unprefixed_values() -> None:
    when = "<InstallDate><Datetime>2026-01-02T03:04:05.1Z</Datetime></InstallDate>"
    row = f"<w:XmlFragment>{when}<ProcessId>7</ProcessId></w:XmlFragment>"
    cim, _ = wire.session(wire.first_page(row, end=wire.W_END))
    (instance,) = cim.query("root/cimv2", wire.SERVICE, "select ProcessId, InstallDate from Win32_Service")
    assert instance.partial
    assert instance.class_name == "Win32_Service"
    assert instance.as_data() == {"InstallDate": "2026-01-02T03:04:05.1Z", "ProcessId": 7}
    with pytest.raises(ValueError, match="add it to the columns"):
        cim.delete(instance)
    with pytest.raises(ValueError, match="projection"):
        cim.put(instance)
    assert cim.requests == 1


def test_typed_rows_keep_the_class_that_the_server_names() -> None:
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Derived_Service"
    row = f'<p:Derived_Service xmlns:p="{uri}"><p:Name>a</p:Name></p:Derived_Service>'
    cim, _ = wire.session(wire.first_page(row, end=wire.W_END), row)
    (instance,) = cim.enumerate("root/cimv2", wire.SERVICE)
    assert instance.class_name == "Derived_Service"
    cim.put(instance)


def test_query_that_cannot_be_sent_is_refused_before_sending() -> None:
    cim, _ = wire.session()
    with pytest.raises(ValueError, match=r"U\+0001"):
        cim.query(NS, wire.SYSRESUSE, "select * from A where b = '\x01'")
    with pytest.raises(ValueError, match="FROM"):
        cim.query(NS, wire.SYSRESUSE, "select everything")
    assert cim.requests == 0


def test_put_writes_back_everything_and_the_one_change() -> None:
    role = read_role()
    props = [prop.with_values({"value": 1}) if prop["PropertyName"] == "OfflineMode" else prop for prop in role["Props"]]
    cim, script = wire.session(wire.SYSRESUSE_XML)
    cim.put(role.with_values({"props": props}))
    assert script.selectors(0) == {
        "FileType": "2",
        "ItemName": wire.NAL,
        "ItemType": "System Resource Usage",
        "SiteCode": "CAS",
    }
    (sent,) = script.body(0)
    assert names_of(sent) == [
        *("FileType", "ItemName", "ItemType", "NALPath", "NetworkOSPath", "Props", "Props", "PropLists", "RoleName"),
        *("SiteCode", "SslState"),
    ]
    assert sent.tag == "{http://schemas.microsoft.com/wbem/wsman/1/wmi/root/sms/site_CAS/SMS_SCI_SysResUse}SMS_SCI_SysResUse"
    assert sent.findtext("{*}NALPath") == " two  spaces "
    offline = sent.findall("{*}Props")[0]
    assert [(child.tag.rpartition("}")[2], child.text) for child in offline] == [
        *(("ItemType", None), ("PropertyName", "OfflineMode"), ("Value", "1"), ("Value1", None), ("Value2", None)),
        ("Novelty", "kept"),
    ]
    assert offline[0].attrib == {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}
    assert offline[3].attrib == {}


def test_embedded_type_names_are_valid_where_they_stand() -> None:
    cim, script = wire.session(wire.SYSRESUSE_XML)
    cim.put(read_role().with_values({"RoleName": "x"}))
    scopes: dict[str, str] = {}
    for event, payload in ET.iterparse(io.BytesIO(script.raw[0]), events=("start-ns", "start")):
        if event == "start-ns":
            scopes[payload[0]] = payload[1]
        elif "{http://www.w3.org/2001/XMLSchema-instance}type" in payload.attrib:
            prefix, name = payload.attrib["{http://www.w3.org/2001/XMLSchema-instance}type"].split(":")
            assert name == "SMS_EmbeddedProperty_Type"
            assert scopes[prefix].lower().endswith("/root/sms/site_cas/sms_embeddedproperty")


def test_put_refuses_a_changed_key() -> None:
    cim, _ = wire.session()
    with pytest.raises(ValueError, match="cannot change the key SiteCode"):
        cim.put(read_role().with_values({"SITECODE": "PS1"}))


def test_put_reads_again_when_the_server_leaves_the_instance_out() -> None:
    cim, script = wire.session("", wire.SYSRESUSE_XML)
    assert cim.put(read_role())["SiteCode"] == "CAS"
    assert script.action(1).endswith("/Get")
    assert script.selectors(1)["ItemName"] == wire.NAL


def test_create_encodes_embedded_instances_and_returns_the_path() -> None:
    answer = f"<x:ResourceCreated>{REFERENCE}</x:ResourceCreated>"
    cim, script = wire.session(answer)
    new = CimInstance.new(
        NS,
        wire.SYSRESUSE,
        {
            "FileType": 2,
            "ItemName": 'a\\"&<b',
            "Props": [{"PropertyName": "OfflineMode", "Value": 1, "Value1": "", "Value2": None}],
            "PropLists": [{"PropertyListName": "L", "Values": ["one"]}],
        },
    )
    path = cim.create(new)
    assert path == CimPath("root/cimv2", "win32_service", {"NAME": "winrm"})
    assert script.action(0).endswith("/Create")
    assert script.selectors(0) == {}
    (sent,) = script.body(0)
    assert sent.findtext("{*}ItemName") == 'a\\"&<b'
    props = sent.find("{*}Props")
    assert props is not None
    owner = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/sms/site_CAS/"
    assert props.tag == f"{{{owner}SMS_SCI_SysResUse}}Props"
    assert [child.tag for child in props] == [
        f"{{{owner}SMS_EmbeddedProperty}}{name}" for name in ("PropertyName", "Value", "Value1", "Value2")
    ]
    assert [child.text for child in props] == ["OfflineMode", "1", None, None]
    assert sent.findtext("{*}PropLists/{*}Values") == "one"


def test_delete_uses_the_keys_that_were_read() -> None:
    cim, script = wire.session("", "")
    role = read_role()
    cim.delete(role.with_values({"SiteCode": "PS1"}))
    assert script.selectors(0)["SiteCode"] == "CAS"
    assert script.action(0).endswith("/Delete")
    cim.delete(CimPath("root/cimv2", "Win32_Service", {"Name": ""}))
    assert script.selectors(1) == {"Name": ""}
    with pytest.raises(ValueError, match="needs its keys"):
        cim.delete(CimPath("root/cimv2", "Win32_Service"))
    with pytest.raises(ValueError, match="not declared"):
        cim.delete(CimInstance.new(NS, CimClass("Any"), {"Name": "x"}))
    with pytest.raises(ValueError, match="no value for its key ItemName"):
        cim.delete(CimInstance.new(NS, wire.SYSRESUSE, {"FileType": 2}))


@pytest.mark.parametrize(
    ("keys", "words"),
    [({"Name": "x", "Id": 1}, "Id is not a key of class Win32_Service"), ({"Name": None}, "no value is given for Name")],
)
def test_get_refuses_keys_that_do_not_address(keys: dict[str, object], words: str) -> None:
    cim, _ = wire.session()
    with pytest.raises(ValueError, match=words):
        cim.get("root/cimv2", wire.SERVICE, keys)


def test_get_with_a_reference_as_key() -> None:
    cim, script = wire.session(wire.service_xml("WinRM"))
    group = CimClass("Win32_GroupUser")
    cim.get("root/cimv2", group, {"GroupComponent": CimPath("root/cimv2", "Win32_Group", {"Name": "Administrators"})})
    selector = script.sent[0].find(".//{*}Header/{*}SelectorSet/{*}Selector")
    assert selector is not None
    assert selector.find("{*}EndpointReference/{*}ReferenceParameters/{*}SelectorSet/{*}Selector") is not None


def test_invoke_static_method() -> None:
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/default/StdRegProv"
    cim, script = wire.session(
        f'<p:GetStringValue_OUTPUT xmlns:p="{uri}"><p:ReturnValue>0</p:ReturnValue>'
        "<p:sValue>Run</p:sValue></p:GetStringValue_OUTPUT>"
    )
    inputs: dict[str, str | int] = {"sValueName": "State", "hDefKey": 2147483650, "SSUBKEYNAME": "SOFTWARE\\x"}
    assert cim.invoke("root/default", REGISTRY, "getstringvalue", inputs) == {"ReturnValue": 0, "sValue": "Run"}
    assert script.action(0) == uri + "/GetStringValue"
    (sent,) = script.body(0)
    assert sent.tag == f"{{{uri}}}GetStringValue_INPUT"
    assert [(child.tag, child.text) for child in sent] == [
        (f"{{{uri}}}hDefKey", "2147483650"),
        (f"{{{uri}}}sSubKeyName", "SOFTWARE\\x"),
        (f"{{{uri}}}sValueName", "State"),
    ]
    assert script.selectors(0) == {}


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ("", {"ReturnValue": None, "sNames": None, "Types": None}),
        ("<p:ReturnValue>2147749893</p:ReturnValue>", {"ReturnValue": 0x80041005, "sNames": None, "Types": None}),
        (
            "<p:ReturnValue>0</p:ReturnValue><p:sNames>one</p:sNames><p:Types>1</p:Types>",
            {"ReturnValue": 0, "sNames": ["one"], "Types": [1]},
        ),
        (
            '<p:ReturnValue>0</p:ReturnValue><p:sNames xsi:nil="true"/><p:Extra>e</p:Extra>',
            {"ReturnValue": 0, "sNames": None, "Types": None, "Extra": "e"},
        ),
    ],
)
def test_invoke_outputs(outputs: str, expected: dict[str, object]) -> None:
    cim, _ = wire.session(f'<p:EnumValues_OUTPUT xmlns:p="urn:x">{outputs}</p:EnumValues_OUTPUT>')
    assert cim.invoke("root/default", REGISTRY, "EnumValues", {"hDefKey": 1, "sSubKeyName": ""}) == expected


def test_invoke_on_an_instance_without_arguments_sends_an_empty_input() -> None:
    cim, script = wire.session('<p:StopService_OUTPUT xmlns:p="urn:x"><p:ReturnValue>5</p:ReturnValue></p:StopService_OUTPUT>')
    assert cim.invoke("root/cimv2", wire.SERVICE, "StopService", keys={"name": "X"}) == {"ReturnValue": 5}
    assert script.selectors(0) == {"Name": "X"}
    assert len(script.body(0)[0]) == 0


@pytest.mark.parametrize(
    ("method_name", "inputs", "words"),
    [
        ("GetValue", {}, "no method GetValue; known are GetStringValue, EnumValues"),
        ("EnumValues", {"sName": "x"}, "no input sName; known: hDefKey, sSubKeyName"),
        ("EnumValues", {"hDefKey": "HKLM"}, r"EnumValues input hDefKey takes uint32 \(0 to 4294967295\), not text"),
    ],
)
def test_invoke_refuses_before_sending(method_name: str, inputs: dict[str, str], words: str) -> None:
    cim, _ = wire.session()
    with pytest.raises(ValueError, match=words):
        cim.invoke("root/default", REGISTRY, method_name, inputs)
    assert cim.requests == 0


def test_invoke_of_an_undeclared_method() -> None:
    cim, script = wire.session(
        '<p:Do_OUTPUT xmlns:p="urn:x"><p:ReturnValue>3</p:ReturnValue>'
        "<p:Text>3</p:Text><p:List>1</p:List><p:List>2</p:List></p:Do_OUTPUT>"
    )
    result = cim.invoke("root/x", CimClass("Any"), "Do", {"Names": ["a", "b"], "Flag": True, "Number": 4})
    assert result == {"ReturnValue": 3, "Text": "3", "List": ["1", "2"]}
    assert [child.text for child in script.body(0)[0]] == ["a", "b", "true", "4"]


def test_invoke_refuses_an_answer_without_output() -> None:
    cim, _ = wire.session('<p:Other xmlns:p="urn:x"/>')
    with pytest.raises(AnswerError, match="EnumValues_OUTPUT") as caught:
        cim.invoke("root/default", REGISTRY, "EnumValues")
    assert caught.value.after_send


def test_options_become_context_values() -> None:
    cim, script = wire.session(wire.service_xml("a"))
    cim.get("root/cimv2", wire.SERVICE, {"Name": "a"}, options={"SessionHandle": "h", "Names": ["b", "a"]})
    options = script.sent[0].findall(".//{*}Header/{*}OptionSet/{*}Option")
    assert [(option.attrib["Name"], option.text) for option in options] == [
        ("wmi:SessionHandle", "h"),
        ("wmiarray:Names", "b"),
        ("wmiarray:Names", "a"),
    ]


def test_options_go_with_every_operation() -> None:
    answer = f"<x:ResourceCreated>{REFERENCE}</x:ResourceCreated>"
    output = '<p:StopService_OUTPUT xmlns:p="urn:x"><p:ReturnValue>0</p:ReturnValue></p:StopService_OUTPUT>'
    page = wire.first_page(end=wire.W_END)
    cim, script = wire.session(wire.service_xml("a"), wire.service_xml("a"), answer, output, page, page, page, "")
    more = {"SessionHandle": "h"}
    service = cim.get("root/cimv2", wire.SERVICE, {"Name": "a"}, options=more)
    cim.put(service, options=more)
    cim.create(service, options=more)
    cim.invoke("root/cimv2", wire.SERVICE, "StopService", keys={"Name": "a"}, options=more)
    cim.enumerate("root/cimv2", wire.SERVICE, options=more)
    cim.references("root/cimv2", wire.SERVICE, options=more)
    cim.enumerate_with_references("root/cimv2", wire.SERVICE, options=more)
    cim.delete(service, options=more)
    assert [script.header(index, "OptionSet/{*}Option") for index in range(8)] == ["h"] * 8


def test_answers_that_do_not_fit_are_told_with_what_was_asked() -> None:
    no_reference, no_pair = "<a:EndpointReference/>", f"<w:Item>{wire.service_xml('x')}</w:Item>"
    cim, _ = wire.session(
        wire.first_page(no_reference, end=wire.W_END), wire.first_page(no_pair, end=wire.W_END), "", "<x:Other/>", "<x:Other/>"
    )
    with pytest.raises(
        AnswerError,
        match=r"^Enumerate of Win32_Service in root/cimv2: the answer's reference is not a reference to a WMI instance",
    ):
        cim.references("root/cimv2", wire.SERVICE)
    with pytest.raises(AnswerError, match=r"^Enumerate of Win32_Service in root/cimv2: the answer's item is not"):
        cim.enumerate_with_references("root/cimv2", wire.SERVICE)
    with pytest.raises(AnswerError, match=r"^Get of Win32_Service \(Name=a\) in root/cimv2: the answer is empty"):
        cim.get("root/cimv2", wire.SERVICE, {"Name": "a"})
    with pytest.raises(
        AnswerError, match=r"^Invoke of Win32_Service.StopService \(Name=a\) in root/cimv2: the answer contains no"
    ):
        cim.invoke("root/cimv2", wire.SERVICE, "StopService", keys={"Name": "a"})
    with pytest.raises(AnswerError, match=r"^Identify: the answer is not an IdentifyResponse"):
        cim.identify()


def test_the_first_element_of_an_answer_is_the_instance() -> None:
    cim, _ = wire.session(wire.service_xml("a") + wire.service_xml("b"))
    assert cim.get("root/cimv2", wire.SERVICE, {"Name": "a"})["Name"] == "a"


def test_whole_rows_of_a_fragment_are_partial_and_typed_rows_of_a_projection_too() -> None:
    fragment = "<w:XmlFragment><Name>a</Name></w:XmlFragment>"
    cim, _ = wire.session(
        *(wire.first_page(item, end=wire.W_END) for item in (fragment, wire.service_xml("a"), wire.service_xml("a")))
    )
    found = [cim.query("root/cimv2", wire.SERVICE, query)[0] for query in (SELECT_ALL, "select Name from Other", SELECT_ALL)]
    assert [(row.class_name, row.partial) for row in found] == [
        ("Win32_Service", True),
        ("Win32_Service", True),
        ("Win32_Service", False),
    ]


def test_fragments() -> None:
    fragment = f'<w:XmlFragment><p:State xmlns:p="{wire.SERVICE_URI}">Stopped</p:State></w:XmlFragment>'
    cim, script = wire.session(fragment, fragment)
    assert cim.get_property("root/cimv2", wire.SERVICE, {"Name": "a"}, "STATE") == "Stopped"
    assert script.header(0, "FragmentTransfer") == "State"
    cim.put_property("root/cimv2", wire.SERVICE, {"Name": "a"}, "InstallDate", datetime(2026, 1, 1, tzinfo=UTC))
    (sent,) = script.body(1)
    assert sent.tag.endswith("}XmlFragment")
    assert (script.header(1, "FragmentTransfer"), script.selectors(1)) == ("InstallDate", {"Name": "a"})
    assert sent.findtext("{*}InstallDate/{*}Datetime") == "2026-01-01T00:00:00Z"
    with pytest.raises(ValueError, match="no property Nothing"):
        cim.get_property("root/cimv2", wire.SERVICE, {"Name": "a"}, "Nothing")


def test_references() -> None:
    cim, script = wire.session(wire.first_page(f"<a:EndpointReference>{REFERENCE}</a:EndpointReference>", end=wire.W_END))
    (path,) = cim.references("root/cimv2", wire.SERVICE)
    assert path == CimPath("root/cimv2", "Win32_Service", {"Name": "WinRM"})
    assert script.body(0)[0].findtext("{*}EnumerationMode") == "EnumerateEPR"


def test_instances_with_references() -> None:
    item = f"<w:Item>{wire.service_xml('WinRM')}<a:EndpointReference>{REFERENCE}</a:EndpointReference></w:Item>"
    cim, _ = wire.session(wire.first_page(item, end=wire.W_END), wire.first_page(wire.service_xml("x"), end=wire.W_END))
    ((instance, path),) = cim.enumerate_with_references("root/cimv2", wire.SERVICE)
    assert (instance["Name"], path.keys) == ("WinRM", {"Name": "WinRM"})
    with pytest.raises(AnswerError, match="instance with its reference"):
        cim.enumerate_with_references("root/cimv2", wire.SERVICE)


def test_associators() -> None:
    page = wire.first_page(wire.service_xml("Tcpip"), end=wire.W_END)
    cim, script = wire.session(page, page)
    path = CimPath("root/cimv2", "Win32_Service", {"Name": "WinRM"})
    rows = cim.associators(path, wire.SERVICE, association_class="Win32_DependentService", result_role="Antecedent")
    assert [row["Name"] for row in rows] == ["Tcpip"]
    selection = script.body(0)[0].find("{*}Filter/{*}AssociatedInstances")
    assert selection is not None
    assert names_of(selection) == ["Object", "AssociationClassName", "ResultRole"]
    assert selection.findtext("{*}Object/{*}ReferenceParameters/{*}SelectorSet/{*}Selector") == "WinRM"
    cim.associations(path, wire.SERVICE, role="Dependent")
    assert script.body(1)[0].find("{*}Filter/{*}AssociationInstances/{*}Role") is not None


def test_identify() -> None:
    cim, script = wire.session(
        '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
        "<i:ProductVendor>Microsoft Corporation</i:ProductVendor>"
        "<i:ProductVersion>OS: 10.0</i:ProductVersion></i:IdentifyResponse>",
        "<other/>",
    )
    assert cim.identify()["ProductVersion"] == "OS: 10.0"
    assert script.body(0)[0].tag.endswith("}Identify")
    assert script.header(0, "Action") == ""
    with pytest.raises(AnswerError, match="IdentifyResponse"):
        cim.identify()


@pytest.mark.parametrize(
    ("error", "after_send"),
    [
        (Unreachable("no route to srv"), False),
        (Unreachable("connection lost", after_send=True), True),
        (TransportTimeout("no answer in 60 s"), True),
        (Refused(413), False),
    ],
)
def test_transport_errors_say_what_was_asked(error: Exception, after_send: bool) -> None:
    cim, _ = wire.session(error)
    with pytest.raises(type(error)) as caught:
        cim.get("root/cimv2", wire.SERVICE, {"Name": "WinRM"})
    assert caught.value is error
    assert caught.value.after_send is after_send  # type: ignore[attr-defined]
    assert str(caught.value).startswith("Get of Win32_Service (Name=WinRM) in root/cimv2: ")
    assert cim.requests == 1


def test_answer_to_another_request_is_refused() -> None:
    foreign = wire.HEAD.format(action="urn:x", message_id="uuid:other") + wire.service_xml("a") + wire.TAIL
    cim, _ = wire.session("RAW" + foreign)
    with pytest.raises(AnswerError, match="belongs to another request") as caught:
        cim.get("root/cimv2", wire.SERVICE, {"Name": "a"})
    assert caught.value.after_send


def test_fault_never_shows_method_inputs() -> None:
    cim, _ = wire.session(wire.fault_a(2150858817, 2147749893, "Type mismatch"))
    with pytest.raises(CimFault) as caught:
        cim.invoke("root/cimv2", wire.SERVICE, "Change", {"DisplayName": "s3cret"}, keys={"Name": "X"})
    assert caught.value.kind is FaultKind.INVALID_PARAMETER
    assert "s3cret" not in str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert "Invoke of Win32_Service.Change (Name=X) in root/cimv2 was refused" in str(caught.value)


@pytest.mark.parametrize("body", ["", "   "])
def test_empty_body_where_an_instance_is_expected(body: str) -> None:
    cim, _ = wire.session(body)
    with pytest.raises(AnswerError, match="empty"):
        cim.get("root/cimv2", wire.SERVICE, {"Name": "a"})
