"""Messages of transport errors, and the bytes of envelopes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import envelope, errors


@pytest.mark.parametrize(
    ("status", "words", "after_send"),
    [(404, "no WinRM listener", False), (413, "MaxEnvelopeSizekb", False), (500, "unencrypted", False), (418, "HTTP 418", True)],
)
def test_refused(status: int, words: str, after_send: bool) -> None:
    error = errors.Refused(status)
    assert error.status == status
    assert words in str(error)
    assert error.after_send is after_send


def test_after_send_defaults() -> None:
    kinds = (errors.Unreachable, errors.AuthenticationFailed, errors.TransportTimeout, errors.TransportError, errors.AnswerError)
    assert [kind("x").after_send for kind in kinds] == [False, False, True, True, True]
    assert errors.Refused(503, "busy", after_send=True).after_send


def test_a_refusal_keeps_its_request_and_its_words() -> None:
    request = errors.RequestInfo("Put", "root/x", "A")
    assert str(errors.Refused(404, "nobody", request=request)) == "Put of A in root/x: nobody"
    assert errors.AnswerError("odd").args == ("odd",)


def test_what_a_request_says_of_itself_when_nothing_else_is_asked() -> None:
    header = ET.fromstring(envelope.build_request("urn:a", "urn:b", None)[0]).find("{*}Header")
    assert header is not None
    assert header.findtext("{*}MaxEnvelopeSize") == "4194304"
    assert header.findtext("{*}OperationTimeout") == "PT30.000S"
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [header.find(f"{{*}}{name}").attrib[language] for name in ("Locale", "DataLocale")] == ["en-US", "en-US"]  # type: ignore[union-attr]
    assert [header.find(f"{{*}}{name}") for name in ("SelectorSet", "OptionSet", "FragmentTransfer")] == [None, None, None]


def test_request_info() -> None:
    query = errors.RequestInfo("Query", "root/x", "A", query="select *\n from A " + "x" * 1000)
    assert str(query).startswith("Query in root/x [select * from A xxx")
    assert len(str(query)) < 400
    assert str(errors.RequestInfo("Identify")) == "Identify"


def test_characters_survive_the_wire() -> None:
    text = "tab\t cr\r lf\n crlf\r\n <>&\"' ]]> \u00e9 \U0001f600 "
    element = ET.Element("a", {"b": 'x\t\r\n<"'})
    element.text = text
    read = ET.fromstring(envelope.to_bytes(element))
    assert read.text == text
    assert read.attrib["b"] == 'x\t\r\n<"'


def test_unsendable_options_and_selectors() -> None:
    with pytest.raises(ValueError, match=r"option A has the character U\+0001"):
        envelope.build_request("urn:a", "urn:b", None, options={"A": "\x01"})
    with pytest.raises(ValueError, match=r"key K has the character U\+0002"):
        envelope.build_request("urn:a", "urn:b", None, selectors={"K": "\x02"})
    with pytest.raises(ValueError, match=r"key K takes text, a number.*not null"):
        envelope.build_request("urn:a", "urn:b", None, selectors={"K": None})


def test_each_request_has_its_own_message_id() -> None:
    assert envelope.build_request("urn:a", "urn:b", None)[1] != envelope.build_request("urn:a", "urn:b", None)[1]
