"""Reads a rendered stack's CAs and principals, with their policies as IAM would receive them.

A CA that does not exist yet gets an ARN with its key as id. This module does not know how policies are generated.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core import facts
from pcaform.core.problems import Failure
from pcaform.iam.evaluator.principals import Principal
from pcaform.sources.hcl.static_config import Configuration
from pcaform.terraform.hcl_writer import Call, Reference

_SOURCE = re.compile(r"(?:^|/)(?P<module>[a-z-]+?)(?:-unprotected)?(?:\?.*)?$")
_PRINCIPALS = ("issuer-user", "issuer-role", "issuer-attachment")
_REFERENCE = re.compile(r"module\.ca_(?P<key>[A-Za-z0-9_-]+)\.[a-z_]+")
_CA_ARN = re.compile(r"arn:[^:]+:acm-pca:[^:]*:[0-9]{12}:certificate-authority/[^*?]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """One principal: its policies as JSON by name; `kind` is issuer, administrator or auditor.

    In an account that is read live, `kind` is user or role, and `boundary` is the JSON of its permissions boundary.
    """

    key: str
    kind: str
    principal: Principal
    policies: Mapping[str, str]
    is_owned: bool
    owner_tag: str
    boundary: str = ""

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
        """Return an ARN in this account; in the stack's region unless `region` is given."""
        return f"arn:{facts.partition(self.region)}:{service}:{region or self.region}:{self.account_id}:{resource}"


def build_scenario(configuration: Configuration, names: Mapping[str, str]) -> Scenario:
    """Return the scenario of a stack's configuration; `names` maps ARNs of CAs that it only references to labels.

    Raises Failure for a stack without a literal region and account, and for policies that are not literal JSON.
    """
    region, account_id = _read_provider(configuration)
    empty = Scenario(region, account_id, {}, ())
    managed = {
        call.removeprefix("ca_"): empty.arn("acm-pca", f"certificate-authority/{call.removeprefix('ca_')}")
        for call, arguments in configuration.modules.items()
        if _module(arguments) == "private-ca"
    }
    subjects = tuple(_subjects(configuration, empty))
    referenced = {arn for subject in subjects for text in subject.policies.values() for arn in _ca_arns(text)}
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
    return match["module"] if match else ""


def _subjects(configuration: Configuration, scenario: Scenario) -> Iterator[Subject]:
    for call, arguments in configuration.modules.items():
        module = _module(arguments)
        if module in _PRINCIPALS:
            kind, _, key = call.partition("_")
            policies = {
                str(name): _policy_json(policy, scenario, call)
                for name, policy in arguments.get("policies", {}).items()
            }
            principal, tag = _principal(arguments, scenario)
            yield Subject(key, kind, principal, policies, module != "issuer-attachment", tag)


def _principal(arguments: Mapping[str, Any], scenario: Scenario) -> tuple[Principal, str]:
    """Return the calling principal, and the value of the owner tag on its certificates."""
    partition, account, path = facts.partition(scenario.region), scenario.account_id, arguments.get("path", "/")
    user, role = arguments.get("user_name"), arguments.get("role_name")
    if role is None:
        return Principal(f"arn:{partition}:iam::{account}:user{path}{user}", account), f"user/{user}"
    session = f"arn:{partition}:sts::{account}:assumed-role/{role}/session"
    return Principal(session, account, f"arn:{partition}:iam::{account}:role{path}{role}"), f"role/{role}"


def _policy_json(policy: Any, scenario: Scenario, call: str) -> str:
    """Return a policy as JSON, with symbolic ARNs in place of references to CAs."""
    if not isinstance(policy, Call):
        raise Failure(f"module.{call}: this policy is not a jsonencode of literal values and cannot be checked")
    return json.dumps(_resolve(policy.argument, scenario, call), ensure_ascii=False)


def _resolve(value: Any, scenario: Scenario, call: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _resolve(inner, scenario, call) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolve(inner, scenario, call) for inner in value]
    if isinstance(value, Reference):
        match = _REFERENCE.fullmatch(value.path)
        if match:
            return scenario.arn("acm-pca", f"certificate-authority/{match['key']}")
    if value is None or isinstance(value, str | int | float):
        return value
    expression = value.path if isinstance(value, Reference) else getattr(value, "reason", value)
    raise Failure(
        f"module.{call}: this policy contains {expression}, which only Terraform can evaluate: it cannot be checked"
    )


def name_patterns(subjects: Iterable[Subject]) -> dict[str, None]:
    """Return the domain name patterns in policies, for a stack whose spec is not known."""
    texts = [text for subject in subjects for text in subject.policies.values()]
    names = (name for text in texts for name in _strings(json.loads(text), key="acm:DomainNames"))
    return dict.fromkeys(name for name in names if name not in ("true", "false"))  # the values of Null


def _ca_arns(text: str) -> Iterator[str]:
    """Yield the ARNs of single CAs in a policy."""
    yield from (value for value in _strings(json.loads(text)) if _CA_ARN.fullmatch(value))


def _strings(value: Any, key: str | None = None) -> Iterator[str]:
    """Yield every string in plain data, or only those under one key."""
    if isinstance(value, str) and key is None:
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, None if name == key else key)
