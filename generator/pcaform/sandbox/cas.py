"""The CAs of one account and region: moto's backend with real CAs, a lock and idempotency tokens.

moto keeps what it does well: one instance for each account and region, and the tags.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from moto.acmpca.models import ACMPCABackend

from pcaform.sandbox.authority import Authority
from pcaform.sandbox.clock import now
from pcaform.sandbox.refusal import not_found

# "Idempotency tokens time out after five minutes":
# https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html
_TOKEN_LIFETIME = timedelta(minutes=5)


class PrivateCaBackend(ACMPCABackend):
    """The CAs of one account and region. Every handler runs under `lock`; only key generation does not."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()
        self._answers: dict[tuple[str, str], tuple[datetime, str]] = {}

    def find(self, arn: str) -> Authority:
        """Look up a CA; raises ResourceNotFoundException."""
        authority: Authority | None = self.certificate_authorities.get(arn)
        if authority is None:
            raise not_found(f"the certificate authority {arn}")
        return authority

    def add(self, authority: Authority, tags: list[dict[str, str]] | None) -> None:
        """Keep a new CA with its tags."""
        self.certificate_authorities[authority.arn] = authority
        if tags:
            self.tagger.tag_resource(authority.arn, tags)

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
