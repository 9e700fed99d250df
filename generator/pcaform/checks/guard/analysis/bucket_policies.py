"""What the policy of a bucket lets AWS and readers do with the CRL of a CA.

What AWS needs: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from pcaform.checks.guard.analysis.revocation import CRL, block, has_public_crl
from pcaform.checks.guard.context import PlanContext
from pcaform.core.facts import CRL_WRITER, CRL_WRITER_ACTIONS, crl_key
from pcaform.iam.documents import ANYONE, Statement, read_statements
from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.evaluator.patterns import is_like
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_json import Resource

READ = "s3:GetObject"
_TRANSPORT = "aws:securetransport"
_SOURCES = ("aws:sourcearn", "aws:sourceaccount")
_POSITIVE = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
Grant = tuple[str, frozenset[Condition]]
"""A principal and the conditions under which it may act."""


def policy_of(bucket: str, context: PlanContext, *, is_before: bool = False) -> str | None:
    """Return the text of a bucket's policy after a plan, or before it; None if it is not in the plan."""
    for kind in (types.S3_BUCKET_POLICY, types.S3_BUCKET):
        changes = [] if is_before else [each for each in context.changes_of(kind) if each.after.get("bucket") == bucket]
        if any(each.unknown.get("policy") for each in changes):
            return None
        values = (*(each.after for each in changes), *(each.values for each in context.of(kind)))
        if found := next(
            (each["policy"] for each in values if each.get("bucket") == bucket and each.get("policy")), None
        ):
            return str(found)
    return None


def refuses_public_acls(bucket: str, context: PlanContext) -> bool | None:
    """Tell whether a bucket refuses public ACLs, as it does by default; None if the plan does not show it."""
    blocks, rules = (
        [each.values for each in context.of(kind) if each.values.get("bucket") == bucket]
        for kind in (types.S3_BUCKET_PUBLIC_ACCESS_BLOCK, types.S3_BUCKET_OWNERSHIP_CONTROLS)
    )
    if not blocks and not rules:
        return None
    is_enforced = not rules or any("BucketOwnerEnforced" in str(each.get("rule")) for each in rules)
    return is_enforced or any(each.get("block_public_acls") or each.get("ignore_public_acls") for each in blocks)


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """What a bucket's policy no longer lets do with a CRL.

    `lost` are actions that AWS needs; with `is_closed` nobody reads it who could, and with `is_narrowed` fewer may, or
    on more conditions. With `is_opened` others than AWS may newly write or delete it.
    """

    lost: tuple[str, ...]
    is_closed: bool
    is_narrowed: bool
    is_opened: bool


def compare_policies(before: str | None, after: str | None, ca: Resource, *, fronts: Collection[str]) -> PolicyStep:
    """Compare two policies of a bucket, for a CRL that `fronts`, ARNs of distributions, read; raises PolicyError."""
    sources = {READ: fronts, **{action: (str(ca.values.get("arn")),) for action in CRL_WRITER_ACTIONS}}
    olds, news = (
        {action: grants(text, action, ca, arns) for action, arns in sources.items()} for text in (before, after)
    )
    needed = [action for action in CRL_WRITER_ACTIONS if not before or any(map(_is_writer, olds[action]))]
    lost = tuple(action for action in needed if not any(map(_is_writer, news[action])))
    public = has_public_crl(ca)
    kept = [
        (each, action)
        for action in olds
        for each in olds[action]
        if (_is_writer(each) if action != READ else not public)
    ]
    is_narrowed = any(not _is_kept(each, news[action]) for each, action in kept)
    readers = [set[str]() if fronts or public else _sources(text, ca) for text in (before, after)]
    is_narrowed |= bool(readers[1] and readers[0] - readers[1])
    is_denied = bool(_denials(after, ca) - _denials(before, ca))
    is_opened = any(
        each[0] != CRL_WRITER and not _is_kept(each, grants(before, action, ca, ()))
        for action in ("s3:PutObject", "s3:DeleteObject")
        for each in grants(after, action, ca, ())
    )
    return PolicyStep(lost, bool(olds[READ] or not before) and not news[READ], is_narrowed or is_denied, is_opened)


def _statements(policy: str | None, action: str, ca: Resource) -> tuple[Statement, ...]:
    """Return the statements of a policy about an action on the CRL of a CA; raises PolicyError."""
    crl = block(ca.values, CRL)
    name = str(ca.values.get("arn")).rpartition("/")[2]
    place = f"arn:aws:s3:::{crl.get('s3_bucket_name')}"
    place += "" if "Bucket" in action else f"/{crl_key(crl.get('custom_path'), name)}"
    return tuple(each for each in _read(policy or '{"Statement": []}') if each.is_about(action, place))


@lru_cache(maxsize=8)
def _read(policy: str) -> tuple[Statement, ...]:
    return read_statements(policy)


def grants(policy: str | None, action: str, ca: Resource, sources: Collection[str]) -> set[Grant]:
    """Return who may act on the CRL of a CA for these ARNs, none if that is denied to all; raises PolicyError.

    What a request comes from is checked if it is known; other conditions are returned with the name of the principal.
    """
    met = _statements(policy, action, ca)
    denied = [each for each in met if not each.is_allow and not each.conditions]
    if any(name in (ANYONE, CRL_WRITER) for each in denied for _, name in each.principals or ()):
        return set()
    return {
        (name, frozenset(one for one in each.conditions if not _is_source(one)))
        for each in met
        if each.is_allow and all(_fits(one, sources) for one in each.conditions if _is_source(one))
        for _, name in each.principals or ()
        if action != READ or name != CRL_WRITER
    }


def _is_writer(grant: Grant) -> bool:
    return grant[0] in (ANYONE, CRL_WRITER)


def _is_kept(grant: Grant, others: Collection[Grant]) -> bool:
    """Tell whether a grant is still there, for anyone or on fewer conditions."""
    return any(name in (grant[0], ANYONE) and conditions <= grant[1] for name, conditions in others)


def _is_source(condition: Condition) -> bool:
    return condition.key in _SOURCES and condition.operator.removesuffix("IfExists") in _POSITIVE


def _fits(condition: Condition, arns: Collection[str]) -> bool:
    parts = [(arn, arn.split(":")[4]) for arn in arns if arn.startswith("arn:")]
    known = [pair[_SOURCES.index(condition.key)] for pair in parts]
    return not known or any(is_like(value, pattern, {}) for value in known for pattern in condition.values)


def _sources(policy: str | None, ca: Resource) -> set[str]:
    """Return from what a policy lets the CRL of a CA be read, as its conditions name it."""
    allowed = (each for each in _statements(policy, READ, ca) if each.is_allow)
    return {value for each in allowed for one in each.conditions if _is_source(one) for value in one.values}


def _denials(policy: str | None, ca: Resource) -> set[Statement]:
    """Return the statements that deny somebody to read or to write; those that only ask for TLS are left out.

    For some sources they may leave it out.
    """
    met = {each for action in (READ, *CRL_WRITER_ACTIONS) for each in _statements(policy, action, ca)}
    return {
        each for each in met if not each.is_allow and {one.key for one in each.conditions} - {*_SOURCES} != {_TRANSPORT}
    }
