# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first exchange of an NTLM logon left out: the question of a client without a token, to which the answer is known.

The authentication libraries begin a logon with a request without a token, which the server answers with 401 and the list of its
authentication methods. If the settings name NTLM as the only one, that list decides nothing: WinRM offers NTLM within Negotiate
(wsman.md, section 3), and a server that does not is recognised by its answer to the first token. So this answer is made here, and
one of three exchanges is saved. Over TLS it is needed: the libraries take the certificate from it to which they bind the logon.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportError
from ansible_collections.configmgr.scp.plugins.plugin_utils import http_answer
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import refused, unauthorized
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import Target

_SCHEME = "Negotiate"
_TOKEN = re.compile(r"negotiate\s+[A-Za-z0-9+/=]", re.IGNORECASE)


class FirstStep:
    """Answers the first request of one channel in place of the server, and checks the server's answer to the next one.

    :param method: the authentication method, for messages.
    """

    def __init__(self, target: Target, method: str) -> None:
        self._target = target
        self._method = method
        self._begun = self._checked = False

    def replaces(self, request: Any) -> bool:
        """Whether this request is the first of the logon, so that it is not sent."""
        first = not self._begun and not request.body and "Authorization" not in request.headers
        self._begun = True
        return first

    def answer(self) -> Any:
        """The server's answer to it, for the adapter's ``build_response``."""
        from urllib3.response import HTTPResponse

        self._checked = False
        return HTTPResponse(io.BytesIO(), {"WWW-Authenticate": _SCHEME}, status=401, preload_content=False)

    def problem_with(self, status: int, headers: Mapping[str, str], body: bytes) -> TransportError | None:
        """What is wrong with the answer to the first token; None for every later answer."""
        if self._checked:
            return None
        self._checked = True
        if status == 401:
            has_token = _TOKEN.search(headers.get("WWW-Authenticate") or "") is not None
            return None if has_token else unauthorized(self._target, self._method)
        if status < 400:
            return http_answer.not_asked(self._target)
        return refused(status, body, self._target, sent=False)
