"""What the best checks of others look for: roots, tags, keys, trust anchors, permissions; and whose control it is."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from checks.audit.account_values import (
    ACTIONS,
    ARN,
    NOW,
    anchor,
    audit_of,
    authority,
    certificate,
    certificate_pem,
    messages_of,
)
from pcaform.checks.audit.check import RULES, build_report, format_summary
from pcaform.cli.commands.audit import command
from pcaform.sources.account_snapshot import CaStatus, Permission, TrustAnchor
from pcaform.sources.inventory import ImportNote

GONE = ARN.replace("00000000-", "11111111-")
FOREIGN = GONE.replace("111122223333", "444455556666")
ROOT = authority(kind="ROOT", actions=())
UNLISTED = ImportNote("unknown", "111122223333/eu-west-1", "CAs that other accounts share: denied")
UNRELATED = ImportNote("unknown", "111122223333/eu-west-1", "private certificates: denied")
SOON, PAST = NOW + timedelta(days=30), NOW - timedelta(days=30)


@pytest.mark.parametrize(
    ("ca", "framework", "messages"),
    [
        (ROOT, "", ["CA CA: it is an ACTIVE root, and ACM issues nothing from it"]),
        (ROOT, "securityhub", ["CA CA: it is an ACTIVE root, and ACM issues nothing from it"]),
        (authority(kind="ROOT"), "", []),
        (authority(kind="ROOT"), "config", ["CA CA: it is an ACTIVE root, and ACM may issue from it"]),
        (authority(kind="ROOT", actions=(), unread=frozenset({"permissions"})), "", []),
        (authority(kind="ROOT", actions=(), status="DISABLED"), "securityhub", []),
        (authority(kind="ROOT", actions=(), is_foreign=True), "securityhub", []),
        (authority(actions=()), "securityhub", []),
    ],
)
def test_a_root_that_signs_nothing_for_acm_is_better_disabled(
    ca: CaStatus, framework: str, messages: list[str]
) -> None:
    tagged = {"tags": {"owner": "pki"}}
    assert messages_of(with_values(ca, tagged), framework=framework) == messages


def with_values(ca: CaStatus, values: dict[str, Any]) -> CaStatus:
    return CaStatus(**{**{name: getattr(ca, name) for name in CaStatus.__slots__}, **values})


@pytest.mark.parametrize(
    ("ca", "framework", "messages"),
    [
        (authority(), "", []),
        (authority(), "securityhub", ["CA CA: it has no tags"]),
        (authority(unread=frozenset({"tags"})), "securityhub", []),
        (authority(status="DELETED"), "securityhub", []),
        (authority(), "pqc", ["CA CA: its key is EC_prime256v1"]),
        (authority(key="SM2"), "prowler", ["CA CA: its key is SM2"]),
        (authority(key="ML_DSA_65"), "pqc", []),
        (authority(status="FAILED"), "pqc", []),
    ],
)
def test_tags_and_keys_are_only_asked_about_with_a_framework(ca: CaStatus, framework: str, messages: list[str]) -> None:
    assert messages_of(ca, framework=framework) == messages


ELSEWHERE = GONE.replace("eu-west-1", "us-east-1")
UNUSED = "its CA CA is DELETED: nobody can revoke what it issued"
ABSENT = "its CA is not one of this account or shared with it:"


@pytest.mark.parametrize(
    ("ca", "held", "more", "message"),
    [
        (authority(), anchor(ARN), {}, ""),
        (authority(ends=SOON), anchor(ARN), {}, "its CA CA ends on 2027-01-31"),
        (authority(status="EXPIRED", ends=PAST), anchor(ARN), {}, "its CA CA expired on 2026-12-02"),
        (authority(status="DELETED"), anchor(ARN), {}, UNUSED),
        (
            authority(status="DISABLED"),
            anchor(ARN),
            {},
            "its CA CA is DISABLED: clients lose access when their certificates from it end",
        ),
        (authority(status="DISABLED", kind="ROOT", actions=()), anchor(ARN), {}, ""),
        (authority(status="DELETED"), anchor(ARN, is_enabled=False), {}, ""),
        (authority(), anchor(GONE), {}, f"{ABSENT} {GONE}"),
        (authority(), anchor(FOREIGN), {}, f"{ABSENT} {FOREIGN}"),
        (authority(), anchor(FOREIGN), {"notes": (UNLISTED,)}, ""),
        (authority(), anchor(GONE), {"notes": (UNRELATED,)}, f"{ABSENT} {GONE}"),
        (authority(), anchor(ELSEWHERE), {}, f"its CA is in a region that was not read: {ELSEWHERE}"),
        (authority(), anchor("x"), {}, "its CA is in a region that was not read: x"),
        (
            authority(status="PENDING_CERTIFICATE", ends=None),
            anchor(ARN),
            {},
            UNUSED.replace("DELETED", "PENDING_CERTIFICATE"),
        ),
        (
            authority(starts=NOW),
            anchor(ARN, updated=PAST),
            {},
            "it was last updated on 2026-12-02, before the certificate of CA CA of 2027-01-01",
        ),
        (authority(starts=PAST), anchor(ARN), {}, ""),
        (authority(), anchor(bundle="PEM"), {}, "its certificates cannot be read"),
        (authority(), anchor(bundle=certificate_pem(NOW - timedelta(days=9), days=999)), {}, ""),
        (
            authority(),
            anchor(bundle=certificate_pem(PAST, days=60)),
            {},
            "its certificate is valid until 2027-01-31",
        ),
        (authority(), anchor(), {}, "its certificates cannot be read"),
    ],
)
def test_a_trust_anchor_is_as_good_as_what_it_rests_on(
    ca: CaStatus, held: TrustAnchor, more: dict[str, Any], message: str
) -> None:
    found = [each for each in messages_of(ca, trust_anchors=(held,), **more) if each.startswith("trust anchor")]
    assert found == ([f"trust anchor workloads: {message}"] if message else [])


@pytest.mark.parametrize(
    ("ca", "held", "message"),
    [
        (authority(key="ML_DSA_87"), anchor(ARN), ""),
        (authority(), anchor(ARN), "its CA CA has the key EC_prime256v1"),
        (authority(), anchor(GONE), f"its CA was not read, so whether its key is post-quantum is unknown: {GONE}"),
        (authority(), anchor(bundle=certificate_pem(NOW, days=9)), "1 certificate in its bundle without an ML-DSA key"),
        (authority(), anchor(bundle=certificate_pem(NOW, days=9, is_post_quantum=True)), ""),
        (authority(), anchor(), "its certificates cannot be read, so whether their keys are post-quantum is unknown"),
    ],
)
def test_what_a_trust_anchor_trusts_is_post_quantum_or_said_not_to_be(
    ca: CaStatus, held: TrustAnchor, message: str
) -> None:
    found = messages_of(ca, trust_anchors=(held,), framework="pqc")
    expected = [f"trust anchor workloads: {message}"] if message else []
    assert [each for each in found if each.startswith("trust anchor")] == expected


def test_a_permission_for_another_account_or_service_is_named() -> None:
    acm = "acm.amazonaws.com"
    own, other = Permission(acm, ACTIONS, "111122223333"), Permission(acm, ACTIONS, "444455556666")
    assert messages_of(authority(permissions=(own, other, Permission("x.amazonaws.com", ("GetCertificate",))))) == [
        f"CA CA: its permission lets {acm} act for account 444455556666: {', '.join(ACTIONS)}",
        "CA CA: its permission lets x.amazonaws.com act for account 111122223333: GetCertificate",
    ]


def test_certificates_that_are_not_issued_are_counted_apart() -> None:
    held = [certificate(300), certificate(300, status="FAILED"), certificate(-1, status="EXPIRED")]
    assert format_summary(audit_of(authority(), held=held)) == (
        "1 CAs, 3 managed certificates (1 EXPIRED, 1 FAILED): 2 findings"
    )


def test_the_most_that_certificates_cost_is_in_the_report() -> None:
    text = build_report(audit_of(authority(has_ocsp=True), held=[certificate(300)] * 100)).format("text")
    assert text.splitlines()[-2:] == [
        "  6.81 USD  more at most, for 100 managed certificates, each exported and renewed every 335 days",
        "  6.00 USD  more at most, for 100 managed certificates of CAs with OCSP, each asked about",
    ]


def test_every_framework_has_controls_and_the_command_names_them_all() -> None:
    frameworks = {control.partition(":")[0] for rule in RULES for control in rule.controls}
    option = command.__annotations__["framework"].__origin__
    assert {name for literal in get_args(option) for name in get_args(literal)} == frameworks
    for rule in RULES:
        assert rule.controls or not rule.is_optional, rule.id


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "sarif"])
def test_every_report_says_which_control_a_finding_answers_to(form: str) -> None:
    report = build_report(audit_of(ROOT)).format(form)
    assert "securityhub:PCA.1" in report
    assert "config:acm-pca-root-ca-disabled" in report
