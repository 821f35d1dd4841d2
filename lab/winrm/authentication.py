"""Authentication: Negotiate, NTLM, Kerberos and CredSSP for a TCP connection, Basic for a single request."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import spnego
from cryptography import x509
from spnego.channel_bindings import GssChannelBindings

from lab.winrm.accounts import Accounts
from lab.winrm.message import Caller
from lab.winrm.ntlm import ChannelBindings, acceptor

_PROTOCOLS = {"negotiate": "negotiate", "kerberos": "kerberos", "ntlm": "ntlm", "credssp": "credssp"}
"""HTTP scheme to the acceptor's protocol; for Negotiate it accepts SPNEGO, raw NTLM and Kerberos."""

_TOLERANCE_SECONDS = 300.0

_environment = threading.Lock()
"""The acceptor finds its accounts and keys through environment variables, which the complete process shares."""


class AuthenticationError(Exception):
    """These credentials, or this token, are answered with 401. The text is for the lab's own log, never for the caller."""


@dataclass(frozen=True)
class Step:
    """One step of a handshake: the token to send back, if any, and the caller once it is complete."""

    token: bytes | None
    caller: Caller | None


@dataclass(frozen=True)
class Keys:
    """The keys of a server's account in its domain.

    :ivar clock_offset_seconds: how far the server's clock is from that of the domain.
    """

    keytab: Path
    clock_offset_seconds: float = 0.0

    @property
    def clock_is_right(self) -> bool:
        """Whether Windows accepts the time in a ticket: the default of its policy is a difference of five minutes at most."""
        return abs(self.clock_offset_seconds) <= _TOLERANCE_SECONDS


class Negotiation:
    """One security context: a handshake, then the encryption of messages. It belongs to one TCP connection.

    :param scheme: the HTTP scheme of the first token, in any letter case: ``Negotiate``, ``NTLM``, ``Kerberos`` or ``CredSSP``.
    :param channel_bindings: of the TLS channel (RFC 5929, tls-server-end-point); None: they are not compared.
    :param keys: for Kerberos tickets; None: no ticket is accepted.
    """

    def __init__(
        self,
        accounts: Accounts,
        scheme: str,
        channel_bindings: ChannelBindings | None = None,
        keys: Keys | None = None,
    ) -> None:
        protocol = _PROTOCOLS.get(scheme.lower())
        if protocol is None:
            raise AuthenticationError(f"the scheme {scheme!r} has no handshake")
        self.scheme = scheme
        self._accounts = accounts
        self._keys = keys
        try:
            with self._secrets():
                self._context = acceptor(protocol, accounts.server, channel_bindings)
        except Exception as error:
            raise AuthenticationError(f"no acceptor for {scheme}: {error}") from error

    def step(self, token: bytes) -> Step:
        """Process the client's token. Raises AuthenticationError; after that the context cannot be used."""
        if not token:
            raise AuthenticationError("an empty token")
        try:
            with self._secrets():
                answer = self._context.step(token)
            principal = self._context.client_principal if self._context.complete else None
        except Exception as error:  # a token is untrusted input: any exception of its parser means 401
            raise AuthenticationError(f"the token was rejected: {type(error).__name__}") from error
        if not self._context.complete:
            if not answer:
                raise AuthenticationError("the handshake has stopped")
            return Step(answer, None)
        if self._context.negotiated_protocol == "kerberos" and self._keys is not None and not self._keys.clock_is_right:
            raise AuthenticationError("the ticket's time is too far from this server's clock")
        caller = self._accounts.find(principal or "")
        if caller is None:
            raise AuthenticationError("the handshake names an unknown account")
        # CredSSP sends the password itself.
        delegated = self.scheme == "credssp" or bool(self._context.context_attr & spnego.ContextReq.delegate)
        return Step(answer, replace(caller, delegated=delegated))

    def unseal(self, signature: bytes, data: bytes) -> bytes:
        """Decrypt and verify a message. Raises AuthenticationError; after that the context cannot be used."""
        try:
            plain: bytes = self._context.unwrap_winrm(signature, data)
        except Exception as error:
            raise AuthenticationError(f"the message was not encrypted with this context: {type(error).__name__}") from error
        return plain

    def seal(self, plain: bytes) -> tuple[bytes, bytes, int]:
        """Encrypt: signature, ciphertext, and the number of padding bytes that the announced length also includes."""
        wrapped = self._context.wrap_winrm(plain)
        return wrapped.header, wrapped.data, wrapped.padding_length

    @contextmanager
    def _secrets(self) -> Iterator[None]:
        """Let the acceptor find the accounts and keys of this server while the block runs."""
        keytab = self._keys.keytab if self._keys is not None else None
        variables = {"NTLM_USER_FILE": str(self._accounts.ntlm_file)}
        # Without a keytab of its own, a server must not use one that this computer has.
        variables["KRB5_KTNAME"] = f"FILE:{keytab or os.devnull}"
        if keytab is not None:
            variables["KRB5RCACHENAME"] = f"file2:{keytab}.replay"
        with _environment:
            before = {name: os.environ.get(name) for name in variables}
            os.environ.update(variables)
            try:
                yield
            finally:
                for name, value in before.items():
                    if value is None:
                        del os.environ[name]
                    else:
                        os.environ[name] = value


def split_authorization(value: str) -> tuple[str, bytes]:
    """The scheme (lower case) and the decoded credentials of an Authorization header. Raises AuthenticationError."""
    scheme, _, encoded = value.strip().partition(" ")
    try:
        return scheme.lower(), base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise AuthenticationError("the Authorization header is not base64") from error


def check_basic(accounts: Accounts, credentials: bytes) -> Caller:
    """The caller with ``user:password``, a local account. Raises AuthenticationError.

    Windows accepts only local accounts (Ansible, "Windows Remote Management", table of the authentication options). Clients use
    different encodings (requests sends Latin-1, others UTF-8), so both are tried.
    """
    user, separator, password = credentials.partition(b":")
    if not separator:
        raise AuthenticationError("Basic credentials without a colon")
    readings = [(_decoded(user, encoding), _decoded(password, encoding)) for encoding in ("utf-8", "latin-1")]
    callers = [accounts.check(name, [secret]) for name, secret in readings if name is not None and secret is not None]
    caller = next((found for found in callers if found is not None), None)
    if caller is None or caller.domain:
        raise AuthenticationError("wrong user name or password, or an account of the domain")
    return caller


def certificate_bindings(certificate_der: bytes) -> GssChannelBindings:
    """The channel bindings of a TLS server certificate: its hash (SHA-256 in place of MD5 and SHA-1; RFC 5929, section 4.1)."""
    algorithm = x509.load_der_x509_certificate(certificate_der).signature_hash_algorithm
    name = "sha256" if algorithm is None or algorithm.name in ("md5", "sha1") else algorithm.name
    digest = hashlib.new(name, certificate_der).digest()
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
