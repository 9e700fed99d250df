"""Builds the state that applying a spec would leave, without Terraform, from the module calls of its planned stack.

What each module makes of its arguments is written down here once more, as the provider writes it into a state. Outputs,
comments and the manifest are not there.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from importer.infer.state_builders import Resource, resource
from pcaform.core import facts
from pcaform.iam.policies import crl_bucket
from pcaform.iam.policies import share as shares
from pcaform.render.plan.access import issuers, operator_roles, permissions
from pcaform.render.plan.access import shares as share_calls
from pcaform.render.plan.cas import ca_calls, pem_files
from pcaform.render.plan.certificates import certificates, crl_buckets
from pcaform.render.plan.module_call import ModuleCall
from pcaform.spec.sections import CrlBucket, Share
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.hcl_writer import Call, Reference, StackFile

_SUBJECT = (*(name for name in facts.SUBJECT_LENGTHS if name != "serial_number"),)
_START = datetime(2026, 1, 1, tzinfo=UTC)


def state_of(spec: Spec) -> bytes:
    """Return a state of version 4."""
    resources = list(AppliedSpec(spec).resources())
    return json.dumps({"version": 4, "terraform_version": "1.11.4", "serial": 1, "resources": resources}).encode()


@cache
def private_key(algorithm: str, number: int) -> Any:
    """Return one of a few keys, since generating one is slow."""
    del number
    if algorithm == "RSA_2048":
        return rsa.generate_private_key(65537, 2048)
    curve = ec.SECP384R1() if algorithm == "EC_secp384r1" else ec.SECP256R1()
    return ec.generate_private_key(curve)


class AppliedSpec:
    """The resources after a spec is applied."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.calls = [
            *crl_buckets(spec),
            *ca_calls(spec),
            *permissions(spec),
            *share_calls(spec),
            *issuers(spec),
            *operator_roles(spec),
            *certificates(spec),
        ]
        self.files = pem_files(spec)
        self.by_name = {call.name: call for call in self.calls}
        self.keys = {key: number for number, key in enumerate(spec.certificate_authorities)}
        self.keys_of_certificates = {
            module_names.ca_certificate(key, number): key
            for key, ca in spec.managed.items()
            for number in range(1, ca.generation + 1)
        }
        self.pems = {key: self._pem(key) for key in self._parents_first()}

    def resources(self) -> Iterator[Resource]:
        """Yield each resource in the format of states."""
        for call in self.calls:
            for kind, index, attributes in _MADE[call.module.removesuffix("-unprotected")](
                self, call, self.arguments(call)
            ):
                instance = {} if index is None else {"index_key": index}
                made = resource(kind, f"module.{call.name}", self.tagged(attributes), **instance)
                made["provider"] += self.alias(call)
                yield made

    def alias(self, call: ModuleCall) -> str:
        providers = call.arguments.get("providers")
        return "" if providers is None else providers["aws"].path.removeprefix("aws")

    def region(self, call: ModuleCall) -> str:
        alias = self.alias(call).removeprefix(".")
        return alias or self.spec.aws.region

    def arguments(self, call: ModuleCall) -> dict[str, Any]:
        return {name: self.value(value) for name, value in call.arguments.items() if name != "providers"}

    def tagged(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        if "tags" not in attributes:
            return dict(attributes)
        tags = attributes["tags"] or {}
        return {**attributes, "tags": tags or None, "tags_all": {**self.spec.aws.default_tags, **tags}}

    def value(self, value: Any) -> Any:
        """Return the value of an argument as Terraform would evaluate it."""
        if isinstance(value, Reference):
            return self.output(*value.path.split(".")[1:])
        if isinstance(value, Call):
            return json.dumps(self.value(value.argument))
        if isinstance(value, StackFile):
            return self.files[value.path]
        if isinstance(value, Mapping):
            return {key: self.value(inner) for key, inner in value.items()}
        return [self.value(inner) for inner in value] if isinstance(value, list) else value

    def output(self, module: str, name: str) -> Any:
        call = self.by_name[module]
        if name in ("arn", "active_arn"):
            return self.arn(module.removeprefix("ca_"))
        if name == "certificate_signing_request":
            return f"request of {module}\n"
        if name in ("certificate", "certificate_chain"):
            key = self.keys_of_certificates[module]
            own = self.pems[key] if self.is_newest(module) else f"older than {module}"
            parent = self.spec.managed[key].parent
            return own if name == "certificate" else self.pems[parent] if parent else None
        return self.arguments(call)[name]

    def is_newest(self, module: str) -> bool:
        key = self.keys_of_certificates[module]
        return module == module_names.ca_certificate(key, self.spec.managed[key].generation)

    def arn(self, key: str) -> str:
        authority = self.spec.certificate_authorities[key]
        region = authority.provider.region if authority.provider else self.spec.aws.region
        identifier = hashlib.sha256(key.encode()).hexdigest()[:32]
        made = f"acm-pca:{region}:{self.spec.aws.account_id}:certificate-authority/{identifier}"
        return authority.arn or f"arn:{facts.partition(region)}:{made}"

    def _parents_first(self) -> list[str]:
        """Return the keys, parents first."""
        ordered: dict[str | None, None] = {None: None}
        while len(ordered) <= len(self.keys):
            for key in self.keys:
                parent = getattr(self.spec.certificate_authorities[key], "parent", None)
                if parent in ordered:
                    ordered[key] = None
        return [key for key in ordered if key is not None]

    def _pem(self, key: str) -> str:
        """Return a real certificate, since external parents are found by signature."""
        authority = self.spec.certificate_authorities[key]
        parent = getattr(authority, "parent", None)
        length = getattr(authority, "path_length", None)
        name, signer = (self._name(each) for each in (key, parent or key))
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(signer).serial_number(1)
        builder = builder.not_valid_before(_START).not_valid_after(_START + timedelta(days=3650))
        builder = builder.public_key(self._key(key).public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=length), critical=True)
        made = builder.sign(self._key(parent or key), hashes.SHA256())
        return made.public_bytes(Encoding.PEM).decode()

    def _name(self, key: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, key)])

    def _key(self, key: str) -> Any:
        authority = self.spec.certificate_authorities[key]
        is_reference = not authority.managed
        algorithm = authority.key_algorithm if is_reference and authority.key_algorithm else "EC_prime256v1"
        return private_key(algorithm, self.keys[key])


Resources = Iterator[tuple[str, str | int | None, dict[str, Any]]]


def _private_ca(applied: AppliedSpec, call: ModuleCall, arguments: dict[str, Any]) -> Resources:
    key = call.name.removeprefix("ca_")
    authority, arn = applied.spec.managed[key], applied.arn(key)
    subject = {name: arguments["subject"].get(name, "") for name in _SUBJECT}
    configuration = {name: arguments[name] for name in ("key_algorithm", "signing_algorithm")}
    region = applied.region(call)
    standard = "CCPC_LEVEL_1_OR_HIGHER" if region.startswith("cn-") else "FIPS_140_2_LEVEL_3_OR_HIGHER"
    yield (
        "aws_acmpca_certificate_authority",
        None,
        {
            "arn": arn,
            # A state has it from the last refresh: at once for an existing CA, later for a new one.
            "certificate": applied.pems[key] if authority.activation == "external" else "",
            "certificate_authority_configuration": [{**configuration, "subject": [subject]}],
            "certificate_signing_request": f"request of {call.name}\n",
            "enabled": arguments.get("enabled", True),
            "key_storage_security_standard": arguments.get("key_storage_security_standard", standard),
            "permanent_deletion_time_in_days": arguments.get("permanent_deletion_time_in_days", 30),
            "revocation_configuration": _revocation(arguments.get("revocation_configuration")),
            "tags": arguments.get("tags"),
            "timeouts": {"create": None, **arguments.get("timeouts", {})},
            "type": arguments["type"],
            "usage_mode": arguments.get("usage_mode", "GENERAL_PURPOSE"),
        },
    )
    if "certificate" in arguments:
        installed = {"certificate_chain": None, **arguments["certificate"]}
        yield "aws_acmpca_certificate_authority_certificate", 0, {"certificate_authority_arn": arn, **installed}


def _revocation(arguments: dict[str, Any] | None) -> list[Any]:
    """Return the blocks; the provider writes both as soon as one is enabled."""
    if not arguments or not any(each["enabled"] for each in arguments.values()):
        return []
    crl = {"custom_cname": "", "expiration_in_days": 0, "s3_bucket_name": "", "s3_object_acl": ""}
    off = {"enabled": False}
    return [
        {
            "crl_configuration": [{**crl, **arguments.get("crl_configuration", off)}],
            "ocsp_configuration": [{"ocsp_custom_cname": "", **arguments.get("ocsp_configuration", off)}],
        }
    ]


def _ca_certificate(applied: AppliedSpec, call: ModuleCall, arguments: dict[str, Any]) -> Resources:
    yield (
        "aws_acmpca_certificate",
        None,
        {
            "api_passthrough": arguments.get("api_passthrough"),
            "arn": f"{arguments['issuer_arn']}/certificate/{call.name}",
            "certificate": applied.output(call.name, "certificate"),
            "certificate_authority_arn": arguments["issuer_arn"],
            "certificate_chain": applied.output(call.name, "certificate_chain"),
            "certificate_signing_request": arguments["certificate_signing_request"],
            "signing_algorithm": arguments["signing_algorithm"],
            "template_arn": arguments["template_arn"],
            "validity": [arguments["validity"]],
        },
    )


def _permission(_: AppliedSpec, __: ModuleCall, arguments: dict[str, Any]) -> Resources:
    yield "aws_acmpca_permission", None, {"principal": facts.ACM_PRINCIPAL, "source_account": "x", **arguments}


def _share(applied: AppliedSpec, call: ModuleCall, arguments: dict[str, Any]) -> Resources:
    arn = arguments["certificate_authority_arn"]
    share = Share.model_validate(
        {
            "accounts": arguments.get("accounts", []),
            "organization": arguments.get("organization"),
            "template": arguments["template_arn"].split(":template/")[1],
        }
    )
    document = shares.document(share, arn, region=applied.region(call))
    yield "aws_acmpca_policy", None, {"resource_arn": arn, "policy": json.dumps(document)}


def _policies(applied: AppliedSpec, arguments: dict[str, Any], *, kind: str, name: str) -> Resources:
    path = arguments.get("path", "/")
    for policy, text in arguments["policies"].items():
        arn = f"arn:aws:iam::{applied.spec.aws.account_id}:policy{path}{policy}"
        shared = {"path": path, "tags": arguments.get("tags")}
        yield "aws_iam_policy", policy, {"arn": arn, "description": "", "name": policy, "policy": text, **shared}
        yield f"aws_iam_{kind}_policy_attachment", policy, {kind: name, "policy_arn": arn}


def _user(applied: AppliedSpec, _: ModuleCall, arguments: dict[str, Any]) -> Resources:
    name, path = arguments["user_name"], arguments.get("path", "/")
    boundary = arguments.get("permissions_boundary", "")
    arn = f"arn:aws:iam::{applied.spec.aws.account_id}:user{path}{name}"
    more = {"force_destroy": arguments.get("force_destroy", False), "tags": arguments.get("tags")}
    yield "aws_iam_user", None, {"arn": arn, "name": name, "path": path, "permissions_boundary": boundary, **more}
    yield from _policies(applied, arguments, kind="user", name=name)


def _role(applied: AppliedSpec, _: ModuleCall, arguments: dict[str, Any]) -> Resources:
    name, path = arguments["role_name"], arguments.get("path", "/")
    attributes = {
        "arn": f"arn:aws:iam::{applied.spec.aws.account_id}:role{path}{name}",
        "assume_role_policy": arguments["assume_role_policy"],
        "description": "",
        "max_session_duration": arguments.get("max_session_duration", 3600),
        "name": name,
        "path": path,
        "permissions_boundary": arguments.get("permissions_boundary", ""),
        "tags": arguments.get("tags"),
    }
    yield "aws_iam_role", None, attributes
    yield from _policies(applied, arguments, kind="role", name=name)
    if arguments.get("instance_profile"):
        yield "aws_iam_instance_profile", 0, {"name": name, "path": path, "role": name, "tags": arguments.get("tags")}


def _attachment(applied: AppliedSpec, _: ModuleCall, arguments: dict[str, Any]) -> Resources:
    kind = "user" if arguments.get("user_name") else "role"
    yield from _policies(applied, arguments, kind=kind, name=arguments[f"{kind}_name"])


def _acm(applied: AppliedSpec, call: ModuleCall, arguments: dict[str, Any]) -> Resources:
    names = arguments.get("subject_alternative_names", [])
    attributes = {
        "arn": f"arn:aws:acm:{applied.region(call)}:{applied.spec.aws.account_id}:certificate/{call.name}",
        "certificate_authority_arn": arguments["certificate_authority_arn"],
        "domain_name": arguments["domain_name"],
        "early_renewal_duration": arguments.get("early_renewal_duration", ""),
        "key_algorithm": arguments.get("key_algorithm", "RSA_2048"),
        "subject_alternative_names": sorted({arguments["domain_name"], *names}),
        "tags": arguments.get("tags"),
    }
    yield "aws_acm_certificate", None, attributes


def _bucket(applied: AppliedSpec, _: ModuleCall, arguments: dict[str, Any]) -> Resources:
    name, aws = arguments["bucket"], applied.spec.aws
    arns = arguments.get("cloudfront_distribution_arns", [])
    bucket = CrlBucket.model_validate({"cloudfront_distribution_arns": arns})
    document = crl_bucket.document(bucket, name, account_id=aws.account_id, region=aws.region)
    closed = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    encryption = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256", "kms_master_key_id": ""}]}
    parts: dict[str, dict[str, Any]] = {
        "": {
            "arn": f"arn:aws:s3:::{name}",
            "force_destroy": arguments.get("force_destroy", False),
            "tags": arguments.get("tags"),
        },
        "_ownership_controls": {"rule": [{"object_ownership": "BucketOwnerEnforced"}]},
        "_public_access_block": dict.fromkeys(closed, True),
        "_server_side_encryption_configuration": {"rule": [encryption]},
        "_policy": {"policy": json.dumps(document)},
    }
    for suffix, attributes in parts.items():
        yield f"aws_s3_bucket{suffix}", None, {"bucket": name, **attributes}


_MADE: dict[str, Callable[[AppliedSpec, ModuleCall, dict[str, Any]], Resources]] = {
    "private-ca": _private_ca,
    "ca-certificate": _ca_certificate,
    "acm-permission": _permission,
    "ca-share": _share,
    "issuer-user": _user,
    "issuer-role": _role,
    "issuer-attachment": _attachment,
    "acm-certificate": _acm,
    "crl-bucket": _bucket,
}
