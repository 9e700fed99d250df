"""One case for each kind of difference, with all that is said of it."""

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
from pcaform.sources.account_snapshot import CaStatus
from pcaform.sources.aws.iam_details import Policy
from pcaform.sources.inventory import ImportNote

CA = "certificate_authorities.issuing"
ADMIN = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "acm-pca:*", "Resource": "*"}})
OFF = [{"crl_configuration": [{"enabled": False}], "ocsp_configuration": [{"enabled": False}]}]
RSA = {"signing_algorithm": "SHA256WITHRSA", "subject": [{"common_name": "Issuing"}]}
RENEW = "have it signed again, and import the certificate: no apply does that"
APPLY = "apply the stack, or write what AWS has into the spec"
ANEW = "the next apply makes a CA of this name, with a key that nobody trusts yet"


def test_nothing_differs_where_nothing_differs() -> None:
    assert drift(None, authority()).differences == ()


@pytest.mark.parametrize(
    ("found", "title", "said", "advice"),
    [
        (
            authority(actions=()),
            "first of all",
            f"{CA}.permissions: it permits ACM nothing [breaks renewal]",
            "apply the stack: until then ACM renews nothing from this CA",
        ),
        (
            authority(actions=ALL[:2]),
            "first of all",
            (
                f"{CA}.permissions: it permits ACM IssueCertificate and GetCertificate, and not ListPermissions "
                "[breaks renewal]"
            ),
            "apply the stack: until then ACM renews nothing from this CA",
        ),
        (
            authority(arguments={"revocation_configuration": OFF}),
            "first of all",
            (
                f"{CA}.revocation_configuration.ocsp_configuration: on in the spec, at AWS OCSP is off "
                "[applied by the next apply]"
            ),
            "apply the stack: until then nobody learns which certificates were revoked",
        ),
        (
            authority(status="EXPIRED", ends=NOW - timedelta(days=1)),
            "first of all",
            f"{CA}: it is EXPIRED: its certificate ended at 2026-12-31 [breaks renewal]",
            RENEW,
        ),
        (
            authority(status="DISABLED"),
            "first of all",
            f"{CA}.enabled: 'true' in the spec, it is DISABLED at AWS [breaks renewal]",
            "apply the stack, which enables it again, or write 'enabled: false': until then it issues nothing",
        ),
        (
            authority(status="DELETED", restorable_until=NOW + timedelta(days=9)),
            "first of all",
            f"{CA}: it is DELETED and can be restored until 2027-01-10 [would replace a CA]",
            f"restore it: aws acm-pca restore-certificate-authority, then enable it. Without that {ANEW}",
        ),
        (
            authority(status="FAILED", failure="OTHER"),
            "first of all",
            f"{CA}: AWS could not create it (OTHER) [would replace a CA]",
            f"delete it: {ANEW}",
        ),
        (
            authority(ends=NOW + timedelta(days=89)),
            "first of all",
            f"{CA}: its certificate ends at 2027-03-31, in 89 days [breaks renewal]",
            RENEW,
        ),
        (
            authority(arguments={"certificate_authority_configuration": [{"key_algorithm": "RSA_4096", **RSA}]}),
            "would replace a CA",
            f"{CA}.key_algorithm: 'RSA_2048' in the spec, 'RSA_4096' at AWS",
            "write what AWS has into the spec: a CA that is made anew has a key that nobody trusts",
        ),
        (
            authority(
                unsupported_settings=(
                    "subject.serial_number is '42': Terraform does not support this, and does not change it",
                )
            ),
            "cannot be expressed",
            f"{CA}: subject.serial_number is '42': Terraform does not support this, and does not change it",
            "nothing: a spec cannot say it either",
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
            "shares.issuing: nothing in the spec, at AWS the CA has a policy of its own",
            "write the share into the spec, or take the policy away at AWS: no apply does",
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
def test_a_ca_that_differs(found: CaStatus, title: str, said: str, advice: str) -> None:
    people: Any = [] if found.status in ("DELETED", "FAILED") else None
    told = lines(drift(None, found, people=people))
    assert told[:3] == [title, f"  {said}", f"    {advice}"]
    assert len(told) == (3 if people is None else 6)


def test_what_spec_and_aws_say_the_other_way_round() -> None:
    www = "certificates:\n  www: {certificate_authority: issuing, domain_name: www.corp.example}\n"
    wanted = spec(**{"    permissions: [{principal: acm.amazonaws.com}]\n": "    enabled: false\n", www: ""})
    assert lines(drift(wanted, authority())) == [
        "stays as it is",
        f"  {CA}.permissions: nothing in the spec, at AWS ACM may IssueCertificate, GetCertificate, ListPermissions",
        "    write it into the spec and take it over with 'pcaform adopt', or take it away at AWS: no apply does",
        "applied by the next apply",
        f"  {CA}.enabled: 'false' in the spec, it is ACTIVE at AWS",
        "    apply the stack, which disables it, or write 'enabled: true'",
    ]


def test_a_ca_that_is_not_there() -> None:
    assert lines(drift(None)) == [
        "first of all",
        f"  {CA}: there is no CA {arn()} [stays as it is]",
        (
            "    correct the 'arn', or take the entry out: a plan that imports it fails. AWS shows a deleted CA for as "
            "long as it can be restored, and then no more"
        ),
        "unknown",
        "  issuers.ci: its policies name the CA 'issuing', which was not found: they are not compared",
        "    settle that first",
    ]


def test_a_region_that_could_not_be_listed_is_unknown_and_never_absent() -> None:
    note = ImportNote("unknown", f"{ACCOUNT}/{REGION}", "CAs of this account: ListCertificateAuthorities: denied")
    assert lines(drift(None, people=[], notes=(note,), unlisted=frozenset({REGION})))[:5] == [
        "unknown",
        f"  {CA}: the CAs of {REGION} could not be listed",
        "    read that account or region by itself",
        "  aws: CAs of this account: ListCertificateAuthorities: denied",
        "    let the caller read it, and compare again",
    ]


def test_a_permission_that_could_not_be_read_is_unknown_and_not_missing() -> None:
    note = ImportNote("unknown", arn(), "permissions: ListPermissions: denied")
    found = authority(actions=(), unread=frozenset({"permissions"}))
    assert lines(drift(None, found, notes=(note,))) == [
        "unknown",
        f"  {CA}: permissions: ListPermissions: denied",
        "    let the caller read it, and compare again",
    ]


def test_without_an_arn_a_ca_is_found_by_its_name_and_never_guessed() -> None:
    made = f"    arn: {arn()}\n    activation: external\n"
    wanted = spec(**{made: "    validity: {type: YEARS, value: 9}\n"})
    assert drift(wanted, authority()).differences == ()
    gone = authority(arn=arn(2), status="DELETED")
    assert drift(wanted, gone, authority()).differences == ()
    twice = lines(drift(wanted, authority(), authority(arn=arn(2)), people=[]))
    assert twice[:3] == [
        "unknown",
        f"  {CA}: several CAs are called 'Issuing'",
        f"    name its 'arn', one of {arn()}, {arn(2)}",
    ]


@pytest.mark.parametrize(
    ("people", "title", "said"),
    [
        ([], "applied by the next apply", "issuers.ci: there is no user 'ci'"),
        (
            [ci()],
            "applied by the next apply",
            "issuers.ci: it has no policy 'ci-private-ca': it may not do what the spec says",
        ),
        (
            [ci(Policy("ci-private-ca", ADMIN, OWN))],
            "applied by the next apply",
            "issuers.ci: the policy 'ci-private-ca' says otherwise at AWS: 1 more, 5 missing",
        ),
        (
            [ci(policy(spec()), Policy("by-hand", ADMIN))],
            "stays as it is",
            "issuers.ci: beside the spec it has the policy 'by-hand', which is about CAs or certificates as well",
        ),
        (
            [ci(policy(spec()), Policy("by-hand", ADMIN, group="admins"))],
            "stays as it is",
            (
                "issuers.ci: beside the spec it has the policy 'by-hand' of the group 'admins', which is about CAs or "
                "certificates as well"
            ),
        ),
        (
            [ci(policy(spec()), boundary="arn:aws:iam::aws:policy/Limits")],
            "applied by the next apply",
            "issuers.ci.permissions_boundary: 'none' in the spec, 'arn:aws:iam::aws:policy/Limits' at AWS",
        ),
        (
            [ci(policy(spec()), Policy("by-hand", "{}"))],
            "unknown",
            "issuers.ci: user 'ci' has a policy that cannot be read: what it may do is not compared",
        ),
    ],
)
def test_an_issuer_that_differs(people: Any, title: str, said: str) -> None:
    assert lines(drift(None, authority(), people=people))[:2] == [title, f"  {said}"]


def test_a_policy_of_another_name_that_says_the_same_is_enough() -> None:
    assert drift(None, authority(), people=[ci(policy(spec(), name="by-hand", arn=""))]).differences == ()


@pytest.mark.parametrize(
    ("held", "title", "said"),
    [
        (
            [],
            "applied by the next apply",
            "certificates.www: no certificate of ACM for 'www.corp.example' from 'Issuing'",
        ),
        (
            [certificate(), certificate(arn="arn:2")],
            "unknown",
            "certificates.www: 2 certificates for 'www.corp.example': which one is this stack's cannot be told",
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
            "first of all",
            (
                "certificates.www: it ends at 2027-01-31, and ACM does not renew what is neither in use nor exported "
                "[breaks renewal]"
            ),
        ),
        (
            [certificate(reason="PCA_ACCESS_DENIED", is_eligible=True)],
            "first of all",
            "certificates.www: ACM could not renew it (PCA_ACCESS_DENIED), and it ends at 2027-10-28 [breaks renewal]",
        ),
    ],
)
def test_a_certificate_that_differs(held: Any, title: str, said: str) -> None:
    assert lines(drift(None, authority(), held=held))[:2] == [title, f"  {said}"]


WWW = "  www: {certificate_authority: issuing, domain_name: www.corp.example}\n"
OLD = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/2"


def test_a_certificate_that_another_entry_names_is_that_one() -> None:
    wanted = spec(**{WWW: WWW + WWW.replace("www:", "old:").replace("}", f", arn: '{OLD}'}}")})
    assert drift(wanted, authority(), held=[certificate(), certificate(arn=OLD)]).differences == ()


def test_an_arn_of_no_certificate_is_told() -> None:
    wanted = spec(**{WWW: WWW.replace("}", f", arn: '{OLD}'}}")})
    (found,) = drift(wanted, authority(), held=[certificate()]).differences
    assert (found.message, found.advice) == (
        "no certificate of ACM for 'www.corp.example' from 'Issuing'",
        "correct or take out its 'arn'",
    )


def test_urgent_differences_come_first_whatever_their_kind() -> None:
    found = authority(tags={}, actions=(), arguments={"revocation_configuration": OFF, "type": "SUBORDINATE"})
    kinds = [(each.is_urgent, each.kind.value) for each in drift(None, found).differences]
    assert kinds == [
        (True, "breaks renewal"),
        (True, "applied by the next apply"),
        (False, "would replace a CA"),
        (False, "applied by the next apply"),
        (False, "applied by the next apply"),
    ]
