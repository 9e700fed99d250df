"""Reads who has which policy in a plan (attached, inline, by a group), and who may use CAs by it, or may.

The guard ignores policies that are not about private CAs. Managed ones that are:
https://docs.aws.amazon.com/privateca/latest/userguide/auth-AwsManagedPolicies.html, and the ones of
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html that allow every service.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from pcaform.iam.documents import as_list
from pcaform.iam.escalation import Target
from pcaform.iam.rights import Holder, Rights, iam_prefix, join_holders, provider_name, target_of, trusted
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_json import Change, Resource

_OF_AWS = re.compile(
    r"arn:[\w-]+:iam::aws:policy/(?:AWSPrivateCA|AWSCertificateManager|(?:AdministratorAccess(?:-Amplify)?|PowerUserAccess"
    r"|IAMFullAccess|job-function/SystemAdministrator|AWSSSO\w+Administrator|AWSMcpServiceActionsFullAccess"
    r"|AWS(?:CloudFormation|Organizations|ResourceAccessManager|RolesAnywhere)FullAccess"
    r"|AWSManagedControlPolicyManagementAccess|AIDevOpsAgentActionsPolicy)$)"
)
"""Those that allow more than reading on CAs, all services, or all of one that hands rights on."""
_READ_ONLY = re.compile(r"arn:[\w-]+:iam::aws:policy/\S*(?:ReadOnly(?:Access)?|ViewOnlyAccess|Auditor|SecurityAudit)$")
_AWS = re.compile(
    r"arn:[\w-]+:iam::aws:policy/(?:service-role/)?(?:Amazon|AWS)?(?P<harmless>(?:APIGateway|AppMesh|Athena|AutoScaling"
    r"|CloudHSM|CloudMap|CloudWatchAgent|CloudWatchLogs|CodeArtifact|CodeCommit|CodeDeployRole$|ConfigRulesExecution|Cognito"
    r"|DirectConnect|DMS|DocDB|EBSCSIDriver|EC2ContainerRegistry|EC2Rolefor|ECSTaskExecution|ECSInfrastructureRolePolicyFor"
    r"(?:Vol|Load)|EFSCSIDriver|EKS(?:BlockStorage|Cluster|Fargate|LoadBalancing|Networking|Service|VPC|Worker|_CNI)"
    r"|ElastiCache|ElasticContainerRegistry|ElasticFileSystemClient|ElasticLoadBalancing|FSx|Glacier|GlueServiceRole"
    r"|Kinesis|KeyManagementService|Keyspaces|Lambda(?:Basic|Dynamo|ENI|Execute|Invocation|Kinesis|MSK|Role|SQS|VPC)"
    r"|NetworkFirewall|Prometheus|RDS|Route53|S3(?:Full|Object|Outposts)|SES|SNS|SQS|SSM(?:Managed|Patch)|Support"
    r"|Textract|Transcribe|VPC(?:Full|Network|Cross)|WAF|X[Rr]ay|job-function/(?:Billing|DatabaseAdmin|NetworkAdmin"
    r"|SupportUser)))?"
)
"""A policy of AWS; those of these services hand on nothing, and with any other name it may."""

INLINE = (*types.INLINE_POLICIES, types.SSO_INLINE_POLICY)
ATTACHMENTS = (
    types.IAM_USER_POLICY_ATTACHMENT,
    types.IAM_ROLE_POLICY_ATTACHMENT,
    types.IAM_GROUP_POLICY_ATTACHMENT,
    types.IAM_POLICY_ATTACHMENT,
    "aws_iam_user_policy_attachments_exclusive",
    "aws_iam_role_policy_attachments_exclusive",
    "aws_iam_group_policy_attachments_exclusive",
    "aws_ssoadmin_managed_policy_attachment",
    "aws_ssoadmin_customer_managed_policy_attachment",
)
_NODES = {
    types.IAM_USER: "user",
    types.IAM_ROLE: "role",
    types.IAM_GROUP: "group",
    types.IAM_POLICY: "policy",
    types.IAM_INSTANCE_PROFILE: "instance-profile",
    "aws_iam_openid_connect_provider": "oidc-provider",
    "aws_iam_saml_provider": "saml-provider",
}
"""Resource type -> its kind in ARNs of IAM."""
MEMBERSHIPS = ("aws_iam_user_group_membership", "aws_iam_group_membership")
GROUP = "group "
"""The start of a group's label, such as 'group pki'."""
UNKNOWN = "?"
"""Represents a principal, or the ARN of a policy, that is known only after the apply."""
_KINDS = {
    **{f"{kind}{ending}": kind for kind in ("user", "role", "group") for ending in ("", "s", "_name")},
    "permission_set_arn": "permission set",
}
_ARNS = ("policy_arn", "managed_policy_arn", "policy_arns")
_REFERENCE = "customer_managed_policy_reference"
Pairs = frozenset[tuple[str, str]]
"""A principal, as 'user ada', and what it has: the ARN of a policy, 'policy NAME', or a group as 'group pki'."""


def attachments(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> Pairs:
    """Return which principal has which policy by an attachment."""
    arns = [arn for name in _ARNS for arn in _strings(values, unknown, name)]
    arns += [f"inline {name}" for name in _strings(values, unknown, "policy_names")]
    arns += [f"policy {each.get('name')}" for each in values.get(_REFERENCE) or () if isinstance(each, Mapping)]
    return frozenset(product(holders(values, unknown), arns))


def holders(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> list[str]:
    """Return the principals that an object names, each with its kind."""
    names = ((kind, name) for argument, kind in _KINDS.items() for name in _strings(values, unknown, argument))
    return [name if name == UNKNOWN else f"{kind} {name}" for kind, name in names]


def members(values: Mapping[str, Any], unknown: Mapping[str, Any] | None = None) -> Pairs:
    """Return which user is in which group by a membership."""
    users = [user for name in ("user", "users") for user in _strings(values, unknown, name)]
    groups = [group for name in ("group", "groups") for group in _strings(values, unknown, name)]
    return frozenset((f"user {user}", f"{GROUP}{group}") for user, group in product(users, groups))


def managed_policies(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the managed policies that a role names in its own arguments."""
    return frozenset(_strings(values, None, "managed_policy_arns"))


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the policy texts in an object's arguments: its own, or the inline policies of a role."""
    inline = values.get("inline_policy")
    policies = {"policy": values.get("policy"), "inline_policy": inline}
    for number, each in enumerate(inline if isinstance(inline, list) else ()):
        policies[f"inline_policy {number}"] = each.get("policy") if isinstance(each, Mapping) else None
    return {name: text for name, text in policies.items() if isinstance(text, str) and text}


def has_unknown_text(unknown: Mapping[str, Any]) -> bool:
    """Tell whether a policy is set whose text is unknown; an unknown list of inline policies does not count."""
    inline = unknown.get("inline_policy")
    blocks = inline if isinstance(inline, list) else []
    are_unknown = [each is True or (isinstance(each, Mapping) and each.get("policy") is True) for each in blocks]
    return unknown.get("policy") is True or any(are_unknown)


def _strings(values: Mapping[str, Any], unknown: Mapping[str, Any] | None, name: str) -> Iterator[str]:
    yield from (each for each in as_list(values.get(name)) if isinstance(each, str) and each)
    mark = (unknown or {}).get(name)
    if mark is True or (isinstance(mark, list) and True in mark):
        yield UNKNOWN


@dataclass(frozen=True)
class Holders:
    """The principals with policies; the fields find objects before the plan, changes, and the module of an address.

    `read` are the objects of data sources, such as the text of a policy that another stack made.
    """

    of: Callable[..., Iterator[Resource]]
    changes_of: Callable[..., Iterator[Change]]
    module_of: Callable[[str], str]
    read: Sequence[Resource] = ()

    @cached_property
    def _texts(self) -> Mapping[str, tuple[str, ...] | None]:
        """Policy by ARN and by name -> its texts before and after; None if one is unknown."""
        found: dict[str, tuple[str, ...] | None] = {}
        managed_here = [each for each, _ in self._before_and_after(types.IAM_POLICY)]
        for each in (*managed_here, *(each for each in self.read if each.type == types.IAM_POLICY)):
            text = each.values.get("policy")
            for name in (str(each.values.get("arn")), f"policy {each.values.get('name')}"):
                old = found.get(name, ())
                found[name] = None if old is None or not isinstance(text, str) else (*old, text)
        return found

    @cached_property
    def makes_policies(self) -> bool:
        """Tell whether the plan creates policies, whose ARNs are unknown until the apply."""
        return any("create" in change.actions for change in self.changes_of(types.IAM_POLICY))

    def concerns(self, what: str) -> bool | None:
        """Tell whether a policy, or a group, gives rights over CAs; None if the policy's text is not in the plan."""
        return self.holds(what) if what.startswith(GROUP) else self._tell(what, self.rights.gives_rights)

    def texts_of(self, what: str) -> tuple[str, ...]:
        """Return the texts of a policy before and after, or of a group; none where they are not in the plan."""
        group = self.rights.holders.get(what) if what.startswith(GROUP) else None
        return group.texts if group else self._texts.get(what) or ()

    def _tell(self, arn: str, tell: Callable[[str], bool]) -> bool | None:
        if arn.startswith("("):
            return False  # between specs, where the policy itself is a change
        if arn == UNKNOWN:
            made = [change for change in self.changes_of(types.IAM_POLICY) if "create" in change.actions]
            new = [change.after.get("policy") for change in made]
            return False if made and all(isinstance(text, str) and not tell(text) for text in new) else None
        if of_aws := _AWS.match(arn):  # the name of a managed policy of AWS says what it allows
            is_harmless = of_aws["harmless"] or _READ_ONLY.match(arn)
            return self._is_of_aws(arn) or (False if is_harmless else None)
        found = self._texts.get(arn)
        return None if found is None else any(map(tell, found))

    def gives(self, text: str) -> bool:
        """Tell whether a text is a policy, or the ARN of one of AWS, that gives rights over CAs."""
        return self.rights.gives_rights(text) if '"Statement"' in text else self._is_of_aws(text)

    @cached_property
    def rights(self) -> Rights:
        """Who has rights over CAs, before or after the plan, by any number of hops."""
        objects = [*self._before_and_after(*INLINE, *ATTACHMENTS, *MEMBERSHIPS, *_NODES)]
        found = join_holders(each for resource, unknown in objects for each in self._holders_in(resource, unknown))
        cas = (each for each, _ in self._before_and_after(types.AUTHORITY))
        arns = [str(each.values.get("arn")) for each in (*(resource for resource, _ in objects), *cas)]
        prefixes = (iam_prefix(re.sub(":acm-pca:[^:]*:", ":iam::", arn)) for arn in arns)
        return Rights(found, tuple(dict.fromkeys(filter(None, prefixes))))

    def _holders_in(self, resource: Resource, unknown: Mapping[str, Any]) -> Iterator[Holder]:
        """Yield what an object says of principals and policies: their ARNs, texts, trust, and who has which."""
        values, kind = resource.values, _NODES.get(resource.type, "")
        own = _target(kind, values)
        inline = tuple(texts(values).values())
        if kind and own.name:
            names, services = trusted(str(values.get("assume_role_policy") or ""))
            role = values.get("role") if kind == "instance-profile" else None
            acts_as = frozenset({f"role {role}"} if role else ())
            yield Holder(replace(own, services=services), inline, acts_as, names)
            yield from (Holder(each) for name in names if (each := target_of(name)) and each.kind.endswith("-provider"))
        attached = attachments(values, unknown) if resource.type in ATTACHMENTS else ()
        for who, arn in (*attached, *((own.label, arn) for arn in managed_policies(values) if kind == "role")):
            yield Holder(_named(who), self._texts.get(arn) or (), has_rights=self._is_of_aws(arn))
            policy = target_of(arn) or _named(arn if arn.startswith("policy ") else f"policy {UNKNOWN}")
            yield Holder(policy, acts_as=frozenset({who}))
        for who in holders(values, unknown) if resource.type in INLINE else ():
            yield Holder(_named(who), inline)
        for user, group in members(values, unknown) if resource.type in MEMBERSHIPS else ():
            yield Holder(_named(user), acts_as=frozenset({group}))

    @staticmethod
    def _is_of_aws(arn: str) -> bool:
        return _OF_AWS.match(arn) is not None and _READ_ONLY.match(arn) is None

    @cached_property
    def _principals(self) -> tuple[frozenset[str], frozenset[str]]:
        """The principals with a policy on CAs, before or after, and their modules; and those that may have one."""
        certain: set[str] = set(self.rights.labels)
        possible: set[str] = set()
        for resource, unknown in self._before_and_after(*INLINE, *ATTACHMENTS, types.IAM_POLICY, types.IAM_ROLE):
            for who, is_about in self._policies_of(resource, unknown):
                (certain if is_about else possible).add(who)
                if is_about:
                    certain.add(self.module_of(resource.address))
        members_of = [members(each.values) for each, _ in self._before_and_after(*MEMBERSHIPS)]
        certain |= {user for pairs in members_of for user, group in pairs if group in certain}
        return frozenset(certain - {"", UNKNOWN}), frozenset(possible | (certain & {UNKNOWN}))

    def _before_and_after(self, *kinds: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
        yield from ((each, {}) for each in self.of(*kinds))
        for change in self.changes_of(*kinds):
            if change.actions != ("no-op",):
                yield Resource(change.address, change.type, change.after), change.unknown

    def _policies_of(self, resource: Resource, unknown: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
        """Yield the principals of a policy that is or may be on CAs, and whether it is."""
        values = resource.values
        if resource.type in ATTACHMENTS:
            attached = ((who, self._tell(arn, self.rights.is_concerned)) for who, arn in attachments(values, unknown))
            yield from ((who, is_about is True) for who, is_about in attached if is_about is not False)
            return
        own = [f"role {values.get('name')}"] if resource.type == types.IAM_ROLE else holders(values, unknown)
        managed = (self._tell(arn, self.rights.is_concerned) for arn in managed_policies(values))
        abouts = [*map(self.rights.is_concerned, texts(values).values()), *managed]
        if any(abouts) or None in abouts or has_unknown_text(unknown):
            yield from ((who, any(abouts)) for who in own or [""])

    def kept(self, change: Change) -> Pairs:
        """Return what the principals of an exclusive list have before the plan, inline or attached as the list is."""
        if "policy_names" in change.after:
            inline = [(who, each) for each in self.of(*INLINE) for who in holders(each.values)]
            pairs = {(who, f"inline {each.values.get('name')}") for who, each in inline}
        else:
            pairs = {pair for each in self.of(*ATTACHMENTS) for pair in attachments(each.values)}
        return frozenset(pair for pair in pairs if pair[0] in holders(change.after))

    @property
    def named(self) -> frozenset[str]:
        """The principals with a policy on CAs, as 'group pki', and the modules of such policies."""
        return self._principals[0]

    def holds(self, who: str) -> bool:
        """Tell whether a principal, as 'group pki', has rights over CAs."""
        return who in self.rights.labels

    def labels_of(self, change: Change) -> frozenset[str]:
        """Return the labels of an object of IAM, before and after."""
        kind = _NODES.get(change.type, "")
        return frozenset(_target(kind, each).label for each in (change.before, change.after) if each)

    @cached_property
    def _remaining(self) -> Rights:
        """Who has rights over CAs after the plan."""
        kinds = (*INLINE, *ATTACHMENTS, *MEMBERSHIPS, *_NODES)
        changed = {each.address for each in self.changes_of(*kinds)}
        after: list[tuple[Resource, Mapping[str, Any]]] = [
            (each, {}) for each in self.of(*kinds) if each.address not in changed
        ]
        after += [(Resource(each.address, each.type, each.after), each.unknown) for each in self.changes_of(*kinds)]
        found = join_holders(each for resource in after for each in self._holders_in(*resource))
        return Rights(found, self.rights.prefixes)

    def keeps_rights(self, who: Collection[str]) -> bool:
        """Tell whether one of some principals still has rights over CAs after the plan."""
        return not self._remaining.labels.isdisjoint(who)

    def owners(self, change: Change) -> frozenset[str]:
        """Return the principals that have a policy, by its own arguments or by attachments to it."""
        values = change.after or change.before
        policy = target_of(str(change.before.get("arn"))) or _named(f"policy {values.get('name')}")
        attached = self.rights.holders.get(policy.label) if change.type == types.IAM_POLICY else None
        own = [f"role {values.get('name')}"] if change.type == types.IAM_ROLE else holders(values)
        return frozenset(own) | (attached.acts_as if attached else frozenset())

    def is_holder(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, by a policy of its name or one in its module."""
        return not self._names(change).isdisjoint(self._principals[0])

    def may_hold(self, change: Change) -> bool:
        """Tell whether a user or a role may use CAs, or has a policy that may be on CAs."""
        is_new = "create" in change.actions
        names = self._names(change) | ({UNKNOWN} if is_new else set())
        return self.is_holder(change) or not names.isdisjoint(self._principals[1])

    def _names(self, change: Change) -> set[str]:
        """Return the names of a principal, before and after, and its module."""
        kind = change.type.removeprefix("aws_iam_")
        return {
            f"{kind} {change.before.get('name')}",
            f"{kind} {change.after.get('name')}",
            self.module_of(change.address),
        } - {""}


def _named(label: str) -> Target:
    """Return a principal or a policy of which only kind and name are known."""
    kind, _, name = (
        label.rpartition(" ") if not label.startswith("permission set ") else ("permission set", "", label[15:])
    )
    return Target(kind, name, "")


def _target(kind: str, values: Mapping[str, Any]) -> Target:
    """Return an object of IAM; an ARN that is not known yet is made of its path and name."""
    name = str(values.get("name") or provider_name(values.get("url") or ""))
    return target_of(str(values.get("arn"))) or Target(kind, name, str(values.get("path") or "/"))
