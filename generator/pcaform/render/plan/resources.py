"""A spec -> the resources of its stack with their arguments: the content of each module, modelled in Python.

A test compares addresses and arguments with real Terraform's plan of a rendered stack.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.core.facts import ACM_PRINCIPAL
from pcaform.render.plan.module_call import ModuleCall, without_none
from pcaform.render.plan.placeholders import Placeholders, output_placeholder
from pcaform.render.plan.stack import calls_by_file
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform import resource_types as types
from pcaform.terraform.hcl_writer import Reference
from pcaform.terraform.schema import plain_defaults

_UNPROTECTED = "-unprotected"
_BUCKET_PARTS = (
    types.S3_BUCKET_OWNERSHIP_CONTROLS,
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
)
OUTSIDE = "(installed outside this stack)"
"""The placeholder for the certificate of a CA whose activation is external."""


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
        for resource_type, values, name in _list_parts(call.module.removesuffix(_UNPROTECTED), arguments):
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
            yield types.PERMISSION, {"principal": ACM_PRINCIPAL, **arguments}, None
        case "ca-share":
            policy = json.dumps(arguments["policy"])
            yield types.SHARE, {"resource_arn": arguments["certificate_authority_arn"], "policy": policy}, None
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
        case _:
            raise ValueError(f"no model of the module '{module}'")


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
