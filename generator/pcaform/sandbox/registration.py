"""Put the sandbox's backends in moto's place, for as long as a server runs.

moto looks a service's backend up in a dictionary that makes instances of the class in its `backend`
attribute; that is the whole registration, nothing of moto's code changes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from moto.acm.models import acm_backends
from moto.acmpca.models import acmpca_backends
from moto.core.base_backend import BackendDict
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from pcaform.sandbox.acm.service import AcmBackend
from pcaform.sandbox.clock import clock
from pcaform.sandbox.iam.enforce import enforcement
from pcaform.sandbox.iam.identity_check import sts_backend
from pcaform.sandbox.iam.service import IamBackend
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sandbox.pca.service import AcmPcaBackend

# It would win over every other way to tell moto an account.
_ACCOUNT_VARIABLE = "MOTO_ACCOUNT_ID"


@contextmanager
def register_backends(user_id: str, *, is_iam_enforced: bool) -> Iterator[None]:
    """Start from empty backends of the sandbox's kind, and leave empty ones of moto's kind."""
    with ExitStack() as undo:
        undo.callback(setattr, enforcement, "is_on", False)  # noqa: FBT003 - an attribute's value
        enforcement.is_on = is_iam_enforced
        BackendDict.reset()
        undo.callback(BackendDict.reset)
        undo.callback(clock.reset)
        undo.callback(creation.reset)
        for backends, replacement in (
            (acmpca_backends, AcmPcaBackend),
            (acm_backends, AcmBackend),
            (iam_backends, IamBackend),
            (sts_backends, sts_backend(user_id)),
        ):
            undo.enter_context(_replaced(backends, replacement))
        undo.enter_context(_without_variable(_ACCOUNT_VARIABLE))
        yield


@contextmanager
def _replaced(backends: BackendDict, replacement: type) -> Iterator[None]:
    original = backends.backend
    backends.backend = replacement
    try:
        yield
    finally:
        backends.backend = original


@contextmanager
def _without_variable(name: str) -> Iterator[None]:
    value = os.environ.pop(name, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[name] = value
