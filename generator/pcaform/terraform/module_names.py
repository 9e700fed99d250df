"""The names of module calls. They are part of the addresses in users' states, so they must never change."""

CA_CERTIFICATE = "certificate"


def ca(key: str) -> str:
    """Return the call of a CA."""
    return f"ca_{key}"


def ca_certificate(key: str, generation: int) -> str:
    """Return the call of one generation of a CA's own certificate; the first has no number."""
    name = f"{ca(key)}_{CA_CERTIFICATE}"
    return name if generation == 1 else f"{name}_g{generation}"


def permission(key: str) -> str:
    """Return the call of a CA's permission for ACM."""
    return f"acm_permission_{key}"


def share(key: str) -> str:
    """Return the call of a CA's resource policy."""
    return f"ca_share_{key}"


def issuer(key: str) -> str:
    """Return the call of an issuer."""
    return f"issuer_{key}"


def operator_role(section: str, key: str) -> str:
    """Return the call of an administrator's or auditor's role."""
    return f"{section.removesuffix('s')}_{key}"


def crl_bucket(key: str) -> str:
    """Return the call of a CRL bucket."""
    return f"crl_bucket_{key}"


def certificate(key: str) -> str:
    """Return the call of a private certificate."""
    return f"certificate_{key}"
