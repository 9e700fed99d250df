"""The IAM actions that Terraform needs for each resource type of the modules, from what pipelines are allowed."""

from collections.abc import Iterable
from itertools import chain

from pcaform.render.pipelines import resources
from pcaform.render.pipelines.resources import RequiredActions
from pcaform.terraform import resource_types as types

_WITH_OTHERS = RequiredActions()
"""What a resource needs is among the actions of another resource that every module has with it."""
_ATTACHED = {kind: resources.ATTACH[kind] for kind in ("User", "Role")}
ACTIONS: dict[str, tuple[RequiredActions, ...]] = {
    types.AUTHORITY: (resources.AUTHORITY, RequiredActions(write=(resources.CREATE_AUTHORITY,))),
    types.INSTALLATION: (_WITH_OTHERS,),
    types.CERTIFICATE: (resources.SIGNER, RequiredActions(write=(resources.ISSUE,))),
    types.PERMISSION: (resources.PERMISSION,),
    types.SHARE: (resources.SHARE,),
    types.SSM_PARAMETER: (resources.PARAMETER, resources.FIND_PARAMETERS.actions),
    types.ACM_CERTIFICATE: (
        resources.CERTIFICATE,
        resources.THROUGH_ACM,
        RequiredActions(write=(resources.REQUEST, resources.ISSUE)),
    ),
    types.IAM_USER: (resources.USER, resources.LOGINS, resources.BOUNDARY["User"]),
    types.IAM_ROLE: (resources.ROLE, resources.BOUNDARY["Role"]),
    types.IAM_POLICY: (resources.POLICY,),
    types.IAM_USER_POLICY_ATTACHMENT: _ATTACHED["User"],
    types.IAM_ROLE_POLICY_ATTACHMENT: _ATTACHED["Role"],
    types.IAM_INSTANCE_PROFILE: (resources.PROFILE, RequiredActions(write=(resources.PASS_ROLE,))),
    types.S3_BUCKET: (resources.BUCKET,),
    types.CLOUDFRONT_DISTRIBUTION: (resources.DISTRIBUTION,),
    types.CLOUDFRONT_ORIGIN_ACCESS_CONTROL: (resources.CONTROL,),
    types.S3_BUCKET_POLICY: (_WITH_OTHERS,),
    types.S3_BUCKET_OWNERSHIP_CONTROLS: (_WITH_OTHERS,),
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK: (_WITH_OTHERS,),
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: (_WITH_OTHERS,),
}
_STEPS = {"`terraform plan`": "read", "`terraform apply`, also": "write", "destroying, also": "delete"}


def table(resource_types: Iterable[str]) -> str:
    """Return a row for each step of Terraform; a type without actions is an error, never a row that lacks them."""
    needed = list(chain.from_iterable(ACTIONS[each] for each in resource_types))
    rows, before = ["| for | actions |", "| --- | --- |"], set[str]()
    for step, level in _STEPS.items():
        actions = {action for each in needed for action in getattr(each, level)} - before
        before |= actions
        rows.append(f"| {step} | {', '.join(f'`{each}`' for each in sorted(actions)) or 'nothing'} |")
    return "\n".join(rows)
