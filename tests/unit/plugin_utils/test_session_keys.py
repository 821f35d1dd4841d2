"""Whether the keys of a finished logon are strong enough."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.session_keys import (
    problem_with_context,
    problem_with_logon,
    problem_with_tls,
)

EVERYTHING = 0x32


def context(complete: bool = True, attributes: int = EVERYTHING, protocol: str = "kerberos") -> Any:
    return SimpleNamespace(complete=complete, context_attr=attributes, negotiated_protocol=protocol)


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (context(), ""),
        (context(attributes=0x3E), ""),
        (context(protocol="ntlm", attributes=0x30), ""),
        # pyspnego sets the attributes before the server has proved anything.
        (context(complete=False), "did not end: the server sent no proof of its identity"),
        (context(attributes=0x30), "did not prove the server's identity (mutual authentication)"),
        (context(attributes=0x22), "failed: the server does not agree to encryption"),
        (context(attributes=0x12), "failed: the server does not agree to signing"),
        (context(attributes=0, protocol="ntlm"), "failed: the server does not agree to encryption, signing"),
    ],
)
def test_contexts(found: Any, problem: str) -> None:
    assert problem_with_context(found) == problem
    assert problem_with_logon(SimpleNamespace(contexts={"a": context(), "h": found})) == problem


@pytest.mark.parametrize(("version", "problem"), [("TLSv1.2", False), ("TLSv1.3", False), ("TLSv1.1", True), ("TLSv1", True)])
def test_tls_inside_credssp(version: str, problem: bool) -> None:
    told = f"failed: CredSSP uses {version}; the oldest version allowed is TLSv1.2" if problem else ""
    assert problem_with_tls(version) == told
    tls = SimpleNamespace(version=lambda: version)
    assert problem_with_logon(SimpleNamespace(contexts={"h": SimpleNamespace(tls_connection=tls)})) == told


def test_a_method_without_contexts_shows_nothing_afterwards() -> None:
    assert problem_with_logon(SimpleNamespace()) == ""
