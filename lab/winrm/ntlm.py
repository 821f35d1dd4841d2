"""The NTLM side of an emulated server: the names in its challenge, and how strictly it checks channel bindings.

pyspnego's acceptor has neither as an option: it puts the host name of this computer into the challenge, and rejects every client
without bindings as soon as it has bindings to compare. So two of its internal methods are extended here, and only here;
``tests/unit/lab_winrm/test_ntlm.py`` notices if a new version of pyspnego changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import spnego
from spnego._context import GSSMech
from spnego._negotiate import NegotiateProxy
from spnego._ntlm import NTLMProxy
from spnego._ntlm_raw.messages import Authenticate, AvId, Challenge, NegotiateFlags, NTClientChallengeV2, TargetInfo
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import BadBindingsError

_NO_BINDINGS = bytes(16)
_NTLM_V1_BYTES = 24


@dataclass(frozen=True)
class ServerName:
    """A server as its NTLM challenge names it; a server in a workgroup has no domain."""

    machine: str
    netbios_domain: str = ""
    dns_domain: str = ""

    def target(self) -> str:
        """The target of the challenge: the domain, in a workgroup the server ([MS-NLMP] 3.2.5.1.1)."""
        return (self.netbios_domain or self.machine).upper()

    def info(self, timestamp: object) -> TargetInfo:
        """The AV pairs of the challenge ([MS-NLMP] 2.2.2.1)."""
        found = TargetInfo()
        found[AvId.nb_domain_name] = self.target()
        found[AvId.nb_computer_name] = self.machine.upper()
        name = self.machine.lower()
        found[AvId.dns_domain_name] = self.dns_domain or name
        found[AvId.dns_computer_name] = f"{name}.{self.dns_domain}" if self.dns_domain else name
        if self.dns_domain:
            found[AvId.dns_tree_name] = self.dns_domain
        found[AvId.timestamp] = timestamp
        return found


@dataclass(frozen=True)
class ChannelBindings:
    """The bindings of a TLS channel. Wrong ones are always rejected; ``required``: missing ones too."""

    expected: GssChannelBindings
    required: bool = False


def acceptor(protocol: str, server: ServerName, bindings: ChannelBindings | None) -> spnego.ContextProxy:
    """The server's side of a handshake.

    :param protocol: ``negotiate``, ``ntlm``, ``credssp`` (whose logon inside TLS is Negotiate) or ``kerberos``.
    :param bindings: None: bindings are not compared.
    """
    settings: dict[str, Any] = {
        "hostname": "unspecified",
        "service": "http",
        "channel_bindings": bindings.expected if bindings else None,
        "options": spnego.NegotiateOptions.wrapping_winrm,
    }
    if protocol == "ntlm":
        return _Ntlm(server, bindings is not None and bindings.required, settings)
    if protocol == "negotiate":
        return _Negotiate(server, bindings is not None and bindings.required, settings)
    if protocol == "credssp":
        inner = _Negotiate(server, required=False, settings={"hostname": "unspecified", "service": "http"})
        return spnego.server(protocol=protocol, credssp_negotiate_context=inner, **settings)
    return spnego.server(protocol=protocol, **settings)


class _Ntlm(NTLMProxy):  # type: ignore[misc]  # an untyped module
    """An NTLM acceptor of the emulated server."""

    def __init__(self, server: ServerName, required: bool, settings: dict[str, Any]) -> None:
        super().__init__(usage="accept", protocol="ntlm", **settings)
        self._server = server
        self._required = required

    def _step_accept_negotiate(self, token: bytes) -> bytes:
        super()._step_accept_negotiate(token)
        made: Challenge = self._temp_challenge  # type: ignore[has-type]
        kind = NegotiateFlags.target_type_domain if self._server.netbios_domain else NegotiateFlags.target_type_server
        challenge = Challenge(
            (made.flags & ~NegotiateFlags.target_type_server) | kind,
            made.server_challenge,
            target_name=self._server.target(),
            target_info=self._server.info(made.target_info[AvId.timestamp]),
            version=made.version,
        )
        self._temp_challenge = challenge
        return bytes(challenge.pack())

    def _step_accept_authenticate(self, token: bytes, channel_bindings: GssChannelBindings | None) -> None:
        """Sixteen zeros are no bindings ([MS-NLMP] 2.2.2.1, MsvAvChannelBindings)."""
        response = Authenticate.unpack(token).nt_challenge_response or b""
        sent = b""
        if len(response) > _NTLM_V1_BYTES:
            sent = NTClientChallengeV2.unpack(response[16:]).av_pairs.get(AvId.channel_bindings, b"")
        absent = sent in (b"", _NO_BINDINGS)
        if absent and self._required and channel_bindings:
            raise BadBindingsError(context_msg="The server requires channel bindings, and the client sent none")
        super()._step_accept_authenticate(token, None if absent else channel_bindings)


class _Negotiate(NegotiateProxy):  # type: ignore[misc]  # an untyped module
    """A SPNEGO acceptor with the NTLM acceptor above; it also accepts raw NTLM tokens."""

    def __init__(self, server: ServerName, required: bool, settings: dict[str, Any]) -> None:
        super().__init__(usage="accept", protocol="negotiate", **settings)
        self._ntlm = (server, required, settings)

    def _rebuild_context_list(
        self, mech_types: list[str] | None = None, channel_bindings: GssChannelBindings | None = None
    ) -> list[str]:
        mechanisms: list[str] = super()._rebuild_context_list(mech_types, channel_bindings)
        if GSSMech.ntlm in self._context_list:
            context = _Ntlm(*self._ntlm)
            context._is_wrapped = True
            self._context_list[GSSMech.ntlm] = (context, None)
        return mechanisms
