"""The messages of curl and Schannel: those of curl's Windows builds, and Windows' own in the language of the server.

Captured on Windows by others: untrusted, expired and wrong name (curl 8.21.0), revocation (8.8.0 and 7.83.1), refused (8.21.0).
Exit codes of curl 7.55.1 for invalid certificates are from reports in curl's issues 568 and 6003 ([R]); the code for a
server without a common TLS version is not established ([K]).
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.windows.curl.options import NEW_WAYS, Version

COULD_NOT_RESOLVE_PROXY, COULD_NOT_RESOLVE, COULD_NOT_CONNECT = 5, 6, 7
HTTP_ERROR, TIMED_OUT, TLS_FAILED, TRANSFER_FAILED = 22, 28, 35, 56
OLD_WRONG_NAME, NOTHING_RECEIVED, UNTRUSTED = 51, 52, 60

_UNTRUSTED_SINCE = (7, 74)
_SHORT_ADDRESS_SINCE = (8, 20)
_TUNNEL_WORDS_SINCE = (7, 86)

GERMAN = 1031

# Schannel's code, and Windows' text for it in English and German.
_WINDOWS: Mapping[str, tuple[str, str, str]] = {
    "untrusted": (
        "SEC_E_UNTRUSTED_ROOT (0x80090325)",
        "The certificate chain was issued by an authority that is not trusted.",
        "Die Zertifikatkette wurde von einer nicht vertrauenswürdigen Zertifizierungsstelle ausgestellt.",
    ),
    "expired": (
        "SEC_E_CERT_EXPIRED (0x80090328)",
        "The received certificate has expired.",
        "Das empfangene Zertifikat ist abgelaufen.",
    ),
    "wrong_name": (
        "SEC_E_WRONG_PRINCIPAL (0x80090322)",
        "The target principal name is incorrect.",
        "Der Zielprinzipalname ist falsch.",
    ),
    "revocation_offline": (
        "CRYPT_E_REVOCATION_OFFLINE (0x80092013)",
        "The revocation function was unable to check revocation because the revocation server was offline.",
        "Die Sperrfunktion konnte die Sperrung nicht überprüfen, da der Sperrserver offline war.",
    ),
    "tls_version": (
        "SEC_E_UNSUPPORTED_FUNCTION (0x80090302)",
        "The requested function is not supported",
        "Die angeforderte Funktion wird nicht unterstützt.",
    ),
}


def tls_failure(problem: str, version: Version, language: int) -> tuple[int, str]:
    """Exit code and message for what is wrong with a TLS server (a problem of the estate's network)."""
    if problem == "reset":
        return TLS_FAILED, "Recv failure: Connection was reset"
    code, english, german = _WINDOWS["untrusted" if problem == "intercepted" else problem]
    said = f"{code} - {german if language == GERMAN else english}"
    if problem in ("untrusted", "intercepted") and version >= _UNTRUSTED_SINCE:
        return UNTRUSTED, f"schannel: {said}"
    if problem == "wrong_name":
        exit_code = UNTRUSTED if version >= _UNTRUSTED_SINCE else OLD_WRONG_NAME
        return exit_code, f"schannel: SNI or certificate check failed: {said}"
    return TLS_FAILED, f"schannel: next InitializeSecurityContext failed: {said}"


def could_not_connect(host: str, port: int, seconds: float, version: Version, reason: str = "Could not connect to server") -> str:
    """The message for a connection that could not be made."""
    if version < (7, 80):
        return f"Failed to connect to {host} port {port}: {'Timed out' if reason.startswith('Time') else 'Connection refused'}"
    where = f"{host}:{port}" if version >= _SHORT_ADDRESS_SINCE else f"{host} port {port}"
    return f"Failed to connect to {where} after {round(seconds * 1000)} ms: {reason}"


def bad_port(version: Version) -> str:
    """The message for an invalid port."""
    if version < NEW_WAYS:
        return "URL using bad/illegal format or missing URL"
    return "URL rejected: Port number was not a decimal number between 0 and 65535"


def tunnel_failed(status: int, version: Version) -> str:
    """The message for a proxy that does not open a tunnel."""
    if version < _TUNNEL_WORDS_SINCE:
        return f"Received HTTP code {status} from proxy after CONNECT"
    return f"CONNECT tunnel failed, response {status}"


def version_text(version: str) -> str:
    """``curl --version``."""
    old = version == "7.55.1"
    library = "WinSSL" if old else "Schannel zlib/1.3.1 WinIDN"
    date = {"7.55.1": "2017-11-14, security patched: 2019-11-05", "8.13.0": "2025-04-02"}.get(version, "2026-06-24")
    features = (
        "AsynchDNS IPv6 Largefile SSPI Kerberos SPNEGO NTLM SSL"
        if old
        else "alt-svc AsynchDNS HSTS HTTPS-proxy IDN IPv6 Kerberos Largefile libz NTLM SPNEGO SSL SSPI threadsafe UnixSockets"
    )
    protocols = "dict file ftp ftps http https imap imaps pop3 pop3s smtp smtps telnet tftp"
    return (
        f"curl {version} (Windows) libcurl/{version} {library}\r\nRelease-Date: {date}\r\nProtocols: {protocols}\r\n"
        f"Features: {features}\r\n"
    )
