"""Reads a rendered stack's CAs and principals, with their policies as IAM would receive them.

A CA that does not exist yet gets an ARN with its key as id. This module does not know how policies are generated.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import Failure
from pcaform.iam.evaluator.evaluate import Principal
from pcaform.iam.rights import statements_of
from pcaform.sources.account_snapshot import IamPrincipal, Policy, PrincipalKind
from pcaform.sources.hcl.static_config import Configuration
from pcaform.terraform import module_names
from pcaform.terraform.hcl_writer import Call, Reference

_SOURCE = re.compile(r"(?:^|/)(?P<module>[a-z0-9-]+)(?:\?.*)?$")
_REFERENCE = re.compile(
    r"module\.ca_(?P<key>[A-Za-z0-9_-]+)\.[a-z_]+|data\.(?:terraform_remote_state|aws_ssm_parameter)\.(?P<read>[a-z0-9_-]+)\..+"
)
_CA_ARN = re.compile(r'"(arn:[^:"]+:acm-pca:[^:"]*:[0-9]{12}:certificate-authority/[^*?"]+)"')


@dataclass(frozen=True)
class Subject:
    """A principal that is checked: `kind` is issuer, administrator or auditor; user or role in an account."""

    key: str
    kind: str
    iam: IamPrincipal
    is_owned: bool
    owner_tag: str

    @cached_property
    def policies(self) -> Mapping[str, str]:
        """Its policies as JSON, by ARN or by name with that of the group."""
        policies = sorted(self.iam.policies, key=lambda policy: bool(policy.arn))
        return {each.arn or f"{each.group}/{each.name}".lstrip("/"): each.document for each in policies}

    @cached_property
    def principal(self) -> Principal:
        """The calling principal: the user, or a session of the role."""
        partition, account_id = self.iam.arn.split(":")[1], self.iam.arn.split(":")[4]
        if self.iam.kind == "user":
            return Principal(self.iam.arn, account_id)
        session = f"arn:{partition}:sts::{account_id}:assumed-role/{self.iam.name}/session"
        return Principal(session, account_id, self.iam.arn)

    @property
    def has_allow_and_deny(self) -> bool:
        """Whether an allow and a deny statement both limit what it signs; an auditor signs nothing."""
        return self.is_owned and self.kind != "auditor"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is checked: the CAs (label to ARN) and the principals."""

    region: str
    account_id: str
    cas: Mapping[str, str]
    subjects: tuple[Subject, ...]

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return an ARN in this account; in the stack's region unless `region` is given, and for IAM in none."""
        place = "" if service == "iam" else region or self.region
        return f"arn:{facts.partition(self.region)}:{service}:{place}:{self.account_id}:{resource}"


def build_scenario(configuration: Configuration, names: Mapping[str, str]) -> Scenario:
    """Return the scenario of a stack's configuration; `names` maps ARNs of CAs that it only references to labels.

    Raises Failure for a stack without a literal region and account, and for policies that are not literal JSON.
    """
    region, account_id = _read_provider(configuration)
    empty = Scenario(region, account_id, {key: arn for arn, key in names.items()}, ())
    managed = {
        call.removeprefix("ca_"): empty.arn("acm-pca", f"certificate-authority/{call.removeprefix('ca_')}")
        for call, arguments in configuration.modules.items()
        if _module(arguments) == "private-ca"
    }
    subjects = tuple(_join_entries(list(_subjects(configuration, empty))))
    texts = [text for subject in subjects for text in subject.policies.values()]
    referenced = {arn for text in texts for arn in _CA_ARN.findall(text)}
    others = {names.get(arn, arn.rpartition("/")[2]): arn for arn in sorted(referenced - set(managed.values()))}
    return Scenario(region, account_id, {**managed, **others}, subjects)


def _read_provider(configuration: Configuration) -> tuple[str, str]:
    for provider in configuration.providers:
        region, accounts = provider.get("region"), provider.get("allowed_account_ids")
        if "alias" not in provider and isinstance(region, str) and accounts and isinstance(accounts[0], str):
            return region, accounts[0]
    raise Failure("no provider block with a literal region and account ID: this is not a stack that pcaform rendered")


def _module(arguments: Mapping[str, Any]) -> str:
    match = _SOURCE.search(str(arguments.get("source")))
    return module_names.original(match["module"]) if match else ""


def _subjects(configuration: Configuration, scenario: Scenario) -> Iterator[Subject]:
    for call, arguments in configuration.modules.items():
        module, (section, _, key) = _module(arguments), call.partition("_")
        if module in ("issuer-user", "issuer-role", "issuer-attachment"):
            role, path = arguments.get("role_name"), str(arguments.get("path", "/"))
            kind: PrincipalKind = "user" if role is None else "role"
            iam_name = str(arguments.get("user_name") if role is None else role)
            policies = tuple(
                _policy(name, each, scenario, call=call) for name, each in arguments.get("policies", {}).items()
            )
            iam = IamPrincipal(kind, iam_name, scenario.arn("iam", f"{kind}{path}{iam_name}"), path, policies)
            is_owned = module != "issuer-attachment"
            yield Subject(key, section, iam, is_owned=is_owned, owner_tag=f"{kind}/{iam_name}")


def _join_entries(subjects: list[Subject]) -> Iterator[Subject]:
    """Yield subjects with the policies of all entries of their principal: they decide together."""
    held: dict[str, list[Policy]] = {}
    for each in subjects:
        held.setdefault(each.owner_tag, []).extend(each.iam.policies)
    for each in subjects:
        yield replace(each, iam=replace(each.iam, policies=tuple(held[each.owner_tag])))


def _policy(name: str, policy: Any, scenario: Scenario, *, call: str) -> Policy:
    """Return a policy as JSON, with symbolic ARNs in place of references to CAs."""
    if not isinstance(policy, Call):
        raise Failure(f"module.{call}: this policy is not a jsonencode of literal values and cannot be checked")
    return Policy(str(name), json.dumps(_resolve(policy.argument, scenario, call), ensure_ascii=False))


def _resolve(value: Any, scenario: Scenario, call: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _resolve(inner, scenario, call) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolve(inner, scenario, call) for inner in value]
    if isinstance(value, Reference):
        match = _REFERENCE.fullmatch(value.path)
        if match:
            known = scenario.cas.get(match["read"])
            return known or scenario.arn("acm-pca", f"certificate-authority/{match['key'] or match['read']}")
    if value is None or isinstance(value, str | int | float):
        return value
    expression = value.path if isinstance(value, Reference) else getattr(value, "reason", value)
    raise Failure(
        f"module.{call}: this policy contains {expression}, which only Terraform can evaluate: it cannot be checked"
    )


def sample_names(subjects: Iterable[Subject]) -> dict[str, str]:
    """Return a name that fits each pattern of domain names in policies, for a stack whose spec is not known."""
    texts = (text for subject in subjects for text in subject.policies.values())
    conditions = (one for text in texts for each in statements_of(text) or () for one in each.conditions)
    names = (name for each in conditions if each.key == "acm:domainnames" for name in each.values)
    return {name: fill_pattern(name) for name in names if name not in ("true", "false")}  # the values of Null


def fill_pattern(pattern: str) -> str:
    """Return a text that fits a pattern of IAM."""
    return pattern.replace("*", "x").replace("?", "x")
