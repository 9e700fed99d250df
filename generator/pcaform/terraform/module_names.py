"""The names of module calls, and the addresses of the resources in them.

Both are in users' states, so they must never change.
"""

from collections.abc import Callable

from pcaform.terraform.addresses import with_key
from pcaform.terraform.resource_types import (
    CLOUDFRONT_DISTRIBUTION,
    CLOUDFRONT_ORIGIN_ACCESS_CONTROL,
    IAM_INSTANCE_PROFILE,
    INSTALLATION,
)

CA_CERTIFICATE = "certificate"
_OPTIONAL = (INSTALLATION, IAM_INSTANCE_PROFILE, CLOUDFRONT_DISTRIBUTION, CLOUDFRONT_ORIGIN_ACCESS_CONTROL)
"""Resources that a module has or not, depending on its arguments."""


def _call_of(prefix: str) -> Callable[[str], str]:
    """Return the function from an item's key to its module call."""
    return lambda key: f"{prefix}_{key}"


ca = _call_of("ca")
permission = _call_of("acm_permission")
"""A CA's permission for ACM, by the CA's key."""
share = _call_of("ca_share")
"""A CA's resource policy, by the CA's key."""
issuer = _call_of("issuer")
crl_bucket = _call_of("crl_bucket")
certificate = _call_of("certificate")
"""A private certificate of ACM."""


def ca_key(call: str) -> str:
    """Return the key of the CA whose call this is."""
    return call.removeprefix(ca(""))


def ca_certificate(key: str, generation: int) -> str:
    """Return the call of one generation of a CA's own certificate; the first has no number."""
    name = f"{ca(key)}_{CA_CERTIFICATE}"
    return name if generation == 1 else f"{name}_g{generation}"


def operator_role(section: str, key: str) -> str:
    """Return the call of an administrator's or auditor's role."""
    return f"{section.removesuffix('s')}_{key}"


def resource(call: str, resource_type: str, name: str | None = None) -> str:
    """Return the address of a resource in a module call; a policy and its attachment have the policy's name as key."""
    key = 0 if resource_type in _OPTIONAL else name
    address = f"module.{call}.{resource_type}.this"
    return address if key is None else with_key(address, key)
