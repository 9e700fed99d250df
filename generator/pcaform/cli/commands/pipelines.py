"""`pcaform access --pipeline`: a spec -> the policy of the role that plans or applies its stack, or an SCP."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pcaform.core import console
from pcaform.core.files import display_name, read_bytes
from pcaform.core.problems import Failure
from pcaform.iam.policies import split_policies
from pcaform.render.pipelines import documents
from pcaform.render.pipelines.resources import assumed_roles
from pcaform.rules.load import load_file
from pcaform.spec.stack import Spec

_INLINE_LIMIT = 10240
_OF_STEP: Mapping[str, Callable[[Spec], dict[str, Any]]] = {
    "plan": documents.plan,
    "apply": documents.apply,
    "break-glass": documents.break_glass,
}


def run(path: str, *, step: str, outputs: str | None = None, exempt: tuple[str, ...] = ()) -> int:
    """Print one policy document: what `step` (plan, apply, break-glass, scp) needs, or for an SCP what is denied.

    `outputs` is what `terraform output -json` prints, which knows the ARNs of the CAs that the stack has made.
    """
    spec = load_file(path)
    if outputs is not None:
        spec = with_arns(spec, build_policy(read_bytes(outputs), display_name(outputs)))
    document = documents.scp(spec, exempt=exempt) if step == "scp" else _OF_STEP[step](spec)
    console.print_result(json.dumps(document, indent=2))
    for line in _remarks(spec, step, split_policies.size(document)):
        console.print_status(line)
    return 0


def build_policy(text: bytes, name: str) -> Mapping[str, str]:
    """Return the ARN of each CA that a stack has made, by its key; raises Failure for what are no outputs."""
    try:
        arns = json.loads(text)["certificate_authority_arns"]["value"]
        return {str(key): str(arn) for key, arn in arns.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(
            f"{name}: there is no 'certificate_authority_arns' in it: take what 'terraform output -json' prints"
        ) from None


def with_arns(spec: Spec, arns: Mapping[str, str]) -> Spec:
    """Return a spec whose CAs have the ARNs that they were given when they were made."""
    data = spec.model_dump()
    for key, authority in data["certificate_authorities"].items():
        authority["arn"] = authority["arn"] or arns.get(key)
    return Spec.model_validate(data)


def _remarks(spec: Spec, step: str, size: int) -> Iterator[str]:
    """Yield what the document cannot say itself."""
    limit = documents.LIMITS[step]
    if size > limit:
        advice = "split the stack" if step == "scp" else f"an inline policy of a role may have {_INLINE_LIMIT}"
        yield f"it has {size} characters, and AWS takes {limit}: {advice}"
    roles = assumed_roles(spec)
    if roles:
        yield f"not in it: what {', '.join(roles)} may do where they live"
    if spec.aws.assume_role is not None and step in ("plan", "apply"):
        yield f"it is for {spec.aws.assume_role.role_arn}, but the state is for whoever starts Terraform"
    unmade = [key for key, each in spec.managed.items() if each.arn is None]
    if unmade:
        yield f"every CA of a region stands for {', '.join(unmade)}: give '--outputs' once they are made"
