"""A spec and an account as values, so that each kind of difference can be tested alone."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from pcaform.checks.drift.check import compare
from pcaform.checks.drift.difference import Drift, build_report
from pcaform.iam.policies.issuer_policies import documents
from pcaform.rules.load import load_valid_text
from pcaform.sources.account_snapshot import (
    AccountSnapshot,
    CaStatus,
    Certificate,
    IamPrincipal,
    IamPrincipals,
    Permission,
    Policy,
)
from pcaform.sources.inventory import ImportNote
from pcaform.spec.stack import Spec

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ACCOUNT, REGION = "111122223333", "eu-west-1"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/ci-private-ca"
ALL = ("IssueCertificate", "GetCertificate", "ListPermissions")
SPEC = f"""\
version: 1
stack: corp
aws: {{region: {REGION}, account_id: "{ACCOUNT}", default_tags: {{owner: pki}}}}
certificate_authorities:
  issuing:
    arn: arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/00000000-0000-0000-0000-000000000001
    activation: external
    type: ROOT
    subject: {{common_name: Issuing}}
    key_algorithm: RSA_2048
    revocation_configuration: {{ocsp_configuration: {{enabled: true}}}}
    permissions: [{{principal: acm.amazonaws.com}}]
    tags: {{service: tls}}
issuers:
  ci:
    grants: [{{certificates: unmanaged, certificate_authorities: [issuing]}}]
certificates:
  www: {{certificate_authority: issuing, domain_name: www.corp.example}}
"""


def spec(**changes: str) -> Spec:
    """Return the spec, with texts in it replaced."""
    content = SPEC
    for old, new in changes.items():
        assert old in content
        content = content.replace(old, new)
    return load_valid_text(content.encode(), "spec.yaml")


def arn(number: int = 1, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:acm-pca:{region}:{account}:certificate-authority/00000000-0000-0000-0000-{number:012}"


def authority(*, actions: tuple[str, ...] = ALL, source_account: str = ACCOUNT, **more: Any) -> CaStatus:
    """Return a CA that is as in the spec, with ACM's permission for these actions."""
    permissions = (Permission("acm.amazonaws.com", actions, source_account),) if actions else ()
    arguments = {
        "type": "ROOT",
        "usage_mode": "GENERAL_PURPOSE",
        "key_storage_security_standard": "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "certificate_authority_configuration": [
            {"key_algorithm": "RSA_2048", "signing_algorithm": "SHA256WITHRSA", "subject": [{"common_name": "Issuing"}]}
        ],
        "revocation_configuration": [
            {
                "crl_configuration": [{"enabled": False}],
                "ocsp_configuration": [{"enabled": True, "ocsp_custom_cname": ""}],
            }
        ],
    }
    settled = {
        "status": "ACTIVE",
        "ends": NOW + timedelta(days=3000),
        "tags": {"owner": "pki", "service": "tls"},
        "arn": arn(),
        "permissions": permissions,
    }
    return CaStatus(**{**settled, "arguments": {**arguments, **more.pop("arguments", {})}, **more})


def certificate(**more: Any) -> Certificate:
    settled = {
        "arn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1",
        "name": "www.corp.example",
        "authority": arn(),
        "status": "ISSUED",
        "ends": NOW + timedelta(days=300),
        "key_algorithm": "RSA_2048",
        "names": ("www.corp.example",),
    }
    return Certificate(**{**settled, **more})


def policy(declared: Spec, **more: Any) -> Policy:
    """Return the policy that the spec's issuer has."""
    ((name, document),) = documents(declared.issuers["ci"], declared.aws, arn_of=lambda _: arn()).items()
    return Policy(**{"name": name, "document": json.dumps(document), "arn": OWN, **more})


def ci(*policies: Policy, **more: Any) -> IamPrincipal:
    return IamPrincipal("user", "ci", f"arn:aws:iam::{ACCOUNT}:user/ci", "/", policies, **more)


def drift(
    declared: Spec | None = None,
    *cas: CaStatus,
    held: Any = None,
    principals: Any = None,
    notes: tuple[ImportNote, ...] = (),
    unlisted: frozenset[str] = frozenset(),
) -> Drift:
    """Compare; what is not given is as in the spec."""
    declared = declared or spec()
    certificates = (certificate(),) if held is None else tuple(held)
    persons = (ci(policy(declared)),) if principals is None else tuple(principals)
    snapshot = AccountSnapshot(
        ACCOUNT,
        (REGION,),
        cas,
        certificates=certificates,
        notes=notes,
        unlisted=unlisted,
        principals=IamPrincipals(persons),
    )
    return compare(declared, snapshot, now=NOW, expiring=timedelta(days=90))


def lines(result: Drift) -> list[str]:
    return build_report(result).format("text").splitlines()
