"""A spec -> the resources that its stack makes, with their arguments: what each module holds, in Python.

A test compares addresses and arguments with what real Terraform plans for a rendered stack.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core.facts import ACM_PRINCIPAL
from pcaform.iam.policies import crl_bucket
from pcaform.render.plan.access import issuers, operator_roles, permissions, shares
from pcaform.render.plan.cas import ca_calls
from pcaform.render.plan.certificates import certificates, crl_buckets
from pcaform.render.plan.module_call import ModuleCall
from pcaform.render.plan.placeholders import Placeholders, output_of
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import CERTIFICATE

_UNPROTECTED = "-unprotected"
_READ = (
    "DescribeCertificateAuthority",
    "GetCertificate",
    "GetCertificateAuthorityCertificate",
    "ListPermissions",
    "ListTags",
)
_BUCKET_POLICY = "aws_s3_bucket_policy"
_BUCKET_PARTS = (
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
)
OUTSIDE = "(installed outside this stack)"
"""Stands for the certificate of a CA whose activation is external."""


@dataclass(frozen=True, slots=True)
class StackResource:
    """One resource of a stack: its call's name, its address in the call's module, and its arguments."""

    call: str
    address: str
    type: str
    values: Mapping[str, Any]


Parts = Iterator[tuple[str, Mapping[str, Any]]]
"""Address within the module (`type.name`), and arguments."""


def calls(spec: Spec) -> list[ModuleCall]:
    """Return all module calls of a spec's stack."""
    makers = (crl_buckets, ca_calls, permissions, shares, issuers, operator_roles, certificates)
    return [call for make in makers for call in make(spec)]


def resources(spec: Spec, names: Placeholders) -> dict[str, StackResource]:
    """Return the resources of a spec's stack by address, named as `names` says."""
    found = {}
    for call in calls(spec):
        arguments = {key: names.settled(value) for key, value in call.arguments.items() if key != "providers"}
        for address, values in _PARTS[call.module.removesuffix(_UNPROTECTED)](arguments):
            full = f"module.{call.name}.{address}"
            made = _own(call.name, dict(values), spec, names)
            kind = address.partition(".")[0]
            if kind == CERTIFICATE:
                made["certificate"] = output_of(names.moved.get(call.name, call.name), "certificate")
            elif kind == _BUCKET_POLICY:
                made["policy"] = _policy(spec, call.name, bucket=made["bucket"])
            found[full] = StackResource(call.name, full, kind, made)
    return found


def _policy(spec: Spec, call: str, *, bucket: str) -> str:
    entry = spec.crl_buckets[call.removeprefix(module_names.crl_bucket(""))]
    return json.dumps(crl_bucket.document(entry, bucket, account_id=spec.aws.account_id, region=spec.aws.region))


def _own(call: str, values: dict[str, Any], spec: Spec, names: Placeholders) -> dict[str, Any]:
    """Add what is no argument of the module: a CA's ARN, and its certificate where that came from elsewhere."""
    key = call.removeprefix("ca_")
    if "certificate_chain" in values or set(values) == {"certificate"}:
        return {"certificate_authority_arn": names.arns[key], **values}
    if "certificate_authority_configuration" not in values:
        return values
    is_external = spec.managed[key].activation == "external"
    return {**values, "arn": names.arns[key], **({"certificate": OUTSIDE} if is_external else {})}


def _private_ca(given: Mapping[str, Any]) -> Parts:
    values = {
        "type": given["type"],
        "usage_mode": given.get("usage_mode", "GENERAL_PURPOSE"),
        "key_storage_security_standard": given.get("key_storage_security_standard"),
        "enabled": given.get("enabled", True),
        "permanent_deletion_time_in_days": given.get("permanent_deletion_time_in_days", 30),
        "tags": given.get("tags"),
        "certificate_authority_configuration": [
            {
                "key_algorithm": given["key_algorithm"],
                "signing_algorithm": given["signing_algorithm"],
                "subject": [given["subject"]],
            }
        ],
        "revocation_configuration": _revocation(given.get("revocation_configuration")),
    }
    installed = given.get("certificate")
    yield "aws_acmpca_certificate_authority.this", {**values, "certificate": installed and installed["certificate"]}
    if installed:
        yield "aws_acmpca_certificate_authority_certificate.this[0]", installed


def _revocation(given: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [{block: [values] for block, values in given.items()}] if given else []


def _certificate(given: Mapping[str, Any]) -> Parts:
    values = {name: value for name, value in given.items() if name not in ("issuer_arn", "superseded", "validity")}
    own = {"certificate_authority_arn": given["issuer_arn"], "validity": [given["validity"]]}
    yield "aws_acmpca_certificate.this", {**values, **own}


def _permission(given: Mapping[str, Any]) -> Parts:
    yield "aws_acmpca_permission.this", {"principal": ACM_PRINCIPAL, **given}


def _share(given: Mapping[str, Any]) -> Parts:
    arn, template = given["certificate_authority_arn"], {"acm-pca:TemplateArn": given["template_arn"]}
    readers: list[tuple[Any, dict[str, str]]] = [({"AWS": account}, {}) for account in given.get("accounts", ())]
    if given.get("organization"):
        readers.append(("*", {"aws:PrincipalOrgID": given["organization"]}))
    statements = []
    for principal, narrowed in readers:
        read = [f"acm-pca:{operation}" for operation in _READ]
        for actions, equal in ((read, narrowed), (["acm-pca:IssueCertificate"], {**template, **narrowed})):
            statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": arn}
            statements.append({**statement, **({"Condition": {"StringEquals": equal}} if equal else {})})
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    yield "aws_acmpca_policy.this", {"resource_arn": arn, "policy": policy}


def _user(given: Mapping[str, Any]) -> Parts:
    yield "aws_iam_user.this", {"name": given["user_name"], **_kept(given, "path", "permissions_boundary", "tags")}
    yield from _attached(given, "user", given["user_name"])


def _role(given: Mapping[str, Any]) -> Parts:
    trust = json.dumps(given["assume_role_policy"])
    kept = _kept(given, "path", "permissions_boundary", "tags", "max_session_duration")
    yield "aws_iam_role.this", {"name": given["role_name"], "assume_role_policy": trust, **kept}
    yield from _attached(given, "role", given["role_name"])
    if given.get("instance_profile"):
        yield "aws_iam_instance_profile.this[0]", {"name": given["role_name"], "role": given["role_name"]}


def _attachment(given: Mapping[str, Any]) -> Parts:
    kind = "user" if given.get("user_name") else "role"
    yield from _attached(given, kind, given[f"{kind}_name"])


def _attached(given: Mapping[str, Any], kind: str, name: str) -> Parts:
    for policy, document in given["policies"].items():
        key = json.dumps(policy)
        text = json.dumps(document, ensure_ascii=False)
        yield f"aws_iam_policy.this[{key}]", {"name": policy, "policy": text, **_kept(given, "path", "tags")}
        yield f"aws_iam_{kind}_policy_attachment.this[{key}]", {kind: name, "policy_arn": f"(policy {policy})"}


def _acm_certificate(given: Mapping[str, Any]) -> Parts:
    names = given.get("subject_alternative_names")
    yield "aws_acm_certificate.this", {**given, **({"subject_alternative_names": sorted(names)} if names else {})}


def _bucket(given: Mapping[str, Any]) -> Parts:
    yield "aws_s3_bucket.this", _kept(given, "bucket", "force_destroy", "tags")
    for name in (_BUCKET_POLICY, *_BUCKET_PARTS):
        yield f"{name}.this", _kept(given, "bucket")


def _kept(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if given.get(name) is not None}


_PARTS: Mapping[str, Callable[[Mapping[str, Any]], Parts]] = {
    "private-ca": _private_ca,
    "ca-certificate": _certificate,
    "acm-permission": _permission,
    "ca-share": _share,
    "issuer-user": _user,
    "issuer-role": _role,
    "issuer-attachment": _attachment,
    "acm-certificate": _acm_certificate,
    "crl-bucket": _bucket,
}
"""Module -> what is in it."""
