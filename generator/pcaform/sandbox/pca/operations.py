"""How a handler of a Private CA operation is written: a method from a request to an answer, both JSON."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from moto.acmpca.models import acmpca_backends
from moto.acmpca.responses import ACMPCAResponse

from pcaform.sandbox.http.aws_error import Refusal, answering_refusals
from pcaform.sandbox.http.model_validation import check_request
from pcaform.sandbox.iam.callers import root_of
from pcaform.sandbox.iam.certificate_condition_keys import keys_of
from pcaform.sandbox.iam.enforce import Asked, IamEnforced, judge, resource_document
from pcaform.sandbox.iam.request_context import Keys, authority_arn, authority_keys
from pcaform.sandbox.pca.backend import PrivateCaBackend
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.ca_states import check_state
from pcaform.sandbox.pca.csr import read_request

_AUTHORITY = re.compile(r"arn:[^:]+:acm-pca:[^:]*:(?P<account>\d{12}):certificate-authority/.+")

Request = dict[str, Any]
Answer = dict[str, Any]


class Operations(IamEnforced, ACMPCAResponse):
    """What every group of handlers needs: the backend, and the CA that a request names."""

    @property
    def backend(self) -> PrivateCaBackend:
        """The backend of the account that owns the CA of the request, in the request's region."""
        owner = self._owner(authority_arn(json.loads(self.body)))
        backend: PrivateCaBackend = acmpca_backends[owner][self.region]
        return backend

    def asked(self, operation: str) -> Asked:
        """Name the CA that a request is about, with the CA's own policy and tags."""
        request = json.loads(self.body)
        arn, keys = authority_arn(request), authority_keys(operation, request, self.partition)
        if operation == "IssueCertificate":
            keys |= _certificate_keys(request)
        owned = self.backend.certificate_authorities.get(arn)
        if owned is not None:
            tags = self.backend.list_tags(arn)["Tags"]
            keys |= {f"aws:resourcetag/{tag['Key'].lower()}": (tag.get("Value", ""),) for tag in tags}
        policy = resource_document(owned.policy if owned else None, arn)
        return Asked(f"acm-pca:{operation}", arn, keys, self._owner(arn), policy)

    def shared(self) -> list[SandboxCa]:
        """List the CAs of other accounts whose policy lets the caller's account describe them, newest first."""
        found = []
        for account_id, regions in list(acmpca_backends.items()):
            if account_id != self.current_account:
                found += [owned for owned in regions[self.region].listed() if self._is_shared(owned)]
        return sorted(found, key=lambda owned: owned.created_at, reverse=True)

    def _is_shared(self, owned: SandboxCa) -> bool:
        policy = resource_document(owned.policy, owned.arn)
        asked = Asked("acm-pca:DescribeCertificateAuthority", owned.arn, {}, owned.account_id, policy)
        return judge(root_of(self.current_account, self.partition), asked, region=self.region).is_allowed

    def _owner(self, arn: str) -> str:
        match = _AUTHORITY.fullmatch(arn)
        account: str = match["account"] if match else self.current_account
        return account

    def authority(self, request: Request) -> SandboxCa:
        """Look up the CA of a request; raises ResourceNotFoundException."""
        return self.backend.find(request["CertificateAuthorityArn"])

    def usable(self, operation_name: str, arn: str) -> SandboxCa:
        """Look up a CA whose state allows an operation; raises what `find` and `check_state` raise."""
        authority = self.backend.find(arn)
        check_state(operation_name, arn=arn, status=authority.status)
        return authority


Group = TypeVar("Group", bound=Operations)


def operation(
    handler: Callable[[Group, Request], Answer],
) -> Callable[[Group], str]:
    """Wrap a handler as moto calls it: JSON in and out, the request checked, refusals as AWS errors."""
    name = handler.__name__.title().replace("_", "")

    @functools.wraps(handler)
    def answer(self: Group) -> str:
        request = json.loads(self.body)
        check_request("acm-pca", name, request)
        return json.dumps(handler(self, request))

    return answering_refusals(answer)


def locked(handler: Callable[[Group, Request], Answer]) -> Callable[[Group], str]:
    """Wrap a handler like `operation` and run it under the backend's lock: Terraform sends ten at once."""

    @functools.wraps(handler)
    def guarded(self: Group, request: Request) -> Answer:
        with self.backend.lock:
            return handler(self, request)

    return operation(guarded)


def _certificate_keys(request: Request) -> Keys:
    """Return what IAM may ask of the certificate; a request that cannot be read has nothing, and is refused later."""
    try:
        return keys_of(read_request(decoded(request["Csr"])).public_key())
    except (Refusal, ValueError, KeyError, TypeError, UnsupportedAlgorithm):
        return {}


def decoded(blob: str) -> bytes:
    """Decode a blob of a request, which `check_request` has found to be base64."""
    return base64.b64decode(blob)
