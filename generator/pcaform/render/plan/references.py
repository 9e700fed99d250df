"""CAs whose ARNs only Terraform reads -> a data source for each, which no module has: the stack reads before it plans.

A postcondition holds the ARN to the account and the region that all rules assumed, and says what to do without one.
"""

from typing import Any

from pcaform.core import facts
from pcaform.spec.cas import Reference
from pcaform.spec.references import list_unresolved, remote_state
from pcaform.spec.stack import Spec
from pcaform.terraform.hcl_writer import Call
from pcaform.terraform.hcl_writer import Reference as Expression
from pcaform.terraform.resource_types import REMOTE_STATE

_ARNS = "outputs.certificate_authority_arns"
"""The output of every stack, in its data source."""


def reference_arn(spec: Spec, key: str) -> Expression:
    """Return the expression of the ARN of a CA that a data source reads."""
    name = getattr(spec.certificate_authorities[key], "certificate_authority", key)
    return Expression(f"data.{REMOTE_STATE}.{key}.{_ARNS}.{name}")


def placeholder(spec: Spec, key: str, ca: Reference) -> str:
    """Return what stands for the ARN of such a CA: another CA has another one."""
    region, name = spec.region_of(key), f"{ca.certificate_authority} of {ca.stack}"
    return f"arn:{facts.partition(region)}:acm-pca:{region}:{spec.account_of(key)}:certificate-authority/{name}"


def data_sources(spec: Spec) -> list[dict[str, Any]]:
    """Return the values of the data block of each CA whose ARN only Terraform reads."""
    return [_data_source(spec, key, ca) for key, ca in list_unresolved(spec)]


def _data_source(spec: Spec, key: str, ca: Reference) -> dict[str, Any]:
    stack, name = ca.stack or "", ca.certificate_authority or ""
    region, account_id = spec.region_of(key), spec.account_of(key)
    kind, settings = remote_state(spec, stack)
    pattern = f"^arn:{facts.partition(region)}:acm-pca:{region}:{account_id}:certificate-authority/[0-9a-f-]{{36}}$"
    return {
        "type": REMOTE_STATE,
        "name": key,
        "arguments": {"backend": kind, "config": settings},
        "postcondition": {
            "condition": Call("can", Call("regex", pattern, (Expression(f"self.{_ARNS}.{name}"),))),
            "error_message": (
                f"The CA '{name}' of the stack '{stack}' must have an ARN of account {account_id} in {region} here: "
                "apply that stack first, or correct the reference."
            ),
        },
    }
