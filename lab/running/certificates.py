"""The private certification authority of one estate, created at each start; its key never leaves the process."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

import trustme


class Certificates:
    """One certification authority and one server certificate for all names and addresses of an estate.

    :param names: host names and addresses that the certificate is for.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._authority = trustme.CA(organization_name="configmgr.scp lab")
        self._leaf = self._authority.issue_cert(*names)

    @property
    def server_certificate_der(self) -> bytes:
        """The server certificate, for channel bindings."""
        return ssl.PEM_cert_to_DER_cert(self._leaf.cert_chain_pems[0].bytes().decode("ascii"))

    def server_context(self) -> ssl.SSLContext:
        """A TLS context for the HTTPS listeners; TLS 1.2 or later."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._leaf.configure_cert(context)
        return context

    def write_authority(self, path: Path) -> None:
        """Write the authority's certificate (PEM) for clients to trust."""
        path.write_bytes(self._authority.cert_pem.bytes())
