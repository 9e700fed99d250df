"""The state that applying a spec would leave, made without Terraform, from the module calls of its planned stack.

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
    resources = list(World(spec).resources())
    return json.dumps({"version": 4, "terraform_version": "1.11.4", "serial": 1, "resources": resources}).encode()


@cache
def private_key(algorithm: str, number: int) -> Any:
    """Return one of a few keys, since making one takes long."""
    del number
    if algorithm == "RSA_2048":
        return rsa.generate_private_key(65537, 2048)
    curve = ec.SECP384R1() if algorithm == "EC_secp384r1" else ec.SECP256R1()
    return ec.generate_private_key(curve)


class World:
    """What exists once a spec is applied."""

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
        self.keys = list(spec.certificate_authorities)
        self.pems = {key: self._pem(key) for key in self._from_the_top()}

    def resources(self) -> Iterator[Resource]:
        """Yield each resource as a state has it."""
        for call in self.calls:
            for kind, index, attributes in _MADE[call.module.removesuffix("-unprotected")](
                self, call, self.given(call)
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

    def given(self, call: ModuleCall) -> dict[str, Any]:
        return {name: self.value(value) for name, value in call.arguments.items() if name != "providers"}

    def tagged(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        if "tags" not in attributes:
            return dict(attributes)
        tags = attributes["tags"] or {}
        return {**attributes, "tags": tags or None, "tags_all": {**self.spec.aws.default_tags, **tags}}

    def value(self, value: Any) -> Any:
        """Return a value of an argument as Terraform would find it."""
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
        call = next(call for call in self.calls if call.name == module)
        if name in ("arn", "active_arn"):
            return self.arn(module.removeprefix("ca_"))
        if name == "certificate_signing_request":
            return f"request of {module}\n"
        if name in ("certificate", "certificate_chain"):
            key = self.key_of(module)
            own = self.pems[key] if self.is_newest(module) else f"older than {module}"
            parent = self.spec.managed[key].parent
            return own if name == "certificate" else self.pems[parent] if parent else None
        return self.given(call)[name]

    def key_of(self, module: str) -> str:
        return next(
            key
            for key, each in self.spec.managed.items()
            if module in [module_names.ca_certificate(key, number) for number in range(1, each.generation + 1)]
        )

    def is_newest(self, module: str) -> bool:
        key = self.key_of(module)
        return module == module_names.ca_certificate(key, self.spec.managed[key].generation)

    def arn(self, key: str) -> str:
        authority = self.spec.certificate_authorities[key]
        region = authority.provider.region if authority.provider else self.spec.aws.region
        identifier = hashlib.sha256(key.encode()).hexdigest()[:32]
        made = f"acm-pca:{region}:{self.spec.aws.account_id}:certificate-authority/{identifier}"
        return authority.arn or f"arn:{facts.partition(region)}:{made}"

    def _from_the_top(self) -> list[str]:
        """Return the keys, parents first."""
        ordered: list[str] = []
        while len(ordered) < len(self.keys):
            for key in self.keys:
                parent = getattr(self.spec.certificate_authorities[key], "parent", None)
                if key not in ordered and parent in (None, *ordered):
                    ordered.append(key)
        return ordered

    def _pem(self, key: str) -> str:
        """Return a real certificate, since parents elsewhere are found by signature."""
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
        return private_key(algorithm, self.keys.index(key))


Made = Iterator[tuple[str, str | int | None, dict[str, Any]]]


def _private_ca(world: World, call: ModuleCall, given: dict[str, Any]) -> Made:
    key = call.name.removeprefix("ca_")
    authority, arn = world.spec.managed[key], world.arn(key)
    subject = {name: given["subject"].get(name, "") for name in _SUBJECT}
    configuration = {name: given[name] for name in ("key_algorithm", "signing_algorithm")}
    region = world.region(call)
    standard = "CCPC_LEVEL_1_OR_HIGHER" if region.startswith("cn-") else "FIPS_140_2_LEVEL_3_OR_HIGHER"
    yield (
        "aws_acmpca_certificate_authority",
        None,
        {
            "arn": arn,
            # A state has it from the last refresh: at once for a CA that exists, later for one that is made here.
            "certificate": world.pems[key] if authority.activation == "external" else "",
            "certificate_authority_configuration": [{**configuration, "subject": [subject]}],
            "certificate_signing_request": f"request of {call.name}\n",
            "enabled": given.get("enabled", True),
            "key_storage_security_standard": given.get("key_storage_security_standard", standard),
            "permanent_deletion_time_in_days": given.get("permanent_deletion_time_in_days", 30),
            "revocation_configuration": _revocation(given.get("revocation_configuration")),
            "tags": given.get("tags"),
            "timeouts": {"create": None, **given.get("timeouts", {})},
            "type": given["type"],
            "usage_mode": given.get("usage_mode", "GENERAL_PURPOSE"),
        },
    )
    if "certificate" in given:
        installed = {"certificate_chain": None, **given["certificate"]}
        yield "aws_acmpca_certificate_authority_certificate", 0, {"certificate_authority_arn": arn, **installed}


def _revocation(given: dict[str, Any] | None) -> list[Any]:
    """Return the blocks; the provider writes both of them as soon as one is on."""
    if not given or not any(each["enabled"] for each in given.values()):
        return []
    crl = {"custom_cname": "", "expiration_in_days": 0, "s3_bucket_name": "", "s3_object_acl": ""}
    off = {"enabled": False}
    return [
        {
            "crl_configuration": [{**crl, **given.get("crl_configuration", off)}],
            "ocsp_configuration": [{"ocsp_custom_cname": "", **given.get("ocsp_configuration", off)}],
        }
    ]


def _ca_certificate(world: World, call: ModuleCall, given: dict[str, Any]) -> Made:
    yield (
        "aws_acmpca_certificate",
        None,
        {
            "api_passthrough": given.get("api_passthrough"),
            "arn": f"{given['issuer_arn']}/certificate/{call.name}",
            "certificate": world.output(call.name, "certificate"),
            "certificate_authority_arn": given["issuer_arn"],
            "certificate_chain": world.output(call.name, "certificate_chain"),
            "certificate_signing_request": given["certificate_signing_request"],
            "signing_algorithm": given["signing_algorithm"],
            "template_arn": given["template_arn"],
            "validity": [given["validity"]],
        },
    )


def _permission(_: World, __: ModuleCall, given: dict[str, Any]) -> Made:
    yield "aws_acmpca_permission", None, {"principal": facts.ACM_PRINCIPAL, "source_account": "x", **given}


def _share(world: World, call: ModuleCall, given: dict[str, Any]) -> Made:
    arn = given["certificate_authority_arn"]
    share = Share.model_validate(
        {
            "accounts": given.get("accounts", []),
            "organization": given.get("organization"),
            "template": given["template_arn"].split(":template/")[1],
        }
    )
    document = shares.document(share, arn, region=world.region(call))
    yield "aws_acmpca_policy", None, {"resource_arn": arn, "policy": json.dumps(document)}


def _policies(world: World, given: dict[str, Any], *, kind: str, name: str) -> Made:
    path = given.get("path", "/")
    for policy, text in given["policies"].items():
        arn = f"arn:aws:iam::{world.spec.aws.account_id}:policy{path}{policy}"
        shared = {"path": path, "tags": given.get("tags")}
        yield "aws_iam_policy", policy, {"arn": arn, "description": "", "name": policy, "policy": text, **shared}
        yield f"aws_iam_{kind}_policy_attachment", policy, {kind: name, "policy_arn": arn}


def _user(world: World, _: ModuleCall, given: dict[str, Any]) -> Made:
    name, path = given["user_name"], given.get("path", "/")
    boundary = given.get("permissions_boundary", "")
    arn = f"arn:aws:iam::{world.spec.aws.account_id}:user{path}{name}"
    more = {"force_destroy": given.get("force_destroy", False), "tags": given.get("tags")}
    yield "aws_iam_user", None, {"arn": arn, "name": name, "path": path, "permissions_boundary": boundary, **more}
    yield from _policies(world, given, kind="user", name=name)


def _role(world: World, _: ModuleCall, given: dict[str, Any]) -> Made:
    name, path = given["role_name"], given.get("path", "/")
    attributes = {
        "arn": f"arn:aws:iam::{world.spec.aws.account_id}:role{path}{name}",
        "assume_role_policy": given["assume_role_policy"],
        "description": "",
        "max_session_duration": given.get("max_session_duration", 3600),
        "name": name,
        "path": path,
        "permissions_boundary": given.get("permissions_boundary", ""),
        "tags": given.get("tags"),
    }
    yield "aws_iam_role", None, attributes
    yield from _policies(world, given, kind="role", name=name)
    if given.get("instance_profile"):
        yield "aws_iam_instance_profile", 0, {"name": name, "path": path, "role": name, "tags": given.get("tags")}


def _attachment(world: World, _: ModuleCall, given: dict[str, Any]) -> Made:
    kind = "user" if given.get("user_name") else "role"
    yield from _policies(world, given, kind=kind, name=given[f"{kind}_name"])


def _acm(world: World, call: ModuleCall, given: dict[str, Any]) -> Made:
    names = given.get("subject_alternative_names", [])
    attributes = {
        "arn": f"arn:aws:acm:{world.region(call)}:{world.spec.aws.account_id}:certificate/{call.name}",
        "certificate_authority_arn": given["certificate_authority_arn"],
        "domain_name": given["domain_name"],
        "early_renewal_duration": given.get("early_renewal_duration", ""),
        "key_algorithm": given.get("key_algorithm", "RSA_2048"),
        "subject_alternative_names": sorted({given["domain_name"], *names}),
        "tags": given.get("tags"),
    }
    yield "aws_acm_certificate", None, attributes


def _bucket(world: World, _: ModuleCall, given: dict[str, Any]) -> Made:
    name, aws = given["bucket"], world.spec.aws
    arns = given.get("cloudfront_distribution_arns", [])
    bucket = CrlBucket.model_validate({"cloudfront_distribution_arns": arns})
    document = crl_bucket.document(bucket, name, account_id=aws.account_id, region=aws.region)
    closed = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    encryption = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256", "kms_master_key_id": ""}]}
    parts: dict[str, dict[str, Any]] = {
        "": {
            "arn": f"arn:aws:s3:::{name}",
            "force_destroy": given.get("force_destroy", False),
            "tags": given.get("tags"),
        },
        "_ownership_controls": {"rule": [{"object_ownership": "BucketOwnerEnforced"}]},
        "_public_access_block": dict.fromkeys(closed, True),
        "_server_side_encryption_configuration": {"rule": [encryption]},
        "_policy": {"policy": json.dumps(document)},
    }
    for suffix, attributes in parts.items():
        yield f"aws_s3_bucket{suffix}", None, {"bucket": name, **attributes}


_MADE: dict[str, Callable[[World, ModuleCall, dict[str, Any]], Made]] = {
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
