# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Why a server's certificate is not accepted, in words, with what helps (codes: openssl verify, x509_vfy.h, X509_V_ERR_*)."""

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
    62: "it is made out for another name; connect by a name that stands in it, or renew it with this one",
    64: "it is not made out for this IP address; connect by a name that stands in it, or renew it with this address",
}
# Found by the strict check (X509_V_FLAG_X509_STRICT), which Python 3.13 and newer ask for; with these, trust is not the question.
_STRICT: Mapping[int, str] = {
    79: "the certificate of a CA in its chain is not marked as one of a CA",
    80: "a certificate that is of no CA has a path length",
    81: "the certificate of a CA has a path length, but no key usage for signing certificates",
    82: "a certificate that is of no CA has the key usage for signing certificates",
    83: "a certificate names no issuer",
    84: "the certificate of a CA has no subject",
    85: "a certificate of its chain has no authority key identifier",
    86: "the certificate of its CA has no subject key identifier",
    87: "it has an empty subject alternative name",
    88: "it has no subject, and its subject alternative name is not marked as critical",
    89: "the basic constraints of its CA are not marked as critical",
    90: "its authority key identifier is marked as critical",
    91: "its subject key identifier is marked as critical",
    92: "the certificate of its CA has no key usage",
    93: "a certificate with extensions is not of version 3",
}


def certificate_problem(error: ssl.SSLCertVerificationError, target: Target) -> str:
    """OpenSSL's verification result as a sentence without its full stop."""
    variables = target.variables
    trust = f"name the issuing CA's PEM file in {variables.ca}"
    strict = _STRICT.get(error.verify_code)
    if strict is not None:
        return (
            f"the certificate of {target.endpoint} is not accepted: {strict}. It is made in an old way that Python 3.13 and "
            "newer refuse, whoever is trusted. Have the CA and the certificate made anew as they require, or run Ansible with "
            f"Python 3.11 or 3.12. The check itself is {variables.check}"
        )
    reason = _REASONS.get(error.verify_code, f"{error.verify_message or 'the check failed'}; {{trust}}").replace("{trust}", trust)
    return f"the certificate of {target.endpoint} is not accepted: {reason}. The check itself is {variables.check}"
