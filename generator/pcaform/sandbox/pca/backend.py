"""The CAs of one account and region: moto's backend with real CAs, a lock and idempotency tokens.

moto keeps what it does well: one instance for each account and region, and the tags.
"""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

from moto.acmpca.models import ACMPCABackend

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import Refusal, not_found
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.creation_outcome import creation

# "Idempotency tokens time out after five minutes":
# https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html
_TOKEN_LIFETIME = timedelta(minutes=5)
_ARN = re.compile(r"arn:[\w-]+:acm-pca:[\w-]+:\d{12}:certificate-authority/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class PrivateCaBackend(ACMPCABackend):
    """The CAs of one account and region. Every handler runs under `lock`; only key generation does not."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()
        self._answers: dict[tuple[str, str], tuple[datetime, str]] = {}

    def find(self, arn: str) -> SandboxCa:
        """Look up a CA; raises ResourceNotFoundException, or InvalidArnException for the ARN of something else."""
        if not _ARN.fullmatch(arn):
            raise Refusal("InvalidArnException", f"{arn} is not the ARN of a certificate authority.")
        self._forget_gone()
        authority: SandboxCa | None = self.certificate_authorities.get(arn)
        if authority is None:
            raise not_found(f"the certificate authority {arn}")
        return authority

    def listed(self) -> list[SandboxCa]:
        """List the CAs, newest first, deleted ones as long as they can be restored."""
        self._forget_gone()
        return list(self.certificate_authorities.values())[::-1]

    def add(self, authority: SandboxCa, tags: list[dict[str, str]] | None) -> None:
        """Keep a new CA with its tags; raises LimitExceededException."""
        if len(self.listed()) >= creation.quota:
            message = f"The quota of {creation.quota} private certificate authorities has been reached."
            raise Refusal("LimitExceededException", message)
        self.certificate_authorities[authority.arn] = authority
        if tags:
            self.tagger.tag_resource(authority.arn, tags)

    def _forget_gone(self) -> None:
        for arn in [arn for arn, authority in self.certificate_authorities.items() if authority.is_gone]:
            del self.certificate_authorities[arn]
            self.tagger.delete_all_tags_for_resource(arn)

    def answered(self, operation: str, token: str | None) -> str | None:
        """Return the ARN that a request with the same token got within five minutes."""
        created_at, arn = self._answers.get((operation, token or ""), (None, None))
        if created_at is None or now() - created_at > _TOKEN_LIFETIME:
            return None
        return arn

    def remember(self, operation: str, token: str | None, *, arn: str) -> None:
        """Keep an answer for `answered`; a request without a token is new every time."""
        if token:
            self._answers[operation, token] = (now(), arn)
