"""CAs whose ARNs only Terraform reads -> a data source for each, which no module has: the stack reads before it plans.

A postcondition holds the ARN to the account and the region that all rules assumed, and says what to do without one.
"""

from typing import Any

from pcaform.core import facts
from pcaform.render.plan.module_call import without_none
from pcaform.render.plan.providers import providers_argument
from pcaform.spec.cas import Reference
from pcaform.spec.references import list_unresolved, parameter_name, remote_state
from pcaform.spec.stack import Spec
from pcaform.terraform.hcl_writer import Call
from pcaform.terraform.hcl_writer import Reference as Expression
from pcaform.terraform.resource_types import REMOTE_STATE, SSM_PARAMETER


def reference_arn(spec: Spec, key: str) -> Expression:
    """Return the expression of the ARN of a CA that a data source reads."""
    kind, path = _source(spec, key)
    return Expression(f"data.{kind}.{key}.{path}")


def _source(spec: Spec, key: str) -> tuple[str, str]:
    """Return the type of a CA's data source, and where the ARN is in it: in an output, or in a text that plans show."""
    if spec.references is not None and spec.references.ssm_parameter is not None:
        return SSM_PARAMETER, "insecure_value"
    name = getattr(spec.certificate_authorities[key], "certificate_authority", key)
    return REMOTE_STATE, f"outputs.certificate_authority_arns.{name}"


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
    source, path = _source(spec, key)
    pattern = f"^arn:{facts.partition(region)}:acm-pca:{region}:{account_id}:certificate-authority/[0-9a-f-]{{36}}$"
    return {
        "type": source,
        "name": key,
        "arguments": _arguments(spec, key, stack, name),
        "postcondition": {
            "condition": Call("can", Call("regex", pattern, (Expression(f"self.{path}"),))),
            "error_message": (
                f"The CA '{name}' of the stack '{stack}' must have an ARN of account {account_id} in {region} here: "
                "apply that stack first, or correct the reference."
            ),
        },
    }


def _arguments(spec: Spec, key: str, stack: str, name: str) -> dict[str, Any]:
    parameter = parameter_name(spec, stack, name)
    if parameter is not None:
        provider = (providers_argument(spec, key) or {}).get("aws")
        return without_none({"provider": provider, "name": parameter})
    kind, settings = remote_state(spec, stack)
    return {"backend": kind, "config": settings}
