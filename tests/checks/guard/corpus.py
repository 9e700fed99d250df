"""The hazards, one edit of corpus.yaml for each, and an edit of the same item that does no harm."""

import re
from dataclasses import dataclass
from pathlib import Path

TEXT = (Path(__file__).parent / "corpus.yaml").read_text(encoding="utf-8")
_AUTHORITY = "aws_acmpca_certificate_authority.this"
_INSTALLATION = "aws_acmpca_certificate_authority_certificate.this[0]"
_PERMISSION = "aws_acmpca_permission.this"
_LOGIN = "    permissions: [{principal: acm.amazonaws.com}]\n"
_FEWER = (
    "    permissions: [{principal: acm.amazonaws.com, actions: [GetCertificate, ListPermissions]}]\n"
    "    ignore: [{rule: partial-permission, reason: this is what the guard is to find}]\n"
)
_TAGGED = "    tags: {edited: harmless}\n"


@dataclass(frozen=True)
class Hazard:
    """An edit (one text for another in one item), the rules that find it, each with its address, and a twin.

    `seen` tells where it shows: in the step between specs, in the plan, or in both. An empty `new` with an empty `old`
    takes the item out; a twin without an edit adds tags.
    """

    item: str
    old: str
    new: str
    found: tuple[tuple[str, str], ...]
    seen: tuple[str, ...] = ("spec", "plan")
    twin: tuple[str, str] | None = None


HAZARDS = (
    Hazard(
        "replaced",
        "common_name: Replaced",
        "common_name: Another",
        (("ca-replaced", f"module.ca_replaced.{_AUTHORITY}"),),
    ),
    Hazard("leaving", "", "", (("ca-destroyed", f"module.ca_leaving.{_AUTHORITY}"),)),
    Hazard(
        "disabled",
        "    type:",
        "    enabled: false\n    issued_generation: 1\n    type:",
        (("ca-disabled", f"module.ca_disabled.{_AUTHORITY}"),),
    ),
    Hazard(
        "asleep",
        "    type:",
        "    enabled: false\n    generation: 2\n    issued_generation: 2\n    type:",
        (
            ("ca-disabled", f"module.ca_asleep.{_AUTHORITY}"),
            ("disabled-signer", "module.ca_asleep_certificate_g2.aws_acmpca_certificate.this"),
            ("disabled-signer", f"module.ca_asleep.{_INSTALLATION}"),
        ),
    ),
    Hazard(
        "silent",
        "enabled: true",
        "enabled: false",
        (("revocation-off", f"module.ca_silent.{_AUTHORITY}"),),
    ),
    Hazard(
        "relisted",
        "a.example",
        "b.example",
        (("revocation-moved", f"module.ca_relisted.{_AUTHORITY}"),),
        twin=("expiration_in_days: 7", "expiration_in_days: 8"),
    ),
    Hazard(
        "windowed",
        "    type:",
        "    permanent_deletion_time_in_days: 7\n    type:",
        (("deletion-window-shortened", f"module.ca_windowed.{_AUTHORITY}"),),
    ),
    Hazard(
        "exposed",
        "    type:",
        "    deletion_protection: false\n    type:",
        (("protection-lifted", f"module.ca_exposed.{_AUTHORITY}"),),
        seen=("spec",),
    ),
    Hazard("silenced", _LOGIN, "", (("permission-destroyed", f"module.acm_permission_silenced.{_PERMISSION}"),)),
    Hazard("narrowed", _LOGIN, _FEWER, (("permission-replaced", f"module.acm_permission_narrowed.{_PERMISSION}"),)),
    Hazard(
        "waiting",
        "    activation: pending\n",
        "    validity: {type: YEARS, value: 1}\n",
        (("certificate-reissued", f"module.ca_waiting.{_INSTALLATION}"),),
        seen=("plan",),
    ),
    Hazard(
        "lost",
        "",
        "",
        (("ca-made-again", f"module.ca_lost.{_AUTHORITY}"),),
        seen=(),
    ),
    Hazard(
        "corpus-more-lists",
        "",
        "",
        (
            ("list-bucket-destroyed", "module.crl_bucket_corpus-more-lists.aws_s3_bucket.this"),
            ("list-bucket-destroyed", "module.crl_bucket_corpus-more-lists.aws_s3_bucket_policy.this"),
        ),
    ),
    Hazard(
        "issuing",
        '["111111111111", "222222222222"]',
        '["111111111111", "333333333333"]',
        (
            ("share-extended", "module.ca_share_issuing.aws_acmpca_policy.this"),
            ("share-narrowed", "module.ca_share_issuing.aws_acmpca_policy.this"),
        ),
        twin=('["111111111111", "222222222222"]', '["222222222222", "111111111111"]'),
    ),
    Hazard(
        "widened",
        "[issuing]}",
        "[issuing, narrowed]}",
        (("policy-widened", 'module.issuer_widened.aws_iam_policy.this["widened-private-ca"]'),),
    ),
    Hazard(
        "purposeful",
        "[issuing]}",
        "[issuing], templates: [EndEntityCertificate/V1, CodeSigningCertificate/V1]}",
        (("privileged-template", 'module.issuer_purposeful.aws_iam_policy.this["purposeful-private-ca"]'),),
    ),
    Hazard(
        "crowning",
        "template/EndEntityCertificate/V1",
        "template/SubordinateCACertificate_PathLen0/V1",
        (("ca-template", 'module.issuer_crowning.aws_iam_policy.this["crowning"]'),),
        twin=(
            "[acm-pca:IssueCertificate, acm-pca:GetCertificate]",
            "[acm-pca:GetCertificate, acm-pca:IssueCertificate]",
        ),
    ),
    Hazard(
        "reworded",
        "[acm-pca:GetCertificate, acm-pca:DescribeCertificateAuthority]",
        "[acm-pca:GetCertificate]",
        (("policy-changed", 'module.issuer_reworded.aws_iam_policy.this["reworded"]'),),
    ),
    Hazard(
        "trusting",
        '["123456789012"]',
        '["123456789012", "444444444444"]',
        (("trust-extended", "module.issuer_trusting.aws_iam_role.this"),),
    ),
    Hazard(
        "open",
        '["repo:corp/pki:*"]',
        '["repo:*"]',
        (("role-trusts-anybody", "module.issuer_open.aws_iam_role.this"),),
        twin=('["repo:corp/pki:*"]', '["repo:corp/pki:main"]'),
    ),
    Hazard(
        "dismissed",
        "",
        "",
        (
            ("principal-destroyed", "module.issuer_dismissed.aws_iam_user.this"),
            ("access-removed", 'module.issuer_dismissed.aws_iam_policy.this["dismissed-private-ca"]'),
        ),
    ),
    Hazard(
        "web",
        "domain_name: web.example",
        "domain_name: www.example",
        (("managed-certificate-destroyed", "module.certificate_web.aws_acm_certificate.this"),),
        twin=("key_algorithm: EC_prime256v1", "key_algorithm: EC_prime256v1, tags: {edited: harmless}"),
    ),
)


def harmed(*hazards: Hazard) -> str:
    """Return the spec with these edits in it."""
    text = TEXT
    for hazard in hazards:
        text = _edited(text, hazard.item, hazard.old, hazard.new)
    return text


def spared() -> str:
    """Return the spec with a harmless edit of every item, one CA and one more of what it has."""
    text = TEXT
    for hazard in HAZARDS:
        if hazard.twin:
            text = _edited(text, hazard.item, *hazard.twin)
        elif hazard.item != "corpus-more-lists":
            entry = re.compile(rf"^  {hazard.item}:\n(?=    (?:type|grants|policy|role):)", re.MULTILINE)
            text = entry.sub(rf"\g<0>{_TAGGED}", text)
    return text.replace(
        "crl_buckets:\n",
        "  added:\n    type: SUBORDINATE\n    parent: root\n    subject: {common_name: Added}\n"
        "    validity: {type: YEARS, value: 1}\ncrl_buckets:\n",
    )


def moved() -> str:
    """Return the spec with a CA to be forgotten that moves onto another one, and one that moves to a new name."""
    text = TEXT.replace("  exposed:\n", "  shown:\n").replace(
        "  windowed:\n", "  fresh:\n    deletion_protection: false\n"
    )
    text = text.replace("common_name: Windowed", "common_name: Fresh")
    parts = ((f"ca_{{}}.{_AUTHORITY}"), f"ca_{{}}.{_INSTALLATION}", "ca_{}_certificate.aws_acmpca_certificate.this")
    moves = [(f"module.{part.format('exposed')}", f"module.{part.format('shown')}") for part in parts]
    moves.append((f"module.ca_windowed.{_AUTHORITY}", f"module.ca_fresh.{_AUTHORITY}"))
    lines = "".join(f"  {old}: {new}\n" for old, new in moves)
    return f"{text}removed: {{windowed: forget}}\nmoves:\n{lines}"


def _edited(text: str, item: str, old: str, new: str) -> str:
    """Replace a text in every entry of an item, CA and share alike, or take the item's entries out."""
    entry = re.compile(rf"^  {item}:(?: .*\n|\n(?:    .*\n)+)", re.MULTILINE)
    assert entry.search(text), item
    if not old and not new:
        return entry.sub("", text)
    edited = entry.sub(lambda found: found[0].replace(old, new, 1), text)
    assert edited != text, item
    return edited
