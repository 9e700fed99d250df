"""Which actions hand rights on: by them a principal gets the rights of another one, or changes what is allowed.

A closed world: an action of these services reads, is known to be harmless, or hands on the rights of its target, so a
new action counts. Sources: the actions, access levels and resource types of
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html and the
pages beside it; the ways that are known: https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pcaform.core.grouping import grouped
from pcaform.iam.actions import ADMINISTERING, ISSUE, ON_AUTHORITY
from pcaform.iam.documents import Statement
from pcaform.iam.evaluator.patterns import Context, is_action, is_resource

_READ = re.compile("get|list|describe|simulate|generate|search|check|decode|detect|estimate|validate")
"""The verbs with which the names of actions that only read begin."""
_HARMLESS = re.compile(
    r"iam:.*(ServerCertificate|ServiceLinkedRole|SSHPublicKey|AccountAlias|CloudFrontPublicKey)s?$"
    r"|iam:(ChangePassword|(Create|Delete|Tag|Untag)(Virtual)?MFADevice)$|sso:Logout$",
    re.IGNORECASE,
)
"""What gives nobody another's rights: names, keys of CodeCommit and CloudFront, roles that only AWS assumes."""
_POLICY_CHANGES = re.compile(
    r"iam:(?:(?:Attach|Detach|Put|Delete)(?:User|Role|Group)(?:Policy|PermissionsBoundary)|(?:Create|Delete)PolicyVersion"
    r"|SetDefaultPolicyVersion|(?:AddUserTo|RemoveUserFrom)Group)$"
)
PASS_ROLE, EXPORT = "iam:PassRole", "acm:ExportCertificate"
_NAMES = {
    "user": "AttachUserPolicy CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential "
    "CreateUser DeactivateMFADevice DeleteAccessKey DeleteLoginProfile DeleteServiceSpecificCredential "
    "DeleteSigningCertificate DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy DetachUserPolicy "
    "EnableMFADevice PutUserPermissionsBoundary PutUserPolicy ResetServiceSpecificCredential ResyncMFADevice TagUser "
    "UntagUser UpdateAccessKey UpdateLoginProfile UpdateServiceSpecificCredential UpdateSigningCertificate UpdateUser "
    "UploadSigningCertificate",
    "role": "AttachRolePolicy CreateRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy "
    "PassRole PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole "
    "UpdateRoleDescription sts:AssumeRole sts:AssumeRoleWithSAML sts:AssumeRoleWithWebIdentity sts:SetContext "
    "sts:SetSourceIdentity sts:TagSession",
    "group": "AddUserToGroup AttachGroupPolicy CreateGroup DeleteGroup DeleteGroupPolicy DetachGroupPolicy "
    "PutGroupPolicy RemoveUserFromGroup UpdateGroup",
    "policy": "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion TagPolicy "
    "UntagPolicy",
    "instance-profile": "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile "
    "RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile",
    "oidc-provider": "AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider DeleteOpenIDConnectProvider "
    "RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider UntagOpenIDConnectProvider "
    "UpdateOpenIDConnectProviderThumbprint",
    "saml-provider": "CreateSAMLProvider DeleteSAMLProvider TagSAMLProvider UntagSAMLProvider UpdateSAMLProvider",
    # by what runs already, a service acts with the rights that its role has
    "lambda.amazonaws.com": "lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
    "ec2.amazonaws.com": "ssm:SendCommand ssm:StartSession ssm:ResumeSession ssm:StartAutomationExecution "
    "ec2-instance-connect:SendSSHPublicKey ec2-instance-connect:SendSerialConsoleSSHPublicKey "
    "ec2:ModifyInstanceAttribute ec2:AssociateIamInstanceProfile ec2:ReplaceIamInstanceProfileAssociation",
    "ecs-tasks.amazonaws.com": "ecs:ExecuteCommand ecs:RunTask ecs:StartTask",
    "codebuild.amazonaws.com": "codebuild:StartBuild codebuild:StartBuildBatch codebuild:UpdateProject",
    "glue.amazonaws.com": "glue:UpdateJob glue:StartJobRun glue:UpdateDevEndpoint glue:RunStatement",
    "sagemaker.amazonaws.com": "sagemaker:CreatePresignedNotebookInstanceUrl sagemaker:CreatePresignedDomainUrl",
    "pods.eks.amazonaws.com": "eks:CreateAccessEntry eks:AssociateAccessPolicy eks:UpdateAccessEntry",
}
_KINDS = {name if ":" in name else f"iam:{name}": kind for kind, names in _NAMES.items() for name in names.split()}
"""Action -> what it hands on: the rights of a kind of resource, or those of the roles that a service runs with."""
_BY_SERVICE = grouped((name.partition(":")[0], name) for name in (*_KINDS, EXPORT))
_KNOWN = (*_KINDS, ISSUE, *ADMINISTERING, *ON_AUTHORITY)
IAM_KINDS = tuple(kind for kind in _NAMES if "." not in kind)
_OF_ACCOUNT = {
    "sso": "IAM Identity Center",
    "sso-directory": "IAM Identity Center",
    "identitystore": "IAM Identity Center",
    "organizations": "AWS Organizations",
    "ram": "AWS RAM",
    "rolesanywhere": "IAM Roles Anywhere",
    "cloudformation": "CloudFormation",
    "acm-pca": "private CAs",
}
"""Service -> its name: rights that principals of IAM have by them are not seen in IAM, so all but reading counts."""
_SERVICES = ("iam", "sts", *_OF_ACCOUNT)
_PASSIVE = re.compile(
    "acm|acm-pca|cloudwatch|dynamodb|ecr|health|iam|kms|logs|s3|secretsmanager|sns|sqs|sts|support|tag", re.IGNORECASE
)
"""Services that run nobody's code with a role that is passed to them."""
FILLING = "0other"
"""Stands in a request for what a pattern leaves open."""
VARIABLE = re.compile(r"\$\{(?P<key>[^\s,'{}\"]+)[^}\"]*\}")
_OWN_NAME = "${aws:username}"


@dataclass(frozen=True, slots=True)
class Target:
    """Whose rights are handed on: a principal, a policy and the like; without a name, all of a kind.

    `services` are those that a role trusts. Of one that `is_own` only changes of its policies count: it gives itself
    everything by them.
    """

    kind: str
    name: str = ""
    path: str = "/"
    account: str = ""
    services: frozenset[str] = frozenset()
    is_own: bool = False

    @property
    def label(self) -> str:
        """Its kind and name, as 'role ci'."""
        return f"{self.kind} {self.name}" if self.name else "IAM"

    @property
    def part(self) -> str:
        """The last part of its ARN."""
        return f"{self.kind}{self.path or '/'}{self.name or FILLING}"


@dataclass(frozen=True, slots=True)
class Handing:
    """An action on a resource by which a statement hands on the rights of what `label` names."""

    action: str
    resource: str
    label: str
    statement: Statement
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()


def is_reading(action: str) -> bool:
    """Tell whether an action, or a pattern of actions, only reads, as its name says."""
    name = action.partition(":")[2].lower()
    start = re.split(r"[*?]", name, maxsplit=1)[0]
    verbs = _READ.pattern.split("|") if start and start != name else ()
    return _READ.match(start) is not None or any(verb.startswith(start) for verb in verbs)


@lru_cache(maxsize=4096)
def handing_actions(statement: Statement) -> Mapping[str, tuple[str, ...]]:
    """Return the actions by which a statement hands rights on -> the kinds of their targets; () for the account's."""
    if not statement.is_allow:
        return {}
    services = {pattern.partition(":")[0].lower() for pattern in statement.actions or ("*",)}
    is_any = any("*" in each or "?" in each for each in services)
    names = [*_KINDS, EXPORT] if is_any else [name for each in services for name in _BY_SERVICE.get(each, ())]
    found: dict[str, tuple[str, ...]] = {
        name: (_KINDS[name],) if name in _KINDS else () for name in names if statement.matches_action(name)
    }
    unlisted = [each for pattern in statement.actions or () for each in _unlisted(pattern)]
    if statement.actions is None:
        unlisted = [name for name in (f"{each}:{FILLING}" for each in _OF_ACCOUNT) if statement.matches_action(name)]
    for action in unlisted:
        found.setdefault(action, IAM_KINDS if action.startswith(("iam:", "sts:")) else ())
    return found


@lru_cache(maxsize=4096)
def _unlisted(pattern: str) -> tuple[str, ...]:
    """Return an action for each service that a pattern is about, where it does not only read and is in no list."""
    service, _, name = pattern.partition(":")
    return tuple(
        re.sub(r"[*?]", FILLING, each)
        for each in (f"{each}:{name or '*'}" for each in _SERVICES if is_action(each, service))
        if not (is_reading(each) or _HARMLESS.match(each) or any(is_action(known, each) for known in _KNOWN))
    )


def acts_with_roles(statement: Statement) -> bool:
    """Tell whether a statement lets services act that a role can be passed to."""
    patterns = statement.actions or ()
    does_act = any(not is_reading(each) and not _PASSIVE.fullmatch(each.partition(":")[0]) for each in patterns)
    return statement.is_allow and (statement.actions is None or does_act)


def _reach(statement: Statement, resource: str, *, is_for_own: bool) -> Context | None:
    """Return the values of policy variables with which a statement can be about a resource; None if it cannot.

    `${aws:username}` is the caller itself, which matters only for what `is_for_own`.
    """
    if statement.not_resources is not None:
        return {} if statement.matches_resource(resource, {}) else None
    for pattern in statement.resources or ():
        if "${" not in pattern:
            if is_resource(resource, pattern, {}):
                return {}
        elif is_for_own or _OWN_NAME not in pattern:
            keys = [match["key"].lower() for match in VARIABLE.finditer(pattern)]
            texts = re.escape(VARIABLE.sub("\0", pattern)).replace(r"\*", ".*").replace(r"\?", ".")
            if match := re.fullmatch(texts.replace(re.escape("\0"), "(.*)"), resource):
                return {key: (value,) for key, value in zip(keys, match.groups(), strict=True)}
    return None


def find_handings(
    statements: Iterable[Statement], targets: Iterable[Target], prefix: str, *, is_each: bool = False
) -> Iterator[Handing]:
    """Yield each action that hands on rights over all targets of a kind, or else over one of these.

    `prefix` are the ARNs of IAM in the account, up to the kind; `is_each` asks for these beside all of a kind.
    """
    allowed = [each for each in statements if each.is_allow]
    is_acting = any(map(acts_with_roles, allowed))
    by_kind = grouped((kind, target) for target in targets for kind in (target.kind, *target.services))
    for statement in allowed:
        for action, kinds in handing_actions(statement).items():
            if not kinds:
                yield from _of_account(action, statement, prefix)
            for kind in kinds:
                has_whole = kind in IAM_KINDS and (action != PASS_ROLE or is_acting)
                found = list(_over(action, kind, Target(kind), statement, prefix)) if has_whole else []
                yield from found
                for target in by_kind.get(kind, ()) if is_each or not found else ():
                    yield from _over(action, kind, target, statement, prefix)


def changes_policies(action: str) -> bool:
    """Tell whether an action changes the policies of its target: on itself a principal gives itself everything."""
    return _POLICY_CHANGES.match(action) is not None


def _over(action: str, kind: str, target: Target, statement: Statement, prefix: str) -> Iterator[Handing]:
    """Yield that an action hands on the rights of a target, or of what runs already with such a role."""
    if target.is_own and not changes_policies(action):
        return
    if kind != target.kind:
        yield _sampled(action, target.label, statement)
        return
    start = prefix if not target.account else f"{prefix.rpartition('::')[0]}::{target.account}"
    arns = [f"{start}:{target.part}"]
    if not target.path:  # it is not known: whatever the statement has of this name
        ending = re.compile(rf"{re.escape(start)}:{re.escape(target.kind)}/.+/{re.escape(target.name)}")
        arns += filter(ending.fullmatch, statement.resources or ())
    for arn in arns:
        context = _reach(statement, arn, is_for_own=changes_policies(action))
        if context is not None:
            yield Handing(action, arn, target.label, statement, tuple(context.items()))


def _of_account(action: str, statement: Statement, prefix: str) -> Iterator[Handing]:
    service = action.partition(":")[0]
    if service != "cloudformation":
        yield _sampled(action, _OF_ACCOUNT.get(service, "certificates with their keys"), statement)
        return
    stack = f"{prefix.replace(':iam::', ':cloudformation:us-east-1:')}:stack/{FILLING}/{FILLING}"
    # who may use stacks of some names only has no rights over others
    if _reach(statement, stack, is_for_own=True) is not None:
        yield Handing(action, stack, _OF_ACCOUNT[service], statement)


def _sampled(action: str, label: str, statement: Statement) -> Handing:
    """Return the action on a resource that the statement is about."""
    pattern = (statement.resources or ("*",))[0]
    keys = tuple((match["key"].lower(), (FILLING,)) for match in VARIABLE.finditer(pattern))
    resource = pattern if pattern == "*" else re.sub(r"[*?]", FILLING, VARIABLE.sub(FILLING, pattern))
    return Handing(action, resource, label, statement, keys)
