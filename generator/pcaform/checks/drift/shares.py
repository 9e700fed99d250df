"""Shares of CAs with other accounts, in a spec and at AWS -> what differs."""

import json
from collections.abc import Iterator, Mapping

from pcaform.checks.drift.difference import Difference, Kind
from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.share import document
from pcaform.sources.account_snapshot import POLICY, CaStatus
from pcaform.spec.stack import Spec


def compare_shares(spec: Spec, one: Mapping[str, CaStatus]) -> Iterator[Difference]:
    """Yield what of the CAs' own policies is otherwise at AWS, for those that were found."""
    for key, found in one.items():
        if POLICY in found.unread or key not in spec.managed:
            continue
        share, place = spec.shares.get(key), f"shares.{key}"
        if share is None and found.policy:
            message = "nothing in the spec, at AWS the CA has a policy of its own"
            advice = "write the share into the spec, or take the policy away at AWS: no apply does"
            yield Difference(Kind.STAYS, place, message, advice, found.arn)
        elif share is not None and not found.policy:
            message = "a share in the spec, at AWS the CA has no policy of its own"
            yield Difference(Kind.APPLIED, place, message, "apply the stack: it shares the CA", found.arn)
        elif share is not None and not _is_same(found.policy, document(share, found.arn, region=found.region)):
            advice = "apply the stack, or write what AWS has into the spec"
            yield Difference(Kind.APPLIED, place, "the CA's own policy says otherwise at AWS", advice, found.arn)


def _is_same(live: str, wanted: Mapping[str, object]) -> bool:
    try:
        return normalized_statements([json.loads(live)]) == normalized_statements([wanted])
    except PARTIAL_DATA_ERRORS:
        return False
