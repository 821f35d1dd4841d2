# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows services, with Win32_Service. Starting and stopping is asynchronous: the answer comes before the change."""

from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIMV2, WIN32_SERVICE
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import one_of, select

# Win32_Service.StartService, StopService (Win32 provider reference).
_REASONS = {
    2: "access denied",
    3: "other running services depend on it",
    5: "it is in a state that does not accept this",
    7: "it did not answer in time",
    8: "unknown failure",
    9: "its program was not found",
    10: "it is already running",
    14: "it is disabled",
    15: "its account could not log on",
    16: "it is about to be removed",
}
# Already in the requested state, or changing to it: the state itself is read later.
_HARMLESS = frozenset({0, 5, 10})


_ALWAYS_THERE = "WinRM"


class ServiceError(NotReadable):
    """The service control manager refused; the text names the service and says why."""


class ServiceMissing(ServiceError):
    """There is no such service."""


class ServicesHidden(ServiceError):
    """This account may not list the services of the server, so the state of a service is unknown."""


class Services:
    """The services of one server. Each call is one request."""

    def __init__(self, session: CimSession) -> None:
        self._session = session

    def state(self, name: str) -> str:
        """``Running``, ``Stopped``, ``Start Pending``, ``Stop Pending``, ...

        :raises ServiceMissing: there is no such service.
        :raises ServicesHidden: the account does not see the services, which is the default for one that is not an administrator.
        """
        # The WinRM service answers this request: an account that does not see that service sees none.
        where = one_of("Name", dict.fromkeys((name, _ALWAYS_THERE)))
        found = self._session.query(CIMV2, WIN32_SERVICE, select(WIN32_SERVICE, where, columns=("State",)))
        seen = {str(row.get("Name")).casefold(): str(row.get("State") or "") for row in found}
        if name.casefold() in seen:
            return seen[name.casefold()]
        if not seen:
            raise ServicesHidden(
                f"this account may not list the services of the server, not even {_ALWAYS_THERE}, so the state of {name} is "
                "unknown; the account needs to be a local administrator there"
            )
        raise ServiceMissing(f"there is no Windows service {name}")

    def request(self, name: str, method: str) -> None:
        """Request ``StartService`` or ``StopService``; returns before the service has changed.

        :raises ServiceError: Windows refused it, with the reason.
        """
        output = self._session.invoke(CIMV2, WIN32_SERVICE, method, {}, keys={"Name": name})
        code = output.get("ReturnValue") or 0
        if code not in _HARMLESS:
            reason = _REASONS.get(int(str(code)), f"code {code}")
            raise ServiceError(f"Windows refused {method} of the service {name}: {reason}")
