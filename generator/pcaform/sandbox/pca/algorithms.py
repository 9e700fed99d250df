"""Key and signing algorithms by AWS's names, for all other modules.

Source of the names: https://docs.aws.amazon.com/privateca/latest/userguide/supported-algorithms.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pcaform.sandbox.http.aws_error import AwsError

if TYPE_CHECKING:
    from cryptography import x509

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Signature:
    """How to sign: `family` is the kind of key it needs, RSA or EC."""

    family: str
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512
    is_pss: bool = False

    @property
    def rsa_padding(self) -> padding.PSS | padding.PKCS1v15 | None:
        """The padding argument for cryptography's builders; None for an EC key."""
        if self.family != "RSA":
            return None
        if self.is_pss:
            return padding.PSS(mgf=padding.MGF1(self.digest), salt_length=self.digest.digest_size)
        return padding.PKCS1v15()


_RSA_SIZES = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
_CURVES: dict[str, Callable[[], ec.EllipticCurve]] = {
    "EC_prime256v1": ec.SECP256R1,
    "EC_secp384r1": ec.SECP384R1,
    "EC_secp521r1": ec.SECP521R1,
}
_SIGNATURES = {
    "SHA256WITHRSA": Signature("RSA", hashes.SHA256()),
    "SHA384WITHRSA": Signature("RSA", hashes.SHA384()),
    "SHA512WITHRSA": Signature("RSA", hashes.SHA512()),
    "SHA256WITHRSA_PSS": Signature("RSA", hashes.SHA256(), is_pss=True),
    "SHA384WITHRSA_PSS": Signature("RSA", hashes.SHA384(), is_pss=True),
    "SHA512WITHRSA_PSS": Signature("RSA", hashes.SHA512(), is_pss=True),
    "SHA256WITHECDSA": Signature("EC", hashes.SHA256()),
    "SHA384WITHECDSA": Signature("EC", hashes.SHA384()),
    "SHA512WITHECDSA": Signature("EC", hashes.SHA512()),
}


def generate_key(key_algorithm: str) -> PrivateKey:
    """Generate the key pair of a CA or of an ACM certificate; RSA_4096 can take seconds.

    Raises InvalidArgsException for algorithms that AWS has and the sandbox does not (SM2, ML-DSA).
    """
    if key_algorithm in _RSA_SIZES:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_SIZES[key_algorithm])
    if key_algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[key_algorithm]())
    raise AwsError("InvalidArgsException", f"The sandbox does not support the key algorithm {key_algorithm}.")


def find_signature(signing_algorithm: str, key_family: str) -> Signature:
    """Look up a signing algorithm; raises InvalidArgsException for one that does not match the key.

    The family must match the signing key: https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
    """
    signature = _SIGNATURES.get(signing_algorithm)
    if signature is None or signature.family != key_family:
        message = f"The signing algorithm {signing_algorithm} does not match a key of the family {key_family}."
        raise AwsError("InvalidArgsException", message)
    return signature


def family_of(key_algorithm: str) -> str:
    """Return the family, RSA or EC, of AWS's name of a key algorithm."""
    return key_algorithm.partition("_")[0]


def sign_certificate(builder: x509.CertificateBuilder, key: PrivateKey, *, signature: Signature) -> x509.Certificate:
    """Sign the certificate of a builder with `signature`'s digest and padding."""
    return builder.sign(key, signature.digest, rsa_padding=signature.rsa_padding)


def sign_request(
    builder: x509.CertificateSigningRequestBuilder, key: PrivateKey, *, signature: Signature
) -> x509.CertificateSigningRequest:
    """Sign the CSR of a builder with `signature`'s digest and padding."""
    return builder.sign(key, signature.digest, rsa_padding=signature.rsa_padding)


def is_same_key(left: object, right: object) -> bool:
    """Tell whether two public keys are equal; keys of different types are not."""
    return type(left) is type(right) and bool(left == right)
