"""Ways through the state machine and the matrix that went wrong once."""

from __future__ import annotations

import pytest

from tests.proof.controller import Controller, PlayEnded
from tests.proof.matrix import estate_of
from tests.proof.operations import SCP01, SCP02, STATES, role_move, role_service_connection_point
from tests.proof.trial import claims


def test_a_row_of_somebody_else_in_place_of_the_own_one_is_a_change() -> None:
    """Moved away from a server on which another controller installs the role meanwhile: the row there looks as it did before."""
    with estate_of(STATES) as estate:
        role_service_connection_point(Controller(estate), SCP01, "online")
        estate.faults.order("second_controller", target="CAS", server=SCP01, mode="online", count=1)
        play = Controller(estate)
        with pytest.raises(PlayEnded, match="was taken back"):
            role_move(play, SCP01, SCP02, "online")
        assert play.told[-1].result["changed"] is True
        assert claims(play) == []


def test_a_role_that_was_put_back_was_changed() -> None:
    """The site has removed it and installs it anew, although its row looks as before."""
    with estate_of(STATES) as estate:
        role_service_connection_point(Controller(estate), SCP01, "online")
        estate.faults.order("quota", action="Create", resource="SysResUse")
        play = Controller(estate)
        with pytest.raises(PlayEnded, match="put back on scp01"):
            role_move(play, SCP01, SCP02, "online")
        assert play.told[-1].result["changed"] is True
        assert claims(play) == []
