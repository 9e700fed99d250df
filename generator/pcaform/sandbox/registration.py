"""Replaces moto's backends with the sandbox's while a server runs.

moto looks up a service's backend in a dictionary that creates instances of the class in its `backend` attribute.
Replacing that class is all; moto's code does not change.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from moto.acm.models import acm_backends
from moto.acmpca.models import acmpca_backends
from moto.cloudfront import models as cloudfront
from moto.core.base_backend import BackendDict
from moto.iam.models import iam_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.sts.models import sts_backends

from pcaform.sandbox.acm.service import AcmBackend
from pcaform.sandbox.clock import clock
from pcaform.sandbox.http.public_names import OwnCertificate, SignedOrigin
from pcaform.sandbox.iam.enforce import enforcement
from pcaform.sandbox.iam.identity_check import create_sts_backend_class
from pcaform.sandbox.iam.service import IamBackend
from pcaform.sandbox.pca.creation_outcome import creation
from pcaform.sandbox.pca.service import AcmPcaBackend
from pcaform.sandbox.s3.service import BucketBackend, permit

# moto would use it instead of every other way to set an account.
_ACCOUNT_VARIABLE = "MOTO_ACCOUNT_ID"


@contextmanager
def register_backends(user_id: str, *, is_iam_enforced: bool) -> Iterator[None]:
    """Register empty backends of the sandbox, and at the end restore moto's, also empty."""
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
            (s3_backends, BucketBackend),
            (sts_backends, create_sts_backend_class(user_id)),
        ):
            undo.enter_context(_replace(backends, "backend", replacement))
        undo.enter_context(_replace(cloudfront, "Origin", SignedOrigin))
        undo.enter_context(_replace(cloudfront, "ViewerCertificate", OwnCertificate))
        undo.enter_context(_replace(FakeBucket, "get_permission", permit))
        undo.enter_context(_unset_variable(_ACCOUNT_VARIABLE))
        yield


@contextmanager
def _replace(owner: object, name: str, replacement: object) -> Iterator[None]:
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextmanager
def _unset_variable(name: str) -> Iterator[None]:
    value = os.environ.pop(name, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[name] = value
