"""Paths through the state machine and the matrix that once failed."""

from __future__ import annotations

import pytest

from tests.proof.controller import Controller, PlayEnded
from tests.proof.estates import INSTALL
from tests.proof.looking import downloader
from tests.proof.matrix import estate_of, struck
from tests.proof.operations import BY_NAME, SCP01, SCP02, SITE, STATES, role_move, role_service_connection_point
from tests.proof.trial import FAULTS_BY_NAME, claims


def test_a_row_of_somebody_else_in_place_of_the_own_one_is_a_change() -> None:
    """Moved from a server on which another controller installs the role at the same time: its row there looks unchanged."""
    with estate_of(STATES) as estate:
        role_service_connection_point(Controller(estate), SCP01, "online")
        estate.faults.order("second_controller", target="CAS", server=SCP01, mode="online", count=1)
        play = Controller(estate)
        with pytest.raises(PlayEnded, match="was removed again"):
            role_move(play, SCP01, SCP02, "online")
        assert play.told[-1].result["changed"] is True
        assert claims(play) == []


def test_a_role_that_was_put_back_was_changed() -> None:
    """The site has removed it and installs it again, although its row looks unchanged."""
    with estate_of(STATES) as estate:
        role_service_connection_point(Controller(estate), SCP01, "online")
        estate.faults.order("quota", action="Create", resource="SysResUse")
        play = Controller(estate)
        with pytest.raises(PlayEnded, match="put back on scp01"):
            role_move(play, SCP01, SCP02, "online")
        assert play.told[-1].result["changed"] is True
        assert claims(play) == []


@pytest.mark.parametrize(("request_at", "action"), [(2, "Get"), (3, "EncryptDataEx"), (4, "Put")])
def test_a_password_that_was_not_written_is_not_called_renewed(request_at: int, action: str) -> None:
    """Its row has no embedded settings, so it looked as requested whether or not the write succeeded."""
    operation = BY_NAME["password renewal"]
    with estate_of(operation) as estate:
        trial = struck(estate, operation, FAULTS_BY_NAME["dropped before the effect"], request_at)
        assert trial.asked is not None
        assert trial.asked.action == action
        assert "The connection was lost at this step" in trial.message
        assert trial.problems == []


def test_a_mode_that_is_changed_while_the_role_is_installed() -> None:
    operation = BY_NAME["mode change while it installs"]
    with estate_of(operation) as estate:
        operation.prepare(Controller(estate))
        play = Controller(estate)
        operation.play(play)
        assert operation.unmet(estate) == []
        assert claims(play) == []


def test_a_stop_that_was_asked_for_before_is_no_change() -> None:
    """The thread hangs while it stops, and the next run requests the stop again."""
    with estate_of(STATES) as estate:
        role_service_connection_point(Controller(estate), SCP01, "online")
        estate.faults.order("stuck_thread", target=SCP01, component="SMS_DMP_DOWNLOADER")
        for asks in (True, False):
            play = Controller(estate)
            with pytest.raises(PlayEnded, match="was asked to stop but is stopping"):
                role_service_connection_point(play, SCP01, "offline", wait_timeout=60)
            assert play.told[-1].result["changed"] is asks
            assert claims(play) == []


def test_an_installation_account_that_may_install_is_enough_for_a_server() -> None:
    with estate_of(STATES) as estate:
        setting = Controller(estate)
        setting.run("site_account", name=INSTALL, password=estate.account(INSTALL).password, site_code=SITE)
        setting.run("site_system", server=SCP02, site_code=SITE, installation_account=INSTALL)
        role_service_connection_point(Controller(estate), SCP02, "online")
        assert downloader(estate, SCP02) == "Running"
