"""Builds the state that applying a spec would leave, without Terraform, from the resources of its planned stack.

Here is only what the provider adds when it writes them into a state. Outputs, comments and the manifest are not there.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from importer.infer.state_builders import Resource, resource
from pcaform.core import facts
from pcaform.render.plan.cas import pem_files
from pcaform.render.plan.resources import Placeholders, StackResource, resources
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses, module_names
from pcaform.terraform import resource_types as types
from pcaform.terraform.hcl_writer import Index

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
        self.keys = {key: number for number, key in enumerate(spec.certificate_authorities)}
        self.pems = {key: self._pem(key) for key in self._parents_first()}
        arns = {key: self.arn(key) for key in self.keys}
        self.outputs = dict(self._outputs())
        self.made = resources(spec, Placeholders(arns, outputs=self.outputs, files=pem_files(spec)))

    def resources(self) -> Iterator[Resource]:
        """Yield each resource in the format of states."""
        for made in self.made.values():
            last = addresses.parse(made.address).steps[-1]
            instance = {"index_key": last.key} if isinstance(last, Index) else {}
            attributes = {**_DEFAULTS.get(made.type, {}), **made.values}
            if made.type in _COMPUTED:
                attributes |= _COMPUTED[made.type](self, made, attributes)
            state = resource(made.type, f"module.{made.call}", self.tagged(attributes), **instance)
            state["provider"] += made.provider.removeprefix("aws")
            yield state

    def tagged(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        if "tags" not in attributes:
            return dict(attributes)
        tags = attributes["tags"] or {}
        return {**attributes, "tags": tags or None, "tags_all": {**self.spec.aws.default_tags, **tags}}

    def _outputs(self) -> Iterator[tuple[str, str]]:
        """Yield path and value of each output of a module that another module gets."""
        for key in self.keys:
            yield f"module.{module_names.ca(key)}.arn", self.arn(key)
            yield f"module.{module_names.ca(key)}.active_arn", self.arn(key)
            yield f"module.{module_names.permission(key)}.certificate_authority_arn", self.arn(key)
        for key, authority in self.spec.managed.items():
            yield f"module.{module_names.ca(key)}.certificate_signing_request", f"request of {module_names.ca(key)}\n"
            for number in range(1, authority.generation + 1):
                call = module_names.ca_certificate(key, number)
                is_newest = number == authority.generation
                yield f"module.{call}.certificate", self.pems[key] if is_newest else f"older than {call}"
                if authority.parent is not None:
                    yield f"module.{call}.certificate_chain", self.pems[authority.parent]
        for key, bucket in self.spec.crl_buckets.items():
            call = module_names.crl_bucket(key)
            yield f"module.{call}.bucket", bucket.bucket or key
            yield f"module.{call}.distribution_arn", distribution_arn(call)

    def output(self, call: str, name: str) -> str | None:
        return self.outputs.get(f"module.{call}.{name}")

    def iam_arn(self, kind: str, attributes: Mapping[str, Any]) -> str:
        return f"arn:aws:iam::{self.spec.aws.account_id}:{kind}{attributes['path']}{attributes['name']}"

    def region(self, made: StackResource) -> str:
        return made.provider.removeprefix("aws").removeprefix(".") or self.spec.aws.region

    def arn(self, key: str) -> str:
        authority = self.spec.certificate_authorities[key]
        region = authority.provider.region if authority.provider else self.spec.aws.region
        identifier = uuid5(NAMESPACE_OID, key)
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


def distribution_arn(call: str) -> str:
    return f"arn:aws:cloudfront::123456789012:distribution/E{call.encode().hex().upper()}"


def _ca(applied: AppliedSpec, made: StackResource, attributes: dict[str, Any]) -> dict[str, Any]:
    key = module_names.ca_key(made.call)
    authority = applied.spec.managed[key]
    (configuration,) = attributes["certificate_authority_configuration"]
    (subject,) = configuration["subject"]
    is_in_china = applied.region(made).startswith("cn-")
    standard = "CCPC_LEVEL_1_OR_HIGHER" if is_in_china else "FIPS_140_2_LEVEL_3_OR_HIGHER"
    filled = {name: subject.get(name, "") for name in _SUBJECT}
    return {
        # A state has it from the last refresh: at once for an existing CA, later for a new one.
        "certificate": applied.pems[key] if authority.activation == "external" else "",
        "certificate_authority_configuration": [{**configuration, "subject": [filled]}],
        "certificate_signing_request": f"request of {made.call}\n",
        "key_storage_security_standard": attributes["key_storage_security_standard"] or standard,
        "revocation_configuration": _revocation(attributes["revocation_configuration"]),
        "timeouts": {"create": None, **(authority.timeouts.model_dump() if authority.timeouts else {})},
    }


def _revocation(blocks: list[dict[str, Any]]) -> list[Any]:
    """Return the blocks; the provider writes both as soon as one is enabled."""
    written = {name: inner for block in blocks for name, (inner,) in block.items()}
    if not any(each["enabled"] for each in written.values()):
        return []
    crl = {"custom_cname": "", "expiration_in_days": 0, "s3_bucket_name": "", "s3_object_acl": ""}
    off = {"enabled": False}
    return [
        {
            "crl_configuration": [{**crl, **written.get("crl_configuration", off)}],
            "ocsp_configuration": [{"ocsp_custom_cname": "", **written.get("ocsp_configuration", off)}],
        }
    ]


def _installation(applied: AppliedSpec, made: StackResource, attributes: dict[str, Any]) -> dict[str, Any]:
    authority = applied.spec.managed[module_names.ca_key(made.call)]
    is_root = authority.activation is None and authority.parent is None
    return {"certificate_chain": None if is_root else attributes.get("certificate_chain")}


def _ca_certificate(applied: AppliedSpec, made: StackResource, attributes: dict[str, Any]) -> dict[str, Any]:
    passthrough = attributes.get("api_passthrough")
    return {
        "api_passthrough": passthrough and json.dumps(passthrough),
        "arn": f"{attributes['certificate_authority_arn']}/certificate/{made.call}",
        "certificate": applied.output(made.call, "certificate"),
        "certificate_chain": applied.output(made.call, "certificate_chain"),
    }


def _attachment(applied: AppliedSpec, made: StackResource, _: dict[str, Any]) -> dict[str, Any]:
    name = addresses.parse(made.address).steps[-1]
    assert isinstance(name, Index)
    policy = applied.made[module_names.resource(made.call, types.IAM_POLICY, str(name.key))]
    return {"policy_arn": applied.iam_arn("policy", {"path": "/", **policy.values})}


def _acm(applied: AppliedSpec, made: StackResource, attributes: dict[str, Any]) -> dict[str, Any]:
    names = {attributes["domain_name"], *attributes["subject_alternative_names"]}
    arn = f"arn:aws:acm:{applied.region(made)}:{applied.spec.aws.account_id}:certificate/{made.call}"
    return {"arn": arn, "subject_alternative_names": sorted(names)}


def _permission(_: AppliedSpec, __: StackResource, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"source_account": attributes["certificate_authority_arn"].split(":")[4]}


def _iam(kind: str) -> Callable[[AppliedSpec, StackResource, dict[str, Any]], dict[str, Any]]:
    return lambda applied, _, attributes: {"arn": applied.iam_arn(kind, attributes)}


_OF_IAM = {"path": "/", "tags": None}
_CLOSED = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_ENCRYPTION = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256", "kms_master_key_id": ""}]}
_DEFAULTS: dict[str, dict[str, Any]] = {
    types.IAM_POLICY: {"description": "", **_OF_IAM},
    types.IAM_USER: {"force_destroy": False, "permissions_boundary": "", **_OF_IAM},
    types.IAM_ROLE: {"description": "", "max_session_duration": 3600, "permissions_boundary": "", **_OF_IAM},
    types.IAM_INSTANCE_PROFILE: _OF_IAM,
    types.ACM_CERTIFICATE: {
        "early_renewal_duration": "",
        "key_algorithm": "RSA_2048",
        "subject_alternative_names": [],
        "tags": None,
    },
    types.S3_BUCKET: {"force_destroy": False, "tags": None},
    types.S3_BUCKET_OWNERSHIP_CONTROLS: {"rule": [{"object_ownership": "BucketOwnerEnforced"}]},
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK: dict.fromkeys(_CLOSED, True),
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: {"rule": [_ENCRYPTION]},
}
"""What the provider, or the module, adds to the arguments."""
_COMPUTED: dict[str, Callable[[AppliedSpec, StackResource, dict[str, Any]], dict[str, Any]]] = {
    types.AUTHORITY: _ca,
    types.PERMISSION: _permission,
    types.INSTALLATION: _installation,
    types.CERTIFICATE: _ca_certificate,
    types.IAM_POLICY: _iam("policy"),
    types.IAM_USER: _iam("user"),
    types.IAM_ROLE: _iam("role"),
    types.IAM_USER_POLICY_ATTACHMENT: _attachment,
    types.IAM_ROLE_POLICY_ATTACHMENT: _attachment,
    types.ACM_CERTIFICATE: _acm,
    types.S3_BUCKET: lambda _, __, attributes: {"arn": f"arn:aws:s3:::{attributes['bucket']}"},
    types.CLOUDFRONT_DISTRIBUTION: lambda _, made, __: {"arn": distribution_arn(made.call)},
}
"""What depends on the arguments."""
