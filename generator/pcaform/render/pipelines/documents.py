"""Policy documents for the pipelines of a stack: to plan it, to apply it, to delete what is in it, and an SCP.

The apply policy only allows deletions that the spec declares: no CA, permission, policy, certificate or principal may
be deleted unless the spec's own `removed` names it, and then only that one. The state is read and written in S3:
https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required. Other backends do not use IAM, or
are not supported here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import Failure
from pcaform.iam.policies import issuer_policies
from pcaform.iam.policies.statements import Statement, policy, statement
from pcaform.render.pipelines import resources
from pcaform.render.pipelines.resources import PipelineResource, RequiredActions, assumed_roles, pipeline_resources
from pcaform.spec.messages import describe_value
from pcaform.spec.references import needed_stacks, parameter_name, remote_state
from pcaform.spec.sections import Destroy
from pcaform.spec.stack import Spec

_INLINE_LIMIT = 10240
_OTHER_CREDENTIALS = ("assume_role", "profile", "access_key", "role_arn")
_ARN = re.compile(r"(?P<account>arn:[^:]+:iam::[0-9]*):(?P<kind>user|role)(?P<path>/(?:.*/)?)(?P<name>[^/]+)")
_DELETE_CA = (
    *resources.AUTHORITY.delete,
    *resources.PERMISSION.delete,
    *resources.SHARE.delete,
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:UpdateCertificateAuthority",
)
"""A CA must be disabled before it can be deleted."""
_DESTROYED = {
    "certificate_authorities": RequiredActions(delete=_DELETE_CA),
    "certificates": resources.CERTIFICATE,
    "crl_buckets": resources.BUCKET,
}


def build_document(spec: Spec, step: str, *, exempt: tuple[str, ...] = ()) -> Statement:
    """Return the policy document of a step: plan, apply, break-glass or scp."""
    by_step = {"plan": plan, "apply": apply, "break-glass": break_glass}
    return scp(spec, exempt=exempt) if step == "scp" else by_step[step](spec)


def plan(spec: Spec) -> Statement:
    """Return the policy for `terraform plan`: read everything, and hold the state's lock."""
    reading = _allow(pipeline_resources(spec), "read")
    return policy([*reading, *_assume_roles(spec), *_states(spec, is_writing=False)])


def apply(spec: Spec) -> Statement:
    """Return the policy for `terraform apply`: also create and change, and delete what `removed` destroys."""
    writing = _allow(pipeline_resources(spec), "read", "write")
    deleting = _allow(_removed_resources(spec), "delete")
    return policy([*writing, *deleting, *_assume_roles(spec), *_states(spec, is_writing=True)])


def break_glass(spec: Spec) -> Statement:
    """Return the policy that allows deleting resources of this stack, for a separate role that is rarely used."""
    return policy(_allow(pipeline_resources(spec), "delete"))


def scp(spec: Spec, *, exempt: Iterable[str] = ()) -> Statement:
    """Return a service control policy that denies these deletions to all principals except those exempt by ARN."""
    principals = list(exempt)
    exemption = {"ArnNotLike": {"aws:PrincipalArn": principals}} if principals else {}
    denied = (replace(each, condition={**each.condition, **exemption}) for each in pipeline_resources(spec))
    return policy({**each, "Effect": "Deny"} for each in _allow(denied, "delete"))


def _assume_roles(spec: Spec) -> Iterator[Statement]:
    if roles := assumed_roles(spec):
        yield statement("AssumeRoles", [resources.ASSUME_ROLE], list(roles))


def _allow(reached: Iterable[PipelineResource], *levels: str) -> Iterator[Statement]:
    """Yield the statements that allow the actions of these levels on resources, if there are any."""
    for resource in reached:
        actions = sorted(action for level in levels for action in getattr(resource.actions, level))
        if actions:
            yield statement(resource.name, actions, list(resource.arns), condition=dict(resource.condition))


def _states(spec: Spec, *, is_writing: bool) -> Iterator[Statement]:
    """Yield the statements for the own state, and for those of other stacks."""
    yield from _state_statements(spec, is_writing=is_writing)
    yield from _reference_statements(spec)


def _reference_statements(spec: Spec) -> Iterator[Statement]:
    """Yield the statements for the states in S3 of other stacks, which are only read."""
    if spec.references is None or spec.references.remote_state is None:
        return
    found = [settings for kind, settings in (remote_state(spec, each) for each in needed_stacks(spec)) if kind == "s3"]
    own = [each for each in found if each.get("bucket") and each.get("key") and not set(each) & set(_OTHER_CREDENTIALS)]
    buckets = {f"arn:{facts.partition(spec.aws.region)}:s3:::{each['bucket']}" for each in own}
    states = [f"arn:{facts.partition(spec.aws.region)}:s3:::{each['bucket']}/{each['key']}" for each in own]
    if own:
        yield statement("FindOtherStates", ["s3:ListBucket"], sorted(buckets))
        yield statement("OtherStates", ["s3:GetObject"], states)


def _state_statements(spec: Spec, *, is_writing: bool) -> Iterator[Statement]:
    """Yield the statements for the state in S3; none if the backend does not use the pipeline's credentials."""
    settings = (spec.terraform.backend or {}).get("s3", {})
    bucket, key = settings.get("bucket"), settings.get("key")
    if not bucket or not key or any(name in settings for name in _OTHER_CREDENTIALS):
        return
    bucket_arn = f"arn:{facts.partition(spec.aws.region)}:s3:::{bucket}"
    prefix = settings.get("workspace_key_prefix", "env:")
    states = [f"{bucket_arn}/{key}", f"{bucket_arn}/{prefix}/*/{key}"]
    yield statement("FindState", ["s3:ListBucket"], [bucket_arn])
    yield statement("State", ["s3:GetObject", *(["s3:PutObject"] if is_writing else [])], states)
    if settings.get("use_lockfile"):
        locks = [f"{state}.tflock" for state in states]
        yield statement("StateLock", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], locks)
    if settings.get("dynamodb_table"):
        region = settings.get("region", spec.aws.region)
        tables = f"arn:{facts.partition(region)}:dynamodb:{region}:{spec.aws.account_id}:table"
        actions = ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"]
        yield statement("StateLockTable", actions, [f"{tables}/{settings['dynamodb_table']}"])


def _removed_resources(spec: Spec) -> Iterator[PipelineResource]:
    """Yield each resource to destroy, by the ARN that the spec names."""
    for number, (key, removal) in enumerate(spec.removed.items(), start=1):
        if isinstance(removal, Destroy):
            (section, item), name, arn = spec.removed_item(key), f"Remove{number}", removal.destroy
            if section in _DESTROYED:
                yield PipelineResource(name, _DESTROYED[section], (arn,))
            elif match := _ARN.fullmatch(arn):
                yield from _destroyed_principal(match, arn, name)
            if section == "certificate_authorities":
                # Its certificate is revoked by the CA that signed it, which is a CA of the same account and region.
                signers = (f"{arn.rpartition('/')[0]}/*",)
                yield PipelineResource(f"{name}Certificate", RequiredActions(delete=resources.SIGNER.delete), signers)
                if parameter := parameter_name(spec, spec.stack, item):
                    needed = RequiredActions(delete=(*resources.PARAMETER.read, *resources.PARAMETER.delete))
                    yield PipelineResource(f"{name}Parameter", needed, (resources.parameter_arn(parameter, arn),))


def _destroyed_principal(match: re.Match[str], arn: str, name: str) -> Iterator[PipelineResource]:
    """Yield a user or role, and the policies that have its name; a policy with another name is unknown here."""
    kind = match["kind"].capitalize()
    principal = resources.USER if kind == "User" else resources.ROLE
    policies = f"{match['account']}:policy{match['path']}{match['name']}-private-ca*"
    _, attach = resources.ATTACH[kind]
    yield PipelineResource(name, RequiredActions(delete=(*principal.read, *principal.delete, *attach.delete)), (arn,))
    yield PipelineResource(
        f"{name}Policies",
        RequiredActions(delete=(*resources.POLICY.read, *resources.POLICY.delete, "iam:ListPolicyVersions")),
        (policies,),
    )


def parse_ca_arns(text: bytes, name: str) -> Mapping[str, str]:
    """Return the ARN of each CA of an applied stack, by its key, from its outputs or its state.

    Raises Failure for other text.
    """
    try:
        data = json.loads(text)
        arns = data.get("outputs", data)["certificate_authority_arns"]["value"]
        found = {str(key): str(arn) for key, arn in arns.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(
            f"{name}: there is no 'certificate_authority_arns' in it: give a state, or the output of "
            "'terraform output -json'"
        ) from None
    for key, arn in found.items():
        if not re.fullmatch(facts.CA_ARN, arn):
            raise Failure(f"{name}: the output for '{key}' is {describe_value(arn)}, not the ARN of a private CA")
    return found


def add_ca_arns(spec: Spec, arns: Mapping[str, str]) -> Spec:
    """Return the spec with the ARNs of its CAs, as Terraform has created them."""
    created = {key: ca for key, ca in spec.managed.items() if ca.arn is None and key in arns}
    return spec.with_authorities({key: ca.model_copy(update={"arn": arns[key]}) for key, ca in created.items()})


def list_notes(spec: Spec, step: str, document: dict[str, Any]) -> Iterator[str]:
    """Yield what a reader of the document must know and the document cannot say itself."""
    limit = facts.SCP_LIMIT if step == "scp" else facts.POLICY_LIMIT  # of characters
    size = issuer_policies.size(document)
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
        yield f"it covers every CA of the region, since {keys} has no ARN yet: after the first apply, give '--outputs'"
