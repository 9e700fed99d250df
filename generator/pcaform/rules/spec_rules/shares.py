"""Rules about shares of CAs."""

from collections.abc import Iterator

from pcaform.core import facts
from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.messages import nearest
from pcaform.spec.stack import Spec


@error("share")
def share_is_valid(spec: Spec) -> Iterator[Finding]:
    """A share is of a CA of this spec and account, names accounts or an organization, and a template AWS shares."""
    known = list(spec.certificate_authorities)
    for key, share in spec.shares.items():
        authority = spec.certificate_authorities.get(key)
        if authority is None:
            message = f"the CA '{key}' is not in this spec{nearest(key, known)}, known: {', '.join(known)}"
            yield Finding(("shares", key), message)
        elif not share.accounts and share.organization is None:
            yield Finding(("shares", key), f"'{key}' is shared with nobody: give 'accounts' or 'organization'")
        elif authority.arn is not None and authority.arn.split(":")[4] != spec.aws.account_id:
            yield Finding(("shares", key), f"'{key}' is of another account: its owner shares it")
        if share.template not in facts.SHARED_TEMPLATES:
            message = f"AWS shares no CA for '{share.template}', allowed: {', '.join(facts.SHARED_TEMPLATES)}"
            yield Finding(("shares", key, "template"), message)
