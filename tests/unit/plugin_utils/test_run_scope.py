from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.run_scope import is_called, without_hosts, without_tasks


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        (["configmgr.scp.move"], True),
        (["playbooks/move.yml"], True),
        (["/srv/x/move.yaml"], True),
        (["site.yml"], False),
        (["configmgr.scp.remove"], False),
        (["site.yml", "configmgr.scp.move"], True),
        ([], False),
    ],
)
def test_whether_the_command_line_names_the_playbook(arguments: list[str], called: bool) -> None:
    assert is_called("move", arguments) is called


def test_a_pattern_without_hosts() -> None:
    problem = without_hosts("scp_provider", "sms_providr", [], None)
    assert problem is not None
    assert "'sms_providr'" in problem
    assert "scp_provider" in problem
    assert without_hosts("scp_provider", "sms_provider", ["a"], None) is None


def test_a_limit_that_leaves_no_host() -> None:
    assert without_hosts("scp_provider", "p", ["a", "b"], ["b"]) is None
    problem = without_hosts("scp_provider", "p", ["a"], ["c"])
    assert problem is not None
    assert "--limit" in problem
    # For a limit that matches no host, Ansible itself reports an error.
    assert without_hosts("scp_provider", "p", ["a"], []) is not None


@pytest.mark.parametrize(
    ("run", "known", "own", "fine"),
    [
        (["all"], [], [], True),
        ([], [], [], True),
        (["prepare"], ["prepare", "connect"], [], True),
        (["prepair"], ["prepare", "connect"], [], False),
        (["prepair", "connect"], ["prepare", "connect"], [], True),
        (["mine"], [], ["mine"], True),
        (["mine"], [], [], False),
        (["untagged"], [], [], True),
        (["tagged"], [], [], False),
        (["tagged"], ["prepare"], [], True),
    ],
)
def test_tags(run: list[str], known: list[str], own: list[str], fine: bool) -> None:
    problem = without_tasks(run, known, own)
    assert (problem is None) is fine
    if problem is not None:
        assert run[0] in problem
        assert "Allowed are prepare, connect" in problem if known else "has no tags" in problem
