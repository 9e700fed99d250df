"""What else hands rights on than policies: what runs with a role, who signs in by a provider, and credentials of users.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html (who assumes a role),
https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.arguments import texts_in
from pcaform.checks.guard.context import PlanContext
from pcaform.iam.documents import as_list
from pcaform.iam.rights import target_of
from pcaform.terraform.plan_json import Change

_INSTANCE_PROFILE = "iam_instance_profile"
CARRIERS: Mapping[str, str] = {
    "aws_autoscaling_group": _INSTANCE_PROFILE,
    "aws_batch_job_definition": "role",
    "aws_cloudformation_stack": "role",
    "aws_codebuild_project": "role",
    "aws_codepipeline": "role",
    "aws_cognito_identity_pool_roles_attachment": "role",
    "aws_ecs_task_definition": "role",
    "aws_eks_access_entry": "role",
    "aws_eks_pod_identity_association": "role",
    "aws_glue_dev_endpoint": "role",
    "aws_glue_job": "role",
    "aws_iam_instance_profile": "role",
    "aws_instance": _INSTANCE_PROFILE,
    "aws_lambda_function": "role",
    "aws_launch_configuration": _INSTANCE_PROFILE,
    "aws_launch_template": _INSTANCE_PROFILE,
    "aws_rolesanywhere_profile": "role",
    "aws_sagemaker_notebook_instance": "role",
    "aws_sfn_state_machine": "role",
    "aws_ssoadmin_account_assignment": "permission_set_arn",
}
"""Resource type -> a word of its arguments that name roles, instance profiles or permission sets."""
PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "aws_iam_openid_connect_provider": ("client_id_list", "thumbprint_list", "url"),
    "aws_iam_saml_provider": ("saml_metadata_document",),
    "aws_rolesanywhere_trust_anchor": ("source", "enabled"),
}
"""Resource type -> the arguments that decide whom it lets in."""
CREDENTIALS = {
    "aws_iam_access_key": "access key",
    "aws_iam_service_specific_credential": "service-specific credential",
    "aws_iam_signing_certificate": "signing certificate",
    "aws_iam_user_login_profile": "password",
}


def roles_gained(change: Change, context: PlanContext) -> list[str]:
    """Return those with rights over CAs that a resource newly runs or signs in with."""
    word = CARRIERS[change.type]
    before, after = (set(_named(values, word)) for values in (change.before, change.after))
    if change.type == "aws_ssoadmin_account_assignment" and change.before != change.after:
        before = set()
    labels = {label for name in after - before for label in _labels(name)}
    return sorted(labels & context.holders.rights.labels)


def _named(values: Any, word: str) -> Iterator[str]:
    """Yield the texts below arguments whose names have a word."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from texts_in(value) if word in name else _named(value, word)
    for value in values if isinstance(values, list) else ():
        yield from _named(value, word)


def _labels(name: str) -> tuple[str, ...]:
    target = target_of(name)
    return (target.label,) if target else (f"role {name}", f"instance-profile {name}", f"permission set {name}")


def is_let_in_anew(change: Change, context: PlanContext) -> bool:
    """Tell whether a provider of identities, by which somebody gets rights over CAs, lets in others than before."""
    return (
        bool(change.after)
        and _has_rights(change, context)
        and any(_gains(change, name) for name in PROVIDERS[change.type])
    )


def is_provider_destroyed(change: Change, context: PlanContext) -> bool:
    """Tell whether a provider of identities is destroyed by which somebody has rights over CAs."""
    return change.is_destroyed and not change.is_replaced and _has_rights(change, context)


def _has_rights(change: Change, context: PlanContext) -> bool:
    rights = context.holders.rights
    if "rolesanywhere" in change.type:
        return any("rolesanywhere.amazonaws.com" in target.services for target in rights.targets)
    return bool(context.holders.labels_of(change) & rights.labels)


def _gains(change: Change, name: str) -> bool:
    """Tell whether an argument has another value, or more values, than before."""
    before, after = (as_list(each.get(name)) for each in (change.before, change.after))
    return bool(change.unknown.get(name)) or any(each not in (*before, False, None) for each in after)


def credential_owner(change: Change, context: PlanContext) -> str:
    """Return the user with rights over CAs that gets another credential, empty if there is none."""
    user = f"user {change.after.get('user') or change.after.get('user_name')}"
    is_active = change.after.get("status", "Active") == "Active"
    is_new = "create" in change.actions or change.before.get("status", "Active") != "Active"
    return user if is_new and is_active and context.holders.holds(user) else ""
