"""Rules about shares of CAs."""

from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.messages import suggest_nearest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec


@error("share", source="https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html")
def share_is_valid(spec: Spec) -> Iterator[Violation]:
    """A share has a CA of this spec and account, accounts or an organization, and a template that AWS can share."""
    known = list(spec.certificate_authorities)
    for key, share in spec.shares.items():
        ca = spec.certificate_authorities.get(key)
        if ca is None:
            message = f"the CA '{key}' is not in this spec{suggest_nearest(key, known)}, known: {', '.join(known)}"
            yield Violation(("shares", key), message)
        elif not share.accounts and share.organization is None:
            yield Violation(("shares", key), f"'{key}' is shared with no one: give 'accounts' or 'organization'")
        elif ca.arn is not None and ca.arn.split(":")[4] != spec.aws.account_id:
            yield Violation(("shares", key), f"'{key}' is of another account: only its owner can share it")
        if share.template not in facts.SHARED_TEMPLATES:
            message = f"AWS cannot share '{share.template}', allowed: {', '.join(facts.SHARED_TEMPLATES)}"
            yield Violation(("shares", key, "template"), message)
