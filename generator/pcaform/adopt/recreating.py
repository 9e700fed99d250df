"""The other way: permissions are deleted at AWS, and the next apply makes them. In between nothing renews."""

from collections.abc import Callable, Sequence

from pcaform.adopt.grants import Grant
from pcaform.core.problems import Failure
from pcaform.sources.aws.permissions import withdraw as delete
from pcaform.sources.aws.session import Account

GAP = (
    "until 'terraform apply' has made them again, ACM neither issues nor renews from these CAs: apply now. ACM begins "
    "to renew 60 days before a certificate ends and tries again, so minutes cost nothing, and weeks cost certificates"
)
"""For how long, and what that means. https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"""


def withdraw(grants: Sequence[Grant], account: Callable[[str], Account]) -> None:
    """Delete permissions at AWS; raises Failure, which names those that are gone, where one of them stays."""
    gone: list[str] = []
    for grant in grants:
        principal, source = str(grant.live["Principal"]), str(grant.live.get("SourceAccount", ""))
        try:
            delete(account(grant.arn), grant.arn, principal, source_account=source)
        except Failure as failure:
            said = f"{', '.join(gone)}: deleted already, {GAP}" if gone else "no permission was deleted"
            raise Failure(f"{failure}\n{said}") from None
        gone.append(grant.entry.address)
