"""The policy of the role that plans or applies a stack, or an SCP that guards it; Terraform outputs name the ARNs."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaform.core.problems import Failure
from pcaform.iam.policies import split_policies
from pcaform.render.pipelines import documents
from pcaform.render.pipelines.resources import roles_elsewhere
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
            f"{name}: there is no 'certificate_authority_arns' in it: take what 'terraform output -json' prints"
        ) from None


def add_ca_arns(spec: Spec, arns: Mapping[str, str]) -> Spec:
    """Return the spec with the ARNs of its CAs, as Terraform has created them."""
    data = spec.model_dump()
    for key, ca in data["certificate_authorities"].items():
        ca["arn"] = ca["arn"] or arns.get(key)
    return Spec.model_validate(data)


def list_notes(spec: Spec, step: str, document: dict[str, Any]) -> Iterator[str]:
    """Yield what a reader of the document must know and the document cannot say itself."""
    limit, size = documents.LIMITS[step], split_policies.size(document)
    if size > limit:
        advice = "split the stack" if step == "scp" else f"an inline policy of a role may have {_INLINE_LIMIT}"
        yield f"it has {size} characters, and AWS takes {limit}: {advice}"
    roles = roles_elsewhere(spec)
    if roles:
        yield f"not in it: what {', '.join(roles)} may do where they live"
    if spec.aws.assume_role is not None and step in ("plan", "apply"):
        yield f"it is for {spec.aws.assume_role.role_arn}, but the state is for whoever starts Terraform"
    without_arn = [key for key, ca in spec.managed.items() if ca.arn is None]
    if without_arn:
        yield f"every CA of a region stands for {', '.join(without_arn)}: give '--outputs' once they are made"
