"""Inputs for which the reasons are true with which an import leaves something out: a state, or Terraform files."""

import json
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from importer.infer.builders import AWS, policy_of
from importer.infer.state_builders import (
    ACCOUNT,
    Resource,
    arn_of,
    authority,
    certificate,
    resource,
    root,
    user,
)
from pcaform.iam.policies import issuer_policies
from pcaform.iam.policies.resource_policies import share_policy
from pcaform.spec.issuers import Issuer
from pcaform.spec.sections import Share
from sources.hcl.builders import authority as hcl_authority

CA = "aws_acmpca_certificate_authority"
INSTALLATION = "aws_acmpca_certificate_authority_certificate"
ISSUING = {"certificates": "unmanaged", "certificate_authorities": ["root"]}
LAMBDA = {"Principal": {"Service": ["lambda.amazonaws.com"]}}
READING = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
PKI_READING = {"Statement": [{"Effect": "Allow", "Action": "acm-pca:GetCertificate", "Resource": "*"}]}
GROUP = {"group": "signers", "name": "x", "policy": json.dumps(PKI_READING)}


def role(name: str, trust: dict[str, Any]) -> tuple[Resource, ...]:
    """Return a role that issues, with the statement of who may assume it."""
    policy = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    own = {"name": f"{name}-private-ca", "policy": json.dumps(policy_of(name, ISSUING))}
    trusted = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    return (
        resource("aws_iam_role", None, {"arn": "x", "name": name, "path": "/", "assume_role_policy": trusted}),
        resource("aws_iam_policy", None, {"arn": policy, "path": "/", **own}),
        resource("aws_iam_role_policy_attachment", None, {"role": name, "policy_arn": policy}),
    )


def issued(name: str, **more: Any) -> tuple[Resource, ...]:
    """Return a root whose certificate is at an address of its own."""
    return authority(name), {**certificate(name, **more), "module": "module.a"}


def tainted(each: Resource) -> Resource:
    return {**each, "module": "module.a", "instances": [{**each["instances"][0], "status": "tainted"}]}


def installed(text: str) -> Resource:
    return resource(INSTALLATION, None, {"certificate_authority_arn": arn_of("sub"), "certificate": text})


def generations() -> tuple[Resource, ...]:
    """Return a root with three certificates, of which a stack keeps two."""
    calls = ("ca_root_certificate", "ca_root_certificate_g2", "ca_root_certificate_g3")
    made = ({**certificate("root", certificate=call), "module": f"module.{call}"} for call in calls)
    return (authority("root", certificate=calls[2]), *made)


def attached(name: str, document: Any) -> tuple[Resource, ...]:
    """Return one more policy of a user."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/second"
    has = {"arn": arn, "name": "second", "path": "/", "policy": json.dumps(document), "tags_all": {}}
    of_user = {"user": name, "policy_arn": arn}
    return (
        resource("aws_iam_policy", "module.b", has),
        resource("aws_iam_user_policy_attachment", "module.b", of_user),
    )


def spread() -> tuple[Resource, ...]:
    """Return a user whose grants need two policies, of which one has a tag."""
    names = [f"r{number}" for number in range(LONG)]
    grants = [{"certificates": "unmanaged", "certificate_authorities": names}]
    issuer = Issuer.model_validate({"user_name": "ci", "grants": grants})
    first, second, *_ = issuer_policies.documents(issuer, AWS, arn_of=arn_of).items()
    more = attached("ci", second[1])
    more[0]["instances"][0]["attributes"] |= {"name": second[0], "tags": {"a": "b"}, "tags_all": {"a": "b"}}
    cas = (each for name in names for each in root(name))
    return (*cas, *user("ci", first[1], policy=first[0]), *more)


_VALID = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))


def constrained() -> str:
    """Return a CA's certificate with a constraint that no spec can say."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    forbidden = x509.NameConstraints(None, [x509.RegisteredID(x509.ObjectIdentifier("1.3.6.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, *_VALID)
    made = builder.add_extension(forbidden, critical=True).sign(key, hashes.SHA256())
    return made.public_bytes(Encoding.PEM).decode()


def private(**more: Any) -> Resource:
    arn = f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
    has = {"arn": arn, "domain_name": "a.example", "certificate_authority_arn": arn_of("root")}
    return resource("aws_acm_certificate", None, {"key_algorithm": "RSA_2048", **has, **more})


def shared_with_itself() -> Resource:
    policy = share_policy(Share(accounts=(ACCOUNT,)), arn_of("root"), region=AWS.region)
    return resource("aws_acmpca_policy", None, {"resource_arn": arn_of("root"), "policy": json.dumps(policy)})


LONG = 30
"""So many CAs need two policies."""
BOTH = {**authority("root"), "module": "module.m"}
KEYED = {**BOTH, "instances": [*BOTH["instances"], {**BOTH["instances"][0], "index_key": "a"}]}
PEM = "-----BEGIN CERTIFICATE-----\\nMA==\\n-----END CERTIFICATE-----\\n"
INSTALLED = f"""{hcl_authority("root")}
resource "{INSTALLATION}" "this" {{
  certificate_authority_arn = {CA}.root.arn
  certificate               = "PEM"
}}
"""
IMPORTED = f"""import {{
  to = {CA}.root
  id = "{arn_of("root")}"
}}
"""
LISTS = f"""{hcl_authority("root", 'revocation_configuration { crl_configuration { s3_bucket_name = "lists" } }')}
resource "aws_s3_bucket" "lists" {{
  bucket = "lists"
}}
variable "unknown" {{}}
resource "aws_s3_bucket_ownership_controls" "lists" {{
  bucket = var.unknown
}}
""".replace("{ crl_configuration {", "{\n crl_configuration {\n enabled = true\n expiration_in_days = 7\n").replace(
    '" } }', '"\n}\n}'
)


def _issuing(action: str) -> dict[str, Any]:
    """Return a policy that grants do not make: it has no template."""
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": arn_of("root")}]}


ACM = "acm.amazonaws.com"
_PLACEHOLDER = f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/placeholder"

MORE_CASES: dict[str, tuple[tuple[Resource, ...] | str, str]] = {
    "its id is not a UUID, as AWS gives to each CA": (
        (
            *root(),
            resource("aws_acmpca_permission", None, {"certificate_authority_arn": _PLACEHOLDER, "principal": ACM}),
        ),
        _PLACEHOLDER,
    ),
    "its policies {} do not match grants, and a spec can copy only one of a principal that it makes verbatim": (
        (*root(), *user("ci", _issuing("acm-pca:IssueCertificate")), *attached("ci", _issuing("acm-pca:*"))),
        "aws_iam_user.this",
    ),
    "it is not the installed or previous certificate": (
        generations(),
        "module.ca_root_certificate.aws_acmpca_certificate.this",
    ),
    "it was issued with arn:aws:acm-pca:::template/x: the spec has 'activation: external'": (
        issued("root", template_arn="arn:aws:acm-pca:::template/x"),
        "module.a.aws_acmpca_certificate.this",
    ),
    "it was issued with an unknown template": (issued("root", template_arn=""), "module.a.aws_acmpca_certificate.this"),
    f"it was signed by {arn_of('root')} as RootCACertificate/V1": (
        (
            *root(),
            authority("sub", type="SUBORDINATE"),
            {**certificate("sub", parent="root", template_arn=":template/RootCACertificate/V1"), "module": "module.a"},
        ),
        "module.a.aws_acmpca_certificate.this",
    ),
    "the installed certificate cannot be determined, it may be ": (
        (*issued("root", certificate="1"), {**certificate("root", certificate="2"), "module": "module.b"}),
        "module.a.aws_acmpca_certificate.this",
    ),
    "' installs is not a certificate in PEM": (
        (authority("sub", type="SUBORDINATE", module="module.a"), installed("none")),
        f"module.a.{CA}.this",
    ),
    "' holds a private key: take it out, and consider it stolen": (
        INSTALLED.replace("PEM", PEM + PEM.replace("CERTIFICATE", "PRIVATE KEY")),
        f"{CA}.root",
    ),
    "its CA is imported: the spec has 'activation: external'": (
        IMPORTED + INSTALLED.replace("PEM", PEM),
        f"{INSTALLATION}.this",
    ),
    "its key is not in the source. Its signature indicates RSA_2048, or another size: check it": (
        (
            authority("sub", type="SUBORDINATE"),
            certificate("sub", parent="far", signing_algorithm="SHA256WITHRSA"),
        ),
        arn_of("far"),
    ),
    "a plan would replace {}, or delete what the state holds beside it: it is tainted, or has a deposed object": (
        tuple(
            {**each, "module": "module.a", "instances": [{**each["instances"][0], "status": "tainted"}]}
            for each in root()
        ),
        f"module.a.{CA}.this",
    ),
    "its resource, {}, has instances with keys too, which would move with it": ((KEYED,), f"module.m.{CA}.this"),
    "its address in a stack, module.ca_x.{}, is that of another resource: give that one another address first": (
        (authority("x", module="module.a"), authority("y", module="module.ca_x", common_name="")),
        f"module.a.{CA}.this",
    ),
    "it attaches arn:aws:iam::aws:policy/X, but a spec attaches only its own policies": (
        (
            *root(),
            *user("ci", policy_of("ci", ISSUING)),
            resource(
                "aws_iam_user_policy_attachment", "module.b", {"user": "ci", "policy_arn": "arn:aws:iam::aws:policy/X"}
            ),
        ),
        "module.b.aws_iam_user_policy_attachment.this",
    ),
    "it does not concern private CAs": (
        (*root(), *user("ci", policy_of("ci", ISSUING)), *attached("ci", READING)),
        "module.b.aws_iam_policy.this",
    ),
    "others have its policy ci-private-ca too: a spec has a separate one for each issuer": (
        (
            *root(),
            *user("ci", policy_of("ci", ISSUING)),
            resource(
                "aws_iam_user_policy_attachment",
                "module.b",
                {"user": "eva", "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/ci"},
            ),
        ),
        "aws_iam_user.this",
    ),
    "a spec's 'trust' cannot express its trust policy. Only its policies are written": (
        (*root(), *role("ci", {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"})),
        "aws_iam_role.this",
    ),
    "its tags differ from {}, and a spec has one for both: Terraform would change it": (
        spread(),
        "module.b.aws_iam_policy.this",
    ),
    "it belongs to the group signers: a spec has only users and roles": (
        (
            *root(),
            resource(
                "aws_iam_group_policy", None, {"group": "signers", "name": "x", "policy": json.dumps(PKI_READING)}
            ),
        ),
        "aws_iam_group_policy.this",
    ),
    ". A spec cannot say that: it is written like any other": (
        (*root(), private(status="EXPIRED")),
        "aws_acm_certificate.this",
    ),
    f"it shares the CA with its own account {ACCOUNT}, which a spec cannot say": (
        (*root(), shared_with_itself()),
        "aws_acmpca_policy.this",
    ),
    "it has no ownership controls that could be read, which every CRL bucket of a spec has": (
        LISTS,
        "aws_s3_bucket.lists",
    ),
    ": the spec says nothing about them": (
        (authority("root", module="module.a", certificate=constrained()),),
        f"module.a.{CA}.this",
    ),
    "it is the same resource as {}": (
        (authority("root", module="module.a"), authority("root", module="module.b")),
        f"module.b.{CA}.this",
    ),
}
"""Reason -> an input for which it is true, and the address that it is about."""
