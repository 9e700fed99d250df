"""A spec -> the resources of its stack with their arguments: the content of each module, modelled in Python.

A test compares addresses and arguments with real Terraform's plan of a rendered stack. Values that are unknown before
apply, ARNs and certificates, are placeholders: plain text, equal in two specs. A CA's placeholder ARN has the CA's key
as its id; a renamed CA keeps its old key there, so that a rename alone does not look like a change.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core import facts
from pcaform.render.plan.cas import pem_files
from pcaform.render.plan.module_call import ModuleCall, without_none
from pcaform.render.plan.references import placeholder, reference_arn
from pcaform.render.plan.stack import calls_by_file
from pcaform.spec.cas import Reference as ReferencedCa
from pcaform.spec.references import list_unresolved
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform import resource_types as types
from pcaform.terraform.hcl_writer import Call, Reference, StackFile
from pcaform.terraform.schema import plain_defaults

_BUCKET_PARTS = (
    types.S3_BUCKET_OWNERSHIP_CONTROLS,
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
)
OUTSIDE = "(installed outside this stack)"
"""The placeholder for the certificate of a CA whose activation is external."""


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The placeholders of one spec: `arns` by the CA's key, `by_real_arn` from an ARN in the spec to its placeholder.

    `outputs` maps paths of module outputs to their texts, `files` maps paths in the stack to the certificates that were
    signed elsewhere, and `moved` maps new names of module calls to their old ones.
    """

    arns: Mapping[str, str]
    by_real_arn: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Return an argument of a module call as the provider would get it, with placeholders for references."""
        if isinstance(value, Mapping):
            return {key: self.resolve(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve(inner) for inner in value]
        if isinstance(value, Reference):
            if value.path in self.outputs:
                return self.outputs[value.path]
            _, call, output = value.path.split(".")
            return output_placeholder(self.moved.get(call, call), output)
        if isinstance(value, StackFile):
            return self.files.get(value.path, value.path)
        if isinstance(value, Call):
            return self.resolve(value.argument)
        return self.by_real_arn.get(value, value) if isinstance(value, str) else value


def output_placeholder(call: str, output: str) -> str:
    """Return the placeholder of an output that only Terraform knows."""
    return f"({output} of module.{call})"


def ca_placeholder(spec: Spec, name: str) -> str:
    """Return the placeholder ARN of a CA."""
    region = spec.aws.region
    return f"arn:{facts.partition(region)}:acm-pca:{region}:{spec.aws.account_id}:certificate-authority/{name}"


def build_placeholders(
    spec: Spec,
    *,
    before: Spec | None = None,
    moved: Mapping[str, str] | None = None,
    recreated: frozenset[str] = frozenset(),
) -> Placeholders:
    """Return the placeholders of a spec.

    `before` is the spec that it is compared with, `moved` maps renamed module calls to their old names, `recreated` are
    the keys of the CAs that are created again and so get new placeholders.
    """
    old_keys = {key: _old_key(key, before, moved or {}) for key in spec.certificate_authorities}
    arns = {key: ca_placeholder(spec, f"{old}-anew" if key in recreated else old) for key, old in old_keys.items()}
    by_real_arn = _map_real_arns(spec, before, old_keys, arns)
    for key, ca in spec.certificate_authorities.items():
        if isinstance(ca, ReferencedCa):
            arns[key] = by_real_arn.get(ca.arn, ca.arn) if ca.arn else placeholder(spec, key, ca)
    return replace(placeholders_of(spec, arns), by_real_arn=by_real_arn, moved=moved or {})


def placeholders_of(spec: Spec, arns: Mapping[str, str]) -> Placeholders:
    """Return the placeholders of a spec whose CAs have these ARNs, by their keys."""
    return Placeholders(arns, outputs=dict(_list_outputs(spec, arns)), files=pem_files(spec))


def _map_real_arns(
    spec: Spec, before: Spec | None, old_keys: Mapping[str, str], arns: Mapping[str, str]
) -> dict[str, str]:
    """Map each ARN in the spec to its placeholder; an ARN that had a key before keeps that key's placeholder."""
    earlier = before.certificate_authorities if before is not None else {}
    by_real_arn = {ca.arn: ca_placeholder(spec, key) for key, ca in earlier.items() if ca.arn}
    for key, ca in spec.certificate_authorities.items():
        old = earlier.get(old_keys[key])
        if ca.arn and (old is None or old.arn is None):
            by_real_arn.setdefault(ca.arn, arns[key])
    return by_real_arn


def _list_outputs(spec: Spec, arns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield path and text of each module output that is the ARN of a CA or the name of a bucket."""
    for key, arn in arns.items():
        yield f"module.{module_names.ca(key)}.arn", arn
        yield f"module.{module_names.ca(key)}.active_arn", arn
        yield f"module.{module_names.permission(key)}.certificate_authority_arn", arn
    for key, _ in list_unresolved(spec):
        yield reference_arn(spec, key).path, arns[key]
    for key, bucket in spec.crl_buckets.items():
        yield f"module.{module_names.crl_bucket(key)}.bucket", bucket.bucket or key


def _old_key(key: str, before: Spec | None, moved: Mapping[str, str]) -> str:
    old = module_names.ca_key(moved.get(module_names.ca(key), ""))
    return old if before is not None and old in before.certificate_authorities else key


@dataclass(frozen=True, slots=True)
class StackResource:
    """One resource of a stack: its call, its address, its arguments, and the provider (`aws.ALIAS`, or empty)."""

    call: str
    address: str
    type: str
    values: Mapping[str, Any]
    provider: str = ""


Parts = Iterator[tuple[str, Mapping[str, Any], str | None]]
"""Type and arguments of each resource of a module, and the name that is its key if there are several."""


def calls(spec: Spec) -> list[ModuleCall]:
    """Return all module calls of a spec's stack."""
    return [call for of_file in calls_by_file(spec).values() for call in of_file]


def resources(
    spec: Spec, placeholders: Placeholders, *, module_calls: Iterable[ModuleCall] | None = None
) -> dict[str, StackResource]:
    """Return the resources of a spec's stack by address, with placeholders for unknown values.

    `module_calls` are those of the stack, where they are known already.
    """
    by_address = {}
    for call in calls(spec) if module_calls is None else module_calls:
        arguments = {name: placeholders.resolve(value) for name, value in call.arguments.items() if name != "providers"}
        reference = call.arguments.get("providers", {}).get("aws")
        provider = reference.path if isinstance(reference, Reference) else ""
        for resource_type, values, name in _list_parts(module_names.original(call.module), arguments):
            address = module_names.resource(call.name, resource_type, name)
            all_values = {**values, **_computed(call.name, resource_type, spec, placeholders=placeholders)}
            by_address[address] = StackResource(call.name, address, resource_type, all_values, provider)
    return by_address


def _computed(call: str, resource_type: str, spec: Spec, *, placeholders: Placeholders) -> dict[str, Any]:
    """Return values that are not arguments of the module: a CA's ARN, and a certificate that comes from elsewhere."""
    if resource_type == types.CERTIFICATE:
        return {"certificate": output_placeholder(placeholders.moved.get(call, call), "certificate")}
    if resource_type not in (types.AUTHORITY, types.INSTALLATION):
        return {}
    key = module_names.ca_key(call)
    if resource_type == types.INSTALLATION:
        return {"certificate_authority_arn": placeholders.arns[key]}
    is_external = spec.managed[key].activation == "external"
    return {"arn": placeholders.arns[key], **({"certificate": OUTSIDE} if is_external else {})}


def _list_parts(module: str, arguments: Mapping[str, Any]) -> Parts:
    match module:
        case "private-ca":
            yield from _private_ca_resources(arguments)
        case "ca-certificate":
            of_module = ("issuer_arn", "superseded", "validity")
            values = {name: value for name, value in arguments.items() if name not in of_module}
            own = {"certificate_authority_arn": arguments["issuer_arn"], "validity": [arguments["validity"]]}
            yield types.CERTIFICATE, {**values, **own}, None
        case "acm-permission":
            yield types.PERMISSION, {"principal": facts.ACM_PRINCIPAL, **arguments}, None
        case "ca-share":
            policy = json.dumps(arguments["policy"])
            yield types.SHARE, {"resource_arn": arguments["certificate_authority_arn"], "policy": policy}, None
        case "ssm-parameter":
            value = {"type": "String", "insecure_value": arguments["certificate_authority_arn"]}
            yield types.SSM_PARAMETER, {"name": arguments["name"], **value}, None
        case "issuer-user" | "issuer-role" | "issuer-attachment":
            yield from _principal_resources(module, arguments)
        case "acm-certificate":
            names = arguments.get("subject_alternative_names")
            values = {"subject_alternative_names": sorted(names)} if names else {}
            yield types.ACM_CERTIFICATE, {**arguments, **values}, None
        case "crl-bucket":
            bucket = _select(arguments, "bucket")
            yield types.S3_BUCKET, _select(arguments, "bucket", "force_destroy", "tags"), None
            yield types.S3_BUCKET_POLICY, {**bucket, "policy": json.dumps(arguments["policy"])}, None
            yield from ((part, bucket, None) for part in _BUCKET_PARTS)
            if (distribution := arguments.get("distribution")) is not None:
                yield from _distribution_resources(arguments["bucket"], distribution)
        case _:
            raise ValueError(f"no model of the module '{module}'")


def _distribution_resources(bucket: str, settings: Mapping[str, Any]) -> Parts:
    """Yield a distribution with those of its arguments that decide who reads what by which name."""
    certificate, log = settings.get("acm_certificate_arn"), settings.get("log_bucket")
    yield types.CLOUDFRONT_ORIGIN_ACCESS_CONTROL, {"name": bucket, "signing_behavior": "always"}, None
    values = {
        "enabled": True,
        "aliases": settings.get("aliases") or [],
        "origin": [{"origin_id": "lists", "domain_name": f"{bucket}.s3.amazonaws.com"}],
        "viewer_certificate": [
            {"acm_certificate_arn": certificate} if certificate else {"cloudfront_default_certificate": True}
        ],
        "logging_config": [{"bucket": f"{log}.s3.amazonaws.com", "prefix": f"{bucket}/"}] if log else [],
    }
    yield types.CLOUDFRONT_DISTRIBUTION, values, None


def _private_ca_resources(arguments: Mapping[str, Any]) -> Parts:
    blocks = arguments.get("revocation_configuration")
    values = {
        "type": arguments["type"],
        **{name: arguments.get(name, default) for name, default in plain_defaults(types.AUTHORITY).items()},
        "tags": arguments.get("tags"),
        "certificate_authority_configuration": [
            {
                "key_algorithm": arguments["key_algorithm"],
                "signing_algorithm": arguments["signing_algorithm"],
                "subject": [arguments["subject"]],
            }
        ],
        "revocation_configuration": [{name: [block] for name, block in blocks.items()}] if blocks else [],
    }
    installed = arguments.get("certificate")
    yield types.AUTHORITY, {**values, "certificate": installed and installed["certificate"]}, None
    if installed:
        yield types.INSTALLATION, installed, None


def _principal_resources(module: str, arguments: Mapping[str, Any]) -> Parts:
    """Yield the user or role, unless it exists already, and its policies with their attachments."""
    kind = "user" if arguments.get("user_name") else "role"
    name = arguments[f"{kind}_name"]
    attachment = types.IAM_USER_POLICY_ATTACHMENT if kind == "user" else types.IAM_ROLE_POLICY_ATTACHMENT
    if module == "issuer-user":
        own = _select(arguments, "path", "permissions_boundary", "force_destroy", "tags")
        yield types.IAM_USER, {"name": name, **own}, None
    elif module == "issuer-role":
        trust = json.dumps(arguments["assume_role_policy"])
        own = _select(arguments, "path", "permissions_boundary", "tags", "max_session_duration", "description")
        yield types.IAM_ROLE, {"name": name, "assume_role_policy": trust, **own}, None
    for policy, document in arguments["policies"].items():
        text = json.dumps(document, ensure_ascii=False)
        settings = {name: arguments.get(f"policy_{name}", arguments.get(name)) for name in ("path", "tags")}
        settings["description"] = arguments.get("policy_description")
        yield types.IAM_POLICY, {"name": policy, "policy": text, **without_none(settings)}, policy
        yield attachment, {kind: name, "policy_arn": f"(policy {policy})"}, policy
    if arguments.get("instance_profile"):
        yield types.IAM_INSTANCE_PROFILE, {"name": name, "role": name, **_select(arguments, "path", "tags")}, None


def _select(arguments: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return without_none({name: arguments.get(name) for name in names})
