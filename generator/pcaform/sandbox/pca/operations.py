"""The base class and decorators of the handlers: each is a method from a request to an answer, both JSON."""

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

from pcaform.sandbox.http.aws_error import AwsError, translate_aws_errors
from pcaform.sandbox.http.model_validation import check_request
from pcaform.sandbox.iam.callers import root_caller
from pcaform.sandbox.iam.certificate_condition_keys import keys_of_public_key
from pcaform.sandbox.iam.enforce import IamEnforced, IamRequest, evaluate_request, read_resource_policy
from pcaform.sandbox.iam.request_context import Keys, ca_condition_keys, requested_ca_arn
from pcaform.sandbox.pca.backend import PrivateCaBackend
from pcaform.sandbox.pca.ca import SandboxCa
from pcaform.sandbox.pca.ca_states import check_state
from pcaform.sandbox.pca.csr import read_csr

_CA_ARN = re.compile(r"arn:[^:]+:acm-pca:[^:]*:(?P<account>\d{12}):certificate-authority/.+")

Request = dict[str, Any]
Answer = dict[str, Any]


class Operations(IamEnforced, ACMPCAResponse):
    """The base of every group of handlers: the backend, and the CA that a request names."""

    @property
    def backend(self) -> PrivateCaBackend:
        """The backend of the account that owns the request's CA, in the request's region."""
        owner = self._owner_account(requested_ca_arn(json.loads(self.body)))
        backend: PrivateCaBackend = acmpca_backends[owner][self.region]
        return backend

    def build_iam_request(self, operation: str) -> IamRequest:
        """Build the request for the CA of an operation, with the CA's resource policy and tags."""
        request = json.loads(self.body)
        arn, keys = requested_ca_arn(request), ca_condition_keys(operation, request, self.partition)
        if operation == "IssueCertificate":
            keys |= _public_key_conditions(request)
        ca = self.backend.certificate_authorities.get(arn)
        if ca is not None:
            tags = self.backend.list_tags(arn)["Tags"]
            keys |= {f"aws:resourcetag/{tag['Key'].lower()}": (tag.get("Value", ""),) for tag in tags}
        policy = read_resource_policy(ca.policy if ca else None, arn)
        return IamRequest(f"acm-pca:{operation}", arn, keys, self._owner_account(arn), policy)

    def list_shared_cas(self) -> list[SandboxCa]:
        """List other accounts' CAs whose resource policy lets the caller's account describe them, newest first."""
        cas = []
        for account_id, regions in list(acmpca_backends.items()):
            if account_id != self.current_account:
                cas += [ca for ca in regions[self.region].list_cas() if self._is_shared(ca)]
        return sorted(cas, key=lambda ca: ca.created_at, reverse=True)

    def _is_shared(self, ca: SandboxCa) -> bool:
        policy = read_resource_policy(ca.policy, ca.arn)
        iam_request = IamRequest("acm-pca:DescribeCertificateAuthority", ca.arn, {}, ca.account_id, policy)
        return evaluate_request(
            root_caller(self.current_account, self.partition), iam_request, region=self.region
        ).is_allowed

    def _owner_account(self, arn: str) -> str:
        match = _CA_ARN.fullmatch(arn)
        account: str = match["account"] if match else self.current_account
        return account

    def find_ca(self, request: Request) -> SandboxCa:
        """Look up the CA of a request; raises ResourceNotFoundException."""
        return self.backend.find(request["CertificateAuthorityArn"])

    def find_usable_ca(self, operation_name: str, arn: str) -> SandboxCa:
        """Look up a CA whose state allows an operation; raises the errors of `find` and `check_state`."""
        ca = self.backend.find(arn)
        check_state(operation_name, arn=arn, status=ca.status)
        return ca


Group = TypeVar("Group", bound=Operations)


def operation(
    handler: Callable[[Group, Request], Answer],
) -> Callable[[Group], str]:
    """Wrap a handler as moto calls it: JSON in and out, the request checked, errors as HTTP 400."""
    name = handler.__name__.title().replace("_", "")

    @functools.wraps(handler)
    def answer(self: Group) -> str:
        request = json.loads(self.body)
        check_request("acm-pca", name, request)
        return json.dumps(handler(self, request))

    return translate_aws_errors(answer)


def locked(handler: Callable[[Group, Request], Answer]) -> Callable[[Group], str]:
    """Wrap a handler like `operation` and run it under the backend's lock: Terraform sends ten at once."""

    @functools.wraps(handler)
    def guarded(self: Group, request: Request) -> Answer:
        with self.backend.lock:
            return handler(self, request)

    return operation(guarded)


def _public_key_conditions(request: Request) -> Keys:
    """Return the condition keys of the CSR's public key; none for a CSR that cannot be read, which is refused later."""
    try:
        return keys_of_public_key(read_csr(decode_blob(request["Csr"])).public_key())
    except (AwsError, ValueError, KeyError, TypeError, UnsupportedAlgorithm):
        return {}


def decode_blob(blob: str) -> bytes:
    """Decode a blob of a request; `check_request` has already checked that it is base64."""
    return base64.b64decode(blob)
