"""Rules about how CAs are kept: roots that are enabled, CAs without tags, keys that are not post-quantum."""

from collections.abc import Iterator

from pcaform.checks.audit.rule import AuditContext, AuditFinding, rule
from pcaform.core import facts
from pcaform.core.formats.text import count
from pcaform.core.renewal import ISSUED
from pcaform.core.x509 import parse_or_none
from pcaform.sources.account_snapshot import GONE, PERMISSIONS, TAGS, CaStatus, TrustAnchor

_CONTROLS = "securityhub/latest/userguide/pca-controls.html"
_KEYS = "privateca/latest/APIReference/API_CertificateAuthorityConfiguration.html"
_TAGGED = "securityhub:PCA.2 config:acmpca-certificate-authority-tagged"
_CA_KEY = "pqc:NIST-IR-8547 prowler:acmpca_certificate_authority_pqc_key_algorithm"
_ANCHOR_KEY = "pqc:NIST-IR-8547 prowler:rolesanywhere_trust_anchor_pqc_pki"
_DISABLE = (
    "disable it while nothing needs its signature: aws acm-pca update-certificate-authority --status DISABLED, in a "
    "spec as docs/ca-lifecycle.md says; its CRL and OCSP go on, and its price; enable it before it signs or renews a CA"
)
_ML_DSA = ("2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19")
"""The keys ML-DSA-44, -65 and -87 in certificates: https://www.rfc-editor.org/rfc/rfc9881."""


@rule("root-enabled", source=_CONTROLS, controls="securityhub:PCA.1 config:acm-pca-root-ca-disabled")
def root_enabled(context: AuditContext) -> Iterator[AuditFinding]:
    """A root is ACTIVE although ACM issues nothing from it; with `--framework`, every ACTIVE root."""
    for ca in context.snapshot.own:
        if ca.arguments["type"] == "ROOT" and ca.status == "ACTIVE":
            is_used = ca.actions or any(each.status == ISSUED for each in context.snapshot.issued_by(ca))
            message = f"it is an ACTIVE root, and ACM {'may issue' if is_used else 'issues nothing'} from it"
            advice = f"issue from a subordinate CA, then {_DISABLE}" if is_used else _DISABLE
            if context.framework or not (is_used or PERMISSIONS in ca.unread):
                yield root_enabled.finding(ca, message, advice=advice, day=None)


@rule("ca-untagged", source=_CONTROLS, controls=_TAGGED, is_optional=True)
def ca_untagged(context: AuditContext) -> Iterator[AuditFinding]:
    """A CA has no tags: nothing says whose it is."""
    for ca in context.snapshot.own:
        if TAGS not in ca.unread and not ca.tags and ca.status not in GONE:
            advice = "tag it with its owner: 'aws.default_tags' in a spec, or aws acm-pca tag-certificate-authority"
            yield ca_untagged.finding(ca, "it has no tags", advice=advice, day=None)


@rule("key-not-post-quantum", source=_KEYS, controls=_CA_KEY, is_optional=True)
def key_not_post_quantum(context: AuditContext) -> Iterator[AuditFinding]:
    """The key of a CA is not post-quantum, ML-DSA."""
    advice = "AWS never changes a key: make a CA with key ML_DSA_65 its successor, when clients verify ML-DSA"
    for ca in context.snapshot.own:
        if ca.status not in GONE and facts.key_family(_key(ca)) != "ML":
            yield key_not_post_quantum.finding(ca, f"its key is {_key(ca)}", advice=advice, day=None)


@rule("anchor-not-post-quantum", source=_KEYS, controls=_ANCHOR_KEY, is_optional=True)
def anchor_not_post_quantum(context: AuditContext) -> Iterator[AuditFinding]:
    """A trust anchor of IAM Roles Anywhere rests on a key that is not ML-DSA."""
    cas = {ca.arn: ca for ca in context.snapshot.authorities}
    for anchor in context.snapshot.trust_anchors:
        if message := _classical_key(anchor, cas.get(anchor.authority)):
            advice = "make a trust anchor on a CA with an ML-DSA key, when its clients have such certificates"
            yield anchor_not_post_quantum.finding(anchor, message, advice=advice, day=None)


def _key(ca: CaStatus) -> str:
    (configuration,) = ca.arguments["certificate_authority_configuration"]
    return str(configuration["key_algorithm"])


def _classical_key(anchor: TrustAnchor, ca: CaStatus | None) -> str:
    """Return which key of a trust anchor is not ML-DSA, or cannot be known to be; empty if all are."""
    if anchor.authority:
        if ca is None:
            return f"its CA was not read, so whether its key is post-quantum is unknown: {anchor.authority}"
        return "" if facts.key_family(_key(ca)) == "ML" else f"its CA {ca.name} has the key {_key(ca)}"
    bundle = list(parse_or_none(anchor.bundle))
    if not bundle:
        return "its certificates cannot be read, so whether their keys are post-quantum is unknown"
    classical = [each for each in bundle if each.public_key_algorithm_oid.dotted_string not in _ML_DSA]
    return f"{count(len(classical), 'certificate')} in its bundle without an ML-DSA key" if classical else ""
