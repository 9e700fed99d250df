"""The X.509 condition keys of IssueCertificate that describe the certificate's public key.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/certguard-condition-keys.html. AWS's pages show RSA, EC
and SM2 as algorithms and the size as a number; how AWS writes a curve could not be checked. The other keys of that page
(names, extensions) are not supported, so a policy that requires one never matches.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pcaform.sandbox.iam.request_context import Keys

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_OF_ALGORITHM = {"EC_prime256v1": "P-256", "EC_secp384r1": "P-384", "EC_secp521r1": "P-521"}


def keys_of_public_key(public_key: object) -> Keys:
    """Return the condition keys of a public key; none for keys that are neither RSA nor EC."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return _rsa_keys(public_key.key_size)
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return _ec_keys(_CURVES.get(public_key.curve.name, public_key.curve.name))
    return {}


def keys_of_algorithm(key_algorithm: str) -> Keys:
    """Return the condition keys of a key that ACM will generate."""
    if key_algorithm.startswith("RSA_"):
        return _rsa_keys(int(key_algorithm.removeprefix("RSA_")))
    return _ec_keys(_OF_ALGORITHM[key_algorithm]) if key_algorithm in _OF_ALGORITHM else {}


def _rsa_keys(size: int) -> Keys:
    return {"acm-pca:x509key/algorithm": ("RSA",), "acm-pca:x509key/size": (str(size),)}


def _ec_keys(curve: str) -> Keys:
    return {"acm-pca:x509key/algorithm": ("EC",), "acm-pca:x509key/curve": (curve,)}
