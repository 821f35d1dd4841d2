# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Why a server's certificate is not accepted, and what to do (codes: openssl verify, x509_vfy.h, X509_V_ERR_*)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from ansible_collections.configmgr.scp.plugins.plugin_utils.target import Target

_REASONS: Mapping[int, str] = {
    10: "it has expired; renew it on the server",
    9: "it is not valid yet; check the clocks",
    18: "it is self-signed; {trust}",
    19: "its chain ends in a CA that is not trusted here; {trust}",
    20: "its issuer is not trusted here; {trust}",
    21: "its issuer is not trusted here; {trust}",
    62: "it was issued for another name; connect by a name that is in the certificate, or renew it with this name",
    64: "it was not issued for this IP address; connect by a name that is in the certificate, or renew it with this address",
}
# Found by the strict check (X509_V_FLAG_X509_STRICT), which Python 3.13 and newer use; these problems do not depend on trust.
_STRICT: Mapping[int, str] = {
    79: "the certificate of a CA in its chain is not marked as a CA certificate",
    80: "a certificate that is not a CA certificate has a path length",
    81: "the certificate of a CA has a path length, but no key usage for signing certificates",
    82: "a certificate that is not a CA certificate has the key usage for signing certificates",
    83: "a certificate has no issuer",
    84: "the certificate of a CA has no subject",
    85: "a certificate in its chain has no authority key identifier",
    86: "the certificate of its CA has no subject key identifier",
    87: "it has an empty subject alternative name",
    88: "it has no subject, and its subject alternative name is not marked as critical",
    89: "the basic constraints of its CA are not marked as critical",
    90: "its authority key identifier is marked as critical",
    91: "its subject key identifier is marked as critical",
    92: "the certificate of its CA has no key usage",
    93: "a certificate with extensions is not a version 3 certificate",
}


def certificate_problem(error: ssl.SSLCertVerificationError, target: Target) -> str:
    """OpenSSL's verification result as a sentence without its full stop at the end."""
    variables = target.variables
    trust = f"set {variables.ca} to the PEM file of the issuing CA"
    strict = _STRICT.get(error.verify_code)
    if strict is not None:
        return (
            f"the certificate of {target.endpoint} is not accepted: {strict}. Python 3.13 and newer refuse such certificates, "
            "even if their CA is trusted. Have the CA and the server certificate reissued as they require, or run Ansible with "
            f"Python 3.11 or 3.12. {variables.check} controls this check"
        )
    reason = _REASONS.get(error.verify_code, f"{error.verify_message or 'the check failed'}; {{trust}}").replace("{trust}", trust)
    return f"the certificate of {target.endpoint} is not accepted: {reason}. {variables.check} controls this check"
