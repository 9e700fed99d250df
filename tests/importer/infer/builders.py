"""Helpers for handmade states: the inferred spec, what is left out of it, and rendered policies for such states."""

from typing import Any

from importer.infer.infer_state import infer_state
from importer.infer.state_builders import Resource, arn_of, state
from pcaform.iam.policies import issuer_policies
from pcaform.importer.infer.infer import InferredSpec
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws, Spec

AWS = Aws(region="eu-west-1", account_id="123456789012")
UNMANAGED = {
    "certificates": "unmanaged",
    "certificate_authorities": ["root"],
    "templates": ["CodeSigningCertificate/V1"],
    "key_algorithms": [],
    "additional_actions": [],
}
FORGOTTEN = "; 'removed' forgets it: it stays at AWS as it is, and leaves the state"
PART = "it is incomplete: it lacks what Terraform requires; in a state, its creation failed, or it was edited"


def infer(*resources: Resource) -> InferredSpec:
    (found,) = infer_state(state(*resources), "some.tfstate", stack="corp-pki")
    return found


def spec_of(*resources: Resource) -> Spec:
    found = infer(*resources)
    assert found.left_out == ()
    return found.spec


def policy_of(user_name: str, *grants: dict[str, Any]) -> dict[str, Any]:
    """Return the policy that pcaform renders for these grants, with the ARNs of the handmade CAs."""
    issuer = Issuer.model_validate({"user_name": user_name, "grants": list(grants)})
    (document,) = issuer_policies.documents(issuer, AWS, arn_of=arn_of).values()
    return document
