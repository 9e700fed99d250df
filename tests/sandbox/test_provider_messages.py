"""The sentences that Terraform's provider looks for in errors, word for word, as its version 5.100 has them.

It tries again, or goes on, only where an error contains its sentence: internal/service/acmpca of
https://github.com/hashicorp/terraform-provider-aws, in certificate.go, certificate_authority.go and permission.go.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import Pki, csr, expect_error


def issue_from_a_waiting_ca(pki: Pki) -> None:
    pki.issue(pki.create(), csr())


def update_a_waiting_ca(pki: Pki) -> None:
    pki.disable(pki.create())


def list_permissions_of_a_deleted_ca(pki: Pki) -> None:
    arn = pki.create()
    pki.client.delete_certificate_authority(CertificateAuthorityArn=arn)
    pki.client.list_permissions(CertificateAuthorityArn=arn)


def revoke_a_roots_own_certificate(pki: Pki) -> None:
    arn = pki.root()
    pki.client.revoke_certificate(
        CertificateAuthorityArn=arn,
        CertificateSerial=f"{pki.certificate(arn).serial_number:x}",
        RevocationReason="UNSPECIFIED",
    )


SENTENCES: list[tuple[Callable[[Pki], None], str, str]] = [
    (
        issue_from_a_waiting_ca,
        "InvalidStateException",
        "The certificate authority is not in a valid state for issuing certificates",
    ),
    (
        update_a_waiting_ca,
        "InvalidStateException",
        "The certificate authority must be in the ACTIVE or DISABLED state to be updated",
    ),
    (
        list_permissions_of_a_deleted_ca,
        "InvalidStateException",
        "The certificate authority is in the DELETED state",
    ),
    (revoke_a_roots_own_certificate, "InvalidRequestException", "Self-signed certificate can not be revoked"),
]


@pytest.mark.parametrize(("call", "code", "sentence"), SENTENCES)
def test_an_error_has_the_sentence_of_the_provider(
    pki: Pki, call: Callable[[Pki], None], code: str, sentence: str
) -> None:
    with expect_error(code, sentence):
        call(pki)


def test_the_certificates_of_a_deleted_ca_are_refused_in_the_words_of_aws(pki: Pki) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/issues/26968."""
    arn = pki.root()
    issued = pki.issue(arn, csr())["Arn"]
    pki.disable(arn)
    pki.client.delete_certificate_authority(CertificateAuthorityArn=arn)
    with expect_error("InvalidStateException", f"{arn} is not in the correct state to have issued certificates"):
        pki.client.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)


def test_a_role_that_does_not_exist_is_called_so(sandbox: Sandbox) -> None:
    """The provider waits for "The role with name" of a new role: internal/service/iam/instance_profile.go."""
    iam = sandbox.client("iam")
    iam.create_instance_profile(InstanceProfileName="waiting")
    with expect_error("NoSuchEntity", "The role with name none cannot be found."):
        iam.add_role_to_instance_profile(InstanceProfileName="waiting", RoleName="none")
