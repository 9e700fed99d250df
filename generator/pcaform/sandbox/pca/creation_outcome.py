"""How CreateCertificateAuthority goes on demand: a CA that takes its time, one that fails, and how many there may be.

AWS answers at once and makes the CA afterwards; the sandbox has it ready at once unless told otherwise.
"""

from __future__ import annotations

from datetime import timedelta

# Adjustable, as it is at AWS: https://docs.aws.amazon.com/general/latest/gr/pca.html#limits_pca
_QUOTA = 200


class Creation:
    """What happens to CAs that are created from now on; one for a process, as the clock is.

    `delay` is how long a CA stays CREATING, in the sandbox's time. `failure` is the FailureReason with which it
    becomes FAILED afterwards (REQUEST_TIMED_OUT, UNSUPPORTED_ALGORITHM or OTHER). `quota` is the number of CAs
    of an account and region, deleted ones included until they are gone.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Return to CAs that are ready at once, and AWS's default quota."""
        self.delay = timedelta()
        self.failure: str | None = None
        self.quota = _QUOTA


creation = Creation()
