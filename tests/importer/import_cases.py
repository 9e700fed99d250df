"""Cases of an import into a spec: the spec, a state, the spec afterwards, and the printed lines."""

from dataclasses import dataclass
from typing import Any

from importer.infer.state_builders import Resource, arn_of, authority, permission, root, subordinate, user
from pcaform.iam.policies import issuer_policies
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws

HEAD = 'version: 1\nstack: corp\naws: {region: eu-west-1, account_id: "123456789012"}\n'
ROOT_CA = """certificate_authorities:
  # Made in 2024.
  root:
    type: ROOT
    subject: {common_name: root}   # never changes
    key_algorithm: "RSA_2048"
    validity: {type: YEARS, value: 10}
"""
SPEC = HEAD + ROOT_CA
GONE = "  gone: {type: ROOT, subject: {common_name: gone}, key_algorithm: RSA_2048, validity: {type: DAYS, value: 9}}\n"


def tagged(tags: dict[str, str], name: str = "root", **more: Any) -> tuple[Resource, ...]:
    """Return a root with tags, and its certificate."""
    return (authority(name, tags=tags, tags_all=tags, **more), root(name)[1])


def ci(*grants: dict[str, Any]) -> list[Resource]:
    """Return a user with the policy for these grants."""
    issuer = Issuer.model_validate({"user_name": "ci", "grants": list(grants)})
    aws = Aws(region="eu-west-1", account_id="123456789012")
    ((name, document),) = issuer_policies.documents(issuer, aws, arn_of=arn_of).items()
    return user("ci", document, policy=name)


@dataclass(frozen=True)
class Case:
    """A spec, a state's resources, the spec after the import, and the printed lines without the summary."""

    name: str
    before: str
    found: tuple[Resource, ...]
    after: str
    lines: tuple[str, ...] = ()
    code: int = 0


DEFAULTS = "certificate_authority_defaults:\n  tags: {owner: pki}\n"
CASES = [
    Case("the same", SPEC, root(), SPEC),
    Case(
        "one tag in block style",
        SPEC + "    tags:\n      owner: 'pki'   # who\n      # and what\n      service: x\n",
        tagged({"owner": "its: me", "service": "x"}),
        SPEC + "    tags:\n      owner: 'its: me'   # who\n      # and what\n      service: x\n",
        ('changed: certificate_authorities.root.tags.owner: "pki" -> "its: me"',),
    ),
    Case(
        "one tag more, one less, in flow style",
        SPEC + "    tags: { a: 1x, b: 2x }   # tags\n",
        tagged({"b": "2x", "c": "3x"}),
        SPEC + "    tags: { b: 2x, c: 3x }   # tags\n",
        (
            'changed: certificate_authorities.root.tags.a: "1x" -> not set',
            'changed: certificate_authorities.root.tags.c: not set -> "3x"',
        ),
    ),
    Case(
        "a value equal to the default is removed, its comment stays",
        SPEC + "    permanent_deletion_time_in_days: 7 # soon\n    tags: {a: b}\n",
        tagged({}),
        SPEC + "    permanent_deletion_time_in_days: 30 # soon\n",
        (
            "changed: certificate_authorities.root.permanent_deletion_time_in_days: 7 -> 30",
            'changed: certificate_authorities.root.tags.a: "b" -> not set',
        ),
    ),
    Case(
        "an inherited value is not written again",
        HEAD + DEFAULTS + ROOT_CA,
        tagged({"owner": "pki"}),
        HEAD + DEFAULTS + ROOT_CA,
    ),
    Case(
        "a value that differs from the defaults is written at the CA",
        HEAD + DEFAULTS + ROOT_CA,
        tagged({"owner": "me"}),
        HEAD + DEFAULTS + ROOT_CA + "    tags: {owner: me}\n",
        ('changed: certificate_authorities.root.tags.owner: "pki" -> "me"',),
    ),
    Case(
        "an inherited value cannot be removed at one CA",
        HEAD + DEFAULTS + ROOT_CA,
        root(),
        HEAD + DEFAULTS + ROOT_CA,
        (
            (
                "not written: certificate_authorities.root.tags.owner: certificate_authority_defaults gives it "
                "to every CA; change it there"
            ),
        ),
        2,
    ),
    Case(
        "an alias is written out where it no longer fits",
        HEAD
        + ROOT_CA.replace("  root:\n", "  root:\n    tags: &tags {a: b}\n")
        + ROOT_CA.split("\n", 2)[2].replace("root", "other")
        + "    tags: *tags\n",
        (*tagged({"a": "b"}), *tagged({"a": "c"}, "other")),
        HEAD
        + ROOT_CA.replace("  root:\n", "  root:\n    tags: &tags {a: b}\n")
        + ROOT_CA.split("\n", 2)[2].replace("root", "other")
        + "    tags: {a: c}\n",
        ('changed: certificate_authorities.other.tags.a: "b" -> "c"',),
    ),
    Case(
        "new items, after the others and in the file's layout",
        SPEC + "\n# The end.\n",
        (
            *root(),
            *subordinate("issuing", "root"),
            permission("issuing"),
            *tuple(ci({"certificates": "unmanaged", "certificate_authorities": ["issuing"]})),
        ),
        SPEC
        + """  issuing:
    type: SUBORDINATE
    parent: root
    subject: {common_name: issuing}
    key_algorithm: RSA_2048
    validity: {type: YEARS, value: 10}
    permissions:
      - principal: acm.amazonaws.com
    ignore:
      - rule: outlives-parent
        reason: imported as already issued
issuers:
  ci:
    grants:
      - certificates: unmanaged
        certificate_authorities: [issuing]

# The end.
""",
        ("added: certificate_authorities.issuing", "added: issuers.ci"),
        code=2,  # the rule that the entry ignores is a line of its own
    ),
    Case(
        "an empty section with a comment, no line break at the end, Windows line breaks",
        (SPEC + "issuers:   {} # none yet").replace("\n", "\r\n"),
        (*root(), *ci({"certificates": "unmanaged", "certificate_authorities": ["root"]})),
        (
            SPEC
            + "issuers: # none yet\n  ci:\n    grants:\n      - certificates: unmanaged\n        "
            + "certificate_authorities: [root]"
        ).replace("\n", "\r\n"),
        ("added: issuers.ci",),
    ),
    Case(
        "revocation switched off keeps its settings",
        SPEC
        + "    revocation_configuration:\n      crl_configuration: # lists\n        enabled: true # on\n"
        + "        s3_bucket_name: lists\n        expiration_in_days: 7\n",
        root(),
        SPEC
        + "    revocation_configuration:\n      crl_configuration: # lists\n        enabled: false # on\n"
        + "        s3_bucket_name: lists\n        expiration_in_days: 7\n",
        (
            (
                'changed: certificate_authorities.root.revocation_configuration.crl_configuration: {"enabled": true, '
                '"s3_bucket_name": "lists", "expiration_in_days": 7, "custom_cn... -> not set'
            ),
        ),
    ),
    Case(
        "a permission that the source does not have stays",
        SPEC + "    permissions:\n      - {} # renews\n",
        root(),
        SPEC + "    permissions:\n      - {} # renews\n",
        ('not found: certificate_authorities.root.permissions."acm.amazonaws.com": it stays in the spec',),
    ),
    Case(
        "an item that the source does not have stays",
        SPEC + GONE,
        root(),
        SPEC + GONE,
        ("not found: certificate_authorities.gone: it stays in the spec",),
    ),
    Case(
        "fields that a state does not have stay as the user wrote them",
        SPEC + "    generation: 2\n    deletion_protection: false\n    ignore: [{rule: x, reason: 'old, known'}]\n",
        root(),
        SPEC + "    generation: 2\n    deletion_protection: false\n    ignore: [{rule: x, reason: 'old, known'}]\n",
    ),
    Case(
        "one grant of a list is changed, the other one keeps its layout",
        SPEC
        + """issuers:
  ci:
    grants:
      # first
      - certificate_authorities: [root]
        certificates: unmanaged
        templates: [EndEntityCertificate/V1]
      - {certificates: unmanaged, certificate_authorities: [root], templates: [CodeSigningCertificate/V1]}
""",
        (
            *root(),
            *ci(
                {"certificates": "unmanaged", "certificate_authorities": ["root"]},
                {
                    "certificates": "unmanaged",
                    "certificate_authorities": ["root"],
                    "templates": ["EndEntityClientAuthCertificate/V1"],
                },
            ),
        ),
        SPEC
        + """issuers:
  ci:
    grants:
      # first
      - certificate_authorities: [root]
        certificates: unmanaged
        templates: [EndEntityCertificate/V1]
      - {certificates: unmanaged, certificate_authorities: [root], templates: [EndEntityClientAuthCertificate/V1]}
""",
        (
            (
                'changed: issuers.ci.grants: [{"certificates": "unmanaged", "certificate_authorities": ["root"], '
                '"templates":... -> [{"certificates": "unmanaged", "certificate_authorities": ["root"], '
                '"templates":...'
            ),
        ),
    ),
]
