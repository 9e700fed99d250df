"""What the policy of a bucket lets AWS and readers do with the CRL of a CA.

What AWS needs: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies.
"""

from functools import lru_cache

from pcaform.checks.guard.analysis.revocation import CRL, block
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Resource
from pcaform.core.facts import CRL_WRITER, CRL_WRITER_ACTIONS
from pcaform.iam.documents import ANYONE, Statement, read_statements
from pcaform.iam.evaluator.patterns import is_like
from pcaform.terraform.resource_types import S3_BUCKET, S3_BUCKET_POLICY

READ = "s3:GetObject"
_TRANSPORT = "aws:securetransport"


def policy_of(bucket: str, context: PlanContext, *, is_before: bool = False) -> str | None:
    """Return the text of a bucket's policy after a plan, or before it; None if it is not in the plan."""
    changes = [] if is_before else [each for each in context.changes_of(S3_BUCKET_POLICY, S3_BUCKET) if each.after]
    unknown = [each.after.get("bucket") for each in changes if each.unknown.get("policy")]
    values = [*(each.after for each in changes), *(each.values for each in context.of(S3_BUCKET_POLICY, S3_BUCKET))]
    texts = [each.get("policy") for each in values if each.get("bucket") == bucket]
    return None if bucket in unknown else next((str(text) for text in texts if text), None)


def statements(policy: str | None, action: str, ca: Resource) -> tuple[Statement, ...]:
    """Return the statements of a policy about an action on the CRL of a CA; raises PolicyError."""
    crl = block(ca.values, CRL)
    name = str(ca.values.get("arn")).rpartition("/")[2]
    parts = (crl.get("s3_bucket_name"), str(crl.get("custom_path") or "").strip("/"), "crl", f"{name}.crl")
    place = f"arn:aws:s3:::{'/'.join(map(str, filter(None, parts[:1] if 'Bucket' in action else parts)))}"
    return tuple(each for each in _read(policy or '{"Statement": []}') if each.is_about(action, place))


@lru_cache(maxsize=8)
def _read(policy: str) -> tuple[Statement, ...]:
    return read_statements(policy)


def allowed_actions(policy: str | None, ca: Resource) -> list[str]:
    """Return the actions that AWS needs for the CRL of a CA and that a policy allows it; raises PolicyError."""
    arn = str(ca.values.get("arn"))
    own = {"aws:sourcearn": arn, "aws:sourceaccount": arn.split(":")[4] if arn.startswith("arn:") else ""}
    return [
        action
        for action in CRL_WRITER_ACTIONS
        if any(
            any(name in (ANYONE, CRL_WRITER) for _, name in each.principals or ())
            and all(
                any(is_like(own[one.key], value, {}) for value in one.values)
                for one in each.conditions
                if one.key in own
            )
            for each in allowing(policy, action, ca)
        )
    ]


def allowing(policy: str | None, action: str, ca: Resource) -> list[Statement]:
    """Return the statements that allow an action; none if another denies it to everyone. Raises PolicyError."""
    met = statements(policy, action, ca)
    denials = [each for each in met if not each.is_allow and not each.conditions]
    is_denied = any(name in (ANYONE, CRL_WRITER) for each in denials for _, name in each.principals or ())
    return [] if is_denied else [each for each in met if each.is_allow]


def denials(policy: str | None, ca: Resource) -> set[Statement]:
    """Return the statements that deny somebody to read or to write; those that only ask for TLS are left out."""
    met = {each for action in (READ, *CRL_WRITER_ACTIONS) for each in statements(policy, action, ca)}
    return {each for each in met if not each.is_allow and {one.key for one in each.conditions} != {_TRANSPORT}}
