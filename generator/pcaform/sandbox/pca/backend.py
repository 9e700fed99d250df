"""The CAs of one account and region: moto's backend with real CAs, a lock and idempotency tokens.

moto still provides one instance for each account and region, and stores the tags.
"""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from typing import Any

from moto.acmpca.models import ACMPCABackend

from pcaform.sandbox.clock import now
from pcaform.sandbox.http.aws_error import AwsError, not_found
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sandbox.pca.crl import publish_crl
from pcaform.sandbox.pca.templates import DEFAULT_TEMPLATE

# "Idempotency tokens time out after five minutes":
# https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html
_TOKEN_LIFETIME = timedelta(minutes=5)
_ARN = re.compile(r"arn:[\w-]+:acm-pca:[\w-]+:\d{12}:certificate-authority/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class PrivateCaBackend(ACMPCABackend):
    """The CAs of one account and region. Every handler runs under `lock`, except for the generation of keys.

    `uses` is what the keys of CAs were used for, by the ARN of a certificate; `reports` and `trust_anchors` have ids.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = threading.RLock()
        self._answers: dict[tuple[str, str], tuple[datetime, str]] = {}
        self.uses: dict[str, dict[str, Any]] = {}
        self.reports: dict[str, dict[str, Any]] = {}
        self.trust_anchors: dict[str, dict[str, Any]] = {}

    def find(self, arn: str) -> SandboxCa:
        """Look up a CA; raises ResourceNotFoundException, or InvalidArnException for an ARN that is not a CA's."""
        if not _ARN.fullmatch(arn):
            raise AwsError("InvalidArnException", f"{arn} is not the ARN of a certificate authority.")
        self._remove_gone()
        ca: SandboxCa | None = self.certificate_authorities.get(arn)
        if ca is None:
            raise not_found(f"the certificate authority {arn}")
        return ca

    def list_cas(self) -> list[SandboxCa]:
        """List the CAs, newest first, including deleted ones as long as they can be restored."""
        self._remove_gone()
        return list(self.certificate_authorities.values())[::-1]

    def add(self, ca: SandboxCa, tags: list[dict[str, str]] | None) -> None:
        """Store a new CA with its tags; raises LimitExceededException."""
        if len(self.list_cas()) >= creation.quota:
            message = f"The quota of {creation.quota} private certificate authorities has been reached."
            raise AwsError("LimitExceededException", message)
        self.certificate_authorities[ca.arn] = ca
        if tags:
            self.tagger.tag_resource(ca.arn, tags)

    def record_issue(self, certificate_arn: str, template_arn: str | None, service: str | None = None) -> None:
        """Remember when a certificate was issued, from which template and for which service."""
        template = template_arn or f"arn:{self.partition}:acm-pca:::template/{DEFAULT_TEMPLATE}"
        self.uses[certificate_arn] = {"issued_at": now(), "template_arn": template, "service": service}

    def publish_crl(self, ca: SandboxCa) -> None:
        """Write the CRL of a CA."""
        publish_crl(ca, {arn: use["revoked_at"] for arn, use in self.uses.items() if "revoked_at" in use})

    def _remove_gone(self) -> None:
        for arn in [arn for arn, ca in self.certificate_authorities.items() if ca.is_gone]:
            del self.certificate_authorities[arn]
            self.tagger.delete_all_tags_for_resource(arn)

    def find_answer(self, operation: str, token: str | None) -> str | None:
        """Return the ARN that was answered to a request with the same token within five minutes."""
        created_at, arn = self._answers.get((operation, token or ""), (None, None))
        if created_at is None or now() - created_at > _TOKEN_LIFETIME:
            return None
        return arn

    def remember_answer(self, operation: str, token: str | None, *, arn: str) -> None:
        """Store an answer for `find_answer`; a request without a token is always new."""
        if token:
            self._answers[operation, token] = (now(), arn)
