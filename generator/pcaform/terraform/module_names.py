"""The names of module calls, and the addresses of the resources in them; the names of modules and of their copies.

Names of calls and addresses are in users' states, so they must never change. A call may have another copy of its
module as its source: the addresses in it are the same.
"""

import re
from collections.abc import Callable

from pcaform.terraform.addresses import with_key
from pcaform.terraform.resource_types import (
    CLOUDFRONT_DISTRIBUTION,
    CLOUDFRONT_ORIGIN_ACCESS_CONTROL,
    IAM_INSTANCE_PROFILE,
    INSTALLATION,
)

CA_CERTIFICATE = "certificate"
UNPROTECTED = "-unprotected"
_COPY = re.compile(rf"(-aws(-[0-9]+)+)?({UNPROTECTED})?\Z")
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
parameter = _call_of("ssm_parameter")
"""The parameter with a CA's ARN, by the CA's key."""
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


def copy_of(module: str, release: str = "", *, is_protected: bool = True) -> str:
    """Return the name of a module's copy with the arguments that a release of the provider brought, or unprotected."""
    of_release = f"-aws-{release.removesuffix('.0').replace('.', '-')}" if release else ""
    return f"{module}{of_release}{'' if is_protected else UNPROTECTED}"


def original(module: str) -> str:
    """Return the name of the module of which a module is a copy; its own if it is none."""
    return _COPY.sub("", module)
