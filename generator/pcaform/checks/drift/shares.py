"""Compares the shares of a spec with the CAs' resource policies at AWS."""

from collections.abc import Iterator, Mapping

from pcaform.checks.drift.difference import Difference, Kind
from pcaform.iam.documents import PolicyError
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.resource_policies import share_policy
from pcaform.sources.account_snapshot import POLICY, CaStatus
from pcaform.spec.stack import Spec


def compare_shares(spec: Spec, live_cas: Mapping[str, CaStatus]) -> Iterator[Difference]:
    """Yield the differences of the resource policies of the CAs that were found."""
    for key, live in live_cas.items():
        if POLICY in live.unread or key not in spec.managed:
            continue
        share, place = spec.shares.get(key), f"shares.{key}"
        if share is None and live.policy:
            message = "nothing in the spec, at AWS the CA has a resource policy"
            advice = "write the share into the spec, or remove the policy at AWS: no apply does"
            yield Difference(Kind.STAYS, place, message, advice, live.arn)
        elif share is not None and not live.policy:
            message = "a share in the spec, at AWS the CA has no resource policy"
            yield Difference(Kind.APPLIED, place, message, "apply the stack: it shares the CA", live.arn)
        elif share is not None and not _is_same(live.policy, share_policy(share, live.arn, region=live.region)):
            advice = "apply the stack, or write what AWS has into the spec"
            yield Difference(Kind.APPLIED, place, "the CA's resource policy is different at AWS", advice, live.arn)


def _is_same(live_policy: str, expected: Mapping[str, object]) -> bool:
    try:
        return normalized_statements([live_policy]) == normalized_statements([expected])
    except PolicyError:
        return False
