"""What ansible-playbook really prints when a request fails. A sample: tests/proof injects faults at every single request."""

from __future__ import annotations

import re
from pathlib import Path

from tests.lab.conftest import StartEstate
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play

SCP01 = "scp01.corp.example"
NOT_FOR_USERS = re.compile(r"Traceback|File \"|</|<\w+:|xmlns|defect of the module")
# The fault, and what the user reads about it in addition to the server.
FAULTS = (
    ({"kind": "garbage", "action": "Enumerate", "resource": "*"}, "the answer is not well-formed XML"),
    ({"kind": "provider_fault", "action": "Create"}, "0x80041001 WBEM_E_FAILED"),
    ({"kind": "quota", "resource": "SMS_Site"}, "a quota of the server is exhausted"),
    ({"kind": "truncate_sealed", "resource": "SMS_Site"}, "cannot be decrypted"),
    ({"kind": "http_status", "status": 503, "resource": "SMS_Site"}, "HTTP 503"),
)


def test_faults_are_told_in_sentences_and_the_last_run_finishes(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    estate = start_estate(pace=600)
    variables = {"service_connection_point_preflight": False, "service_connection_point_site_code": "CAS"}
    for order, words in FAULTS:
        estate.faults.order(**order)
        # With wait, a first task reads everything; if it fails, the others do everything again, and the fault is over.
        run = play("provision", estate, lab_inventory, tmp_path, **variables, service_connection_point_wait=False)
        assert estate.faults.listing() == [], order
        assert run.code != 0, run.output
        assert NOT_FOR_USERS.search(run.output) is None, run.output
        assert words in " ".join(run.output.split()), run.output
        assert "cas01.corp.example" in run.output
    run = play("provision", estate, lab_inventory, tmp_path, **variables)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP01]
    assert estate.violations == []
