from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.role.which_works import told

SERVER = "scp01.corp.example"


def downloader(**values: Any) -> dict[str, Any]:
    return {"component": "SMS_DMP_DOWNLOADER", "server": SERVER, "site_code": "CAS", "state": "started", **values}


@pytest.mark.parametrize(
    ("components", "works", "words"),
    [
        ([], False, ("CAS",)),
        ([downloader()], True, ()),
        ([downloader(last_started="2031-01-01T00:00:00Z")], True, ("since 2031-01-01 00:00:00 UTC",)),
        ([downloader(last_heartbeat="2031-02-01T00:00:00Z")], True, ("2031-02-01 00:00:00 UTC",)),
        ([downloader(state="stopped")], False, ("stopped",)),
        ([downloader(server="SCP01", component="sms_dmp_downloader")], True, ()),
        # A missing or empty site code counts as this site.
        ([downloader(site_code=None)], True, ()),
        ([downloader(site_code="")], True, ()),
        ([downloader(site_code="PR1")], False, ()),
        ([downloader(server="scp02.corp.example")], False, ()),
        ([downloader(component="SMS_DMP_UPLOADER")], False, ()),
        ([downloader(site_code="PR1", state="stopped"), downloader()], True, ()),
    ],
)
def test_what_the_site_sees_of_one_of_two_roles(components: list[dict[str, Any]], works: bool, words: tuple[str, ...]) -> None:
    sentence = told(SERVER, "CAS", components)
    assert all(word in sentence for word in (SERVER, *words)), sentence
    assert ("not work" in sentence) is not works


def test_a_time_that_is_not_known_is_not_told() -> None:
    assert "since" not in told(SERVER, "CAS", [downloader(last_started=None, last_heartbeat=None)])
    assert "None" not in told(SERVER, "CAS", [downloader(last_started=None, last_heartbeat=None)])
