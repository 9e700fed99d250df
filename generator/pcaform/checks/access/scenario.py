"""A rendered stack's text -> its CAs and principals, with their policies as IAM would get them.

ARNs are symbolic where nothing exists yet: a CA's id is its key. Nothing here knows how the policies were made.
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
_AUTHORITY = re.compile(r"arn:[^:]+:acm-pca:[^:]*:[0-9]{12}:certificate-authority/[^*?]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """One principal: its policies as JSON by name; `kind` is issuer, administrator or auditor.

    In an account that is read live it is user or role, and `boundary` the JSON of its permissions boundary, if any.
    """

    key: str
    kind: str
    principal: Principal
    policies: Mapping[str, str]
    is_owned: bool
    owner_tag: str
    boundary: str = ""

    @property
    def has_two_locks(self) -> bool:
        """Whether what it signs is allowed in one place and all else denied in another; an auditor signs nothing."""
        return self.is_owned and self.kind != "auditor"


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that is judged: the CAs by what they are called, and the principals."""

    region: str
    account_id: str
    authorities: Mapping[str, str]
    subjects: tuple[Subject, ...]

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return an ARN in this account, and in the stack's region unless another is named."""
        return f"arn:{facts.partition(self.region)}:{service}:{region or self.region}:{self.account_id}:{resource}"


def build_scenario(configuration: Configuration, names: Mapping[str, str]) -> Scenario:
    """Return what a stack's configuration holds; `names` calls CAs by their ARN that the stack only refers to.

    Raises Failure for a stack without a literal region and account, and for policies that are no literal JSON.
    """
    region, account_id = _place(configuration)
    empty = Scenario(region, account_id, {}, ())
    made = {
        call.removeprefix("ca_"): empty.arn("acm-pca", f"certificate-authority/{call.removeprefix('ca_')}")
        for call, arguments in configuration.modules.items()
        if _module(arguments) == "private-ca"
    }
    subjects = tuple(_subjects(configuration, empty))
    named = {arn for subject in subjects for text in subject.policies.values() for arn in _authorities(text)}
    others = {names.get(arn, arn.rpartition("/")[2]): arn for arn in sorted(named - set(made.values()))}
    return Scenario(region, account_id, {**made, **others}, subjects)


def _place(configuration: Configuration) -> tuple[str, str]:
    for provider in configuration.providers:
        region, accounts = provider.get("region"), provider.get("allowed_account_ids")
        if "alias" not in provider and isinstance(region, str) and accounts and isinstance(accounts[0], str):
            return region, accounts[0]
    raise Failure("no provider block names region and account: this is no stack that pcaform rendered")


def _module(arguments: Mapping[str, Any]) -> str:
    match = _SOURCE.search(str(arguments.get("source")))
    return match["module"] if match else ""


def _subjects(configuration: Configuration, place: Scenario) -> Iterator[Subject]:
    for call, arguments in configuration.modules.items():
        module = _module(arguments)
        if module in _PRINCIPALS:
            kind, _, key = call.partition("_")
            policies = {
                str(name): _written(policy, place, call) for name, policy in arguments.get("policies", {}).items()
            }
            principal, tag = _principal(arguments, place)
            yield Subject(key, kind, principal, policies, module != "issuer-attachment", tag)


def _principal(arguments: Mapping[str, Any], place: Scenario) -> tuple[Principal, str]:
    """Return who calls, and the value of the tag on certificates that are theirs."""
    partition, account, path = facts.partition(place.region), place.account_id, arguments.get("path", "/")
    user, role = arguments.get("user_name"), arguments.get("role_name")
    if role is None:
        return Principal(f"arn:{partition}:iam::{account}:user{path}{user}", account), f"user/{user}"
    session = f"arn:{partition}:sts::{account}:assumed-role/{role}/session"
    return Principal(session, account, f"arn:{partition}:iam::{account}:role{path}{role}"), f"role/{role}"


def _written(policy: Any, place: Scenario, call: str) -> str:
    """Return a policy as JSON, its references to CAs as symbolic ARNs."""
    if not isinstance(policy, Call):
        raise Failure(f"module.{call}: a policy that is no jsonencode of literal values cannot be judged")
    return json.dumps(_resolved(policy.argument, place, call), ensure_ascii=False)


def _resolved(value: Any, place: Scenario, call: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _resolved(inner, place, call) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, place, call) for inner in value]
    if isinstance(value, Reference):
        match = _REFERENCE.fullmatch(value.path)
        if match:
            return place.arn("acm-pca", f"certificate-authority/{match['key']}")
    if value is None or isinstance(value, str | int | float):
        return value
    shown = value.path if isinstance(value, Reference) else getattr(value, "reason", value)
    raise Failure(f"module.{call}: a policy holds {shown}, which only Terraform can evaluate: it cannot be judged")


def name_patterns(subjects: Iterable[Subject]) -> dict[str, None]:
    """Return the patterns of domain names that policies have, for a stack whose spec is not known."""
    texts = [text for subject in subjects for text in subject.policies.values()]
    found = (name for text in texts for name in _below(json.loads(text), key="acm:DomainNames"))
    return dict.fromkeys(name for name in found if name not in ("true", "false"))  # the values of Null


def _authorities(text: str) -> Iterator[str]:
    """Yield the ARNs of single CAs that a policy names."""
    yield from (value for value in _below(json.loads(text)) if _AUTHORITY.fullmatch(value))


def _below(value: Any, key: str | None = None) -> Iterator[str]:
    """Yield every text in plain data, or only what is under one key."""
    if isinstance(value, str) and key is None:
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _below(inner, key)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _below(inner, None if name == key else key)
