"""One case for each kind of difference, with its message and advice."""

import json
from datetime import timedelta
from typing import Any

import pytest

from checks.drift.mutations import (
    ACCOUNT,
    ALL,
    NOW,
    OWN,
    REGION,
    arn,
    authority,
    certificate,
    ci,
    drift,
    lines,
    policy,
    spec,
)
from pcaform.sources.account_snapshot import CaStatus, Policy
from pcaform.sources.inventory import ImportNote

CA = "certificate_authorities.issuing"
ADMIN = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "acm-pca:*", "Resource": "*"}})
OFF = [{"crl_configuration": [{"enabled": False}], "ocsp_configuration": [{"enabled": False}]}]
RSA = {"signing_algorithm": "SHA256WITHRSA", "subject": [{"common_name": "Issuing"}]}
RENEW = "have its CSR signed again, and import the certificate: no apply does that"
APPLY = "apply the stack, or write what AWS has into the spec"
NEW_CA = "the next apply creates a CA of this name, with a key that no one trusts yet"


def test_nothing_differs_where_nothing_differs() -> None:
    assert drift(None, authority()).differences == ()


@pytest.mark.parametrize(
    ("ca", "title", "message", "advice"),
    [
        (
            authority(actions=()),
            "urgent",
            f"{CA}.permissions: ACM has no permission on the CA [breaks renewal]",
            "apply the stack: until then ACM renews nothing from this CA",
        ),
        (
            authority(actions=ALL[:2]),
            "urgent",
            (
                f"{CA}.permissions: ACM's permission on the CA lacks ListPermissions (it has IssueCertificate and "
                "GetCertificate) [breaks renewal]"
            ),
            "apply the stack: until then ACM renews nothing from this CA",
        ),
        (
            authority(arguments={"revocation_configuration": OFF}),
            "urgent",
            (
                f"{CA}.revocation_configuration.ocsp_configuration: on in the spec, off at AWS "
                "[applied by the next apply]"
            ),
            "apply the stack: until then, clients do not learn of revocations",
        ),
        (
            authority(status="EXPIRED", ends=NOW - timedelta(days=1)),
            "urgent",
            f"{CA}: it is EXPIRED: its certificate ended on 2026-12-31 [breaks renewal]",
            RENEW,
        ),
        (
            authority(status="DISABLED"),
            "urgent",
            f"{CA}.enabled: 'true' in the spec, it is DISABLED at AWS [breaks renewal]",
            "apply the stack, which enables it again, or write 'enabled: false': until then it issues nothing",
        ),
        (
            authority(status="DELETED", restorable_until=NOW + timedelta(days=9)),
            "urgent",
            f"{CA}: it is DELETED and can be restored until 2027-01-10 [would replace a CA]",
            f"restore it: aws acm-pca restore-certificate-authority, then enable it; otherwise {NEW_CA}",
        ),
        (
            authority(status="FAILED", failure="OTHER"),
            "urgent",
            f"{CA}: AWS could not create it (OTHER) [would replace a CA]",
            f"delete it: {NEW_CA}",
        ),
        (
            authority(ends=NOW + timedelta(days=89)),
            "urgent",
            f"{CA}: its certificate ends on 2027-03-31, in 89 days [breaks renewal]",
            RENEW,
        ),
        (
            authority(arguments={"certificate_authority_configuration": [{"key_algorithm": "RSA_4096", **RSA}]}),
            "would replace a CA",
            f"{CA}.key_algorithm: 'RSA_2048' in the spec, 'RSA_4096' at AWS",
            "write what AWS has into the spec: a new CA has a key that no one trusts",
        ),
        (
            authority(
                unsupported_settings=(
                    "subject.serial_number is '42': Terraform does not support this, and does not change it",
                )
            ),
            "cannot be expressed",
            f"{CA}: subject.serial_number is '42': Terraform does not support this, and does not change it",
            "nothing: a spec cannot express it",
        ),
        (
            authority(arguments={"usage_mode": "SHORT_LIVED_CERTIFICATE"}),
            "stays as it is",
            f"{CA}.usage_mode: 'GENERAL_PURPOSE' in the spec, 'SHORT_LIVED_CERTIFICATE' at AWS",
            "write what AWS has into the spec: AWS never changes it, and every plan would show it",
        ),
        (
            authority(policy="{}"),
            "stays as it is",
            "shares.issuing: nothing in the spec, at AWS the CA has a resource policy",
            "write the share into the spec, or remove the policy at AWS: no apply does",
        ),
        (
            authority(tags={"owner": "pki"}),
            "applied by the next apply",
            f"{CA}.tags.service: 'tls' in the spec, nothing at AWS",
            APPLY,
        ),
        (
            authority(tags={"owner": "pki", "service": "tls", "by": "hand"}),
            "applied by the next apply",
            f"{CA}.tags.by: nothing in the spec, 'hand' at AWS",
            APPLY,
        ),
    ],
)
def test_a_ca_that_differs(ca: CaStatus, title: str, message: str, advice: str) -> None:
    principals: Any = [] if ca.status in ("DELETED", "FAILED") else None
    output = lines(drift(None, ca, principals=principals))
    assert output[:3] == [title, f"  {message}", f"    {advice}"]
    assert len(output) == (3 if principals is None else 6)


def test_more_at_aws_than_in_the_spec() -> None:
    www = "certificates:\n  www: {certificate_authority: issuing, domain_name: www.corp.example}\n"
    declared = spec(**{"    permissions: [{principal: acm.amazonaws.com}]\n": "    enabled: false\n", www: ""})
    assert lines(drift(declared, authority())) == [
        "stays as it is",
        f"  {CA}.permissions: nothing in the spec, at AWS ACM has IssueCertificate, GetCertificate, ListPermissions",
        "    write it into the spec and adopt it with 'pcaform adopt', or remove it at AWS: no apply does",
        "applied by the next apply",
        f"  {CA}.enabled: 'false' in the spec, it is ACTIVE at AWS",
        "    apply the stack, which disables it, or write 'enabled: true'",
    ]


def test_a_ca_that_is_not_there() -> None:
    assert lines(drift(None)) == [
        "urgent",
        f"  {CA}: there is no CA {arn()} [stays as it is]",
        (
            "    correct the 'arn', or remove the entry: a plan that imports it fails. AWS shows a deleted CA only "
            "while it can be restored"
        ),
        "unknown",
        "  issuers.ci: its policies name the CA 'issuing', which was not found: they are not compared",
        "    resolve that first",
    ]


def test_a_region_that_could_not_be_listed_is_unknown_and_never_absent() -> None:
    note = ImportNote("unknown", f"{ACCOUNT}/{REGION}", "CAs of this account: ListCertificateAuthorities: denied")
    assert lines(drift(None, principals=[], notes=(note,), unlisted=frozenset({REGION})))[:5] == [
        "unknown",
        f"  {CA}: the CAs of {REGION} could not be listed",
        "    compare that account or region separately",
        "  aws: CAs of this account: ListCertificateAuthorities: denied",
        "    let the caller read it, and compare again",
    ]


def test_a_permission_that_could_not_be_read_is_unknown_and_not_missing() -> None:
    note = ImportNote("unknown", arn(), "permissions: ListPermissions: denied")
    ca = authority(actions=(), unread=frozenset({"permissions"}))
    assert lines(drift(None, ca, notes=(note,))) == [
        "unknown",
        f"  {CA}: permissions: ListPermissions: denied",
        "    let the caller read it, and compare again",
    ]


def test_without_an_arn_a_ca_is_found_by_its_name_and_never_guessed() -> None:
    made = f"    arn: {arn()}\n    activation: external\n"
    declared = spec(**{made: "    validity: {type: YEARS, value: 9}\n"})
    assert drift(declared, authority()).differences == ()
    gone = authority(arn=arn(2), status="DELETED")
    assert drift(declared, gone, authority()).differences == ()
    twice = lines(drift(declared, authority(), authority(arn=arn(2)), principals=[]))
    assert twice[:3] == [
        "unknown",
        f"  {CA}: several CAs have the name 'Issuing'",
        f"    give its 'arn', one of {arn()}, {arn(2)}",
    ]


@pytest.mark.parametrize(
    ("principals", "title", "message"),
    [
        ([], "applied by the next apply", "issuers.ci: there is no user 'ci'"),
        (
            [ci()],
            "applied by the next apply",
            "issuers.ci: the policy 'ci-private-ca' is missing: it may do less than the spec says",
        ),
        (
            [ci(Policy("ci-private-ca", ADMIN, OWN))],
            "applied by the next apply",
            "issuers.ci: different at AWS: the policy 'ci-private-ca' (1 more, 5 missing)",
        ),
        (
            [ci(policy(spec()), Policy("by-hand", ADMIN))],
            "stays as it is",
            "issuers.ci: at AWS it also has the policy 'by-hand' about CAs or certificates",
        ),
        (
            [ci(policy(spec()), Policy("by-hand", ADMIN, group="admins"))],
            "stays as it is",
            "issuers.ci: at AWS it also has the policy 'by-hand' of the group 'admins' about CAs or certificates",
        ),
        (
            [ci(policy(spec()), boundary=Policy("Limits", "", "arn:aws:iam::aws:policy/Limits"))],
            "applied by the next apply",
            "issuers.ci.permissions_boundary: 'none' in the spec, 'arn:aws:iam::aws:policy/Limits' at AWS",
        ),
        (
            [ci(policy(spec()), Policy("by-hand", "{}"))],
            "unknown",
            "issuers.ci: user 'ci' has a policy that cannot be read: its permissions are not compared",
        ),
    ],
)
def test_an_issuer_that_differs(principals: Any, title: str, message: str) -> None:
    assert lines(drift(None, authority(), principals=principals))[:2] == [title, f"  {message}"]


def test_a_policy_of_another_name_with_the_same_content_is_enough() -> None:
    assert drift(None, authority(), principals=[ci(policy(spec(), name="by-hand", arn=""))]).differences == ()


@pytest.mark.parametrize("more", [{}, {"Version": "2008-10-17"}, {"Version": "2012-10-17", "Id": "limits"}], ids=str)
def test_another_policy_that_only_denies_is_not_one_that_allows_more(more: dict[str, str]) -> None:
    statement = {"Effect": "Deny", "Action": "acm-pca:*", "Resource": "*"}
    limits = Policy("limits", json.dumps({**more, "Statement": [statement]}))
    assert drift(None, authority(), principals=[ci(policy(spec()), limits)]).differences == ()


@pytest.mark.parametrize(
    ("held", "title", "message"),
    [
        (
            [],
            "applied by the next apply",
            "certificates.www: there is no ACM certificate for 'www.corp.example' from 'Issuing'",
        ),
        (
            [certificate(), certificate(arn="arn:2")],
            "unknown",
            "certificates.www: 2 certificates for 'www.corp.example': which is this stack's is unknown",
        ),
        (
            [certificate(names=("api.corp.example", "www.corp.example"))],
            "applied by the next apply",
            (
                "certificates.www.subject_alternative_names: www.corp.example in the spec, api.corp.example, "
                "www.corp.example at AWS"
            ),
        ),
        (
            [certificate(ends=NOW + timedelta(days=30))],
            "urgent",
            (
                "certificates.www: it ends on 2027-01-31; ACM renews only certificates that are in use or were "
                "exported [breaks renewal]"
            ),
        ),
        (
            [certificate(reason="PCA_ACCESS_DENIED", is_eligible=True)],
            "urgent",
            "certificates.www: ACM could not renew it (PCA_ACCESS_DENIED), and it ends on 2027-10-28 [breaks renewal]",
        ),
        (
            [certificate(status="PENDING_VALIDATION")],
            "urgent",
            "certificates.www: it is PENDING_VALIDATION: ACM has not issued it yet [breaks renewal]",
        ),
        (
            [certificate(status="PAUSED")],
            "urgent",
            (
                "certificates.www: its status 'PAUSED' is not known to this release, so whether ACM renews it is "
                "unknown [unknown]"
            ),
        ),
        (
            [certificate(status="REVOKED")],
            "urgent",
            (
                "certificates.www: there is no ACM certificate for 'www.corp.example' from 'Issuing'; of "
                f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1: it is REVOKED: ACM does not renew it, and clients that "
                "check reject it [breaks renewal]"
            ),
        ),
    ],
)
def test_a_certificate_that_differs(held: Any, title: str, message: str) -> None:
    assert lines(drift(None, authority(), held=held))[:2] == [title, f"  {message}"]


WWW = "  www: {certificate_authority: issuing, domain_name: www.corp.example}\n"
OLD = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/2"


def test_a_certificate_that_another_entry_names_is_that_one() -> None:
    declared = spec(**{WWW: WWW + WWW.replace("www:", "old:").replace("}", f", arn: '{OLD}'}}")})
    assert drift(declared, authority(), held=[certificate(), certificate(arn=OLD)]).differences == ()


def test_an_arn_without_a_certificate_is_reported() -> None:
    declared = spec(**{WWW: WWW.replace("}", f", arn: '{OLD}'}}")})
    (difference,) = drift(declared, authority(), held=[certificate()]).differences
    assert (difference.message, difference.advice) == (
        "there is no ACM certificate for 'www.corp.example' from 'Issuing'",
        "correct or remove its 'arn'",
    )


def test_urgent_differences_come_first_whatever_their_kind() -> None:
    ca = authority(tags={}, actions=(), arguments={"revocation_configuration": OFF, "type": "SUBORDINATE"})
    kinds = [(each.is_urgent, each.kind.value) for each in drift(None, ca).differences]
    assert kinds == [
        (True, "breaks renewal"),
        (True, "applied by the next apply"),
        (False, "would replace a CA"),
        (False, "applied by the next apply"),
        (False, "applied by the next apply"),
    ]
