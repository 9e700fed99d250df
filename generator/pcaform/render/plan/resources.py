"""A spec -> the resources of its stack with their arguments: the content of each module, modelled in Python.

A test compares addresses and arguments with real Terraform's plan of a rendered stack.
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
from pcaform.render.plan.placeholders import Placeholders, output_placeholder
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import (
    AUTHORITY,
    CERTIFICATE,
    S3_BUCKET_OWNERSHIP_CONTROLS,
    S3_BUCKET_POLICY,
    S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
)
from pcaform.terraform.schema import plain_defaults

_UNPROTECTED = "-unprotected"
_READ = (
    "DescribeCertificateAuthority",
    "GetCertificate",
    "GetCertificateAuthorityCertificate",
    "ListPermissions",
    "ListTags",
)
_BUCKET_PARTS = (
    S3_BUCKET_OWNERSHIP_CONTROLS,
    S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
)
OUTSIDE = "(installed outside this stack)"
"""The placeholder for the certificate of a CA whose activation is external."""


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
    builders = (crl_buckets, ca_calls, permissions, shares, issuers, operator_roles, certificates)
    return [call for build_calls in builders for call in build_calls(spec)]


def resources(spec: Spec, placeholders: Placeholders) -> dict[str, StackResource]:
    """Return the resources of a spec's stack by address, with placeholders for unknown values."""
    by_address = {}
    for call in calls(spec):
        arguments = {key: placeholders.resolve(value) for key, value in call.arguments.items() if key != "providers"}
        for address, values in _PARTS[call.module.removesuffix(_UNPROTECTED)](arguments):
            full_address = f"module.{call.name}.{address}"
            all_values = _add_computed(call.name, dict(values), spec, placeholders)
            resource_type = address.partition(".")[0]
            if resource_type == CERTIFICATE:
                old_name = placeholders.moved.get(call.name, call.name)
                all_values["certificate"] = output_placeholder(old_name, "certificate")
            elif resource_type == S3_BUCKET_POLICY:
                all_values["policy"] = _bucket_policy(spec, call.name, bucket=all_values["bucket"])
            by_address[full_address] = StackResource(call.name, full_address, resource_type, all_values)
    return by_address


def _bucket_policy(spec: Spec, call: str, *, bucket: str) -> str:
    entry = spec.crl_buckets[call.removeprefix(module_names.crl_bucket(""))]
    return json.dumps(crl_bucket.document(entry, bucket, account_id=spec.aws.account_id, region=spec.aws.region))


def _add_computed(call: str, values: dict[str, Any], spec: Spec, placeholders: Placeholders) -> dict[str, Any]:
    """Add values that are not arguments of the module: a CA's ARN, and its certificate if it came from elsewhere."""
    key = call.removeprefix("ca_")
    if "certificate_chain" in values or set(values) == {"certificate"}:
        return {"certificate_authority_arn": placeholders.arns[key], **values}
    if "certificate_authority_configuration" not in values:
        return values
    is_external = spec.managed[key].activation == "external"
    return {**values, "arn": placeholders.arns[key], **({"certificate": OUTSIDE} if is_external else {})}


def _private_ca_resources(arguments: Mapping[str, Any]) -> Parts:
    values = {
        "type": arguments["type"],
        **{name: arguments.get(name, default) for name, default in plain_defaults(AUTHORITY).items()},
        "tags": arguments.get("tags"),
        "certificate_authority_configuration": [
            {
                "key_algorithm": arguments["key_algorithm"],
                "signing_algorithm": arguments["signing_algorithm"],
                "subject": [arguments["subject"]],
            }
        ],
        "revocation_configuration": _revocation_blocks(arguments.get("revocation_configuration")),
    }
    installed = arguments.get("certificate")
    yield "aws_acmpca_certificate_authority.this", {**values, "certificate": installed and installed["certificate"]}
    if installed:
        yield "aws_acmpca_certificate_authority_certificate.this[0]", installed


def _revocation_blocks(arguments: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [{block: [values] for block, values in arguments.items()}] if arguments else []


def _ca_certificate_resources(arguments: Mapping[str, Any]) -> Parts:
    values = {name: value for name, value in arguments.items() if name not in ("issuer_arn", "superseded", "validity")}
    own = {"certificate_authority_arn": arguments["issuer_arn"], "validity": [arguments["validity"]]}
    yield "aws_acmpca_certificate.this", {**values, **own}


def _permission_resources(arguments: Mapping[str, Any]) -> Parts:
    yield "aws_acmpca_permission.this", {"principal": ACM_PRINCIPAL, **arguments}


def _share_resources(arguments: Mapping[str, Any]) -> Parts:
    arn, template = arguments["certificate_authority_arn"], {"acm-pca:TemplateArn": arguments["template_arn"]}
    readers: list[tuple[Any, dict[str, str]]] = [({"AWS": account}, {}) for account in arguments.get("accounts", ())]
    if arguments.get("organization"):
        readers.append(("*", {"aws:PrincipalOrgID": arguments["organization"]}))
    statements = []
    for principal, condition in readers:
        read = [f"acm-pca:{operation}" for operation in _READ]
        for actions, equal in ((read, condition), (["acm-pca:IssueCertificate"], {**template, **condition})):
            statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": arn}
            statements.append({**statement, **({"Condition": {"StringEquals": equal}} if equal else {})})
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    yield "aws_acmpca_policy.this", {"resource_arn": arn, "policy": policy}


def _user_resources(arguments: Mapping[str, Any]) -> Parts:
    yield (
        "aws_iam_user.this",
        {"name": arguments["user_name"], **_select(arguments, "path", "permissions_boundary", "tags")},
    )
    yield from _attached_policies(arguments, "user", arguments["user_name"])


def _role_resources(arguments: Mapping[str, Any]) -> Parts:
    trust = json.dumps(arguments["assume_role_policy"])
    selected = _select(arguments, "path", "permissions_boundary", "tags", "max_session_duration")
    yield "aws_iam_role.this", {"name": arguments["role_name"], "assume_role_policy": trust, **selected}
    yield from _attached_policies(arguments, "role", arguments["role_name"])
    if arguments.get("instance_profile"):
        yield "aws_iam_instance_profile.this[0]", {"name": arguments["role_name"], "role": arguments["role_name"]}


def _attachment_resources(arguments: Mapping[str, Any]) -> Parts:
    kind = "user" if arguments.get("user_name") else "role"
    yield from _attached_policies(arguments, kind, arguments[f"{kind}_name"])


def _attached_policies(arguments: Mapping[str, Any], kind: str, name: str) -> Parts:
    for policy, document in arguments["policies"].items():
        key = json.dumps(policy)
        text = json.dumps(document, ensure_ascii=False)
        yield f"aws_iam_policy.this[{key}]", {"name": policy, "policy": text, **_select(arguments, "path", "tags")}
        yield f"aws_iam_{kind}_policy_attachment.this[{key}]", {kind: name, "policy_arn": f"(policy {policy})"}


def _acm_certificate_resources(arguments: Mapping[str, Any]) -> Parts:
    names = arguments.get("subject_alternative_names")
    yield "aws_acm_certificate.this", {**arguments, **({"subject_alternative_names": sorted(names)} if names else {})}


def _bucket_resources(arguments: Mapping[str, Any]) -> Parts:
    yield "aws_s3_bucket.this", _select(arguments, "bucket", "force_destroy", "tags")
    for name in (S3_BUCKET_POLICY, *_BUCKET_PARTS):
        yield f"{name}.this", _select(arguments, "bucket")


def _select(arguments: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: arguments[name] for name in names if arguments.get(name) is not None}


_PARTS: Mapping[str, Callable[[Mapping[str, Any]], Parts]] = {
    "private-ca": _private_ca_resources,
    "ca-certificate": _ca_certificate_resources,
    "acm-permission": _permission_resources,
    "ca-share": _share_resources,
    "issuer-user": _user_resources,
    "issuer-role": _role_resources,
    "issuer-attachment": _attachment_resources,
    "acm-certificate": _acm_certificate_resources,
    "crl-bucket": _bucket_resources,
}
"""Module -> the function that yields its resources."""
