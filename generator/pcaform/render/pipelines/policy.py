"""The policy of the role that plans or applies a stack, or an SCP that guards it; Terraform outputs name the ARNs."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaform.core.problems import Failure
from pcaform.iam.policies import issuer_policies
from pcaform.render.pipelines import documents
from pcaform.render.pipelines.resources import assumed_roles
from pcaform.spec.stack import Spec

_INLINE_LIMIT = 10240
_BY_STEP: Mapping[str, Callable[[Spec], dict[str, Any]]] = {
    "plan": documents.plan,
    "apply": documents.apply,
    "break-glass": documents.break_glass,
}


def build_document(spec: Spec, step: str, *, exempt: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the policy document of a step: plan, apply, break-glass or scp."""
    return documents.scp(spec, exempt=exempt) if step == "scp" else _BY_STEP[step](spec)


def parse_ca_arns(text: bytes, name: str) -> Mapping[str, str]:
    """Return the ARN of each CA of an applied stack, by its key; raises Failure for text that is not its outputs."""
    try:
        arns = json.loads(text)["certificate_authority_arns"]["value"]
        return {str(key): str(arn) for key, arn in arns.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(
            f"{name}: there is no 'certificate_authority_arns' in it: give the output of 'terraform output -json'"
        ) from None


def add_ca_arns(spec: Spec, arns: Mapping[str, str]) -> Spec:
    """Return the spec with the ARNs of its CAs, as Terraform has created them."""
    data = spec.model_dump()
    for key, ca in data["certificate_authorities"].items():
        ca["arn"] = ca["arn"] or arns.get(key)
    return Spec.model_validate(data)


def list_notes(spec: Spec, step: str, document: dict[str, Any]) -> Iterator[str]:
    """Yield what a reader of the document must know and the document cannot say itself."""
    limit, size = documents.LIMITS[step], issuer_policies.size(document)
    if size > limit:
        advice = "split the stack" if step == "scp" else f"an inline policy of a role may have {_INLINE_LIMIT}"
        yield f"it has {size} characters, but AWS allows {limit}: {advice}"
    roles = assumed_roles(spec)
    if roles:
        yield f"not included: the permissions of {', '.join(roles)}, which are in other accounts"
    if spec.aws.assume_role is not None and step in ("plan", "apply"):
        yield f"it is for {spec.aws.assume_role.role_arn}; the state is read by the identity that starts Terraform"
    without_arn = [key for key, ca in spec.managed.items() if ca.arn is None]
    if without_arn:
        keys = ", ".join(without_arn)
        yield f"it covers every CA of the region, since the ARN of {keys} is unknown: give '--outputs' once created"
