"""Managed renewal of one private certificate: when ACM tries, and the result of the last attempt.

ACM starts 60 days before the end and renews certificates that were exported or are in use:
https://docs.aws.amazon.com/acm/latest/userguide/renew-private-cert.html
https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
After a failed attempt the status is PENDING_AUTO_RENEWAL, with a reason, as the acceptance test
TestAccACMCertificate_privateCertificate_noRenewalPermission of Terraform's provider shows on AWS. AWS does not document
how often it tries again; here it is once a day. At the certificate's end the status becomes FAILED.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_LEAD = timedelta(days=60)
_RETRY_INTERVAL = timedelta(days=1)


@dataclass(frozen=True)
class Renewal:
    """One attempt; `failure` is an ACM FailureReason, None where a new certificate was issued."""

    moment: datetime
    failure: str | None

    def summarize(self, *, names: Sequence[str], end: datetime, moment: datetime) -> dict[str, Any]:
        """Build RenewalSummary, as of `moment`, for a certificate that ends at `end`.

        AWS requires DomainValidationOptions here even though nothing is validated.
        """
        is_over = self.failure is not None and moment >= end
        summary = {
            "RenewalStatus": self._status(is_over=is_over),
            "DomainValidationOptions": [{"DomainName": name} for name in names],
            "UpdatedAt": (end if is_over else self.moment).timestamp(),
        }
        return summary | ({"RenewalStatusReason": self.failure} if self.failure else {})

    def _status(self, *, is_over: bool) -> str:
        if self.failure is None:
            return "SUCCESS"
        return "FAILED" if is_over else "PENDING_AUTO_RENEWAL"


def next_attempt(last: Renewal | None, *, end: datetime) -> datetime | None:
    """Return when ACM next tries to renew a certificate that ends at `end`, possibly in the past; None if too late."""
    attempt = last.moment + _RETRY_INTERVAL if last and last.failure else end - _LEAD
    return attempt if attempt < end else None
