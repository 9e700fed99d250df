"""An account with one of each fault that an audit looks for, and a healthy counterpart of each."""

import json
from datetime import timedelta
from typing import Any

from sources.aws.conftest import ACCOUNT, OTHER, REGION, Live, statement

CLOUDFRONT = "cloudfront.amazonaws.com"
WRITER = "acm-pca.amazonaws.com"
TEMPLATE = "acm-pca:TemplateArn"
HOUSE = "arn:aws:acm-pca:::template/"
CLOSED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
PASSPHRASE = b"correct horse"


def named(name: str) -> dict[str, Any]:
    return {"configuration": {"Subject": {"CommonName": name}}}


def listing(bucket: str, **more: str) -> dict[str, Any]:
    """Return the settings of a CA with a CRL."""
    owned = {"S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL"}
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": bucket, **owned, **more}
    return {"RevocationConfiguration": {"CrlConfiguration": crl}}


def bucket(account: Live, name: str, *statements: dict[str, Any], is_closed: bool = True) -> str:
    """Create a bucket that AWS may write to, with more statements in its policy."""
    s3 = account.server.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    writing = allow({"Service": WRITER}, ["s3:PutObject", "s3:GetBucketAcl"], name)
    policy = {"Version": "2012-10-17", "Statement": [writing, *statements]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    if is_closed:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=CLOSED)
    return name


def allow(who: Any, actions: list[str], name: str) -> dict[str, Any]:
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    return {"Effect": "Allow", "Principal": who, "Action": actions, "Resource": resources}


def managed(account: Live, authority: str, name: str) -> str:
    """Have ACM issue a certificate from a CA, and export it so that ACM renews it."""
    acm = account.server.client("acm")
    arn = acm.request_certificate(DomainName=name, CertificateAuthorityArn=authority, KeyAlgorithm="EC_prime256v1")[
        "CertificateArn"
    ]
    acm.export_certificate(CertificateArn=arn, Passphrase=PASSPHRASE)
    return str(arn)


def share(account: Live, authority: str, template: str) -> None:
    about = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Resource": authority}
    reading = {**about, "Action": ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate"]}
    condition = {"StringEquals": {TEMPLATE: f"{HOUSE}{template}/V1"}}
    issuing = {**about, "Action": ["acm-pca:IssueCertificate"], "Condition": condition}
    policy = {"Version": "2012-10-17", "Statement": [reading, issuing]}
    account.pki.client.put_policy(ResourceArn=authority, Policy=json.dumps(policy))


def plant(account: Live) -> dict[str, str]:
    """Create all of it; return ARNs by name."""
    pki = account.pki
    arns = {"Old Root": pki.root(days=1, **named("Old Root"))}
    account.server.advance(timedelta(days=2))
    arns["Corp Root"] = root = pki.root(days=7300, **named("Corp Root"))
    arns |= _healthy(account, root)
    arns |= _not_renewing(account, root)
    arns |= _faulty_crls(account, root)
    for name, template in (("Given", "EndEntityCertificate"), ("Given Away", "SubordinateCACertificate_PathLen0")):
        arns[name] = pki.subordinate(root, depth=1, days=3000, **named(name))
        share(account, arns[name], template)
    arns["Short"] = pki.subordinate(root, days=1000, UsageMode="SHORT_LIVED_CERTIFICATE", **named("Short"))
    arns["Ends Soon"] = pki.subordinate(root, days=60, **named("Ends Soon"))
    arns["Thrown Away"] = pki.subordinate(root, **named("Thrown Away"))
    pki.disable(arns["Thrown Away"])
    pki.client.delete_certificate_authority(CertificateAuthorityArn=arns["Thrown Away"], PermanentDeletionTimeInDays=20)
    _principals(account, arns["Issuing"])
    _trust_anchors(account, arns)
    return arns


def _healthy(account: Live, root: str) -> dict[str, str]:
    """Create a CA that renews, and whose CRL is read through CloudFront from a private bucket."""
    through = allow({"Service": CLOUDFRONT}, ["s3:GetObject"], "corp-lists")
    through["Condition"] = {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"}}
    lists = listing(bucket(account, "corp-lists", through), CustomCname="crl.corp.example")
    issuing = account.pki.subordinate(root, days=3000, **named("Issuing"), **lists)
    account.pki.grant(issuing)
    return {"Issuing": issuing, "www.corp.example": managed(account, issuing, "www.corp.example")}


def _not_renewing(account: Live, root: str) -> dict[str, str]:
    """Create CAs whose certificates will not renew, each for another reason, and a healthy one without certificates."""
    pki, arns = account.pki, {}
    for name, days in (("No Grant", 3000), ("Half Grant", 3000), ("Switched Off", 3000), ("Too Short", 420)):
        arns[name] = pki.subordinate(root, days=days, **named(name))
        managed(account, arns[name], f"{name.lower().replace(' ', '-')}.example")
    pki.grant(arns["Half Grant"], ["IssueCertificate", "GetCertificate"])
    for name in ("Switched Off", "Too Short"):
        pki.grant(arns[name])
    pki.disable(arns["Switched Off"])
    arns["Unmanaged"] = pki.subordinate(root, days=3000, **named("Unmanaged"))
    return arns


def _faulty_crls(account: Live, root: str) -> dict[str, str]:
    """Create CAs whose CRL is unreadable, in a public bucket, or not written."""
    public = allow("*", ["s3:GetObject"], "open-lists")
    buckets = {
        "Hidden List": bucket(account, "hidden-lists"),
        "Open List": bucket(account, "open-lists", public, is_closed=False),
        "Lost List": "lost-lists",
    }
    return {name: account.pki.subordinate(root, **named(name), **listing(it)) for name, it in buckets.items()}


def _trust_anchors(account: Live, arns: dict[str, str]) -> None:
    """Create trust anchors on a CA that is well and on a deleted one, and a disabled one."""
    anywhere = account.server.client("rolesanywhere")
    anchored = (("laptops", "Issuing", True), ("servers", "Thrown Away", True), ("robots", "Thrown Away", False))
    for name, ca, is_enabled in anchored:
        source = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": arns[ca]}}
        anywhere.create_trust_anchor(name=name, source=source, enabled=is_enabled)


def _principals(account: Live, issuing: str) -> None:
    template = {"ArnLike": {TEMPLATE: f"{HOUSE}EndEntityCertificate/V1"}}
    account.user("ci", issue=statement("acm-pca:IssueCertificate", issuing, Condition=template))
    account.user("minter", issue=statement("acm-pca:IssueCertificate", issuing))
    account.user("storage", s3=statement("s3:*"))
