"""Settings for tests of CreateCertificateAuthority: a delay, a failure, and the quota of CAs.

AWS answers at once and creates the CA afterwards; in the sandbox the CA is ready at once unless a delay is set.
"""

from __future__ import annotations

from datetime import timedelta

# Adjustable, as it is at AWS: https://docs.aws.amazon.com/general/latest/gr/pca.html#limits_pca
_QUOTA = 200


class Creation:
    """The settings for CAs created from now on; one for the process, like the clock.

    `delay` is how long a CA stays CREATING, in the sandbox's time. `failure` is the FailureReason with which it
    becomes FAILED afterwards (REQUEST_TIMED_OUT, UNSUPPORTED_ALGORITHM or OTHER). `quota` is the number of CAs
    of an account and region, including deleted ones that can still be restored.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Return to the defaults: CAs are ready at once, and the quota is AWS's."""
        self.delay = timedelta()
        self.failure: str | None = None
        self.quota = _QUOTA


creation = Creation()
