from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.role.which_works import told

SERVER = "scp01.corp.example"


def downloader(**values: Any) -> dict[str, Any]:
    return {"component": "SMS_DMP_DOWNLOADER", "server": SERVER, "site_code": "CAS", "state": "started", **values}


WORKS, DOES_NOT = "that one works", "does not work"


@pytest.mark.parametrize(
    ("components", "words"),
    [
        ([], ("CAS", DOES_NOT)),
        ([downloader()], (WORKS,)),
        ([downloader(last_started="2031-01-01T00:00:00Z")], (WORKS, "since 2031-01-01T00:00:00Z")),
        ([downloader(last_heartbeat="2031-02-01T00:00:00Z")], (WORKS, "2031-02-01T00:00:00Z")),
        ([downloader(state="stopped")], ("stopped", DOES_NOT)),
        ([downloader(server="SCP01", component="sms_dmp_downloader")], (WORKS,)),
        # No site, or one that is not named, is this one.
        ([downloader(site_code=None)], (WORKS,)),
        ([downloader(site_code="")], (WORKS,)),
        ([downloader(site_code="PR1")], (DOES_NOT,)),
        ([downloader(server="scp02.corp.example")], (DOES_NOT,)),
        ([downloader(component="SMS_DMP_UPLOADER")], (DOES_NOT,)),
        ([downloader(site_code="PR1", state="stopped"), downloader()], (WORKS,)),
    ],
)
def test_what_the_site_sees_of_one_of_two_roles(components: list[dict[str, Any]], words: tuple[str, ...]) -> None:
    sentence = told(SERVER, "CAS", components)
    assert all(word in sentence for word in (SERVER, *words)), sentence


def test_a_time_that_is_not_known_is_not_told() -> None:
    assert "since" not in told(SERVER, "CAS", [downloader(last_started=None, last_heartbeat=None)])
    assert "was at" not in told(SERVER, "CAS", [downloader(last_started=None, last_heartbeat=None)])
